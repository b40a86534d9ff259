"""What flags mean: times, durations, and which of them go together. Every fault is one sentence that names the flag."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from evtui.config.duration import parse_duration
from evtui.config.notes import quote
from evtui.errors import UsageError

EARLIEST, LATEST = 2000, 2099
"""Years a demo may be set in: wide of any launch, and no arithmetic on dates comes near their end."""


def moment(text: str, zone: tzinfo, example: str) -> datetime:
    """`--at`: an ISO 8601 time, in `zone` where it has no offset; returned in UTC.

    Raises:
        UsageError: it is no time, or in a year nobody can mean.
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--at {quote(text)}: expected an ISO 8601 time such as {example}") from None
    if not EARLIEST <= at.year <= LATEST:
        raise UsageError(f"--at {quote(text)}: expected a year from {EARLIEST} to {LATEST}")
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def length(text: str, flag: str) -> timedelta:
    """What `flag` takes: a duration such as `30m`.

    Raises:
        UsageError: it is none, or nothing long.
    """
    try:
        found = parse_duration(text)
    except ValueError as error:
        raise UsageError(f"{flag} {quote(text)}: {error}") from None
    if not found:
        raise UsageError(f"{flag} {quote(text)}: expected a duration longer than nothing")
    return found
