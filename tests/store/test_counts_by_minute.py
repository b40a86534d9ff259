"""Counts, minute by minute."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from evtui.store.series import Counts

MINUTES = st.dictionaries(st.integers(0, 400), st.integers(1, 9), max_size=30)


@given(MINUTES, st.integers(0, 400), st.integers(0, 400))
def test_the_minutes_of_a_stretch_add_up_to_its_count(minutes: dict[int, int], start: int, end: int) -> None:
    counts = Counts().add(minutes)
    found = counts.by_minute(start, end)
    assert found == {minute: count for minute, count in minutes.items() if start <= minute < end}
    assert sum(found.values()) == counts.between(start, end)
