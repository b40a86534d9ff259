"""What `query_range` answers, made into minutes and values. Unknown stays unknown: NaN, Inf and null are gaps.

A value that Prometheus works out at 10:05:00 tells of what came before, so it belongs to the minute 10:04.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from evtui.domain.reading import FailureKind
from evtui.providers.base import SourceError
from evtui.redact import admit

STEP_S = 60
"""Seconds between two values: minutes are what every chart and every sum here is made of."""

PUT_RIGHT = "url has to be the address of the server, without /graph or /api"
"""What a person sees to where something else than Prometheus answers."""

LIVING = timedelta(minutes=15)
"""How long a series that fell silent is missed: beyond it, it has ended."""

WORDS = 200
"""Characters quoted of what Prometheus says: its messages repeat the query."""

REMARKS = 3
"""Remarks of the server that are passed on; further ones repeat the same of other series."""

Minutes = Mapping[datetime, float]


class Line(Struct, frozen=True):
    """One series: its labels, and minute -> value for the minutes it has one."""

    labels: Mapping[str, str]
    minutes: Minutes


class Told(Struct, frozen=True):
    """A whole answer: its series, and what has to be said about it."""

    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()

    @property
    def newest(self) -> datetime | None:
        """The newest minute of which any series tells."""
        return max((max(line.minutes) for line in self.lines if line.minutes), default=None)


def read(document: object, until: datetime) -> Told:
    """The series of an answer. Values worked out after `until` are left out: that minute is not over.

    Raises:
        SourceError: DATA for an answer that is none of Prometheus, DOWN or DATA for an error in its own words.
    """
    if not isinstance(document, dict):
        raise _not_prometheus("no object")
    if document.get("status") == "error":
        raise SourceError(*refusal(document))
    data = document.get("data")
    if document.get("status") != "success" or not isinstance(data, dict):
        raise _not_prometheus("no status")
    kind = data.get("resultType")
    if kind != "matrix" or not isinstance(data.get("result"), list):
        raise _not_prometheus(f"a {admit(kind, 30)} where a matrix was asked for" if kind else "no result")
    skipped: Counter[str] = Counter()
    moments = Moments(until)
    lines = tuple(line for raw in data["result"] if (line := _line(raw, moments, skipped)) is not None)
    notes = [f"{count:,} {what}, left out" for what, count in sorted(skipped.items())]
    return Told(lines, tuple(notes) + _remarks(document))


def refusal(document: Mapping[str, object]) -> tuple[FailureKind, str]:
    """What kind of failure Prometheus' own error is, and its words."""
    kind, words = admit(document.get("errorType"), 40), _words(document.get("error"))
    if kind in ("bad_data", "execution", "not_found"):
        return FailureKind.DATA, f"cannot answer the query: {words or kind}"
    return FailureKind.DOWN, f"broke off ({kind or 'no reason given'}): {words}".removesuffix(": ")


def _words(raw: object) -> str:
    return " ".join(admit(raw, WORDS).split())


def _not_prometheus(found: str) -> SourceError:
    return SourceError(FailureKind.DATA, f"does not answer as Prometheus does: {found}", PUT_RIGHT)


def _remarks(document: Mapping[str, object]) -> tuple[str, ...]:
    said: list[str] = []
    for key in ("warnings", "infos"):
        words = document.get(key)
        said += (_words(word) for word in words if isinstance(word, str)) if isinstance(words, list) else ()
    more = len(said) - REMARKS
    return (*said[:REMARKS], *([f"{more} more remarks"] if more > 0 else ()))


def _line(raw: object, moments: Moments, skipped: Counter[str]) -> Line | None:
    """One series, or None for what is none; what had to be left out of it is counted in `skipped`."""
    if not isinstance(raw, dict) or not isinstance(raw.get("metric", {}), dict):
        skipped["series without labels"] += 1
        return None
    pairs = raw.get("values")
    if not isinstance(pairs, list):
        skipped["series of histograms" if "histograms" in raw else "series without values"] += 1
        return None
    labels = {admit(name, 100): admit(value, 300) for name, value in raw.get("metric", {}).items()}
    minutes: dict[datetime, float] = {}
    for pair in pairs:
        if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[0], int | float):
            skipped["values without a time"] += 1
            continue
        at, value = pair
        number = _number(value)
        if at % STEP_S:
            skipped["values beside the minute"] += 1
        elif number is None:
            skipped["values that are no numbers"] += 1
        elif math.isfinite(number) and (minute := moments.minute(at)) is not None:
            minutes[minute] = number
    return Line(labels, minutes)


class Moments:
    """The minutes of an answer, each made once: every series tells of the same."""

    def __init__(self, until: datetime) -> None:
        self._until = until.timestamp()
        self._made: dict[float, datetime] = {}

    def minute(self, at: float) -> datetime | None:
        """The minute that ended at `at`, seconds since 1970; None where it was not over, or before there were any."""
        made = self._made.get(at)
        if made is None and STEP_S <= at <= self._until:
            made = self._made[at] = datetime.fromtimestamp(at - STEP_S, UTC)
        return made


def _number(value: object) -> float | None:
    """The number a value is written as, NaN for null, None for what is no number."""
    if value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def summed(lines: Iterable[Line]) -> dict[datetime, float]:
    """minute -> sum over the series that have a value then."""
    total: dict[datetime, float] = {}
    for line in lines:
        for minute, value in line.minutes.items():
            total[minute] = total.get(minute, 0.0) + value
    return total


def silent(told: Told) -> str:
    """A remark on the newest minute where only some of the series have a value; empty where all have."""
    newest = told.newest
    if newest is None:
        return ""
    # one that ended long ago, such as a pod that was replaced, is not waited for
    living = [line for line in told.lines if max(line.minutes, default=newest) > newest - LIVING]
    seen = sum(newest in line.minutes for line in living)
    return "" if seen == len(living) else f"{seen} of {len(living)} series have a value for the newest minute"
