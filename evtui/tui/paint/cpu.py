"""The CPU and traffic pane: one line a service on a fixed scale of 0 to 100, gaps shown as gaps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from evtui.alerts.rules import HOT_PERCENT
from evtui.domain.reading import Topic
from evtui.store.load import (
    CpuFigures,
    cpu_history,
    cpu_now,
    report_window,
    services,
    traffic,
    traffic_history,
)
from evtui.store.series import minute_of
from evtui.text import cell_width, clip, fit
from evtui.tui.format import UNKNOWN, at, change, percent, short_number, spark
from evtui.tui.lines import Line
from evtui.tui.look import Pane
from evtui.tui.view import View

TOPIC = Topic.CPU
"""Whose age stands in the pane's border."""

_LEAD = 28
"""Cells of words before a sparkline."""


def paint(view: View, cells: int, rows: int, pane: Pane = Pane()) -> list[Line]:
    """The body of the pane: services, traffic, time axis, fleet, and single machines where there is room."""
    if rows < 1:
        return []
    names = services(view.state)
    if _is_packed(names, cells, rows):
        return _packed(view, names, cells, rows)
    width = max(cells - _LEAD - 1, 0)
    lines = [_service(view, name, width) for name in names]
    lines.append(_traffic(view, width))
    rest = rows - len(lines)
    if rest >= 2 and width >= 12 and (view.state.cpu or view.state.traffic.newest is not None):
        lines.append(_axis(view, width))
    lines += _fleet(view)
    if rows - len(lines) >= sum(len(cpu_now(view.state, name, view.now).machines) for name in names):
        for name in names:
            lines += _machines(view, name, width)
    return lines[:rows]


def note(view: View, cells: int, rows: int) -> str:
    """Traffic, where there is no row for it."""
    if not _is_packed(services(view.state), cells, rows):
        return ""
    text, _ = _traffic_words(view)
    return text.strip()


def _is_packed(names: tuple[str, ...], cells: int, rows: int) -> bool:
    return rows < len(names) + 1 and cells >= 70 and len(names) > 1


def _span(view: View, width: int) -> tuple[datetime, datetime]:
    end = view.now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return end - timedelta(minutes=width), end


def _points(history: Mapping[int, float], view: View, width: int) -> list[float | None]:
    start, end = _span(view, width)
    return [history.get(minute) for minute in range(minute_of(start), minute_of(end))]


def _words(name: str, cpu: CpuFigures) -> tuple[str, str]:
    seen = f"({cpu.reporting}/{cpu.expected if cpu.expected is not None else '?'})"
    short = cpu.expected is not None and cpu.reporting < cpu.expected
    hot = cpu.max is not None and cpu.max >= HOT_PERCENT
    top = UNKNOWN if cpu.max is None else f"{cpu.max:.0f}{'!' if hot else ''}"
    text = f" {fit(name, 7)} {percent(cpu.mean):>5} {seen} max {top}"
    return text, "alert" if hot else "warn" if short or cpu.mean is None else ""


def _service(view: View, name: str, width: int) -> Line:
    text, style = _words(name, cpu_now(view.state, name, view.now))
    history = cpu_history(view.state, name, *_span(view, width)) if width else {}
    return ((fit(text, _LEAD), style), (spark(_points(history, view, width), 100.0), "graph"))


def _packed(view: View, names: tuple[str, ...], cells: int, rows: int) -> list[Line]:
    """Two services a row, for a pane of one or two rows."""
    each = cells // 2
    lines: list[Line] = []
    for pair in range(0, min(len(names), rows * 2), 2):
        line: Line = ()
        for name in names[pair : pair + 2]:
            text, style = _words(name, cpu_now(view.state, name, view.now))
            text = clip(text, each)
            width = max(each - cell_width(text) - 2, 0)
            history = cpu_history(view.state, name, *_span(view, width)) if width else {}
            line = (*line, (f"{text} ", style), (f"{spark(_points(history, view, width), 100.0)} ", "graph"))
        lines.append(line)
    return lines


def _traffic_words(view: View) -> tuple[str, str]:
    health = view.sources[Topic.TRAFFIC]
    if not health.usable and view.state.traffic.newest is None:
        return f" traffic {UNKNOWN} {health.why}", "dim"
    figures = traffic(view.state, *report_window(view.state, view.now, None))
    mark = "" if health.usable else f" {health.state.upper()}"
    return f" traffic {short_number(figures.newest)}/min {change(figures.change)}{mark}", "" if health.usable else "dim"


def _traffic(view: View, width: int) -> Line:
    text, style = _traffic_words(view)
    if view.state.traffic.newest is None:
        return ((text, style),)
    history = traffic_history(view.state, *_span(view, width)) if width else {}
    top = max(history.values(), default=0.0)
    return ((fit(text, _LEAD), style), (spark(_points(history, view, width), top), "graph"))


def _axis(view: View, width: int) -> Line:
    start, end = _span(view, width)
    marks = [(view.campaign.opens, "open"), (view.campaign.closes, "close")]
    marks += [(promotion.at, promotion.what) for promotion in view.campaign.promotions if promotion.at]
    axis = fit(at(start, view.zone, "%H:%M"), width)
    placed = 6
    for moment, what in sorted(marks, key=lambda mark: mark[0]):
        if not start <= moment < end:
            continue
        column = int((moment - start) / timedelta(minutes=1))
        text = clip(f"┆{what}", width - column)
        if column < placed or not text:
            text = "┆" if column >= placed else ""
        if text and cell_width(axis[:column]) == column:
            axis = axis[:column] + text + " " * max(width - column - cell_width(text), 0)
            placed = column + cell_width(text)
    return ((" " * _LEAD + axis, "dim"),)


def _fleet(view: View) -> list[Line]:
    lines: list[Line] = []
    for name, (_, size) in view.state.fleet.items():
        plan = view.campaign.service(name)
        if plan is None or plan.planned is None:
            continue
        known = size.in_service is not None
        now = f"{size.fixed if size.fixed is not None else '?'}+{size.in_service if known else UNKNOWN}"
        short = size.in_service is not None and size.in_service < (plan.planned_scaled or 0)
        text = f" fleet   {name} {now} in service of {plan.planned_fixed or 0}+{plan.planned_scaled or 0} planned"
        lines.append(((text, "warn" if short else ""),))
    return lines


def _machines(view: View, name: str, width: int) -> list[Line]:
    lines: list[Line] = []
    for machine, value in cpu_now(view.state, name, view.now).machines:
        series = view.state.cpu.get((name, machine))
        start, end = _span(view, width)
        history = dict(series.between(minute_of(start), minute_of(end))) if series else {}
        hot = value is not None and value >= HOT_PERCENT
        text = fit(f"  {fit(machine, 19)} {percent(value):>5}", _LEAD)
        lines.append(((text, "alert" if hot else "dim"), (spark(_points(history, view, width), 100.0), "graph")))
    return lines
