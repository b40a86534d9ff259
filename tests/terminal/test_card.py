from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from evtui.terminal.card import NAMES, RULER_CELLS, Paint, card
from evtui.text import cell_width

FULL = Paint(columns=80, styled=True, coloured=True, linked=True, utf8=True)
SEQUENCE = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;;[^\x1b]*\x1b\\")

paints = st.builds(Paint, st.integers(0, 200), st.booleans(), st.booleans(), st.booleans(), st.booleans())


@given(paints)
def test_no_line_is_wider_than_the_terminal_and_each_leaves_the_style_as_it_was(paint: Paint) -> None:
    for line in card(paint):
        plain = SEQUENCE.sub("", line)
        assert "\x1b" not in plain
        assert cell_width(plain) <= paint.columns
        styles = re.findall(r"\x1b\[([0-9;]*)m", line)
        assert styles[1::2] == ["0"] * (len(styles) // 2)
        assert len(re.findall(r"\x1b\]8;;[^\x1b]", line)) == len(re.findall(r"\x1b\]8;;\x1b", line))


@given(paints)
def test_only_what_is_allowed_is_used(paint: Paint) -> None:
    text = "\n".join(card(paint))
    styles = set(re.findall(r"\x1b\[([0-9;]+)m", text)) - {"0"}
    colours = {style for style in styles if style not in ("1", "2", "4", "7")}
    assert not colours or paint.coloured
    assert styles == colours or paint.styled
    assert "\x1b]8" not in text or paint.linked
    assert text.isascii() or paint.utf8


def test_the_bars_behind_the_names_are_in_one_column() -> None:
    lines = [line for line in card(FULL) if any(name in line for name in NAMES) or "ambiguous" in line]
    assert len(lines) == 4
    places = {cell_width(line[: line.rindex("|")]) for line in lines}
    (ruler,) = [line for line in card(FULL) if "....+" in line]
    assert places == {ruler.index("|")} == {RULER_CELLS + ruler.index("....+")}


def test_everything_is_on_the_full_card() -> None:
    text = "\n".join(card(FULL))
    for sample in (
        *"▁▂▃▄▅▆▇█╭╯┌┘⣿×🧧",
        "+----+",
        "\x1b]8;;https://",
        "\x1b[48;5;",
        "\x1b[48;2;",
        "\x1b[107m",
        "\x1b[7m",
    ):
        assert sample in text


def test_without_utf_8_it_says_what_it_leaves_out() -> None:
    text = "\n".join(card(replace(FULL, utf8=False)))
    assert "not drawn" in text
