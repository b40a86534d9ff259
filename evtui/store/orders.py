"""Every order line we know of, with what is added up over them.

Immutable, and cheap to change: lines lie in buckets of at most a thousand neighbouring codes, so a batch copies only
the buckets it touches. All sums are functions of the lines alone, never of the order in which they were heard of.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from evtui.domain.campaign import Campaign
from evtui.domain.chain import StepSeen
from evtui.domain.orders import OrderState
from evtui.domain.reading import ChainFacts
from evtui.store.series import Counts, minute_of
from evtui.store.tracked import Tracked, join, with_steps

RECENT_LINES = 2_000
"""Newest lines the feed can scroll through in memory: more than an hour of a brisk morning."""

_BUCKET_DIGITS = 3
"""Digits of a code left out to name its bucket: buckets of at most 1,000 lines."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What the lines of one product add up to. Units: sets, except `lines`."""

    lines: int = 0
    in_flight: int = 0
    sold: int = 0
    released: int = 0
    delivered: int = 0
    revenue_cents: int = 0
    """Whole cents, so that a sum does not depend on the order of its parts."""
    last_minute: int = 0
    """Sets ordered in the closing minute of the sale window, where 23:59:00 and 23:59:59 make a difference."""

    def plus(self, other: Tally, sign: int = 1) -> Tally:
        """The sum, or the difference with `sign` -1."""
        return Tally(
            self.lines + sign * other.lines,
            self.in_flight + sign * other.in_flight,
            self.sold + sign * other.sold,
            self.released + sign * other.released,
            self.delivered + sign * other.delivered,
            self.revenue_cents + sign * other.revenue_cents,
            self.last_minute + sign * other.last_minute,
        )


@dataclass(frozen=True, slots=True)
class OrderBook:
    """The lines and their sums. `recent` and `open` are sorted (time, ts_code) pairs, oldest first."""

    buckets: Mapping[str, Mapping[str, Tracked]] = field(default_factory=dict)
    groups: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    """TG code -> its TS codes, in buckets too."""
    tallies: Mapping[int, Tally] = field(default_factory=dict)
    sales: Mapping[int, Counts] = field(default_factory=dict)
    """Sets sold by the minute they were paid in (or made, where nobody saw the payment), per page."""
    recent: tuple[tuple[float, str], ...] = ()
    open: tuple[tuple[float, str], ...] = ()
    """Paid and undelivered lines by clock start."""
    first: tuple[float, str] | None = None
    """The first valid order of the campaign, as (created, ts_code)."""
    anomalies: tuple[tuple[str, str], ...] = ()
    """(ts_code, what is odd) of lines outside their window, of another shop, of a page that is not sold here."""
    unplaced: Mapping[str, ChainFacts] = field(default_factory=dict)
    """Look-up answers about groups whose lines were not heard of yet."""
    count: int = 0

    def get(self, ts_code: str) -> Tracked | None:
        """The belief about one TS."""
        return self.buckets.get(ts_code[:-_BUCKET_DIGITS], {}).get(ts_code)

    def group(self, tg_code: str) -> tuple[Tracked, ...]:
        """Every line of a TG, in code order."""
        codes = self.groups.get(tg_code[:-_BUCKET_DIGITS], {}).get(tg_code, ())
        return tuple(tracked for code in codes if (tracked := self.get(code)))


def oddity(tracked: Tracked, campaign: Campaign) -> str:
    """Why a line does not count, or the empty string."""
    line = tracked.line
    if line.shop_id != campaign.shop.id:
        return "another shop"
    product = campaign.product(line.page_id)
    if product is None:
        return "page not sold here"
    if line.created_at < product.on_sale:
        return "before open"
    if line.created_at > product.off_sale:
        return "after close"
    return ""


