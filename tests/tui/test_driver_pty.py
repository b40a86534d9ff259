"""The driver in a real pseudo-terminal, beside the framework's own driver running the same script."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from driver_app import TICKS
from pty_session import DEADLINE, PtySession

APP = Path(__file__).with_name("driver_app.py")


class Session(PtySession):
    """The script's app in a pseudo-terminal."""

    def __init__(self, driver: str, columns: int, rows: int, modern: bool) -> None:
        kept = {name: os.environ[name] for name in ("HOME", "PATH", "LANG") if name in os.environ}
        super().__init__([str(APP), driver], kept, (columns, rows), modern=modern)

    def step(self, number: int) -> None:
        if number:
            self.send("\x0e")
        self.until(lambda: self.terminal.title == f"step {number}", f"step {number}")


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
        assert cell.ended() == 0
        assert cell.left_as_found()
