"""Any metric of CloudWatch as a chart beside CPU and traffic: a queue's depth, a latency, a payment's success."""

from __future__ import annotations

from collections.abc import Sequence

from evtui.domain.metrics import Chart, ChartPoint
from evtui.domain.reading import Answer, ChartPoints, Coverage, FailureKind
from evtui.providers._batches import few
from evtui.providers.base import SourceError
from evtui.providers.cloudwatch_ask import Metric, Round, fetch
from evtui.providers.cloudwatch_round import (
    Asker,
    Cursor,
    answer,
    begin,
    failing,
    merge,
    newest_of,
    refused,
    remarks,
    wanted,
    where,
)
from evtui.providers.cloudwatch_settings import ChartSettings
from evtui.providers.cloudwatch_spans import KEPT, moment_of, plan
from evtui.redact import admit

DOUBT = "quiet, or namespace, metric, dimensions or region are others (sources.charts.series)"
"""What a chart without values may be: CloudWatch says the same of a quiet metric and of one there is not."""

GROWS = 1
"""Newest minutes that are left out: sums and maxima of the last minute still change while it is being reported."""


async def poll_charts(asker: Asker, series: Sequence[ChartSettings], before: Cursor | None, now: int) -> Answer:
    """Every chart up to the minute `now`; minutes without a sample stay gaps.

    Raises:
        SourceError: no chart is configured, or nothing was told.
    """
    if not series:
        raise SourceError(FailureKind.DATA, "no chart is configured", "add [[sources.charts.series]]")
    cursor, now = before or Cursor(), now - GROWS
    trip = Round([], [])
    spans = wanted(asker.campaign, now)
    charts = {each.name: _chart(each) for each in series}
    start = begin(cursor, tuple(charts))
    asks, more = plan(start, spans, now, first=before is None, revised=True)
    metrics = {
        each.name: Metric(each.namespace, each.metric, tuple(sorted(each.dimensions.items())), each.stat)
        for each in series
    }
    await fetch(asker.aws, metrics, asks, asker.price, trip)
    words = refused(trip, "charts") + trip.notes
    merged = merge(start, trip.heard, spans, now)
    points = tuple(
        ChartPoint(charts[key].name, moment_of(minute), value)
        for key, values in merged.fresh.items()
        for minute, value in sorted(values.items())
    )
    moved = Cursor(merged.series, newest_of(cursor, merged.fresh))
    silent = [key for key, progress in merged.series.items() if not progress.held]
    unsaid = [charts[key].name for key in silent if key not in failing(trip)]
    if unsaid:
        words.append(f"no value of {few(unsaid)} in {KEPT} minutes{where(trip)}: {DOUBT}")
    coverage = Coverage(len(charts) - len(silent), len(charts), remarks(words), more)
    return answer(ChartPoints(points, tuple(charts.values())), trip, moved, coverage)


def _chart(series: ChartSettings) -> Chart:
    return Chart(admit(series.name, 80), admit(series.unit, 20), series.below, series.above)
