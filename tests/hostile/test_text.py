"""The fence for text from outside, against the corpus and against anything; and widths against rich's."""

from __future__ import annotations

import time
import unicodedata

import pytest
from corpus import FORBIDDEN, HOSTILE, WIDE, long_line
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from evtui.redact import admit
from evtui.text import MARKS, NAME_LIMIT, cell_width, clean, clip, fit, fold, one_line

ANYTHING = st.text(st.characters(exclude_categories=()) | st.sampled_from("\x1b\x9b\r\n\t\u202e\ud800字e\u0301"))
CJK = (
    (0x3000, 0x302D),
    (0x3030, 0x303F),
    (0x3041, 0x3096),
    (0x3099, 0x30FF),
    (0x3105, 0x312F),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xFF01, 0xFF60),
)
EMOJI_STYLE = "\ufe0f"
"""Asks for the two-cell picture of a narrow sign: terminals differ on it, and so do rich and `cell_width`."""
SHOWN = tuple(text for text in map(clean, HOSTILE) if EMOJI_STYLE not in text)


@pytest.mark.parametrize("raw", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("door", [clean, admit])
def test_nothing_of_the_corpus_gets_through(door: object, raw: str) -> None:
    assert callable(door)
    text = door(raw)
    assert not FORBIDDEN & set(text)
    assert text.encode().decode() == text
    assert len(text) < NAME_LIMIT * 9


@given(ANYTHING)
def test_nothing_at_all_gets_through(raw: str) -> None:
    for text in (clean(raw), admit(raw)):
        assert not FORBIDDEN & set(text)
        assert text.encode().decode() == text


@given(ANYTHING)
def test_cleaning_twice_changes_nothing_more(raw: str) -> None:
    once = clean(raw, 10_000)
    assert clean(once, 100_000) == once


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a\r\nb\rc\nd\te", "a\nb␍c\nd\te"),
        ("\x1b[2J\x00\x7f", "␛[2J␀␡"),
        ("\x9b\u202e\ud800", "<U+009B><U+202E><U+D800>"),
        ("\U000e0041", "<U+E0041>"),
        ("[@click=app.quit]x[/] {{ 7 }}", "[@click=app.quit]x[/] {{ 7 }}"),
        ("電子券 ×2", "電子券 ×2"),
        ("a" + "\u0301" * 4 + "b", "a" + "\u0301" * 4 + "b"),
        ("a" + "\u0301" * 5 + "b", "a" + "\u0301" * 4 + "…(+1 mark)b"),
        ("a" + "\u0301\u0308" * 450, "a" + "\u0301\u0308" * 2 + "…(+896 marks)"),
        ("\u1100" + "\u1161" * 6, "\u1100" + "\u1161" * 4 + "…(+2 marks)"),
    ],
)
def test_how_it_is_shown(raw: str, shown: str) -> None:
    assert clean(raw) == shown


@given(st.integers(1, 50), ANYTHING)
def test_the_cut_is_shown_and_comes_before_cleaning(limit: int, raw: str) -> None:
    expected = clean(raw[:limit], limit) + (f"…(+{len(raw) - limit})" if len(raw) > limit else "")
    assert clean(raw, limit) == expected


def test_a_megabyte_costs_no_more_than_its_limit() -> None:
    line = long_line()
    began = time.perf_counter()
    for _ in range(50):
        admit(line)
    assert time.perf_counter() - began < 2.0
    assert admit(line).endswith(f"…(+{len(line) - NAME_LIMIT})")


@pytest.mark.parametrize("bounds", CJK, ids=[f"{first:X}" for first, _ in CJK])
def test_widths_of_cjk_agree_with_rich(bounds: tuple[int, int]) -> None:
    differing = [hex(code) for code in range(bounds[0], bounds[1] + 1) if cell_width(chr(code)) != cell_len(chr(code))]
    assert differing == []


def test_widths_of_all_that_python_knows_agree_with_rich() -> None:
    let_in = (chr(code) for code in range(0x20, 0x30000) if not 0xD800 <= code < 0xE000)
    known = [char for char in let_in if unicodedata.category(char) != "Cn" and clean(char) == char]
    assert [char for char in known if cell_width(char) != cell_len(char)] == []
    # the emoji of the years since
    assert cell_width("\U0001fae8") == cell_len("\U0001fae8") == 2


@given(st.text(st.sampled_from("ae字\u0301\u0308\u20dd\u093e\u1161"), max_size=60))
def test_no_character_carries_more_than_its_marks(raw: str) -> None:
    run = 0
    for char in clean(raw):
        run = 0 if cell_width(char) else run + 1
        assert run <= MARKS


@pytest.mark.parametrize("text", [text for text in SHOWN if "\n" not in text and "\t" not in text])
def test_widths_of_the_corpus_agree_with_rich(text: str) -> None:
    assert cell_width(text) == cell_len(text)


@given(ANYTHING.map(clean).map(one_line), st.integers(0, 40))
@example("字字字", 3)
@example("e\u0301" * 5, 3)
def test_clip_and_fit_keep_their_width(text: str, width: int) -> None:
    clipped = clip(text, width)
    assert cell_width(clipped) <= width
    assert clipped == text or clipped == "" or clipped.endswith("…")
    assert cell_width(fit(text, width)) == width
    assert fit(text, width, right=True).strip() == fit(text, width).strip()


@pytest.mark.parametrize("text", [text for text in WIDE if EMOJI_STYLE not in text])
@pytest.mark.parametrize("width", [0, 1, 2, 7, 30])
def test_fit_is_as_wide_as_rich_says(text: str, width: int) -> None:
    assert cell_len(fit(clean(text), width)) == width


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E)))
def test_fold_forgives_width_case_and_space(text: str) -> None:
    wide = "".join(chr(ord(char) + 0xFEE0) for char in text)
    assert fold(f" {wide.upper()}\u3000") == fold(text)
