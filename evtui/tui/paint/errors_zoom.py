"""A fault with everything that is known of it, on as many lines as that takes: what the zoomed error pane shows."""

from __future__ import annotations

from datetime import timedelta

from evtui.store.series import minute_of
from evtui.store.special import FaultFigures
from evtui.text import one_line
from evtui.tui.ambiguous import cell_width
from evtui.tui.format import UNKNOWN, at
from evtui.tui.lines import Line, Run, folded
from evtui.tui.view import View

NARROWEST = 72
"""Cells that the columns of figures take: with fewer the pane stays as it is when it is small."""

MESSAGE_LINES = 6
"""Lines a message may take, so that one of a thousand characters leaves room for the other faults."""

_WIDE = 150
"""Cells from which type, application and host stand behind the figures."""

_INDENT = 6
_HOUR = 60


def head(view: View, cells: int) -> Line:
    """What the columns of figures mean."""
    before = f"{view.campaign.errors.baseline / timedelta(hours=1):g}h before"
    figures = f"{'':5}{'since open':>11}{before:>12}{'last hour':>11}  {'first':<13}{'newest':<13}code"
    return ((figures + ("  application, host, type" if cells >= _WIDE else ""), "dim"),)


def block(view: View, figures: FaultFigures, first: Run, cells: int, reach: int) -> list[Line]:
    """The lines of one fault: its figures, whose it is, and the newest message on at most `reach` lines."""
    fault, end = figures.fault, minute_of(view.now) + 1
    hour = fault.counts.between(end - _HOUR, end)
    counts = f"{figures.since_open:>11,}{figures.baseline:>12,}{hour:>11,}"
    times = f"  {at(fault.first.at, view.zone, _DAY_AND_TIME):<13}{at(fault.newest.at, view.zone, _DAY_AND_TIME):<13}"
    code = fault.newest.status_code
    row: Line = (first, (f"{counts}{times}{code if code is not None else UNKNOWN:>4}", ""))
    name: Line = (
        (f"{fault.key.application or UNKNOWN} on {fault.newest.host or UNKNOWN} · {fault.key.type or UNKNOWN}", ""),
    )
    message: Line = ((one_line(fault.newest.message) or "(no message)", "dim"),)
    if cells >= _WIDE:
        return [(*row, ("  ", ""), *name), *_indented(message, cells, reach)]
    return [row, *_indented(name, cells, 2), *_indented(message, cells, reach)]


_DAY_AND_TIME = "%m-%d %H:%M"


def _indented(line: Line, cells: int, most: int) -> list[Line]:
    """`line` folded behind the indent on `most` lines at the most; that there is more is marked."""
    room = cells - _INDENT - 1
    lines = folded(line, room)
    if len(lines) > most:
        last, style = lines[most - 1][0]
        while cell_width(last) > room - 1:
            last = last[:-1]
        lines = [*lines[: most - 1], ((f"{last}…", style),)]
    return [((" " * _INDENT, ""), *each) for each in lines]
