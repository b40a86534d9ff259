"""Ages and source notes as the screen prints them, beside the figures that other ways of telling share."""

from __future__ import annotations

from datetime import timedelta

from evtui.report.figures import at as at
from evtui.report.figures import change as change
from evtui.report.figures import hour_or_day as hour_or_day
from evtui.report.figures import number as number
from evtui.report.figures import outlook as outlook
from evtui.report.figures import percent as percent
from evtui.report.figures import short_number as short_number
from evtui.report.words import UNKNOWN as UNKNOWN
from evtui.store.state import Health, SourceState


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
