"""A look-up that keeps failing is left alone, and says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.collector.breaker import FIRST_REST_S, LONGEST_REST_S, TRIES, Breaker
from evtui.collector.schedule import AUTH_RETRY_S, MAX_RETRY_AFTER_S
from evtui.domain.reading import Failure, FailureKind

NOW = datetime(2024, 1, 25, 2, 30, tzinfo=UTC)
DOWN, AUTH = Failure(FailureKind.DOWN, "refused"), Failure(FailureKind.AUTH, "expired", "aws sso login")


def after(
    count: int, failure: Failure = DOWN, speed: float = 1.0, retry_after: float | None = None, now: datetime = NOW
) -> Breaker:
    breaker = Breaker()
    for _ in range(count):
        breaker = breaker.failed(failure, now, speed, retry_after)
    return breaker


def rest(breaker: Breaker) -> float:
    return (breaker.until - NOW).total_seconds() if breaker.until else 0.0


@pytest.mark.parametrize(("count", "seconds"), [(1, 0), (2, 0), (3, 60), (4, 120), (5, 240), (6, 300), (5000, 300)])
def test_the_rest_grows_with_the_failures(count: int, seconds: float) -> None:
    assert rest(after(count)) == seconds


def test_one_that_waits_for_a_login_is_tried_again_soon() -> None:
    assert rest(after(9, AUTH)) == AUTH_RETRY_S


@pytest.mark.parametrize(("asked", "seconds"), [(30, 30), (10**6, MAX_RETRY_AFTER_S), (0, 0), (-5, 0)])
def test_it_rests_as_long_as_it_asked_for_at_the_first_failure_already(asked: float, seconds: float) -> None:
    assert rest(after(1, retry_after=asked)) == seconds


@given(st.integers(TRIES, 50), st.floats(0, 2000))
def test_it_never_rests_shorter_than_it_asked_for_nor_for_good(count: int, asked: float) -> None:
    seconds = rest(after(count, retry_after=asked))
    assert seconds >= min(asked, MAX_RETRY_AFTER_S) - 1e-6
    assert FIRST_REST_S <= seconds <= max(LONGEST_REST_S, MAX_RETRY_AFTER_S)


def test_it_is_open_until_then_and_not_at_that_moment() -> None:
    breaker = after(3)
    assert breaker.open_at(NOW + timedelta(seconds=59))
    assert not breaker.open_at(NOW + timedelta(seconds=60))
    assert not Breaker().open_at(NOW)


def test_the_rest_is_wall_time_however_fast_the_launch_is_played() -> None:
    assert rest(after(3, speed=60)) == 3600
    assert rest(after(3, speed=0)) == 60


def test_it_says_until_when_and_why() -> None:
    words = after(3).words(ZoneInfo("Asia/Hong_Kong"))
    assert words == "left alone until 10:31:00 after 3 failures; the last: refused"
    assert after(1, retry_after=5).words(UTC) == "left alone until 02:30:05 after 1 failure; the last: refused"
