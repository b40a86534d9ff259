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
from evtui.report.figures import span as span
from evtui.report.words import UNKNOWN as UNKNOWN
from evtui.store.state import Health, SourceState

STEP_S = 5
"""Seconds in which the age of a source that is well grows on the screen: as often as the quickest are asked."""


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


def age_of(health: Health) -> str:
    """How old the newest fact of a source that is well is, in steps: what is asked every few seconds stands still.

    `<5s` and so on up to a minute, then whole minutes. Every second that changed would be sent to the terminal.
    """
    age = health.fact_age if health.fact_age is not None else health.read_age
    if age is None or age >= timedelta(minutes=1):
        return UNKNOWN if age is None else span(age - age % timedelta(minutes=1)).removesuffix("00s")
    return f"<{(int(age.total_seconds()) // STEP_S + 1) * STEP_S}s"


def source_note(health: Health) -> tuple[str, str]:
    """What stands in a pane's border about its source, and the style it stands in."""
    match health.state:
        case SourceState.OK if health.coverage.more or health.coverage.note:
            # not all of it was told, or not all of it could be read: the alerts say which
            return f"{age_of(health)} partial", "warn"
        case SourceState.OK:
            return age_of(health), "dim"
        case SourceState.STALE:
            age = health.fact_age if health.fact_age is not None else health.read_age
            return f"STALE {span(age)}", "warn"
        case SourceState.AUTH:
            return f"AUTH {span(health.read_age) if health.read_age is not None else ''}".strip(), "alert"
        case SourceState.DOWN:
            return f"DOWN {span(health.read_age) if health.read_age is not None else ''}".strip(), "alert"
        case _:
            return UNKNOWN, "dim"
