"""Numbers, times and forecasts as screen and line mode write them. Unknown is `--`, which is not zero and not blank."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from evtui.report.words import UNKNOWN
from evtui.store.sales import Forecast, Outlook

ABSURD = 1e15
"""From here on a number is told by its size alone: no launch has it, and its digits would fill the screen."""


def number(value: float | None) -> str:
    """A whole number with thousands separators."""
    value = known(value)
    if value is None:
        return UNKNOWN
    return f"{value:,.0f}" if abs(value) < ABSURD else _size(value)


def percent(value: float | None, digits: int = 0) -> str:
    """A percentage of something given in percent."""
    value = known(value)
    if value is None:
        return UNKNOWN
    return f"{value:.{digits}f} %" if abs(value) < ABSURD else f"{_size(value)} %"


def short_number(value: float | None) -> str:
    """A count in at most five characters: 987, 24.7k, 1.2M, 2e308."""
    value = known(value)
    if value is None:
        return UNKNOWN
    if abs(value) < 999.5:
        return f"{value:.0f}"
    if abs(value) < 999_500:
        return f"{value / 1_000:.1f}k" if abs(value) < 99_950 else f"{value / 1_000:.0f}k"
    return f"{value / 1_000_000:.1f}M" if abs(value) < 9.995e9 else _size(value)


def change(value: float | None) -> str:
    """A relative change with its sign."""
    if value is None:
        return ""
    value = known(value)
    hundredths = None if value is None else known(value * 100)
    if hundredths is None:
        return UNKNOWN
    return f"{hundredths:+.0f} %" if abs(hundredths) < ABSURD else f"{_size(hundredths, '+')} %"


def known(value: float | None) -> float | None:
    """The value, as long as it is a number that can be computed with; a table can hold others."""
    try:
        return value if value is not None and math.isfinite(value) else None
    except OverflowError:  # a whole number beyond all floats
        return None


def _size(value: float, sign: str = "-") -> str:
    return f"{value:{sign}.0e}".replace("e+", "e")


def span(length: timedelta | None) -> str:
    """A length of time in at most six characters: 5s, 61m34s, 2h05m, 3d04h."""
    if length is None:
        return UNKNOWN
    seconds = int(length.total_seconds())
    if seconds < 60:
        return f"{seconds}s"
    if seconds < 6_000:
        return f"{seconds // 60}m{seconds % 60:02}s"
    minutes = seconds // 60
    if minutes < 48 * 60:
        return f"{minutes // 60}h{minutes % 60:02}m"
    hours = minutes // 60
    return f"{hours // 24}d{hours % 24:02}h"


def at(moment: datetime | None, zone: ZoneInfo, pattern: str = "%H:%M:%S") -> str:
    """A time of day in the campaign's zone."""
    try:
        return UNKNOWN if moment is None else moment.astimezone(zone).strftime(pattern)
    except OverflowError:  # the last day of year 9999, as tables have it, is not there in every zone
        return UNKNOWN


def hour_or_day(moment: datetime | None, zone: ZoneInfo, now: datetime) -> str:
    """A time in five characters at most: `18:55` today, `02-03` on another day, `2022` in another year."""
    if at(moment, zone, "%Y") != at(now, zone, "%Y"):
        return at(moment, zone, "%Y")
    same = at(moment, zone, "%j") == at(now, zone, "%j")
    return at(moment, zone, "%H:%M" if same else "%m-%d")


NEAR = timedelta(hours=36)
"""Time ahead within which the hour of a sell-out is told, though it is on another day."""


def outlook(forecast: Forecast, zone: ZoneInfo, now: datetime, *, with_range: bool = False) -> str:
    """When it sells out, in words where no time can be given; far ahead the day is as much as can be said."""
    match forecast.outlook:
        case Outlook.EXPECTED:
            if not with_range:
                return f"~{hour_or_day(forecast.at, zone, now)}"
            text, near = f"~{hour_or_day(forecast.at, zone, now)}", now
            if forecast.at is not None and now < forecast.at < now + NEAR and "-" in text:
                text, near = text + at(forecast.at, zone, " %H:%M"), forecast.at  # tomorrow: the hour matters
            earliest = hour_or_day(forecast.earliest, zone, near)
            latest = hour_or_day(forecast.latest, zone, near) if forecast.latest else "close"
            return text + (f" ({earliest}–{latest})" if earliest != latest else "")
        case Outlook.UNKNOWN:
            return UNKNOWN
        case other:
            return str(other)


def counted(count: float | None, noun: str) -> str:
    """A count with its noun: `1 set`, `4,799 sets`, `-- sets`."""
    return f"{number(count)} {noun}{'' if count == 1 else 's'}"
