"""Rows that were found in JSON gathered into the value of a topic, with what had to be left out and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from evtui.domain.campaign import MINUTE, Campaign
from evtui.domain.metrics import Chart, ChartPoint, CpuPoint, TrafficPoint
from evtui.domain.reading import (
    ChartPoints,
    Coverage,
    CpuPoints,
    ErrorBatch,
    FailureKind,
    FleetSizes,
    Lookup,
    OrderBatch,
    StockLevels,
    TargetHealths,
    Topic,
    TrafficPoints,
    Value,
)
from evtui.domain.stock import StockLevel
from evtui.providers._batches import some
from evtui.providers.base import SourceError
from evtui.providers.mapping_topics import Reader, Row
from evtui.providers.mapping_values import BadRow

T = TypeVar("T")
P = TypeVar("P", CpuPoint, TrafficPoint, ChartPoint)

MISSED_FOR = timedelta(minutes=15)
"""How long a machine that told of itself is expected to go on: one that falls silent has to show as missing, one that
was scaled away must not for ever."""

REASONS = 3
"""Different reasons that a note names; the fourth says nothing new."""

Rows = Iterable[Row | BadRow]


class Known(Struct, frozen=True):
    """What earlier rows told of that later ones need not repeat; part of the cursor."""

    machines: tuple[tuple[str, str, datetime], ...] = ()
    """(service, machine, when it was last told of)."""
    charts: tuple[Chart, ...] = ()
    newest: datetime | None = None
    """Newest change, error or minute that was told, aware UTC; never later than the asking: a row from the future must
    not hide the rest."""


class Gathered(Struct, frozen=True):
    """The value of a topic, and what is to be said about it."""

    value: Value
    coverage: Coverage
    known: Known
    whole: bool


def gather(
    topic: Topic | Lookup, rows: Rows, reader: Reader, campaign: Campaign, now: datetime, known: Known
) -> Gathered:
    """The value of `topic`; minutes that are not over at `now` are not told.

    Raises:
        SourceError: DATA, there are rows and not one can be read.
    """
    taken = _Taken(rows, now)
    match topic:
        case Topic.STOCK:
            return _stock(taken, reader, campaign, known)
        case Topic.ORDERS | Lookup.ORDER_STATUS:
            return _orders(taken, reader, campaign, known, every_shop=isinstance(topic, Lookup))
        case Topic.CPU:
            return _cpu(taken, reader, known)
        case Topic.CHARTS:
            return _charts(taken, reader, known)
        case Topic.TRAFFIC:
            points = _over(taken.read(reader.traffic), now)
            return taken.gathered(TrafficPoints(points), (point.minute for point in points), known)
        case Topic.ERRORS:
            errors = tuple(taken.read(reader.error))
            return taken.gathered(ErrorBatch(errors), (error.at for error in errors), known)
        case Topic.CAPACITY:
            return taken.gathered(FleetSizes(tuple(taken.read(reader.capacity))), (), known)
        case Topic.TARGETS:
            return taken.gathered(TargetHealths(tuple(taken.read(reader.targets))), (), known)
        case _:
            raise SourceError(FailureKind.DATA, f"nothing can be mapped to {topic}")


class _Taken:
    """The rows of one answer, and what became of them."""

    def __init__(self, rows: Rows, now: datetime) -> None:
        self._rows = tuple(rows)
        self.now = now
        self.complaints: list[BadRow] = []
        self.refused: list[Row] = []

    def read(self, one: Callable[[Row], T]) -> list[T]:
        """What `one` makes of the rows that it can read."""
        good: list[T] = []
        for row in self._rows:
            try:
                if isinstance(row, BadRow):
                    raise row
                good.append(one(row))
            except BadRow as bad:
                self.complaints.append(bad)
                if isinstance(row, Mapping):
                    self.refused.append(row)
        if self.complaints and not good:
            rows = (
                f"none of {len(self.complaints):,} rows" if len(self.complaints) > 1 else "the only row cannot be read"
            )
            tail = " can be read" if len(self.complaints) > 1 else ""
            raise SourceError(FailureKind.DATA, f"{rows}{tail}: {self._reasons()}")
        return good

    def gathered(
        self, value: Value, moments: Iterable[datetime], known: Known, coverage: Coverage | None = None
    ) -> Gathered:
        """`value` with what was left out of it, and the newest of `moments` noted."""
        coverage = coverage or Coverage()
        notes = [note for note in (coverage.note, self.left_out()) if note]
        coverage = Coverage(coverage.seen, coverage.expected, "; ".join(notes))
        past = [moment for moment in (*moments, known.newest) if moment is not None and moment <= self.now]
        known = replace(known, newest=max(past, default=None))
        return Gathered(value, coverage, known, not self.complaints)

    def left_out(self) -> str:
        """The note about rows that were skipped; empty where none was."""
        count = len(self.complaints)
        return f"{count:,} unreadable row{'s' * (count != 1)} left out: {self._reasons()}" if count else ""

    def _reasons(self) -> str:
        examples: dict[str, str] = {}
        for bad in self.complaints:
            examples.setdefault(bad.reason, str(bad))
        return "; ".join([examples[reason] for reason in sorted(examples)[:REASONS]])


def _over(points: Iterable[P | None], now: datetime) -> tuple[P, ...]:
    """Those there are, of minutes that are over."""
    return tuple(point for point in points if point is not None and point.minute + MINUTE <= now)


def _stock(taken: _Taken, reader: Reader, campaign: Campaign, known: Known) -> Gathered:
    """A page that is told of in part would pass for one that holds less than it does: it is left out as a whole."""
    levels = taken.read(reader.stock)
    broken = {row.get("page_id") for row in taken.refused if isinstance(row.get("page_id"), int | str)}
    broken_names = {str(page).strip() for page in broken}
    pages = dict.fromkeys(product.page_id for product in campaign.products)
    by_sku: dict[int, StockLevel] = {}
    for level in levels:
        if level.page_id in pages and str(level.page_id) not in broken_names:
            by_sku.setdefault(level.sku_id, level)
    found = {level.page_id for level in by_sku.values()}
    notes = [
        f"page {page} left out, a row of it cannot be read" if str(page) in broken_names else f"no row for page {page}"
        for page in pages
        if page not in found
    ]
    coverage = Coverage(len(found), len(pages), some(notes, "pages without one"))
    return taken.gathered(StockLevels(tuple(by_sku.values())), (), known, coverage)


def _orders(taken: _Taken, reader: Reader, campaign: Campaign, known: Known, *, every_shop: bool) -> Gathered:
    """Lines of the campaign's shop and pages; a look-up tells of whatever carries the code."""
    lines = taken.read(reader.order)
    moments = [line.updated_at or line.created_at for line in lines]
    if not every_shop:
        lines = [
            line
            for line in lines
            if line.shop_id == campaign.shop.id and (line.page_id is None or campaign.product(line.page_id) is not None)
        ]
    return taken.gathered(OrderBatch(tuple(lines)), moments, known)


def _cpu(taken: _Taken, reader: Reader, known: Known) -> Gathered:
    told = taken.read(lambda row: (reader.machine(row), reader.cpu(row)))
    points = _over((point for _, point in told), taken.now)
    last = {(service, machine): at for service, machine, at in known.machines}
    last.update({machine: taken.now for machine, _ in told})
    machines = tuple((*machine, at) for machine, at in sorted(last.items()) if taken.now - at <= MISSED_FOR)
    value = CpuPoints(points, tuple((service, machine) for service, machine, _ in machines))
    return taken.gathered(value, (point.minute for point in points), replace(known, machines=machines))


def _charts(taken: _Taken, reader: Reader, known: Known) -> Gathered:
    told = taken.read(reader.chart)
    points = _over((point for _, point in told), taken.now)
    charts = {chart.name: chart for chart in (*known.charts, *(chart for chart, _ in told))}
    every = tuple(charts.values())
    return taken.gathered(ChartPoints(points, every), (point.minute for point in points), replace(known, charts=every))
