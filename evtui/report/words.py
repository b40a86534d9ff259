"""How reports and order pages write what they print: words on one line, ages, times."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, tzinfo

from evtui.text import clean, one_line

UNKNOWN = "--"
"""What stands where a figure is unknown."""


def word(text: str, limit: int = 300) -> str:
    """`text` on one line without anything unprintable: a line break in a name must not add a line to a report."""
    return clean(one_line(text), limit)


def whole(value: float) -> int:
    """`value` rounded to a whole number, halves up, as people round."""
    return math.floor(value + 0.5)


def age_text(age: timedelta) -> str:
    """An age as the panes write it: `42s`, `6m09s`, `61m34s`; from two hours on `2h05m`, from two days on `2d03h`."""
    seconds = max(int(age.total_seconds()), 0)
    minutes, rest = divmod(seconds, 60)
    if minutes == 0:
        return f"{rest}s"
    if minutes < 120:
        return f"{minutes}m{rest:02d}s"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours}h{minutes:02d}m"
    return f"{hours // 24}d{hours % 24:02d}h"


def age_in_words(age: timedelta) -> str:
    """An age for the Chinese report: `42 秒`, `4 分 05 秒`, `1 小時 04 分 05 秒`."""
    minutes, seconds = divmod(max(int(age.total_seconds()), 0), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} 小時 {minutes:02d} 分 {seconds:02d} 秒"
    return f"{minutes} 分 {seconds:02d} 秒" if minutes else f"{seconds} 秒"


def stamp(moment: datetime, zone: tzinfo) -> str:
    """A moment in `zone` to the second, in the date style of the report."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def iso(moment: datetime, zone: tzinfo) -> str:
    """A moment in `zone` as ISO 8601 with its offset, to the second where it has no fraction."""
    return moment.astimezone(zone).isoformat()


def seconds(span: timedelta) -> int | float:
    """A duration as a JSON number: whole seconds as an integer."""
    value = round(span.total_seconds(), 3)
    return int(value) if value == int(value) else value
