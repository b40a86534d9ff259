"""What asking costs in a day, and how much more rarely dear sources are asked so that it stays under the ceiling.

The meter hears every reading, as the store does, and counts from the start of the program: what another one spent
earlier in the day is not known to it.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from datetime import datetime, tzinfo

from evtui.domain.phases import calendar_day
from evtui.domain.reading import Lookup, Reading, Topic
from evtui.domain.trip import Trip

REMEMBERED = 20
"""Questions that the price of the next one is taken from: one dear backfill does not slow a source for the day."""

Planned = Callable[[datetime, datetime], float]
"""How many questions a source is meant to be asked between two moments."""


def slowdown(spent_today: float, forecast_rest: float, ceiling: float) -> float:
    """How many times more rarely to ask, 1 or more; infinite once nothing may be spent any more. All in USD.

    `forecast_rest` is what the rest of the day would cost at the pace that was planned.
    """
    if forecast_rest <= 0:
        return 1.0
    left = ceiling - spent_today
    return max(forecast_rest / left, 1.0) if left > 0 else math.inf


class Meter:
    """What was spent today, and what the rest of the day would cost. `zone` says when a day ends."""

    def __init__(self, ceiling: float, zone: tzinfo) -> None:
        self._ceiling = ceiling
        self._zone = zone
        self._day: tuple[datetime, datetime] | None = None
        self._spent = 0.0
        self._prices: dict[Topic | Lookup, deque[float]] = {}
        self._planned: dict[Topic, Planned] = {}
        self._counted: Trip | None = None

    def expect(self, topic: Topic, planned: Planned) -> None:
        """Have the questions of one source counted into what the rest of a day costs."""
        self._planned[topic] = planned

    def hear(self, reading: Reading) -> None:
        """Count what a question cost, whether it was answered or not."""
        usd = reading.trip.spent.usd
        # an answer that could not be taken in is followed by a failure that tells of the same question; and no source
        # is slowed for good by a price that is none
        if not 0 < usd < math.inf or reading.trip is self._counted:
            return
        self._counted = reading.trip
        self._turn_to(reading.taken_at)
        if self._day is not None and self._day[0] <= reading.taken_at < self._day[1]:
            self._spent += usd
        prices = self._prices.setdefault(reading.topic, deque(maxlen=REMEMBERED))
        # the parts of a long past come on top of what was planned, and cost what no later question does
        if not (reading.coverage.more and prices):
            prices.append(usd)

    def slowed(self, topic: Topic, now: datetime) -> float:
        """How many times more rarely a source is to be asked than planned: 1 for whatever costs nothing."""
        if not self._price(topic):
            return 1.0
        self._turn_to(now)
        rest = sum(self.ahead(each, now) for each in self._planned)
        return slowdown(self._spent, rest, self._ceiling)

    def ahead(self, topic: Topic, now: datetime) -> float:
        """USD that a source costs from `now` to the end of the day if it is asked as planned."""
        price, planned = self._price(topic), self._planned.get(topic)
        return price * planned(now, calendar_day(now, self._zone)[1]) if price and planned else 0.0

    def _turn_to(self, moment: datetime) -> None:
        """Begin a new day, if `moment` is in one."""
        if self._day is None or moment >= self._day[1]:
            self._day = calendar_day(moment, self._zone)
            self._spent = 0.0

    def _price(self, topic: Topic) -> float:
        prices = self._prices.get(topic)
        return sum(prices) / len(prices) if prices else 0.0
