"""An order book being changed: one batch merged in, every sum kept in step, nothing shared with the book before it.

Each part of the book is copied the first time it is touched. A line is taken out of every sum as it was believed before
and put back as it is believed now, so a sum is never more than the lines it is made of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice

from msgspec.structs import replace

from evtui.domain.campaign import Campaign, Product
from evtui.domain.chain import StepSeen
from evtui.domain.orders import OrderState
from evtui.domain.reading import ChainFacts
from evtui.store.account import Account, only_delivered, open_account
from evtui.store.buckets import Changes
from evtui.store.cold import Sums
from evtui.store.history import ascending, descending
from evtui.store.orders import RECENT_LINES, RELEASED_LINES, OrderBook, Tally, oddity
from evtui.store.places import Moves, Place, move, newest
from evtui.store.series import Counts
from evtui.store.standing import NOWHERE, Ground, Stand, note
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


# looked up in the enumeration for every line, it takes a tenth of the time of all
_DELIVERED = OrderState.DELIVERED


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
        self.ground = Ground(campaign)
        self.lines = Changes(book.buckets)
        self.groups = Changes(book.groups)
        self.facts = book.facts
        self.accounts: dict[int, Account] = {}
        self.recent: Moves = {}
        self.released: Moves = {}
        self.open: Moves = {}
        self.odd: dict[str, int] = {}
        self.first = _First(book.first)
        self.first_odd = _First(book.first_odd)
        self.count = book.count
        self.placed = book.placed

    def put(self, new: Tracked) -> None:
        """Merge one belief in."""
        code = new.line.ts_code
        bucket = self.lines.bucket(code)
        sums = bucket.sums
        old = bucket.get(code)
        if old is None and len(bucket) < sums.total:  # some of it is on disk
            old = self.book.buckets.beneath(code)
        if old is None:
            self.count += 1
            sums.total += 1
            bucket[code] = new = self.regrouped(None, new)
            after = self.ground.stand(new)
            self.count_in(new, after, +1)
            self.move(sums, NOWHERE, after)
            return
        new = join(old, new)
        if new == old:
            return
        if old.line.tg_code != new.line.tg_code:
            new = self.regrouped(old, new)
        bucket[code] = new
        before = self.ground.stand(old)
        after = self.ground.stand_again(new, old, before)
        if only_delivered(old, before, new, after):
            self.deliver(sums, old, before, new, after)
            return
        self.count_in(old, before, -1)
        self.count_in(new, after, +1)
        self.move(sums, before, after)

    def regrouped(self, old: Tracked | None, new: Tracked) -> Tracked:
        """Note the line under its group, and no longer under the one an older word had it in; what the group knows."""
        code, group = new.line.ts_code, new.line.tg_code
        if old is not None:
            left = self.groups.get(old.line.tg_code) or ()
            self.groups.bucket(old.line.tg_code)[old.line.tg_code] = tuple(each for each in left if each != code)
        bucket = self.groups.bucket(group)
        held = bucket.get(group)
        if held is None and self.book.groups.cold:
            held = self.book.groups.beneath(group)
        bucket[group] = tuple(sorted({*held, code})) if held else (code,)
        facts = self.facts.get(group) if self.facts else None
        steps = merge_steps((), _steps_for(facts, code)) if facts else ()
        return new if new.steps == steps else replace(new, steps=steps)

    def move(self, sums: Sums, before: Stand, after: Stand) -> None:
        """Note where a line stands now instead of where it stood."""
        note(sums, before, after)
        if before.open is not after.open:
            move(self.open, before.open, after.open)
        if before.released or after.released:
            move(self.released, before.released, after.released)
        if before.bought is not after.bought:
            self.first.move(before.bought, after.bought)
        if before.at is not after.at:
            move(self.recent, before.at, after.at)
            self.placed += (after.at is not None) - (before.at is not None)
        if before.odd or after.odd:
            self.first_odd.move(before.at if before.odd else None, after.at if after.odd else None)

    def count_in(self, tracked: Tracked, stands: Stand, sign: int) -> None:
        """Add a line to what is added up, or take it out again."""
        if stands.odd:
            self.odd[stands.odd] = self.odd.get(stands.odd, 0) + sign
        product = stands.product
        if product is not None:
            account = self.accounts.get(product.page_id) or self.account(product)
            account.count(tracked, stands, sign)

    def deliver(self, sums: Sums, old: Tracked, before: Stand, new: Tracked, after: Stand) -> None:
        """Note that a line that counts as it did is delivered now; or that it is not any more, or goes on its way."""
        if before.open is not after.open:
            sums.open += (after.open is not None) - (before.open is not None)
            move(self.open, before.open, after.open)
        if old.state is not new.state and after.product is not None:
            number = (new.state is _DELIVERED) - (old.state is _DELIVERED)
            account = self.accounts.get(after.product.page_id) or self.account(after.product)
            account.delivered += number * new.line.quantity

    def account(self, product: Product) -> Account:
        """A new account for a product."""
        found = self.accounts[product.page_id] = open_account(product)
        return found

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
            self.placed,
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
        for page, account in self.accounts.items():
            tally = account.tally(tallies.pop(page, Tally()))
            if tally != Tally():
                tallies[page] = tally
        return tallies

    def sold(self) -> dict[int, Counts]:
        sales = dict(self.book.sales)
        for page, account in self.accounts.items():
            if account.sales:
                counts = account.counts(sales.pop(page, Counts()))
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
            stands = (self.ground.stand(tracked) for tracked in book.buckets.bucket(key).values())
            found = sorted(found + [each.released for each in stands if each.released])[-RELEASED_LINES:]
        return tuple(found)


def _odd_ones(sums: Sums) -> int:
    return sums.odd


def _added(held: Mapping[str, int], changes: Mapping[str, int]) -> Mapping[str, int]:
    if not changes:
        return held
    new = {reason: held.get(reason, 0) + changes.get(reason, 0) for reason in {*held, *changes}}
    return {reason: count for reason, count in new.items() if count}
