"""The phases of a launch, and days of a calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.domain.campaign import Campaign, Product, Promotion, Shop
from evtui.domain.phases import CROWD, LEAD, Cadence, Phase, calendar_day, steady, timetable

ZONE = ZoneInfo("Asia/Hong_Kong")
OPENS = datetime(2024, 1, 25, 2, 0, tzinfo=UTC)
HOUR, DAY, TICK = timedelta(hours=1), timedelta(days=1), timedelta(microseconds=1)


def launch(*windows: tuple[datetime, datetime], promoted: tuple[datetime | None, ...] = ()) -> Campaign:
    products = tuple(
        Product(number, "$1000", "a", 1000.0, 1, begins, ends, 100)
        for number, (begins, ends) in enumerate(windows, start=1)
    )
    promotions = tuple(Promotion(at, "push") for at in promoted)
    return Campaign("x", "X", "HK", "TEST", ZONE, "HKD", Shop(28, "S"), products, promotions=promotions)


CAMPAIGN = launch((OPENS, OPENS + 9 * DAY), (OPENS + DAY, OPENS + 3 * DAY), promoted=(OPENS - 2 * DAY, None))


@pytest.mark.parametrize(
    ("at", "phase"),
    [
        (OPENS - 30 * DAY, Phase.BEFORE),
        (OPENS - 2 * DAY - LEAD, Phase.OPENING),
        (OPENS - 2 * DAY + CROWD, Phase.BEFORE),
        (OPENS - LEAD - TICK, Phase.BEFORE),
        (OPENS - LEAD, Phase.OPENING),
        (OPENS, Phase.OPENING),
        (OPENS + CROWD - TICK, Phase.OPENING),
        (OPENS + CROWD, Phase.SELLING),
        (OPENS + DAY - LEAD, Phase.OPENING),
        (OPENS + DAY + CROWD, Phase.SELLING),
        (OPENS + 9 * DAY - TICK, Phase.SELLING),
        (OPENS + 9 * DAY, Phase.CLOSED),
        (OPENS + 900 * DAY, Phase.CLOSED),
    ],
)
def test_each_moment_has_its_phase(at: datetime, phase: Phase) -> None:
    assert timetable(CAMPAIGN).at(at) is phase


def test_nothing_opens_after_the_close() -> None:
    table = timetable(launch((OPENS, OPENS + HOUR), promoted=(OPENS + 2 * HOUR,)))
    assert [table.at(OPENS + hours * HOUR) for hours in (0, 1, 2, 3)] == [Phase.OPENING] + [Phase.CLOSED] * 3


def test_a_pause_between_two_sales_is_part_of_the_sale() -> None:
    table = timetable(launch((OPENS, OPENS + 2 * HOUR), (OPENS + DAY, OPENS + 2 * DAY)))
    assert table.at(OPENS + 12 * HOUR) is Phase.SELLING


windows = st.tuples(st.integers(0, 5000), st.integers(1, 5000)).map(
    lambda minutes: (OPENS + minutes[0] * timedelta(minutes=1), OPENS + sum(minutes) * timedelta(minutes=1))
)
moments = st.integers(-9000, 20_000).map(lambda minutes: OPENS + minutes * timedelta(minutes=1))


@given(st.lists(windows, min_size=1, max_size=6), st.lists(moments, max_size=4), moments)
def test_the_table_tells_what_its_rules_say(
    sales: list[tuple[datetime, datetime]], promoted: list[datetime], at: datetime
) -> None:
    campaign = launch(*sales, promoted=tuple(promoted))
    crowds = [begins for begins, _ in sales] + promoted
    if at >= campaign.closes:
        right = Phase.CLOSED
    elif any(crowd - LEAD <= at < crowd + CROWD for crowd in crowds):
        right = Phase.OPENING
    else:
        right = Phase.BEFORE if at < campaign.opens else Phase.SELLING
    table = timetable(campaign)
    assert table.at(at) is right
    turn = table.turn(at)
    if turn is None:
        assert right is Phase.CLOSED
    else:
        assert at < turn
        assert table.at(turn - TICK) is right is not table.at(turn)


@given(st.lists(windows, min_size=1, max_size=4), moments, st.integers(0, 9000))
def test_the_spans_of_a_stretch_add_up_to_it(
    sales: list[tuple[datetime, datetime]], start: datetime, minutes: int
) -> None:
    table, length = timetable(launch(*sales)), timedelta(minutes=minutes)
    spans = list(table.spans(start, start + length))
    assert sum((span for _, span in spans), timedelta()) == length
    assert all(span > timedelta() for _, span in spans)
    assert not spans or (spans[0][0], spans[-1][0]) == (table.at(start), table.at(start + length - TICK))


def test_a_cadence_is_told_by_phase() -> None:
    cadence = Cadence(opening=timedelta(seconds=5))
    assert [cadence.at(phase) for phase in Phase] == [None, timedelta(seconds=5), None, None]
    assert {steady(HOUR).at(phase) for phase in Phase} == {HOUR}


@pytest.mark.parametrize(
    ("zone", "moment", "hours"),
    [
        ("Asia/Hong_Kong", datetime(2024, 1, 24, 16, tzinfo=UTC), 24),
        ("Europe/Berlin", datetime(2024, 3, 31, 12, tzinfo=UTC), 23),
        ("Europe/Berlin", datetime(2024, 10, 27, 0, 30, tzinfo=UTC), 25),
        ("Europe/Berlin", datetime(2024, 10, 27, 1, 30, tzinfo=UTC), 25),
    ],
)
def test_a_day_is_as_long_as_its_clocks_make_it(zone: str, moment: datetime, hours: int) -> None:
    start, end = calendar_day(moment, ZoneInfo(zone))
    assert end - start == hours * HOUR
    assert start <= moment < end


@given(moments, st.sampled_from(["Asia/Hong_Kong", "America/Sao_Paulo", "Pacific/Apia", "UTC", "Europe/London"]))
def test_every_moment_is_in_its_day_and_the_next_one_follows(moment: datetime, zone: str) -> None:
    start, end = calendar_day(moment, ZoneInfo(zone))
    assert start <= moment < end
    assert calendar_day(end - TICK, ZoneInfo(zone)) == (start, end)
    assert calendar_day(end, ZoneInfo(zone))[0] == end
