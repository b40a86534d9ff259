"""Scrolling back through everything that ever happened: lines newest first by (created, TS code), in memory or on disk.

A bucket is read when its turn comes, and once for each question. What each holds in all, and between which times, is in
memory, so neither codes that were given out in another order than their times nor several ranges of them that grow side
by side make a difference. Lines without a place in the feed are left out.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from itertools import islice
from operator import itemgetter

from msgspec import Struct

from evtui.domain.campaign import Campaign
from evtui.store.cold import Sums
from evtui.store.orders import OrderBook, place
from evtui.store.places import Place
from evtui.store.state import LaunchState
from evtui.store.tracked import Tracked


class Scan(Struct, frozen=True):
    """What a filter found in one stretch of the history, newest first."""

    found: tuple[Tracked, ...]
    looked_at: int
    rest: Place | None
    """Where to go on, or None where nothing is left."""


def older(state: LaunchState, before: Place | None, count: int) -> tuple[Tracked, ...]:
    """The `count` lines below a place, newest first; from the newest line on where it is None."""
    found = descending(state.orders, state.campaign, before)
    return tuple(tracked for _, tracked in islice(found, count))


def newer(state: LaunchState, after: Place, count: int) -> tuple[Tracked, ...]:
    """The `count` lines next above a place, newest first."""
    found = ascending(state.orders, state.campaign, after)
    return tuple(tracked for _, tracked in islice(found, count))[::-1]


def position(state: LaunchState, at: Place) -> int:
    """How many lines stand above a place, exactly: the row number, from 0, of a line that stands there."""
    book, above = state.orders, 0
    for sums, key in book.buckets.parts():
        if sums.placed and sums.oldest > at[0]:
            above += sums.placed
        elif sums.placed and sums.newest >= at[0]:
            lines = book.buckets.bucket(key).values()
            above += sum(1 for each in lines if (stands := place(each, state.campaign)) and stands > at)
    return above


def length(state: LaunchState) -> int:
    """How many lines the history has."""
    return state.orders.placed


def scan(state: LaunchState, before: Place | None, wanted: Callable[[Tracked], bool], budget: int) -> Scan:
    """What `wanted` picks among the next `budget` lines below a place: call it again with `rest` for the next ones."""
    found: list[Tracked] = []
    looked_at, rest = 0, before
    for at, tracked in islice(descending(state.orders, state.campaign, before), budget):
        looked_at, rest = looked_at + 1, at
        if wanted(tracked):
            found.append(tracked)
    return Scan(tuple(found), looked_at, rest if looked_at == budget else None)


def descending(book: OrderBook, campaign: Campaign, before: Place | None = None) -> Iterator[tuple[Place, Tracked]]:
    """Every line below a place, the newest first, with where it stands."""
    latest = book.recent
    # the newest are known without looking at every bucket, of which a million lines have ten thousand; on disk they are
    # read bucket by bucket nevertheless
    for at in reversed(latest[: bisect_left(latest, before)] if before else latest):
        tracked = book.buckets.in_memory(at[1])
        if tracked is None:
            break
        yield at, tracked
        before = at
    yield from _from_buckets(book, campaign, before)


def _from_buckets(book: OrderBook, campaign: Campaign, before: Place | None) -> Iterator[tuple[Place, Tracked]]:
    parts = book.buckets.parts()
    ends = [(sums.newest, key) for sums, key in parts if sums.placed and (not before or sums.oldest <= before[0])]
    ends.sort()
    waiting: list[tuple[Place, Tracked]] = []
    while ends or waiting:
        while ends and (not waiting or ends[-1][0] >= waiting[-1][0][0]):
            for tracked in book.buckets.bucket(ends.pop()[1]).values():
                at = place(tracked, campaign)
                if at and (not before or at < before):
                    waiting.append((at, tracked))
            waiting.sort(key=itemgetter(0))
        if waiting:
            yield waiting.pop()


def _placed(sums: Sums) -> int:
    return sums.placed


def ascending(
    book: OrderBook, campaign: Campaign, after: Place | None = None, among: Callable[[Sums], int] = _placed
) -> Iterator[tuple[Place, Tracked]]:
    """Every line above a place, the oldest first, with where it stands; only of buckets that have something `among`."""
    parts = book.buckets.parts()
    ends = [(sums.oldest, key) for sums, key in parts if among(sums) and (not after or sums.newest >= after[0])]
    ends.sort(reverse=True)
    waiting: list[tuple[Place, Tracked]] = []
    while ends or waiting:
        while ends and (not waiting or ends[-1][0] <= waiting[-1][0][0]):
            for tracked in book.buckets.bucket(ends.pop()[1]).values():
                at = place(tracked, campaign)
                if at and (not after or at > after):
                    waiting.append((at, tracked))
            waiting.sort(key=itemgetter(0), reverse=True)
        if waiting:
            yield waiting.pop()
