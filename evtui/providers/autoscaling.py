"""Machines of every service: what its Auto Scaling group wants and has, and which of its fixed machines run.

Only looks: nothing is ever scaled from here, and scheduled actions are not asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Self

from msgspec import Struct

from evtui.clock import Clock
from evtui.domain.campaign import Campaign, Service
from evtui.domain.metrics import FleetSize
from evtui.domain.reading import Answer, Coverage, FailureKind, FleetSizes, Lookup, Topic
from evtui.providers import _aws_groups, base
from evtui.providers._aws import Aws, AwsSettings, Told
from evtui.providers._aws_groups import Groups, describe_groups, group_names, not_known, pages
from evtui.providers._batches import FEW, batches, few
from evtui.providers.base import Context, Permission, Question, SourceError
from evtui.providers.objections import Objections
from evtui.redact import admit

IN_SERVICE = "InService"
"""The one lifecycle state of a machine that takes requests."""

IDS_A_CALL = 200
"""Values that AWS takes in one filter."""

WORD_LIMIT = 60
"""Characters of a state or a process that are kept."""


class AutoScalingSettings(AwsSettings, frozen=True, kw_only=True):
    """`[sources.capacity]` with `provider = "autoscaling"`; the groups stand with the services."""


class Fixed(Struct, frozen=True):
    """Fixed machines as EC2 tells of them; `states` by instance id, None where EC2 could not be asked."""

    states: Mapping[str, str] | None
    why: str = ""
    told: Told | None = None


class AutoScalingProvider:
    """Polls `capacity`."""

    Settings: ClassVar[type[base.Settings]] = AutoScalingSettings
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.CAPACITY})
    lookups: ClassVar[frozenset[Lookup]] = frozenset()

    def __init__(self, aws: Aws, campaign: Campaign, clock: Clock) -> None:
        self._aws = aws
        self._campaign = campaign
        self._clock = clock

    @classmethod
    def open(cls, settings: AutoScalingSettings, context: Context) -> Self:
        """A provider for the services of the campaign.

        Raises:
            UsageError: no service has machines to be asked about, or a setting cannot be meant.
        """
        found = Objections()
        if not group_names(context.campaign) and not _fixed_ids(context.campaign):
            found.add("services: none has auto_scaling_group or fixed, so there are no machines to ask about")
        with found:
            aws = Aws.open(settings, context)
        found.settle()
        return cls(aws, context.campaign, context.clock)

    @classmethod
    def permissions(cls, settings: AutoScalingSettings, campaign: Campaign) -> tuple[Permission, ...]:
        """Groups are described where there are any, machines where some are fixed."""
        needed = []
        if group_names(campaign):
            needed.append(_aws_groups.PERMISSION)
        if _fixed_ids(campaign):
            needed.append(Permission(("ec2:DescribeInstances",), "which of the fixed machines run"))
        return tuple(needed)

    async def poll(self, topic: Topic, cursor: object) -> Answer:
        """How many machines every service has now. There is no cursor: the whole is told each time.

        Raises:
            SourceError: AWS gave no usable answer, or knows none of the groups.
        """
        if topic is not Topic.CAPACITY:
            raise SourceError(FailureKind.DATA, f"the autoscaling provider has no {topic}")
        taken_at = self._clock.now()
        names = group_names(self._campaign)
        groups = await describe_groups(self._aws, names) if names else None
        fixed = await self._fixed(may_fail=groups is not None)
        told = groups.told if groups is not None else fixed.told
        missing = [name for name in names if groups is not None and name not in groups.by_name]
        notes = [not_known(self._campaign, name, told.region) for name in missing] if told is not None else []
        if names and len(missing) == len(names):
            raise _all_unknown(notes, groups)
        notes += _remarks(self._campaign, groups, fixed)
        sizes = tuple(_size(service, groups, fixed) for service in self._campaign.services)
        ids = _fixed_ids(self._campaign)
        known = len(names) - len(missing) + sum(machine in (fixed.states or {}) for machine in ids)
        coverage = Coverage(known, len(names) + len(ids), "; ".join(notes))
        return _answer(FleetSizes(sizes), taken_at, coverage, told)

    async def look_up(self, lookup: Lookup, question: Question) -> Answer:
        """Answers nothing.

        Raises:
            SourceError: always.
        """
        raise SourceError(FailureKind.DATA, f"the autoscaling provider does not answer {lookup}")

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._aws.aclose()

    async def _fixed(self, *, may_fail: bool) -> Fixed:
        """States of the fixed machines. Asked for by a filter, which takes no offence at an id that does not exist."""
        ids = _fixed_ids(self._campaign)
        states: dict[str, str] = {}
        told = None
        try:
            for batch in batches(ids, IDS_A_CALL):
                found, told = await pages(
                    *(self._aws, "ec2", "describe_instances", "Reservations"),
                    Filters=[{"Name": "instance-id", "Values": list(batch)}],
                )
                machines = (machine for each in found for machine in each.get("Instances", ()))
                states.update((str(each.get("InstanceId")), _state(each)) for each in machines)
        except SourceError as error:
            if not may_fail:
                raise
            return Fixed(None, f"fixed machines not counted: {error.why}")
        return Fixed(states, told=told)


def _fixed_ids(campaign: Campaign) -> tuple[str, ...]:
    return tuple(dict.fromkeys(machine for service in campaign.services for machine in service.fixed))


def _state(machine: Mapping[str, Any]) -> str:
    return admit(machine.get("State", {}).get("Name"), WORD_LIMIT)


def _size(service: Service, groups: Groups | None, fixed: Fixed) -> FleetSize:
    """What is known of one service; a group that AWS does not know leaves its part unknown."""
    running = None
    if fixed.states is not None and (service.fixed or not service.auto_scaling_group):
        running = sum(fixed.states.get(machine) == "running" for machine in service.fixed)
    group = groups.by_name.get(service.auto_scaling_group) if groups is not None else None
    if group is None:
        return FleetSize(service.name, running, None, None)
    states = Counter(admit(each.get("LifecycleState"), WORD_LIMIT) for each in group.get("Instances", ()))
    in_service = states.pop(IN_SERVICE, 0)
    suspended = {admit(each.get("ProcessName"), WORD_LIMIT) for each in group.get("SuspendedProcesses", ())}
    return FleetSize(
        service.name,
        running,
        group.get("DesiredCapacity"),
        in_service,
        tuple(sorted(states.items())),
        group.get("MinSize"),
        group.get("MaxSize"),
        tuple(sorted(suspended)),
    )


def _remarks(campaign: Campaign, groups: Groups | None, fixed: Fixed) -> list[str]:
    """What the numbers alone do not say."""
    remarks = []
    for name in group_names(campaign):
        group = groups.by_name.get(name, {}) if groups is not None else {}
        if group.get("Status"):
            remarks.append(f"Auto Scaling group {name}: {admit(group['Status'], WORD_LIMIT)}")
    if fixed.states is None:
        return [*remarks, fixed.why]
    for at, service in enumerate(campaign.services):
        lost = [machine for machine in service.fixed if machine not in fixed.states]
        if lost:
            remarks.append(f"not known to EC2: {few(lost)} (services[{at}].fixed)")
    return remarks


def _all_unknown(notes: list[str], groups: Groups | None) -> SourceError:
    told = groups.told if groups is not None else None
    return SourceError(
        FailureKind.DATA,
        "; ".join(notes[:FEW]),
        _aws_groups.SEE_TO,
        login=told.login if told is not None else None,
        exchange=told.exchange if told is not None else None,
    )


def _answer(value: FleetSizes, taken_at: datetime, coverage: Coverage, told: Told | None) -> Answer:
    if told is None:
        return Answer(value, taken_at, coverage)
    return Answer(value, taken_at, coverage, login=told.login, exchange=told.exchange)
