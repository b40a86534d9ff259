"""Numbers that a table can hold and no launch has: each is printed somehow, in few characters."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.tui.format import UNKNOWN, change, number, percent, short_number
from evtui.tui.graphs import spark

ANY = st.one_of(st.none(), st.floats(), st.integers(), st.integers(-(10**400), 10**400))
WRITERS: tuple[tuple[Callable[[float | None], str], int], ...] = (
    (number, 22),
    (percent, 18),
    (short_number, 8),
    (change, 20),
)


@given(ANY)
def test_no_number_is_too_much_to_print(value: float | None) -> None:
    for writer, room in WRITERS:
        assert len(writer(value)) <= room, writer


@given(st.lists(ANY, max_size=5), st.one_of(st.floats(), st.integers(0, 10**400)))
def test_no_number_is_too_much_to_draw(values: list[float | None], top: float) -> None:
    assert len(spark(values, top)) == len(values)


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, 10**400], ids=["inf", "-inf", "nan", "beyond floats"])
def test_what_is_no_number_is_unknown(value: float) -> None:
    assert [writer(value) for writer, _ in WRITERS] == [UNKNOWN] * len(WRITERS)


def test_absurd_sizes() -> None:
    assert (number(1.7e308), short_number(1.7e308), percent(1.7e308)) == ("2e308", "2e308", "2e308 %")
    assert (short_number(9.9e9), short_number(4e11), number(10**15 - 1)) == ("9900.0M", "4e11", "999,999,999,999,999")
    assert (change(1e20), change(-1e20), change(1.7e308)) == ("+1e22 %", "-1e22 %", UNKNOWN)
