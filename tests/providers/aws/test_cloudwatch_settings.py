"""Settings that cannot be meant, and what the account has to be allowed."""

from __future__ import annotations

import msgspec
import pytest
from cloudwatch_makers import SCM, campaign, provider

from evtui.clock import ManualClock, SystemClock
from evtui.domain.campaign import Service
from evtui.domain.codes import parse_code
from evtui.domain.reading import FailureKind, Lookup, Topic
from evtui.errors import UsageError
from evtui.providers.base import NeedsPermissions, Question, SourceError
from evtui.providers.cloudwatch import CloudWatchProvider
from evtui.providers.cloudwatch_settings import ChartSettings, CloudWatchSettings

CHART = ChartSettings(name="queue", namespace="AWS/SQS", metric="Age")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"usd_per_1000_metrics": -1.0}, "usd_per_1000_metrics: -1 is no price"),
        ({"usd_per_1000_metrics": float("nan")}, "usd_per_1000_metrics: nan is no price"),
        ({"series": (CHART, CHART)}, "series: 2 are called 'queue'"),
        ({"series": (ChartSettings(name="queue", namespace=" ", metric="Age"),)}, "series 1: namespace is empty"),
    ],
)
def test_settings_that_cannot_work_are_named(settings: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        provider("http://127.0.0.1:1", ManualClock(SystemClock().now()), **settings)


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
