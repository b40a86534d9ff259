"""CloudWatch as moto plays it, over HTTP: the protocol is the SDK's and the server's, not ours."""

from __future__ import annotations

from aws_home import AwsHome
from cloudwatch_makers import BALANCER, GROUP, MINUTE, NOW, OPEN, SCM, Watch, by_machine, provider
from moto_server import Platform

from evtui.clock import ManualClock
from evtui.domain.campaign import Service
from evtui.domain.reading import Topic, TrafficPoints
from evtui.store.load import cpu_now


async def test_cpu_of_a_fixed_machine_and_a_group(aws_home: AwsHome, platform: Platform) -> None:
    machines = platform.group(GROUP, 3)
    (fixed,) = platform.instances()
    for percent, machine in enumerate((fixed, *machines[:2]), 1):
        platform.cpu(machine, [(OPEN + minute * MINUTE, 10.0 * percent) for minute in range(20, 31)])
    service, clock = Service("SCMAPI", (fixed,), GROUP), ManualClock(NOW)
    watch = Watch(provider(platform.url, clock, service), Topic.CPU, clock, (service,))
    answer = await watch.poll()
    assert by_machine(answer) == {
        machine: dict.fromkeys(range(20, 31), 10.0 * percent)
        for percent, machine in enumerate((fixed, *machines[:2]), 1)
    }
    figures = cpu_now(watch.state, "SCMAPI", clock.now())
    assert (figures.mean, figures.max, figures.reporting, figures.expected) == (20.0, 30.0, 3, 4)
    assert answer.fact_time == OPEN + 31 * MINUTE
    assert answer.exchange is not None
    assert answer.exchange.server_at is not None
    platform.cpu(fixed, [(OPEN + 31 * MINUTE, 99.0)])
    assert by_machine(await watch.poll(1)) == {fixed: {31: 99.0}}


async def test_requests_of_a_load_balancer(aws_home: AwsHome, platform: Platform) -> None:
    platform.metric(
        "AWS/ApplicationELB",
        "RequestCount",
        {"LoadBalancer": BALANCER},
        [(OPEN + minute * MINUTE, count) for minute in range(5) for count in (30.0, 12.0)],
    )
    clock = ManualClock(NOW)
    answer = await Watch(provider(platform.url, clock, SCM), Topic.TRAFFIC, clock).poll()
    assert isinstance(answer.value, TrafficPoints)
    assert [(point.minute, point.requests) for point in answer.value.points] == [
        (OPEN + minute * MINUTE, 42.0) for minute in range(5)
    ]
