"""Whatever a server answers and however the clock goes: no minute is made up, none is missed."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_launch import NOW, OPENS, at

from evtui.providers.base import SourceError
from evtui.providers.prometheus_answer import Told, read, summed
from evtui.providers.prometheus_window import MINUTE, MOST_POINTS, Position, after, next_span, whole_minute
from evtui.text import clean

leaves: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["matrix", "1e999"])
)
pairs = st.lists(st.sampled_from([at(1), at(2), at(40), at(2) + 0.5, -at(0)]) | leaves, min_size=0, max_size=3)
labels = st.dictionaries(st.text(max_size=4), leaves, max_size=2)
series = st.fixed_dictionaries({}, optional={"metric": labels | leaves, "values": st.lists(pairs)})
documents = st.fixed_dictionaries(
    {"status": st.sampled_from(["success", "error"]) | leaves},
    optional={
        "data": st.fixed_dictionaries({"resultType": st.just("matrix"), "result": st.lists(series | leaves)}) | leaves,
        "warnings": st.lists(leaves) | leaves,
        "errorType": leaves,
        "error": leaves,
    },
)


@settings(deadline=None)
@given(documents | leaves)
def test_any_document_is_read_or_refused_and_nothing_in_it_is_made_up(document: object) -> None:
    try:
        told = read(document, NOW)
    except SourceError as refused:
        told = Told((), (refused.why,))
    for line in told.lines:
        assert all(minute <= NOW - MINUTE and math.isfinite(value) for minute, value in line.minutes.items())
        assert all(clean(name + value) == name + value for name, value in line.labels.items())
    assert set(summed(told.lines)) == {minute for line in told.lines for minute in line.minutes}
    assert all(clean(note) == note for note in told.notes)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(-90, 4 * MOST_POINTS * 60), min_size=1, max_size=12),
    st.integers(0, 3600),
    st.integers(0, 3 * MOST_POINTS),
)
def test_every_minute_since_the_beginning_is_asked_for(steps: list[int], settle_s: int, history: int) -> None:
    since, now = OPENS - history * MINUTE, OPENS
    before: Position | None = None
    asked: set[datetime] = set()
    for step in [*steps, *[0] * 60]:
        now = max(now + timedelta(seconds=step), OPENS)
        span, rest = next_span(before, since, now, timedelta(seconds=settle_s))
        count = (span.end - span.start) // MINUTE + 1
        assert 1 <= count <= MOST_POINTS
        asked.update(span.start + number * MINUTE for number in range(count))
        before = after(before, span, rest, known_until=now)
        if step == 0 and rest is None:
            break
    assert before is not None
    assert before.older is None
    end = whole_minute(before.asked)
    assert {since + number * MINUTE for number in range(1, (end - since) // MINUTE + 1)} <= asked


def test_minutes_begin_where_the_clock_says() -> None:
    assert whole_minute(datetime(2024, 1, 25, 2, 0, 59, 999_999, tzinfo=UTC)) == OPENS
