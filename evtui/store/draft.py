"""An order book being changed: one batch merged in, every sum kept in step, nothing shared with the book before it.

Each part of the book is copied the first time it is touched. A line is taken out of every sum as it was believed before
and put back as it is believed now, so a sum is never more than the lines it is made of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice

from msgspec import Struct
from msgspec.structs import astuple, replace

from evtui.domain.campaign import Campaign, Product
from evtui.domain.chain import StepSeen
from evtui.domain.orders import OrderState
from evtui.domain.reading import ChainFacts
from evtui.store.buckets import Changes
from evtui.store.cold import Sums
from evtui.store.history import ascending, descending
from evtui.store.orders import RECENT_LINES, RELEASED_LINES, OrderBook, Tally, oddity
from evtui.store.places import Moves, Place, move, newest
from evtui.store.series import Counts, minute_of
from evtui.store.standing import NOWHERE, Stand, note, sale, stand
from evtui.store.tracked import Tracked, join, merge_steps, with_steps


def add_lines(book: OrderBook, lines: Iterable[Tracked], campaign: Campaign) -> OrderBook:
    """The book with these observations merged in."""
    draft = _Draft(book, campaign)
    for tracked in lines:
        draft.put(tracked)
    return draft.done()


def add_facts(book: OrderBook, facts: ChainFacts, campaign: Campaign) -> OrderBook:
    """The book with what a look-up saw of a group's steps, in its lines and in those still to be heard of."""
    held = book.facts.get(facts.tg_code)
    merged = _merged(held, facts)
    if merged == held:
        return book
    draft = _Draft(book, campaign)
    draft.facts = {**book.facts, facts.tg_code: merged}
    for tracked in book.group(facts.tg_code):
        draft.put(with_steps(tracked, _steps_for(merged, tracked.line.ts_code)))
    return draft.done()


def _merged(held: ChainFacts | None, new: ChainFacts) -> ChainFacts:
    """The best observation of each step per code: asking again and again adds nothing but what is new."""
    best: dict[str, tuple[StepSeen, ...]] = {}
    for code, seen in (*(held.steps if held else ()), *new.steps):
        best[code] = merge_steps(best.get(code, ()), (seen,))
    return ChainFacts(new.tg_code, tuple((code, seen) for code in sorted(best) for seen in best[code]))


def _steps_for(facts: ChainFacts, ts_code: str) -> tuple[StepSeen, ...]:
    """What was told of one line: under its own code, or of its group as a whole."""
    return tuple(seen for code, seen in facts.steps if code in (ts_code, facts.tg_code))


# looked up in the enumeration for every line, they take a tenth of the time of all
_DELIVERED, _RELEASED = OrderState.DELIVERED, OrderState.RELEASED


class _Sum(Struct):
    """A tally that changes; its fields in the same order."""

    lines: int = 0
    in_flight: int = 0
    sold: int = 0
    released: int = 0
    delivered: int = 0
    revenue_cents: int = 0
    unpriced: int = 0
    last_minute: int = 0


class _First:
    """The first place of some lines that come and go."""

    def __init__(self, held: Place | None) -> None:
        self.held = held
        self.lost = False
        """Whether a line that nobody noted may be the first now: only a search can tell which."""

    def move(self, before: Place | None, after: Place | None) -> None:
        held = self.held
        if before is not None and before == held:
            self.held = None
        if after is not None and (self.held is None or after < self.held):
            self.held = after
        if held is not None and (self.held is None or self.held > held):
            self.lost = True


