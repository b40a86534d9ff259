"""A tmux of its own, attached to an outer terminal that the test plays."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest
from outer_terminal import OuterTerminal

needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")


class TmuxSession:
    """One server with one attached client; options are the default ones."""

    def __init__(self, folder: str, term: str = "xterm-256color", inside: TmuxSession | None = None) -> None:
        kept = {name: value for name, value in os.environ.items() if name not in ("TMUX", "TMUX_PANE", "STY")}
        own = {"TMUX_TMPDIR": folder, "TERM": term, "LC_ALL": "C.UTF-8"}
        self._environ = kept | own
        command = ["tmux", "-f", "/dev/null", "new-session", "-s", "one", "-x", "100", "-y", "30", "cat"]
        self.outer: OuterTerminal
        if inside is None:
            self.outer = OuterTerminal(command, self._environ)
        else:
            self.outer = inside.outer
            inside.tmux("respawn-pane", "-k", f"env -u TMUX -u TMUX_PANE TMUX_TMPDIR={folder} {' '.join(command)}")
        self.outer.until(lambda: self.tmux("list-clients", check=False), "an attached client")

    @property
    def environ(self) -> Mapping[str, str]:
        """What a process in its pane finds."""
        socket = self.tmux("display-message", "-p", "#{socket_path},#{pid},0").strip()
        pane = self.tmux("display-message", "-p", "#{pane_id}").strip()
        return self._environ | {"TMUX": socket, "TMUX_PANE": pane, "TERM": "tmux-256color"}

    def tmux(self, *arguments: str, check: bool = True) -> str:
        """One command to the server."""
        done = subprocess.run(
            ["tmux", *arguments], env=self._environ, capture_output=True, text=True, check=check, timeout=10
        )
        return done.stdout

    def buffer(self) -> str:
        """The newest buffer, as pasting would type it."""
        return self.tmux("show-buffer")

    def close(self) -> None:
        """End the server."""
        self.tmux("kill-server", check=False)


@contextmanager
def tmux_session(term: str = "xterm-256color", inside: TmuxSession | None = None) -> Iterator[TmuxSession]:
    # not under pytest's folder: the path of a socket may be no longer than a hundred characters
    with tempfile.TemporaryDirectory(prefix="evtui-tmux-") as folder:
        session = TmuxSession(folder, term, inside)
        try:
            yield session
        finally:
            session.close()
            if inside is None:
                session.outer.close()
