"""Everything that ever changed, in time order: which line's row when, and every set that left stock or came back.

Changes are filed under the minute they happen in and sealed minute by minute, so that reading is a binary search and a
poll costs what is new and not what there is.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict

_LINE_BITS = 24
"""Room for 16 million lines below the time; one integer a change sorts and searches fastest."""

_LINE_MASK = (1 << _LINE_BITS) - 1


class StockAccount:
    """What one SKU's row said after every movement."""

    __slots__ = ("cancel", "reg", "times", "total")

    def __init__(self, total: int) -> None:
        self.total = total
        self.times: list[int] = []
        self.reg = [0]
        self.cancel = [0]

    def move(self, at: int, ordered: int, returned: int) -> None:
        """Book a movement; they come in time order."""
        self.times.append(at)
        self.reg.append(self.reg[-1] + ordered)
        self.cancel.append(self.cancel[-1] + returned)

    def at(self, at: int) -> tuple[int, int]:
        """Ordered and returned sets at a moment."""
        upto = bisect_right(self.times, at)
        return self.reg[upto], self.cancel[upto]


class Ledger:
    """Changes of lines and movements of stock; minutes are counted from `start` (milliseconds)."""

    def __init__(self, start: int, totals: tuple[int, ...]) -> None:
        self._start = start
        self.accounts = tuple(StockAccount(total) for total in totals)
        self._changes: list[int] = []
        self._open_changes: defaultdict[int, list[int]] = defaultdict(list)
        self._open_moves: dict[int, list[tuple[int, int, int, int]]] = {}

    def change(self, line: int, times: list[int]) -> None:
        """File the changes of one line's row; their minutes must not be sealed yet."""
        for at in times:
            self._open_changes[(at - self._start) // 60_000].append(at << _LINE_BITS | line)

    def move(self, at: int, account: int, ordered: int, returned: int) -> None:
        """File a movement of stock; its minute must not be sealed yet."""
        minute = (at - self._start) // 60_000
        self._open_moves.setdefault(minute, []).append((at, account, ordered, returned))

    def seal(self, minute: int) -> None:
        """Close a minute: nothing can happen in it any more. Minutes are sealed in order, each once."""
        if (changes := self._open_changes.pop(minute, None)) is not None:
            changes.sort()
            self._changes += changes
        if (moves := self._open_moves.pop(minute, None)) is not None:
            moves.sort()
            for at, account, ordered, returned in moves:
                self.accounts[account].move(at, ordered, returned)

    def changed(self, after: int, upto: int) -> list[int]:
        """Lines whose row changed in (after, upto], each once, in the order of their last change."""
        first = bisect_left(self._changes, (after + 1) << _LINE_BITS)
        last = bisect_left(self._changes, (upto + 1) << _LINE_BITS)
        latest = dict.fromkeys(change & _LINE_MASK for change in reversed(self._changes[first:last]))
        return list(latest)[::-1]
