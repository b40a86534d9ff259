"""A report as data: every figure with the reason where there is none. Nothing here is text yet.

Unknown is None, and `whys` of the same object says why under the figure's name. Units: sets, percent 0 to 100, requests
a minute; times aware UTC, shown in `zone`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from evtui.domain.orders import OrderState
from evtui.domain.reading import Topic
from evtui.store.state import SourceState


class Style(StrEnum):
    """How much a report says."""

    STRICT = "strict"
    """The agreed lines: CPU of each service, and whether ELMAH holds anything special."""
    FULL = "full"
    """Traffic, CPU band, first order and sales in sentences, then the agreed lines."""
    LEDGER = "ledger"
    """A balance sheet of stock and sales per product."""


class Format(StrEnum):
    """What a report is written as."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


SPEAKS_OF = {
    Style.STRICT: (Topic.CPU, Topic.ERRORS),
    Style.FULL: (Topic.TRAFFIC, Topic.CPU, Topic.ORDERS, Topic.ERRORS),
    Style.LEDGER: (Topic.STOCK, Topic.ORDERS),
}
"""Topics each style prints figures of: a source that is down matters only where it is printed."""

_BAND_STEP = 5
"""Percent the CPU band is rounded outward to: tens would make 9.8 to 20.3 into 0 to 30."""


class ProductLine(Struct, frozen=True):
    """One product. `sold_out_range` is the forecast before, and the span it must have happened in after selling out."""

    page_id: int
    name: str
    label: str
    opening: int | None
    sold: int | None
    in_flight: int | None
    released: int | None
    delivered: int | None
    remaining_reported: int | None
    remaining_computed: int | None
    drift: int | None
    sold_out_at: datetime | None
    sold_out_range: tuple[datetime | None, datetime | None] | None
    whys: Mapping[str, str] = field(default_factory=dict)

    @property
    def timing(self) -> int | None:
        """Sets by which the sheet is out only because stock and orders were read at different moments."""
        if self.opening is None or self.remaining_reported is None or self.sold is None or self.in_flight is None:
            return None
        return self.opening - self.remaining_reported - self.sold - self.in_flight - (self.drift or 0)


class ServiceLine(Struct, frozen=True):
    """CPU of one service over the window: mean, lowest and highest of the minutes' means over its machines."""

    name: str
    cpu_mean: float | None
    cpu_min: float | None
    cpu_max: float | None
    machines_reporting: int | None
    """Machines that reported in the window and still do."""
    machines_expected: int | None
    whys: Mapping[str, str] = field(default_factory=dict)


class TrafficLine(Struct, frozen=True):
    """Requests a minute over the window, over the same length before opening, and the change (0.38 = +38 %)."""

    per_minute: float | None
    baseline: float | None
    change: float | None
    whys: Mapping[str, str] = field(default_factory=dict)


class ErrorGroup(Struct, frozen=True):
    """One ELMAH fault; `count` is within the window, `status` is `new`, `risen`, `known` or `ignored`."""

    application: str
    type: str
    message: str
    count: int
    total: int
    baseline: int
    first_seen: datetime
    last_seen: datetime
    status: str


class ErrorsLine(Struct, frozen=True):
    """Errors of the window. `special` counts those of new and risen faults; `types` adds them up by short type name."""

    special: int | None
    types: tuple[tuple[str, int], ...]
    """(short .NET type, errors), most frequent first."""
    groups: tuple[ErrorGroup, ...]
    whys: Mapping[str, str] = field(default_factory=dict)


class FirstLine(Struct, frozen=True):
    """The first order of the campaign; `age` runs until it is delivered or released."""

    tg_code: str
    ts_code: str
    page_id: int | None
    state: OrderState
    created_at: datetime
    delivered_at: datetime | None
    after_open: timedelta
    age: timedelta
    whys: Mapping[str, str] = field(default_factory=dict)

    @property
    def released(self) -> bool:
        """Whether it was cancelled or refunded, so that nothing will be delivered."""
        return self.state is OrderState.RELEASED


