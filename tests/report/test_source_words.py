"""What screen and line mode say of a source: pace, next try, logins, gaps, prices, clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from launches import CAMPAIGN
from msgspec.structs import replace

from evtui.domain.asking import Status
from evtui.domain.reading import Coverage, Failure, FailureKind, OrderBatch, Reading, Topic
from evtui.domain.trip import Exchange, Login, Spent, Trip
from evtui.report.sources import (
    SourceFigures,
    clock_words,
    covered_words,
    failures_words,
    gap_words,
    left_of,
    login_words,
    logins,
    next_words,
    pace_words,
    size,
    source_figures,
    spent_words,
    took_words,
    total,
    usd,
)
from evtui.store.reach import Gap, Mend
from evtui.store.reduce import reduce
from evtui.store.series import minute_of
from evtui.store.state import LaunchState, SourceSeen, SourceSpec

ZONE = ZoneInfo("Asia/Hong_Kong")
NOW = datetime(2024, 1, 25, 11, 30, tzinfo=ZONE).astimezone(UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
EMPTY = LaunchState(
    CAMPAIGN, {topic: SourceSpec(topic, "sql", 5 * SECOND) for topic in (Topic.ORDERS, Topic.STOCK, Topic.CPU)}
)
LOGIN = Login("profile prod-hk (sso)", NOW + 7 * HOUR + 12 * MINUTE, remedy="aws sso login --profile prod-hk")


def asked(
    topic: Topic = Topic.ORDERS, at: datetime = NOW, trip: Trip = Trip(0.1, MINUTE), state: LaunchState = EMPTY
) -> LaunchState:
    """What is believed after one more answer, empty but for how it was had."""
    return reduce(state, Reading("sql", topic, at, OrderBatch(()), trip=trip))


def source(state: LaunchState = EMPTY, status: Status | None = None, now: datetime = NOW) -> SourceFigures:
    """The orders' source."""
    return source_figures(state, () if status is None else (status,), now)[0]


def test_only_configured_sources_are_there_in_the_order_of_the_file() -> None:
    figures = source_figures(EMPTY, (Status(Topic.CPU, MINUTE, failures=3),), NOW)
    assert [each.topic for each in figures] == [Topic.ORDERS, Topic.STOCK, Topic.CPU]
    assert [each.provider for each in figures] == ["sql"] * 3
    assert [failures_words(each) for each in figures] == ["--", "--", "3"]
    assert source_figures(LaunchState(CAMPAIGN), (), NOW) == ()


def test_the_pace_is_that_of_the_asking_and_else_that_of_the_newest_question() -> None:
    assert pace_words(source()) == "--"
    assert pace_words(source(asked())) == "1m"
    assert pace_words(source(asked(), Status(Topic.ORDERS, 5 * SECOND))) == "5s"
    assert pace_words(source(status=Status(Topic.ORDERS, 150 * SECOND, slowed=2.5))) == "2m30s ×2.5"
    assert pace_words(source(status=Status(Topic.ORDERS, timedelta(milliseconds=20)))) == "1s"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (None, "--"),
        (Status(Topic.ORDERS, MINUTE), "--"),
        (Status(Topic.ORDERS, MINUTE, NOW + 12 * SECOND), "in 12s"),
        (Status(Topic.ORDERS, MINUTE, NOW), "now"),
        (Status(Topic.ORDERS, MINUTE, NOW - SECOND), "now"),
        (Status(Topic.ORDERS, MINUTE, asking=NOW - 3 * SECOND), "asking 3s"),
        (Status(Topic.ORDERS, MINUTE, asking=NOW + SECOND), "asking 0s"),
        (Status(Topic.ORDERS, MINUTE, NOW + 80 * SECOND, 7, left_alone=True), "left alone until 11:31:20"),
    ],
)
def test_the_next_try(status: Status | None, words: str) -> None:
    assert next_words(source(status=status), NOW, ZONE) == words


@pytest.mark.parametrize(
    ("took", "words"),
    [(None, "--"), (float("nan"), "--"), (0.004, "0.00s"), (0.12, "0.12s"), (1.26, "1.3s"), (31, "31s")],
)
def test_how_long_it_took(took: float | None, words: str) -> None:
    assert took_words(Trip(took)) == words


def test_what_it_covers() -> None:
    health = source(asked()).health
    for coverage, words in ((Coverage(), "--"), (Coverage(3, 4), "3/4"), (Coverage(1200), "1,200")):
        assert covered_words(replace(health, coverage=coverage)) == words


