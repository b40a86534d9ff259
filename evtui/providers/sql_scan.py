"""Reading the order table onwards: where the last poll ended, what is read again, what is sent again (nothing).

Commits arrive out of order, so every poll starts a little before the newest change seen (`overlap`) and sends only
lines that differ from what was sent before. Bounds are whole seconds throughout: drivers and column types do not agree
about fractions, and a bound that is off by a rounding would skip a line or repeat it for ever. Lines on the boundary
are read twice and recognised.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from evtui.domain.orders import OrderLine
from evtui.domain.reading import FailureKind
from evtui.providers.base import SourceError
from evtui.providers.sql_rows import BadRow, RowReader
from evtui.providers.sql_tables import Bound
from evtui.redact import admit

UNREADABLE_KEPT = 1_000
"""Unreadable lines remembered by code: beyond that, "at least" is all anybody needs to know."""


class Position(Struct, frozen=True):
    """The cursor of the orders topic. Times are naive local ones of the source, as the table holds them."""

    since: datetime
    """Lines created before this are history nobody asked for."""
    mark: datetime | None
    """Newest change seen, but never later than the moment of reading: a row from the future must not hide the rest."""
    offset: timedelta
    """UTC offset of the source's zone when it was read: when clocks go back, an hour is read again."""
    resume: Bound | None
    """Where to go on, when the last poll stopped before it had read everything."""
    recent: Mapping[str, OrderLine]
    """Lines sent that lie inside the next overlap, by TS code."""
    unreadable: frozenset[str]
    whole_at: datetime | None
    """When the last poll began that read everything there was; aware."""
    separator: str
    """Between date and time where times are text: `T` where only that was seen."""


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _boundary(raw: object) -> Bound | None:
    """A raw time cut to the second, still comparable with the column it came from."""
    if isinstance(raw, datetime):
        return _second(raw)
    return raw[:19] if isinstance(raw, str) else None


def _place(row: Sequence[Any]) -> tuple[str, Any]:
    """Where a row stands in the order of change; a table that was written by hand holds more than one type."""
    changed = row[-1]
    return type(changed).__name__, changed


