"""Characters of ambiguous width: what is laid out, what the toolkit counts, and what goes out, for both widths."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from terminal_model import Terminal, cjk_width, usual_width

from evtui import text as plain
from evtui.text import clean
from evtui.tui import ambiguous

SIGNS = "×Δ·–…±┆─│╭╮╰╯▁▂▃▄▅▆▇█↑↓≥~"
words = st.text(
    st.one_of(st.characters(codec="utf-8", max_codepoint=0x2FFFF), st.sampled_from("Жα★é券×…x ")), max_size=12
)
cells = st.integers(0, 20)


@pytest.fixture(params=[1, 2], autouse=True)
def width(request: pytest.FixtureRequest) -> Iterator[int]:
    ambiguous.set_width(request.param)
    yield request.param
    ambiguous.set_width(1)


def drawn(data: str, width: int) -> int:
    """Where a terminal's cursor is after `data`."""
    terminal = Terminal(200, 1, cjk_width if width == 2 else usual_width)
    terminal.feed(data)
    return terminal.x


@given(words)
def test_the_toolkit_counts_what_we_count(text: str) -> None:
    text = clean(text)
    assert cell_len(ambiguous.prepared(text)) - ambiguous.cell_width(text) == cell_len(text) - plain.cell_width(text)


@pytest.mark.parametrize("text", ["Жук", "a×b", "Δ–…±", "★ 券 x", "e\u0301Я\u0306", "│▁▂│", "\u2026", "50 000 ₫", "①②"])
def test_the_terminal_draws_what_we_count(text: str, width: int) -> None:
    assert drawn(ambiguous.sent(ambiguous.prepared(text)), width) == ambiguous.cell_width(text)


@given(words)
def test_what_the_toolkit_made_itself_takes_the_cells_it_counted(text: str) -> None:
    out = ambiguous.sent(clean(text))
    assert ambiguous.cell_width(out) == plain.cell_width(clean(text))
    assert ambiguous.PLACEHOLDER not in out


@given(words, cells, st.booleans())
def test_fitted_text_is_as_wide_as_asked(text: str, room: int, right: bool) -> None:
    text = clean(text)
    assert ambiguous.cell_width(ambiguous.fit(text, room, right=right)) == room
    assert ambiguous.cell_width(ambiguous.clip(text, room)) <= room
    assert ambiguous.clip(text, ambiguous.cell_width(text)) == text


@pytest.mark.parametrize("char", SIGNS)
def test_signs_of_our_own_take_one_cell_everywhere(char: str, width: int) -> None:
    assert ambiguous.cell_width(char) == 1
    out = ambiguous.sent(ambiguous.prepared(char))
    assert len(out) == 1
    assert out == char if width == 1 else out.isascii()


@pytest.mark.parametrize(
    ("made", "one", "two"),
    [
        ("\u200bЖ\ufdd0", "Ж ", "Ж"),
        ("\u200bЖ", "Ж", " "),
        ("\u200bЯ\ufdd0\u0306", "Я \u0306", "Я\u0306"),
        ("\ufdd0\u0306 ", " \u0306 ", "  "),
        ("Ж", "Ж", "?"),
        ("\ufdd0к", " к", " ?"),
        ("\u25b6\ufe0f", "\u25b6\ufe0f", "> "),
        ("\u2605", "\u2605", "?"),
        ("券x", "券x", "券x"),
    ],
)
def test_what_goes_out(made: str, one: str, two: str, width: int) -> None:
    assert ambiguous.sent(made) == (one if width == 1 else two)


def test_the_text_of_others_holds_no_placeholder() -> None:
    assert clean(f"a{ambiguous.PLACEHOLDER}b") == "a<U+FDD0>b"


def test_no_other_width_is_believed() -> None:
    with pytest.raises(ValueError, match="1 or 2 cells"):
        ambiguous.set_width(0)


def test_every_ambiguous_character_is_doubled_or_has_a_twin(width: int) -> None:
    for char in map(chr, (*range(0xA1, 0xD800), *range(0xE000, 0x10000))):
        if unicodedata.east_asian_width(char) == "A" and plain.cell_width(char) == 1:
            out = ambiguous.sent(ambiguous.prepared(char))
            assert drawn(out, width) == ambiguous.cell_width(char), hex(ord(char))
