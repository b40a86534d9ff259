"""Rows of further charts and the words about targets in the CPU pane."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from evtui.config.load import example_path, load
from evtui.domain.metrics import Chart, ChartPoint, FleetSize, TargetHealth
from evtui.domain.reading import (
    ChartPoints,
    Coverage,
    Failure,
    FailureKind,
    FleetSizes,
    Reading,
    TargetHealths,
    Topic,
    TrafficPoints,
    Value,
)
from evtui.store.reduce import reduce
from evtui.store.state import LaunchState, SourceSpec
from evtui.tui.layout import LEAST_ERRORS, arrange
from evtui.tui.lines import plain
from evtui.tui.look import Pane
from evtui.tui.paint import charts
from evtui.tui.paint.cpu import paint
from evtui.tui.view import view

CAMPAIGN = load(example_path()).campaign
NOW = datetime(2024, 1, 25, 3, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SPECS = {topic: SourceSpec(topic, "table", MINUTE, 3 * MINUTE) for topic in Topic}


def painted(*told: tuple[Topic, Value | Failure], rows: int = 12, cells: int = 80, zoomed: bool = False) -> list[str]:
    """The pane's rows after these readings."""
    state = LaunchState(CAMPAIGN, SPECS)
    for topic, value in told:
        state = reduce(state, Reading("table", topic, NOW, value, None if isinstance(value, Failure) else NOW))
    return [plain(line) for line in paint(view(state, NOW, ""), cells, rows, Pane(zoomed=zoomed))[0]]


def points(chart: Chart, *values: float) -> ChartPoints:
    """One value a minute, the last one a minute ago."""
    first = NOW - len(values) * MINUTE
    return ChartPoints(
        tuple(ChartPoint(chart.name, first + number * MINUTE, value) for number, value in enumerate(values)), (chart,)
    )


@pytest.mark.parametrize(
    ("chart", "values", "words"),
    [
        (Chart("payment success", "%", below=90), (98.1, 97.25), "payment success     97.2 %"),
        (Chart("checkout p95", "ms", above=3000), (410, 3000), "checkout p95      3.0k ms!"),
        (Chart("queue"), (0, 0), "queue                    0"),
        (Chart("付款成功率很長的名稱一二三四", "%"), (99.0, 98.0), "付款成功率很長…"),
    ],
)
def test_a_chart_has_a_row_with_its_newest_value(chart: Chart, values: tuple[float, ...], words: str) -> None:
    rows = painted((Topic.CHARTS, points(chart, *values)))
    assert any(words in row for row in rows), rows


def test_a_dip_is_seen_although_the_value_is_high() -> None:
    chart = Chart("payment success", "%", below=90)
    row = next(row for row in painted((Topic.CHARTS, points(chart, 99, 99, 91, 99))) if "payment" in row)
    assert row.rstrip()[-4:].count("█") == 3
    assert "▁" in row


def test_a_gap_stays_a_gap() -> None:
    chart = Chart("queue")
    told = points(chart, 5, 5, 5)
    holed = ChartPoints((told.points[0], told.points[2]), told.charts)
    row = next(row for row in painted((Topic.CHARTS, holed)) if "queue" in row)
    assert "█ █" in row


def test_what_is_beyond_its_limit_comes_first_where_room_is_short() -> None:
    calm, wrong = Chart("calm"), Chart("wrong", above=1)
    both = ChartPoints((*points(calm, 1).points, *points(wrong, 2).points), (calm, wrong))
    rows = painted((Topic.CHARTS, both), rows=4)
    assert any("wrong" in row for row in rows)
    assert not any("calm" in row for row in rows)


def test_a_source_of_charts_that_never_told_is_not_silent() -> None:
    assert any("charts -- no answer yet" in row for row in painted())
    rows = painted((Topic.CHARTS, Failure(FailureKind.DOWN, "connection refused")))
    assert any("charts -- connection refused" in row for row in rows)


def test_what_was_never_told_says_why() -> None:
    both = ChartPoints(points(Chart("calm"), 1).points, (Chart("calm"), Chart("queue"), Chart("other")))
    note = "queue: the query finds no series; other: 2 series where one is expected"
    state = LaunchState(CAMPAIGN, SPECS)
    said = Reading("table", Topic.CHARTS, NOW, both, NOW, Coverage(1, 3, note))
    rows = [plain(line) for line in paint(view(reduce(state, said), NOW, ""), 80, 12)[0]]
    (row,) = (row for row in rows if row.startswith(" queue"))
    assert row.split() == ["queue", "--", *["queue:", "the", "query", "finds", "no", "series"]]
    assert any("-- no value was told yet" in " ".join(row.split()) for row in painted((Topic.CHARTS, both)))


def test_traffic_that_was_never_told_says_why() -> None:
    nothing, note = TrafficPoints(()), "app/scm/1 told nothing yet"
    said = Reading("table", Topic.TRAFFIC, NOW, nothing, NOW, Coverage(0, 1, note))
    rows = [plain(line) for line in paint(view(reduce(LaunchState(CAMPAIGN, SPECS), said), NOW, ""), 80, 12)[0]]
    assert f" traffic -- {note}" in rows
    assert " traffic -- no minute of it was told yet" in painted((Topic.TRAFFIC, nothing))


def test_targets_stand_beside_the_machines() -> None:
    name = CAMPAIGN.services[1].name
    size = FleetSize(name, 1, 4, 2, (("Pending", 1), ("Terminating:Wait", 1)))
    ill = TargetHealths((TargetHealth(name, "g", 1, 3, (("unhealthy", 2),)),))
    rows = painted((Topic.CAPACITY, FleetSizes((size,))), (Topic.TARGETS, ill), cells=120)
    words = f"fleet   {name} 1+2 of 1+3 planned, 4 desired (1 Pending, 1 Terminating:Wait) · targets 1/3!"
    assert any(words in row for row in rows), rows
    told = reduce(LaunchState(CAMPAIGN, SPECS), Reading("table", Topic.TARGETS, NOW, ill, NOW))
    assert charts.in_service(view(told, NOW, ""), name) == "targets 1/3!"
    assert charts.in_service(view(told, NOW, ""), "another") == ""
    alone = painted((Topic.TARGETS, ill))
    assert any(f"fleet   {name} targets 1/3!" in row for row in alone), alone


@pytest.mark.parametrize("count", [0, 1, 3, 40])
@pytest.mark.parametrize("height", [24, 30, 36, 50, 80])
def test_charts_leave_room_for_errors(count: int, height: int) -> None:
    boxes = arrange(120, height, 3, 2, charts=count).boxes
    without = arrange(120, height, 3, 2).boxes
    assert boxes["errors"].height >= min(without["errors"].height, LEAST_ERRORS + 2)
    assert boxes["cpu"].height - without["cpu"].height <= count
    assert boxes["cpu"].y + boxes["cpu"].height == boxes["errors"].y