class OverdueLine(Struct, frozen=True):
    """A paid order line past its limit; `clock` names the event its age counts from."""

    tg_code: str
    ts_code: str
    page_id: int | None
    age: timedelta
    clock: str
    status_user: str
    status_scm: str
    whys: Mapping[str, str] = field(default_factory=dict)


class SourceLine(Struct, frozen=True):
    """One source at the moment of the report."""

    name: Topic
    provider: str
    state: SourceState
    fact_age: timedelta | None
    read_age: timedelta | None
    why: str
    partial: str | None = None
    """What it left out of its last answer; None where that was whole, or does not count any more."""
    whys: Mapping[str, str] = field(default_factory=dict)


class Note(Struct, frozen=True):
    """One sentence about a figure that is missing, old or partial, and the topic it belongs to."""

    topic: Topic
    text: str


class Report(Struct, frozen=True):
    """Everything a report can say at `as_of` about [`start`, `as_of`)."""

    campaign: str
    """Id of the campaign."""
    market: str
    name: str
    zone: ZoneInfo
    opens: datetime
    as_of: datetime
    start: datetime
    unit: str
    blank_lines: bool
    traffic_threshold: float
    products: tuple[ProductLine, ...]
    services: tuple[ServiceLine, ...]
    traffic: TrafficLine
    errors: ErrorsLine
    first_order: FirstLine | None
    overdue: tuple[OverdueLine, ...] | None
    sources: tuple[SourceLine, ...]
    notes: tuple[Note, ...] = ()
    whys: Mapping[str, str] = field(default_factory=dict)

    @property
    def window(self) -> timedelta:
        """Length of the time the report speaks of."""
        return self.as_of - self.start

    @property
    def warnings(self) -> tuple[str, ...]:
        """Every sentence about a figure that is missing, old or partial."""
        return tuple(note.text for note in self.notes)

    def warnings_for(self, style: Style) -> tuple[str, ...]:
        """The sentences that concern what this style prints."""
        return tuple(note.text for note in self.notes if note.topic in SPEAKS_OF[style])

    @property
    def orders_known(self) -> bool:
        """Whether the orders may be spoken of at all."""
        return self.overdue is not None

    @property
    def sold(self) -> int | None:
        """Sets sold of all products; None when one of them is unknown."""
        known = [product.sold for product in self.products if product.sold is not None]
        return sum(known) if len(known) == len(self.products) else None

    @property
    def sold_products(self) -> tuple[ProductLine, ...]:
        """Products of which anything was sold."""
        return tuple(product for product in self.products if product.sold)

    @property
    def cpu_band(self) -> tuple[int, int] | None:
        """Lowest and highest CPU of all services, rounded outward to a multiple of five; never an empty band."""
        lows = [service.cpu_min for service in self.services if service.cpu_min is not None]
        highs = [service.cpu_max for service in self.services if service.cpu_max is not None]
        if not lows or not highs:
            return None
        low = min(max(math.floor(min(lows) / _BAND_STEP) * _BAND_STEP, 0), 100)
        high = min(max(math.ceil(max(highs) / _BAND_STEP) * _BAND_STEP, 0), 100)
        if low == high:
            low, high = (low, high + _BAND_STEP) if high < 100 else (low - _BAND_STEP, high)
        return low, high

    def unknown(self, style: Style) -> tuple[str, ...]:
        """Names of the figures that this style prints as `--` or leaves blank although a source was set up for them."""
        found = [
            *(f"services.{line.name}.cpu_mean" for line in self.services if line.cpu_mean is None),
            *(["errors.special"] if self.errors.special is None else []),
        ]
        if style is Style.STRICT:
            return tuple(found)
        figures = ("opening", "remaining_reported", "sold", "in_flight", "drift")
        if style is Style.LEDGER:
            return tuple(f"products.{p.page_id}.{name}" for p in self.products for name in figures if name in p.whys)
        traffic = next(source for source in self.sources if source.name is Topic.TRAFFIC)
        if self.traffic.change is None and traffic.provider and self.as_of > self.opens:
            found.append("traffic.change")
        if self.cpu_band is None:
            found.append("cpu_band")
        if not self.orders_known:
            found += ["first_order", "sold"]
        return tuple(found)
