"""The CPU and traffic pane: one line a service on a fixed scale of 0 to 100, gaps shown as gaps."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from evtui.alerts.rules import HOT_PERCENT
from evtui.domain.reading import Topic
from evtui.store.load import CpuFigures, cpu_history, cpu_now, services
from evtui.tui.ambiguous import cell_width, clip, fit
from evtui.tui.format import UNKNOWN, at, percent
from evtui.tui.layout import GRAPH_ROWS
from evtui.tui.lines import Line
from evtui.tui.look import Pane
from evtui.tui.paint import charts, load_words
from evtui.tui.paint.timeline import Happening, Timeline, beside, happenings, labels, picture, timeline
from evtui.tui.view import View

TOPIC = Topic.CPU
"""Whose age stands in the pane's border."""

_LEAD = 28
"""Cells of words before a graph."""

_NAME = 7
"""Cells of a service's name in it."""

_BROAD_LEAD = 43
"""The same where there is room for the least and the most of each machine."""

_BROAD = 110
"""Cells from which there is."""

_LABEL_ROWS = 3
"""Rows that the axis may take where there is room: labels that would hide each other stand below each other."""


class _Shape(Struct, frozen=True):
    """What there is room for."""

    lead: int
    line: Timeline
    height: int
    """Rows of each graph of a service and of the traffic."""
    machines: int
    """How many single machines are shown, those in trouble first."""
    hidden: int
    """How many are not, though they should be."""
    charts: int
    """How many further charts have a row."""
    axis: tuple[str, ...]
    """What stands under the graphs; none where there is no room or nothing to stand under."""
    told: tuple[Happening, ...]
    """What stands below in full."""


def paint(view: View, cells: int, rows: int, pane: Pane = Pane()) -> tuple[list[Line], str]:
    """The body of the pane: services and traffic with their graphs, the time axis, the fleet, and single machines and
    higher graphs where there is room.

    And the note in its border: traffic, where there is no row for it; machines out of sight where they should be seen.
    """
    names = services(view.state)
    if _is_packed(names, cells, rows, pane):
        note = load_words.traffic(view)[0][0].strip() if 2 * rows <= len(names) + 1 else ""
        return _packed(view, names, cells, rows), note
    figures = [cpu_now(view.state, name, view.now) for name in names]
    shape = _shape(view, figures, cells, rows, pane)
    chosen = _machines_shown(figures, shape.machines)
    lines: list[Line] = []
    for each in figures:
        lines += _service(view, each, shape, zoomed=pane.zoomed)
        lines += [_machine(view, each, name, shape) for name, _ in each.machines if (each.service, name) in chosen]
    lines += _traffic(view, shape, zoomed=pane.zoomed)
    lines += charts.rows(view, shape.line, shape.lead, shape.charts)
    lines += _axis(view, shape)
    lines += load_words.fleet(view)
    lines += [load_words.happening(view, each) for each in shape.told]
    return lines[: max(rows, 0)], f"+{shape.hidden} machines" if shape.hidden else ""


def _shape(view: View, figures: list[CpuFigures], cells: int, rows: int, pane: Pane) -> _Shape:
    lead = _BROAD_LEAD if cells >= _BROAD else _LEAD
    width = max(cells - lead - 1, 0)
    graphs = len(figures) + 1
    spare = rows - graphs
    anything = bool(view.state.cpu) or view.state.traffic.newest is not None
    line = timeline(view, width)
    axis = tuple(labels(view, line, _LABEL_ROWS)) or ("",)
    base = 1 if spare >= 1 and width >= 12 and anything else 0
    spare -= base + len(load_words.fleet(view))
    further = min(charts.count(view), max(spare, 0))
    spare -= further
    singles = sum(len(each.machines) for each in figures)
    shown = singles if spare >= singles else max(spare, 0) if pane.zoomed else 0
    spare -= shown
    height = 1
    if spare >= graphs:
        height, spare = 2, spare - graphs
    axis = axis[: base + max(spare, 0)] if base else ()
    spare -= len(axis) - base
    told: tuple[Happening, ...] = ()
    if pane.zoomed and spare > 0:
        told = tuple(sorted(happenings(view), key=lambda each: (each.at > view.now, abs(each.at - view.now))))[:spare]
        spare -= len(told)
    while height < GRAPH_ROWS and spare >= graphs:
        height, spare = height + 1, spare - graphs
    hidden = singles - shown if pane.zoomed else 0
    return _Shape(lead, line, height, shown, hidden, further, axis, told)


def _machines_shown(figures: list[CpuFigures], count: int) -> set[tuple[str, str]]:
    """(service, machine) of the machines there is room for, those that are silent or hot first."""
    singles = [(each.service, name, value) for each in figures for name, value in each.machines]
    singles.sort(key=lambda machine: 0 if machine[2] is None else 2 - _is_hot(machine[2]))
    return {(service, name) for service, name, _ in singles[:count]}


def _is_packed(names: tuple[str, ...], cells: int, rows: int, pane: Pane) -> bool:
    return not pane.zoomed and rows < len(names) + 1 and cells >= 70 and len(names) > 1


