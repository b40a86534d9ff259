"""Every alert: raised by its facts, cleared by their end, worst first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from evtui.alerts.rules import HOT_PERCENT, SILENCE, Alert, Severity, alerts
from evtui.domain.campaign import Campaign, Product, Service, Shop
from evtui.domain.faults import ErrorEntry
from evtui.domain.metrics import CpuPoint, FleetSize
from evtui.domain.orders import OrderLine
from evtui.domain.reading import (
    ChartPoints,
    CpuPoints,
    ErrorBatch,
    Failure,
    FailureKind,
    FleetSizes,
    OrderBatch,
    Reading,
    StockLevels,
    TargetHealths,
    Topic,
    Value,
)
from evtui.domain.stock import StockLevel
from evtui.store.reduce import reduce
from evtui.store.state import LaunchState, SourceSpec

ZONE = ZoneInfo("Asia/Hong_Kong")
OPENS = datetime(2024, 1, 25, 10, tzinfo=ZONE).astimezone(UTC)
CLOSES = OPENS + timedelta(days=15)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
NOW = OPENS + 90 * MINUTE

CAMPAIGN = Campaign(
    id="c",
    name="c",
    market="HK",
    environment="PROD",
    zone=ZONE,
    currency="HKD",
    shop=Shop(28, "CUAPP"),
    products=(
        Product(1, "one", "one", 500.0, 6, OPENS, CLOSES, 100),
        Product(2, "two", "two", 500.0, 6, OPENS, CLOSES, 50),
    ),
    services=(Service("Api", planned_fixed=1, planned_scaled=3),),
)
WAITING = ("WaitingToShipping",) * 3
DONE = ("ShippingFinish",) * 3


def heard(
    *readings: tuple[Topic, Value | Failure], state: LaunchState | None = None, at: datetime = NOW
) -> LaunchState:
    """The state after these, read at `at`; every source polls once a minute."""
    state = state or LaunchState(CAMPAIGN, {topic: SourceSpec(topic, "table", MINUTE) for topic in Topic})
    for topic, value in readings:
        state = reduce(state, Reading("table", topic, at, value, None if isinstance(value, Failure) else at))
    return state


def line(
    serial: int = 1, after: timedelta = 5 * MINUTE, words: tuple[str, str, str] = WAITING, **changes: object
) -> OrderLine:
    """An order made `after` opening."""
    created = OPENS + after
    values: dict[str, object] = {
        "ts_code": f"TS240125L{serial:06d}",
        "tg_code": f"TG240125L{serial:05d}",
        "shop_id": 28,
        "page_id": 1,
        "quantity": 1,
        "created_at": created,
        "updated_at": created + MINUTE,
        "status": words[0],
        "status_user": words[1],
        "status_scm": words[2],
    }
    return OrderLine(**{**values, **changes})  # type: ignore[arg-type]


def stock(one: int = 100, two: int = 50, total: int | None = None) -> StockLevels:
    """Both products' levels."""
    return StockLevels((StockLevel(1, 1, total or 100, 0, 0, one), StockLevel(2, 2, 50, 0, 0, two)))


def cpu(*levels: float | None, at: datetime = NOW) -> CpuPoints:
    """One minute of machines; None: should report and does not."""
    minute = at.replace(second=0) - MINUTE
    machines = [f"i-{n}" for n in range(len(levels))]
    points = [
        CpuPoint("Api", name, minute, level) for name, level in zip(machines, levels, strict=True) if level is not None
    ]
    return CpuPoints(tuple(points), tuple(("Api", name) for name in machines))


def fleet(in_service: int | None) -> FleetSizes:
    """The group's machines in service."""
    return FleetSizes((FleetSize("Api", 1, 3, in_service),))


def error(number: int, after: timedelta = 5 * MINUTE, type_: str = "New.Exception") -> ErrorEntry:
    """An error `after` opening."""
    return ErrorEntry(f"e{number}", "Api", "web1", type_, "it broke", OPENS + after)


