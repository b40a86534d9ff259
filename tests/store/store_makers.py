"""A small launch, and readings about it, for the tests of the store."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from evtui.domain.campaign import Campaign, Product, Service, Shop
from evtui.domain.faults import ErrorEntry
from evtui.domain.orders import OrderLine
from evtui.domain.reading import (
    CpuPoints,
    ErrorBatch,
    Failure,
    FailureKind,
    Lookup,
    OrderBatch,
    Reading,
    StockLevels,
    Topic,
    TrafficPoints,
)
from evtui.domain.stock import StockLevel
from evtui.store.reduce import reduce
from evtui.store.state import LaunchState, SourceSpec

ZONE = ZoneInfo("Asia/Hong_Kong")
OPEN = datetime(2024, 1, 25, 10, 0, tzinfo=ZONE).astimezone(UTC)
CLOSE = datetime(2024, 2, 9, 23, 59, tzinfo=ZONE).astimezone(UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)

PRODUCTS = (
    Product(370490, "$1000", "a", 1000.0, 3, OPEN, CLOSE, 100),
    Product(370480, "$500", "b", 500.0, 6, OPEN, CLOSE, 50),
)
CAMPAIGN = Campaign(
    id="launch",
    name="Launch",
    market="HK",
    environment="TEST",
    zone=ZONE,
    currency="HKD",
    shop=Shop(28, "Shop"),
    products=PRODUCTS,
    services=(Service("SCMAPI", planned_fixed=1, planned_scaled=3), Service("MWeb")),
)
PAGE, OTHER_PAGE = 370490, 370480

UNPAID = ("WaitingToPay", "WaitingToPay", "Hide")
PAID = ("WaitingToTrans", "OrderProcessing", "Hide")
TRANSFERRED = ("WaitingToShipping",) * 3
CONFIRMED = ("ConfirmedToShipping",) * 3
DELIVERED = ("Finish", "Finish", "Finish")
CANCELLED = ("Cancel", "Cancel", "Cancel")
REFUNDED = ("RefundFinish", "RefundFinish", "RefundFinish")
MIXED = ("WaitingToShipping", "WaitingToShipping", "ConfirmedToShipping")
UNHEARD_OF = ("Sparkling", "Sparkling", "Fizzy")


def at(minutes: float = 0.0, seconds: float = 0.0) -> datetime:
    """A moment after opening."""
    return OPEN + timedelta(minutes=minutes, seconds=seconds)


def line(number: int, words: tuple[str, ...] = PAID, **changes: Any) -> OrderLine:
    """Line `number`, made that many seconds after opening and updated ten seconds later."""
    made = changes.pop("created_at", at(seconds=number))
    plain = OrderLine(
        ts_code=f"TS240125L{number:06d}",
        tg_code=f"TG240125L{number // 2:05d}",
        shop_id=28,
        page_id=PAGE,
        quantity=1,
        created_at=made,
        updated_at=made + 10 * SECOND,
        status=words[0],
        status_user=words[1],
        status_scm=words[2],
    )
    return replace(plain, **changes)


def orders(*lines: OrderLine, taken_at: datetime | None = None, topic: Topic | Lookup = Topic.ORDERS) -> Reading:
    """What one poll of the orders said; taken a minute after its newest word unless told."""
    newest = max([each.updated_at or each.created_at for each in lines], default=OPEN)
    return Reading("sql", topic, taken_at or newest + MINUTE, OrderBatch(lines))


def seen_paid(number: int, moment: datetime, **changes: Any) -> tuple[Reading, Reading]:
    """Two polls in a row: line `number` unpaid half a minute before `moment`, and paid at that moment."""
    first = orders(line(number, UNPAID, **changes), taken_at=moment - 30 * SECOND)
    return first, orders(line(number, PAID, **{**changes, "updated_at": moment}), taken_at=moment + SECOND)


def stock(taken_at: datetime, *levels: tuple[int, int], total: int | None = 100) -> Reading:
    """What one poll of the stock said: (page, still sellable) of pages with one SKU each."""
    return Reading(
        "sql",
        Topic.STOCK,
        taken_at,
        StockLevels(tuple(StockLevel(page, page * 10, total, None, None, selling) for page, selling in levels)),
    )


def cpu(taken_at: datetime, points: CpuPoints) -> Reading:
    """What one poll of the CPU said."""
    return Reading("cloudwatch", Topic.CPU, taken_at, points)


def traffic(taken_at: datetime, points: TrafficPoints) -> Reading:
    """What one poll of the load balancer said."""
    return Reading("cloudwatch", Topic.TRAFFIC, taken_at, points)


def error(number: int, moment: datetime, **changes: Any) -> ErrorEntry:
    """Error `number`."""
    return replace(ErrorEntry(f"id-{number}", "App", "web-1", "System.TimeoutException", "late", moment), **changes)


def errors(*entries: ErrorEntry, taken_at: datetime = OPEN) -> Reading:
    """What one poll of the error log said."""
    return Reading("elmah", Topic.ERRORS, taken_at, ErrorBatch(entries))


def failed(topic: Topic, taken_at: datetime, kind: FailureKind = FailureKind.DOWN, why: str = "refused") -> Reading:
    """A poll that came to nothing."""
    return Reading("sql", topic, taken_at, Failure(kind, why))


def empty(campaign: Campaign = CAMPAIGN, delay: timedelta = timedelta()) -> LaunchState:
    """What is believed before anything was heard; every source is asked every five seconds."""
    return LaunchState(campaign, {topic: SourceSpec(topic, "test", 5 * SECOND, delay) for topic in Topic})


def after(*readings: Reading, start: LaunchState | None = None) -> LaunchState:
    """What is believed after these readings."""
    return told(readings, empty() if start is None else start)


def told(readings: Iterable[Reading], state: LaunchState) -> LaunchState:
    """`state` after these readings."""
    for reading in readings:
        state = reduce(state, reading)
    return state
