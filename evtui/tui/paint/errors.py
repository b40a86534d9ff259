"""The error pane: ELMAH faults grouped, what is new since opening first."""

from __future__ import annotations

from evtui.domain.faults import short_type
from evtui.domain.reading import Topic
from evtui.store.special import FaultFigures
from evtui.text import fit, one_line
from evtui.tui.format import UNKNOWN, hour_or_day
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
    last = hour_or_day(fault.newest.at, view.zone, view.now)
    if figures.special:
        seen = f"{hour_or_day(fault.first.at, view.zone, view.now)}–{last}"
    else:
        seen = f"{figures.status} {last}"
    app = fault.key.application.rsplit(".", 1)[-1] or UNKNOWN
    name = short_type(fault.key.type) or UNKNOWN
    if fault.newest.status_code:
        name += f" {fault.newest.status_code}"
    if cells >= 90:
        name += f"  {one_line(fault.newest.message)}"
    room = cells - 5 - 7 - 14
    style = _STYLE[figures.status]
    return (
        (f" {_WORD[figures.status]:<4}", style),
        (f"{f'×{count:,}':>6} {fit(f'{fit(app, min(9, room // 3))} {name}', room)}", "dim" if style == "dim" else ""),
        (f"{seen:>13} ", "dim"),
    )