class Scan:
    """One poll's way through the order table; pages are fed to `take` until `done`."""

    def __init__(
        self,
        position: Position | None,
        *,
        now: datetime,
        since: datetime,
        reader: RowReader,
        zone: ZoneInfo,
        overlap: timedelta,
        batch_rows: int,
        as_text: bool,
    ) -> None:
        self._reader = reader
        self._overlap = overlap
        self._batch_rows = batch_rows
        self._as_text = as_text
        self._began = now
        self._whole_at = position.whole_at if position else None
        self._once_unreadable = position.unreadable if position else frozenset()
        self._now = now.astimezone(zone).replace(tzinfo=None)
        self._offset = now.astimezone(zone).utcoffset() or timedelta()
        self._since = position.since if position else _second(since.astimezone(zone).replace(tzinfo=None))
        self._mark = position.mark if position else None
        self._known = dict(position.recent) if position else {}
        self._unreadable = set(position.unreadable) if position else set()
        self._separators = {position.separator} if position else set()
        self._sent: dict[str, OrderLine] = {}
        self._good = 0
        self._complaints: dict[str, str] = {}
        self._floor, self.low = self._start(position)
        self.limit = batch_rows
        self.done = False

    def _start(self, position: Position | None) -> tuple[datetime, Bound | None]:
        """The earliest change of interest, and the bound the first page starts at."""
        if position is None or position.mark is None:
            return self._since, None
        back = max(position.offset - self._offset, timedelta())
        floor = _second(min(position.mark, self._now)) - self._overlap - back
        if position.resume is not None:
            return floor, position.resume
        return floor, self._bound(floor, position.separator)

    def _bound(self, moment: datetime, separator: str) -> Bound:
        return moment.isoformat(separator, "seconds") if self._as_text else moment

    @property
    def since(self) -> Bound:
        """Lower bound of the creation time; a space sorts before T, so as text it leaves nothing out."""
        return self._bound(self._since, " ")

    @property
    def may_rest(self) -> bool:
        """Whether the next poll can go on from here: not in the middle of a second that is longer than a page."""
        return self.limit == self._batch_rows

    def take(self, *answers: Sequence[Sequence[Any]]) -> None:
        """Read one page: rows in order of change, at most `limit` of them from `low` on.

        Several answers, each about other pages or SKUs and at most `limit` rows long, are one page: the first `limit`
        rows of all are among the first `limit` of each.
        """
        rows = answers[0]
        if len(answers) > 1:
            rows = list(islice(merge(*answers, key=_place), self.limit))
        for row in rows:
            self._take(row)
        if len(rows) < self.limit:
            self.done = True
            return
        boundary = _boundary(rows[-1][-1])
        if boundary == self.low:
            # a full page within one second: only a longer page gets past it
            self.limit *= 2
        else:
            self.low, self.limit = boundary, self._batch_rows

    def _take(self, row: Sequence[Any]) -> None:
        try:
            line = self._reader.order_line(row)
        except BadRow as bad:
            self._complaints[admit(row[0]) or f"without code, in {admit(row[1])}"] = str(bad)
            return
        self._good += 1
        self._unreadable.discard(line.ts_code)
        changed = self._reader.local(row[-1])
        assert changed is not None, "order_line has read the same value"
        if isinstance(row[-1], str):
            self._separators.add(row[-1].strip()[10:11])
        created = self._reader.local(line.created_at)
        if changed < self._floor or (created is not None and created < self._since):
            return  # bounds on text may let in earlier ones of the same day
        self._mark = max(self._mark or changed, changed)
        if self._known.get(line.ts_code) != line:
            self._known[line.ts_code] = line
            self._sent[line.ts_code] = line

    def lines(self) -> tuple[OrderLine, ...]:
        """What is new or changed, oldest change first, each line once.

        Raises:
            SourceError: rows were there, and not one could be read.
        """
        if self._complaints and not self._good:
            raise SourceError(FailureKind.DATA, f"none of {len(self._complaints)} rows can be read: {self._reasons()}")
        return tuple(self._sent.values())

    def since_reading(self) -> datetime | None:
        """When the last poll began that read everything there was; None where it could not read a line told now."""
        hidden = len(self._once_unreadable) >= UNREADABLE_KEPT or self._once_unreadable & self._sent.keys()
        return None if hidden else self._whole_at

    def _reasons(self) -> str:
        return "; ".join(sorted(set(self._complaints.values()))[:3])

    def note(self) -> str:
        """Which rows are left out; empty where none is."""
        bad = len(self._unreadable | self._complaints.keys())
        some = f"≥{bad:,}" if bad >= UNREADABLE_KEPT else f"{bad:,}"
        return f"{some} unreadable row{'s' * (bad != 1)} left out" + self._why() if bad else ""

    def _why(self) -> str:
        return f": {self._reasons()}" if self._complaints else ""

    def position(self) -> Position:
        """The cursor for the next poll."""
        mark = None if self._mark is None else min(self._mark, self._now)
        kept = _second(mark) - self._overlap if mark is not None else self._since
        return Position(
            since=self._since,
            mark=mark,
            offset=self._offset,
            resume=None if self.done else self.low,
            recent=dict(self._recent(kept)),
            unreadable=frozenset(sorted(self._unreadable | self._complaints.keys())[:UNREADABLE_KEPT]),
            whole_at=self._began if self.done else self._whole_at,
            separator="T" if self._separators == {"T"} else " ",
        )

    def _recent(self, kept: datetime) -> Iterable[tuple[str, OrderLine]]:
        for code, line in self._known.items():
            changed = self._reader.local(line.updated_at or line.created_at)
            if changed is None or changed >= kept:
                yield code, line
