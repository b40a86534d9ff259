"""Alerts about machines, load balancers, charts and logins: raised by their facts and by nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from evtui.alerts.alert import Alert, Severity
from evtui.alerts.platform import HOT_PERCENT, LATE, LATE_CHART, platform_alerts, source_alerts
from evtui.domain.campaign import Campaign, Product, Service, Shop
from evtui.domain.metrics import Chart, ChartPoint, CpuPoint, FleetSize, TargetHealth
from evtui.domain.reading import (
    ChartPoints,
    CpuPoints,
    Failure,
    FailureKind,
    FleetSizes,
    Reading,
    StockLevels,
    TargetHealths,
    Topic,
    Value,
)
from evtui.domain.trip import Login, Trip
from evtui.store.charts import chart_history, charts, targets
from evtui.store.reduce import reduce
from evtui.store.state import LaunchState, SourceSpec

ZONE = ZoneInfo("Asia/Hong_Kong")
OPENS = datetime(2024, 1, 25, 10, tzinfo=ZONE).astimezone(UTC)
CLOSES = OPENS + timedelta(days=15)
MINUTE = timedelta(minutes=1)
NOW = OPENS + timedelta(hours=1)
CAMPAIGN = Campaign(
    id="c",
    name="c",
    market="HK",
    environment="PROD",
    zone=ZONE,
    currency="HKD",
    shop=Shop(28, "CUAPP"),
    products=(Product(1, "one", "one", 500.0, 6, OPENS, CLOSES, 100),),
    services=(Service("Api", planned_fixed=1, planned_scaled=3, before_fixed=1, before_scaled=1),),
)


def state_of(topic: Topic, value: Value, at: datetime = NOW, trip: Trip = Trip()) -> LaunchState:
    """What is believed after one reading."""
    specs = {each: SourceSpec(each, "table", MINUTE) for each in (topic, Topic.STOCK)}
    return reduce(LaunchState(CAMPAIGN, specs), Reading("table", topic, at, value, at, trip=trip))


def found(value: Value, now: datetime = NOW) -> dict[str, Alert]:
    """The platform's alerts by key, after one reading."""
    return {alert.key: alert for alert in platform_alerts(state_of(Topic.CAPACITY, value, now), now)}


def test_a_group_that_is_short_says_what_is_coming_and_what_it_may_have() -> None:
    size = FleetSize("Api", 1, 3, 1, (("Pending:Wait", 1), ("Pending", 1), ("Standby", 1)), 1, 2, ())
    alerts = found(FleetSizes((size,)))
    assert (
        alerts["fleet Api"].text
        == "Api: 1 scaled machine in service, 2 coming, 3 planned; the group may have 2 at most"
    )
    assert set(found(FleetSizes((FleetSize("Api", 1, 3, 3),)))) == set()


def test_more_than_planned_may_be_wanted_and_not_there_yet() -> None:
    alerts = found(FleetSizes((FleetSize("Api", 1, 6, 4),)))
    assert alerts["fleet Api"].severity is Severity.NOTICE
    assert alerts["fleet Api"].text == "Api: 4 scaled machines in service, 6 desired"


def test_fixed_machines_that_do_not_run_and_a_group_that_was_stopped_from_scaling() -> None:
    alerts = found(FleetSizes((FleetSize("Api", 0, 3, 3, suspended=("Launch", "Terminate")),)))
    assert alerts["fixed Api"].text == "Api: 0 of 1 fixed machine running"
    assert alerts["suspended Api"].text == "Api: the group does not scale, suspended: Launch, Terminate"
    assert set(found(FleetSizes((FleetSize("Api", None, None, None),)))) == set()


def test_limits_are_met_at_the_limit_and_what_is_whole_is_no_alert() -> None:
    hot = CpuPoints((CpuPoint("Api", "i-1", NOW, HOT_PERCENT), CpuPoint("Api", "i-2", NOW, 10.0)))
    assert found(hot)["hot Api"].count == 1
    assert "at most" not in found(FleetSizes((FleetSize("Api", 1, 3, 1, largest=3),)))["fleet Api"].text
    groups = (TargetHealth("Api", "whole", 3, 3), TargetHealth("Api", "short", 1, 3))
    short = found(TargetHealths(groups))
    assert [(key, alert.count) for key, alert in short.items()] == [("targets Api short", 2)]


def test_after_the_close_machines_in_service_count_where_the_group_says_no_more() -> None:
    after = CLOSES + MINUTE
    text = "Api: the sale is over, 3 scaled machines are kept and 1 usual: scale down"
    assert found(FleetSizes((FleetSize("Api", 1, None, 3),)), after)["scale down Api"].text == text
    assert found(FleetSizes((FleetSize("Api", 1, 1, 3),)), after) == {}


@pytest.mark.parametrize(
    ("topic", "value"),
    [
        (Topic.CPU, CpuPoints((CpuPoint("Api", "i-1", NOW, 95.0),), (("Api", "i-1"), ("Api", "i-2")))),
        (Topic.CAPACITY, FleetSizes((FleetSize("Api", 0, 3, 1, suspended=("Launch",)),))),
        (Topic.TARGETS, TargetHealths((TargetHealth("Api", "tg-api", 0, 3),))),
    ],
)
def test_what_nobody_can_see_any_more_is_no_alert_of_the_present(topic: Topic, value: Value) -> None:
    state = state_of(topic, value)
    raised = [alert.key for alert in platform_alerts(state, NOW)]
    assert raised
    away = Reading("table", topic, NOW + MINUTE, Failure(FailureKind.DOWN, "refused"))
    state = reduce(state, away)
    assert [alert.key for alert in platform_alerts(state, NOW + LATE)] == raised
    assert list(platform_alerts(state, NOW + LATE + MINUTE)) == []
    assert [alert.key for alert in source_alerts(state, NOW + LATE + MINUTE)] == [f"source {topic}"]


