"""Gaps of a source, read off minutes answered and failed, and whether their facts were told in the end."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from store_makers import CAMPAIGN, OPEN, empty

from evtui.domain.metrics import CpuPoint, TrafficPoint
from evtui.domain.reading import (
    Coverage,
    CpuPoints,
    Failure,
    FailureKind,
    OrderBatch,
    Reading,
    StockLevels,
    Topic,
    TrafficPoints,
    Value,
)
from evtui.domain.trip import Trip
from evtui.store.reach import UNASKED, Gap, Mend, gaps
from evtui.store.reduce import reduce
from evtui.store.series import minute_of
from evtui.store.state import LaunchState

MINUTE = timedelta(minutes=1)
FIRST = minute_of(OPEN)
DOWN = Failure(FailureKind.DOWN, "refused")
EMPTY: dict[Topic, Value] = {
    Topic.ORDERS: OrderBatch(()),
    Topic.STOCK: StockLevels(()),
    Topic.TRAFFIC: TrafficPoints(()),
    Topic.CPU: CpuPoints(()),
}


def told(topic: Topic, answers: str, state: LaunchState | None = None, *, more: bool = False) -> LaunchState:
    """What is believed when a source was asked a minute after another: `+` answered, `-` failed, blank not asked."""
    state = state or empty()
    for index, answer in enumerate(answers):
        value = {"+": EMPTY.get(topic, EMPTY[Topic.ORDERS]), "-": DOWN}.get(answer)
        if value is not None:
            at, trip = OPEN + index * MINUTE, Trip(0.1, MINUTE)
            state = reduce(state, Reading("test", topic, at, value, coverage=Coverage(more=more), trip=trip))
    return state


def found(state: LaunchState, topic: Topic, minutes: int) -> tuple[Gap, ...]:
    """The gaps `minutes` after opening."""
    return gaps(state, topic, OPEN + minutes * MINUTE)


def test_a_source_never_heard_has_no_gap() -> None:
    assert found(LaunchState(CAMPAIGN), Topic.ORDERS, 5) == ()
    assert found(told(Topic.ORDERS, "+++++"), Topic.ORDERS, 5) == ()


def test_failures_are_a_gap_until_the_next_answer() -> None:
    lasts = told(Topic.ORDERS, "++---")
    assert found(lasts, Topic.ORDERS, 4) == (Gap(FIRST + 2, None),)
    assert Gap(FIRST + 2, None).last is None
    (gap,) = found(told(Topic.ORDERS, "++---+"), Topic.ORDERS, 6)
    assert (gap.start, gap.until, gap.mend) == (FIRST + 2, FIRST + 5, Mend.FILLED)
    assert gap.last == OPEN + 4 * MINUTE


def test_it_is_filled_only_by_a_whole_answer() -> None:
    state = told(Topic.ORDERS, "  +", told(Topic.ORDERS, "+-"), more=True)
    (gap,) = found(state, Topic.ORDERS, 3)
    assert gap.mend is Mend.FILLING
    (gap,) = found(told(Topic.ORDERS, "   +", state), Topic.ORDERS, 3)
    assert gap.mend is Mend.FILLED


def test_what_tells_of_the_present_only_fills_nothing() -> None:
    (gap,) = found(told(Topic.STOCK, "+--+"), Topic.STOCK, 4)
    assert gap.mend is Mend.OVER


@pytest.mark.parametrize(
    ("minutes", "mend", "missing"),
    [
        ((), Mend.FILLING, 0),
        ((0, 1), Mend.FILLING, 0),
        ((1, 2, 3), Mend.FILLED, 0),
        ((1, 2, 3, 4), Mend.FILLED, 0),
        ((1, 3, 4), Mend.PART, 1),
    ],
)
@pytest.mark.parametrize("topic", [Topic.TRAFFIC, Topic.CPU])
def test_minute_figures_say_themselves_what_came_late(
    topic: Topic, minutes: tuple[int, ...], mend: Mend, missing: int
) -> None:
    moments = [OPEN + minute * MINUTE for minute in minutes]
    late: Value = TrafficPoints(tuple(TrafficPoint(at, 5.0) for at in moments))
    if topic is Topic.CPU:
        late = CpuPoints(tuple(CpuPoint("Api", f"i-{at.minute % 2}", at, 5.0) for at in moments))
    state = told(topic, "+---")
    state = reduce(state, Reading("test", topic, OPEN + 4 * MINUTE, late, trip=Trip(0.1, MINUTE)))
    (gap,) = found(state, topic, 5)
    assert (gap.mend, gap.missing) == (mend, missing)


def test_a_machine_that_slept_leaves_a_gap_that_nobody_failed_in() -> None:
    slept = "+" + " " * (UNASKED + 1) + "+"
    (gap,) = found(told(Topic.ORDERS, slept), Topic.ORDERS, 30)
    assert (gap.asked, gap.start, gap.until) == (False, FIRST + 1, FIRST + UNASKED + 2)
    assert found(told(Topic.ORDERS, "+" + " " * (UNASKED - 1) + "+"), Topic.ORDERS, 30) == ()


def test_one_that_slept_for_longer_than_is_looked_back_is_seen_when_it_wakes() -> None:
    slept = told(Topic.ORDERS, "+" + " " * 500 + "+")
    (gap,) = found(slept, Topic.ORDERS, 502)
    assert (gap.asked, gap.start, gap.until) == (False, FIRST + 1, FIRST + 501)
    assert found(slept, Topic.ORDERS, 501 + 200) == ()


def test_what_fails_after_a_sleep_did_not_answer_all_the_time() -> None:
    slept = "+" + " " * (UNASKED + 1) + "--+"
    (gap,) = found(told(Topic.ORDERS, slept), Topic.ORDERS, 30)
    assert (gap.asked, gap.start, gap.until) == (True, FIRST + 1, FIRST + UNASKED + 4)


def test_a_slow_phase_leaves_no_gaps_for_the_quick_one_after_it() -> None:
    state = told(Topic.ORDERS, "+" + " " * 29 + "+" + " " * 29 + "+++")
    assert len(found(state, Topic.ORDERS, 63)) == 2
    spec = replace(state.specs[Topic.ORDERS], cadence=MINUTE, longest=30 * MINUTE)
    assert found(replace(state, specs={Topic.ORDERS: spec}), Topic.ORDERS, 63) == ()


def test_a_source_that_is_asked_rarely_is_not_missed_in_between() -> None:
    state = told(Topic.ORDERS, "+" + " " * (UNASKED + 1) + "+")
    hourly = replace(state.specs[Topic.ORDERS], longest=60 * MINUTE)
    assert found(replace(state, specs={Topic.ORDERS: hourly}), Topic.ORDERS, 30) == ()
    # two rounds of it may pass, and a minute more
    for longest, gaps_seen in ((UNASKED // 2 + 1, 0), (UNASKED // 2, 1)):
        spec = replace(hourly, longest=longest * MINUTE)
        assert len(found(replace(state, specs={Topic.ORDERS: spec}), Topic.ORDERS, 30)) == gaps_seen
    # a journal of somebody else's campaign file
    assert len(found(replace(state, specs={}), Topic.ORDERS, 30)) == 1


def test_only_the_last_hours_are_looked_at() -> None:
    state = told(Topic.ORDERS, "+-+")
    assert len(found(state, Topic.ORDERS, 60)) == 1
    assert found(state, Topic.ORDERS, 6 * 60) == ()
    assert gaps(state, Topic.ORDERS, OPEN + 6 * 60 * MINUTE, timedelta(hours=7)) != ()


@given(st.text("+- ", max_size=60))
def test_every_failed_minute_is_in_exactly_one_gap_and_no_answered_one_is(answers: str) -> None:
    stretches = found(told(Topic.ORDERS, answers), Topic.ORDERS, 60)
    for index, answer in enumerate(answers):
        holding = [
            gap for gap in stretches if gap.start <= FIRST + index and (gap.until is None or FIRST + index < gap.until)
        ]
        assert len(holding) == 1 if answer == "-" else len(holding) == 0 if answer == "+" else len(holding) <= 1
    assert all(first.until is not None and first.until < then.start for first, then in pairwise(stretches))
    assert sum(gap.until is None for gap in stretches) == answers.strip().endswith("-")
