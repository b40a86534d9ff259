"""Five hundred machines: the fewest calls within the limits, and what they cost."""

from __future__ import annotations

import pytest
from aws_home import AwsHome
from cloudwatch_makers import NOW, Watch, cloud_watch, provider

from evtui.clock import ManualClock
from evtui.domain.campaign import Service
from evtui.domain.reading import CpuPoints, Topic

SERVICES = tuple(Service(f"service {number}", (), f"group-{number}") for number in range(10))


async def test_a_poll_of_five_hundred_machines_is_two_questions(aws_home: AwsHome) -> None:
    with cloud_watch() as place:
        cloud = place.fresh()
        for number in range(10):
            cloud.groups[f"group-{number}"] = [(f"i-{number}-{each}", "InService") for each in range(50)]
        for name in (machine for group in cloud.groups.values() for machine, _ in group):
            cloud.tell(name, 20, 31)
        clock = ManualClock(NOW)
        watch = Watch(provider(cloud.url, clock, *SERVICES, monitoring="detailed"), Topic.CPU, clock, SERVICES)
        first = await watch.poll()
        assert isinstance(first.value, CpuPoints)
        assert (len(first.value.points), len(first.value.machines)) == (5_500, 500)
        assert [len(question.names) for question in cloud.asked] == [500]
        while (await watch.poll()).coverage.more:
            pass
        del cloud.asked[:]
        steady = await watch.poll(1)
        assert len(cloud.asked) == 1
        assert steady.spent.metrics == 500
        assert steady.spent.usd == pytest.approx(0.005)


async def test_more_machines_than_one_question_takes(aws_home: AwsHome) -> None:
    with cloud_watch() as place:
        cloud = place.fresh()
        cloud.groups["group-0"] = [(f"i-{each}", "InService") for each in range(501)]
        cloud.tell("i-500", 30, 31)
        clock = ManualClock(NOW)
        watch = Watch(provider(cloud.url, clock, SERVICES[0]), Topic.CPU, clock, SERVICES)
        answer = await watch.poll()
        assert [len(question.names) for question in cloud.asked] == [500, 1]
        assert (answer.spent.metrics, answer.coverage.expected) == (501, 501)
        assert [point.machine for point in watch.points] == ["i-500"]
