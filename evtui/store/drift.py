"""Stock held against orders: what the two tables say of one moment, and by how much they differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from evtui.domain.campaign import Product
from evtui.domain.orders import OrderState
from evtui.domain.reading import Topic
from evtui.store.orders import RECENT_LINES, RELEASED_LINES, Tally, oddity
from evtui.store.state import LaunchState, StockSeen

TOGETHER = timedelta(seconds=0.5)
"""Readings of stock and orders this close together count as one moment: a single round asks both side by side."""

_BEFORE = timedelta(microseconds=1)


def orders_known_until(state: LaunchState) -> datetime | None:
    """The moment up to which every order is known: that of the newest whole answer, less the source's usual delay.

    None while a long past is still being told in parts; while a later round is, that of the round before it.
    """
    heard, spec = state.sources.get(Topic.ORDERS), state.specs.get(Topic.ORDERS)
    if heard is None or heard.whole_at is None:
        return None
    known = heard.whole_at if heard.coverage.more else max(heard.whole_at, heard.fact_time or heard.whole_at)
    return known - (spec.delay if spec else timedelta()) + TOGETHER


class Ledger:
    """The books of one state. What is true of one moment is worked out once for all products."""

    def __init__(self, state: LaunchState) -> None:
        self._state = state
        self._known_until = orders_known_until(state)
        self._taken: dict[datetime, Mapping[int | None, int] | None] = {}

    def drifts(
        self, product: Product, levels: Sequence[StockSeen], tally: Tally | None, opening: int | None
    ) -> list[int]:
        """The difference at the newest stock readings that the orders have caught up with, newest first.

        At most two: what stands in one reading only may be a sale caught between two tables. Empty where no reading can
        be compared.
        """
        upto = self._known_until
        if upto is not None and all(seen.level_at(upto - TOGETHER) for seen in levels):
            # in a rush half a second is hundreds of orders: granted only where there is no other reading
            upto -= TOGETHER
        found: list[int] = []
        while upto is not None and tally is not None and opening is not None and len(found) < 2:
            skus = [seen.level_at(upto) for seen in levels]
            known = [reading for reading in skus if reading is not None]
            if not known or len(known) < len(skus):
                break
            at = min(reading[0] for reading in known)
            taken = self._taken_since(at)
            if taken is None:
                break
            since = taken.get(product.page_id, 0)
            found.append(opening - sum(level.selling for _, level in known) - (tally.sold + tally.in_flight - since))
            upto = at - _BEFORE
        return found

    def _taken_since(self, moment: datetime) -> Mapping[int | None, int] | None:
        """By page, sets taken since `moment`, less those given back since; None where the feed does not reach back that
        far."""
        if moment not in self._taken:
            self._taken[moment] = _taken_since(self._state, moment)
        return self._taken[moment]


def _taken_since(state: LaunchState, moment: datetime) -> Mapping[int | None, int] | None:
    book, since = state.orders, moment.timestamp()
    for pairs, limit in ((book.recent, RECENT_LINES), (book.released, RELEASED_LINES)):
        if len(pairs) >= limit and pairs[0][0] > since:
            return None
    taken: Counter[int | None] = Counter()
    for created, ts_code in reversed(book.recent):
        if created <= since:
            break
        tracked = book.get(ts_code)
        if tracked and tracked.state is not OrderState.RELEASED and not oddity(tracked, state.campaign):
            taken[tracked.line.page_id] += tracked.line.quantity
    for released, ts_code in reversed(book.released):
        if released <= since:
            break
        tracked = book.get(ts_code)
        if tracked and tracked.line.created_at <= moment and not oddity(tracked, state.campaign):
            taken[tracked.line.page_id] -= tracked.line.quantity
    return taken
