"""The driver in a real pseudo-terminal, beside the framework's own driver running the same script."""

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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from driver_app import TICKS
from terminal_model import Terminal

APP = Path(__file__).with_name("driver_app.py")
DEADLINE = 10.0
"""Seconds until a condition that never comes true fails the test."""


class Session:
    """One app in one pseudo-terminal."""

    def __init__(self, driver: str, columns: int, rows: int, modern: bool) -> None:
        self.terminal = Terminal(columns, rows, modern=modern)
        self.received = 0
        self._fd, child = pty.openpty()
        self._size(columns, rows)
        names = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONPATH": os.pathsep.join(sys.path)}
        kept = {name: os.environ[name] for name in ("HOME", "PATH", "LANG") if name in os.environ}
        command = [sys.executable, str(APP), driver]
        self.process = subprocess.Popen(
            command, stdin=child, stdout=child, stderr=child, env=kept | names, start_new_session=True
        )
        self.before = termios.tcgetattr(child)
        self.child = child
        self._decode = codecs.getincrementaldecoder("utf-8")().decode

    def _size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, columns: int, rows: int) -> None:
        self.terminal.resize(columns, rows)
        self._size(columns, rows)

    def send(self, text: str) -> None:
        os.write(self._fd, text.encode())

    def pump(self, seconds: float) -> bool:
        """Reads what there is, waiting up to `seconds` for it; answers the questions in it."""
        if not select.select([self._fd], [], [], seconds)[0]:
            return False
        data = os.read(self._fd, 65536)
        self.received += len(data)
        self.terminal.feed(self._decode(data))
        if self.terminal.answers:
            self.send(self.terminal.answers)
            self.terminal.answers = ""
        return True

    def until(self, condition: Callable[[], object], what: str) -> None:
        end = time.monotonic() + DEADLINE
        while not condition():
            assert time.monotonic() < end, f"{what} did not come: {self.terminal.title!r} {self.terminal.lines}"
            self.pump(0.05)

    def step(self, number: int) -> None:
        if number:
            self.send("\x0e")
        self.until(lambda: self.terminal.title == f"step {number}", f"step {number}")

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()
        os.close(self.child)
        os.close(self._fd)


@contextmanager
def sessions(*drivers: str, size: tuple[int, int] = (80, 24), modern: bool = True) -> Iterator[list[Session]]:
    opened = [Session(driver, *size, modern=modern) for driver in drivers]
    try:
        for session in opened:
            session.step(0)
        yield opened
    finally:
        for session in opened:
            session.close()


def same(cell: Session, stock: Session) -> None:
    """Both screens come to look alike, in every cell, style and cursor."""
    end = time.monotonic() + DEADLINE
    while cell.terminal.state != stock.terminal.state:
        cell.pump(0.02)
        stock.pump(0.02)
        if time.monotonic() > end:
            assert cell.terminal.lines == stock.terminal.lines
            assert cell.terminal.state == stock.terminal.state


@pytest.mark.parametrize("modern", [True, False], ids=["modern", "plain"])
def test_the_same_screen_for_fewer_bytes(modern: bool) -> None:
    with sessions("cell", "stock", modern=modern) as (cell, stock):
        same(cell, stock)
        start = cell.received, stock.received
        for number in range(1, TICKS + 1):
            cell.step(number)
            stock.step(number)
        same(cell, stock)
        ticks = cell.received - start[0], stock.received - start[1]
        print(f"start {start}, {TICKS} ticks {ticks}: 1 of {ticks[1] / ticks[0]:.1f}")
        assert ticks[0] * 4 < ticks[1]
        assert start[0] < start[1]
        for number in range(TICKS + 1, TICKS + 6):  # modal, a tick under it, back, another input, a tick
            cell.step(number)
            stock.step(number)
            same(cell, stock)
        assert "step 25" in "".join(cell.terminal.lines)
        assert not cell.terminal.unknown


@pytest.mark.parametrize("modern", [True, False], ids=["modern", "plain"])
def test_resizes_leave_nothing_behind(modern: bool) -> None:
    with sessions("cell", "stock", modern=modern) as (cell, stock):
        number = 0
        for size in ((61, 15), (100, 30), (80, 24)):
            number += 1
            for session in (cell, stock):
                session.step(number)
                session.resize(*size)
            same(cell, stock)
        for session in (cell, stock):
            session.step(number + 1)
        same(cell, stock)
        assert "step 4" in "".join(cell.terminal.lines)


def test_a_screen_lost_comes_back_on_redraw() -> None:
    with sessions("cell") as (cell,):
        cell.step(1)
        seen = cell.terminal.picture
        cell.terminal.erase()
        cell.send("\x12")
        cell.until(lambda: cell.terminal.cells == seen, "the screen")


def test_narrower_and_back_again_paints_what_was_cut() -> None:
    with sessions("cell", modern=False) as (cell,):
        cell.step(1)
        seen = cell.terminal.picture
        cell.resize(40, 12)
        cell.resize(80, 24)
        assert cell.terminal.cells != seen
        cell.until(lambda: cell.terminal.cells == seen, "the screen")


def test_suspended_and_resumed() -> None:
    with sessions("cell") as (cell,):
        cell.step(1)
        seen, modes = cell.terminal.picture, set(cell.terminal.modes)
        cell.send("\x1a")
        cell.until(lambda: os.waitid(os.P_PID, cell.process.pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT), "the stop")
        while cell.pump(0):
            pass
        assert cell.terminal.modes == {7, 25}
        assert cell.terminal.cells != seen
        cell.process.send_signal(signal.SIGCONT)
        cell.until(lambda: cell.terminal.cells == seen and cell.terminal.modes == modes, "the screen")
        cell.step(2)
        assert "step 2" in "".join(cell.terminal.lines)


@pytest.mark.parametrize("modern", [True, False], ids=["modern", "plain"])
def test_the_terminal_is_left_as_it_was_found(modern: bool) -> None:
    with sessions("cell", modern=modern) as (cell,):
        cell.until(lambda: {1003, 1004, 1006, 1049, 2004} <= cell.terminal.modes, "the modes")
        if modern:
            cell.until(lambda: {1016, 2048} <= cell.terminal.modes, "pixel mouse")
        assert 25 not in cell.terminal.modes
        cell.send("\x11")
        cell.until(lambda: cell.process.poll() is not None, "the end")
        while cell.pump(0):
            pass
        assert cell.process.returncode == 0
        assert cell.terminal.modes == {7, 25}
        assert cell.terminal.keyboard == 0
        assert cell.terminal.look == {}
        assert termios.tcgetattr(cell.child)[:4] == cell.before[:4]
