"""Stock and sales figures read off the state: what is left, what is sold, how fast, and until when.

Unknown is None, never zero: what a source did not tell cannot be summed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from msgspec import Struct

from evtui.domain.campaign import Product
from evtui.domain.reading import Topic
from evtui.store.drift import Ledger
from evtui.store.orders import Tally
from evtui.store.series import Counts, minute_of, moment_of
from evtui.store.state import LaunchState, StockSeen
from evtui.store.stock import by_page, sold_out_at, standing, vanished

WINDOWS = (5, 15, 60)
"""Minutes over which velocity is given."""

MIN_SALES_FORECAST = 10
"""Sets sold in the window below which a sell-out time would be a guess."""

MIN_SALES_VELOCITY = 5
"""Sets sold in a window below which a rate is not a rate: the count is shown instead."""

_Z95 = 1.96


class Outlook(StrEnum):
    """What can be said about selling out."""

    UNKNOWN = "unknown"
    NOT_OPEN = "not open"
    CLOSED = "closed"
    SOLD_OUT = "sold out"
    TOO_FEW = "too few sales"
    NOT_AT_THIS_RATE = "not at this rate"
    EXPECTED = "expected"


class Forecast(Struct, frozen=True):
    """When a product sells out: `at` with the range that the chance spread of the sales allows; times for EXPECTED."""

    outlook: Outlook
    at: datetime | None = None
    earliest: datetime | None = None
    latest: datetime | None = None
    """None where the slow end of the range lies beyond the close of the sale."""


class Velocity(Struct, frozen=True):
    """Sets sold in the last `minutes` (fewer right after opening), the present one included."""

    minutes: float
    sold: int
    span: float
    """Minutes that the count really covers: the present minute is not over yet."""

    @property
    def per_minute(self) -> float | None:
        """Sets a minute, or None where there are too few sales to call it a rate."""
        return self.sold / self.span if self.span > 0 and self.sold >= MIN_SALES_VELOCITY else None


class ProductFigures(Struct, frozen=True):
    """One product, or the total of all (`product` None). Sets, except `revenue` (campaign currency)."""

    product: Product | None
    opening: int | None
    sold: int | None
    in_flight: int | None
    released: int | None
    delivered: int | None
    revenue: float | None
    remaining_reported: int | None
    """`ProductStock_SellingQty`, summed over the page's SKUs."""
    reported_total: int | None
    """`ProductStock_TotalQty`, summed; None where a source does not give it."""
    velocity: tuple[Velocity, ...]
    forecast: Forecast
    drift: int | None = None
    """Opening less reported less sold and in flight, all as of the same stock reading; None where they cannot be."""
    drift_held: bool = False
    """Whether the same difference stood in two stock readings, which no sale between two tables explains."""
    sold_out_at: datetime | None = None
    """When it was first read as sold out; None where it was so already when it was first read at all."""
    sold_out_by: datetime | None = None
    """When it was first read as sold out, whether or not anything was seen to be left before."""
    last_minute: int = 0
    """Sets ordered in the minute the sale closes in; those made after the close are in no other figure."""
    vanished: int = 0
    """SKUs told of before that the newest reading of the stock left out."""

    @property
    def remaining_computed(self) -> int | None:
        """Opening less sold and in flight."""
        if self.opening is None or self.sold is None or self.in_flight is None:
            return None
        return self.opening - self.sold - self.in_flight

    @property
    def sell_through(self) -> float | None:
        """Sold of opening, 0 to 1 and beyond when oversold."""
        return self.sold / self.opening if self.opening and self.sold is not None else None

    @property
    def oversold(self) -> bool:
        """Whether more is sold and in flight than there was, or the table has gone below zero."""
        computed = self.remaining_computed
        return (computed is not None and computed < 0) or (self.remaining_reported or 0) < 0


def product_figures(state: LaunchState, now: datetime) -> tuple[ProductFigures, ...]:
    """Figures of every product, in campaign order."""
    stock, ledger = by_page(state), Ledger(state)
    return tuple(
        _product(state, product, stock.get(product.page_id, ()), ledger, now) for product in state.campaign.products
    )


def total_figures(state: LaunchState, products: tuple[ProductFigures, ...], now: datetime) -> ProductFigures:
    """The sum; a figure that one product lacks is unknown in the sum too."""
    sold = list(state.orders.sales.values())
    gone = [figures.sold_out_at for figures in products]
    return ProductFigures(
        product=None,
        opening=_sum([figures.opening for figures in products]),
        sold=_sum([figures.sold for figures in products]),
        in_flight=_sum([figures.in_flight for figures in products]),
        released=_sum([figures.released for figures in products]),
        delivered=_sum([figures.delivered for figures in products]),
        revenue=_sum([figures.revenue for figures in products]),
        remaining_reported=_sum([figures.remaining_reported for figures in products]),
        reported_total=_sum([figures.reported_total for figures in products]),
        velocity=_velocity(sold, state.campaign.opens, _orders_read_at(state, now)),
        forecast=Forecast(Outlook.UNKNOWN),
        drift=_sum([figures.drift for figures in products]),
        sold_out_at=max((time for time in gone if time), default=None) if all(gone) else None,
        last_minute=sum(figures.last_minute for figures in products),
    )


