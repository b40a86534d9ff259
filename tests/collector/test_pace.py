"""How often each source is asked: by phase, by price, and after the sale by what is still owed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.collector.budget import Meter
from evtui.collector.pace import SLOWEST, USUAL, Launch, Plan
from evtui.collector.schedule import MIN_WALL_S
from evtui.domain.campaign import Campaign, Product, Shop
from evtui.domain.phases import Cadence, Phase, steady, timetable
from evtui.domain.reading import CpuPoints, Reading, Topic
from evtui.domain.trip import Spent, Trip

ZONE = ZoneInfo("Asia/Hong_Kong")
OPENS = datetime(2024, 1, 25, 2, 0, tzinfo=UTC)
CLOSES = OPENS + timedelta(hours=10)
UNSAID = Cadence()
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
CAMPAIGN = Campaign(
    "x", "X", "HK", "TEST", ZONE, "HKD", Shop(28, "S"), (Product(1, "a", "a", 1.0, 1, OPENS, CLOSES, 100),)
)
AT = {Phase.BEFORE: OPENS - 2 * HOUR, Phase.OPENING: OPENS, Phase.SELLING: OPENS + 2 * HOUR, Phase.CLOSED: CLOSES}


def plan(
    topic: Topic = Topic.STOCK,
    cadence: Cadence = UNSAID,
    *,
    owed: bool = False,
    speed: float = 1.0,
    ceiling: float = 5.0,
    usd: float = 0.0,
) -> Plan:
    """The pace of one source, whose every question costs `usd`."""
    meter = Meter(ceiling, ZONE)
    made = Plan(topic, cadence, Launch(timetable(CAMPAIGN), CLOSES + HOUR, lambda: owed, speed, meter))
    meter.expect(topic, made.questions)
    if usd:
        meter.hear(Reading("cloudwatch", topic, OPENS - 3 * HOUR, CpuPoints(()), trip=Trip(0.1, spent=Spent(usd))))
    return made


@pytest.mark.parametrize("topic", Topic)
def test_every_topic_has_a_pace_of_its_own_in_every_phase(topic: Topic) -> None:
    assert set(USUAL[topic]) == set(Phase)
    usual = USUAL[topic]
    assert usual[Phase.OPENING] <= usual[Phase.SELLING] <= usual[Phase.CLOSED] <= SLOWEST
    assert usual[Phase.OPENING] <= usual[Phase.BEFORE]


@pytest.mark.parametrize("phase", Phase)
def test_the_file_decides_and_the_topic_fills_in(phase: Phase) -> None:
    stated = Cadence(opening=7 * SECOND)
    right = 7 * SECOND if phase is Phase.OPENING else USUAL[Topic.STOCK][phase]
    rate = plan(cadence=stated)(AT[phase])
    assert (rate.every, rate.wall_s, rate.slowed) == (right, right.total_seconds(), 1.0)


class TestOrdersAfterTheSale:
    """Orders that were paid and not delivered."""

    def test_keep_their_pace_until_what_was_promised_has_passed(self) -> None:
        orders = plan(Topic.ORDERS)
        selling, closed = USUAL[Topic.ORDERS][Phase.SELLING], USUAL[Topic.ORDERS][Phase.CLOSED]
        assert [orders(CLOSES + after).every for after in (SECOND, HOUR - SECOND, HOUR)] == [selling, selling, closed]

    def test_and_after_that_as_long_as_there_are_any(self) -> None:
        assert plan(Topic.ORDERS, owed=True)(CLOSES + 9 * HOUR).every == USUAL[Topic.ORDERS][Phase.SELLING]

    def test_nothing_else_is_asked_for_more_often_for_that(self) -> None:
        assert plan(Topic.STOCK, owed=True)(CLOSES + MINUTE).every == USUAL[Topic.STOCK][Phase.CLOSED]

    def test_nor_are_they_before_the_sale(self) -> None:
        assert plan(Topic.ORDERS, owed=True)(OPENS - 5 * HOUR).every == USUAL[Topic.ORDERS][Phase.BEFORE]


def test_a_launch_that_is_played_fast_is_asked_no_more_than_once_a_second() -> None:
    rate = plan(cadence=steady(5 * SECOND), speed=60)(OPENS)
    assert (rate.every, rate.wall_s) == (MINUTE, MIN_WALL_S)
    assert plan(cadence=steady(5 * SECOND), speed=60).shortest == MINUTE


def test_on_a_clock_that_stands_still_nothing_turns() -> None:
    rate = plan(cadence=steady(5 * SECOND), speed=0)(OPENS)
    assert (rate.every, rate.wall_s, rate.turn_s) == (5 * SECOND, 5.0, None)


def test_it_says_when_it_turns() -> None:
    assert plan()(OPENS - HOUR).turn_s == 45 * 60
    assert plan(speed=60)(OPENS - HOUR).turn_s == 45
    assert plan()(CLOSES).turn_s is None


def test_the_shortest_pause_of_all_phases_is_known() -> None:
    assert plan(cadence=Cadence(HOUR, MINUTE, SECOND * 30, HOUR)).shortest == 30 * SECOND


class TestMoney:
    """Sources that have a price."""

    def test_are_asked_more_rarely_to_stay_below_the_ceiling(self) -> None:
        rate = plan(Topic.CPU, steady(10 * SECOND), usd=0.001)(OPENS)
        left = 14 * 360 * 0.001
        assert rate.slowed == pytest.approx(left / (5.0 - 0.001), rel=1e-6)
        assert rate.every == rate.slowed * 10 * SECOND

    def test_the_phases_ahead_are_foreseen_each_at_its_pace(self) -> None:
        cadence = Cadence(MINUTE, 10 * SECOND, MINUTE, HOUR)
        assert plan(cadence=cadence).questions(OPENS, OPENS + 2 * HOUR) == 360 + 60
        assert plan(cadence=cadence).questions(CLOSES, CLOSES + 3 * HOUR) == 3
        assert plan(cadence=cadence, speed=60).questions(OPENS, OPENS + 2 * HOUR) == 60 + 60

    @pytest.mark.parametrize("ceiling", [0.0, 0.001])
    def test_never_more_rarely_than_every_quarter_of_an_hour(self, ceiling: float) -> None:
        rate = plan(Topic.CPU, steady(MINUTE), ceiling=ceiling, usd=0.01)(OPENS)
        assert (rate.every, rate.slowed) == (SLOWEST, 15)

    def test_what_is_planned_more_rarely_than_that_stays_as_planned(self) -> None:
        rate = plan(Topic.CPU, steady(HOUR), ceiling=0.0, usd=0.01)(OPENS)
        assert (rate.every, rate.slowed) == (HOUR, 1.0)

    @given(st.integers(1, 7200), st.floats(0, 10), st.floats(0, 1), st.integers(-600, 3000))
    def test_none_is_stopped_and_none_hurried(self, seconds: int, ceiling: float, usd: float, minutes: int) -> None:
        planned = seconds * SECOND
        rate = plan(Topic.CPU, steady(planned), ceiling=ceiling, usd=usd)(OPENS + minutes * MINUTE)
        assert planned - SECOND / 1000 <= rate.every <= max(SLOWEST, planned)
        assert rate.slowed >= 1
