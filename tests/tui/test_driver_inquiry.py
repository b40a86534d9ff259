"""The question put to the terminal and its answers among the keys: in one piece, in many, late, never."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from terminal_model import Terminal, cjk_width, usual_width

from evtui.terminal.probe import Answers
from evtui.tui.inquiry import HOLD_S, LATE_HOLD_S, PATIENCE_S, Inquiry

ANSWERS = ("\x1b[2;2R", "\x1b[2;3R", "\x1b]11;rgb:ffff/ffff/ffff\x07", "\x1b[?62;22c")
KEYS = [
    "q",
    "茉",
    "\x1b",
    "\x1b[A",
    "\x1b[1;3R",
    "\x1b[2~",
    "\x1b[13;3~",
    "\x1b[<0;2;2M",
    "\x1b[?2026;2$y",
    "\x1b]",
    "c",
]


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def inquiry(*, width: bool = True, background: bool = True) -> tuple[Inquiry, Clock]:
    clock = Clock()
    made = Inquiry(width=width, background=background, clock=clock)
    made.begin()
    return made, clock


keys = st.lists(st.sampled_from(KEYS), max_size=4).map("".join)


@given(st.lists(keys, min_size=5, max_size=5), st.lists(st.integers(0, 120), max_size=12), st.booleans())
def test_answers_are_found_among_keys_however_they_are_cut(typed: list[str], cuts: list[int], late: bool) -> None:
    asked, clock = inquiry()
    # a lone Escape right before an answer is part of no answer: terminals do not send into the middle of a key
    typed = [f"{one}." for one in typed]
    stream = "".join(map("".join, zip(typed, (*ANSWERS, ""), strict=True)))
    places = sorted({0, *cuts, len(stream)} - set(range(len(stream) + 1, 200)))
    pieces = [stream[a:b] for a, b in pairwise(places)]
    if late:
        clock.now += PATIENCE_S
        asked.lapse()
        pieces = [stream]
    rest = "".join(asked.sift(piece) for piece in pieces)
    clock.now += HOLD_S
    assert rest + asked.lapse() == "".join(typed)
    found = asked.news()
    assert found is not None
    assert (found.ambiguous, found.dark) == (2, False)
    assert asked.news() is None


@given(keys)
def test_what_is_typed_comes_through(typed: str) -> None:
    asked, clock = inquiry()
    rest = asked.sift(typed)
    clock.now += HOLD_S
    assert rest + asked.lapse() == typed


def test_a_key_with_modifiers_is_no_answer() -> None:
    asked, _ = inquiry()
    assert asked.sift("\x1b[1;2R\x1b[1;3R") == "\x1b[1;2R\x1b[1;3R"


def test_a_terminal_that_says_nothing_is_given_up() -> None:
    asked, clock = inquiry()
    assert asked.news() is None
    clock.now += PATIENCE_S
    asked.lapse()
    assert not asked.waiting
    assert asked.news() == Answers()
    assert asked.sift("\x1b[2;2R\x1b[2;3R") == ""
    late = asked.news()
    assert late is not None
    assert late.ambiguous == 2


def test_escape_is_not_held_back_once_the_answers_are_in() -> None:
    asked, _ = inquiry()
    assert asked.sift("\x1b") == ""
    assert asked.sift("".join(ANSWERS)[1:] + "\x1b") == "\x1b"


def test_the_beginning_of_a_late_answer_waits_shortly() -> None:
    asked, clock = inquiry()
    asked.sift("".join(ANSWERS))
    assert asked.sift("\x1b[2") == ""
    clock.now += 2 * LATE_HOLD_S
    assert asked.lapse() == "\x1b[2"
    assert asked.sift("\x1b]11;rgb:") == ""
    clock.now += 2 * LATE_HOLD_S
    assert asked.lapse() == ""  # nobody types this


def test_the_question_leaves_no_trace_and_a_terminal_answers_it() -> None:
    for width, cells in ((usual_width, 1), (cjk_width, 2)):
        terminal = Terminal(80, 24, width)
        before = terminal.picture
        asked, _ = inquiry()
        terminal.feed(asked.question)
        assert terminal.cells == before
        assert not terminal.unknown
        assert asked.sift(terminal.answers) == ""
        found = asked.news()
        assert found is not None
        assert (found.ambiguous, found.dark) == (cells, True)


def test_what_is_not_wanted_is_not_asked() -> None:
    assert Inquiry(width=False, background=False).question == ""
    assert "×" not in Inquiry(width=False, background=True).question
    assert "]11" not in Inquiry(width=True, background=False).question
