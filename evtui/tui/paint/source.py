"""One source in full: its last exchange, its login, its last failure, what it left out, its cost, its gaps."""

from __future__ import annotations

from evtui.domain.reading import FailureKind
from evtui.domain.trip import Exchange
from evtui.report.notes import left_out
from evtui.report.sources import (
    SourceFigures,
    clock_words,
    failing_words,
    gap_words,
    held_words,
    login_words,
    next_words,
    pace_words,
    spent_words,
    took_words,
    usd,
)
from evtui.report.words import word
from evtui.store.series import minute_of, moment_of
from evtui.store.state import SourceState
from evtui.tui.format import UNKNOWN, at, span
from evtui.tui.lines import BLANK, Line, folded, wrapped
from evtui.tui.paint.sources import SIGNS
from evtui.tui.paint.strip import NAME, strip
from evtui.tui.view import View

LEAD = 11
"""Cells of a name and the blanks around it."""

HOURS = 3
"""Hours that are shown minute by minute, each on a row of its own."""

_KINDS = {FailureKind.AUTH: "login", FailureKind.DOWN: "down", FailureKind.DATA: "not as agreed"}
"""A failure's kind in a word for a person."""


def paint(view: View, source: SourceFigures, cells: int) -> list[Line]:
    """The lines of the page, as many as it needs; every text from outside is there in full."""
    lines: list[Line] = []
    for name, words, style in (*_asked(view, source), *_trouble(view, source), *_login(view, source)):
        rows = [row for line in words.splitlines() for row in wrapped(((line, style),), max(cells - LEAD, 2))]
        lines += [((f" {name if not index else '':<{LEAD - 1}}", "dim"), *row) for index, row in enumerate(rows)]
    lines += [BLANK, *_hours(view, source, cells), BLANK]
    if source.trip.exchange is None:
        note: Line = ((" last exchange: this source does not show what it sends", "dim"),)
        return [*lines, *wrapped(note, cells)]
    # as it came: nothing is moved in a table or in indented text
    return lines + [row for line in _exchange(view, source, source.trip.exchange) for row in folded(line, cells)]


Fact = tuple[str, str, str]
"""A name, what there is to say, on any number of lines, and its style."""


def _asked(view: View, source: SourceFigures) -> list[Fact]:
    """How it is, and how it is being asked."""
    health, status = source.health, source.status
    sign, style = SIGNS[health.state]
    failing = f" · {failing_words(status)}" if status and status.failures else ""
    slowed = " · slowed to keep the day's cost down" if status and status.slowed > 1 else ""
    last = at(source.seen.trip[0], view.zone) if source.seen.trip else UNKNOWN
    # why it failed stands below, whole
    why = f" · {health.why}" if health.why and health.state in (SourceState.STALE, SourceState.UNKNOWN) else ""
    found = [
        ("state", f"{sign} {health.state}{why}", style),
        ("facts", _ages(source), ""),
        ("asked", f"every {pace_words(source)}, last {last}, took {took_words(source.trip)}{slowed}", ""),
        ("next", f"{next_words(source, view.now, view.zone)}{failing}", ""),
    ]
    if source.today.usd or source.today.scanned:
        found.append(("cost", f"{spent_words(source.today)} today, the whole day {usd(source.whole_day)}", ""))
    if source.trip.held_s:
        found.append(("held up", held_words(source.trip), "warn"))
    if said := left_out(health):
        found.append(("covers", said, "warn"))
    if health.coverage.remark:
        found.append(("remark", word(health.coverage.remark), ""))
    return found


def _ages(source: SourceFigures) -> str:
    health = source.health
    if health.read_age is None:
        return "none yet"
    newest = "none known" if health.fact_age is None else f"{span(health.fact_age)} old"
    return f"{newest}, read {span(health.read_age)} ago"


def _trouble(view: View, source: SourceFigures) -> list[Fact]:
    """The last failure whole, over or not, and the gaps."""
    found: list[Fact] = []
    failure, failed_at = source.seen.failure, source.seen.failed_at
    if failure is not None and failed_at is not None:
        lasts = source.seen.taken_at is None or failed_at > source.seen.taken_at
        style = "alert" if lasts else "dim"
        when = f"{at(failed_at, view.zone, '%m-%d %H:%M:%S')}{'' if lasts else ', answered since'}"
        found.append(("failure", f"{_KINDS[failure.kind]}, {when}\n{failure.why}", style))
        if failure.remedy:
            found.append(("remedy", failure.remedy, "key" if lasts else "dim"))
    # the name says already what they are
    stretches = (gap_words(gap, view.zone).removeprefix("gap ") for gap in source.gaps)
    found += [("gaps" if not index else "", words, "") for index, words in enumerate(stretches)]
    return found


def _login(view: View, source: SourceFigures) -> list[Fact]:
    login = source.trip.login
    if login is None:
        return []
    end = f", until {at(login.expires, view.zone, '%m-%d %H:%M:%S')}" if login.expires else ""
    style = "warn" if login.is_ending(view.now) else ""
    found = [("login", f"{login_words(login, view.now)}{end}", style)]
    return [*found, ("", login.remedy, "key")] if login.remedy else found


def _hours(view: View, source: SourceFigures, cells: int) -> list[Line]:
    """The last hours, a row each, or several where that is too long; nothing where the source was never asked."""
    if source.seen.reach.newest is None:
        return []
    lines: list[Line] = []
    last, oldest = minute_of(view.now), source.seen.reach.oldest or 0
    size = next((minutes for minutes in (60, 30, 20) if minutes + LEAD <= cells), 10)
    for first in range((last // 60 - HOURS + 1) * 60, last + 1, size):
        end = min(first + size - 1, last)
        if end < oldest:
            continue
        start: Line = ((f" {at(moment_of(first), view.zone, '%H:%M'):<{NAME}} ", "dim"),)
        lines.append((*start, *strip(moment_of(end), source, end - first + 1)))
    return lines


def _exchange(view: View, source: SourceFigures, exchange: Exchange) -> list[Line]:
    """The last question and its answer, line by line as they were; nothing in them is read as anything but text."""
    sent_at, trip = source.seen.trip or (view.now, source.trip)
    clock = clock_words(sent_at, trip)
    told = f" · its clock {at(exchange.server_at, view.zone)}, {clock}" if clock else ""
    off = bool(clock) and clock != "ours agrees"
    head: Line = (
        (f" last exchange {at(sent_at, view.zone)} · took {took_words(trip)}", "head"),
        (told, "warn" if off else ""),
    )
    asked: list[Line] = [((f" > {line}", ""),) for line in exchange.asked.splitlines()]
    got: list[Line] = [((f" < {line}", ""),) for line in exchange.got.splitlines()]
    return [head, *asked, *(got or [((" nothing came back", "alert"),)])]
