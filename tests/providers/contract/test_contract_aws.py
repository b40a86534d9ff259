"""Sources on AWS keep the contract: CPU, traffic and charts of CloudWatch, Auto Scaling, load balancers, on moto."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aws_home import AwsHome
from json_server import JsonServer, SilentPort, Told
from moto_server import KEYS, REGION, Platform, moto_server
from msgspec.structs import replace

from evtui.clock import Clock, ManualClock
from evtui.domain.campaign import Campaign, Product, Service
from evtui.domain.reading import Topic
from evtui.providers.autoscaling import AutoScalingProvider
from evtui.providers.cloudwatch import CloudWatchProvider
from evtui.providers.elb import ElbProvider
from evtui.providers.testing import ProviderContract

NOW = datetime.now(UTC).replace(second=30, microsecond=0)
GROUP = "scmapi-asg"
SHARED: dict[Any, Any] = {}
"""The SDK takes half a second to begin: once is enough."""


@pytest.fixture(scope="module")
def aws() -> Iterator[Platform]:
    """A launch on moto: two machines in a group behind a load balancer, and twenty minutes of figures."""
    with moto_server() as url:
        platform = Platform(url)
        balancer = platform.load_balancer("scm")
        targets = platform.target_group("scm-targets")
        machines = platform.group(GROUP, 2, targets=[targets])
        minutes = [NOW.replace(second=0) - timedelta(minutes=ago) for ago in range(20, 3, -1)]
        for machine in machines:
            platform.cpu(machine, [(minute, 12.5) for minute in minutes])
        name = balancer.partition("loadbalancer/")[2]
        platform.metric(
            "AWS/ApplicationELB", "RequestCount", {"LoadBalancer": name}, [(minute, 90.0) for minute in minutes]
        )
        platform.metric("AWS/SQS", "Depth", {"QueueName": "q"}, [(minute, 7.0) for minute in minutes])
        platform.client("elbv2").create_listener(
            LoadBalancerArn=balancer,
            Protocol="HTTP",
            Port=80,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": targets}],
        )
        yield platform


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's credentials but moto's."""
    for name in [name for name in os.environ if name.startswith("AWS_") or name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    AwsHome(tmp_path, monkeypatch).environ(HOME=str(tmp_path), AWS_EC2_METADATA_DISABLED="true", **KEYS)


class OnAws(ProviderContract):
    """What they have in common."""

    url = ""
    kept = SHARED

    @pytest.fixture(autouse=True)
    def wire(self, aws: Platform, home: None) -> Iterator[None]:
        self.url = aws.url
        self.service = Service("SCMAPI", (), GROUP, load_balancer=self.balancer(aws))
        with SilentPort() as self.silent, JsonServer(Told(503, b"<html>\x1b[2J</html>")) as self.broken:
            yield

    def balancer(self, aws: Platform) -> str:
        arn: str = aws.client("elbv2").describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"]
        return arn.partition("loadbalancer/")[2]

    def table(self) -> Mapping[str, object]:
        return {"region": REGION, "endpoint_url": self.url, "read_timeout": 3.0}

    def campaign(self) -> Campaign:
        usual = super().campaign()
        product: Product = replace(
            usual.products[0], on_sale=NOW - timedelta(hours=1), off_sale=NOW + timedelta(days=1)
        )
        return replace(usual, products=(product,), services=(self.service,))

    def clock(self) -> Clock:
        return ManualClock(NOW)

    def environ(self) -> Mapping[str, str]:
        return dict(os.environ) | KEYS

    def shared(self) -> dict[Any, Any]:
        return self.kept

    def make_fail(self) -> None:
        self.url = self.broken.url

    def make_hang(self) -> None:
        # calls that still hang are counted for all who share: the next test would be refused for them
        self.kept = {}
        self.url = f"http://127.0.0.1:{self.silent.port}"


class TestAutoScaling(OnAws):
    """The group's machines."""

    provider = AutoScalingProvider


class TestLoadBalancer(OnAws):
    """The health of its targets."""

    provider = ElbProvider


class TestCloudWatch(OnAws):
    """CPU of the machines and requests of the load balancer."""

    provider = CloudWatchProvider
    topics = frozenset({Topic.CPU, Topic.TRAFFIC})
    overlap = 60


class TestCloudWatchCharts(OnAws):
    """A metric of somebody's own."""

    provider = CloudWatchProvider
    topics = frozenset({Topic.CHARTS})
    overlap = 60

    def table(self) -> Mapping[str, object]:
        series = {"name": "depth", "namespace": "AWS/SQS", "metric": "Depth", "dimensions": {"QueueName": "q"}}
        return {**super().table(), "series": [series]}