def _product(
    state: LaunchState, product: Product, skus: Sequence[StockSeen], ledger: Ledger, now: datetime
) -> ProductFigures:
    heard = state.sources.get(Topic.ORDERS)
    tally = state.orders.tallies.get(product.page_id, Tally()) if heard and heard.taken_at else None
    levels = standing(state, skus)
    totals = [seen.level.total for seen in levels]
    reported = sum(seen.level.selling for seen in levels) if levels else None
    reported_total = _sum(totals) if totals else None
    opening = product.stock if product.stock is not None else reported_total
    heard_at = _orders_read_at(state, now)
    velocity = _velocity([state.orders.sales.get(product.page_id, Counts())], product.on_sale, heard_at)
    remaining = reported
    if remaining is None and tally is not None and opening is not None:
        remaining = opening - tally.sold - tally.in_flight
    drifts = ledger.drifts(product, levels, tally, opening)
    out = reported is not None and reported <= 0
    return ProductFigures(
        product=product,
        opening=opening,
        sold=tally.sold if tally else None,
        in_flight=tally.in_flight if tally else None,
        released=tally.released if tally else None,
        delivered=tally.delivered if tally else None,
        revenue=tally.revenue_cents / 100 if tally and not tally.unpriced else None,
        remaining_reported=reported,
        reported_total=reported_total,
        velocity=velocity,
        forecast=_forecast(product, remaining, velocity[-1] if tally else None, now),
        drift=drifts[0] if drifts else None,
        drift_held=len(drifts) == 2 and drifts[0] == drifts[1] != 0,
        sold_out_at=sold_out_at(levels) if out else None,
        sold_out_by=max((seen.gone_by for seen in levels if seen.gone_by), default=None) if out else None,
        last_minute=tally.last_minute if tally else 0,
        vanished=vanished(state, skus),
    )


def _orders_read_at(state: LaunchState, now: datetime) -> datetime:
    """When the orders were last read. Pace is told as of then: a source that went silent is not a sale that slows."""
    heard = state.sources.get(Topic.ORDERS)
    return min(heard.taken_at, now) if heard and heard.taken_at else now


def _velocity(sales: list[Counts], opened: datetime, now: datetime) -> tuple[Velocity, ...]:
    since_open = max((now - opened) / timedelta(minutes=1), 0.0)
    end = minute_of(now) + 1
    unfinished = (moment_of(end) - now) / timedelta(minutes=1)
    return tuple(
        Velocity(
            minutes=min(float(window), since_open),
            sold=sum(counts.between(end - window, end) for counts in sales),
            span=min(window - unfinished, since_open),
        )
        for window in WINDOWS
    )


def _forecast(product: Product, remaining: int | None, velocity: Velocity | None, now: datetime) -> Forecast:
    if now < product.on_sale:
        return Forecast(Outlook.NOT_OPEN)
    if remaining is None or velocity is None:
        return Forecast(Outlook.UNKNOWN)
    if remaining <= 0:
        return Forecast(Outlook.SOLD_OUT)
    if now > product.off_sale:
        return Forecast(Outlook.CLOSED)
    if velocity.sold == 0:
        return Forecast(Outlook.NOT_AT_THIS_RATE)
    if velocity.sold < MIN_SALES_FORECAST or velocity.span <= 0:
        return Forecast(Outlook.TOO_FEW)
    spread = _Z95 * math.sqrt(velocity.sold)

    def when(sold: float) -> datetime | None:
        if sold <= 0:
            return None
        minutes = remaining * velocity.span / sold
        # compared as a number first: a stock of "unlimited" lasts longer than the calendar does
        to_close = (product.off_sale - now) / timedelta(minutes=1)
        return now + timedelta(minutes=minutes) if minutes <= to_close else None

    at = when(velocity.sold)
    if at is None:
        return Forecast(Outlook.NOT_AT_THIS_RATE)
    return Forecast(Outlook.EXPECTED, at, when(velocity.sold + spread), when(velocity.sold - spread))


_Number = TypeVar("_Number", int, float)


def _sum(parts: Sequence[_Number | None]) -> _Number | None:
    known = [part for part in parts if part is not None]
    return sum(known) if known and len(known) == len(parts) else None
