"""A program in a pseudo-terminal of its own: played to, listened to, and ended."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import tempfile
import termios
import time
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from bench.answers import Answers
from bench.processes import Spent, members, resident, spent, used, used_by_others
from bench.recording import Recording
from bench.screen import Screen

SIZE = (120, 36)
"""Columns and rows that everything is measured at."""

QUIET_S = 0.06
"""Quiet after which a start counts as over."""

_NOBODY = -1
"""No session has this id."""

PATIENCE_S = 120.0
"""Longest wait for a program to show what it should, or to end."""


class BenchError(Exception):
    """A program did not do what the measure is about."""


@dataclass(frozen=True)
class Command:
    """A program: what its first complete screen holds (all of these), and the key that ends it."""

    name: str
    words: tuple[str, ...]
    complete: tuple[str, ...]
    """Regular expressions, each matched by the text of the screen."""
    lacking: str = ""
    """Regular expression that the text of a complete screen does not match; empty: nothing is asked."""
    quit: bytes = b"q"


@dataclass(frozen=True)
class Start:
    """Seconds until the last byte of the first complete screen, and bytes until then."""

    seconds: float
    sent: int
    filled: float
    """Seconds until the first screen with everything on it that a complete one has, were it still lacking."""


@dataclass(frozen=True)
class Window:
    """A stretch of time in which a program was left to itself."""

    before: Spent
    after: Spent

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.after.at - self.before.at

    @property
    def share(self) -> float:
        """Processor seconds a second, of all processes of the program."""
        return used(self.before, self.after) / self.seconds

    @property
    def others(self) -> float:
        """Processor seconds a second that the rest of the machine spent."""
        return used_by_others(self.before, self.after) / self.seconds


class Session:
    """One run of a program. Use as a context manager: what still runs at its end is ended."""

    def __init__(self, command: Command, size: tuple[int, int] = SIZE) -> None:
        self._command = command
        self._size = size
        self._chunks: list[tuple[float, bytes]] = []
        self._keys: list[float] = []
        self._screen = Screen(*size)
        self._fed = 0
        """Chunks the screen has been fed with."""
        self._answers = Answers(*size, self._cursor)
        self._home = tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True)
        self._master, slave = pty.openpty()
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self._before = spent(_NOBODY)
        self._began = time.monotonic()
        try:
            self._process = subprocess.Popen(
                command.words,
                stdin=slave,
                stdout=slave,
                stderr=slave,
                env=_environment(self._home.name),
                start_new_session=True,
            )
        finally:
            os.close(slave)
        self._ended = os.pidfd_open(self._process.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pid in members(self._process.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()
        os.close(self._ended)
        os.close(self._master)
        self._home.cleanup()

    @property
    def recording(self) -> Recording:
        """Everything so far."""
        return Recording(self._size, tuple(self._chunks), tuple(self._keys))

    def settle(self) -> Start:
        """Wait until the screen is complete and stands still.

        Raises:
            BenchError: it never was, or the program ended.
        """
        filled = 0.0
        while time.monotonic() - self._began < PATIENCE_S:
            if self._read(QUIET_S):
                continue
            if self._process.poll() is not None:
                raise BenchError(f"{self._command.name} ended by itself: {self._last_words()}")
            if not self._chunks or not self._filled():
                continue
            seconds = self._chunks[-1][0] - self._began
            filled = filled or seconds
            if not (self._command.lacking and re.search(self._command.lacking, self.text())):
                return Start(seconds, sum(len(data) for _, data in self._chunks), filled)
        raise BenchError(f"{self._command.name} never showed a complete screen: {self._last_words()}")

    def listen(self, seconds: float) -> None:
        """Let the program go on."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._read(left)

    def watch(self, seconds: float) -> Window:
        """Let the program go on, and see what it costs."""
        before = spent(self._process.pid)
        self.listen(seconds)
        if self._process.poll() is not None:
            raise BenchError(f"{self._command.name} ended while it was watched: {self._last_words()}")
        return Window(before, spent(self._process.pid))

    def cost(self) -> Window:
        """What the program cost from its start until now."""
        return Window(self._before, spent(self._process.pid))

    def press(self, key: bytes) -> None:
        """Type a key whose effect is to be timed."""
        self._keys.append(time.monotonic())
        self.send(key)

    def send(self, key: bytes) -> None:
        """Type a key."""
        os.write(self._master, key)

    def text(self) -> str:
        """What the screen shows now, line by line."""
        self._catch_up(len(self._chunks))
        return "\n".join(self._screen.lines())

    def resident(self) -> float:
        """MiB of memory held now."""
        return resident(self._process.pid)

    def quit(self) -> float:
        """Ask the program to end; seconds until it has.

        Raises:
            BenchError: it stayed.
        """
        pressed = time.monotonic()
        os.write(self._master, self._command.quit)
        while time.monotonic() - pressed < PATIENCE_S:
            if self._ended in self._ready(PATIENCE_S):
                passed = time.monotonic() - pressed
                self._process.wait()
                while self._read(0):
                    pass
                return passed
            self._read(0)
        raise BenchError(f"{self._command.name} did not end")

    def _ready(self, seconds: float) -> list[int]:
        return select.select((self._ended, self._master), (), (), max(0.0, seconds))[0]

    def _read(self, seconds: float) -> bool:
        """Take what the program sends, waiting so long at most, and answer; whether there was anything."""
        if not select.select((self._master,), (), (), max(0.0, seconds))[0]:
            return False
        at = time.monotonic()
        try:
            data = os.read(self._master, 65_536)
        except OSError:  # nobody holds the other end any more
            time.sleep(min(max(0.0, seconds), 0.01))
            return False
        self._chunks.append((at, data))
        if answer := self._answers.to(data):
            os.write(self._master, answer)
        return bool(data)

    def _filled(self) -> bool:
        text = self.text()
        return all(re.search(each, text) for each in self._command.complete)

    def _catch_up(self, count: int) -> None:
        for _, data in self._chunks[self._fed : count]:
            self._screen.feed(data)
        self._fed = max(self._fed, count)

    def _cursor(self, after: int) -> tuple[int, int]:
        """Where the cursor is after so many bytes; only a question makes anybody look while the program runs."""
        screen, left = Screen(*self._size), after
        for _, data in self._chunks:
            screen.feed(data[:left])
            left -= len(data[:left])
        return screen.y, screen.x

    def _last_words(self) -> str:
        return " ".join(self.text().split())[-200:]


def run(command: Command, warm_s: float, watch_s: float) -> tuple[Recording, Window]:
    """Start a program, let it settle, give it `warm_s` to come to rest, watch it for `watch_s` and end it."""
    with Session(command) as session:
        session.settle()
        session.listen(warm_s)
        window = session.watch(watch_s)
        session.quit()
        return session.recording, window


def _environment(home: str) -> dict[str, str]:
    """Nobody's settings, so that everybody measures the same."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": home,
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LC_ALL": "C.UTF-8",
    }
