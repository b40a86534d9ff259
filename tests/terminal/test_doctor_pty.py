"""`evtui doctor` in a pseudo-terminal that answers."""

from __future__ import annotations

import json
import os
import re
import sys
import termios
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import pyte
import pytest
from outer_terminal import OuterTerminal
from tmux_session import needs_tmux, tmux_session
from wcwidth import wcswidth

from evtui.terminal.probe import QUESTION

COLOUR = re.compile(r"\x1b\[(?:[0-9;]*;)?(?:[34][0-9]|9[0-7]|10[0-7])[0-9;]*m")


def answers(*widths: int, name: str = "XTerm(388)") -> Callable[[bytes], bytes]:
    """A terminal that draws the measured signs so wide, and knows the rest."""
    said = "".join(f"\x1b[5;{width + 1}R" for width in widths)
    said += f"\x1b]11;rgb:0000/0000/0000\x1b\\\x1bP>|{name}\x1b\\\x1b[?2026;2$y\x1b[?64;1c"
    heard = b""

    def answer(part: bytes) -> bytes:
        nonlocal heard
        heard += part
        if not heard.endswith(b"\x1b[c"):
            return b""
        heard = b""
        return said.encode()

    return answer


GOOD = answers(1, 1, 2, 2)


@contextmanager
def doctor(
    home: Path,
    *args: str,
    answer: Callable[[bytes], bytes] | None = None,
    size: tuple[int, int] = (80, 60),
    environ: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[OuterTerminal]:
    dropped = ("LC_", "LANG", "XDG_", "EVTUI_", "TMUX", "STY", "NO_COLOR", "COLOR")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    own = {"HOME": str(home), "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
    path = {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "evtui", "doctor", *args]
    outer = OuterTerminal(command, kept | own | path | dict(environ), answer, size)
    try:
        yield outer
    finally:
        outer.close()


def drawn(outer: OuterTerminal, size: tuple[int, int] = (80, 60)) -> list[str]:
    """What a person sees, line by line."""
    screen = pyte.Screen(*size)
    pyte.Stream(screen).feed(outer.received.decode().replace(QUESTION, ""))
    return [str(line) for line in screen.display]


def test_a_good_terminal_passes_and_is_left_as_it_was(tmp_path: Path) -> None:
    with doctor(tmp_path, answer=GOOD) as outer:
        assert outer.ended() == 0
        assert outer.received.startswith(QUESTION.encode())
        text = outer.received.decode()
        assert "nothing to fix" in text
        assert "FIX" not in text
        assert "XTerm(388)" in text
        assert str(tmp_path) in text
        assert termios.tcgetattr(outer.child) == outer.before


def test_the_bars_stand_in_one_column(tmp_path: Path) -> None:
    with doctor(tmp_path, answer=GOOD) as outer:
        assert outer.ended() == 0
        bars = [line for line in drawn(outer) if re.search(r"禮券 +\||of ambiguous width +\||an emoji +\|", line)]
        assert len(bars) == 5
        assert {wcswidth(line[: line.index("|")]) for line in bars} == {62}


@pytest.mark.parametrize(
    ("answer", "environ", "code", "words"),
    [
        (answers(1, 2, 2, 2), {}, 0, "2 cells"),
        (answers(2, 2, 3, 4), {}, 1, "switch the terminal to UTF-8"),
        (GOOD, {"LC_ALL": "zh_TW.Big5"}, 1, "LC_ALL=zh_TW.UTF-8"),
        (GOOD, {"COLORTERM": ""}, 0, "COLORTERM=truecolor"),
        (answers(1, 1, 2, 2, name="tmux 3.4"), {}, 0, "tmux at the other end"),
        (None, {"TERM": "dumb"}, 0, "not asked"),
        (None, {"TERM": ""}, 1, "set TERM"),
    ],
)
def test_what_is_found_is_said_with_its_fix(
    tmp_path: Path, answer: Callable[[bytes], bytes] | None, environ: dict[str, str], code: int, words: str
) -> None:
    with doctor(tmp_path, answer=answer, environ=environ) as outer:
        assert outer.ended() == code
        assert words in outer.received.decode()


def test_a_silent_terminal_is_waited_for_once(tmp_path: Path) -> None:
    with doctor(tmp_path) as outer:
        assert outer.ended() == 0
        assert outer.received.decode().count("the terminal does not say") == 6
        assert termios.tcgetattr(outer.child) == outer.before


@pytest.mark.parametrize("term", ["linux", "dumb", "vt100"])
def test_terminals_that_would_print_the_question_are_not_asked(tmp_path: Path, term: str) -> None:
    with doctor(tmp_path, environ={"TERM": term}) as outer:
        outer.ended()
        text = outer.received.decode()
        assert "\x1b[6n" not in text
        assert "\x1b]" not in text
        assert ("\x1b" in text) == (term == "linux")


def test_no_colour_where_none_is_wanted(tmp_path: Path) -> None:
    with doctor(tmp_path, answer=GOOD, environ={"NO_COLOR": "1"}) as outer:
        assert outer.ended() == 0
        assert not COLOUR.search(outer.received.decode())


def test_colours_where_they_are(tmp_path: Path) -> None:
    with doctor(tmp_path, answer=GOOD) as outer:
        assert outer.ended() == 0
        assert COLOUR.search(outer.received.decode())


def test_a_small_window_is_to_be_made_larger_and_holds_the_card(tmp_path: Path) -> None:
    size = (60, 20)
    with doctor(tmp_path, answer=GOOD, size=size) as outer:
        assert outer.ended() == 1
        assert "make the window 80x24 or larger" in outer.received.decode()
        (ruler,) = [line for line in drawn(outer, (60, 80)) if line.startswith("widths")]
        assert ruler.endswith("+....+...")


def test_a_text_is_sent_to_the_clipboard_and_shown(tmp_path: Path) -> None:
    with doctor(tmp_path, "--copy", answer=GOOD) as outer:
        assert outer.ended() == 0
        (sent,) = outer.clipboard()
        text = outer.received.decode().replace("\r\n", "\n")
        assert f"it should read: {sent}\n" in text
        assert "sent to the terminal's clipboard" in text
        assert "copied" not in text


def test_the_facts_as_json(tmp_path: Path) -> None:
    with doctor(tmp_path, "--json", answer=answers(1, 2, 2, 2)) as outer:
        assert outer.ended() == 0
        facts = json.loads(outer.received.decode().replace(QUESTION, ""))
    assert facts["version"] == 1
    assert facts["size"] == {"columns": 80, "rows": 60}
    assert (facts["colours"], facts["colours_why"]) == ("truecolor", "COLORTERM=truecolor")
    assert (facts["answers"]["ambiguous"], facts["answers"]["background"]) == (2, "#000000")
    assert [each["name"] for each in facts["findings"]] == ["ambiguous"]


@needs_tmux
def test_inside_of_tmux_its_options_are_judged(tmp_path: Path) -> None:
    with tmux_session() as session:
        session.tmux("set-option", "-s", "escape-time", "500")
        with doctor(tmp_path, "--copy", answer=GOOD, environ=session.environ) as outer:
            assert outer.ended() == 1
            text = outer.received.decode()
            assert "in ~/.tmux.conf: set -s escape-time 10" in text
            assert "1 thing to fix" in text
            assert f"it should read: {session.buffer()}" in text
        session.tmux("set-option", "-s", "escape-time", "10")
        with doctor(tmp_path, answer=GOOD, environ=session.environ) as outer:
            assert outer.ended() == 0
