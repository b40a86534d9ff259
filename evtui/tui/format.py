"""Numbers, ages and times as the screen prints them. Unknown prints as `--`, which is not zero and not blank."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from evtui.store.sales import Forecast, Outlook
from evtui.store.state import Health, SourceState

UNKNOWN = "--"


ABSURD = 1e15
"""From here on a number is told by its size alone: no launch has it, and its digits would fill the screen."""


def number(value: float | None) -> str:
    """A whole number with thousands separators."""
    value = _known(value)
    if value is None:
        return UNKNOWN
    return f"{value:,.0f}" if abs(value) < ABSURD else _size(value)


def percent(value: float | None, digits: int = 0) -> str:
    """A percentage of something given in percent."""
    value = _known(value)
    if value is None:
        return UNKNOWN
    return f"{value:.{digits}f} %" if abs(value) < ABSURD else f"{_size(value)} %"


def short_number(value: float | None) -> str:
    """A count in at most five characters: 987, 24.7k, 1.2M, 2e308."""
    value = _known(value)
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
    value = _known(value)
    hundredths = None if value is None else _known(value * 100)
    if hundredths is None:
        return UNKNOWN
    return f"{hundredths:+.0f} %" if abs(hundredths) < ABSURD else f"{_size(hundredths, '+')} %"


def _known(value: float | None) -> float | None:
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


def clock_span(length: timedelta) -> str:
    """A countdown: +01:31:14, +2d 03:10:00, T-00:05:00."""
    seconds = int(abs(length).total_seconds())
    days, rest = divmod(seconds, 86_400)
    text = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    if days:
        text = f"{days}d {text}"
    return ("+" if length >= timedelta() else "T-") + text


def countdown(length: timedelta) -> str:
    """A length of time that is being waited for: 15d 13h, or 01:31:14 on the last day."""
    seconds = int(length.total_seconds())
    if seconds >= 86_400:
        return f"{seconds // 86_400}d {seconds // 3600 % 24}h"
    return clock_span(length)[1:]


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


def outlook(forecast: Forecast, zone: ZoneInfo, now: datetime, *, with_range: bool = False) -> str:
    """When it sells out, in words where no time can be given; on another day the day is as much as can be said."""
    match forecast.outlook:
        case Outlook.EXPECTED:
            text = f"~{hour_or_day(forecast.at, zone, now)}"
            if with_range:
                earliest = hour_or_day(forecast.earliest, zone, now)
                latest = hour_or_day(forecast.latest, zone, now) if forecast.latest else "close"
                text += f" ({earliest}–{latest})" if earliest != latest else ""
            return text
        case Outlook.UNKNOWN:
            return UNKNOWN
        case other:
            return str(other)


def source_note(health: Health) -> tuple[str, str]:
    """What stands in a pane's border about its source, and the style it stands in."""
    age = health.fact_age if health.fact_age is not None else health.read_age
    match health.state:
        case SourceState.OK if health.coverage.more or health.coverage.note:
            # not all of it was told, or not all of it could be read: the alerts say which
            return f"{span(age)} partial", "warn"
        case SourceState.OK:
            return span(age), "dim"
        case SourceState.STALE:
            return f"STALE {span(age)}", "warn"
        case SourceState.AUTH:
            return f"AUTH {span(health.read_age) if health.read_age is not None else ''}".strip(), "alert"
        case SourceState.DOWN:
            return f"DOWN {span(health.read_age) if health.read_age is not None else ''}".strip(), "alert"
        case _:
            return UNKNOWN, "dim"


_EIGHTHS = " ▁▂▃▄▅▆▇█"


def spark(values: list[float | None], top: float) -> str:
    """One character a value, 0 to `top`; a gap is a blank, and a zero is not: it keeps the lowest mark."""
    highest = _known(top)
    if highest is None or highest <= 0:
        return " " * len(values)
    known = (_known(value) for value in values)
    return "".join(
        " " if value is None else _EIGHTHS[max(1, round(8 * max(0.0, min(1.0, value / highest))))] for value in known
    )