HEALTHY: tuple[tuple[Topic, Value], ...] = (
    (Topic.STOCK, stock()),
    (Topic.ORDERS, OrderBatch((line(99, after=80 * MINUTE, words=DONE),))),
    (Topic.CPU, cpu(10.0, 12.0)),
    (Topic.TRAFFIC, CpuPoints(())),
    (Topic.CAPACITY, fleet(3)),
    (Topic.ERRORS, ErrorBatch(())),
    (Topic.TARGETS, TargetHealths(())),
    (Topic.CHARTS, ChartPoints((), ())),
)


def healthy() -> LaunchState:
    """A launch with nothing wrong."""
    return heard(*HEALTHY)


def found(state: LaunchState, key: str, now: datetime = NOW) -> Alert | None:
    """The alert of this key."""
    return next((alert for alert in alerts(state, now) if alert.key == key), None)


def test_a_healthy_launch_needs_nobody() -> None:
    assert alerts(healthy(), NOW) == ()


def test_overdue_is_raised_and_cleared_by_delivery() -> None:
    late = heard(
        (Topic.ORDERS, OrderBatch((line(), line(2, words=("", "WaitingToShipping", "ConfirmedToShipping"))))),
        state=healthy(),
    )
    alert = found(late, "overdue")
    assert alert
    assert (alert.severity, alert.count, alert.code) == (Severity.PROBLEM, 2, "TG240125L00001")
    assert "both WaitingToShipping" in alert.text
    done = [line(n, words=DONE, updated_at=NOW) for n in (1, 2)]
    assert (
        found(heard((Topic.ORDERS, OrderBatch(tuple(done))), state=late, at=NOW + MINUTE), "overdue", NOW + MINUTE)
        is None
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"status_scm": "ConfirmedToShipping"}, "User WaitingToShipping · SCM ConfirmedToShipping"),
        ({"status_scm": ""}, "User WaitingToShipping · SCM --"),
        ({"status_slave": "Fail"}, "stopped by OrderFailed"),
    ],
)
def test_the_verdict_is_in_the_words(changes: dict[str, object], words: str) -> None:
    alert = found(heard((Topic.ORDERS, OrderBatch((line(**changes),))), state=healthy()), "overdue")  # type: ignore[arg-type]
    assert alert
    assert words in alert.text


def test_an_hour_and_not_a_second_less() -> None:
    order = OrderBatch((line(updated_at=OPENS + 5 * MINUTE),))
    edge = OPENS + 65 * MINUTE
    assert found(heard((Topic.ORDERS, order), at=edge), "overdue", edge) is None
    assert found(heard((Topic.ORDERS, order), at=edge), "overdue", edge + timedelta(seconds=1))


@pytest.mark.parametrize("words", [("Cancel",) * 3, ("WaitingToPay", "WaitingToPay", "Hide")])
def test_what_nobody_paid_for_is_never_overdue(words: tuple[str, str, str]) -> None:
    assert found(heard((Topic.ORDERS, OrderBatch((line(words=words),))), state=healthy()), "overdue") is None


def test_oversold_by_the_table_and_by_the_orders() -> None:
    below = found(heard((Topic.STOCK, stock(one=-3)), state=healthy(), at=NOW + MINUTE), "oversold 1", NOW + MINUTE)
    assert below
    assert (below.severity, below.count) == (Severity.PROBLEM, 3)
    sold = OrderBatch((line(1, quantity=104, after=85 * MINUTE),))
    computed = found(heard((Topic.ORDERS, sold), state=healthy()), "oversold 1")
    assert computed
    assert "OVERSOLD by" in computed.text
    assert computed.count >= 4
    assert found(healthy(), "oversold 1") is None


def test_sold_out_is_a_notice_until_stock_comes_back() -> None:
    out = heard((Topic.STOCK, stock(two=0)), state=healthy(), at=NOW + MINUTE)
    alert = found(out, "sold out 2", NOW + MINUTE)
    assert alert
    assert alert.severity is Severity.NOTICE
    back = heard((Topic.STOCK, stock(two=1)), state=out, at=NOW + 2 * MINUTE)
    assert found(back, "sold out 2", NOW + 2 * MINUTE) is None


