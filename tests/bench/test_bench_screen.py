"""The screen model against another one, and what it knows besides."""

from __future__ import annotations

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.screen import Screen
from bench.styles import PLAIN, Style, changed, worn

COLUMNS, ROWS = 12, 5

_PLAIN = ["\r", "\n", "\r\n", "\b", "\t", "\x1b7", "\x1b8", "\x1bM", "\x1bD", "\x1b[?7l", "\x1b[?7h"]
_sequences = st.one_of(
    # models disagree about where the cursor is once the last column is written, so nothing builds on it
    st.text("ab 電é", min_size=1, max_size=15).map(lambda text: text + "\r"),
    st.sampled_from(_PLAIN),
    st.builds(lambda y, x: f"\x1b[{y};{x}H", st.integers(1, 6), st.integers(1, 14)),
    st.builds(lambda count, final: f"\x1b[{count}{final}", st.integers(1, 14), st.sampled_from("ABCDGdPX@")),
    st.builds(lambda number, final: f"\x1b[{number}{final}", st.integers(0, 2), st.sampled_from("KJ")),
    st.just("\x1b[31;1m"),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_sequences.filter(lambda text: "電" not in text), max_size=12))
def test_it_shows_what_another_model_shows(parts: list[str]) -> None:
    other = pyte.Screen(COLUMNS, ROWS)
    pyte.Stream(other).feed("".join(parts))
    ours = Screen(COLUMNS, ROWS)
    for part in parts:
        ours.feed(part.encode())
    assert ours.lines() == [line.rstrip() for line in other.display]


@given(st.lists(_sequences, max_size=12), st.integers(1, 5))
def test_it_does_not_matter_how_the_bytes_are_cut(parts: list[str], length: int) -> None:
    data = "".join(parts).encode()
    whole, pieces = Screen(COLUMNS, ROWS), Screen(COLUMNS, ROWS)
    whole.feed(data)
    for at in range(0, len(data), length):
        pieces.feed(data[at : at + length])
    assert (whole.cells, whole.y, whole.x) == (pieces.cells, pieces.y, pieces.x)


def test_half_a_wide_character_leaves_no_half_behind() -> None:
    screen = Screen(8, 1)
    screen.feed("a電子b\x1b[1;3Hx".encode())
    assert [char for char, _ in screen.cells[0]] == ["a", " ", "x", "子", "", "b", " ", " "]


def test_only_what_is_between_the_margins_scrolls() -> None:
    screen = Screen(4, 5)
    screen.feed(b"a\r\nb\r\nc\r\nd\r\ne\x1b[2;4r\x1b[4;1H\n!\x1b[2;1H\x1bM?\x1b[5;1H\n.")
    assert screen.lines() == ["a", "?", "c", "d", "."]
    screen.feed(b"\x1b[2;1H\x1b[M\x1b[3;1H\x1b[2L\x1b[5;1H\x1b[L")
    assert screen.lines() == ["a", "c", "", "", "."]


def test_what_other_models_do_not_know() -> None:
    screen = Screen(8, 3)
    screen.feed(b"a\x1b[3b\x1b[S\x1bP>|x\x1b\\\x1b]8;;u\x1b\\b\x1b[>1u\x1b[?1049h\x1b[38:2::1:2:3m!")
    assert screen.keyboard == 1
    assert screen.cells[0][5] == ("!", Style("38;2;1;2;3"))
    screen.feed(b"\x1b[?1049l\x1b[<u")
    assert screen.lines() == ["    b", "", ""]
    assert screen.keyboard == 0


@pytest.mark.parametrize(
    ("parameters", "style"),
    [
        ("", PLAIN),
        ("1;31;48;5;9", Style("31", "48;5;9", 1)),
        ("1;2;22", PLAIN),
        ("4;7;27;38;2;1;2;3", Style("38;2;1;2;3", "", 8)),
        ("97;107;0;9", Style("", "", 256)),
        ("31;39;41;49", PLAIN),
    ],
)
def test_styles_are_read(parameters: str, style: Style) -> None:
    assert worn(PLAIN, parameters) == style


@pytest.mark.parametrize(
    ("style", "cell", "cost"),
    [
        (PLAIN, ("a", PLAIN), 0),
        (PLAIN, ("a", Style("31")), len("\x1b[31m")),
        (Style("38;2;1;2;3", "41", 1), ("a", PLAIN), len("\x1b[m")),
        (Style("31", "41", 1), ("a", Style("31", "41")), len("\x1b[22m")),
        (Style("31", "", 1), (" ", PLAIN), 0),
        (Style("31", "", 64), (" ", PLAIN), len("\x1b[m")),
        (Style("31", "", 3), ("a", Style("31", "", 2)), len("\x1b[22;2m")),
    ],
)
def test_the_cheaper_way_to_a_style_is_taken(style: Style, cell: tuple[str, Style], cost: int) -> None:
    assert changed(style, cell)[0] == cost
