"""What a series keeps of a day: equal values of one reading once, and nothing of a machine that is long gone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from store_makers import empty

from evtui.domain.metrics import CpuPoint
from evtui.domain.reading import CpuPoints, Reading, Topic
from evtui.store.reduce import reduce
from evtui.store.series import KEEP_HOURS, Series

AT = datetime(2024, 1, 25, 2, 30, tzinfo=UTC)
POINTS = st.dictionaries(st.integers(0, 300), st.sampled_from((0.0, 11.5, 12.0, 97.25)), max_size=60)


@given(POINTS, POINTS)
def test_a_reading_keeps_each_of_its_values_once(first: dict[int, float], second: dict[int, float]) -> None:
    later = AT + timedelta(minutes=1)
    series = Series().merge(first.items(), AT).merge(second.items(), later)
    kept = [entry for hour in series.hours.values() for entry in hour.values()]
    assert len({id(entry) for entry in kept}) == len(set(kept))
    assert dict(series.between(0, 301)) == first | second


def test_machines_that_are_gone_are_let_go_of() -> None:
    state = empty()
    for day in range(16):
        now = AT + timedelta(days=day)
        scaled = CpuPoint("SCMAPI", f"i-{day}", now, 50.0)
        state = reduce(state, Reading("cw", Topic.CPU, now, CpuPoints((scaled, CpuPoint("SCMAPI", "i-fix", now, 9.0)))))
    assert set(state.cpu) == {("SCMAPI", name) for name in ("i-fix", "i-13", "i-14", "i-15")}
    assert len(state.cpu["SCMAPI", "i-fix"].hours) == KEEP_HOURS // 24 + 1


@given(POINTS, st.integers(-1, 301))
def test_what_was_told_before_a_minute(points: dict[int, float], minute: int) -> None:
    series = Series().merge(points.items(), AT)
    assert series.before(minute) == max(
        ((each, value) for each, value in points.items() if each < minute), default=None
    )
