"""Stretches in which a source could not be reached, and what became of the facts of that time. Pure.

Whether a gap was filled is read off the facts, not off the answers: a source that only tells how things are has nothing
to tell afterwards, and one that tells of minutes may have lost some for good.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from evtui.domain.reading import Topic
from evtui.store.series import Series, minute_of, moment_of
from evtui.store.state import LaunchState, SourceSeen

LOOKED_BACK = timedelta(hours=3)
"""Time in which gaps are looked for: what is older is in the report, and nobody acts on it any more."""

UNASKED = 16
"""Minutes without a question from which a stretch is a gap although nothing failed: a suspended machine. The dearest
source is asked every quarter of an hour."""

_EVENTS = (Topic.ORDERS, Topic.ERRORS)
"""Topics whose source goes on from where it was: a whole answer after a gap tells everything of it."""


class Mend(StrEnum):
    """What became of a gap."""

    OPEN = "open"
    """It lasts."""
    FILLING = "filling"
    """The source answers again; not all of that time has been told yet."""
    FILLED = "filled"
    PART = "part"
    """Minutes of it were told, others were not and will not be."""
    OVER = "over"
    """The source answers again and tells of the present only."""


class Gap(Struct, frozen=True):
    """A stretch of minutes without an answer."""

    start: int
    """Its first minute, since the epoch."""
    until: int | None
    """The minute of the first answer after it; None: there was none yet."""
    asked: bool = True
    """Whether the source was asked in it and failed; else nobody asked."""
    mend: Mend = Mend.OPEN
    missing: int = 0
    """Minutes of it that nothing was told of, where some are."""

    @property
    def last(self) -> datetime | None:
        """Its last minute, once it is over."""
        return None if self.until is None else moment_of(self.until - 1)


def gaps(state: LaunchState, topic: Topic, now: datetime, back: timedelta = LOOKED_BACK) -> tuple[Gap, ...]:
    """The gaps of a source that last or ended in the time `back` from `now`, oldest first.

    Of one in which it was asked before that, the beginning is not looked for: it begins with the last such question.
    """
    seen = state.sources.get(topic)
    if seen is None:
        return ()
    first = minute_of(now - back)
    points = seen.reach.between(first, minute_of(now) + 1)
    # nobody may have asked since long before: a machine that slept over night
    if points and (earlier := seen.reach.before(first)) is not None:
        points = [earlier, *points]
    return tuple(_mended(state, topic, seen, gap) for gap in _stretches(points, _patience(state, topic, seen)))


def _patience(state: LaunchState, topic: Topic, seen: SourceSeen) -> int:
    """Minutes without a question that are nothing out of the ordinary."""
    spec = state.specs.get(topic)
    paces = [spec.longest if spec else None, seen.trip[1].every if seen.trip else None]
    longest = max((pace for pace in paces if pace is not None), default=timedelta())
    return max(UNASKED, int(2 * longest / timedelta(minutes=1)) + 1)


def _stretches(points: list[tuple[int, float]], patience: int) -> Iterator[Gap]:
    """Gaps of (minute, answered) in order, as far as the answers alone tell."""
    begun: int | None = None
    before: int | None = None
    for minute, answered in points:
        unasked = before is not None and minute - before > patience
        if not answered:
            if begun is None:
                # what was not asked before it failed is one stretch with it: there was no answer in between
                begun = before + 1 if unasked and before is not None else minute
        elif begun is not None:
            yield Gap(begun, minute)
            begun = None
        elif unasked and before is not None:
            yield Gap(before + 1, minute, asked=False)
        before = minute
    if begun is not None:
        yield Gap(begun, None)


def _mended(state: LaunchState, topic: Topic, seen: SourceSeen, gap: Gap) -> Gap:
    if gap.until is None:
        return gap
    if topic in _EVENTS:
        whole = seen.whole_at is not None and minute_of(seen.whole_at) >= gap.until
        return Gap(gap.start, gap.until, gap.asked, Mend.FILLED if whole else Mend.FILLING)
    series = _series(state, topic)
    if series is None:
        return Gap(gap.start, gap.until, gap.asked, Mend.OVER)
    newest = max((each.newest for each in series if each.newest is not None), default=None)
    if newest is None or newest < gap.until - 1:
        return Gap(gap.start, gap.until, gap.asked, Mend.FILLING)
    missing = _untold(gap.start, gap.until, lambda minute: any(each.at(minute) is not None for each in series))
    return Gap(gap.start, gap.until, gap.asked, Mend.PART if missing else Mend.FILLED, missing)


def _series(state: LaunchState, topic: Topic) -> tuple[Series, ...] | None:
    """What a source tells minute by minute; None where it tells of the present only."""
    match topic:
        case Topic.TRAFFIC:
            return (state.traffic,)
        case Topic.CPU:
            return tuple(state.cpu.values())
        case Topic.CHARTS:
            return tuple(state.charts.values())
        case _:
            return None


def _untold(start: int, end: int, told: Callable[[int], bool]) -> int:
    return sum(not told(minute) for minute in range(start, end))
