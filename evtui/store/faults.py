"""ELMAH errors grouped into faults; an error that is heard of twice counts once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct, field

from evtui.domain.faults import ErrorEntry, FaultKey, fault_key
from evtui.store.series import Counts, minute_of

MAX_FAULTS = 2_000
"""Distinct faults kept apart; beyond it messages of one type share a group, so a flood of new texts stays bounded.

Which of them share it depends on which were heard of first: the one place where the order of readings is seen.
"""

OTHER_SHAPE = "(other messages)"


class Fault(Struct, frozen=True):
    """One group: how often per minute, its first and its newest error."""

    key: FaultKey
    counts: Counts
    first: ErrorEntry
    newest: ErrorEntry


class FaultBook(Struct, frozen=True):
    """All groups, and which errors were counted: hashes of their ids by hour, not the ids themselves.

    Hashes of 64 bits, which this process alone understands.
    """

    faults: Mapping[FaultKey, Fault] = field(default_factory=dict)
    seen: Mapping[int, frozenset[int]] = field(default_factory=dict)


def add_errors(book: FaultBook, entries: Iterable[ErrorEntry]) -> FaultBook:
    """The book with these errors in it."""
    faults = dict(book.faults)
    seen: dict[int, set[int]] = {}
    changes: dict[FaultKey, dict[int, int]] = {}
    for entry in entries:
        hour = minute_of(entry.at) // 60
        known = seen.get(hour)
        if known is None:
            known = seen[hour] = set(book.seen.get(hour, ()))
        digest = hash(f"{entry.application}\0{entry.error_id}")
        if digest in known:
            continue
        known.add(digest)
        key = fault_key(entry)
        if key not in faults and len(faults) >= MAX_FAULTS:
            key = FaultKey(key.application, key.type, OTHER_SHAPE)
        _put(faults, changes, key, entry)
    if not changes:
        return book
    for key, minutes in changes.items():
        held = faults[key]
        faults[key] = Fault(key, held.counts.add(minutes), held.first, held.newest)
    return FaultBook(faults, {**book.seen, **{hour: frozenset(ids) for hour, ids in seen.items()}})


def _put(
    faults: dict[FaultKey, Fault], changes: dict[FaultKey, dict[int, int]], key: FaultKey, entry: ErrorEntry
) -> None:
    held = faults.get(key)
    if held is None:
        faults[key] = Fault(key, Counts(), entry, entry)
    elif _order(entry) < _order(held.first):
        faults[key] = Fault(key, held.counts, entry, held.newest)
    elif _order(entry) > _order(held.newest):
        faults[key] = Fault(key, held.counts, held.first, entry)
    minutes = changes.setdefault(key, {})
    minute = minute_of(entry.at)
    minutes[minute] = minutes.get(minute, 0) + 1


def _order(entry: ErrorEntry) -> tuple[datetime, str]:
    return (entry.at, entry.error_id)
