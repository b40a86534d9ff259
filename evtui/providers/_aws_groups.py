"""Auto Scaling groups as AWS describes them, by name: what several sources begin with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from evtui.domain.campaign import Campaign
from evtui.domain.reading import FailureKind
from evtui.providers._aws import Aws, Told
from evtui.providers._batches import batches
from evtui.providers.base import Permission, SourceError

NAMES_A_CALL = 50
"""Groups that AWS takes by name in one call."""

RECORDS_A_CALL = 100
"""The most groups AWS tells of in one answer."""

PAGES = 50
"""Answers of one question that are followed: more are a server that never comes to an end."""

SEE_TO = "see to auto_scaling_group, region and profile in the campaign file"
"""What to do about groups that AWS does not know."""

PERMISSION = Permission(("autoscaling:DescribeAutoScalingGroups",), "which machines a service's group has")
"""What it takes to ask for groups; the action cannot be limited to some of them."""


class Groups(Struct, frozen=True):
    """What AWS said of the groups that were asked for."""

    by_name: Mapping[str, Mapping[str, Any]]
    """The groups AWS knows, as the SDK gives them (`DescribeAutoScalingGroups`); a name it does not know is missing."""
    told: Told
    """The last answer, for how it was had."""


def group_names(campaign: Campaign) -> tuple[str, ...]:
    """Every Auto Scaling group of the launch, once."""
    return tuple(dict.fromkeys(each.auto_scaling_group for each in campaign.services if each.auto_scaling_group))


def group_key(campaign: Campaign, name: str) -> str:
    """Where the campaign file names a group, such as `services[1].auto_scaling_group`."""
    at = next(index for index, each in enumerate(campaign.services) if each.auto_scaling_group == name)
    return f"services[{at}].auto_scaling_group"


def not_known(campaign: Campaign, name: str, region: str) -> str:
    """The sentence about a group that AWS does not know: it says nothing at all, so the campaign file is in doubt."""
    return f"configuration error: no Auto Scaling group {name} in {region} ({group_key(campaign, name)})"


async def pages(aws: Aws, service: str, operation: str, member: str, **params: Any) -> tuple[list[Any], Told]:
    """Every item of the list `member`, followed from answer to answer by `NextToken`, and the last answer.

    Raises:
        SourceError: no answer, or one without the list.
    """
    items: list[Any] = []
    token: str | None = None
    for _ in range(PAGES):
        told = await aws.call(service, operation, **params, **({"NextToken": token} if token else {}))
        found = told.answer.get(member)
        if not isinstance(found, list):
            why = f"{service} {operation} answered without {member}: that is not AWS, or not as it was"
            raise SourceError(FailureKind.DATA, why, login=told.login, exchange=told.exchange)
        items += found
        token = told.answer.get("NextToken")
        if not token:
            return items, told
    why = f"{service} {operation} does not come to an end: {PAGES} answers, and more announced"
    raise SourceError(FailureKind.DATA, why, login=told.login, exchange=told.exchange)


async def describe_groups(aws: Aws, names: Sequence[str]) -> Groups:
    """The groups of these names, 50 a call; at least one name.

    Raises:
        SourceError: AWS gave no usable answer.
    """
    by_name: dict[str, Mapping[str, Any]] = {}
    for batch in batches(names, NAMES_A_CALL):
        groups, told = await pages(
            *(aws, "autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups"),
            AutoScalingGroupNames=list(batch),
            MaxRecords=RECORDS_A_CALL,
        )
        by_name.update((str(group.get("AutoScalingGroupName")), group) for group in groups)
    return Groups(by_name, told)
