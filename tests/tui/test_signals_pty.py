"""The program in a real pseudo-terminal: what is typed that is no text, ends from outside, and what is left behind."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from program import environment
from pty_session import PtySession

APP = str(Path(__file__).with_name("cockpit_app.py"))
END_S = 2.0
"""Seconds an end from outside may take."""

Start = Callable[..., PtySession]


@pytest.fixture(autouse=True)
def interruptible() -> Iterator[None]:
    """A shell that starts the suite in the background has interrupts ignored, and children would inherit that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the demo, waits until its screen stands; its log is in the test's folder."""
    opened: list[PtySession] = []

    def opens(*flags: str, fault: str = "none", told: bool = True, modern: bool = True, **env: str) -> PtySession:
        names = environment(tmp_path, env)
        names.pop("PYTHONPATH", None)
        session = PtySession([APP, fault, *flags, "demo"], names, (120, 36), told=told, modern=modern)
        opened.append(session)
        session.shows("1 Stock")
        # the modes asked for last: from here on whatever is typed is read
        session.until(lambda: {1003, 1049, 2004} <= session.terminal.modes and 7 not in session.terminal.modes, "modes")
        return session

    yield opens
    for session in opened:
        session.close()


def logged(tmp_path: Path) -> str:
    files = list(tmp_path.rglob("evtui.log"))
    return files[0].read_text(encoding="utf-8") if files else ""


def text(session: PtySession) -> str:
    return "\n".join(session.terminal.lines)


def works(session: PtySession) -> bool:
    """Opens and closes the help page: every thread is alive."""
    session.send("?")
    session.shows("On the panes")
    session.send("\x1b[27u")
    session.until(lambda: "On the panes" not in text(session), "the desk")
    return True


ODD = {
    "a Big5 paste": b"\xa4\xa4",
    "a bracketed Big5 paste": b"\x1b[200~\xa4\xa4\xff\x1b[201~",
    "an old mouse far to the right": b"\x1b[M \xf0\xf0",
    "8-bit Meta": b"\xe1\xe2",
    "half a character, never finished": "茉".encode()[:2] + b"\xff",
    "no pixels": b"\x1b[48;36;120;0;0t\x1b[<0;10;10M\x1b[<0;10;10m",
    "no cells": b"\x1b[48;0;0;0;0t\x1b[<0;10;10M\x1b[<0;10;10m",
    "a key that is no character": b"\x1b[99999999u",
    "a key larger than a number": b"\x1b[99999999999999999999u",
    "half of a pair as text": b"\x1b[97;1;55296u",
    "an event type nobody asked for": b"\x1b[120;1:3u",
}


@pytest.mark.parametrize("flags", [(), ("--whole-frames",)], ids=["cells", "whole"])
def test_no_bytes_end_the_program(start: Start, tmp_path: Path, flags: tuple[str, ...]) -> None:
    session = start(*flags)
    for name, data in ODD.items():
        session.send(data)
        assert works(session), name
    session.send("g")
    session.shows("go to which order?")
    session.send(b"\xa4\xa4\x1b[97;1;55296u\x1b[27u")
    session.until(lambda: "go to which order?" not in text(session), "the desk")
    session.send("q")
    assert session.ended() == 0
    assert session.left_as_found()
    assert logged(tmp_path) == ""


def test_a_size_nobody_has_is_not_believed(start: Start) -> None:
    session = start()
    session.send(b"\x1b[48;99999;99999;1999980;999990t")
    session.terminal.resize(100, 30)  # reports its size
    session.until(lambda: session.terminal.answers or session.pump(0.02), "the report")
    session.send(session.terminal.answers)
    session.terminal.answers = ""
    session.send("q")
    assert session.ended() == 0
    assert session.left_as_found()


def test_the_terminal_knows_its_size_better_than_the_environment(start: Start) -> None:
    session = start(COLUMNS="100000", LINES="100000", modern=False)
    session.until(lambda: "q quit" in session.terminal.lines[-1], "the foot of the screen")
    session.send("q")
    assert session.ended() == 0


def test_no_size_of_the_environment_stops_the_keys(start: Start) -> None:
    session = start(COLUMNS="100000", LINES="100000", told=False, modern=False)
    session.send("q")
    assert session.ended() == 0
    assert session.left_as_found()


@pytest.mark.parametrize("flags", [(), ("--whole-frames",)], ids=["cells", "whole"])
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)], ids=["TERM", "HUP", "INT"]
)
def test_a_signal_ends_it_cleanly(
    start: Start, tmp_path: Path, flags: tuple[str, ...], number: signal.Signals, code: int
) -> None:
    session = start(*flags)
    began = time.monotonic()
    session.process.send_signal(number)
    assert session.ended() == code
    assert time.monotonic() - began < END_S
    assert session.left_as_found()
    assert not text(session).strip()
    assert logged(tmp_path) == ""


@pytest.mark.parametrize("before", ["", "g", "?"], ids=["desk", "input", "page"])
def test_typed_interrupt(start: Start, before: str) -> None:
    session = start()
    session.send(before)
    session.shows({"": "1 Stock", "g": "go to which order?", "?": "On the panes"}[before])
    session.send("\x03")
    assert session.ended() == 130
    assert session.left_as_found()
    assert not text(session).strip()


def test_a_terminal_that_goes_away_ends_it(start: Start, tmp_path: Path) -> None:
    session = start()
    session.hang_up()
    assert session.process.wait(END_S) == 129
    assert logged(tmp_path) == ""


def test_a_terminal_that_goes_away_ends_it_though_nobody_signals(start: Start) -> None:
    """As `nohup` has it: the signal is ignored, and stays so."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        session = start()
    finally:
        signal.signal(signal.SIGHUP, before)
    session.process.send_signal(signal.SIGHUP)
    assert works(session)
    session.hang_up()
    assert session.process.wait(END_S) == 129


def test_a_program_that_hangs_still_gives_the_terminal_back(start: Start, tmp_path: Path) -> None:
    session = start(fault="hang")
    session.send("?q")
    began = time.monotonic()
    session.process.send_signal(signal.SIGTERM)
    assert session.ended() == 143
    assert time.monotonic() - began < END_S
    assert session.left_as_found()


@pytest.mark.parametrize("flags", [(), ("--whole-frames",)], ids=["cells", "whole"])
@pytest.mark.parametrize("fault", ["key", "input"])
def test_a_fault_is_one_sentence_and_a_clean_terminal(
    start: Start, tmp_path: Path, flags: tuple[str, ...], fault: str
) -> None:
    session = start(*flags, fault=fault)
    session.send("?")
    assert session.ended() == 1
    assert session.left_as_found()
    said = "".join(session.terminal.lines).strip()
    assert said.startswith("evtui: the screen failed (RuntimeError); ")
    assert "knows more" in said  # what was typed meanwhile may be echoed behind it
    assert "Traceback" not in said
    assert "RuntimeError: a fault in " in logged(tmp_path)


def test_suspended_and_brought_back(start: Start) -> None:
    session = start()
    modes = session.terminal.modes - {2026}  # on while a frame is written
    session.send("\x1a")
    process = session.process
    session.until(lambda: os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT), "the stop")
    while session.pump(0):
        pass
    assert session.left_as_found()
    assert "1 Stock" not in text(session)
    process.send_signal(signal.SIGCONT)
    session.shows("1 Stock")
    session.until(lambda: session.terminal.modes >= modes, f"{modes}, not {session.terminal.modes}")
    assert works(session)
    session.send("q")
    assert session.ended() == 0
    assert session.left_as_found()
