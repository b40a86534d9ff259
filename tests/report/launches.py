"""Small launches built reading by reading, as sources would tell them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from evtui.domain.campaign import Campaign, Product, ReportPolicy, Service, Shop
from evtui.domain.faults import ErrorEntry
from evtui.domain.metrics import CpuPoint, TrafficPoint
from evtui.domain.orders import OrderLine
from evtui.domain.reading import (
    Coverage,
    CpuPoints,
    ErrorBatch,
    Failure,
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

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
OPENS = datetime(2024, 1, 25, 10, tzinfo=HONG_KONG).astimezone(UTC)
NOW = OPENS + timedelta(minutes=30)
MINUTE = timedelta(minutes=1)
CADENCE = timedelta(seconds=60)


def product(page_id: int, name: str, label: str, stock: int | None, price: float = 500.0) -> Product:
    """A product of the sixteen-day window."""
    closes = datetime(2024, 2, 9, 23, 59, tzinfo=HONG_KONG).astimezone(UTC)
    return Product(page_id, name, label, price, 6, OPENS, closes, stock)


CAMPAIGN = Campaign(
    id="cuapp-cny-2024",
    name="CUAPP電子票券",
    market="HK",
    environment="PROD",
    zone=HONG_KONG,
    currency="HKD",
    shop=Shop(28, "CUAPP"),
    products=(
        product(370490, "$1000電子購物禮券 ($500X2張) 送$88電子購物禮券", "$1000 (500×2)+88", 4800, 1000.0),
        product(370480, "$1000電子購物禮券 ($100X10張) 送$88電子購物禮券", "$1000 (100×10)+88", 7200, 1000.0),
        product(370478, "$500電子購物禮券 ($100X5張) 送$38電子購物禮券", "$500 (100×5)+38", 4500),
    ),
    services=(
        Service("MWeb", planned_fixed=2, planned_scaled=0),
        Service("SCMAPI", planned_fixed=1, planned_scaled=3),
    ),
)

DELIVERED = ("ShippingFinish", "ShippingFinish", "ShippingFinish")
CONFIRMED = ("ConfirmedToShipping", "ConfirmedToShipping", "ConfirmedToShipping")
TRANSFERRED = ("WaitingToShipping", "WaitingToShipping", "WaitingToShipping")
UNPAID = ("WaitingToPay", "WaitingToPay", "Hide")
CANCELLED = ("Cancel", "Cancel", "Cancel")
MIXED = ("WaitingToShipping", "ConfirmedToShipping", "WaitingToShipping")


def order(
    serial: int = 42,
    after: timedelta = timedelta(minutes=2, seconds=26),
    words: tuple[str, str, str] = DELIVERED,
    page_id: int | None = 370478,
    took: timedelta = timedelta(minutes=6, seconds=9),
    quantity: int = 1,
    shop_id: int = 28,
    group: int | None = None,
) -> OrderLine:
    """A line made `after` opening whose row was last touched `took` later."""
    created = OPENS + after
    return OrderLine(
        ts_code=f"TS240125L{serial:06d}",
        tg_code=f"TG240125L{group or serial:05d}",
        shop_id=shop_id,
        page_id=page_id,
        quantity=quantity,
        created_at=created,
        updated_at=created + took,
        status=words[0],
        status_user=words[1],
        status_scm=words[2],
    )


def error(number: int, type_: str, message: str = "it broke", at: datetime = OPENS + 5 * MINUTE) -> ErrorEntry:
    """An ELMAH error."""
    return ErrorEntry(f"e{number}", "NineYi.ScmApiV2", "web1", type_, message, at)


def steady(levels: Mapping[str, tuple[float, ...]], start: datetime, end: datetime) -> tuple[CpuPoint, ...]:
    """Every machine of each service at its level, minute by minute in [start, end)."""
    minutes = int((end - start) / MINUTE)
    return tuple(
        CpuPoint(service, f"{service}-{index}", start + minute * MINUTE, level)
        for service, machines in levels.items()
        for index, level in enumerate(machines)
        for minute in range(minutes)
    )


CALM_CPU = {"MWeb": (11.0, 13.4), "SCMAPI": (12.0, 14.0, 16.0, 18.0)}

ONE_SOLD = OrderBatch((order(),))
FULL_SHELVES = StockLevels(
    (
        StockLevel(370490, 1, 4800, 0, 0, 4800),
        StockLevel(370480, 2, 7200, 0, 0, 7200),
        StockLevel(370478, 3, 4500, 1, 0, 4499),
    )
)
NO_ERRORS = ErrorBatch(())


@dataclass(frozen=True)
class Launch:
    """What every source says at `now`; a Failure in place of a value is a source that fails."""

    campaign: Campaign = CAMPAIGN
    now: datetime = NOW
    orders: Value | Failure | None = ONE_SOLD
    stock: Value | Failure | None = FULL_SHELVES
    cpu: Value | Failure | None = field(
        default_factory=lambda: cpu_points(CALM_CPU, OPENS - 90 * MINUTE, NOW - 2 * MINUTE)
    )
    traffic: Value | Failure | None = field(
        default_factory=lambda: requests(1000.0, OPENS - 90 * MINUTE, 1100.0, NOW - 2 * MINUTE)
    )
    errors: Value | Failure | None = NO_ERRORS
    ages: Mapping[Topic, timedelta] = field(default_factory=dict)
    """How long ago a source was read, where that is not now."""
    coverage: Mapping[Topic, Coverage] = field(default_factory=dict)

    def readings(self) -> Iterable[Reading]:
        """One reading of every source that says something."""
        said = {
            Topic.STOCK: self.stock,
            Topic.ORDERS: self.orders,
            Topic.CPU: self.cpu,
            Topic.TRAFFIC: self.traffic,
            Topic.ERRORS: self.errors,
        }
        for topic, value in said.items():
            if value is not None:
                at = self.now - self.ages.get(topic, timedelta())
                fact_time = None if isinstance(value, Failure) else at
                yield Reading("table", topic, at, value, fact_time, self.coverage.get(topic, Coverage()))

    def state(self) -> LaunchState:
        """What is believed after hearing all of them."""
        late = {Topic.CPU: 3 * MINUTE, Topic.TRAFFIC: 3 * MINUTE}
        specs = {topic: SourceSpec(topic, "table", CADENCE, late.get(topic, timedelta())) for topic in Topic}
        if self.traffic is None:
            del specs[Topic.TRAFFIC]
        state = LaunchState(self.campaign, specs)
        for reading in self.readings():
            state = reduce(state, reading)
        return state


def cpu_points(levels: Mapping[str, tuple[float, ...]], start: datetime, end: datetime) -> CpuPoints:
    """Points of every machine, and the list of those that should report."""
    names = tuple(
        (service, f"{service}-{index}") for service, machines in levels.items() for index in range(len(machines))
    )
    return CpuPoints(steady(levels, start, end), names)


def requests(before: float, start: datetime, during: float, end: datetime) -> TrafficPoints:
    """`before` requests a minute from `start` to opening, `during` from then to `end`."""
    minutes = int((end - start) / MINUTE)
    moments = [start + minute * MINUTE for minute in range(minutes)]
    return TrafficPoints(tuple(TrafficPoint(at, before if at < OPENS else during) for at in moments))


def with_report(campaign: Campaign = CAMPAIGN, **changes: object) -> Campaign:
    """The campaign with another report policy."""
    return replace(campaign, report=replace(ReportPolicy(), **changes))