def test_a_source_that_is_asked_rarely_and_answers_is_believed_in_between() -> None:
    hourly = Trip(0.1, timedelta(hours=1))
    state = state_of(Topic.TARGETS, TargetHealths((TargetHealth("Api", "tg-api", 0, 3),)), trip=hourly)
    assert len(list(platform_alerts(state, NOW + timedelta(hours=1)))) == 1


def test_scaling_down_is_called_for_after_the_close_and_not_before() -> None:
    size = FleetSizes((FleetSize("Api", 1, 3, 3),))
    assert "scale down Api" not in found(size, CLOSES)
    alert = found(size, CLOSES + MINUTE)["scale down Api"]
    assert alert.text == "Api: the sale is over, 3 scaled machines are kept and 1 usual: scale down"
    # one machine in service is what it should be then: no word of what was planned for the sale
    assert found(FleetSizes((FleetSize("Api", 1, 1, 1),)), CLOSES + MINUTE) == {}


def test_targets_that_take_no_requests() -> None:
    some = TargetHealth("Api", "api-tg", 3, 4, (("unhealthy", 1),), ("Target.Timeout",))
    none = TargetHealth("Api", "api-other", 0, 2, (("initial", 2),))
    state = state_of(Topic.TARGETS, TargetHealths((some, none)))
    alerts = {alert.key: alert for alert in platform_alerts(state, NOW)}
    assert alerts["targets Api api-tg"].text == "Api: 3 of 4 targets healthy in api-tg (Target.Timeout)"
    assert alerts["targets Api api-tg"].severity is Severity.WARNING
    assert alerts["targets Api api-other"].severity is Severity.PROBLEM
    assert [group.group for group in targets(state, "Api")] == ["api-other", "api-tg"]
    gone = reduce(state, Reading("table", Topic.TARGETS, NOW + MINUTE, TargetHealths((some,))))
    assert [group.group for group in targets(gone, "Api")] == ["api-tg"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (95.0, "payment success 95 %: 95 % or less is a problem"),
        (95.1, None),
        (100.0, None),
        (101.0, "payment success 101 %: 101 % or more is a problem"),
    ],
)
def test_a_chart_beyond_its_limits(value: float, text: str | None) -> None:
    chart = Chart("payment success", "%", below=95.0, above=101.0)
    points = ChartPoints((ChartPoint(chart.name, NOW - MINUTE, value),), (chart, Chart("queue", above=5.0)))
    state = state_of(Topic.CHARTS, points)
    assert [alert.text for alert in platform_alerts(state, NOW)] == ([text] if text else [])
    assert [each.value for each in charts(state)] == [value, None]
    # what is too old to be the present is no problem of the present: the source's age says that
    assert len(list(platform_alerts(state, NOW - MINUTE + LATE_CHART))) == bool(text)
    assert list(platform_alerts(state, NOW + LATE_CHART)) == []
    assert list(chart_history(state, chart.name, NOW - 5 * MINUTE, NOW).values()) == [value]


@pytest.mark.parametrize(
    ("left", "severity", "words"),
    [
        (31, None, ""),
        (30, Severity.WARNING, "ends in 30 minutes"),
        (10, Severity.PROBLEM, "ends in 10 minutes"),
        (1, Severity.PROBLEM, "ends in 1 minute"),
        (0, Severity.PROBLEM, "is over"),
        (-5, Severity.PROBLEM, "is over"),
    ],
)
def test_the_end_of_a_login_is_said_three_times(left: int, severity: Severity | None, words: str) -> None:
    login = Login("profile hk (sso)", NOW + left * MINUTE, remedy="aws sso login --profile hk")
    state = state_of(Topic.CPU, StockLevels(()), trip=Trip(0.1, MINUTE, login=login))
    state = reduce(state, Reading("table", Topic.STOCK, NOW, StockLevels(()), NOW, trip=Trip(login=login)))
    alerts = list(source_alerts(state, NOW))
    assert [alert.severity for alert in alerts] == ([severity] if severity else [])
    for alert in alerts:
        text = f"the login of profile hk (sso) {words} (cpu, stock); aws sso login --profile hk"
        assert alert.text == text
    renewed = Login("profile hk (sso)", NOW + left * MINUTE, renews=True)
    assert list(source_alerts(state_of(Topic.CPU, StockLevels(()), trip=Trip(login=renewed)), NOW)) == []


@pytest.mark.parametrize("renewed", [Topic.CPU, Topic.STOCK])
def test_a_login_that_was_renewed_is_the_one_of_the_source_that_was_asked_last(renewed: Topic) -> None:
    other = Topic.STOCK if renewed is Topic.CPU else Topic.CPU
    old, new = (Login("profile hk (sso)", NOW + left * MINUTE) for left in (5, 60))
    state = state_of(other, StockLevels(()), NOW - MINUTE, Trip(0.1, MINUTE, login=old))
    assert [alert.count for alert in source_alerts(state, NOW)] == [2]
    state = reduce(state, Reading("table", renewed, NOW, StockLevels(()), NOW, trip=Trip(0.1, MINUTE, login=new)))
    state = replace(state, specs={each: SourceSpec(each, "table", MINUTE) for each in (Topic.CPU, Topic.STOCK)})
    assert list(source_alerts(state, NOW)) == []


def test_each_warning_of_a_login_is_more_than_the_one_before() -> None:
    counts = []
    for left in (30, 10, 0):
        login = Login("hk", NOW + left * MINUTE)
        state = state_of(Topic.CPU, StockLevels(()), trip=Trip(login=login))
        counts += [alert.count for alert in source_alerts(state, NOW)]
    assert counts == sorted(set(counts))
