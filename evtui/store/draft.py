"""An order book being changed: one batch merged in, every sum kept in step, nothing shared with the book before it.

Each part of the book is copied the first time it is touched. A line is taken out of every sum as it was believed before
and put back as it is believed now, so a sum is never more than the lines it is made of.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from heapq import nlargest

from msgspec.structs import replace

from evtui.domain.campaign import Campaign
from evtui.domain.chain import StepSeen
from evtui.domain.orders import OrderState
from evtui.domain.reading import ChainFacts
from evtui.store.orders import BUCKET_DIGITS, RECENT_LINES, RELEASED_LINES, OrderBook, Tally, oddity, of_launch, share
from evtui.store.series import Counts, minute_of
from evtui.store.tracked import Tracked, join, merge_steps, with_steps

Pair = tuple[float, str]


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
    draft.facts[facts.tg_code] = merged
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


class _Draft:
    def __init__(self, book: OrderBook, campaign: Campaign) -> None:
        self.book = book
        self.campaign = campaign
        self.buckets = dict(book.buckets)
        self.fresh: dict[str, dict[str, Tracked]] = {}
        self.groups = dict(book.groups)
        self.fresh_groups: dict[str, dict[str, tuple[str, ...]]] = {}
        self.tallies = dict(book.tallies)
        self.sales: dict[int, dict[int, int]] = {}
        self.recent = _Newest(book.recent, RECENT_LINES)
        self.released = _Newest(book.released, RELEASED_LINES)
        self.open = list(book.open)
        self.first = book.first
        self.anomalies: set[tuple[str, str]] | None = None
        self.facts = dict(book.facts)
        self.count = book.count
        self.lost_first = False

    def put(self, new: Tracked) -> None:
        """Merge one belief in."""
        code = new.line.ts_code
        bucket = self.bucket(code)
        old = bucket.get(code)
        if old is not None:
            new = join(old, new)
            if new == old:
                return
        else:
            self.count += 1
        if old is None or old.line.tg_code != new.line.tg_code:
            self.regroup(old, new)
            facts = self.facts.get(new.line.tg_code)
            steps = merge_steps((), _steps_for(facts, code)) if facts else ()
            new = new if new.steps == steps else replace(new, steps=steps)
        bucket[code] = new
        self.recent.move(self.feed_place(old), self.feed_place(new))
        self.released.move(self.release(old), self.release(new))
        first = self.first
        if old is not None:
            self.account(old, -1)
        self.account(new, +1)
        if first is not None and (self.first is None or self.first > first):
            self.lost_first = True

    def bucket(self, ts_code: str) -> dict[str, Tracked]:
        key = ts_code[:-BUCKET_DIGITS]
        found = self.fresh.get(key)
        if found is None:
            found = self.fresh[key] = dict(self.buckets.get(key, ()))
            self.buckets[key] = found
        return found

    def regroup(self, old: Tracked | None, new: Tracked) -> None:
        """Note the line under its group, and no longer under the one an older word had it in."""
        if old is not None:
            self.members(old.line.tg_code, without=new.line.ts_code)
        self.members(new.line.tg_code, and_also=new.line.ts_code)

    def members(self, tg_code: str, *, and_also: str = "", without: str = "") -> None:
        key = tg_code[:-BUCKET_DIGITS]
        groups = self.fresh_groups.get(key)
        if groups is None:
            groups = self.fresh_groups[key] = dict(self.groups.get(key, ()))
            self.groups[key] = groups
        codes = ({*groups.get(tg_code, ())} | ({and_also} if and_also else set())) - {without}
        if codes:
            groups[tg_code] = tuple(sorted(codes))
        else:
            groups.pop(tg_code, None)

    def feed_place(self, tracked: Tracked | None) -> Pair | None:
        """Where a line stands in the feed; nowhere, if only a question brought it up and it does not count."""
        if tracked is None or (not tracked.polled and oddity(tracked, self.campaign)):
            return None
        return (tracked.line.created_at.timestamp(), tracked.line.ts_code)

    def release(self, tracked: Tracked | None) -> Pair | None:
        """When a line that counts was given back."""
        if tracked is None or tracked.released_at is None or tracked.state is not OrderState.RELEASED:
            return None
        return None if oddity(tracked, self.campaign) else (tracked.released_at.timestamp(), tracked.line.ts_code)

    def account(self, tracked: Tracked, sign: int) -> None:
        """Add a line to every sum, or take it out again."""
        line = tracked.line
        odd = oddity(tracked, self.campaign)
        if odd and not tracked.polled:
            return
        if tracked.is_open and (not odd or of_launch(tracked, self.campaign)):
            pair = (tracked.clock_start(self.campaign)[0].timestamp(), line.ts_code)
            insort(self.open, pair) if sign > 0 else _drop(self.open, pair)
        if odd:
            if self.anomalies is None:
                self.anomalies = set(self.book.anomalies)
            (self.anomalies.add if sign > 0 else self.anomalies.discard)((line.ts_code, odd))
        part = share(tracked, odd, self.campaign)
        if part is None or line.page_id is None:
            return
        self.tallies[line.page_id] = self.tallies.get(line.page_id, Tally()).plus(part, sign)
        if odd:
            return
        if part.sold:
            minute = minute_of(tracked.paid_at or line.created_at)
            sales = self.sales.setdefault(line.page_id, {})
            sales[minute] = sales.get(minute, 0) + sign * part.sold
        pair = (line.created_at.timestamp(), line.ts_code)
        if tracked.came_to_nothing:
            return
        if sign < 0:
            self.first = None if pair == self.first else self.first
        elif self.first is None or pair < self.first:
            self.first = pair

    def done(self) -> OrderBook:
        """The new book."""
        sales = dict(self.book.sales)
        for page, changes in self.sales.items():
            counts = sales.get(page, Counts()).add({minute: n for minute, n in changes.items() if n})
            sales[page] = counts
            if not counts.hours:
                del sales[page]
        for key, groups in self.fresh_groups.items():
            if not groups:
                del self.groups[key]
        anomalies = self.book.anomalies if self.anomalies is None else tuple(sorted(self.anomalies))
        book = OrderBook(
            self.buckets,
            self.groups,
            {page: tally for page, tally in self.tallies.items() if tally != Tally()},
            sales,
            tuple(self.recent.pairs),
            tuple(self.open),
            tuple(self.released.pairs),
            self.first,
            anomalies,
            self.facts,
            self.count,
        )
        if self.lost_first or self.recent.short or self.released.short:
            return self.searched(book)
        return book

    def searched(self, book: OrderBook) -> OrderBook:
        """The book with feed, releases and first order found anew among all lines; rare, as lines keep their times."""
        recent = nlargest(RECENT_LINES, (pair for each in book.lines() if (pair := self.feed_place(each))))
        released = nlargest(RELEASED_LINES, (pair for each in book.lines() if (pair := self.release(each))))
        bought = (each for each in book.lines() if not each.came_to_nothing)
        valid = (each.line for each in bought if not oddity(each, self.campaign))
        first = min(((line.created_at.timestamp(), line.ts_code) for line in valid), default=None)
        return replace(book, recent=tuple(reversed(recent)), released=tuple(reversed(released)), first=first)


class _Newest:
    """The newest pairs, sorted, at most `limit`."""

    def __init__(self, pairs: Sequence[Pair], limit: int) -> None:
        self.pairs = list(pairs)
        self.limit = limit
        self.short = False
        """Whether one that was pushed out earlier would have to come back: only a search can tell which."""

    def move(self, before: Pair | None, after: Pair | None) -> None:
        """Put a line where it is now instead of where it was; None is nowhere."""
        if before == after:
            return
        if before is not None:
            oldest, full = self.pairs[0] if self.pairs else before, len(self.pairs) >= self.limit
            if _drop(self.pairs, before) and full and (after is None or after < oldest):
                self.short = True
        if after is not None and (len(self.pairs) < self.limit or after > self.pairs[0]):
            insort(self.pairs, after)
            del self.pairs[: -self.limit]


def _drop(pairs: list[Pair], pair: Pair) -> bool:
    index = bisect_left(pairs, pair)
    if index < len(pairs) and pairs[index] == pair:
        del pairs[index]
        return True
    return False
