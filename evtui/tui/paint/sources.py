"""The source page: each source with its state, ages, pace and cost, what is wrong with it, and its last minutes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from msgspec import Struct, field

from evtui.domain.reading import Failure, Lookup, Reading
from evtui.report.notes import left_out
from evtui.report.sources import (
    SourceFigures,
    covered_words,
    failures_words,
    gap_words,
    held_words,
    login_words,
    logins,
    next_words,
    pace_words,
    spent_words,
    took_words,
    total,
    usd,
)
from evtui.store.reach import Mend
from evtui.store.state import SourceState
from evtui.tui.ambiguous import cell_width, clip, fit
from evtui.tui.format import UNKNOWN, at, span
from evtui.tui.lines import BLANK, Line, Run, plain, width, wrapped
from evtui.tui.paint.columns import Column, column, fitting, row_of
from evtui.tui.paint.strip import LEGEND, NAME, strip
from evtui.tui.view import View

SIGNS: Mapping[SourceState, Run] = {
    SourceState.OK: ("✓", "ok"),
    SourceState.STALE: ("~", "warn"),
    SourceState.AUTH: ("!", "alert"),
    SourceState.DOWN: ("✗", "alert"),
    SourceState.UNKNOWN: ("·", "dim"),
}
"""A sign and a colour for each state, beside its word."""

_NOTHING = ("", "0", UNKNOWN)
"""What a figure is where there is nothing to say: a column of these is left out."""

INDENT = 4
"""Cells that what belongs to the row above stands in from the left."""


class Sheet(Struct, frozen=True):
    """What the page shows at one moment."""

    sources: tuple[SourceFigures, ...]
    lookups: tuple[Lookup, ...] = ()
    """Those that are configured."""
    answers: Mapping[Lookup, Reading] = field(default_factory=dict)
    """The newest answer to each of them, where one was sent."""


def paint(view: View, sheet: Sheet, chosen: int, cells: int) -> tuple[list[Line], range]:
    """The lines of the page, and which of them are the chosen source's."""
    if not sheet.sources:
        lines = wrapped(((" no sources: the [sources] tables of the campaign file name them", "dim"),), cells)
        return [*lines, *_lookups(view, sheet, cells)], range(1)
    columns = [each for each in _columns(view, sheet.sources) if any(text not in _NOTHING for text, _ in each.rows)]
    # what has no column of its own stands below, with its name
    held = fitting(columns, cells)
    others = [each for each in columns if each not in held]
    lines = [row_of(held, None)]
    place = range(1)
    for index, source in enumerate(sheet.sources):
        row = row_of(held, index)
        group = [_marked(row) if index == chosen else row, *_below(view, source, others, index, cells)]
        if index == chosen:
            place = range(len(lines), len(lines) + len(group))
        lines += group
    lines += [*_strips(view, sheet.sources, cells), *_logins(view, sheet.sources, cells)]
    return [*lines, *_money(view, sheet, cells), *_lookups(view, sheet, cells)], place


def _marked(row: Line) -> Line:
    return ((f">{plain(row)[1:]}", "selected"),)


def _columns(view: View, sources: Sequence[SourceFigures]) -> list[Column]:
    def of(
        head: str, rank: int, words: Callable[[SourceFigures], str], least: int = 0, *, left: bool = False
    ) -> Column:
        return column(head, ((words(each), "") for each in sources), rank, left=left, least=least)

    states = [(f"{SIGNS[each.health.state][0]} {each.health.state}", SIGNS[each.health.state][1]) for each in sources]
    return [
        of("source", 0, lambda each: str(each.topic), 8, left=True),
        of("provider", 7, lambda each: clip(each.provider, 12), left=True),
        column("state", states, left=True, least=9),
        of("fact", 0, lambda each: span(each.health.fact_age), 6),
        of("read", 1, lambda each: span(each.health.read_age), 6),
        of("took", 3, lambda each: took_words(each.trip), 5),
        of("every", 5, pace_words, 5),
        of("next", 2, lambda each: next_words(each, view.now, view.zone), 10, left=True),
        of("fails", 4, failures_words),
        of("covers", 6, lambda each: covered_words(each.health)),
        of("today", 8, lambda each: usd(each.today.usd) if each.today.usd else UNKNOWN, 6),
        of("the day", 9, lambda each: usd(each.whole_day) if each.whole_day else UNKNOWN, 6),
    ]


