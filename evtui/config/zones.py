"""Time zones by their names, and what to say where there is none of a name: one sentence for every place."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from evtui.config.notes import nearest, quote
from evtui.errors import UsageError


def zone_of(name: str) -> ZoneInfo:
    """The zone of this IANA name.

    Raises:
        UsageError: there is none; the sentence offers the nearest name there is.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    from zoneinfo import available_timezones  # walks a folder tree: only when a name is wrong

    guess = nearest(name.replace(" ", "_"), sorted(available_timezones()))
    hint = f'did you mean "{guess}"?' if guess else 'names look like "Asia/Hong_Kong"'
    raise UsageError(f"there is no time zone {quote(name)}; {hint}")
