"""Capacity: against moto over HTTP, and against a loopback server for the states that moto never shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

import pytest
from aws_home import NOW, AwsHome, context, launch
from fault_proxy import Asked, Fault, FaultProxy, Told
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto_server import REGION, Platform

from evtui.domain.campaign import Service
from evtui.domain.metrics import FleetSize
from evtui.domain.reading import Answer, FailureKind, FleetSizes, Lookup, Topic
from evtui.errors import UsageError
from evtui.providers._aws_groups import NAMES_A_CALL, PAGES
from evtui.providers._batches import batches
from evtui.providers.autoscaling import AutoScalingProvider, AutoScalingSettings
from evtui.providers.base import NeedsPermissions, Question, SourceError


def provider(url: str, *services: Service) -> AutoScalingProvider:
    return AutoScalingProvider.open(AutoScalingSettings(region=REGION, endpoint_url=url), context(*services))


async def sizes(url: str, *services: Service) -> tuple[tuple[FleetSize, ...], Answer]:
    made = provider(url, *services)
    answer = await made.poll(Topic.CAPACITY, None)
    await made.aclose()
    assert isinstance(answer.value, FleetSizes)
    return answer.value.sizes, answer


async def test_a_group_and_its_fixed_machine_are_counted(aws_home: AwsHome, platform: Platform) -> None:
    fixed = platform.instances(2)
    platform.group("scmapi-asg", 3, smallest=1, largest=6)
    platform.client("ec2").stop_instances(InstanceIds=[fixed[1]])
    service = Service("SCMAPI", fixed, "scmapi-asg")
    (size,), answer = await sizes(platform.url, service)
    assert size == FleetSize("SCMAPI", 1, 3, 3, smallest=1, largest=6)
    assert answer.fact_time == NOW
    assert (answer.coverage.seen, answer.coverage.expected, answer.coverage.note) == (3, 3, "")
    assert answer.login is not None
    assert answer.exchange is not None
    assert "autoscaling DescribeAutoScalingGroups" in answer.exchange.asked
    assert answer.exchange.got.startswith("200, request id ")
    platform.client("autoscaling").suspend_processes(
        AutoScalingGroupName="scmapi-asg", ScalingProcesses=["Launch", "AlarmNotification"]
    )
    platform.resize("scmapi-asg", 5)
    (size,), _ = await sizes(platform.url, service)
    assert (size.desired, size.suspended) == (5, ("AlarmNotification", "Launch"))


async def test_an_unknown_group_is_a_configuration_error_and_the_others_are_told(
    aws_home: AwsHome, platform: Platform
) -> None:
    platform.group("scmapi-asg", 2)
    services = (Service("MWeb", (), "mweb-agb"), Service("SCMAPI", (), "scmapi-asg"))
    (mweb, scm), answer = await sizes(platform.url, *services)
    assert mweb == FleetSize("MWeb", None, None, None)
    assert scm.in_service == 2
    note = f"configuration error: no Auto Scaling group mweb-agb in {REGION} (services[0].auto_scaling_group)"
    assert answer.coverage.note == note
    assert (answer.coverage.seen, answer.coverage.expected) == (1, 2)
    with pytest.raises(SourceError) as caught:
        await sizes(platform.url, services[0])
    assert caught.value.kind is FailureKind.DATA
    assert caught.value.why == note
    assert caught.value.exchange is not None


async def test_a_fixed_machine_that_does_not_exist_is_named(aws_home: AwsHome, platform: Platform) -> None:
    (there,) = platform.instances()
    platform.group("a", 1)
    gone = [f"i-0bb2000000000000{n}" for n in range(5)]
    (size,), answer = await sizes(platform.url, Service("A", (there, *gone), "a"))
    assert size.fixed == 1
    assert (answer.coverage.seen, answer.coverage.expected) == (2, 7)
    assert answer.coverage.note == f"not known to EC2: {', '.join(gone[:3])} and 2 more (services[0].fixed)"


async def test_a_launch_without_groups_counts_its_fixed_machines(aws_home: AwsHome, platform: Platform) -> None:
    fixed = platform.instances()
    found, answer = await sizes(platform.url, Service("Old", fixed), Service("New"))
    assert found == (FleetSize("Old", 1, None, None), FleetSize("New", 0, None, None))
    assert (answer.coverage.seen, answer.coverage.expected) == (1, 1)


async def test_five_hundred_machines_in_ten_groups_take_one_call(aws_home: AwsHome, platform: Platform) -> None:
    services = []
    for number in range(10):
        platform.group(f"asg-{number}", 50)
        services.append(Service(f"S{number}", (), f"asg-{number}"))
    with FaultProxy(_address(platform.url)) as proxy:
        found, _ = await sizes(proxy.url, *services)
        assert proxy.asked == 1
    assert [size.in_service for size in found] == [50] * 10


def _address(url: str) -> tuple[str, int]:
    host, _, port = url.removeprefix("http://").partition(":")
    return host, int(port)


class Scaling:
    """Auto Scaling and EC2 as far as this provider asks them, in their own protocols."""

    def __init__(self) -> None:
        self.groups: dict[str, str] = {}
        self.ec2 = Told(200, b"<DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>")
        self.page = 100
        self.asked: list[dict[str, list[str]]] = []
        self.endless = False

    def group(self, name: str, states: Sequence[str] = (), more: str = "") -> None:
        machines = "".join(
            f"<member><InstanceId>i-{n:08x}</InstanceId><LifecycleState>{escape(state)}</LifecycleState></member>"
            for n, state in enumerate(states)
        )
        self.groups[name] = (
            f"<member><AutoScalingGroupName>{name}</AutoScalingGroupName><DesiredCapacity>4</DesiredCapacity>"
            f"<MinSize>1</MinSize><MaxSize>6</MaxSize><Instances>{machines}</Instances>{more}</member>"
        )

    def answer(self, asked: Asked, _: object) -> Told:
        query = parse_qs(asked.body.decode())
        self.asked.append(query)
        if query["Action"] == ["DescribeInstances"]:
            return self.ec2
        names = [values[0] for key, values in query.items() if key.startswith("AutoScalingGroupNames.")]
        start = int(query.get("NextToken", ["0"])[0])
        found = [self.groups[name] for name in names if name in self.groups][start : start + self.page]
        more = self.endless or start + self.page < len(names)
        token = f"<NextToken>{start + self.page}</NextToken>" if more else ""
        root = "DescribeAutoScalingGroups"
        body = f"<AutoScalingGroups>{''.join(found)}</AutoScalingGroups>{token}"
        return Told(200, f"<{root}Response><{root}Result>{body}</{root}Result></{root}Response>".encode())


@pytest.fixture
def scaling(aws_home: AwsHome) -> Scaling:
    return Scaling()


@pytest.fixture
def url(scaling: Scaling) -> Iterator[str]:
    with FaultProxy(("127.0.0.1", 1)) as proxy:
        proxy.switch(Fault("scaling", answer=scaling.answer))
        yield proxy.url


async def test_machines_on_their_way_are_counted_by_state(scaling: Scaling, url: str) -> None:
    states = ("InService", "Pending:Wait", "Pending", "Pending:Wait", "Terminating:Wait", "Standby", "InService")
    scaling.group("a", states, "<Status>Delete in progress</Status>")
    (size,), answer = await sizes(url, Service("A", (), "a"))
    assert size.in_service == 2
    assert size.lifecycle == (("Pending", 1), ("Pending:Wait", 2), ("Standby", 1), ("Terminating:Wait", 1))
    assert answer.coverage.note == "Auto Scaling group a: Delete in progress"


async def test_a_hundred_groups_are_asked_for_by_fifties(scaling: Scaling, url: str) -> None:
    services = [Service(f"S{n}", (), f"g{n}") for n in range(101)]
    for service in services:
        scaling.group(service.auto_scaling_group, ("InService",))
    found, _ = await sizes(url, *services)
    assert [size.in_service for size in found] == [1] * 101
    counts = [sum(key.startswith("AutoScalingGroupNames.") for key in query) for query in scaling.asked]
    assert counts == [NAMES_A_CALL, NAMES_A_CALL, 1]


async def test_pages_are_followed_to_their_end_and_no_further(scaling: Scaling, url: str) -> None:
    scaling.page = 1
    for name in ("a", "b", "c"):
        scaling.group(name, ("InService",))
    services = [Service(name, (), name) for name in ("a", "b", "c")]
    found, _ = await sizes(url, *services)
    assert [size.in_service for size in found] == [1, 1, 1]
    scaling.endless = True
    scaling.asked.clear()
    with pytest.raises(SourceError, match="does not come to an end") as caught:
        await sizes(url, *services)
    assert caught.value.kind is FailureKind.DATA
    assert len(scaling.asked) == PAGES


async def test_ec2_that_may_not_be_asked_costs_the_fixed_machines_only(scaling: Scaling, url: str) -> None:
    denied = (
        b"<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors></Response>"
    )
    scaling.ec2 = Told(403, denied)
    scaling.group("a", ("InService",))
    (size,), answer = await sizes(url, Service("A", ("i-1",), "a"))
    assert (size.fixed, size.in_service) == (None, 1)
    assert answer.coverage.note == "fixed machines not counted: environment is not allowed to ec2:DescribeInstances"
    with pytest.raises(SourceError) as caught:
        await sizes(url, Service("A", ("i-1",)))
    assert caught.value.kind is FailureKind.AUTH


async def test_fixed_machines_are_asked_for_by_a_filter_in_batches(scaling: Scaling, url: str) -> None:
    await sizes(url, Service("A", tuple(f"i-{n}" for n in range(450))))
    counts = [sum(key.startswith("Filter.1.Value.") for key in query) for query in scaling.asked]
    assert counts == [200, 200, 50]


@given(st.lists(st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=90), max_size=5))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_states_of_any_words_arrive_clean_and_complete(scaling: Scaling, url: str, states: list[str]) -> None:
    scaling.group("a", states)
    (size,), _ = await sizes(url, Service("A", (), "a"))
    assert sum(count for _, count in size.lifecycle) + (size.in_service or 0) == len(states)
    assert all(state.isprintable() for state, _ in size.lifecycle)


async def test_it_answers_what_it_is_for(scaling: Scaling, url: str) -> None:
    made = provider(url, Service("A", (), "a"))
    with pytest.raises(SourceError, match="no cpu"):
        await made.poll(Topic.CPU, None)
    with pytest.raises(SourceError, match="does not answer"):
        await made.look_up(Lookup.ORDER_STATUS, Question("TG1"))  # type: ignore[arg-type]


def test_settings_that_cannot_work_are_refused() -> None:
    service = Service("A", (), "a")
    with pytest.raises(UsageError, match="services: none has"):
        AutoScalingProvider.open(AutoScalingSettings(), context(Service("A")))
    for wrong, says in (
        (AutoScalingSettings(read_timeout=0), "read_timeout: 0 cannot be"),
        (AutoScalingSettings(connect_timeout=61), "connect_timeout: 61 cannot be"),
        (AutoScalingSettings(endpoint_url="localhost:5000"), "endpoint_url: 'localhost:5000' is not an address"),
        (AutoScalingSettings(proxy="ftp://x"), "proxy: 'ftp://x' is not an address"),
    ):
        with pytest.raises(UsageError, match=says):
            AutoScalingProvider.open(wrong, context(service))


def test_it_needs_no_more_than_it_asks() -> None:
    assert isinstance(AutoScalingProvider, NeedsPermissions)

    def actions(*services: Service) -> list[str]:
        needed = AutoScalingProvider.permissions(AutoScalingSettings(), launch(*services))
        return [action for each in needed for action in each.actions]

    assert actions(Service("A", (), "a")) == ["autoscaling:DescribeAutoScalingGroups"]
    assert actions(Service("A", ("i-1",))) == ["ec2:DescribeInstances"]
    assert len(actions(Service("A", ("i-1",), "a"))) == 2


@given(st.lists(st.integers()), st.integers(1, 60))
def test_batches_lose_nothing(items: list[int], size: int) -> None:
    made = list(batches(items, size))
    assert [item for batch in made for item in batch] == items
    assert all(1 <= len(batch) <= size for batch in made)