def _below(view: View, source: SourceFigures, others: Sequence[Column], index: int, cells: int) -> list[Line]:
    """What belongs to one source and has no column: figures by name, what is wrong, how to put it right, gaps."""
    lead = " " * INDENT
    known = ((each.head, each.rows[index][0]) for each in others)
    figures = " · ".join(f"{head} {text}" for head, text in known if text not in _NOTHING)
    lines = wrapped(((f"{lead}{figures}", "dim"),), cells) if figures else []
    health = source.health
    if not health.usable and health.why:
        style = SIGNS[health.state][1]
        lines.append(((clip(f"{lead}{health.why}", cells), style),))
        if health.remedy:
            lines.append(((clip(f"{lead}{health.remedy}", cells), "key"),))
    elif said := left_out(health):
        lines.append(((clip(f"{lead}{said}", cells), "warn"),))
    if source.trip.held_s:
        lines.append(((clip(f"{lead}{held_words(source.trip)}", cells), "warn"),))
    if source.gaps:
        newest = source.gaps[-1]
        style = "dim" if newest.mend in (Mend.FILLED, Mend.OVER) else "warn"
        more = f" and {len(source.gaps) - 1} more" if len(source.gaps) > 1 else ""
        lines.append(((clip(f"{lead}{gap_words(newest, view.zone)}{more}", cells), style),))
    return lines


def _strips(view: View, sources: Sequence[SourceFigures], cells: int) -> list[Line]:
    """The last minutes of every source, under each other."""
    room = cells - NAME - 2
    if room < 1:
        return []
    start = at(view.now - timedelta(minutes=room - 1), view.zone, "%H:%M")
    head: Line = ((f" minute by minute since {start}:  ", "dim"),)
    legend: Line = tuple(run for each in LEGEND for run in each)
    fits = width(head) + width(legend) <= cells
    lines = [BLANK, (*head, *legend)] if fits else [BLANK, head, *(((" ", ""), *each) for each in LEGEND)]
    return [*lines, *(((f" {fit(each.topic, NAME)}", ""), *strip(view.now, each, room)) for each in sources)]


def _logins(view: View, sources: Sequence[SourceFigures], cells: int) -> list[Line]:
    found = logins(sources)
    lines: list[Line] = [BLANK] if found else []
    for login, used in found.items():
        style = "warn" if login.is_ending(view.now) else ""
        text = f" login {login_words(login, view.now)} · {', '.join(used)}"
        remedy = f" · {login.remedy}" if style and login.remedy else ""
        lines += wrapped(((text + remedy, style),), cells)
    return lines


def _money(view: View, sheet: Sheet, cells: int) -> list[Line]:
    """The day's cost, where anything costs something."""
    today, day = total(each.today for each in sheet.sources), sum(each.whole_day for each in sheet.sources)
    if not today.usd:
        return []
    ceiling = view.campaign.budget.usd_per_day
    text = f" cost today {spent_words(today)}, the whole day {usd(day)}, {usd(ceiling)} at most"
    return [BLANK, *wrapped(((text, "warn" if day > ceiling else ""),), cells)]


def _lookups(view: View, sheet: Sheet, cells: int) -> list[Line]:
    """The look-ups there are, each with what came of the last one sent."""
    if not sheet.lookups:
        return []
    names = max(cell_width(name) for name in sheet.lookups)
    lines: list[Line] = [BLANK, ((" look-ups", "head"),)]
    for name in sheet.lookups:
        reading = sheet.answers.get(name)
        sign, words, style = ("·", "not asked yet", "dim") if reading is None else _came_to(view, reading)
        row: Line = ((f" {sign} ", style), (fit(name, names), ""), ("  ", ""), (words, style))
        lines.append(_clipped(row, cells))
    return lines


def _came_to(view: View, reading: Reading) -> tuple[str, str, str]:
    when = f"{at(reading.taken_at, view.zone)}, took {took_words(reading.trip)}"
    if isinstance(reading.value, Failure):
        return "✗", f"failed {when} · {reading.value.why}", "alert"
    return "✓", f"answered {when}", "ok"


def _clipped(line: Line, cells: int) -> Line:
    """The line with its last run cut to what room there is, and the cut marked."""
    *first, (text, style) = line
    room = max(cells - sum(cell_width(each) for each, _ in first), 0)
    return (*first, (clip(text, room), style))
