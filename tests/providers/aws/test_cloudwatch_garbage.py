"""Answers that are none: said in words, and never taken for figures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from aws_home import AwsHome
from cloudwatch_makers import NOW, OPEN, CloudWatch, Place, Watch, by_machine, cloud_watch, provider

from evtui.clock import ManualClock
from evtui.domain.campaign import Service
from evtui.domain.reading import FailureKind, Topic
from evtui.providers.base import SourceError
from evtui.providers.cloudwatch_spans import minute_of

AT = minute_of(OPEN) * 60
ONE = Service("SCMAPI", ("i-1",))


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with cloud_watch() as running:
        yield running


@pytest.fixture
def cloud(aws_home: AwsHome, place: Place) -> CloudWatch:
    return place.fresh()


@pytest.fixture
def watch(cloud: CloudWatch) -> Watch:
    clock = ManualClock(NOW)
    return Watch(provider(cloud.url, clock, ONE), Topic.CPU, clock, (ONE,))


def answers(cloud: CloudWatch, body: Any) -> None:
    """Have every question answered with this."""
    cloud.always = body if isinstance(body, bytes) else json.dumps(body).encode()


def series(**parts: Any) -> dict[str, Any]:
    return {"MetricDataResults": [{"Id": "m0", "StatusCode": "Complete", **parts}]}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"MetricDataResults": None},
        {"MetricDataResults": "plenty"},
        {"MetricDataResults": ["plenty"]},
        series(Timestamps=[AT], Values=[]),
        series(Timestamps=[AT], Values=["much"]),
        series(Timestamps=["whenever"], Values=[1.0]),
        series(Id="m7", Timestamps=[AT], Values=[1.0]),
        b"{",
        b"<html>log in</html>",
        b"\xff\xfe",
    ],
    ids=str,
)
async def test_what_is_no_answer_is_a_failure_and_no_figure(cloud: CloudWatch, watch: Watch, body: Any) -> None:
    answers(cloud, body)
    with pytest.raises(SourceError) as refusal:
        await watch.poll()
    assert refusal.value.kind is FailureKind.DATA
    assert "\n" not in refusal.value.why
    assert watch.points == []


async def test_values_that_are_no_numbers_are_gaps(cloud: CloudWatch, watch: Watch) -> None:
    answers(cloud, series(Timestamps=[AT, AT + 60, AT + 120], Values=[float("nan"), 5.0, float("inf")]))
    assert by_machine(await watch.poll()) == {"i-1": {1: 5.0}}


async def test_minutes_that_were_not_asked_for_are_left_out(cloud: CloudWatch, watch: Watch) -> None:
    answers(cloud, series(Timestamps=[AT - 86_400, AT, AT + 86_400], Values=[1.0, 2.0, 3.0]))
    assert by_machine(await watch.poll()) == {"i-1": {0: 2.0}}


async def test_a_series_that_is_left_out_is_asked_for_again(cloud: CloudWatch, watch: Watch) -> None:
    answers(cloud, {"MetricDataResults": []})
    with pytest.raises(SourceError, match="1 of 1 machines: no answer") as refusal:
        await watch.poll()
    assert refusal.value.kind is FailureKind.DOWN
