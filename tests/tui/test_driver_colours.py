"""Styles on their way to the terminal: their colours taken out, their attributes left."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from terminal_model import Terminal

from evtui.tui import sgr

attributes = st.lists(st.sampled_from(["1", "2", "3", "4", "7", "9", "22", "27"]), max_size=3)
colours = st.lists(
    st.sampled_from(["31", "97", "44", "103", "39", "49", "38;5;4", "48;5;31", "38;2;1;4;7", "48;2;31;38;5"]),
    max_size=3,
)


@given(attributes, colours, attributes)
def test_colours_go_and_attributes_stay(first: list[str], colour: list[str], last: list[str]) -> None:
    plain, less = Terminal(9, 1), Terminal(9, 1)
    plain.feed(f"\x1b[{';'.join(first + last) or '0'}mab\x1b[0mc")
    less.feed(sgr.colourless(f"\x1b[{';'.join(first + colour + last) or '0'}mab\x1b[0mc"))
    assert less.cells == plain.cells


@pytest.mark.parametrize(
    ("data", "sent"),
    [
        ("\x1b[31mab\x1b[0m", "ab\x1b[0m"),
        ("\x1b[m\x1b[1;31mab", "\x1b[m\x1b[1mab"),
        ("\x1b[3;4Hx\x1b[?25l", "\x1b[3;4Hx\x1b[?25l"),
    ],
)
def test_what_is_no_colour_is_left_alone(data: str, sent: str) -> None:
    assert sgr.colourless(data) == sent
