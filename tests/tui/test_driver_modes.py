"""What a driver asks and switches in a pseudo-terminal: mouse, widths, the answers of slow and silent terminals."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pty_session import PtySession
from terminal_model import cjk_width

from evtui.tui.terminal import FAREWELL_S

APP = str(Path(__file__).with_name("driver_app.py"))
MOUSE = {1000, 1002, 1003, 1006, 1015, 1016}
END_S = 2.0

Start = Callable[..., PtySession]
drivers = pytest.mark.parametrize("driver", ["cell", "whole"])


@pytest.fixture
def start() -> Iterator[Start]:
    opened: list[PtySession] = []

    def opens(driver: str, *flags: str, term: str = "xterm-256color", ready: bool = True, **how: object) -> PtySession:
        kept = {name: os.environ[name] for name in ("HOME", "PATH", "LANG") if name in os.environ}
        session = PtySession([APP, driver, *flags], {**kept, "TERM": term}, **how)  # type: ignore[arg-type]
        opened.append(session)
        if ready:
            session.until(lambda: session.terminal.title and 7 not in session.terminal.modes, "the app")
        return session

    yield opens
    for session in opened:
        session.close()


def quits(session: PtySession) -> float:
    """Seconds the end took."""
    began = time.monotonic()
    session.send("\x11")
    assert session.ended() == 0
    assert session.left_as_found()
    return time.monotonic() - began


def stopped(session: PtySession) -> None:
    session.send("\x1a")
    session.until(lambda: os.waitid(os.P_PID, session.process.pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT), "the stop")
    while session.pump(0):
        pass
    assert session.left_as_found()


def typed_into_the_shell(session: PtySession) -> bytes:
    """What a shell would read now."""
    os.set_blocking(session.child, False)
    try:
        return os.read(session.child, 4096)
    except BlockingIOError:
        return b""


@drivers
def test_the_mouse_comes_and_goes(start: Start, driver: str) -> None:
    session = start(driver)
    terminal = session.terminal
    session.until(lambda: terminal.modes >= {1000, 1003, 1006, 1016}, "the mouse")
    session.send("\x0f")
    session.until(lambda: terminal.title == "mouse False", "the switch")
    assert not terminal.modes & MOUSE
    stopped(session)
    session.process.send_signal(signal.SIGCONT)
    session.until(lambda: {1049, 2048} <= terminal.modes, "the screen")
    assert not terminal.modes & MOUSE
    session.send("\x0f")
    session.until(lambda: terminal.title == "mouse True", "the switch")
    session.until(lambda: terminal.modes >= {1000, 1003, 1006, 1016}, "the mouse")
    stopped(session)
    session.process.send_signal(signal.SIGCONT)
    session.until(lambda: terminal.modes >= {1000, 1003, 1006, 1016}, "the mouse")
    quits(session)


@drivers
def test_without_a_mouse_none_is_mentioned(start: Start, driver: str) -> None:
    session = start(driver, "no-mouse")
    session.until(lambda: 2048 in session.terminal.modes, "the last mode asked for")
    quits(session)
    sent = {int(mode) for modes in re.findall(r"\x1b\[\?([0-9;]+)h", session.raw) for mode in modes.split(";")}
    assert not sent & MOUSE


@drivers
@pytest.mark.parametrize(("doubles", "said"), [(False, "probe 1 True"), (True, "probe 2 True")], ids=["one", "two"])
def test_the_terminal_says_what_it_is_like(start: Start, driver: str, doubles: bool, said: str) -> None:
    width = {"width": cjk_width} if doubles else {}
    session = start(driver, "probe", **width)
    session.until(lambda: session.terminal.title == said, said)
    assert not session.terminal.unknown
    quits(session)


@drivers
def test_a_terminal_of_wide_signs_shows_every_column_in_its_place(start: Start, driver: str) -> None:
    session = start(driver, "probe", width=cjk_width)
    terminal = session.terminal
    session.until(lambda: terminal.title == "probe 2 True", "the answer")
    # the frames are the toolkit's own lines: each has a twin of one cell, and the right border stands at the edge
    session.until(lambda: terminal.lines[0].count("+") == 4 and len(terminal.lines[0]) == 80, "twins of the frames")
    session.until(lambda: {terminal.lines[y][-1:] for y in range(1, 10)} == {"|"}, "the right border")
    quits(session)


def test_keys_typed_before_the_answers_are_keys(start: Start) -> None:
    session = start("cell", "probe", slow=True, ready=False)
    session.until(lambda: "\x1b[c" in session.raw, "the question")
    session.send("abc")
    session.shows("abc")
    assert session.terminal.title != "probe 1 True"
    first, mark, rest = session.terminal.answers.partition("\x1b]11")
    session.terminal.answers = ""
    session.slow = False
    session.send(first[:-3])
    session.send(first[-3:] + "d")
    session.send(mark + rest)
    session.until(lambda: session.terminal.title == "probe 1 True", "the answer")
    session.send("e")
    session.shows("abcde")
    quits(session)


@pytest.mark.parametrize(("flags", "term"), [(("unasked",), "xterm"), ((), "dumb"), ((), "linux")])
def test_nothing_is_asked_that_is_known_or_not_understood(start: Start, flags: tuple[str, ...], term: str) -> None:
    session = start("cell", *flags, term=term)
    quits(session)
    assert "\x1b[6n" not in session.raw
    assert "]11" not in session.raw


@drivers
@pytest.mark.parametrize("how", ["quit", "stop", "term"])
def test_answers_on_their_way_are_not_typed_into_the_shell(start: Start, driver: str, how: str) -> None:
    session = start(driver, slow=True)
    began = time.monotonic()
    if how == "term":
        session.process.send_signal(signal.SIGTERM)
    else:
        session.send("\x1a" if how == "stop" else "\x11")
    # it waits for them: bracketed paste is off, the alternate screen is still there
    session.until(lambda: 2004 not in session.terminal.modes, "the end to begin")
    session.slow = False
    session.answer()
    if how == "stop":
        child = session.process.pid
        session.until(lambda: os.waitid(os.P_PID, child, os.WSTOPPED | os.WNOHANG | os.WNOWAIT), "the stop")
        while session.pump(0):
            pass
    else:
        assert session.ended() == (0 if how == "quit" else 143)
    assert time.monotonic() - began < END_S
    assert session.left_as_found()
    assert typed_into_the_shell(session) == b""


def test_a_silent_terminal_holds_no_end_up_for_long(start: Start) -> None:
    session = start("cell", modern=False, slow=True)
    assert quits(session) < FAREWELL_S + END_S / 2
