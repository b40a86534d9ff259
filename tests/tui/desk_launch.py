"""Launches for the screen tests, told fact by fact, and what of a drawn screen can be asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from evtui.domain.campaign import Campaign, Product, Promotion, Service, Shop
from evtui.domain.faults import ErrorEntry
from evtui.domain.metrics import CpuPoint, TrafficPoint
from evtui.domain.orders import OrderLine
from evtui.domain.reading import (
    CpuPoints,
    ErrorBatch,
    Failure,
    FailureKind,
    OrderBatch,
    Reading,
    StockLevels,
    Topic,
    TrafficPoints,
    Value,
)
from evtui.domain.stock import StockLevel
from evtui.store.reduce import reduce
from evtui.store.state import LaunchState, SourceSpec
from evtui.tui.compose import draw, layout
from evtui.tui.desk import Desk
from evtui.tui.layout import Box
from evtui.tui.lines import Line, plain
from evtui.tui.view import View, view

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
OPENS = datetime(2024, 1, 25, 10, tzinfo=HONG_KONG).astimezone(UTC)
CLOSES = datetime(2024, 2, 9, 23, 59, tzinfo=HONG_KONG).astimezone(UTC)
NOW = OPENS + timedelta(minutes=91, seconds=14)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)

NAMES = (
    "$1000電子購物禮券 ($500X2張) 送$88電子購物禮券",
    "$500 (100×5)+38",
    "超長商品名稱" * 12,
    "\uff26\uff35\uff2c\uff2c width",
)
"""Labels of products as they come, and as they should not."""

DELIVERED = ("ShippingFinish",) * 3
TRANSFERRED = ("WaitingToShipping",) * 3
CONFIRMED = ("ConfirmedToShipping",) * 3
UNPAID = ("WaitingToPay", "WaitingToPay", "Hide")
PAID = ("WaitingToTrans", "OrderProcessing", "Hide")
CANCELLED = ("Cancel",) * 3
FAILED = ("WaitingToShipping", "WaitingToShipping", "Fail")
MIXED = ("WaitingToShipping", "ConfirmedToShipping", "WaitingToShipping")
WORDS = (DELIVERED, TRANSFERRED, CONFIRMED, UNPAID, PAID, CANCELLED, FAILED, MIXED, ("", "", ""), ("新狀態",) * 3)


def plan(products: int = 3, services: int = 2, stock: int | None = 4500, **changes: Any) -> Campaign:
    """A launch of this many products and services; page ids count from 1."""
    values: dict[str, Any] = {
        "id": "plan",
        "name": "CUAPP電子票券",
        "market": "HK",
        "environment": "PROD",
        "zone": HONG_KONG,
        "currency": "HKD",
        "shop": Shop(28, "CUAPP"),
        "products": tuple(
            Product(page, NAMES[(page - 1) % 4], NAMES[(page - 1) % 4], 500.0, 6, OPENS, CLOSES, stock)
            for page in range(1, products + 1)
        ),
        "promotions": (Promotion(OPENS + 60 * MINUTE, "會員app push"), Promotion(OPENS + 62 * MINUTE, "券" * 40)),
        "services": tuple(Service(f"服務Svc{n}", planned_fixed=1, planned_scaled=3) for n in range(services)),
    }
    return Campaign(**{**values, **changes})


def line(
    serial: int = 1,
    after: timedelta = timedelta(minutes=2, seconds=26),
    words: tuple[str, str, str] = DELIVERED,
    took: timedelta | None = timedelta(minutes=6, seconds=9),
    **changes: Any,
) -> OrderLine:
    """A line made `after` opening whose row was last touched `took` later."""
    created = OPENS + after
    values: dict[str, Any] = {
        "ts_code": f"TS240125L{serial:06d}",
        "tg_code": f"TG240125L{serial:05d}",
        "shop_id": 28,
        "page_id": 1,
        "quantity": 1,
        "created_at": created,
        "updated_at": None if took is None else created + took,
        "status": words[0],
        "status_user": words[1],
        "status_scm": words[2],
    }
    if words is FAILED:
        values |= {"status_scm": "WaitingToShipping", "status_slave": "Fail"}
    return OrderLine(**{**values, **changes})


def orders(*lines: OrderLine) -> OrderBatch:
    """What the order source says."""
    return OrderBatch(lines)


def shelves(*selling: int, total: int = 4500) -> StockLevels:
    """One level a product, in page order."""
    return StockLevels(tuple(StockLevel(page, page, total, 0, 0, left) for page, left in enumerate(selling, 1)))


def cpu(service: str, *levels: float | None, minutes: Iterable[int] = range(1, 60), now: datetime = NOW) -> CpuPoints:
    """Machines at these levels for minutes counted back from `now`; None: a machine that should report and does not."""
    start = now.replace(second=0, microsecond=0)
    named = [(f"i-{index}", level) for index, level in enumerate(levels)]
    points = [
        CpuPoint(service, name, start - back * MINUTE, level)
        for back in minutes
        for name, level in named
        if level is not None
    ]
    return CpuPoints(tuple(points), tuple((service, name) for name, _ in named))


def requests(per_minute: float, minutes: Iterable[int] = range(1, 60)) -> TrafficPoints:
    """Traffic in minutes counted back from NOW."""
    start = NOW.replace(second=0, microsecond=0)
    return TrafficPoints(tuple(TrafficPoint(start - back * MINUTE, per_minute) for back in minutes))


def error(number: int = 1, message: str = "it broke", after: timedelta = 5 * MINUTE, **changes: Any) -> ErrorEntry:
    """An ELMAH error, `after` opening."""
    values: dict[str, Any] = {
        "error_id": f"e{number}",
        "application": "NineYi.ScmApiV2",
        "host": "web1",
        "type": "System.TimeoutException",
        "message": message,
        "at": OPENS + after,
        "status_code": 500,
    }
    return ErrorEntry(**{**values, **changes})


def errors(*entries: ErrorEntry) -> ErrorBatch:
    """What the error source says."""
    return ErrorBatch(entries)


def down(why: str = "connection refused", kind: FailureKind = FailureKind.DOWN, remedy: str = "") -> Failure:
    """A source that gives no value."""
    return Failure(kind, why, remedy)


Said = Mapping[Topic, Value | Failure | None]

QUIET: Said = {
    Topic.STOCK: shelves(4500, 4500, 4500),
    Topic.ORDERS: orders(),
    Topic.CPU: cpu("服務Svc0", 11.0, 12.0),
    Topic.TRAFFIC: requests(900.0),
    Topic.ERRORS: errors(),
}
"""Every source alive, nothing sold."""


def believed(
    said: Said, campaign: Campaign | None = None, at: datetime = NOW, before: LaunchState | None = None
) -> LaunchState:
    """The state after every source said this at `at`; None: it said nothing."""
    late = {Topic.CPU: 3 * MINUTE, Topic.TRAFFIC: 3 * MINUTE}
    specs = {topic: SourceSpec(topic, "table", MINUTE, late.get(topic, timedelta())) for topic in said}
    state = before or LaunchState(campaign or plan(), specs)
    for topic, value in said.items():
        if value is not None:
            fact_time = None if isinstance(value, Failure) else at
            state = reduce(state, Reading("table", topic, at, value, fact_time))
    return state


def seen(said: Said, campaign: Campaign | None = None, at: datetime = NOW, now: datetime | None = None) -> View:
    """The view of what was said at `at`, looked at `now`."""
    return view(believed(said, campaign, at), now or at)


def boxes(shown: View, width: int = 120, height: int = 36, desk: Desk | None = None) -> dict[str, Box]:
    """Where everything stands."""
    return layout(shown, desk or Desk(), width, height).boxes


def box_lines(shown: View, name: str, width: int = 120, height: int = 36, desk: Desk | None = None) -> list[Line]:
    """The lines of one box at a terminal size."""
    desk = desk or Desk()
    return draw(shown, desk, name, boxes(shown, width, height, desk)[name])


def text(shown: View, name: str, width: int = 120, height: int = 36, desk: Desk | None = None) -> str:
    """The same as plain text."""
    return "\n".join(plain(each) for each in box_lines(shown, name, width, height, desk))