@pytest.mark.parametrize(
    ("left", "renews", "words", "near"),
    [
        (7 * HOUR + 12 * MINUTE + SECOND, False, "7h12m left", False),
        (31 * MINUTE, False, "31m left", False),
        (30 * MINUTE, False, "30m left", True),
        (59 * SECOND, False, "<1m left", True),
        (timedelta(), False, "over", True),
        (-HOUR, False, "over", True),
        (-HOUR, True, "renews itself", False),
        (HOUR, True, "60m left, renews itself", False),
    ],
)
def test_time_left_of_a_login(left: timedelta, renews: bool, words: str, near: bool) -> None:
    login = Login("somebody", NOW + left, renews)
    assert left_of(login, NOW) == words
    assert login.is_ending(NOW) is near
    assert login_words(login, NOW) == f"somebody, {words}"


def test_a_login_without_an_end_says_none() -> None:
    assert (left_of(Login("environment"), NOW), Login("environment").is_ending(NOW)) == ("", False)
    assert login_words(Login("environment"), NOW) == "environment"


def test_one_login_of_several_sources_is_said_once_as_it_was_told_last() -> None:
    newer = replace(LOGIN, expires=NOW + 9 * HOUR)
    state = asked(Topic.CPU, NOW, Trip(0.1, login=newer), asked(Topic.ORDERS, NOW - MINUTE, Trip(0.1, login=LOGIN)))
    state = asked(Topic.STOCK, NOW, Trip(0.1, login=Login("another")), state)
    assert logins(source_figures(state, (), NOW)) == {newer: ("orders", "cpu"), Login("another"): ("stock",)}
    assert state.sources[Topic.ORDERS].login == LOGIN
    assert SourceSeen().login is None


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        ({}, "gap 11:00–11:11, filled 11:12"),
        ({"mend": Mend.FILLING}, "gap 11:00–11:11, being filled since 11:12"),
        ({"mend": Mend.PART, "missing": 2}, "gap 11:00–11:11, filled 11:12 but for 2 of 12 minutes"),
        ({"mend": Mend.OVER}, "gap 11:00–11:11, answers since 11:12"),
        ({"asked": False}, "not asked 11:00–11:11, filled 11:12"),
        ({"until": None, "mend": Mend.OPEN}, "gap since 11:00"),
        ({"until": minute_of(NOW) - 29}, "gap 11:00, filled 11:01"),
    ],
)
def test_a_gap_in_words(gap: dict[str, object], words: str) -> None:
    start = minute_of(NOW) - 30
    assert gap_words(replace(Gap(start, start + 12, mend=Mend.FILLED), **gap), ZONE) == words


def test_cost_is_counted_from_midnight_and_the_rest_of_the_day_goes_on_as_lately() -> None:
    state = EMPTY
    midnight = datetime(2024, 1, 25, tzinfo=ZONE)
    for at in (midnight - MINUTE, midnight, NOW - 30 * MINUTE, NOW):
        state = asked(at=at, trip=Trip(0.1, spent=Spent(0.5, 100, 2_000_000)), state=state)
    found = source(state)
    assert found.today == Spent(1.5, 300, 6_000_000)
    assert found.whole_day > 5 * found.today.usd
    assert spent_words(found.today) == "US$1.50 (300 metrics, 6.0 MB read)"
    assert total(each.today for each in source_figures(state, (), NOW)) == found.today


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "US$0"),
        (1e-9, "<US$0.0001"),
        (0.0042, "US$0.0042"),
        (0.5, "US$0.5000"),
        (1234.5, "US$1,234.50"),
        (float("inf"), "--"),
    ],
)
def test_prices(amount: float, words: str) -> None:
    assert usd(amount) == words


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 KB"), (31_000_000, "31 MB"), (2 * 10**12, "2.0 TB")],
)
def test_bytes(count: int, words: str) -> None:
    assert size(count) == words


@given(st.integers(0, 10**30))
def test_bytes_are_short_however_many(count: int) -> None:
    assert size(count).split()[1] in ("bytes", "KB", "MB", "GB", "TB")


@pytest.mark.parametrize(
    ("off", "took", "words"),
    [
        (timedelta(), 0.2, "ours agrees"),
        (2 * SECOND, 0.0, "ours agrees"),
        (90 * SECOND, 0.2, "ours is 1m30s ahead"),
        (-90 * SECOND, 0.2, "ours is 1m29s behind"),
        (5 * SECOND, 20.0, "ours is 15s ahead"),
        (-15 * SECOND, 20.0, "ours agrees"),
    ],
)
def test_clocks_are_held_against_each_other(off: timedelta, took: float, words: str) -> None:
    assert clock_words(NOW, Trip(took, exchange=Exchange("GET", "200", NOW - off))) == words
    assert clock_words(NOW, Trip(took, exchange=Exchange("GET", "200"))) == ""
    assert clock_words(NOW, Trip(took)) == ""


def test_a_failure_costs_and_has_a_login_too() -> None:
    failed = Reading(
        "sql", Topic.ORDERS, NOW, Failure(FailureKind.AUTH, "expired"), trip=Trip(1.0, None, Spent(0.1), LOGIN)
    )
    found = source(reduce(EMPTY, failed))
    assert (found.today.usd, found.trip.login) == (0.1, LOGIN)
