"""Every order line we know of, with what is added up over them.

Immutable, and cheap to change: lines lie in buckets of at most a thousand neighbouring codes, so a batch copies only
the buckets it touches. All sums are functions of the lines alone, never of the order in which they were heard of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct, field

from evtui.domain.campaign import Campaign
from evtui.domain.orders import OrderState
from evtui.domain.reading import ChainFacts
from evtui.store.series import Counts, minute_of
from evtui.store.tracked import Tracked

RECENT_LINES = 2_000
"""Newest lines the feed can scroll through in memory: more than an hour of a brisk morning."""

RELEASED_LINES = 500
"""Released lines kept in order: more than are given back between two readings of the stock."""

BUCKET_DIGITS = 3
"""Digits of a code left out to name its bucket: buckets of at most 1,000 lines."""

AFTER_CLOSE = "after close"
"""Oddity of a line made when its sale was over."""


class Tally(Struct, frozen=True):
    """What the lines of one product add up to. Units: sets, except `lines` and `unpriced`."""

    lines: int = 0
    in_flight: int = 0
    sold: int = 0
    released: int = 0
    delivered: int = 0
    revenue_cents: int = 0
    """Whole cents, so that a sum does not depend on the order of its parts."""
    unpriced: int = 0
    """Sold lines of which neither an amount nor a price is known: with any of them the revenue is not known either."""
    last_minute: int = 0
    """Sets ordered in the minute the sale closes in, too late or not: where 23:59:00 and 23:59:59 make a difference."""

    def plus(self, other: Tally, sign: int = 1) -> Tally:
        """The sum, or the difference with `sign` -1."""
        return Tally(
            self.lines + sign * other.lines,
            self.in_flight + sign * other.in_flight,
            self.sold + sign * other.sold,
            self.released + sign * other.released,
            self.delivered + sign * other.delivered,
            self.revenue_cents + sign * other.revenue_cents,
            self.unpriced + sign * other.unpriced,
            self.last_minute + sign * other.last_minute,
        )


class OrderBook(Struct, frozen=True):
    """The lines and their sums. `recent` and `open` are sorted (time, ts_code) pairs, oldest first."""

    buckets: Mapping[str, Mapping[str, Tracked]] = field(default_factory=dict)
    groups: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    """TG code -> its TS codes, in buckets too."""
    tallies: Mapping[int, Tally] = field(default_factory=dict)
    sales: Mapping[int, Counts] = field(default_factory=dict)
    """Sets sold by the minute they were paid in (or made, where nobody saw the payment), per page."""
    recent: tuple[tuple[float, str], ...] = ()
    """The newest lines, whatever became of them."""
    open: tuple[tuple[float, str], ...] = ()
    """Paid and undelivered lines of this shop and these pages, by clock start."""
    released: tuple[tuple[float, str], ...] = ()
    """The lines last released, by that time, oldest first: their sets were still taken a moment ago."""
    first: tuple[float, str] | None = None
    """The first valid order of the campaign that was not given back unpaid, as (created, ts_code)."""
    anomalies: tuple[tuple[str, str], ...] = ()
    """(ts_code, what is odd) of lines outside their window, of another shop, of a page that is not sold here."""
    facts: Mapping[str, ChainFacts] = field(default_factory=dict)
    """What look-ups told of each group, kept for those of its lines that are heard of later."""
    count: int = 0

    def get(self, ts_code: str) -> Tracked | None:
        """The belief about one TS."""
        return self.buckets.get(ts_code[:-BUCKET_DIGITS], {}).get(ts_code)

    def group(self, tg_code: str) -> tuple[Tracked, ...]:
        """Every line of a TG, in code order."""
        codes = self.groups.get(tg_code[:-BUCKET_DIGITS], {}).get(tg_code, ())
        return tuple(tracked for code in codes if (tracked := self.get(code)))

    def lines(self) -> Iterator[Tracked]:
        """Every line, in no order that means anything."""
        return (tracked for bucket in self.buckets.values() for tracked in bucket.values())


def oddity(tracked: Tracked, campaign: Campaign) -> str:
    """Why a line does not count, or the empty string."""
    line = tracked.line
    if line.shop_id != campaign.shop.id:
        return "another shop"
    product = campaign.product(line.page_id)
    if product is None:
        return "page not known" if line.page_id is None else "page not sold here"
    if line.created_at < product.on_sale:
        return "before open"
    if line.created_at > product.off_sale:
        return AFTER_CLOSE
    return ""


def of_launch(tracked: Tracked, campaign: Campaign) -> bool:
    """Whether a line is of this shop and not of a page that is sold elsewhere, odd in its time or not."""
    line = tracked.line
    return line.shop_id == campaign.shop.id and (line.page_id is None or campaign.product(line.page_id) is not None)


def share(tracked: Tracked, odd: str, campaign: Campaign) -> Tally | None:
    """What one line adds to the tally of its page, or None where it has no part in it."""
    line = tracked.line
    quantity = line.quantity
    product = campaign.product(line.page_id)
    if product is None or odd not in ("", AFTER_CLOSE):
        return None
    closing = quantity if minute_of(line.created_at) == minute_of(product.off_sale) else 0
    if odd:
        return Tally(last_minute=closing) if closing else None
    paid = tracked.is_paid
    released = tracked.state is OrderState.RELEASED
    amount = line.amount if line.amount is not None or product.price is None else product.price * quantity
    return Tally(
        lines=1,
        in_flight=0 if released or paid else quantity,
        sold=quantity if paid else 0,
        released=quantity if released else 0,
        delivered=quantity if tracked.state is OrderState.DELIVERED else 0,
        revenue_cents=round(amount * 100) if paid and amount is not None else 0,
        unpriced=1 if paid and amount is None else 0,
        last_minute=closing,
    )
