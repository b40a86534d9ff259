"""A program in a pseudo-terminal, and what can be asked of the two; waits for conditions, never for a time."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence

from terminal_model import Terminal, usual_width

DEADLINE = 10.0
"""Seconds until a condition that never comes true fails the test."""


class PtySession:
    """One program in one pseudo-terminal of its own, which answers what it is asked."""

    def __init__(
        self,
        command: Sequence[str],
        environ: Mapping[str, str],
        size: tuple[int, int] = (80, 24),
        *,
        modern: bool = True,
        told: bool = True,
        slow: bool = False,
        width: Callable[[str], int] = usual_width,
    ) -> None:
        """`told`: whether the terminal tells its size to those who ask; `slow`: its answers are kept for `answer`."""
        columns, rows = size
        self.terminal = Terminal(columns, rows, width, modern=modern)
        self.slow = slow
        self.raw = ""
        """Everything it was sent, as text."""
        self.received = 0
        self._fd, child = pty.openpty()
        if told:
            self._size(columns, rows)
        names = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONPATH": os.pathsep.join(sys.path)}
        self.process = subprocess.Popen(
            [sys.executable, *command],
            stdin=child,
            stdout=child,
            stderr=child,
            env={**names, **environ},
            start_new_session=True,
        )
        self.before = termios.tcgetattr(child)
        self.child = child
        self._decode = codecs.getincrementaldecoder("utf-8")().decode

    def _size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, columns: int, rows: int) -> None:
        self.terminal.resize(columns, rows)
        self._size(columns, rows)

    def send(self, data: str | bytes) -> None:
        os.write(self._fd, data.encode() if isinstance(data, str) else data)

    def pump(self, seconds: float) -> bool:
        """Reads what there is, waiting up to `seconds` for it; answers the questions in it."""
        if not select.select([self._fd], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self._fd, 65536)
        except OSError:  # nobody is left on the other side
            return False
        self.received += len(data)
        text = self._decode(data)
        self.raw += text
        self.terminal.feed(text)
        if not self.slow:
            self.answer()
        return True

    def answer(self) -> None:
        """Says what the terminal has been asked."""
        if self.terminal.answers:
            self.send(self.terminal.answers)
            self.terminal.answers = ""

    def until(self, condition: Callable[[], object], what: str) -> None:
        end = time.monotonic() + DEADLINE
        while not condition():
            assert time.monotonic() < end, f"{what} did not come: {self.terminal.title!r} {self.terminal.lines}"
            self.pump(0.05)

    def shows(self, text: str) -> None:
        self.until(lambda: text in "\n".join(self.terminal.lines), text)

    def ended(self) -> int:
        """The exit code, after everything the program still wrote has been read."""
        self.until(lambda: self.process.poll() is not None, "the end")
        while self.pump(0):
            pass
        assert self.process.returncode is not None
        return self.process.returncode

    def left_as_found(self) -> bool:
        """Whether the terminal is as it was before: modes, keyboard, style, and how it treats what is typed."""
        shown = self.terminal
        assert termios.tcgetattr(self.child)[:4] == self.before[:4]
        assert (shown.modes, shown.keyboard, shown.look) == ({7, 25}, 0, {})
        return True

    def hang_up(self) -> None:
        """The terminal goes away, as a window that is closed does."""
        os.close(self._fd)
        self._fd = -1

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()
        os.close(self.child)
        if self._fd >= 0:
            os.close(self._fd)
