"""What a source has cost today, and what it will have cost at the end of the day."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_makers import CAMPAIGN, OPEN, ZONE

from evtui.domain.phases import calendar_day
from evtui.domain.reading import CpuPoints, Reading, Topic
from evtui.domain.trip import Spent, Trip
from evtui.store.reduce import reduce
from evtui.store.spending import KEEP_HOURS, forecast, spent_today
from evtui.store.state import LaunchState

MINUTE = timedelta(minutes=1)
MIDNIGHT = calendar_day(OPEN, ZONE)[0]
CENT = Spent(0.01, 10)


def asked(*times: datetime, topic: Topic = Topic.CPU, spent: Spent = CENT) -> LaunchState:
    """The state after questions at these times."""
    state = LaunchState(CAMPAIGN)
    for at in times:
        state = reduce(state, Reading("cloudwatch", topic, at, CpuPoints(()), trip=Trip(0.1, MINUTE, spent)))
    return state


def every(step: timedelta, start: datetime, end: datetime) -> list[datetime]:
    return [start + step * number for number in range((end - start) // step + 1)]


def test_the_day_begins_at_midnight_of_the_campaigns_zone() -> None:
    state = asked(MIDNIGHT - MINUTE, MIDNIGHT, OPEN, OPEN + MINUTE)
    assert spent_today(state, Topic.CPU, OPEN) == Spent(0.02, 20)
    assert spent_today(state, Topic.CPU, MIDNIGHT - MINUTE) == CENT
    assert spent_today(state, Topic.STOCK, OPEN) == Spent()


def test_a_reading_that_comes_again_costs_nothing_more() -> None:
    assert spent_today(asked(OPEN, OPEN), Topic.CPU, OPEN) == CENT


@pytest.mark.parametrize("step", [MINUTE, 5 * MINUTE, 15 * MINUTE])
def test_the_forecast_goes_on_at_the_pace_of_the_last_hour(step: timedelta) -> None:
    now = MIDNIGHT + timedelta(hours=12)
    state = asked(*every(step, now - timedelta(hours=3), now))
    left = timedelta(hours=12) / step * 0.01
    # the hour holds a question at both of its ends
    assert forecast(state, Topic.CPU, now) == pytest.approx(
        spent_today(state, Topic.CPU, now).usd + left, rel=step / timedelta(hours=1) + 0.01
    )


def test_what_has_been_watched_for_a_few_minutes_is_not_taken_for_an_hour() -> None:
    now = MIDNIGHT + timedelta(hours=12)
    state = asked(*every(MINUTE, now - 10 * MINUTE, now))
    assert forecast(state, Topic.CPU, now) == pytest.approx(0.11 + 12 * 60 * 0.011, rel=0.01)


def test_one_that_is_asked_rarely_and_was_asked_before_is_not_taken_for_one_that_just_began() -> None:
    now = MIDNIGHT + timedelta(hours=12)
    state = asked(now - 100 * MINUTE, now - 10 * MINUTE)
    assert forecast(state, Topic.CPU, now) == pytest.approx(0.02 + 12 * 0.01)


def test_one_question_is_not_an_endless_row_of_them() -> None:
    assert forecast(asked(OPEN), Topic.CPU, OPEN) == pytest.approx(0.01 + 0.01 * 14 * 12)


def test_what_costs_nothing_is_forecast_to_go_on_so() -> None:
    assert forecast(asked(OPEN, spent=Spent()), Topic.CPU, OPEN + MINUTE) == 0
    assert forecast(LaunchState(CAMPAIGN), Topic.CPU, OPEN) == 0


@given(st.lists(st.integers(0, 20 * 60), max_size=30, unique=True), st.integers(0, 24 * 60 - 1))
def test_a_forecast_is_never_below_what_is_spent_and_ends_with_the_day(minutes: list[int], at: int) -> None:
    state = asked(*(MIDNIGHT + minute * MINUTE for minute in minutes))
    now = MIDNIGHT + at * MINUTE
    spent = spent_today(state, Topic.CPU, now).usd
    assert spent == pytest.approx(0.01 * sum(minute <= at for minute in minutes))
    assert forecast(state, Topic.CPU, now) >= spent


def test_old_questions_are_forgotten() -> None:
    state = asked(MIDNIGHT, MIDNIGHT + timedelta(hours=KEEP_HOURS + 2))
    assert spent_today(state, Topic.CPU, MIDNIGHT) == Spent()
