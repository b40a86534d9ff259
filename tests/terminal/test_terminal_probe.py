from __future__ import annotations

import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from outer_terminal import OuterTerminal
from tmux_session import needs_tmux, tmux_session

from evtui.terminal.ask import ask
from evtui.terminal.probe import QUESTION, Answers, askable, parse

XTERM = (
    "\x1b[7;2R\x1b[7;2R\x1b[7;3R\x1b[7;3R\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\"
    "\x1bP>|XTerm(388)\x1b\\\x1b[?2026;2$y\x1b[?64;1;2c"
)
TOLD = Answers(True, 1, 2, 2, (30, 30, 46), "XTerm(388)", True, (64, 1, 2))

WAIT = 0.05
"""A deadline no test reaches by accident and none has to wait for long."""


def test_a_whole_answer() -> None:
    assert parse(XTERM) == TOLD
    assert parse(XTERM.encode()) == TOLD


@given(st.text(alphabet="jkgq/ 1234\r\t"), st.integers(0, len(XTERM)))
def test_typed_keys_change_nothing(typed: str, place: int) -> None:
    # keys arrive between answers, never inside of one
    starts = [index for index, char in enumerate(XTERM) if char == "\x1b" and XTERM[index + 1] != "\\"]
    start = max((each for each in starts if each <= place), default=0)
    assert parse(XTERM[:start] + typed + XTERM[start:]) == TOLD


@given(st.binary() | st.text())
def test_garbage_is_no_answer_that_could_harm(answer: bytes | str) -> None:
    told = parse(answer)
    assert told.ambiguous in (None, 1, 2)
    assert told.version is None or told.version.isprintable()


@given(st.lists(st.sampled_from([*XTERM, "\x1b[", "R", "\x1b]11;rgb:", "\x1bP>|", "\u202e", "券"])))
def test_almost_answers(parts: list[str]) -> None:
    told = parse("".join(parts))
    assert told.version is None or told.version.isprintable()
    assert told.background is None or all(0 <= each <= 255 for each in told.background)


@given(st.integers(0, len(XTERM)))
def test_a_part_of_an_answer_says_nothing_wrong(length: int) -> None:
    told = parse(XTERM[:length])
    for name in Answers.__struct_fields__:
        assert getattr(told, name) in (None, getattr(TOLD, name))


@pytest.mark.parametrize(
    ("widths", "told"),
    [
        ((1, 2, 2, 2), (True, 2, 2, 2)),
        ((1, 1, 2, 1), (True, 1, 2, 1)),
        ((2, 2, 3, 4), (False, None, None, None)),
        ((1, 3, 2, 2), (True, None, 2, 2)),
        ((0, 1, 2, 2), (None, None, None, None)),
    ],
)
def test_widths(widths: tuple[int, ...], told: tuple[object, ...]) -> None:
    got = parse("".join(f"\x1b[4;{width + 1}R" for width in widths))
    assert (got.utf8, got.ambiguous, got.wide, got.emoji) == told


def test_a_key_that_looks_like_a_report_spoils_the_widths_only() -> None:
    told = parse("\x1b[1;2R" + XTERM)
    assert told.ambiguous is None
    assert told.background == TOLD.background


@pytest.mark.parametrize(
    ("colour", "dark"), [("rgb:ffff/ffff/ffff", False), ("rgb:0/0/0", True), ("rgba:fd/f6/e3/ff", False)]
)
def test_backgrounds(colour: str, dark: bool) -> None:
    assert parse(f"\x1b]11;{colour}\x07").dark is dark


@pytest.mark.parametrize(("state", "can"), [(0, False), (1, True), (2, True), (3, True), (4, False)])
def test_synchronized_output(state: int, can: bool) -> None:
    assert parse(f"\x1b[?2026;{state}$y").synchronized is can


@pytest.mark.parametrize("term", ["", "dumb", "linux", "vt100", "linux-16color", "unknown"])
def test_who_is_not_asked(term: str) -> None:
    assert not askable({"TERM": term})


@pytest.mark.parametrize("term", ["xterm", "xterm-256color", "tmux-256color", "screen.linux", "alacritty"])
def test_who_is_asked(term: str) -> None:
    assert askable({"TERM": term})


@contextmanager
def played(*parts: tuple[float, str]) -> Iterator[tuple[int, list[bytes]]]:
    """A terminal that says each part so many seconds after the question; yields its end and what it received."""
    outer, inner = pty.openpty()
    received: list[bytes] = []
    stopped = threading.Event()

    def play() -> None:
        got = b""
        while len(got) < len(QUESTION.encode()):
            got += os.read(outer, 4096)
        received.append(got)
        for seconds, part in parts:
            if stopped.wait(seconds):
                return
            os.write(outer, part.encode())

    thread = threading.Thread(target=play, daemon=True)
    thread.start()
    try:
        yield inner, received
    finally:
        stopped.set()
        thread.join()
        os.close(outer)
        os.close(inner)


