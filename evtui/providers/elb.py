"""Targets of the launch's load balancers: how many of each service's target group take requests, and why not the rest.

The target groups are those of the service's Auto Scaling group, or those that the setting `target_groups` names.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Self

from msgspec import Struct, field

from evtui.clock import Clock
from evtui.domain.campaign import Campaign
from evtui.domain.metrics import TargetHealth
from evtui.domain.reading import Answer, Coverage, FailureKind, Lookup, TargetHealths, Topic
from evtui.providers import _aws_groups, base
from evtui.providers._aws import Aws, AwsSettings, Told
from evtui.providers._aws_groups import SEE_TO, describe_groups, not_known, pages
from evtui.providers._batches import few
from evtui.providers.base import Context, Permission, Question, SourceError
from evtui.providers.objections import Objections
from evtui.redact import admit

HEALTHY = "healthy"
"""The state of a target that takes requests and passes its checks."""

ASIDE = frozenset({"draining", "unused", "unhealthy.draining"})
"""States of targets that are not meant to take requests."""

MARK = ":targetgroup/"
"""What stands in the ARN of a target group before its name."""

NOTES = 4
"""Remarks that are shown: what is wrong with one group is often wrong with all."""

WORD_LIMIT = 80
"""Characters of a state, a reason or a name that are kept."""


class ElbSettings(AwsSettings, frozen=True, kw_only=True):
    """`[sources.targets]` with `provider = "elb"`."""

    target_groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """ARNs by service, where they are not those of its Auto Scaling group."""


class Targets(Struct, frozen=True):
    """One target group to be asked about."""

    service: str
    arn: str

    @property
    def name(self) -> str:
        """The name of the group."""
        return admit(self.arn.partition(MARK)[2].partition("/")[0] or self.arn, WORD_LIMIT)


class Round(Struct):
    """What one poll has come across so far."""

    notes: list[str] = field(default_factory=list)
    unknown: int = 0
    """Auto Scaling groups that AWS does not know."""
    bare: int = 0
    """Auto Scaling groups without a target group."""
    refusals: dict[str, SourceError] = field(default_factory=dict)
    """By the name of the target group."""
    told: Told | None = None


class ElbProvider:
    """Polls `targets`."""

    Settings: ClassVar[type[base.Settings]] = ElbSettings
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.TARGETS})
    lookups: ClassVar[frozenset[Lookup]] = frozenset()

    def __init__(self, aws: Aws, named: Mapping[str, Sequence[str]], campaign: Campaign, clock: Clock) -> None:
        self._aws = aws
        self._named = named
        self._campaign = campaign
        self._clock = clock

    @classmethod
    def open(cls, settings: ElbSettings, context: Context) -> Self:
        """A provider for the services of the campaign.

        Raises:
            UsageError: no service has target groups, a service or an ARN that cannot be meant.
        """
        campaign, found = context.campaign, Objections()
        for service, arns in settings.target_groups.items():
            if campaign.service(service) is None:
                there = ", ".join(each.name for each in campaign.services) or "none"
                found.add(f"target_groups: no service is called {service[:60]!r}; there are: {there}")
            for arn in arns:
                if not arn.startswith("arn:") or MARK not in arn:
                    wanted = f"arn:aws:elasticloadbalancing:REGION:ACCOUNT{MARK}NAME/ID"
                    found.add(f"target_groups.{service}: {arn[:100]!r} is not the ARN of a target group: {wanted}")
        if not any(settings.target_groups.values()) and not _asked_groups(campaign, settings.target_groups):
            found.add("target_groups: no service has an auto_scaling_group, and none is named here")
        with found:
            aws = Aws.open(settings, context)
        found.settle()
        return cls(aws, settings.target_groups, campaign, context.clock)

    @classmethod
    def permissions(cls, settings: ElbSettings, campaign: Campaign) -> tuple[Permission, ...]:
        """Target health, and the Auto Scaling groups where they say which target groups there are."""
        health = Permission(("elasticloadbalancing:DescribeTargetHealth",), "which targets of a service are healthy")
        return (health, _aws_groups.PERMISSION) if _asked_groups(campaign, settings.target_groups) else (health,)

    async def poll(self, topic: Topic, cursor: object) -> Answer:
        """The health of every target group now. There is no cursor: the whole is told each time.

        Raises:
            SourceError: AWS gave no usable answer on any group, or there is none.
        """
        if topic is not Topic.TARGETS:
            raise SourceError(FailureKind.DATA, f"the elb provider has no {topic}")
        taken_at = self._clock.now()
        so_far = Round()
        targets = await self._targets(so_far)
        health = [each for each in await asyncio.gather(*(self._health(each, so_far) for each in targets)) if each]
        # answers come in any order; what is said of them is not to change with it
        so_far.refusals = {each.name: so_far.refusals[each.name] for each in targets if each.name in so_far.refusals}
        so_far.notes += _refused(so_far.refusals)
        told = so_far.told
        if not health or told is None:
            raise _nothing(so_far)
        expected = len(targets) + so_far.unknown + so_far.bare
        coverage = Coverage(len(health), expected, "; ".join(so_far.notes[:NOTES]))
        return Answer(TargetHealths(tuple(health)), taken_at, coverage, login=told.login, exchange=told.exchange)

    async def look_up(self, lookup: Lookup, question: Question) -> Answer:
        """Answers nothing.

        Raises:
            SourceError: always.
        """
        raise SourceError(FailureKind.DATA, f"the elb provider does not answer {lookup}")

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._aws.aclose()

    async def _targets(self, so_far: Round) -> list[Targets]:
        """Every target group, in the order of the services; groups are asked anew each time, for they change."""
        names = _asked_groups(self._campaign, self._named)
        groups = await describe_groups(self._aws, names) if names else None
        targets = []
        for service in self._campaign.services:
            if service.name in self._named:
                targets += [Targets(service.name, arn) for arn in self._named[service.name]]
            elif groups is not None and service.auto_scaling_group:
                group = groups.by_name.get(service.auto_scaling_group)
                if group is None:
                    so_far.notes.append(not_known(self._campaign, service.auto_scaling_group, groups.told.region))
                    so_far.unknown += 1
                    continue
                arns = _arns(group)
                targets += [Targets(service.name, arn) for arn in arns]
                if not arns:
                    so_far.bare += 1
                    so_far.notes.append(f"the group {service.auto_scaling_group} of {service.name} has no target group")
        so_far.told = groups.told if groups is not None else None
        return targets

    async def _health(self, targets: Targets, so_far: Round) -> TargetHealth | None:
        """Health of one group; None, with a remark, where it could not be had."""
        try:
            found, so_far.told = await pages(
                *(self._aws, "elbv2", "describe_target_health", "TargetHealthDescriptions"),
                TargetGroupArn=targets.arn,
            )
        except SourceError as error:
            so_far.refusals[targets.name] = error
            return None
        return health_of(targets, found)


def _refused(refusals: Mapping[str, SourceError]) -> Iterator[str]:
    """Target groups whose health could not be had, by the reason: it often is the same for all."""
    by_why: dict[str, list[str]] = {}
    for name, error in refusals.items():
        by_why.setdefault(error.why, []).append(name)
    for why, names in by_why.items():
        yield f"{few(names)}: {why}"


def _nothing(so_far: Round) -> SourceError:
    """What to say where no health was had. What fails for all is about the way there, unless AWS lacks the groups."""
    first = next(iter(so_far.refusals.values()), None)
    if first is not None and first.kind is not FailureKind.DATA:
        return first
    remedy = "attach a target group to the Auto Scaling group, or set target_groups"
    if first is not None:
        remedy = "see to target_groups and region in the campaign file"
    elif so_far.unknown:
        remedy = SEE_TO
    known = first or so_far.told
    why = "; ".join(so_far.notes[:NOTES]) or "no target group to ask about"
    return SourceError(
        *(FailureKind.DATA, why, remedy),
        login=known.login if known is not None else None,
        exchange=known.exchange if known is not None else None,
    )


def health_of(targets: Targets, found: Sequence[Mapping[str, Any]]) -> TargetHealth:
    """The figures of one target group, from the `TargetHealthDescriptions` of AWS."""
    states: Counter[str] = Counter()
    reasons = set()
    for each in found:
        health = each.get("TargetHealth", {})
        state = admit(health.get("State"), WORD_LIMIT) or "unknown"
        states[state] += 1
        if state != HEALTHY and state not in ASIDE and health.get("Reason"):
            reasons.add(admit(health["Reason"], WORD_LIMIT))
    healthy = states.pop(HEALTHY, 0)
    total = healthy + sum(count for state, count in states.items() if state not in ASIDE)
    return TargetHealth(
        targets.service, targets.name, healthy, total, tuple(sorted(states.items())), tuple(sorted(reasons))
    )


def _asked_groups(campaign: Campaign, named: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Auto Scaling groups of services for which no target group is named."""
    services = (each for each in campaign.services if each.name not in named and each.auto_scaling_group)
    return tuple(dict.fromkeys(each.auto_scaling_group for each in services))


def _arns(group: Mapping[str, Any]) -> tuple[str, ...]:
    """Target groups of an Auto Scaling group: AWS tells of them in two places, the newer of which names other things,
    too."""
    sources = (each.get("Identifier") for each in group.get("TrafficSources", ()) if each.get("Type") == "elbv2")
    return tuple(dict.fromkeys(str(arn) for arn in (*group.get("TargetGroupARNs", ()), *sources) if arn))
