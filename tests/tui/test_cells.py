"""The screen model: whatever it leaves out, the terminal must look as if it had left out nothing."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st
from terminal_model import Terminal, usual_width

from evtui.tui.cells import SYNC_END, SYNC_START, CellScreen

COLUMNS, ROWS = 16, 4
RED, BLUE = "38;2;255;0;0", "1;34"
FORGETTING = ("\x1b[?1049h", "\x1b[2J", "\x1b[2;3H\x1b[K", "\x1b[31mx", "lost\n", "\x1b[9;1Hover the edge", "\x1b[0m")
HARMLESS = ("\x07", "\x1b]2;title\x07", "\x1b]52;c;aGk=\x07", "\x1b[?25l", "\x1b[?1016h", "\x1b[?2048$p", "\x1b[>25u")


def styled(text: str, style: str = "") -> str:
    return f"\x1b[{style}m{text}\x1b[0m" if style else text


def at(y: int, x: int, *parts: str) -> str:
    return f"\x1b[{y + 1};{x + 1}H" + "".join(parts)


def frame(*parts: str, rest: tuple[int, int] = (0, 0)) -> str:
    return "\n".join(parts) + at(*rest)


def joined_width(char: str) -> int:
    """A terminal that draws pictograms narrow and disputed letters wide: another opinion than the framework's."""
    if ord(char) >= 0x1F000:
        return 1
    return 2 if char in "☎⚠" else usual_width(char)


WIDTHS: list[Callable[[str], int]] = [usual_width, joined_width]

plain = st.text("ab│▁… ", min_size=1, max_size=8)
letters = st.text("a b漢字│éＡ、", min_size=1, max_size=6)
odd = st.text("a漢e\u0301👍🏽☎⚠\ufe0f\u200dאｶﾞ\u00ad", min_size=1, max_size=5)
styles = st.sampled_from(["", "1", "2", "1;2", "4;9", "7", RED, BLUE, f"{RED};48;5;17", "3;39;49", "5", "8;45", "01"])
linked = st.builds("\x1b]8;id=1;http://a\x1b\\{}\x1b]8;;\x1b\\".format, st.builds(styled, letters, styles))
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