def test_a_terminal_is_asked_once_and_left_as_it_was() -> None:
    with played((0, XTERM)) as (fd, received):
        before = termios.tcgetattr(fd)
        assert ask(fd, 5) == TOLD
        assert received == [QUESTION.encode()]
        assert termios.tcgetattr(fd) == before


def test_answers_in_crumbs() -> None:
    with played(*((0.0005, char) for char in XTERM)) as (fd, _):
        assert ask(fd, 5) == TOLD


def test_silence_is_no_answer_and_ends() -> None:
    with played() as (fd, _):
        before = termios.tcgetattr(fd)
        begun = time.monotonic()
        assert ask(fd, WAIT) == Answers()
        assert time.monotonic() - begun < 2
        assert termios.tcgetattr(fd) == before


def test_a_slow_terminal_that_began_is_waited_for_and_leaves_nothing_behind() -> None:
    with played((0, XTERM[:12]), (1.2, XTERM[12:])) as (fd, _):
        assert ask(fd, 1) == TOLD
        os.set_blocking(fd, False)
        with pytest.raises(BlockingIOError):
            os.read(fd, 1)


def test_what_is_no_terminal_is_not_asked(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with path.open("w+b") as file:
        assert ask(file.fileno()) == Answers()
    assert path.read_bytes() == b""


_ASK = """
import json, os, sys
from msgspec.structs import asdict
from evtui.terminal.ask import ask
told = ask(0, float(sys.argv[2]))
open(sys.argv[1] + ".part", "w").write(json.dumps(asdict(told)))
os.rename(sys.argv[1] + ".part", sys.argv[1])
"""


def environment(**own: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("TMUX", "STY")}
    return {**kept, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "PYTHONPATH": os.pathsep.join(sys.path), **own}


@pytest.fixture
def heeded() -> Iterator[None]:
    """A shell has what it puts in the background ignore interrupts, and what that starts inherits it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heeded")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_who_is_told_to_end_while_asking_puts_the_terminal_back(tmp_path: Path, number: signal.Signals) -> None:
    outer = OuterTerminal([sys.executable, "-c", _ASK, str(tmp_path / "told"), "30"], environment())
    try:
        outer.until(lambda: b"\x1b[c" in outer.received, "the question")
        assert not termios.tcgetattr(outer.child)[3] & termios.ECHO
        outer.process.send_signal(number)
        assert outer.ended() != 0
        assert termios.tcgetattr(outer.child) == outer.before
        assert not (tmp_path / "told").exists()
    finally:
        outer.close()


def test_in_the_background_it_asks_nothing_and_goes_on(tmp_path: Path) -> None:
    told = tmp_path / "told"
    script = f"set -m; {sys.executable} -c '{_ASK}' {told} 30 & wait"
    outer = OuterTerminal(["bash", "-c", script], environment())
    try:
        outer.until(told.exists, "the end of asking")
        assert set(json.loads(told.read_text()).values()) == {None}
        assert b"\x1b[6n" not in outer.received
    finally:
        outer.close()


@needs_tmux
def test_a_real_tmux_answers_and_shows_nothing_of_it(tmp_path: Path) -> None:
    told = tmp_path / "told"
    script = tmp_path / "ask.py"
    script.write_text(_ASK)
    with tmux_session() as session:
        path = os.pathsep.join(sys.path)
        session.tmux(
            "respawn-pane", "-k", "-e", f"PYTHONPATH={path}", f"echo begun; {sys.executable} {script} {told} 5; cat"
        )
        session.outer.until(told.exists, "the answers")
        answers = json.loads(told.read_text())
        assert (answers["utf8"], answers["ambiguous"], answers["wide"]) == (True, 1, 2)
        version = subprocess.run(["tmux", "-V"], capture_output=True, text=True, check=True).stdout
        assert answers["version"] == version.strip()
        assert session.tmux("capture-pane", "-p").split() == ["begun"]


@pytest.mark.skipif(shutil.which("screen") is None, reason="GNU screen is not installed")
def test_a_real_screen_answers(tmp_path: Path) -> None:
    told = tmp_path / "told"
    with tempfile.TemporaryDirectory(prefix="evtui-screen-") as folder:
        os.chmod(folder, 0o700)
        command = ["screen", "-S", "one", "-U", "-c", "/dev/null", sys.executable, "-c", _ASK, str(told), "5"]
        environ = environment(SCREENDIR=folder, HOME=folder)
        outer = OuterTerminal(command, environ)
        try:
            outer.until(told.exists, "the answers")
        finally:
            subprocess.run(["screen", "-S", "one", "-X", "quit"], env=environ, check=False, capture_output=True)
            outer.close()
    answers = json.loads(told.read_text())
    assert (answers["utf8"], answers["ambiguous"], answers["wide"]) == (True, 1, 2)
    assert answers["attributes"] is not None
