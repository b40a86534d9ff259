"""Target health: against moto over HTTP, and against a loopback server for the states that moto never shows."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
from aws_home import NOW, AwsHome, context, launch
from fault_proxy import Asked, Fault, FaultProxy, Told
from hypothesis import given
from hypothesis import strategies as st
from moto_server import REGION, Platform

from evtui.domain.campaign import Service
from evtui.domain.metrics import TargetHealth
from evtui.domain.reading import Answer, FailureKind, Lookup, TargetHealths, Topic
from evtui.errors import UsageError
from evtui.providers.base import NeedsPermissions, Question, SourceError
from evtui.providers.elb import ASIDE, ElbProvider, ElbSettings, Targets, health_of

ARN = "arn:aws:elasticloadbalancing:ap-southeast-1:123456789012:targetgroup/scm/73e2d6bc24d8a067"
OTHER = ARN.replace("/scm/", "/gone/")
SCM = Service("SCMAPI", (), "scmapi-asg")


def provider(url: str, *services: Service, **named: tuple[str, ...]) -> ElbProvider:
    settings = ElbSettings(region=REGION, endpoint_url=url, target_groups=named)
    return ElbProvider.open(settings, context(*services))


async def health(url: str, *services: Service, **named: tuple[str, ...]) -> tuple[tuple[TargetHealth, ...], Answer]:
    made = provider(url, *services, **named)
    answer = await made.poll(Topic.TARGETS, None)
    await made.aclose()
    assert isinstance(answer.value, TargetHealths)
    return answer.value.groups, answer


async def test_the_target_groups_are_those_of_the_service_s_group(aws_home: AwsHome, platform: Platform) -> None:
    arn = platform.target_group("scm-targets")
    platform.group("scmapi-asg", 3, targets=[arn])
    groups, answer = await health(platform.url, SCM)
    assert groups == (TargetHealth("SCMAPI", "scm-targets", 3, 3),)
    assert answer.fact_time == NOW
    assert (answer.coverage.seen, answer.coverage.expected, answer.coverage.note) == (1, 1, "")
    assert answer.exchange is not None
    assert "elbv2 DescribeTargetHealth" in answer.exchange.asked


async def test_target_groups_can_be_named(aws_home: AwsHome, platform: Platform) -> None:
    named = platform.target_group("by-hand", platform.instances(2))
    groups, _ = await health(platform.url, SCM, Service("MWeb"), SCMAPI=(named,))
    assert [(each.service, each.group, each.total) for each in groups] == [("SCMAPI", "by-hand", 2)]


async def test_one_group_that_is_gone_leaves_the_others(aws_home: AwsHome, platform: Platform) -> None:
    named = platform.target_group("by-hand", platform.instances(1))
    groups, answer = await health(platform.url, SCM, SCMAPI=(OTHER, named))
    assert [each.group for each in groups] == ["by-hand"]
    assert (answer.coverage.seen, answer.coverage.expected) == (1, 2)
    assert answer.coverage.note.startswith("gone: AWS does not know what was asked for")
    with pytest.raises(SourceError, match="gone: AWS does not know") as caught:
        await health(platform.url, SCM, SCMAPI=(OTHER,))
    assert caught.value.kind is FailureKind.DATA
    assert caught.value.remedy == "see to target_groups and region in the campaign file"
    assert caught.value.exchange is not None


async def test_of_many_groups_that_are_gone_three_are_named(aws_home: AwsHome, platform: Platform) -> None:
    lost = [ARN.replace("/scm/", f"/lost{number}/") for number in range(5)]
    named = platform.target_group("by-hand", platform.instances(1))
    _, answer = await health(platform.url, SCM, SCMAPI=(*lost, named))
    assert (answer.coverage.seen, answer.coverage.expected) == (1, 6)
    assert answer.coverage.note.startswith("lost0, lost1, lost2 and 2 more: AWS does not know what was asked for")


async def test_a_slip_in_the_name_of_a_group_is_to_be_mended_there(aws_home: AwsHome, platform: Platform) -> None:
    platform.group("scmapi-asg", 1, targets=[platform.target_group("scm-targets")])
    lost = Service("Lost", (), "lost")
    with pytest.raises(SourceError) as caught:
        await health(platform.url, lost)
    assert caught.value.remedy == "see to auto_scaling_group, region and profile in the campaign file"
    _, answer = await health(platform.url, SCM, lost)
    assert (answer.coverage.seen, answer.coverage.expected) == (1, 2)
    assert "no Auto Scaling group lost" in answer.coverage.note
    platform.group("bare", 1)
    with pytest.raises(SourceError) as caught:
        await health(platform.url, Service("Bare", (), "bare"))
    assert caught.value.remedy == "attach a target group to the Auto Scaling group, or set target_groups"


async def test_unknown_and_bare_groups_are_said_to_be_so(aws_home: AwsHome, platform: Platform) -> None:
    platform.group("bare", 1)
    bare, unknown = Service("Bare", (), "bare"), Service("Lost", (), "lost")
    with pytest.raises(SourceError) as caught:
        await health(platform.url, bare, unknown)
    assert caught.value.kind is FailureKind.DATA
    assert "the group bare of Bare has no target group" in caught.value.why
    assert f"no Auto Scaling group lost in {REGION} (services[1].auto_scaling_group)" in caught.value.why
    assert caught.value.exchange is not None


class Balancer:
    """Load balancing as far as this provider asks it, and a group that tells of its target groups in the newer way."""

    def __init__(self) -> None:
        self.states: list[tuple[str, str]] = []
        self.denied = False
        self.actions: list[str] = []

    def answer(self, asked: Asked, _: object) -> Told:
        action = parse_qs(asked.body.decode())["Action"][0]
        self.actions.append(action)
        if action == "DescribeAutoScalingGroups":
            sources = (
                f"<member><Identifier>{ARN}</Identifier><Type>elbv2</Type></member>"
                "<member><Identifier>arn:x:lattice</Identifier><Type>vpc-lattice</Type></member>"
            )
            inner = (
                "<AutoScalingGroups><member><AutoScalingGroupName>scmapi-asg</AutoScalingGroupName>"
                f"<TrafficSources>{sources}</TrafficSources></member></AutoScalingGroups>"
            )
        elif self.denied:
            body = b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"
            return Told(403, body)
        else:
            members = "".join(
                f"<member><Target><Id>i-{n}</Id></Target><TargetHealth><State>{state}</State>"
                f"<Reason>{reason}</Reason></TargetHealth></member>"
                for n, (state, reason) in enumerate(self.states)
            )
            inner = f"<TargetHealthDescriptions>{members}</TargetHealthDescriptions>"
        return Told(200, f"<{action}Response><{action}Result>{inner}</{action}Result></{action}Response>".encode())


@pytest.fixture
def balancer(aws_home: AwsHome) -> Balancer:
    return Balancer()


@pytest.fixture
def url(balancer: Balancer) -> Iterator[str]:
    with FaultProxy(("127.0.0.1", 1)) as proxy:
        proxy.switch(Fault("balancer", answer=balancer.answer))
        yield proxy.url


async def test_targets_that_are_drained_or_not_in_use_are_left_out_of_the_total(balancer: Balancer, url: str) -> None:
    balancer.states = [
        ("healthy", ""),
        ("unhealthy", "Target.Timeout"),
        ("unhealthy", "Target.Timeout"),
        ("unhealthy", "Target.ResponseCodeMismatch"),
        ("initial", "Elb.RegistrationInProgress"),
        ("draining", "Target.DeregistrationInProgress"),
        ("unused", "Target.NotInUse"),
    ]
    (group,), _ = await health(url, SCM)
    assert group == TargetHealth(
        *("SCMAPI", "scm", 1, 5),
        (("draining", 1), ("initial", 1), ("unhealthy", 3), ("unused", 1)),
        ("Elb.RegistrationInProgress", "Target.ResponseCodeMismatch", "Target.Timeout"),
    )


async def test_five_hundred_targets_in_ten_groups_take_one_call_a_group(balancer: Balancer, url: str) -> None:
    balancer.states = [("healthy", "")] * 50
    services = [Service(f"S{number}") for number in range(10)]
    named = {service.name: (ARN.replace("/scm/", f"/{service.name}/"),) for service in services}
    groups, answer = await health(url, *services, **named)
    assert [(group.service, group.healthy, group.total) for group in groups] == [(f"S{n}", 50, 50) for n in range(10)]
    assert (answer.coverage.seen, answer.coverage.expected, answer.coverage.note) == (10, 10, "")
    assert balancer.actions == ["DescribeTargetHealth"] * 10


async def test_a_group_without_targets_has_none(balancer: Balancer, url: str) -> None:
    (group,), _ = await health(url, SCM)
    assert (group.healthy, group.total) == (0, 0)


async def test_being_denied_names_the_action_as_a_policy_does(balancer: Balancer, url: str) -> None:
    balancer.denied = True
    with pytest.raises(SourceError) as caught:
        await health(url, SCM)
    assert caught.value.kind is FailureKind.AUTH
    assert "not allowed to elasticloadbalancing:DescribeTargetHealth" in caught.value.why


async def test_it_answers_what_it_is_for(url: str) -> None:
    made = provider(url, SCM)
    with pytest.raises(SourceError, match="no cpu"):
        await made.poll(Topic.CPU, None)
    with pytest.raises(SourceError, match="does not answer"):
        await made.look_up(Lookup.ORDER_STATUS, Question("TG1"))  # type: ignore[arg-type]


def test_settings_that_cannot_work_are_refused() -> None:
    with pytest.raises(UsageError, match="target_groups: no service is called 'SCM'; there are: SCMAPI"):
        provider("", SCM, SCM=(ARN,))
    with pytest.raises(UsageError, match=r"target_groups\.SCMAPI: 'scm' is not the ARN of a target"):
        provider("", SCM, SCMAPI=("scm",))
    with pytest.raises(UsageError, match="no service has an auto_scaling_group"):
        provider("", Service("A"))


def test_it_needs_no_more_than_it_asks() -> None:
    assert isinstance(ElbProvider, NeedsPermissions)
    asked = ElbProvider.permissions(ElbSettings(), launch(SCM))
    assert [each.actions for each in asked] == [
        ("elasticloadbalancing:DescribeTargetHealth",),
        ("autoscaling:DescribeAutoScalingGroups",),
    ]
    named = ElbProvider.permissions(ElbSettings(target_groups={"SCMAPI": (ARN,)}), launch(SCM))
    assert [each.actions for each in named] == [("elasticloadbalancing:DescribeTargetHealth",)]


@given(st.lists(st.sampled_from(["healthy", "unhealthy", "initial", "unavailable", *sorted(ASIDE), "", "neü\x1b"])))
def test_every_target_is_in_one_place(states: list[str]) -> None:
    found = [{"TargetHealth": {"State": state, "Reason": f"R.{state}"}} for state in states]
    group = health_of(Targets("S", ARN), found)
    assert group.healthy == states.count("healthy")
    assert group.healthy + sum(count for _, count in group.states) == len(states)
    assert group.total == sum(state not in ASIDE for state in states)
    assert all(word.isprintable() for word in group.reasons)


@given(st.text())
def test_any_arn_has_a_name_that_can_be_shown(arn: str) -> None:
    controls = {chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))} - {"\n", "\t"}
    assert not controls & set(Targets("S", arn).name)
