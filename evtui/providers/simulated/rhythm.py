"""How busy the shop is anyway: the hours of its day and the echo of its promotions."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from math import exp

from evtui.domain.campaign import Campaign
from evtui.providers.simulated.draw import HOUR, MINUTE, to_moment, to_ms

_DAY = (
    *(0.52, 0.40, 0.34, 0.31, 0.30, 0.33, 0.42, 0.58, 0.78, 0.93, 1.00, 1.04),
    *(1.10, 1.06, 1.00, 0.99, 1.00, 1.02, 1.05, 1.08, 1.14, 1.18, 1.06, 0.76),
)
"""Visitors by local hour, 1 = a usual working morning."""

_ECHO = 20 * MINUTE
"""A push is forgotten at this rate."""

_DAY_MINUTES = 24 * 60
_MILLISECOND = timedelta(milliseconds=1)


@cache
def _by_minute() -> tuple[float, ...]:
    """The day drawn out to minutes, since a day of history asks for every one of them."""
    pairs = zip(_DAY, (*_DAY[1:], _DAY[0]), strict=True)
    return tuple(before + (after - before) * minute / 60 for before, after in pairs for minute in range(60))


class Rhythm:
    """The usual day of one market, with its promotions."""

    def __init__(self, campaign: Campaign) -> None:
        self._zone = campaign.zone
        self._promotions = tuple(sorted(to_ms(each.at) for each in campaign.promotions if each.at is not None))
        self._offsets: dict[int, int] = {}
        self._quiet_after = self._promotions[-1] + 6 * _ECHO if self._promotions else 0

    def offset(self, at: int) -> int:
        """The zone's distance from UTC in milliseconds; asked once an hour, since asking a zone is dear."""
        hour = at // HOUR
        found = self._offsets.get(hour)
        if found is None:
            distance = to_moment(at).astimezone(self._zone).utcoffset() or timedelta()
            found = self._offsets[hour] = distance // _MILLISECOND
        return found

    def daylight(self, at: int) -> float:
        """How busy this time of day is, 1 = a usual working morning."""
        return _by_minute()[(at + self.offset(at)) // MINUTE % _DAY_MINUTES]

    def echo(self, at: int) -> float:
        """How strongly promotions are still felt: 1 at the moment one goes out, fading within the hour."""
        if at >= self._quiet_after or at < self._promotions[0]:
            return 0.0
        felt = 0.0
        for sent in self._promotions:
            if sent > at:
                break
            if at - sent < 6 * _ECHO:
                felt += exp((sent - at) / _ECHO)
        return felt
