"""What a source has cost lately, question by question, so that hearing of one twice does not make it dearer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

from msgspec import Struct, field

from evtui.domain.phases import calendar_day
from evtui.domain.reading import Topic
from evtui.domain.trip import Spent

if TYPE_CHECKING:
    from evtui.store.state import LaunchState

KEEP_HOURS = 26
"""Hours of questions that are kept: a day in any zone, and the hour the forecast is taken from."""

RATE_FROM = timedelta(hours=1)
"""The last stretch that a forecast goes on from: long enough for sources that are asked every few minutes."""

RATE_AT_LEAST = timedelta(minutes=5)
"""Shortest stretch that a rate is taken from: the first question after a start says nothing of the second."""

JUST_AFTER = timedelta(microseconds=1)
"""What makes a stretch include the present moment."""

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

    def since(self, start: datetime) -> datetime | None:
        """When the first question at or after `start` was asked that cost something."""
        at = min((at for told in self.hours.values() for at in told if at >= start.timestamp()), default=None)
        return None if at is None else datetime.fromtimestamp(at, start.tzinfo)


def spent_today(state: LaunchState, topic: Topic, now: datetime) -> Spent:
    """What one source has cost on the calendar day of the campaign's zone, until `now`."""
    start, _ = calendar_day(now, state.campaign.zone)
    return _spending(state, topic).between(start, now + JUST_AFTER)


def forecast(state: LaunchState, topic: Topic, now: datetime, ahead: float | None = None) -> float:
    """USD that one source will have cost at the end of the day.

    `ahead` is what its planned questions cost until then. Without, as in a past that is looked at, the rest of the day
    is taken to cost what the last hour did.
    """
    if ahead is not None:
        return spent_today(state, topic, now).usd + ahead
    spending, (_, end) = _spending(state, topic), calendar_day(now, state.campaign.zone)
    began = spending.since(now - RATE_FROM)
    if began is None or began > now:
        return spent_today(state, topic, now).usd
    # watched for less than an hour: what it cost came in that time alone
    known = spending.since(now - 2 * RATE_FROM)
    length = RATE_FROM if known is not None and known < began else max(now - began, RATE_AT_LEAST)
    lately = spending.between(now - length, now + JUST_AFTER).usd
    return spent_today(state, topic, now).usd + lately * ((end - now) / length)


def _spending(state: LaunchState, topic: Topic) -> Spending:
    seen = state.sources.get(topic)
    return Spending() if seen is None else seen.spending
