"""Sorted (time, code) pairs that are cheap to change: the newest few, and any number in pieces."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import overload

Place = tuple[float, str]
"""Where a line stands in an order of time: seconds since the epoch, then its code."""

Moves = dict[Place, int]
"""Places taken (+1) and left (-1)."""

_PIECE = 512
"""Pairs in one piece of `Places`: what a change copies, against how many pieces there are to look through."""


def move(moves: Moves, before: Place | None, after: Place | None) -> None:
    """Note that a line stands at `after` instead of `before`; None is nowhere."""
    if before != after:
        if before is not None:
            moves[before] = moves.get(before, 0) - 1
        if after is not None:
            moves[after] = moves.get(after, 0) + 1


class Places(Sequence[Place]):
    """Any number of places, oldest first, frozen."""

    __slots__ = ("_count", "_pieces")

    def __init__(self, pieces: tuple[tuple[Place, ...], ...] = ()) -> None:
        self._pieces = pieces
        self._count = sum(map(len, pieces))

    def moved(self, moves: Moves) -> Places:
        """These places after the moves."""
        gone = sorted(pair for pair, count in moves.items() if count < 0)
        new = sorted(pair for pair, count in moves.items() if count > 0)
        if not gone and not new:
            return self
        pieces = list(self._pieces) or [()]
        # what comes after the last place goes to the last piece
        lasts = [piece[-1] for piece in self._pieces[:-1]]
        touched = {*_touched(lasts, gone), *_touched(lasts, new)}
        for index in sorted(touched, reverse=True):
            first = lasts[index - 1] if index else None
            last = lasts[index] if index < len(lasts) else None
            pieces[index : index + 1] = _piece(pieces[index], _within(gone, first, last), _within(new, first, last))
        return Places(tuple(pieces))

    def before(self, time: float) -> int:
        """How many stand before a time."""
        count = 0
        for piece in self._pieces:
            if piece[-1][0] >= time:
                return count + bisect_left(piece, (time, ""))
            count += len(piece)
        return count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Place]:
        return chain.from_iterable(self._pieces)

    @overload
    def __getitem__(self, index: int) -> Place: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Place, ...]: ...
    def __getitem__(self, index: int | slice) -> Place | tuple[Place, ...]:
        if isinstance(index, slice):
            return tuple(self[at] for at in range(*index.indices(self._count)))
        at = index + self._count if index < 0 else index
        for piece in self._pieces:
            if 0 <= at < len(piece):
                return piece[at]
            at -= len(piece)
        raise IndexError(index)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Places) and len(self) == len(other) and all(map(tuple.__eq__, self, other))

    __hash__ = None  # type: ignore[assignment]


def _touched(lasts: list[Place], places: list[Place]) -> Iterator[int]:
    """Which pieces some places belong to; `lasts` ends all but the last one."""
    at = 0
    while at < len(places):
        index = bisect_left(lasts, places[at])
        yield index
        at = bisect_right(places, lasts[index], at) if index < len(lasts) else len(places)


def _within(places: list[Place], first: Place | None, last: Place | None) -> list[Place]:
    """The places above `first`, up to `last`."""
    start = 0 if first is None else bisect_right(places, first)
    return places[start:] if last is None else places[start : bisect_right(places, last, start)]


def _piece(held: tuple[Place, ...], gone: list[Place], new: list[Place]) -> list[tuple[Place, ...]]:
    left = list(held)
    for place in gone:
        at = bisect_left(left, place)
        if at < len(left) and left[at] == place:
            del left[at]
    in_order = not new or not left or left[-1] < new[0]
    left += new
    if not in_order:
        left.sort()
    return [tuple(left[start : start + _PIECE]) for start in range(0, len(left), _PIECE)]


def newest(held: tuple[Place, ...], moves: Mapping[Place, int], limit: int) -> tuple[Place, ...] | None:
    """The newest `limit` places after the moves, where `held` were those before.

    None where one that was pushed out earlier would have to come back: only a search can tell which.
    """
    gone = {pair for pair, count in moves.items() if count < 0}
    new = sorted(pair for pair, count in moves.items() if count > 0)
    if not gone and new and held and new[0] > held[-1]:  # nearly always
        return (held[max(len(held) + len(new) - limit, 0) :] + tuple(new))[-limit:]
    left = [pair for pair in held if pair not in gone] if gone else list(held)
    if len(held) >= limit:
        new = new[bisect_right(new, held[0]) :]
        if len(left) + len(new) < limit:
            return None
    if len(new) * 8 > len(left):
        left = sorted(left + new)
    else:
        for pair in new:
            insort(left, pair)
    return tuple(left[-limit:])
