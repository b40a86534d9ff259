"""The word `sources` of the line mode: every source in sentences."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from evtui.clock import ManualClock
from evtui.commands.plain import Conversation
from evtui.commands.spoken import moment
from evtui.commands.spoken_sources import every_source
from evtui.config.load import example_path, load
from evtui.domain.asking import Status
from evtui.domain.reading import Coverage, Failure, FailureKind, OrderBatch, Reading, Topic
from evtui.domain.trip import Login, Spent, Trip
from evtui.session import Demo, open_session
from evtui.store.reduce import reduce
from evtui.store.state import LaunchState, SourceSpec

CAMPAIGN = load(example_path()).campaign
NOW = datetime(2024, 1, 25, 11, 30, tzinfo=CAMPAIGN.zone).astimezone(UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
LOGIN = Login("profile prod-hk", NOW + timedelta(minutes=12), remedy="aws sso login --profile prod-hk")
STATE = LaunchState(CAMPAIGN, {topic: SourceSpec(topic, "sql", MINUTE) for topic in (Topic.ORDERS, Topic.STOCK)})


def told(state: LaunchState, value: OrderBatch | Failure, back: int, trip: Trip = Trip(0.04, MINUTE)) -> LaunchState:
    """`state` after what the orders' source said some minutes ago."""
    at = NOW - back * MINUTE
    note = Coverage(3, 4, "a page is left out")
    return reduce(state, Reading("sql", Topic.ORDERS, at, value, at - 2 * SECOND, note, trip))


def said(state: LaunchState, *statuses: Status) -> list[str]:
    return list(every_source(moment(state, NOW), statuses))


def test_how_each_is_and_how_it_is_asked() -> None:
    asked = Status(Topic.ORDERS, 5 * SECOND, NOW + 3 * SECOND)
    assert said(told(STATE, OrderBatch(()), 0), asked) == [
        (
            "Source orders is ok, newest fact 2s old, partial: 3 of 4, a page is left out, asked every 5s, took 0.04s, "
            "next in 3s."
        ),
        "Source stock (sql): no answer yet.",
    ]


def test_what_failed_since_when_and_when_it_is_tried_again() -> None:
    refused = Failure(FailureKind.AUTH, "the token is over", LOGIN.remedy)
    state = told(told(told(STATE, OrderBatch(()), 9), refused, 8), refused, 1, Trip(1.2, MINUTE, Spent(0.5, 30), LOGIN))
    asked = Status(Topic.ORDERS, MINUTE, NOW + 80 * SECOND, 6, left_alone=True)
    first, gap, _, login, cost = said(state, asked)
    assert first.startswith("Source orders (sql) refuses the login: the token is over (last answer 9m00s ago)")
    assert first.endswith("asked every 1m, took 1.2s, 6 failures in a row, left alone until 11:31:20.")
    assert gap == "Source orders: gap since 11:22."
    assert login == "Login profile prod-hk, 12m left, for orders; to renew it: aws sso login --profile prod-hk."
    assert cost.startswith("Cost today US$0.5000 (30 metrics), the whole day US$")
    assert cost.endswith(", US$5.00 at most.")


def test_a_login_that_lasts_needs_no_command() -> None:
    lasting = replace(LOGIN, expires=NOW + timedelta(hours=8))
    state = told(STATE, OrderBatch(()), 0, Trip(0.1, MINUTE, login=lasting))
    assert "Login profile prod-hk, 8h00m left, for orders." in said(state)


def test_a_launch_without_sources_says_so() -> None:
    assert said(LaunchState(CAMPAIGN)) == ["No source is configured."]


@pytest.mark.parametrize("typed", ["sources", " SOURCES ", "\uff53ources"])
def test_the_word_is_heard(typed: str) -> None:
    printed: list[str] = []
    talk = Conversation(open_session(example_path(), ManualClock(NOW), Demo("calm")), 5 * MINUTE, printed.append)
    assert talk.hear(typed) is None
    for topic in (Topic.ORDERS, Topic.CPU):
        assert any(line.startswith(f"Source {topic} (simulated): no answer yet") for line in printed)
