"""Which minutes a query is asked for next: the newest first, then the past in parts, and late samples once more."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from evtui.providers.prometheus_answer import STEP_S

MOST_POINTS = 2_880
"""Points of one series in one answer: two days, which is what charts compare with. Prometheus gives 11,000 at most,
and one answer of fifty series must stay under the size that is taken."""

MOST_POINTS_A_MACHINE = 240
"""The same where every machine has a series of its own: four hours of 500 machines are 3 MB."""

MINUTE = timedelta(seconds=STEP_S)


class Span(Struct, frozen=True):
    """Values to be worked out from `start` to `end`, both included, on whole minutes."""

    start: datetime
    end: datetime


class Position(Struct, frozen=True):
    """How far a query has been told of."""

    asked: datetime
    """The newest moment asked for."""
    told: datetime
    """The newest moment the server could know of, by its own clock."""
    older: Span | None = None
    """What has not been asked for yet, all of it before what has."""
    newest: datetime | None = None
    """End of the newest minute of which a figure was passed on."""

    def telling(self, minutes: Iterable[datetime]) -> Position:
        """The same once figures of `minutes` were passed on; what is left out makes no source look fresh."""
        ends = [*(minute + MINUTE for minute in minutes), *([self.newest] if self.newest else [])]
        return replace(self, newest=max(ends, default=None))


def whole_minute(moment: datetime) -> datetime:
    """The beginning of the minute, UTC: the newest moment at which a minute was over."""
    return datetime.fromtimestamp(moment.timestamp() // STEP_S * STEP_S, UTC)


def next_span(
    before: Position | None, since: datetime, now: datetime, settle: timedelta, most: int = MOST_POINTS
) -> tuple[Span, Span | None]:
    """What to ask for now, and what is still left for later polls.

    A span holds `most` values. Minutes that ended within `settle` before the last question are asked for again. The
    past is only turned to when no minute has ended since. After a gap longer than an answer may be, the newest part
    comes first here, too.
    """
    end = max(whole_minute(now), whole_minute(since) + MINUTE)
    if before is not None and before.older is not None and end <= before.asked:
        return _split(before.older, most)
    if before is None:
        return _split(Span(whole_minute(since) + MINUTE, end), most)
    end = max(end, before.asked)
    span, rest = _split(Span(max(whole_minute(before.told - settle), whole_minute(since) + MINUTE), end), most)
    if before.older is None:
        return span, rest
    # asking twice for what lies between two gaps is cheaper than keeping a list of them
    return span, before.older if rest is None else Span(before.older.start, rest.end)


def _split(span: Span, most: int) -> tuple[Span, Span | None]:
    """The newest part of a span that one answer holds, and what is before it."""
    start = max(span.start, span.end - (most - 1) * MINUTE)
    return Span(start, span.end), Span(span.start, start - MINUTE) if start > span.start else None


def after(before: Position | None, span: Span, rest: Span | None, *, known_until: datetime) -> Position:
    """The position once `span` has been asked for of a server that knew the time until `known_until`."""
    told = min(span.end, whole_minute(known_until))
    if before is None:
        return Position(span.end, told, rest)
    return Position(max(before.asked, span.end), max(before.told, told), rest, before.newest)
