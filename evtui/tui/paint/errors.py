"""The error pane: ELMAH faults grouped, what is new since opening first."""

from __future__ import annotations

from collections.abc import Sequence

from evtui.domain.faults import FaultKey, short_type
from evtui.domain.reading import Topic
from evtui.store.special import FaultFigures
from evtui.text import one_line
from evtui.tui.ambiguous import cell_width, fit
from evtui.tui.format import UNKNOWN, hour_or_day
from evtui.tui.lines import Line
from evtui.tui.look import Pane
from evtui.tui.paint import errors_zoom
from evtui.tui.paint.rows import in_sight, ordered_by, place, said
from evtui.tui.view import View

TOPIC = Topic.ERRORS
"""Whose age stands in the pane's border."""

SORTS = ("special", "newest", "most", "application")
"""The orders its rows can stand in; the first is the usual one: special faults first, then the newest."""

_ONE_LINE = 90
"""Cells from which the message stands on the fault's own row."""

_WORD = {"new": "NEW", "risen": "MORE", "known": "", "ignored": "ign."}
_STYLE = {"new": "alert", "risen": "warn", "known": "", "ignored": "dim"}


def fault_row(key: FaultKey) -> str:
    """What names the row of a fault, from one moment to the next."""
    return f"{key.application}\0{key.type}\0{key.shape}"  # cleaned text holds no NUL


def keys(view: View, pane: Pane) -> tuple[str, ...]:
    """What names each row, in the order shown."""
    return tuple(fault_row(figures.fault.key) for figures in _sorted(view, pane))


def paint(view: View, cells: int, rows: int, pane: Pane = Pane()) -> list[Line]:
    """The body of the pane: one row a fault, and the newest message below where there is room; zoomed, all of each."""
    if rows < 1:
        return []
    if not view.faults:
        health = view.sources[TOPIC]
        nothing = "no errors in the log" if health.usable else f"errors unknown: {health.why}"
        return [((f" {nothing}", "dim"),)]
    head = [errors_zoom.head(view, cells)] if _is_zoomed(cells, rows, pane) else []
    return [*head, *_rows(view, cells, rows, pane)[0]]


def note(view: View, cells: int, rows: int, pane: Pane = Pane()) -> str:
    """How many kinds there are that do not fit, and their order where it is not the usual one."""
    shown = _rows(view, cells, rows, pane)[1] if _is_zoomed(cells, rows, pane) else rows
    hidden = len(view.faults) - shown
    parts = [f"+{hidden} kinds" if hidden > 0 else "", ordered_by(pane, SORTS[0])]
    return said(parts, view.sources[TOPIC], cells)


def _is_zoomed(cells: int, rows: int, pane: Pane) -> bool:
    return pane.zoomed and cells >= errors_zoom.NARROWEST and rows >= 4


def _rows(view: View, cells: int, rows: int, pane: Pane) -> tuple[list[Line], int]:
    """The lines of the faults in sight, and how many faults that is."""
    faults = _sorted(view, pane)
    chosen = place([fault_row(figures.fault.key) for figures in faults], pane) if pane.selected else -1
    spare = rows - len(faults)  # goes to the messages of the first, which are the special ones

    def zoomed(index: int) -> list[Line]:
        figures = faults[index]
        first = (f" {_WORD[figures.status]:<4}", _STYLE[figures.status])
        reach = rows if index == chosen else errors_zoom.MESSAGE_LINES
        return errors_zoom.block(view, figures, first, cells, reach)

    def brief(index: int) -> list[Line]:
        return _brief(view, faults[index], cells, explained=index < spare)

    if _is_zoomed(cells, rows, pane):
        return in_sight(len(faults), zoomed, rows - 1, chosen)
    return in_sight(len(faults), brief, max(rows, 0), chosen)


def _sorted(view: View, pane: Pane) -> Sequence[FaultFigures]:
    """The view has them special first; what is equal stays in that order."""
    match pane.sort:
        case "newest":
            return sorted(view.faults, key=lambda figures: figures.fault.newest.at, reverse=True)
        case "most":
            return sorted(view.faults, key=_count, reverse=True)
        case "application":
            return sorted(view.faults, key=lambda figures: _application(figures).casefold())
        case _:
            return view.faults


def _count(figures: FaultFigures) -> int:
    return figures.since_open if figures.special else figures.count


def _application(figures: FaultFigures) -> str:
    return figures.fault.key.application.rsplit(".", 1)[-1] or UNKNOWN


def _brief(view: View, figures: FaultFigures, cells: int, *, explained: bool) -> list[Line]:
    """The fault's row; `explained`, with its message below if that has no room on the row."""
    fault = figures.fault
    first, last = (hour_or_day(entry.at, view.zone, view.now) for entry in (fault.first, fault.newest))
    seen = f"{first}–{last}"
    name = short_type(fault.key.type) or UNKNOWN
    if fault.newest.status_code:
        name += f" {fault.newest.status_code}"
    room = cells - 5 - 7 - 13
    app = fit(_application(figures), min(9, room // 3))
    message = one_line(fault.newest.message)
    told = f"{app} {name}  {message}"
    below = explained and (cells < _ONE_LINE or cell_width(told) > room)
    if cells < _ONE_LINE or below:
        told = f"{app} {name}"
    style = _STYLE[figures.status]
    row: Line = (
        (f" {_WORD[figures.status]:<4}", style),
        (f"{f'×{_count(figures):,}':>6} {fit(told, room)}", "dim" if style == "dim" else ""),
        (f"{seen:>12} ", "dim"),
    )
    return [row, ((f"      {message}", "dim"),)] if below else [row]
