"""Settings that cannot be meant, and what the account has to be allowed."""

from __future__ import annotations

import re

import msgspec
import pytest
from cloudwatch_makers import SCM, campaign, provider
from msgspec.structs import replace

from evtui.clock import ManualClock, SystemClock
from evtui.domain.campaign import Service
from evtui.domain.codes import parse_code
from evtui.domain.reading import FailureKind, Lookup, Topic
from evtui.errors import UsageError
from evtui.providers.base import Context, NeedsPermissions, Question, SourceError
from evtui.providers.cloudwatch import CloudWatchProvider
from evtui.providers.cloudwatch_settings import ChartSettings, CloudWatchSettings

CHART = ChartSettings(name="queue", namespace="AWS/SQS", metric="Age")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"usd_per_1000_metrics": -1.0}, "usd_per_1000_metrics: -1 is no price"),
        ({"usd_per_1000_metrics": float("nan")}, "usd_per_1000_metrics: nan is no price"),
        ({"series": (CHART, CHART)}, r"series\[0\]\.name: 2 are called 'queue'"),
        (
            {"series": (ChartSettings(name="queue", namespace=" ", metric="Age"),)},
            r'series\[0\]\.namespace: it is empty; write for example "AWS/SQS"',
        ),
    ],
)
def test_settings_that_cannot_work_are_named(settings: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        provider("http://127.0.0.1:1", ManualClock(SystemClock().now()), **settings)


@pytest.mark.parametrize(
    ("stat", "hint"),
    [
        ("avg", 'did you mean "Average"?'),
        ("average", 'did you mean "Average"?'),
        ("p101", "p99 and the like"),
        ("p", "p99 and the like"),
        ("TM(:)", "p99 and the like"),
    ],
)
def test_a_statistic_that_cloudwatch_does_not_have(stat: str, hint: str) -> None:
    with pytest.raises(UsageError, match=rf"series\[0\]\.stat: CloudWatch has no statistic .*; .*{re.escape(hint)}"):
        provider("http://127.0.0.1:1", ManualClock(SystemClock().now()), series=(replace(CHART, stat=stat),))


@pytest.mark.parametrize(
    "stat", ["Average", "SampleCount", "IQM", "p99", "p99.95", "p100", "tm90", "TM(10%:90%)", "PR(:300)"]
)
def test_a_statistic_that_cloudwatch_has(stat: str) -> None:
    provider("http://127.0.0.1:1", ManualClock(SystemClock().now()), series=(replace(CHART, stat=stat),))


@pytest.mark.parametrize("region", ["no such/region", "Hong Kong", "ap-east", "1"])
def test_a_region_that_cannot_be_one(region: str) -> None:
    with pytest.raises(UsageError, match=rf"region: '{region}' cannot be the name of a region; such as ap-east-1"):
        CloudWatchProvider.open(
            CloudWatchSettings(region=region), Context(campaign(SCM), ManualClock(SystemClock().now()), {})
        )


def test_limits_that_leave_nothing_between_them() -> None:
    chart = replace(CHART, below=95.0, above=90.0)
    with pytest.raises(UsageError, match=r"series\[0\]\.below: 95 has to be less than above, which is 90"):
        provider("http://127.0.0.1:1", ManualClock(SystemClock().now()), series=(chart,))


@pytest.mark.parametrize(
    ("topic", "services", "words"),
    [
        (Topic.CHARTS, (), "series: there is no chart"),
        (Topic.CPU, (), "services: none has auto_scaling_group or fixed"),
        (Topic.CPU, (Service("SCM", load_balancer="app/scm/0123"),), "services: none has auto_scaling_group or fixed"),
        (Topic.TRAFFIC, (Service("SCM", ("i-1",)),), "services: none has load_balancer"),
    ],
)
def test_nothing_to_ask_about_is_known_before_anything_is_asked(
    topic: Topic, services: tuple[Service, ...], words: str
) -> None:
    context = Context(campaign(*services), ManualClock(SystemClock().now()), {}, topic=topic)
    with pytest.raises(UsageError, match=words):
        CloudWatchProvider.open(CloudWatchSettings(region="ap-east-1"), context)


def test_settings_as_a_campaign_file_has_them() -> None:
    table = {
        "region": "ap-southeast-1",
        "monitoring": "basic",
        "series": [
            {"name": "q", "namespace": "AWS/SQS", "metric": "Age", "dimensions": {"QueueName": "o"}, "above": 60.0}
        ],
    }
    settings = msgspec.convert(table, CloudWatchSettings)
    assert settings.series[0].dimensions == {"QueueName": "o"}
    with pytest.raises(msgspec.ValidationError, match="sometimes"):
        msgspec.convert({"monitoring": "sometimes"}, CloudWatchSettings)


def test_the_least_that_has_to_be_allowed() -> None:
    assert isinstance(CloudWatchProvider, NeedsPermissions)
    of = CloudWatchProvider.permissions(CloudWatchSettings(), campaign(SCM))
    assert {action for permission in of for action in permission.actions} == {
        "cloudwatch:GetMetricData",
        "autoscaling:DescribeAutoScalingGroups",
    }
    (alone,) = CloudWatchProvider.permissions(CloudWatchSettings(), campaign(Service("SCMAPI", ("i-1",))))
    assert alone.actions == ("cloudwatch:GetMetricData",)


async def test_what_it_does_not_know_is_refused() -> None:
    source = provider("http://127.0.0.1:1", ManualClock(SystemClock().now()))
    with pytest.raises(SourceError, match="no stock") as refusal:
        await source.poll(Topic.STOCK, None)
    assert refusal.value.kind is FailureKind.DATA
    with pytest.raises(SourceError, match="task_log"):
        await source.look_up(Lookup.TASK_LOG, Question(parse_code("TG240125L00001")))
    await source.aclose()
    await source.aclose()