def test_a_stock_row_that_vanished_is_told() -> None:
    one, two = (StockLevel(page, page, 100, None, None, 10) for page in (1, 2))
    state = heard((Topic.STOCK, StockLevels((one, two))), at=NOW - MINUTE)
    assert "stock rows 1" not in keys(alerts(state, NOW - MINUTE))
    state = heard((Topic.STOCK, StockLevels((two,))), state=state)
    (told,) = [alert for alert in alerts(state, NOW) if alert.key == "stock rows 1"]
    assert told.text == "one: 1 stock row that was there no longer told of"


def keys(found: tuple[Alert, ...]) -> list[str]:
    return [alert.key for alert in found]


def test_an_opening_stock_that_is_not_the_planned_one() -> None:
    alert = found(
        heard((Topic.STOCK, stock(total=120)), state=healthy(), at=NOW + MINUTE), "opening stock 1", NOW + MINUTE
    )
    assert alert
    assert "120 on sale, planned 100" in alert.text


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"after": -MINUTE}, "before open"),
        ({"shop_id": 41}, "another shop"),
        ({"page_id": 77}, "page not sold here"),
        ({"page_id": None}, "page not known"),
        ({"after": timedelta(days=15, minutes=1)}, "after close"),
    ],
)
def test_orders_that_should_not_be(changes: dict[str, object], reason: str) -> None:
    odd = line(5, words=DONE, **changes)  # type: ignore[arg-type]
    alert = found(heard((Topic.ORDERS, OrderBatch((odd,))), state=healthy()), "odd orders")
    assert alert
    assert reason in alert.text
    assert alert.severity is Severity.PROBLEM


def test_silence_is_told_only_of_a_feed_that_lives_while_the_sale_is_open() -> None:
    def after(moment: datetime, value: Value | Failure | None = None) -> Alert | None:
        return found(heard((Topic.ORDERS, value or OrderBatch(())), at=moment), "silence", moment)

    assert after(OPENS + SILENCE - timedelta(seconds=1)) is None
    raised = after(OPENS + 7 * MINUTE)
    assert raised
    assert "no order for 7 min since opening" in raised.text
    assert after(CLOSES + MINUTE) is None
    assert after(OPENS + 7 * MINUTE, Failure(FailureKind.DOWN, "refused")) is None
    assert found(heard((Topic.ORDERS, OrderBatch(())), at=OPENS), "silence", OPENS + 30 * MINUTE) is None
    assert found(healthy(), "silence") is None


def lull(quiet: timedelta, count: int = 12, gap: timedelta = 20 * SECOND, left: int = 5) -> Alert | None:
    """Silence `quiet` after the last of `count` orders, one every `gap`."""
    last = NOW - quiet
    lines = tuple(line(number, created_at=last - number * gap, words=DONE) for number in range(count))
    levels = StockLevels(tuple(StockLevel(page, page, 100, None, None, left) for page in (1, 2)))
    return found(heard((Topic.ORDERS, OrderBatch(lines)), (Topic.STOCK, levels)), "silence")


def test_orders_that_came_and_stopped_are_told() -> None:
    raised = lull(5 * MINUTE)
    assert raised
    assert raised.severity is Severity.NOTICE
    assert raised.text == "no order for 5 min, after 12 in the hour before; the feed itself is alive"
    assert lull(5 * MINUTE - SECOND) is None
    assert lull(5 * MINUTE, count=9) is None, "too few to be missed"
    assert lull(9 * MINUTE, gap=MINUTE) is None
    assert lull(10 * MINUTE, gap=MINUTE)
    assert lull(5 * MINUTE, left=0) is None, "nothing is left to be bought"


def test_one_hot_machine_under_a_calm_mean() -> None:
    hot = heard((Topic.CPU, cpu(95.0, 12.0, 10.0)), state=healthy(), at=NOW + MINUTE)
    alert = found(hot, "hot Api", NOW + MINUTE)
    assert alert
    assert alert.severity is Severity.PROBLEM
    assert "95 % under a mean of 39 %" in alert.text
    calm = heard((Topic.CPU, cpu(HOT_PERCENT - 0.1, 12.0, 10.0, at=NOW + 4 * MINUTE)), state=hot, at=NOW + 4 * MINUTE)
    assert found(calm, "hot Api", NOW + 4 * MINUTE) is None


