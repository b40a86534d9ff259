"""Asking the terminal itself: one write, one deadline, and the terminal left as it was found.

For commands that have the terminal to themselves. A screen's driver reads its terminal anyway and asks on its own.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from evtui.terminal.probe import QUESTION, Answers, parse

SECONDS = 0.3
"""How long to wait for a terminal: local ones answer in a few milliseconds, through ssh it is the round trip."""

_SLICE = 0.1
"""Seconds waited at a stretch: a signal that comes just before waiting begins is heard after it."""

_READ = 4_096
"""Bytes read at once."""
_MOST = 65_536
"""Bytes read at all: the answer takes 200; a terminal that talks on is not listened to."""


def ask(fd: int, seconds: float = SECONDS) -> Answers:
    """What the terminal at `fd` says of itself; nothing where it is no terminal, or another job has it.

    A terminal that has begun to answer gets as long again to finish. What comes after that is thrown away while it
    arrives before the terminal is handed back, so that it is not typed into a shell.
    """
    if _in_background(fd):
        return Answers()
    try:
        with _quiet(fd):
            os.write(fd, QUESTION.encode())
            return parse(_answer(fd, seconds))
    except (OSError, termios.error):
        return Answers()


def _in_background(fd: int) -> bool:
    """Whether another job has the terminal: touching it would stop this process."""
    try:
        return os.tcgetpgrp(fd) != os.getpgrp()
    except OSError:
        return False  # no terminal, or one that controls no job


def _answer(fd: int, seconds: float) -> bytes:
    """All that comes until the last part is answered, or the deadline; twice as long once something has come."""
    begun = time.monotonic()
    got = b""
    while len(got) < _MOST and parse(got).attributes is None:
        left = begun + (2 * seconds if got else seconds) - time.monotonic()
        if left <= 0:
            break
        if not select.select([fd], [], [], min(left, _SLICE))[0]:
            continue
        part = os.read(fd, _READ)
        if not part:
            break
        got += part
    return got


@contextmanager
def _quiet(fd: int) -> Iterator[None]:
    """The terminal neither echoes nor waits for whole lines; undone whatever happens, also when told to end."""
    before = termios.tcgetattr(fd)
    mode = termios.tcgetattr(fd)
    mode[3] &= ~(termios.ECHO | termios.ICANON)
    mode[6][termios.VMIN], mode[6][termios.VTIME] = 1, 0
    # a stop would leave a shell with a terminal that does not echo
    mode[6][termios.VSUSP] = b"\0"
    with told_to_end():
        try:
            termios.tcsetattr(fd, termios.TCSADRAIN, mode)
            yield
        finally:
            termios.tcsetattr(fd, termios.TCSAFLUSH, before)


@contextmanager
def told_to_end() -> Iterator[None]:
    """Lets SIGTERM and SIGHUP unwind like an interrupt does, instead of ending the process where it stands."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, frame: FrameType | None) -> None:
        sys.exit(128 + number)

    # what is ignored stays ignored, as nohup starts programs
    numbers = [each for each in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(each) is not signal.SIG_IGN]
    before = {number: signal.signal(number, end) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
