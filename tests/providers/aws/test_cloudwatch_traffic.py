"""Requests of load balancers and further charts, through the provider and into the store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from aws_home import AwsHome
from cloudwatch_makers import BALANCER, MINUTE, NOW, OPEN, SCM, CloudWatch, Place, Watch, cloud_watch, provider
from moto_server import REGION

from evtui.clock import ManualClock
from evtui.domain.campaign import Service
from evtui.domain.reading import Answer, ChartPoints, FailureKind, Topic, TrafficPoints
from evtui.providers.base import SourceError
from evtui.providers.cloudwatch_settings import ChartSettings
from evtui.providers.cloudwatch_spans import RETENTION, minute_of
from evtui.store.load import traffic

OTHER = "app/web/fedcba9876543210"
WEB = Service("MWeb", load_balancer=OTHER)


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with cloud_watch() as running:
        yield running


@pytest.fixture
def cloud(aws_home: AwsHome, place: Place) -> CloudWatch:
    """Two balancers with requests of the day before opening and up to 10:30 local time."""
    known = place.fresh()
    known.tell(BALANCER, -1440, 0, 100.0)
    known.tell(BALANCER, 0, 30, 150.0)
    known.tell(OTHER, -1440, 30, 10.0)
    return known


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def watch(cloud: CloudWatch, clock: ManualClock) -> Watch:
    return Watch(provider(cloud.url, clock, SCM, WEB), Topic.TRAFFIC, clock, (SCM, WEB))


def told(answer: Answer) -> dict[int, float]:
    """Minutes after opening -> requests."""
    assert isinstance(answer.value, TrafficPoints)
    return {minute_of(point.minute) - minute_of(OPEN): point.requests for point in answer.value.points}


async def test_requests_of_all_balancers_with_the_time_before_opening(cloud: CloudWatch, watch: Watch) -> None:
    first = await watch.poll()
    assert told(first)[29] == 160.0
    assert first.fact_time == OPEN + 30 * MINUTE
    assert (first.coverage.seen, first.coverage.expected, first.coverage.more) == (2, 2, True)
    second = await watch.poll()
    assert not second.coverage.more
    assert min(told(second)) == -1440
    figures = traffic(watch.state, OPEN, watch.clock.now())
    assert (figures.per_minute, figures.baseline) == (160.0, 110.0)
    assert second.spent.metrics == 4
    # a share of two for each part: those of the first answer, and the day before
    assert [question.names for question in cloud.asked] == [(BALANCER, OTHER)] * 3


async def test_a_minute_that_one_balancer_has_not_told_of_is_waited_for(cloud: CloudWatch, watch: Watch) -> None:
    cloud.hidden[OTHER] = {28, 29}
    assert max(told(await watch.poll())) == 27
    cloud.hidden[OTHER] = set()
    assert {28: 160.0, 29: 160.0}.items() <= told(await watch.poll(1)).items()


async def test_a_sum_that_grew_is_told_again(cloud: CloudWatch, watch: Watch) -> None:
    await watch.poll()
    await watch.poll()
    cloud.tell(BALANCER, 29, 30, 180.0)
    assert told(await watch.poll(1)) == {29: 190.0}
    assert watch.state.traffic.at(minute_of(OPEN) + 29) == 190.0


async def test_the_newest_minute_is_left_out_as_its_sum_may_grow(cloud: CloudWatch, watch: Watch) -> None:
    cloud.tell(BALANCER, 30, 31, 7.0)
    cloud.tell(OTHER, 30, 31, 1.0)
    assert 30 not in told(await watch.poll())
    assert told(await watch.poll(1))[30] == 8.0


async def test_an_outage_of_one_balancer_is_a_gap_and_said(cloud: CloudWatch, watch: Watch) -> None:
    cloud.samples[OTHER] = dict.fromkeys(range(-1440, 5), 10.0)
    answer = await watch.poll()
    assert max(told(answer)) == 4
    assert (answer.coverage.seen, answer.coverage.expected) == (1, 2)
    assert answer.coverage.note == f"{OTHER} told nothing since 2024-01-25 02:04 UTC"
    cloud.tell(OTHER, 25, 40, 10.0)
    cloud.tell(BALANCER, 30, 40, 150.0)
    back = await watch.poll(10)
    assert {minute for minute in told(back) if minute >= 0} == {*range(25, 40)}
    assert back.coverage.note == ""


async def test_an_outage_of_all_is_a_gap(cloud: CloudWatch, watch: Watch) -> None:
    for name in (BALANCER, OTHER):
        for minute in range(10, 20):
            del cloud.samples[name][minute]
    answer = await watch.poll()
    assert {minute for minute in told(answer) if minute >= 0} == {*range(10), *range(20, 30)}


async def test_a_balancer_that_is_not_there_is_named(cloud: CloudWatch, watch: Watch) -> None:
    del cloud.samples[OTHER]
    answer = await watch.poll()
    assert told(answer) == {}
    assert answer.fact_time is None
    assert answer.coverage.note == (
        f"{OTHER} told nothing yet in {REGION}: no request so far, or the id or the region is another"
        " (services.load_balancer)"
    )


async def test_of_many_balancers_that_are_not_there_three_are_named(cloud: CloudWatch, clock: ManualClock) -> None:
    lost = tuple(Service(f"Lost{number}", load_balancer=f"app/lost/{number}") for number in range(5))
    watch = Watch(provider(cloud.url, clock, SCM, *lost), Topic.TRAFFIC, clock, (SCM, *lost))
    answer = await watch.poll()
    assert (answer.coverage.seen, answer.coverage.expected) == (1, 6)
    assert answer.coverage.note.startswith("app/lost/0, app/lost/1, app/lost/2 and 2 more told nothing yet in ")


async def test_late_in_a_sale_the_baseline_comes_in_fives(cloud: CloudWatch) -> None:
    late = OPEN + RETENTION * MINUTE + timedelta(hours=2)
    clock = ManualClock(late)
    watch = Watch(provider(cloud.url, clock, SCM, WEB), Topic.TRAFFIC, clock, (SCM, WEB))
    cloud.tell(BALANCER, RETENTION - 60, RETENTION + 119, 1.0)
    cloud.tell(OTHER, RETENTION - 60, RETENTION + 119, 1.0)
    while (await watch.poll()).coverage.more:
        pass
    assert 5 in {question.step for question in cloud.asked}
    assert traffic(watch.state, late - timedelta(hours=1), late).baseline == 110.0


async def test_a_launch_without_balancers_says_so(cloud: CloudWatch, clock: ManualClock) -> None:
    none = Watch(provider(cloud.url, clock, Service("SCMAPI")), Topic.TRAFFIC, clock)
    with pytest.raises(SourceError, match="no service has a load balancer") as refusal:
        await none.poll()
    assert refusal.value.kind is FailureKind.DATA


async def test_a_whole_arn_is_cut_to_what_cloudwatch_calls_it(cloud: CloudWatch, clock: ManualClock) -> None:
    arn = f"arn:aws:elasticloadbalancing:ap-southeast-1:1:loadbalancer/{BALANCER}"
    watch = Watch(provider(cloud.url, clock, Service("SCMAPI", load_balancer=arn)), Topic.TRAFFIC, clock)
    assert told(await watch.poll())[29] == 150.0


class TestCharts:
    SERIES = (
        ChartSettings(
            name="queue",
            namespace="AWS/SQS",
            metric="ApproximateAgeOfOldestMessage",
            dimensions={"QueueName": "orders"},
            stat="Maximum",
            unit="s",
            above=60.0,
        ),
        ChartSettings(name="silent", namespace="Shop", metric="Payments", dimensions={"Market": "HK"}),
    )

    async def test_points_of_every_chart_and_gaps_where_there_are_none(
        self, cloud: CloudWatch, clock: ManualClock
    ) -> None:
        cloud.tell("orders", 0, 30, 4.0)
        del cloud.samples["orders"][7]
        watch = Watch(provider(cloud.url, clock, series=self.SERIES), Topic.CHARTS, clock)
        answer = await watch.poll()
        assert isinstance(answer.value, ChartPoints)
        assert [(chart.name, chart.unit, chart.above) for chart in answer.value.charts] == [
            ("queue", "s", 60.0),
            ("silent", "", None),
        ]
        minutes = {minute_of(point.minute) - minute_of(OPEN) for point in answer.value.points}
        assert minutes == {*range(7), *range(8, 30)}
        assert (answer.coverage.seen, answer.coverage.expected) == (1, 2)
        assert answer.coverage.note == (
            f"no value of silent in 30 minutes in {REGION}: quiet, or namespace, metric, dimensions or region are"
            " others (sources.charts.series)"
        )
        await watch.poll()
        assert (await watch.poll(1)).value == ChartPoints((), answer.value.charts)

    async def test_none_configured_says_so(self, cloud: CloudWatch, clock: ManualClock) -> None:
        with pytest.raises(SourceError, match="no chart is configured"):
            await Watch(provider(cloud.url, clock), Topic.CHARTS, clock).poll()
