"""The error pane: ELMAH faults grouped, what is new since opening first."""

from __future__ import annotations

from evtui.domain.faults import short_type
from evtui.domain.reading import Topic
from evtui.store.special import FaultFigures
from evtui.text import fit, one_line
from evtui.tui.format import at, when
from evtui.tui.lines import Line
from evtui.tui.view import View

TOPIC = Topic.ERRORS
"""Whose age stands in the pane's border."""

_WORD = {"new": "NEW", "risen": "MORE", "known": "", "ignored": ""}
_STYLE = {"new": "alert", "risen": "warn", "known": "", "ignored": "dim"}


def paint(view: View, cells: int, rows: int) -> list[Line]:
    """The body of the pane: one row a fault, two where there is room for the newest message."""
    if rows < 1:
        return []
    if not view.faults:
        health = view.sources[TOPIC]
        nothing = "no errors in the log" if health.usable else f"errors unknown: {health.why}"
        return [((f" {nothing}", "dim"),)]
    detailed = rows >= 2 * len(view.faults) and cells >= 50
    lines: list[Line] = []
    for figures in view.faults:
        lines.append(_row(view, figures, cells))
        if detailed:
            lines.append(((f"      {one_line(figures.fault.newest.message)}", "dim"),))
    if len(lines) > rows:
        hidden = len(lines) - rows + 1
        lines = [*lines[: rows - 1], ((f"      … and {hidden} more kinds", "dim"),)]
    return lines


def _row(view: View, figures: FaultFigures, cells: int) -> Line:
    fault = figures.fault
    count = figures.since_open if figures.special else figures.count
    first, last = fault.first.at, fault.newest.at
    if figures.special:
        seen = f"{when(first, view.zone, view.now)}–{at(last, view.zone, '%H:%M')}"
    else:
        seen = f"{figures.status} {when(last, view.zone, view.now)}"
    app = fault.key.application.rsplit(".", 1)[-1] or "--"
    name = short_type(fault.key.type) or "--"
    if fault.newest.status_code:
        name += f" {fault.newest.status_code}"
    room = cells - 1 - 5 - 7 - 1 - len(seen) - 1
    app_cells = min(10, room // 3)
    text = f"{_WORD[figures.status]:<5}"
    subject = (
        fit(f"{fit(app, app_cells)} {name}", room)
        if cells < 90
        else fit(f"{fit(app, app_cells)} {name}  {one_line(fault.newest.message)}", room)
    )
    style = _STYLE[figures.status]
    return (
        (f" {text}", style),
        (f"{f'×{count:,}':>6} ", ""),
        (subject, "" if style == "warn" else style if style == "dim" else ""),
        (f" {seen}", "dim"),
    )
