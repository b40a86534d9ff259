"""Programs of known behaviour, measured in the harness's own terminal."""

from __future__ import annotations

import sys
from statistics import median

import pytest

from bench.answers import Answers
from bench.recording import Box, Recording, answered, bursts, frames, modes_left
from bench.terminal import BenchError, Command, Session

_AT_A_RATE = """
import sys, time
print("READY", flush=True)
start = time.monotonic()
for number in range(100000):
    time.sleep(max(0.0, start + number * 0.005 - time.monotonic()))
    sys.stdout.write("x" * 50); sys.stdout.flush()
"""
_BUSY = """
import time
print("READY", flush=True)
while True:
    end = time.process_time() + 0.02
    while time.process_time() < end: pass
    time.sleep(0.08)
"""
_ANSWERING = """
import os, sys, time, tty
tty.setraw(0)
os.write(1, b"\\x1b[?1049h\\x1b[?25l\\x1b[?1016hREADY")
style = 27
while (key := os.read(0, 1)) != b"q":
    if key == b"j":
        style = 34 - style
        time.sleep(0.02)
        os.write(1, b"\\x1b[1;1H\\x1b[%dmR\\x1b[m" % style)
os.write(1, b"\\x1b[?1049l\\x1b[?25h")
"""


def program(source: str, complete: str = "READY") -> Command:
    return Command("a program", (sys.executable, "-c", source), (complete,))


def test_bytes_a_second_are_what_was_sent() -> None:
    with Session(program(_AT_A_RATE)) as session:
        session.listen(0.3)
        window = session.watch(2.0)
        recording = session.recording
    assert recording.sent(window.before.at, window.after.at) / window.seconds == pytest.approx(10_000, rel=0.03)


def test_processor_time_is_what_was_spent() -> None:
    with Session(program(_BUSY)) as session:
        session.settle()
        window = session.watch(1.0)
    # the program's own pauses grow on a busy machine, so that it spends less than the fifth it means to
    assert 0.1 < window.share < 0.25


def test_a_key_s_answer_is_timed_and_the_end_is_seen() -> None:
    with Session(program(_ANSWERING)) as session:
        start = session.settle()
        for key in (b"j", b"j", b"x", b"j"):
            session.press(key)
            session.listen(0.12)
        found = answered(session.recording, Box(0, 0, 1, 5))
        passed = session.quit()
        recording = session.recording
    times = [each for each in found.seconds if each is not None]
    assert start.sent == len("\x1b[?1049h\x1b[?25l\x1b[?1016hREADY")
    assert 0 < start.seconds < 10
    assert 0 < passed < 5
    assert len(found.seconds) == 4
    assert found.seconds[2] is None
    assert 0.02 <= median(times) < 0.06
    assert found.unasked == 0
    assert modes_left(recording) == ("1016",)


def test_a_program_that_ends_or_shows_nothing_is_told_of() -> None:
    with Session(program("print('sorry')")) as session, pytest.raises(BenchError, match="sorry"):
        session.settle()


def test_a_screen_is_not_complete_while_it_says_so() -> None:
    source = (
        "import time; print('READY partial', end='', flush=True); time.sleep(0.3); print('\\rREADY whole  '); input()"
    )
    with Session(Command("a program", (sys.executable, "-c", source), ("READY",), "partial")) as session:
        start = session.settle()
        assert start.seconds > 0.3
        assert start.filled < start.seconds - 0.2
        assert "whole" in session.text()


def test_pictures_are_shown_when_the_terminal_is_let_show_them() -> None:
    chunks = ((1.0, b"\x1b[?2026h\x1b[31ma"), (1.02, b"\x1b[32mb\x1b[?2026l"), (2.0, b"\x1b[1;1H\x1b[33ma"))
    recording = Recording((4, 1), chunks, (0.9,))
    found = answered(recording, Box(0, 0, 1, 4))
    assert found.seconds[0] == pytest.approx(0.12)
    assert len(found.seconds) == 1
    assert found.unasked == 1


def test_frames_are_cut_where_nothing_came() -> None:
    chunks = ((0.5, b"before"), (1.0, b"\x1b[1;1Ha"), (1.005, b"\x1b[1;2Hb"), (1.1, b"\x1b[1;1Hab"), (2.0, b"after"))
    recording = Recording((10, 1), chunks)
    assert [data for _, data in bursts(recording, 1.0, 2.0)] == [b"\x1b[1;1Ha\x1b[1;2Hb", b"\x1b[1;1Hab"]
    assert [(frame.sent, frame.least) for frame in frames(recording, 1.0, 2.0)] == [(14, len("\x1b[1Hab")), (8, 0)]


@pytest.mark.parametrize("length", [1, 3, 1000])
def test_every_question_is_answered_in_its_turn(length: int) -> None:
    cursors = {}

    def cursor(after: int) -> tuple[int, int]:
        cursors[after] = (1, 4)
        return 1, 4

    asked = (
        b"text\x1b[6n\x1b[?2026$p\x1b[?2048$p\x1b[?9999$p\x1b]11;?\x07\x1b[>q\x1b[?u\x1b[?2048h\x1b[18t\x1b[5n\x1b[c"
    )
    terminal = Answers(120, 36, cursor)
    told = b"".join(terminal.to(asked[at : at + length]) for at in range(0, len(asked), length))
    assert told == (
        b"\x1b[2;5R\x1b[?2026;2$y\x1b[?2048;2$y\x1b[?9999;0$y\x1b]11;rgb:1010/1010/1414\x1b\\\x1bP>|bench(1.0)\x1b\\"
        b"\x1b[?0u\x1b[48;36;120;720;1200t\x1b[8;36;120t\x1b[0n\x1b[?62;22c"
    )
    assert list(cursors) == [8]
