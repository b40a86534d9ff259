"""The screen model: whatever it leaves out, the terminal must look as if it had left out nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st
from terminal_model import Terminal, usual_width

from evtui.tui import sgr
from evtui.tui.cells import SYNC_END, SYNC_START, CellScreen

COLUMNS, ROWS = 16, 4
IDENTITIES = count(1)
LINKED = {"/1": f"id={crc32(b'/1'):x};/1"}
"""A link as it is sent, by its address."""
RED, BLUE = "38;2;255;0;0", "1;34"
FORGETTING = ("\x1b[?1049h", "\x1b[2J", "\x1b[2;3H\x1b[K", "\x1b[31mx", "lost\n", "\x1b[9;1Hover the edge", "\x1b[0m")
HARMLESS = ("\x07", "\x1b]2;title\x07", "\x1b]52;c;aGk=\x07", "\x1b[?25l", "\x1b[?1016h", "\x1b[?2048$p", "\x1b[>25u")


def styled(text: str, style: str = "") -> str:
    return f"\x1b[{style}m{text}\x1b[0m" if style else text


def link(text: str, address: str) -> str:
    """As the toolkit makes them: each time with another identity."""
    return f"\x1b]8;id={next(IDENTITIES)};{address}\x1b\\{text}\x1b]8;;\x1b\\"


def at(y: int, x: int, *parts: str) -> str:
    return f"\x1b[{y + 1};{x + 1}H" + "".join(parts)


def frame(*parts: str, rest: tuple[int, int] = (0, 0)) -> str:
    return "\n".join(parts) + at(*rest)


def simple_width(char: str) -> int:
    """A terminal that knows nothing of pictograms, marks and joiners: one cell each."""
    return 1 if ord(char) >= 0x1F000 or char in "\u0301\u200d\ufe0f\u00ad" else usual_width(char)


WIDTHS: list[Callable[[str], int]] = [usual_width, simple_width]

plain = st.text("ab│▁… ", min_size=1, max_size=8)
letters = st.text("a b漢字│éＡ、", min_size=1, max_size=6)
odd = st.text("a漢e\u0301👍🏽☎⚠\ufe0f\u200dאｶﾞ\u00ad", min_size=1, max_size=5)
styles = st.sampled_from(["", "1", "2", "1;2", "4;9", "7", RED, BLUE, f"{RED};48;5;17", "3;39;49", "5", "8;45", "01"])
linked = st.builds(link, st.builds(styled, letters, styles), st.sampled_from(["/1", "/2"]))
runs = st.one_of(st.builds(styled, plain, styles), st.builds(styled, letters, styles))
strange = st.one_of(st.builds(styled, odd, styles), linked, st.builds("\x1b[{}m{}".format, styles, plain))
pieces = st.lists(st.integers(0, 9).flatmap(lambda n: strange if n == 0 else runs), min_size=0, max_size=4)


@st.composite
def frames(draw: st.DrawFn, parts: st.SearchStrategy[list[str]] = pieces) -> str:
    place = st.tuples(st.integers(0, ROWS - 1), st.integers(0, COLUMNS - 1))
    lines = sorted(draw(st.lists(place, min_size=1, max_size=5)))
    drawn = ""
    for y, x in lines:
        drawn += at(y, x, *draw(parts))
        if y != lines[-1][0]:
            drawn += "\n"
    return drawn + at(*draw(place))


synced = st.builds(lambda one: [SYNC_START, one, SYNC_END], frames())
single = st.one_of(frames(), frames(), st.sampled_from(FORGETTING), st.sampled_from(HARMLESS))
sizes = st.tuples(st.integers(1, 20), st.integers(1, 6))
steps = st.lists(st.one_of(synced, st.builds(lambda one: [one], single), sizes), min_size=1, max_size=8)


@given(steps, st.sampled_from(WIDTHS), st.booleans())
def test_the_terminal_looks_as_if_everything_had_been_sent(
    script: list[list[str] | tuple[int, int]], width: Callable[[str], int], twice: bool
) -> None:
    full = Terminal(COLUMNS, ROWS, width)
    less = Terminal(COLUMNS, ROWS, width)
    screen = CellScreen(COLUMNS, ROWS)
    for step in script:
        if isinstance(step, tuple):
            for terminal in (full, less):
                terminal.resize(*step)
            screen.resize(*step)
            screen.invalidate()
            continue
        for data in step * (2 if twice else 1):
            full.feed(data)
            less.feed(screen.feed(data))
        assert less.state == full.state
    assert not less.unknown


usual = frames(st.lists(runs, min_size=0, max_size=2))


@given(st.lists(usual, min_size=1, max_size=5), usual)
def test_a_frame_sent_again_sends_nothing(before: list[str], last: str) -> None:
    screen = CellScreen(COLUMNS + 20, ROWS)  # wide enough for all of it
    for data in before:
        screen.feed(data)
    assert [screen.feed(data) for data in (SYNC_START, last)] == ["", ""]
    screen.feed(SYNC_END)
    assert [screen.feed(data) for data in (SYNC_START, last, SYNC_END)] == ["", "", ""]


def settled(*data: str, columns: int = COLUMNS, rows: int = ROWS) -> CellScreen:
    screen = CellScreen(columns, rows)
    for one in data:
        screen.feed(one)
    return screen


@pytest.mark.parametrize(
    ("before", "after", "sent"),
    [
        ("abcdef", "abcdef", ""),
        ("abcdef", "abXdef", "\x1b[1;3HX\r"),
        ("abcdef", "XbcdeX", "\x1b[HXbcdeX\r"),
        ("a------------b", "X------------X", "\x1b[HX\x1b[12CX\r"),
        ("│------------b", "█------------X", "\x1b[H█\x1b[14GX\r"),
        ("a漢b", "a字b", "\x1b[1;2H字\r"),
        ("a漢b", "axyb", "\x1b[1;2Hxy\r"),
        ("axyb", "a漢b", "\x1b[1;2H漢\r"),
        ("漢漢", "x漢 ", "\x1b[Hx漢 \r"),
        (styled("abc", "1"), "abc", "\x1b[Habc\r"),
        (styled("abc", "1"), styled("abX", "1"), "\x1b[1;3H\x1b[1mX\x1b[m\r"),
        (link("ab", "/1"), link("ab", "/1"), ""),
        (link("ab", "/1"), link("aX", "/1"), f"\x1b[1;2H\x1b]8;{LINKED['/1']}\x1b\\X\x1b]8;;\x1b\\\r"),
        (link("ab", "/1") + "c", link("ab", "/1") + "X", "\x1b[1;3HX\r"),
        (link("ab", "/1"), "ab", "\x1b[Hab\r"),
        (link("ab", "/1"), link("ab", "/\n"), "\x1b[Hab\r"),
        (
            "ab",
            link("ab", "/1") + styled("c", "1"),
            f"\x1b[H\x1b]8;{LINKED['/1']}\x1b\\ab\x1b[1m\x1b]8;;\x1b\\c\x1b[m\r",
        ),
        ("e\u0301 12", "e\u0301 12", ""),
        ("e\u0301 12", "e\u0301 13", "\x1b[1;1He\u0301 13\x1b[H"),
    ],
)
def test_only_the_difference_is_sent(before: str, after: str, sent: str) -> None:
    screen = settled(at(0, 0, before) + at(0, 0))
    assert screen.feed(at(0, 0, after) + at(0, 0)) == sent


@pytest.mark.parametrize("char", ["👍", "🇫", "𠮷", "✅", "e\u0301", "☎\ufe0f", "א", "\u200d", "\u1160", "\ue0b0"])
def test_a_line_with_a_disputed_character_goes_whole_or_not_at_all(char: str) -> None:
    screen = settled(at(0, 0, f"1 {char} a") + at(0, 0))
    assert screen.feed(at(0, 0, f"1 {char} a") + at(0, 0)) == ""
    assert screen.feed(at(0, 0, f"2 {char} a") + at(0, 0)) == at(0, 0, f"2 {char} a") + "\x1b[H"


def test_a_cursor_that_moves_alone_needs_no_synchronized_update() -> None:
    screen = settled(at(0, 0, "abc") + at(0, 0))
    assert [screen.feed(data) for data in (SYNC_START, at(0, 0, "abc") + at(2, 5), SYNC_END)] == ["", "", "\x1b[3;6H"]


def test_what_is_not_a_frame_keeps_its_place() -> None:
    screen = settled(at(0, 0, "abc") + at(0, 0))
    sent = [
        screen.feed(data) for data in (SYNC_START, at(1, 0, "x") + at(0, 0), "\x07", at(1, 0, "y") + at(0, 0), SYNC_END)
    ]
    assert sent == ["", "", "", "", f"{SYNC_START}\x1b[2Hx\x1b[H\x07\x1b[2Hy\x1b[H{SYNC_END}"]


def test_a_flush_begins_the_update_and_its_end_still_comes() -> None:
    screen = settled(at(0, 0, "abc") + at(0, 0))
    assert [screen.feed(SYNC_START), screen.flush()] == ["", ""]
    screen.feed(at(0, 0, "abX") + at(0, 0))
    assert screen.flush() == f"{SYNC_START}\x1b[1;3HX\r"
    assert screen.feed(SYNC_END) == SYNC_END


@pytest.mark.parametrize("data", HARMLESS)
def test_what_leaves_the_screen_alone_is_passed_on_and_forgets_nothing(data: str) -> None:
    screen = settled(at(0, 0, "abc") + at(0, 0))
    assert screen.feed(data) == data
    assert screen.feed(at(0, 0, "abc") + at(0, 0)) == ""


@pytest.mark.parametrize("data", FORGETTING)
def test_what_may_change_the_screen_is_passed_on_and_forgets_it(data: str) -> None:
    screen = settled(at(0, 0, "abc") + at(0, 0))
    assert screen.feed(data) == data
    assert "abc" in screen.feed(at(0, 0, "abc") + at(0, 0))


@given(styles, styles)
def test_the_way_between_two_styles_is_never_longer_than_a_reset(first: str, second: str) -> None:
    terminal, wanted = Terminal(1, 1), Terminal(1, 1)
    before, after = sgr.apply("", first), sgr.apply("", second)
    assert before is not None
    assert after is not None
    step = sgr.change(before, after)
    terminal.feed(sgr.change(None, before) + step)
    wanted.feed(f"\x1b[{second}m")
    assert terminal.look == wanted.look
    assert len(step) <= len(sgr.change(None, after))


def test_a_busy_frame_takes_little_time() -> None:
    """30 lines of 120 columns, two figures changed in each: about 1 ms on a slow machine; ten times that fails."""
    screen = CellScreen(120, 36)
    spent = []
    for number in range(20):
        line = (
            styled("│", BLUE)
            + styled(f" row {number:06} 订单".ljust(60), RED)
            + styled(f"{number * 7:058}", "1;" + RED)
        )
        data = frame(*(at(y, 0, line) for y in range(30)))
        start = time.process_time()
        screen.feed(data)
        spent.append(time.process_time() - start)
    assert min(spent) < 0.010
