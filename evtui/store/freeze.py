"""What of an order book goes to disk, and when: the buckets told of longest ago, a few after each reading.

It changes no contents: a book is equal to itself frozen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from evtui.store.buckets import Buckets
from evtui.store.cold import Blobs, Coding, Cold, Shelf, ShelfError
from evtui.store.orders import OrderBook
from evtui.store.tracked import Tracked

V = TypeVar("V")


class Room(Struct, frozen=True):
    """How much of an order book stays in memory."""

    lines: int = 44_000
    """Lines told of last, half a kilobyte each: of a thousand orders a second, delivered within forty seconds, each is
    written but once."""
    open: int = 12_000
    """Undelivered lines of buckets on disk that stay in memory too: they are what changes next."""
    groups: int = 8_000
    """Groups told of last. A quarter of a kilobyte each."""


BITE = 8
"""Buckets written after any reading, however small: about a millisecond."""

BITE_LINES = 80
"""Lines of a reading for each further bucket written after it: faster than any reading fills them."""

PATIENCE = 500
"""Readings between two attempts to write while that fails."""


class Freezer:
    """Puts settled buckets on a shelf. Lives with the store: never called from another thread."""

    def __init__(self, room: Room | None = None, blobs: Blobs | None = None) -> None:
        self._room = room or Room()
        self._shelf = Shelf(blobs)
        self._failed = ""
        self._wait = 0

    @property
    def trouble(self) -> str:
        """One sentence on what does not work, or the empty string."""
        if self._shelf.lost:
            return (
                f"the temporary file cannot be read ({self._shelf.lost}): orders of some time ago are missing from the "
                "feed, and may count twice"
            )
        if self._failed:
            return f"the temporary file cannot be written ({self._failed}): every order stays in memory"
        return ""

    def freeze(self, book: OrderBook, told: int) -> OrderBook:
        """The same book, with less of it in memory where it takes more than its room; `told` lines were new to it."""
        self._shelf.tidy()
        if book.buckets.held <= self._room.lines and book.groups.held <= self._room.groups:
            return book
        if self._wait:
            self._wait -= 1
            return book
        bites = BITE + told // BITE_LINES
        try:
            return replace(book, buckets=self._lines(book.buckets, bites), groups=self._groups(book.groups, bites))
        except (ShelfError, ValueError, OverflowError) as error:
            # what has no bytes would be in the way each time; so nothing is written for a while, whatever the reason
            self._failed, self._wait = f"{error}", PATIENCE
            return book

    def _lines(self, buckets: Buckets[Tracked], bites: int) -> Buckets[Tracked]:
        if buckets.held <= self._room.lines:
            return buckets
        from evtui.store.coding import LINES  # most sessions never fill the room there is

        room = self._room.open - buckets.kept_count
        cold: dict[str, Cold[Tracked]] = {}
        kept: dict[str, dict[str, Tracked]] = {}
        for key in _settled(buckets, self._room.lines, bites):
            whole = buckets.bucket(key)
            cold[key] = self._put(buckets, key, whole, LINES)
            running = {code: tracked for code, tracked in whole.items() if tracked.is_open}
            room += len(buckets.kept.get(key, ()))
            if len(running) <= room:
                kept[key] = running
                room -= len(running)
        return buckets.frozen(cold, kept)

    def _groups(self, groups: Buckets[tuple[str, ...]], bites: int) -> Buckets[tuple[str, ...]]:
        if groups.held <= self._room.groups:
            return groups
        from evtui.store.coding import GROUPS  # as with the lines

        keys = _settled(groups, self._room.groups, bites)
        return groups.frozen({key: self._put(groups, key, groups.bucket(key), GROUPS) for key in keys}, {})

    def _put(self, buckets: Buckets[V], key: str, whole: Mapping[str, V], coding: Coding[V]) -> Cold[V]:
        cold = self._shelf.put(whole, buckets.hot[key].sums, coding)
        self._failed = ""
        return cold


def _settled(buckets: Buckets[V], room: int, bites: int) -> list[str]:
    """The buckets with most that is settled, of equals those told of longest ago: what is open is told of again.

    Beyond what there is no room for, only such as are settled altogether.
    """
    free = {key: max(len(bucket) - bucket.sums.open, 0) for key, bucket in buckets.hot.items()}
    found: list[str] = []
    excess = buckets.held - room
    for key in sorted(free, key=free.__getitem__, reverse=True)[:bites]:
        size = len(buckets.hot[key])
        if excess <= 0 and free[key] < size:
            break
        found.append(key)
        excess -= size
    return found
