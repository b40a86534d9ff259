"""Durations as people write them: `90s`, `30m`, `1h30m`, `24h`, `2d`. For the campaign file and the command line."""

from __future__ import annotations

import re
from datetime import timedelta

_DURATION = re.compile(r"(?:(\d{1,4})d)?(?:(\d{1,6})h)?(?:(\d{1,7})m)?(?:(\d{1,8})s)?", re.ASCII)

EXAMPLES = '"90s", "30m", "1h30m" or "2d"'
"""What every message about a duration offers."""

LONGEST = timedelta(days=3660)
"""Ten years: more than any launch, and far from where adding it to a date would overflow."""


def parse_duration(text: str) -> timedelta:
    """Read a duration: whole days, hours, minutes and seconds in that order, each at most once; `0s` is one too.

    Raises:
        ValueError: anything else, or more than ten years; the text names what would be right.
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None or not any(match.groups()):
        raise ValueError(f"expected a duration such as {EXAMPLES}")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    duration = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    if duration > LONGEST:
        raise ValueError("expected a duration of at most ten years")
    return duration


def format_duration(duration: timedelta) -> str:
    """`duration` as `parse_duration` reads it, shortest form: `1h30m`; parts of a second are dropped."""
    rest = int(duration.total_seconds())
    text = ""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")):
        count, rest = divmod(rest, size)
        if count:
            text += f"{count}{unit}"
    return text or "0s"
