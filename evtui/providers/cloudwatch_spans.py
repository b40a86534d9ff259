"""Which minutes of which series are asked for next, and what is known once they were. Pure; minutes since the epoch.

Samples come one to three minutes late and not in order, some much later. So a minute counts as settled only when it was
asked for `SETTLE` minutes after it ended; until then it is asked for again. What failed is never settled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise

from msgspec import Struct, field
from msgspec.structs import replace

Span = tuple[int, int]
"""Minutes from the first to before the second."""

SETTLE = 15
"""Minutes after which a sample that has not come is not waited for any more: three samples of basic monitoring."""

RECENT = 180
"""Minutes of the first answer: what a wide screen shows. All that is missing of them is asked for in one span, because
each span of a series is paid for."""

PART = 24 * 60
"""Minutes of the past in one answer: what a day before is compared with comes at once."""

POINTS = 100_800
"""Samples of one answer of CloudWatch, and those of the past that one poll brings."""

KEPT = 30
"""Minutes of which values are kept to tell what is new and whether a machine reports every five minutes only."""

BASIC = 5
"""Minutes between samples under basic monitoring."""

RETENTION = (15 * 24 - 1) * 60
"""Minutes for which CloudWatch keeps single minutes, with an hour of room; older ones are kept as fives."""


class Ask(Struct, frozen=True):
    """Series that are asked for the same minutes, `step` minutes a sample."""

    keys: tuple[str, ...]
    start: int
    end: int
    step: int = 1


class Progress(Struct, frozen=True):
    """How far one series has been told of."""

    done: tuple[Span, ...] = ()
    """Settled minutes, ascending and apart."""
    held: Mapping[int, float] = field(default_factory=dict)
    """minute -> value of the last `KEPT` minutes."""
    step: int = 1
    """Minutes between its samples."""
    looked: int = 0
    """When it was last looked whether it reports every minute, where `step` is more."""


def minute_of(moment: datetime) -> int:
    """Minutes since the epoch."""
    return int(moment.timestamp() // 60)


def moment_of(minute: int) -> datetime:
    """The start of a minute."""
    return datetime.fromtimestamp(minute * 60, UTC)


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same minutes in the fewest spans, ascending."""
    found: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def within(spans: Iterable[Span], start: int, end: int) -> tuple[Span, ...]:
    """What of `spans` lies in [start, end)."""
    return joined((max(first, start), min(last, end)) for first, last in spans)


def without(spans: Iterable[Span], gone: Iterable[Span]) -> tuple[Span, ...]:
    """What of `spans` is not in `gone`."""
    left: list[Span] = []
    taken = joined(gone)
    for start, end in joined(spans):
        for first, last in taken:
            if last <= start:
                continue
            if first >= end:
                break
            left.append((start, first))
            start = last
        left.append((start, end))
    return joined(left)


def plan(
    series: Mapping[str, Progress], wanted: Sequence[Span], now: int, *, first: bool, revised: bool = False
) -> tuple[list[Ask], bool]:
    """What to ask for, newest first, and whether more of the past is left for later polls.

    Every series gets one span of the last three hours, from its oldest minute that is missing, and one of the past, but
    for the first answer. `revised`: values still change within `SETTLE`, so those that are held are asked for, too.
    """
    recent: dict[tuple[int, int, int], list[str]] = {}
    past: dict[tuple[int, int, int], list[str]] = {}
    older: dict[str, tuple[Span, ...]] = {}
    for key, progress in series.items():
        missing = _missing(progress, wanted, now)
        span = _recent(missing, progress, now, revised)
        if span is not None:
            recent.setdefault((*span, progress.step), []).append(key)
        gaps = within(missing, 0, _down(now - RECENT, progress.step))
        if gaps:
            older[key] = gaps
            past.setdefault(_part((gaps[0][0], gaps[-1][1]), progress.step, now), []).append(key)
    asks = _together(recent, now)
    if first:
        return asks, bool(older)
    room = POINTS
    for (start, end, step), keys in sorted(past.items(), key=lambda item: -item[0][1]):
        length = min(end - start, _down(room // len(keys) * step, step))
        if length > 0:
            asks.append(Ask(tuple(keys), end - length, end, step))
            room -= length // step * len(keys)
            older.update((key, without(older[key], [(end - length, end)])) for key in keys)
    return asks, any(older.values())


def advance(
    progress: Progress, asked: Span | None, points: Mapping[int, float], wanted: Sequence[Span], now: int
) -> Progress:
    """After an answer with `points`; `asked` is what it answered in full, None where it did not."""
    bound = _down(now - SETTLE, BASIC if progress.step > 1 else 1)
    known = {**progress.held, **points}
    came = [(minute, minute + 1) for minute in known if minute < bound]
    held = {minute: value for minute, value in known.items() if minute >= now - KEPT}
    spans = [*progress.done, *came, *([] if asked is None else [(asked[0], min(asked[1], bound))])]
    done = joined(part for span in wanted for part in within(spans, *span))
    return replace(progress, done=done, held=held)


def news(progress: Progress, points: Mapping[int, float]) -> dict[int, float]:
    """Those of `points` that are not settled and were not told before with the same value."""
    return {
        minute: value
        for minute, value in points.items()
        if progress.held.get(minute) != value and not any(start <= minute < end for start, end in progress.done)
    }


def every_five(minutes: Iterable[int]) -> bool | None:
    """Whether a machine reports every five minutes only, by its newest three samples; None: too few to tell."""
    newest = sorted(minutes)[-3:]
    if len(newest) < 3:
        return None
    return all(later - sooner >= BASIC for sooner, later in pairwise(newest))


def _missing(progress: Progress, wanted: Sequence[Span], now: int) -> tuple[Span, ...]:
    step = progress.step
    known = progress.done[-1][1] if progress.done else 0
    settled = ((minute, minute + 1) for minute in progress.held if known <= minute < now - SETTLE)
    return without(((_down(start, step), _down(end, step)) for start, end in wanted), (*progress.done, *settled))


def _recent(missing: Sequence[Span], progress: Progress, now: int, revised: bool) -> Span | None:
    """From the oldest minute that is missing of the last hours to the newest."""
    lately = within(missing, _down(now - RECENT, progress.step), now)
    for start, end in lately:
        for minute in range(start, end):
            if revised or minute not in progress.held:
                return _down(minute, progress.step), lately[-1][1]
    return None


def _together(recent: Mapping[tuple[int, int, int], list[str]], now: int) -> list[Ask]:
    """Series that lack a few minutes only are asked together, from the oldest that one of them lacks."""
    asks: list[Ask] = []
    few: dict[int, list[tuple[int, int, list[str]]]] = {}
    for (start, end, step), keys in recent.items():
        if start >= now - KEPT:
            few.setdefault(step, []).append((start, end, keys))
        else:
            asks.append(Ask(tuple(keys), start, end, step))
    for step, groups in few.items():
        together = tuple(key for _, _, group in groups for key in group)
        asks.append(Ask(together, min(start for start, _, _ in groups), max(end for _, end, _ in groups), step))
    return sorted(asks, key=lambda ask: (-ask.end, ask.step, ask.start))


def _part(gap: Span, step: int, now: int) -> tuple[int, int, int]:
    """The newest part of the past that one question can be about, with the step that is still kept of it."""
    start, end = max(gap[0], gap[1] - PART), gap[1]
    kept = _down(now - RETENTION, BASIC)
    if end <= kept:
        return _down(start, BASIC), end, BASIC
    return max(start, kept), end, step


def _down(minute: int, step: int) -> int:
    return minute // step * step
