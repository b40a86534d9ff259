"""Minute-by-minute figures that are merged without ever being changed in place.

Both structures are chunked by hour, so that adding a minute to sixteen days copies one hour and a short list of hours.
Merging is order-free: the same points in any order, repeated or late, give the same series.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from msgspec import Struct, field

KEEP_HOURS = 50
"""Hours kept behind the newest point: two days for yesterday's comparison and some room, not sixteen days of memory."""


def minute_of(moment: datetime) -> int:
    """Minutes since the epoch."""
    return int(moment.timestamp() // 60)


def moment_of(minute: int) -> datetime:
    """The start of a minute counted from the epoch."""
    return datetime.fromtimestamp(minute * 60, UTC)


class Series(Struct, frozen=True):
    """At most one value a minute; where two readings disagree about a minute, the later reading stands."""

    hours: Mapping[int, Mapping[int, tuple[float, float]]] = field(default_factory=dict)
    """hour -> minute -> (time the reading was taken, value)"""

    def merge(self, points: Iterable[tuple[int, float]], taken_at: datetime, pinned: range = range(0)) -> Series:
        """This series with (minute, value) points from a reading taken at `taken_at`.

        Hours (since the epoch) in `pinned` are kept however old they are.
        """
        taken = taken_at.timestamp()
        hours: dict[int, Mapping[int, tuple[float, float]]] = dict(self.hours)
        drafts: dict[int, dict[int, tuple[float, float]]] = {}
        # what is kept of each value, once: a machine at rest has few in a day of minutes
        told: dict[float, tuple[float, float]] = {}
        for minute, value in points:
            hour = minute // 60
            draft = drafts.get(hour)
            if draft is None:
                draft = drafts[hour] = dict(hours.get(hour, ()))
            new = told.get(value) or told.setdefault(value, (taken, value))
            seen = draft.get(minute)
            if seen is None or seen < new:
                draft[minute] = new
        hours.update(drafts)
        return Series(_recent(hours, pinned)) if drafts else self

    def between(self, start: int, end: int) -> list[tuple[int, float]]:
        """(minute, value) of the minutes in [start, end), in order; gaps are simply missing."""
        found: list[tuple[int, float]] = []
        for hour in range(start // 60, (end - 1) // 60 + 1):
            chunk = self.hours.get(hour)
            if chunk:
                found.extend((minute, chunk[minute][1]) for minute in chunk if start <= minute < end)
        found.sort()
        return found

    def at(self, minute: int) -> float | None:
        """The value of one minute, or None."""
        seen = self.hours.get(minute // 60, {}).get(minute)
        return None if seen is None else seen[1]

    def before(self, minute: int) -> tuple[int, float] | None:
        """The newest (minute, value) that is older than `minute`, or None."""
        for hour in sorted((hour for hour in self.hours if hour * 60 < minute), reverse=True):
            older = [each for each in self.hours[hour] if each < minute]
            if older:
                return (max(older), self.hours[hour][max(older)][1])
        return None

    def since(self, hour: int) -> Series:
        """Only what lies in `hour` (since the epoch) or later."""
        if min(self.hours, default=hour) >= hour:
            return self
        return Series({each: chunk for each, chunk in self.hours.items() if each >= hour})

    @property
    def newest_hour(self) -> int:
        """The newest hour with a value, since the epoch; 0 for none."""
        return max(self.hours, default=0)

    @property
    def newest(self) -> int | None:
        """The newest minute with a value."""
        return max(self.hours[max(self.hours)]) if self.hours else None

    @property
    def oldest(self) -> int | None:
        """The oldest minute still held."""
        return min(self.hours[min(self.hours)]) if self.hours else None


class Counts(Struct, frozen=True):
    """How often something happened in each minute."""

    hours: Mapping[int, Mapping[int, int]] = field(default_factory=dict)

    def add(self, changes: Mapping[int, int]) -> Counts:
        """These counts with `minute -> difference` added; a minute that comes to zero is dropped."""
        hours: dict[int, Mapping[int, int]] = dict(self.hours)
        drafts: dict[int, dict[int, int]] = {}
        for minute, difference in changes.items():
            hour = minute // 60
            draft = drafts.get(hour)
            if draft is None:  # not `or`: a draft that came to nothing is still the draft
                draft = drafts[hour] = dict(hours.get(hour, ()))
            draft[minute] = draft.get(minute, 0) + difference
            if draft[minute] == 0:
                del draft[minute]
        for hour, draft in drafts.items():
            if draft:
                hours[hour] = draft
            else:
                hours.pop(hour, None)
        return Counts(hours) if drafts else self

    def between(self, start: int, end: int) -> int:
        """How often in the minutes [start, end)."""
        found = 0
        if not self.hours:  # most of a thousand products sell nothing in an hour
            return found
        for hour in range(start // 60, (end - 1) // 60 + 1):
            chunk = self.hours.get(hour)
            if chunk and start <= hour * 60 and hour * 60 + 60 <= end:
                found += sum(chunk.values())
            elif chunk:
                found += sum(count for minute, count in chunk.items() if start <= minute < end)
        return found

    def by_minute(self, start: int, end: int) -> dict[int, int]:
        """How often in each of the minutes [start, end); a minute in which it did not happen is missing."""
        chunks = (self.hours.get(hour, {}) for hour in range(start // 60, (end - 1) // 60 + 1))
        return {minute: count for chunk in chunks for minute, count in chunk.items() if start <= minute < end}

    @property
    def total(self) -> int:
        """How often in all."""
        return sum(sum(chunk.values()) for chunk in self.hours.values())


def _recent(
    hours: dict[int, Mapping[int, tuple[float, float]]], pinned: range
) -> dict[int, Mapping[int, tuple[float, float]]]:
    oldest = max(hours) - KEEP_HOURS
    return {hour: chunk for hour, chunk in hours.items() if hour >= oldest or hour in pinned}