def _style(cpu: CpuFigures) -> str:
    short = cpu.expected is not None and cpu.reporting < cpu.expected
    return "alert" if _is_hot(cpu.max) else "warn" if short or cpu.mean is None else ""


def _is_hot(value: float | None) -> bool:
    return value is not None and value >= HOT_PERCENT


def _words(cpu: CpuFigures, lead: int = _LEAD) -> str:
    seen = f"({cpu.reporting}/{cpu.expected if cpu.expected is not None else '?'})"
    top = UNKNOWN if cpu.max is None else f"{cpu.max:.0f}{'!' if _is_hot(cpu.max) else ''}"
    return f" {fit(cpu.service, _NAME + lead - _LEAD)} {percent(cpu.mean):>5} {seen} max {top}"


def _history(view: View, name: str, line: Timeline) -> dict[int, float]:
    return cpu_history(view.state, name, *line.bounds) if line.cells else {}


def _service(view: View, cpu: CpuFigures, shape: _Shape, *, zoomed: bool) -> list[Line]:
    more = load_words.service(view, cpu, whole=zoomed and shape.height > 2)
    words = [_words(cpu, shape.lead), *more]
    if zoomed and shape.height == 1:
        words = [f"{_words(cpu, shape.lead)} {more[0].strip()}"]
    else:
        words[0] = fit(words[0], shape.lead)
    return _graph(view, words, _style(cpu), shape, _history(view, cpu.service, shape.line), 100.0)


def _graph(
    view: View, words: list[str], style: str, shape: _Shape, history: Mapping[int, float], top: float
) -> list[Line]:
    """A graph of the shape's height with words at its left, as many as it has rows."""
    rows = picture(view, shape.line, history, top, shape.height)
    words = words[: shape.height] + [""] * (shape.height - len(words))
    styles = [style] + ["dim"] * (shape.height - 1)
    return [beside(text, each, shape.lead, row) for text, each, row in zip(words, styles, rows, strict=True)]


def _machine(view: View, cpu: CpuFigures, name: str, shape: _Shape) -> Line:
    value = dict(cpu.machines)[name]
    series = view.state.cpu.get((cpu.service, name))
    history = dict(series.between(shape.line.start, shape.line.end)) if series else {}
    text = f"  {fit(name, 19)} {percent(value):>5}"
    graph = picture(view, shape.line, history, 100.0)[0]
    if value is None:
        return _silent(text, load_words.silence(view, cpu, name), shape.lead, graph)
    if shape.lead == _BROAD_LEAD and history:
        text += f" min {min(history.values()):2.0f} max {max(history.values()):2.0f}"
    return beside(text, "alert" if _is_hot(value) else "dim", shape.lead, graph)


def _silent(text: str, since: str, lead: int, graph: str) -> Line:
    """A machine that does not report: since when stands where it should have, else over the oldest minutes."""
    reported = graph.rstrip()
    if len(graph) - len(reported) > cell_width(since):
        return (*beside(text, "warn", lead, reported), (f" {since}", "warn"))
    return beside(f"{text} {since}", "warn", lead, graph)


def _packed(view: View, names: tuple[str, ...], cells: int, rows: int) -> list[Line]:
    """Two services a row, for a pane of a few rows, and the traffic if there is one left."""
    each = cells // 2
    lines: list[Line] = []
    for pair in range(0, min(len(names), rows * 2), 2):
        line: Line = ()
        for name in names[pair : pair + 2]:
            cpu = cpu_now(view.state, name, view.now)
            text = clip(_words(cpu), each)
            reach = timeline(view, max(each - cell_width(text) - 2, 0))
            history = _history(view, name, reach)
            graph = picture(view, reach, history, 100.0)[0]
            line = (*line, (f"{text} ", _style(cpu)), (f"{graph} ", "graph"))
        lines.append(line)
    if len(lines) < rows:
        reach = timeline(view, max(cells - _LEAD - 1, 0))
        words, style, history, top = load_words.traffic_told(view, reach)
        lines.append(beside(words[0], style, _LEAD, picture(view, reach, history, top)[0]))
    return lines


def _traffic(view: View, shape: _Shape, *, zoomed: bool) -> list[Line]:
    words, style, history, top = load_words.traffic_told(view, shape.line)
    if not history and view.state.traffic.newest is None:
        return [((words[0], style),)]
    if zoomed and shape.height == 1:
        words = [f"{words[0]} {words[1].strip()}"]
    return _graph(view, words, style, shape, history, top)


def _axis(view: View, shape: _Shape) -> list[Line]:
    scale = f" 0–100 %, {shape.line.minutes} min/cell"
    start = at(shape.line.bounds[0], view.zone, "%H:%M ")
    words = [scale + start.rjust(shape.lead - cell_width(scale)), *[" " * shape.lead] * (len(shape.axis) - 1)]
    return [((lead + row, "dim"),) for lead, row in zip(words, shape.axis, strict=False)]
