"""Order lines in the order they are shown in, read by the page: every line there is, or a list that was picked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import Protocol

from msgspec import Struct

from evtui.store import history
from evtui.store.orders import place
from evtui.store.places import Place
from evtui.store.state import LaunchState
from evtui.store.tracked import Tracked

NOWHERE: Place = (0.0, "")
"""Where a line without a place in the feed is held to stand: below all others."""


class Count(Struct, frozen=True):
    """A number of lines; not `exact` means at least so many."""

    number: int
    exact: bool = True

    def __str__(self) -> str:
        return f"{self.number:,}" if self.exact else f"≥{self.number:,}"


class Rows(Protocol):
    """Lines in the order they are shown in. Every answer is in that order, the given line not included."""

    def first(self, count: int) -> Sequence[Tracked]:
        """The topmost lines."""

    def below(self, line: Tracked, count: int) -> Sequence[Tracked]:
        """The lines next below."""

    def above(self, line: Tracked, count: int) -> Sequence[Tracked]:
        """The lines next above."""

    def last(self) -> Tracked | None:
        """The line at the very end."""

    def holds(self, line: Tracked) -> bool:
        """Whether a line is among them."""

    def row(self, line: Tracked) -> int:
        """Its row, from 0."""

    def count(self) -> Count:
        """How many there are."""


class Everything:
    """Every line up to `anchor`, the newest first."""

    def __init__(self, state: LaunchState, anchor: Place | None) -> None:
        self._state = state
        self._top = None if anchor is None else (anchor[0], anchor[1] + "\0")

    def _place(self, line: Tracked) -> Place:
        return place(line, self._state.campaign) or (line.line.created_at.timestamp(), line.line.ts_code)

    def first(self, count: int) -> Sequence[Tracked]:
        return history.older(self._state, self._top, count)

    def below(self, line: Tracked, count: int) -> Sequence[Tracked]:
        return history.older(self._state, self._place(line), count)

    def above(self, line: Tracked, count: int) -> Sequence[Tracked]:
        found = history.newer(self._state, self._place(line), count)
        return found if self._top is None else [each for each in found if self._place(each) < self._top]

    def last(self) -> Tracked | None:
        return next(iter(history.newer(self._state, (float("-inf"), ""), 1)), None)

    def holds(self, line: Tracked) -> bool:
        return self._top is None or self._place(line) < self._top

    def row(self, line: Tracked) -> int:
        above = 0 if self._top is None else history.position(self._state, self._top)
        return history.position(self._state, self._place(line)) - above

    def count(self) -> Count:
        above = 0 if self._top is None else history.position(self._state, self._top)
        return Count(history.length(self._state) - above)


class Listed:
    """Lines that were picked, sorted by `key`: the lowest first, or with `newest_first` the highest."""

    def __init__(
        self,
        lines: Sequence[Tracked],
        key: Callable[[Tracked], Place | None],
        count: Count | None = None,
        *,
        newest_first: bool = False,
    ) -> None:
        self._lines = lines
        self._key = key
        self._newest_first = newest_first
        self._rows = {each.line.ts_code: row for row, each in enumerate(lines)}
        self._count = count or Count(len(lines))

    def first(self, count: int) -> Sequence[Tracked]:
        return self._lines[:count]

    def below(self, line: Tracked, count: int) -> Sequence[Tracked]:
        row = self.row(line) + self.holds(line)
        return self._lines[row : row + count]

    def above(self, line: Tracked, count: int) -> Sequence[Tracked]:
        row = self.row(line)
        return self._lines[max(row - count, 0) : row]

    def last(self) -> Tracked | None:
        return self._lines[-1] if self._lines else None

    def holds(self, line: Tracked) -> bool:
        return line.line.ts_code in self._rows

    def row(self, line: Tracked) -> int:
        """Where a line that is not among them any more would stand, too."""
        found = self._rows.get(line.line.ts_code)
        if found is None:
            at = self._key(line) or NOWHERE
            keys = ((self._key(each) or NOWHERE) for each in self._lines)
            passed = takewhile(lambda key: key > at if self._newest_first else key < at, keys)
            found = sum(1 for _ in passed)
        return found

    def count(self) -> Count:
        return self._count
