"""Charts and targets of the simulated shop: whole minutes, each once, and the same story as the machines'."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from simulated_launch import OPENS, Launch, at

from evtui.domain.reading import ChartPoints, TargetHealths, Topic
from evtui.providers.simulated.charts import CHARTS, CHECKOUT, PAYMENTS, QUEUE
from evtui.providers.simulated.scenario import SCENARIOS


def told(launch: Launch) -> ChartPoints:
    """All that the charts' source tells at once and in its second part."""
    first, second = launch.told(Topic.CHARTS)
    assert isinstance(first.value, ChartPoints)
    assert isinstance(second.value, ChartPoints)
    return ChartPoints((*second.value.points, *first.value.points), first.value.charts)


def test_every_chart_has_every_minute_once_up_to_the_newest_complete_one() -> None:
    launch = Launch("calm", at(10, 30, 59))
    points = told(launch).points
    assert told(launch).charts == CHARTS
    for chart in CHARTS:
        minutes = sorted(point.minute for point in points if point.chart == chart.name)
        assert minutes[0] == launch.campaign.history_start(launch.clock.now())
        assert minutes[-1] == at(10, 28)
        assert len(minutes) == len(set(minutes)) == (minutes[-1] - minutes[0]) / timedelta(minutes=1) + 1


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_values_are_possible_and_a_launch_stays_within_the_limits(scenario: str) -> None:
    for point in told(Launch(scenario, at(11, 35))).points:
        assert point.value >= 0
        if point.chart == PAYMENTS.name:
            assert PAYMENTS.below is not None
            assert PAYMENTS.below < point.value <= 100
        if point.chart == CHECKOUT.name:
            assert CHECKOUT.above is not None
            assert point.value < CHECKOUT.above


def test_a_rush_is_seen_in_checkout_and_queue() -> None:
    means = {}
    for scenario in ("calm", "rush"):
        points = [each for each in told(Launch(scenario, OPENS + timedelta(minutes=30))).points if each.minute >= OPENS]
        total = Counter[str]()
        for point in points:
            total[point.chart] += int(point.value)
        means[scenario] = total
    assert means["rush"][CHECKOUT.name] > 1.5 * means["calm"][CHECKOUT.name]
    assert means["rush"][QUEUE.name] > 10 * means["calm"][QUEUE.name]


def test_targets_are_the_scaled_machines_and_silent_ones_time_out() -> None:
    launch = Launch("outage", OPENS + timedelta(minutes=15))
    groups = launch.poll(Topic.TARGETS).value
    assert isinstance(groups, TargetHealths)
    # a service without a plan has four machines, one of them fixed; the other has one and three by its plan
    assert [(group.service, group.healthy, group.total) for group in groups.groups] == [
        ("MWeb", 3, 3),
        ("SCMAPI", 3, 3),
    ]
    groups = launch.until(OPENS + timedelta(minutes=20)).poll(Topic.TARGETS).value
    assert isinstance(groups, TargetHealths)
    assert [(group.healthy, group.reasons) for group in groups.groups] == [(1, ("Target.Timeout",))] * 2
    assert all(group.states == (("unhealthy", 2),) for group in groups.groups)
