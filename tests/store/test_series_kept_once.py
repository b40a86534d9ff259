"""What a series keeps of a day: equal values of one reading once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from evtui.store.series import Series

AT = datetime(2024, 1, 25, 2, 30, tzinfo=UTC)
POINTS = st.dictionaries(st.integers(0, 300), st.sampled_from((0.0, 11.5, 12.0, 97.25)), max_size=60)


@given(POINTS, POINTS)
def test_a_reading_keeps_each_of_its_values_once(first: dict[int, float], second: dict[int, float]) -> None:
    later = AT + timedelta(minutes=1)
    series = Series().merge(first.items(), AT).merge(second.items(), later)
    kept = [entry for hour in series.hours.values() for entry in hour.values()]
    assert len({id(entry) for entry in kept}) == len(set(kept))
    assert dict(series.between(0, 301)) == first | second
