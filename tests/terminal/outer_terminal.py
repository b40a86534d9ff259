"""Programs in a pseudo-terminal whose other end only keeps what it receives: the terminal around a multiplexer."""

from __future__ import annotations

import base64
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence

import pytest

DEADLINE = 10.0
"""Seconds until a condition that never comes true fails the test."""


class OuterTerminal:
    """One program, what it wrote, and what is typed to it."""

    def __init__(
        self,
        command: Sequence[str],
        environ: Mapping[str, str],
        answer: Callable[[bytes], bytes] | None = None,
        size: tuple[int, int] = (100, 30),
    ) -> None:
        """`answer` is given each part received and says what to type back."""
        self.received = b""
        self._answer = answer
        self._fd, child = pty.openpty()
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", *reversed(size), 0, 0))
        self.before = termios.tcgetattr(child)
        self.process = subprocess.Popen(
            command,
            stdin=child,
            stdout=child,
            stderr=child,
            env=dict(environ),
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        self.child = child

    def pump(self, seconds: float = 0.05) -> bool:
        """Read what there is, waiting up to `seconds` for it; whether there was something."""
        if not select.select([self._fd], [], [], seconds)[0]:
            return False
        try:
            part = os.read(self._fd, 65_536)
        except OSError:  # nobody is left on the other side
            return False
        self.received += part
        if self._answer and (typed := self._answer(part)):
            os.write(self._fd, typed)
        return True

    def until(self, condition: Callable[[], object], what: str) -> None:
        """Read on until it is true."""
        end = time.monotonic() + DEADLINE
        while not condition():
            ended = self.process.poll() is not None
            # a program that has ended and been read to the end writes no more
            over = not self.pump() and ended
            if time.monotonic() > end or (over and not condition()):
                pytest.fail(f"{what} did not come: {self.received[-2000:]!r}")

    def ended(self) -> int:
        """The exit code, after everything was read."""
        self.until(lambda: self.process.poll() is not None, "the end")
        while self.pump(0):
            pass
        assert self.process.returncode is not None
        return self.process.returncode

    def clipboard(self) -> list[str]:
        """The texts this terminal was asked to put on its clipboard."""
        return [
            base64.b64decode(match[1]).decode()
            for match in re.finditer(rb"\x1b\]52;[^;]*;([A-Za-z0-9+/=]*)(?:\x07|\x1b\\)", self.received)
        ]

    def close(self) -> None:
        """End the program and the terminal."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(2)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        os.close(self.child)
        os.close(self._fd)
