"""The error pane: ELMAH faults grouped, what is new since opening first."""

from __future__ import annotations

from evtui.domain.faults import short_type
from evtui.domain.reading import Topic
from evtui.store.special import FaultFigures
from evtui.text import fit, one_line
from evtui.tui.format import UNKNOWN, hour_or_day
from evtui.tui.lines import Line
from evtui.tui.look import Pane
from evtui.tui.view import View

TOPIC = Topic.ERRORS
"""Whose age stands in the pane's border."""

_ONE_LINE = 90
"""Cells from which the message stands on the fault's own row."""

_WORD = {"new": "NEW", "risen": "MORE", "known": "", "ignored": "ign."}
_STYLE = {"new": "alert", "risen": "warn", "known": "", "ignored": "dim"}


def paint(view: View, cells: int, rows: int, pane: Pane = Pane()) -> list[Line]:
    """The body of the pane: one row a fault, and the newest message below where there is room."""
    if rows < 1:
        return []
    if not view.faults:
        health = view.sources[TOPIC]
        nothing = "no errors in the log" if health.usable else f"errors unknown: {health.why}"
        return [((f" {nothing}", "dim"),)]
    shown = view.faults[:rows]
    explained = rows - len(shown)  # room to spare goes to the messages of the first, which are the special ones
    lines: list[Line] = []
    for index, figures in enumerate(shown):
        lines.append(_row(view, figures, cells))
        if index < explained and cells < _ONE_LINE:
            lines.append(((f"      {one_line(figures.fault.newest.message)}", "dim"),))
    return lines


def note(view: View, rows: int) -> str:
    """How many kinds there are that do not fit."""
    hidden = len(view.faults) - rows
    return f"+{hidden} kinds" if hidden > 0 else ""


def _row(view: View, figures: FaultFigures, cells: int) -> Line:
    fault = figures.fault
    count = figures.since_open if figures.special else figures.count
    first, last = (hour_or_day(entry.at, view.zone, view.now) for entry in (fault.first, fault.newest))
    seen = f"{first}–{last}"
    app = fault.key.application.rsplit(".", 1)[-1] or UNKNOWN
    name = short_type(fault.key.type) or UNKNOWN
    if fault.newest.status_code:
        name += f" {fault.newest.status_code}"
    if cells >= _ONE_LINE:
        name += f"  {one_line(fault.newest.message)}"
    room = cells - 5 - 7 - 13
    style = _STYLE[figures.status]
    return (
        (f" {_WORD[figures.status]:<4}", style),
        (f"{f'×{count:,}':>6} {fit(f'{fit(app, min(9, room // 3))} {name}', room)}", "dim" if style == "dim" else ""),
        (f"{seen:>12} ", "dim"),
    )