class _Draft:
    def __init__(self, book: OrderBook, campaign: Campaign) -> None:
        self.book = book
        self.campaign = campaign
        self.lines = Changes(book.buckets)
        self.groups = Changes(book.groups)
        self.facts = book.facts
        self.sums: dict[int, _Sum] = {}
        self.sales: dict[int, dict[int, int]] = {}
        self.recent: Moves = {}
        self.released: Moves = {}
        self.open: Moves = {}
        self.odd: dict[str, int] = {}
        self.first = _First(book.first)
        self.first_odd = _First(book.first_odd)
        self.count = book.count
        self.closing = {product.page_id: minute_of(product.off_sale) for product in campaign.products}
        """The minute each product's sale closes in."""

    def put(self, new: Tracked) -> None:
        """Merge one belief in."""
        code = new.line.ts_code
        bucket = self.lines.bucket(code)
        old = bucket.get(code)
        if old is None and self.book.buckets.cold:
            old = self.book.buckets.beneath(code)
        if old is not None:
            new = join(old, new)
            if new == old:
                return
        else:
            self.count += 1
            bucket.sums.total += 1
        if old is None or old.line.tg_code != new.line.tg_code:
            self.regroup(old, new)
            facts = self.facts.get(new.line.tg_code)
            steps = merge_steps((), _steps_for(facts, code)) if facts else ()
            new = new if new.steps == steps else replace(new, steps=steps)
        bucket[code] = new
        before, after = NOWHERE if old is None else stand(old, self.campaign), stand(new, self.campaign)
        resold = old is None or before.product is not after.product or sale(old, before) != sale(new, after)
        if old is not None:
            self.count_in(old, before, -1, resold)
        self.count_in(new, after, +1, resold)
        self.move(before, after)
        note(bucket.sums, before, after)

    def regroup(self, old: Tracked | None, new: Tracked) -> None:
        """Note the line under its group, and no longer under the one an older word had it in."""
        code = new.line.ts_code
        if old is not None:
            left = self.groups.get(old.line.tg_code) or ()
            self.groups.bucket(old.line.tg_code)[old.line.tg_code] = tuple(each for each in left if each != code)
        held = self.groups.get(new.line.tg_code) or ()
        self.groups.bucket(new.line.tg_code)[new.line.tg_code] = tuple(sorted({*held, code})) if held else (code,)

    def move(self, before: Stand, after: Stand) -> None:
        """Note where a line stands now instead of where it stood."""
        move(self.recent, before.at, after.at)
        move(self.open, before.open, after.open)
        if before.released or after.released:
            move(self.released, before.released, after.released)
        self.first.move(before.bought, after.bought)
        if before.odd or after.odd:
            self.first_odd.move(before.at if before.odd else None, after.at if after.odd else None)

    def count_in(self, tracked: Tracked, stands: Stand, sign: int, resold: bool) -> None:
        """Add a line to what is added up, or take it out again; its sale only where that changes."""
        if stands.odd:
            self.odd[stands.odd] = self.odd.get(stands.odd, 0) + sign
        product = stands.product
        if product is None or stands.at is None:
            return
        total = self.sums.get(product.page_id)
        if total is None:
            total = self.sums[product.page_id] = _Sum()
        number = sign * tracked.line.quantity
        if stands.at[0] // 60 == self.closing[product.page_id]:
            total.last_minute += number
        if stands.odd:
            return
        total.lines += sign
        state = tracked.state
        if state is _RELEASED:
            total.released += number
        elif not stands.paid:
            total.in_flight += number
        elif resold:
            self.sell(tracked, product, total, sign, stands.at)
        if state is _DELIVERED:
            total.delivered += number

    def sell(self, tracked: Tracked, product: Product, total: _Sum, sign: int, at: Place) -> None:
        """The money for a line, and the minute it came in."""
        line = tracked.line
        total.sold += sign * line.quantity
        amount = line.amount
        if amount is None and product.price is not None:
            amount = product.price * line.quantity
        if amount is None:
            total.unpriced += sign
        else:
            total.revenue_cents += sign * round(amount * 100)
        paid = tracked.paid_at
        minute = int((at[0] if paid is None else paid.timestamp()) // 60)
        sales = self.sales.get(product.page_id)
        if sales is None:
            sales = self.sales[product.page_id] = {}
        sales[minute] = sales.get(minute, 0) + sign * line.quantity

    def done(self) -> OrderBook:
        """The new book."""
        held = self.book
        recent = newest(held.recent, self.recent, RECENT_LINES)
        released = newest(held.released, self.released, RELEASED_LINES) if self.released else held.released
        book = OrderBook(
            self.lines.done(),
            self.groups.done(),
            self.tallied(),
            self.sold(),
            recent or (),
            held.open.moved(self.open),
            released or (),
            self.first.held,
            _added(held.odd, self.odd),
            self.first_odd.held,
            self.facts,
            self.count,
        )
        if recent is None:
            latest = islice(descending(book, self.campaign), RECENT_LINES)
            book = replace(book, recent=tuple(at for at, _ in latest)[::-1])
        if released is None:
            book = replace(book, released=self.last_released(book))
        if self.first.lost:
            book = replace(book, first=self.first_bought(book))
        if self.first_odd.lost:
            found = ascending(book, self.campaign, among=_odd_ones)
            first = (at for at, tracked in found if oddity(tracked, self.campaign))
            book = replace(book, first_odd=next(first, None))
        return book

    def tallied(self) -> dict[int, Tally]:
        tallies = dict(self.book.tallies)
        for page, total in self.sums.items():
            pairs = zip(astuple(tallies.pop(page, Tally())), astuple(total), strict=True)
            tally = Tally(*(held + more for held, more in pairs))
            if tally != Tally():
                tallies[page] = tally
        return tallies

    def sold(self) -> dict[int, Counts]:
        sales = dict(self.book.sales)
        for page, changes in self.sales.items():
            counts = sales.pop(page, Counts()).add({minute: number for minute, number in changes.items() if number})
            if counts.hours:
                sales[page] = counts
        return sales

    # the three searches below are rare, as lines keep their times

    def first_bought(self, book: OrderBook) -> Place | None:
        for at, tracked in ascending(book, self.campaign):
            if not tracked.came_to_nothing and not oddity(tracked, self.campaign):
                return at
        return None

    def last_released(self, book: OrderBook) -> tuple[Place, ...]:
        found: list[Place] = []
        for sums, key in sorted(book.buckets.parts(), key=lambda part: part[0].released, reverse=True):
            if len(found) >= RELEASED_LINES and sums.released < found[-RELEASED_LINES][0]:
                break
            stands = (stand(tracked, self.campaign) for tracked in book.buckets.bucket(key).values())
            found = sorted(found + [each.released for each in stands if each.released])[-RELEASED_LINES:]
        return tuple(found)


def _odd_ones(sums: Sums) -> int:
    return sums.odd


def _added(held: Mapping[str, int], changes: Mapping[str, int]) -> Mapping[str, int]:
    if not changes:
        return held
    new = {reason: held.get(reason, 0) + changes.get(reason, 0) for reason in {*held, *changes}}
    return {reason: count for reason, count in new.items() if count}
