"""The simple encoder on frames whose cost can be counted by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.minimal import least, picture
from bench.screen import Screen

COLUMNS, ROWS = 20, 4


def cost(before: str, after: str) -> int:
    screen = Screen(COLUMNS, ROWS)
    screen.feed(before.encode())
    first = picture(screen)
    screen.feed(after.encode())
    return least(first, picture(screen))


@pytest.mark.parametrize(
    ("before", "after", "shortest"),
    [
        ("abc", "\x1b[1;1Habc", ""),
        ("abc", "\x1b[1;2Hx", "\x1b[1;2Hx"),
        ("", "\x1b[3Hx", "\x1b[3Hx"),
        ("0:00", "\x1b[H1:10", "\x1b[H1:1"),
        ("abcdefghij", "\x1b[HX\x1b[8CY", "\x1b[1HX\x1b[8CY"),
        ("one\r\ntwo", "\x1b[HX\x1b[2HY", "\x1b[1HX\r\nY"),
        ("abcdefghij", "\x1b[1;3H\x1b[K", "\x1b[1;3H\x1b[K"),
        ("a", "\x1b[1;1H\x1b[31ma", "\x1b[1H\x1b[31ma"),
        ("電子", "\x1b[1;3H券", "\x1b[1;3H券"),
        ("  ", "\x1b[1;1H\x1b[31m  ", ""),
    ],
)
def test_known_frames(before: str, after: str, shortest: str) -> None:
    assert cost(before, after) == len(shortest.replace("\x1b[H", "\x1b[1H").encode())


@given(st.text("ab ", max_size=60), st.text("ab ", max_size=60))
def test_it_never_needs_more_than_to_write_everything(one: str, other: str) -> None:
    screen = Screen(COLUMNS, ROWS)
    screen.feed(one.encode())
    before = picture(screen)
    fresh = Screen(COLUMNS, ROWS)
    fresh.feed(other.encode())
    after = picture(fresh)
    assert 0 <= least(before, after) <= len("\x1b[1H") + COLUMNS * ROWS + 2 * ROWS
    assert (least(before, after) == 0) == (before == after)