def test_machines_that_do_not_report() -> None:
    half = heard((Topic.CPU, cpu(10.0, None, None, 11.0, at=NOW + 4 * MINUTE)), state=healthy(), at=NOW + 4 * MINUTE)
    alert = found(half, "machines Api", NOW + 4 * MINUTE)
    assert alert
    assert "2 of 4 machines report CPU" in alert.text
    assert found(healthy(), "machines Api") is None


@pytest.mark.parametrize(("in_service", "raised"), [(3, False), (4, False), (2, True), (0, True), (None, False)])
def test_a_fleet_smaller_than_planned(in_service: int | None, raised: bool) -> None:
    state = heard((Topic.CAPACITY, fleet(in_service)), state=healthy(), at=NOW + MINUTE)
    assert bool(found(state, "fleet Api", NOW + MINUTE)) is raised


def test_special_errors_are_counted_and_known_ones_are_not() -> None:
    new = heard((Topic.ERRORS, ErrorBatch((error(1), error(2)))), state=healthy())
    alert = found(new, "errors")
    assert alert
    assert (alert.severity, alert.count) == (Severity.WARNING, 2)
    known = heard((Topic.ERRORS, ErrorBatch((error(3, after=-MINUTE), error(4)))), state=healthy())
    assert found(known, "errors") is None


@pytest.mark.parametrize("topic", list(Topic))
@pytest.mark.parametrize(
    ("kind", "severity", "words"),
    [
        (FailureKind.AUTH, Severity.PROBLEM, "login needed: expired; run the login"),
        (FailureKind.DOWN, Severity.WARNING, "down: expired"),
        (FailureKind.DATA, Severity.WARNING, "down: expired"),
    ],
)
def test_a_failing_source_and_its_return(topic: Topic, kind: FailureKind, severity: Severity, words: str) -> None:
    later = NOW + MINUTE
    failed = heard((topic, Failure(kind, "expired", "run the login")), state=healthy(), at=later)
    alert = found(failed, f"source {topic}", later)
    assert alert
    assert alert.severity is severity
    assert f"{topic}" in alert.text
    assert words in alert.text
    assert [each.key for each in alerts(failed, later) if each.key.startswith("source")] == [f"source {topic}"]
    back = heard((topic, dict(HEALTHY)[topic]), state=failed, at=later + MINUTE)
    assert found(back, f"source {topic}", later + MINUTE) is None


def test_sources_go_stale_by_the_clock_alone() -> None:
    state = healthy()
    assert not [each for each in alerts(state, NOW + 2 * MINUTE) if "stale" in each.text]
    stale = [each for each in alerts(state, NOW + 2 * MINUTE + timedelta(seconds=1)) if "stale" in each.text]
    assert {each.key for each in stale} == {f"source {topic}" for topic in Topic}


def test_a_source_that_never_answered_is_unknown_and_no_alarm() -> None:
    assert alerts(heard(), OPENS - MINUTE) == ()


def test_worst_first_and_always_in_the_same_order() -> None:
    state = heard(
        (Topic.ORDERS, OrderBatch((line(), line(3, shop_id=41)))),
        (Topic.STOCK, stock(one=-3, two=0)),
        (Topic.CPU, cpu(95.0, None)),
        (Topic.CAPACITY, fleet(1)),
        (Topic.ERRORS, ErrorBatch((error(1),))),
        (Topic.TRAFFIC, Failure(FailureKind.AUTH, "expired")),
        at=NOW,
    )
    raised = alerts(state, NOW)
    severities = [alert.severity for alert in raised]
    assert severities == sorted(severities, reverse=True)
    assert len({alert.key for alert in raised}) == len(raised)
    assert raised == alerts(replace(state), NOW)
    assert raised[0].key == "overdue"
    keys = {alert.key.split()[0] for alert in raised}
    assert keys == {"overdue", "odd", "oversold", "sold", "hot", "machines", "fleet", "errors", "source"}
