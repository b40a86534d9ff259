"""Charts beside CPU and traffic, and the targets of load balancers, read off the state."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from evtui.domain.metrics import Chart, TargetHealth
from evtui.store.series import Series, minute_of, moment_of
from evtui.store.state import LaunchState


class ChartFigures(Struct, frozen=True):
    """One chart at its newest minute, in its own unit; None where it was never told."""

    chart: Chart
    value: float | None
    minute: datetime | None

    @property
    def crossed(self) -> bool:
        """Whether its value lies where somebody said it must not."""
        if self.value is None:
            return False
        under = self.chart.below is not None and self.value <= self.chart.below
        return under or (self.chart.above is not None and self.value >= self.chart.above)


def charts(state: LaunchState) -> tuple[ChartFigures, ...]:
    """Every chart that its source told of last, in the source's order."""
    if state.charted is None:
        return ()
    return tuple(_figures(chart, state.charts.get(chart.name, Series())) for chart in state.charted[1])


def _figures(chart: Chart, series: Series) -> ChartFigures:
    newest = series.newest
    if newest is None:
        return ChartFigures(chart, None, None)
    return ChartFigures(chart, series.at(newest), moment_of(newest))


def chart_history(state: LaunchState, name: str, start: datetime, end: datetime) -> dict[int, float]:
    """minute -> value, in [start, end); gaps are missing."""
    series = state.charts.get(name)
    return dict(series.between(minute_of(start), minute_of(end))) if series else {}


def targets(state: LaunchState, service: str) -> tuple[TargetHealth, ...]:
    """The target groups of a service that the newest answer about it told of, by name."""
    told = [(at, group) for (name, _), (at, group) in state.targets.items() if name == service]
    newest = max((at for at, _ in told), default=None)
    return tuple(sorted((group for at, group in told if at == newest), key=lambda group: group.group))
