"""What asking costs, and how it is slowed down."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from evtui.collector.budget import Meter, slowdown
from evtui.collector.question import hand_over
from evtui.domain.reading import Coverage, CpuPoints, Failure, FailureKind, Lookup, Reading, Topic
from evtui.domain.trip import Spent, Trip

ZONE = ZoneInfo("Asia/Hong_Kong")
NOON = datetime(2024, 1, 25, 4, 0, tzinfo=UTC)
"""Twelve hours before midnight in the zone."""
MINUTE = timedelta(minutes=1)
usd = st.floats(0, 1e6)


def cost(usd: float, at: datetime = NOON, topic: Topic | Lookup = Topic.CPU) -> Reading:
    return Reading("cloudwatch", topic, at, CpuPoints(()), trip=Trip(0.1, spent=Spent(usd)))


def each_minute(start: datetime, end: datetime) -> float:
    return (end - start) / MINUTE


def meter(ceiling: float) -> Meter:
    made = Meter(ceiling, ZONE)
    made.expect(Topic.CPU, each_minute)
    return made


@given(usd, usd, usd)
def test_at_the_pace_that_comes_out_the_day_stays_below_its_ceiling(spent: float, rest: float, ceiling: float) -> None:
    factor = slowdown(spent, rest, ceiling)
    assert factor >= 1
    if spent < ceiling:
        assert factor == 1 or spent + rest / factor <= ceiling * (1 + 1e-9)
    else:
        assert factor == (math.inf if rest else 1)


@given(usd, usd, usd, usd)
def test_more_spent_is_never_faster(spent: float, more: float, rest: float, ceiling: float) -> None:
    assert slowdown(spent, rest, ceiling) <= slowdown(spent + more, rest, ceiling)


def test_what_costs_nothing_is_never_slowed() -> None:
    counted = meter(0.0)
    counted.hear(cost(1.0))
    assert counted.slowed(Topic.STOCK, NOON) == 1
    assert meter(0.0).slowed(Topic.CPU, NOON) == 1


def test_a_ceiling_of_nothing_slows_what_has_a_price_as_far_as_it_goes() -> None:
    counted = meter(0.0)
    counted.hear(cost(0.001))
    assert counted.slowed(Topic.CPU, NOON) == math.inf


def test_the_rest_of_the_day_is_foreseen_at_the_planned_pace() -> None:
    counted = meter(4.61)
    counted.hear(cost(0.01))
    assert counted.slowed(Topic.CPU, NOON) == pytest.approx(720 * 0.01 / 4.60)
    assert counted.slowed(Topic.CPU, NOON + timedelta(hours=11)) == 1


def test_several_dear_sources_share_one_ceiling() -> None:
    counted = meter(5.0)
    counted.expect(Topic.TRAFFIC, each_minute)
    counted.hear(cost(0.01))
    alone = counted.slowed(Topic.CPU, NOON)
    counted.hear(cost(0.01, topic=Topic.TRAFFIC))
    assert counted.slowed(Topic.CPU, NOON) == counted.slowed(Topic.TRAFFIC, NOON) > alone


def test_a_look_up_counts_and_is_not_foreseen() -> None:
    counted = meter(10.0)
    counted.hear(cost(0.01))
    assert counted.slowed(Topic.CPU, NOON) == 1
    counted.hear(cost(9.0, topic=Lookup.TASK_LOG))
    assert counted.slowed(Topic.CPU, NOON) == pytest.approx(7.2 / 0.99)


def test_a_question_that_failed_is_paid_for_too() -> None:
    counted = meter(5.0)
    failure = Failure(FailureKind.DOWN, "throttled")
    counted.hear(Reading("cloudwatch", Topic.CPU, NOON, failure, trip=Trip(0.1, spent=Spent(4.0))))
    assert counted.slowed(Topic.CPU, NOON) > 1


def test_an_answer_that_was_not_taken_in_is_paid_for_once() -> None:
    def full_disk(_: Reading) -> None:
        raise OSError

    counted, once = meter(10.0), meter(10.0)
    hand_over(cost(6.0), (full_disk, counted.hear))
    hand_over(cost(6.0), (once.hear,))
    assert counted.slowed(Topic.CPU, NOON) == once.slowed(Topic.CPU, NOON) > 1


@pytest.mark.parametrize("usd", [math.nan, math.inf, -1.0])
def test_what_is_no_price_slows_nothing(usd: float) -> None:
    counted = meter(10.0)
    counted.hear(cost(usd))
    counted.hear(cost(0.001))
    assert counted.slowed(Topic.CPU, NOON) == 1


def test_one_dear_question_is_soon_outweighed() -> None:
    counted = meter(100.0)
    counted.hear(cost(5.0))
    assert counted.slowed(Topic.CPU, NOON) > 1
    for number in range(20):
        counted.hear(cost(0.001, NOON + number * MINUTE))
    assert counted.slowed(Topic.CPU, NOON + 20 * MINUTE) == 1


def test_the_parts_of_a_long_past_do_not_make_the_rest_of_the_day_dear() -> None:
    counted = meter(100.0)
    counted.hear(cost(0.01))
    counted.hear(replace(cost(5.0, NOON + MINUTE), coverage=Coverage(more=True)))
    assert counted.ahead(Topic.CPU, NOON + 12 * 30 * MINUTE) == pytest.approx(0.01 * 360)
    assert counted.ahead(Topic.STOCK, NOON) == 0


def test_midnight_in_the_zone_begins_anew() -> None:
    counted, midnight = meter(8.0), NOON + timedelta(hours=12)
    counted.hear(cost(0.001, midnight - 2 * MINUTE))
    counted.hear(cost(8.0, midnight - MINUTE, Lookup.TASK_LOG))
    assert counted.slowed(Topic.CPU, midnight - MINUTE) == math.inf
    assert counted.slowed(Topic.CPU, midnight) == 1
    # a late answer to a question of yesterday is yesterday's money
    counted.hear(cost(8.0, midnight - MINUTE, Lookup.TASK_LOG))
    assert counted.slowed(Topic.CPU, midnight) == 1


@given(st.floats(0.5, 10), st.floats(0.0001, 0.02))
@settings(max_examples=40, deadline=None)
def test_a_whole_day_stays_below_the_ceiling(ceiling: float, price: float) -> None:
    counted, now, total = meter(ceiling), NOON - timedelta(hours=12), 0.0
    end, pause = now + timedelta(days=1), 0.0
    while now < end:
        counted.hear(cost(price, now))
        total += price
        pause = min(counted.slowed(Topic.CPU, now), 15)
        now += pause * MINUTE
    # as rarely as cost can make it, it is asked four times an hour
    assert total <= max(ceiling, 97 * price) + 2 * price