class _Draft:
    """A book being changed: copies each part the first time it is touched."""

    def __init__(self, book: OrderBook, campaign: Campaign) -> None:
        self.book = book
        self.campaign = campaign
        self.buckets = dict(book.buckets)
        self.fresh: dict[str, dict[str, Tracked]] = {}
        self.groups = dict(book.groups)
        self.fresh_groups: dict[str, dict[str, tuple[str, ...]]] = {}
        self.tallies = dict(book.tallies)
        self.sales: dict[int, dict[int, int]] = {}
        self.recent = list(book.recent)
        self.open = list(book.open)
        self.first = book.first
        self.anomalies = set(book.anomalies)
        self.unplaced = dict(book.unplaced)
        self.count = book.count

    def bucket(self, ts_code: str) -> dict[str, Tracked]:
        key = ts_code[:-_BUCKET_DIGITS]
        found = self.fresh.get(key)
        if found is None:
            found = self.fresh[key] = dict(self.buckets.get(key, ()))
            self.buckets[key] = found
        return found

    def put(self, new: Tracked) -> None:
        code = new.line.ts_code
        bucket = self.bucket(code)
        old = bucket.get(code)
        if old is None:
            self.count += 1
            if waiting := self.unplaced.get(new.line.tg_code):
                new = with_steps(new, _steps_for(waiting, code))
        else:
            new = join(old, new)
            if new == old:
                return
            self.account(old, -1)
        bucket[code] = new
        if old is None or old.line.tg_code != new.line.tg_code:
            self.regroup(old, new)
        self.account(new, +1)

    def regroup(self, old: Tracked | None, new: Tracked) -> None:
        for tracked, member in ((old, False), (new, True)):
            if tracked is None:
                continue
            tg_code = tracked.line.tg_code
            key = tg_code[:-_BUCKET_DIGITS]
            group = self.fresh_groups.get(key)
            if group is None:
                group = self.fresh_groups[key] = dict(self.groups.get(key, ()))
                self.groups[key] = group
            codes = {*group.get(tg_code, ())} - {new.line.ts_code}
            group[tg_code] = tuple(sorted(codes | {new.line.ts_code} if member else codes))

    def account(self, tracked: Tracked, sign: int) -> None:
        """Add a line to every sum, or take it out again."""
        line = tracked.line
        created = line.created_at.timestamp()
        _place(self.recent, (created, line.ts_code), sign)
        if len(self.recent) > RECENT_LINES:
            del self.recent[0]
        if tracked.is_open:
            _place(self.open, (tracked.clock_start(self.campaign)[0].timestamp(), line.ts_code), sign)
        odd = oddity(tracked, self.campaign)
        if odd:
            (self.anomalies.add if sign > 0 else self.anomalies.discard)((line.ts_code, odd))
            return
        page = line.page_id or 0
        self.tallies[page] = self.tallies.get(page, Tally()).plus(_share(tracked, self.campaign), sign)
        if tracked.is_paid:
            minute = minute_of(tracked.paid_at or line.created_at)
            sales = self.sales.setdefault(page, {})
            sales[minute] = sales.get(minute, 0) + sign * line.quantity
        if sign > 0 and (self.first is None or (created, line.ts_code) < self.first):
            self.first = (created, line.ts_code)

    def done(self) -> OrderBook:
        sales = dict(self.book.sales)
        for page, changes in self.sales.items():
            sales[page] = sales.get(page, Counts()).add({minute: n for minute, n in changes.items() if n})
        return OrderBook(
            self.buckets,
            self.groups,
            self.tallies,
            sales,
            tuple(self.recent),
            tuple(self.open),
            self.first,
            tuple(sorted(self.anomalies)),
            self.unplaced,
            self.count,
        )


def _place(sorted_pairs: list[tuple[float, str]], pair: tuple[float, str], sign: int) -> None:
    if sign > 0:
        insort(sorted_pairs, pair)
        return
    index = bisect_left(sorted_pairs, pair)
    if index < len(sorted_pairs) and sorted_pairs[index] == pair:
        del sorted_pairs[index]


def _share(tracked: Tracked, campaign: Campaign) -> Tally:
    line = tracked.line
    quantity = line.quantity
    product = campaign.product(line.page_id)
    price = product.price if product else None
    paid = tracked.is_paid
    amount = line.amount if line.amount is not None else (price or 0.0) * quantity
    closing = product is not None and 0 <= (product.off_sale - line.created_at).total_seconds() < 60
    return Tally(
        lines=1,
        in_flight=quantity if tracked.state is not OrderState.RELEASED and not paid else 0,
        sold=quantity if paid else 0,
        released=quantity if tracked.state is OrderState.RELEASED else 0,
        delivered=quantity if tracked.state is OrderState.DELIVERED else 0,
        revenue_cents=round(amount * 100) if paid else 0,
        last_minute=quantity if closing else 0,
    )


def _steps_for(facts: ChainFacts, ts_code: str) -> tuple[StepSeen, ...]:
    return tuple(seen for code, seen in facts.steps if code in (ts_code, facts.tg_code))


def add_lines(book: OrderBook, lines: Iterable[Tracked], campaign: Campaign) -> OrderBook:
    """The book with these observations merged in."""
    draft = _Draft(book, campaign)
    for tracked in lines:
        draft.put(tracked)
    return draft.done()


def add_facts(book: OrderBook, facts: ChainFacts, campaign: Campaign) -> OrderBook:
    """The book with what a look-up saw of a group's steps; kept aside while its lines are unknown."""
    draft = _Draft(book, campaign)
    held = draft.unplaced.get(facts.tg_code)
    merged = tuple(sorted({*(held.steps if held else ()), *facts.steps}, key=repr))
    draft.unplaced[facts.tg_code] = ChainFacts(facts.tg_code, merged)
    for tracked in book.group(facts.tg_code):
        steps = _steps_for(facts, tracked.line.ts_code)
        if steps:
            draft.put(with_steps(tracked, steps))
    return draft.done()
