"""Every order line we know of, with what is added up over them.

Immutable, and cheap to change: lines lie in buckets of at most a hundred neighbouring codes, so a batch copies only the
buckets it touches, and those that settled may lie on disk. All sums are functions of the lines alone, never of the
order in which they were heard of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct, field

from evtui.domain.campaign import Campaign, Product
from evtui.domain.orders import OrderLine
from evtui.domain.reading import ChainFacts
from evtui.store.buckets import Buckets
from evtui.store.places import Place, Places
from evtui.store.series import Counts
from evtui.store.tracked import Tracked

RECENT_LINES = 2_000
"""Newest lines the feed can scroll through in memory: more than an hour of a brisk morning."""

RELEASED_LINES = 500
"""Released lines kept in order: more than are given back between two readings of the stock."""

LINE_DIGITS = 2
"""Digits of a TS code left out to name its bucket: at most 100 lines, read back from disk in a tenth of a
millisecond."""

GROUP_DIGITS = 3
"""The same of TG codes: groups are small, and few are asked for."""

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


class OrderBook(Struct, frozen=True):
    """The lines and their sums. `recent`, `open` and `released` are sorted, oldest first."""

    buckets: Buckets[Tracked] = field(default_factory=lambda: Buckets(LINE_DIGITS))
    """TS code -> what is believed of it."""
    groups: Buckets[tuple[str, ...]] = field(default_factory=lambda: Buckets(GROUP_DIGITS))
    """TG code -> its TS codes."""
    tallies: Mapping[int, Tally] = field(default_factory=dict)
    sales: Mapping[int, Counts] = field(default_factory=dict)
    """Sets sold by the minute they were paid in (or made, where nobody saw the payment), per page."""
    recent: tuple[Place, ...] = ()
    """The newest lines, whatever became of them."""
    open: Places = Places()
    """Paid and undelivered lines of this shop and these pages, by clock start."""
    released: tuple[Place, ...] = ()
    """The lines last released, by that time: their sets were still taken a moment ago."""
    first: Place | None = None
    """The first valid order of the campaign that was not given back unpaid."""
    odd: Mapping[str, int] = field(default_factory=dict)
    """Lines outside their window, of another shop, of a page that is not sold here: how many for each reason."""
    first_odd: Place | None = None
    """The first of them."""
    facts: Mapping[str, ChainFacts] = field(default_factory=dict)
    """What look-ups told of each group, kept for those of its lines that are heard of later."""
    count: int = 0
    placed: int = 0
    """Lines that have a place in the feed."""

    def get(self, ts_code: str) -> Tracked | None:
        """The belief about one TS."""
        return self.buckets.get(ts_code)

    def group(self, tg_code: str) -> tuple[Tracked, ...]:
        """Every line of a TG, in code order."""
        return tuple(tracked for code in self.groups.get(tg_code) or () if (tracked := self.get(code)))

    def lines(self) -> Iterator[Tracked]:
        """Every line, in no order that means anything; from disk too, so it may take seconds."""
        return self.buckets.values()


def oddity(tracked: Tracked, campaign: Campaign) -> str:
    """Why a line does not count, or the empty string."""
    return odd_line(tracked.line, campaign, campaign.product(tracked.line.page_id))


def odd_line(line: OrderLine, campaign: Campaign, product: Product | None) -> str:
    """The same of a line of `product`."""
    if line.shop_id != campaign.shop.id:
        return "another shop"
    if product is None:
        return "page not known" if line.page_id is None else "page not sold here"
    if line.created_at < product.on_sale:
        return "before open"
    if line.created_at > product.off_sale:
        return AFTER_CLOSE
    return ""


def place(tracked: Tracked, campaign: Campaign) -> Place | None:
    """Where a line stands in the feed; nowhere, if only a question brought it up and it does not count."""
    if not tracked.polled and oddity(tracked, campaign):
        return None
    return (tracked.line.created_at.timestamp(), tracked.line.ts_code)
