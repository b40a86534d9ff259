"""What a source has cost lately, question by question, so that hearing of one twice does not make it dearer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import reduce
from operator import add

from msgspec import Struct, field

from evtui.domain.trip import Spent

KEEP_HOURS = 26
"""Hours of questions that are kept: a day in any zone, and the hour the forecast is taken from."""

NOTHING = Spent()
"""What most sources cost."""


class Spending(Struct, frozen=True):
    """hour -> time of the question (seconds since the epoch) -> what it cost; free questions are not in it."""

    hours: Mapping[int, Mapping[float, Spent]] = field(default_factory=dict)

    def add(self, taken_at: datetime, spent: Spent) -> Spending:
        """This spending with one question more; of two that differ about one moment, the dearer one stands."""
        if spent == NOTHING:
            return self
        at = taken_at.timestamp()
        hour = int(at // 3600)
        told = dict(self.hours.get(hour, {}))
        told[at] = max(told.get(at, spent), spent, key=lambda each: (each.usd, each.metrics, each.scanned))
        hours = {**self.hours, hour: told}
        oldest = max(hours) - KEEP_HOURS
        return Spending({each: asked for each, asked in hours.items() if each >= oldest})

    def between(self, start: datetime, end: datetime) -> Spent:
        """What was spent in [start, end)."""
        first, last = start.timestamp(), end.timestamp()
        chunks = (self.hours.get(hour, {}) for hour in range(int(first // 3600), int(last // 3600) + 1))
        return reduce(add, (spent for chunk in chunks for at, spent in chunk.items() if first <= at < last), NOTHING)
