"""Further charts beside CPU and traffic, one row each, and what load balancers say of their targets."""

from __future__ import annotations

from collections.abc import Mapping

from evtui.domain.metrics import Chart
from evtui.domain.reading import Topic
from evtui.report.words import word
from evtui.store.charts import ChartFigures, chart_history, charts, targets
from evtui.tui.ambiguous import cell_width, fit
from evtui.tui.format import UNKNOWN, short_number
from evtui.tui.lines import Line
from evtui.tui.paint.timeline import Timeline, beside, picture
from evtui.tui.view import View

_VALUE = 9
"""Cells of a chart's newest value with its unit."""


def count(view: View) -> int:
    """How many rows the charts want: one each, or one that says why there is none."""
    return len(charts(view.state)) or int(Topic.CHARTS in view.state.specs)


def rows(view: View, line: Timeline, lead: int, most: int) -> list[Line]:
    """The first charts, as many as `most`, those beyond their limits before others."""
    told = charts(view.state)
    if not told and count(view):
        words: Line = ((f" charts {UNKNOWN} {view.sources[Topic.CHARTS].why}", "dim"),)
        return [words][:most]
    return [_row(view, each, line, lead) for each in sorted(told, key=lambda each: not each.crossed)[:most]]


def _row(view: View, each: ChartFigures, line: Timeline, lead: int) -> Line:
    history = chart_history(view.state, each.chart.name, *line.bounds) if line.cells else {}
    value = f"{_value(each)}{'!' if each.crossed else ''}"
    cells = max(_VALUE, cell_width(value))
    text = f" {fit(each.chart.name, max(lead - 3 - cells, 4))} {' ' * (cells - cell_width(value))}{value}"
    usable = view.sources[Topic.CHARTS].usable
    style = "dim" if not usable else "alert" if each.crossed else ""
    if each.value is None:
        return ((text, style), (f"  {_silence(view, each.chart.name)}", "dim"))
    if not history:
        return ((text, style),)
    floor = _floor(each.chart, history)
    above = {minute: value - floor for minute, value in history.items()}
    return beside(text, style, lead, picture(view, line, above, max(above.values()))[0])


def _silence(view: View, name: str) -> str:
    """Why nothing was told of a chart: what its source says of this one, else of any."""
    health = view.sources[Topic.CHARTS]
    said = word(health.coverage.note)
    about = "; ".join(part for part in said.split("; ") if name in part)
    return health.why or about or said or "no value was told yet"


def _floor(chart: Chart, history: Mapping[int, float]) -> float:
    """What the lowest mark stands for: the limit below which it is a problem, so that one sees how near it is."""
    least = min(history.values())
    if chart.below is not None:
        return min(chart.below, least)
    return min(least, 0.0)


def _value(each: ChartFigures) -> str:
    if each.value is None:
        return UNKNOWN
    number = f"{each.value:.1f}" if abs(each.value) < 100 and each.value % 1 else short_number(each.value)
    return f"{number} {each.chart.unit}".rstrip()


def in_service(view: View, service: str) -> str:
    """`targets 3/4`, over all target groups of a service; empty where nobody told of any."""
    groups = targets(view.state, service)
    if not groups:
        return ""
    ill = sum(group.total - group.healthy for group in groups)
    return (
        f"targets {sum(group.healthy for group in groups)}/{sum(group.total for group in groups)}{'!' if ill else ''}"
    )
