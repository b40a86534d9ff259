"""`evtui check --iam`: the least policy that lets an account answer what a campaign file asks of AWS.

Each provider class says what a source with its settings needs; nothing is opened and nobody is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from evtui.commands.check import to_json
from evtui.commands.output import Output
from evtui.config.load import CampaignFile, load
from evtui.domain.campaign import Campaign
from evtui.errors import ConfigError, UsageError
from evtui.providers import registry
from evtui.providers.base import NeedsPermissions, Permission
from evtui.sources import Judged, judge_sources, switched_on

POLICY_VERSION = "2012-10-17"
"""Version of IAM's policy language."""


def run(path: Path) -> Output:
    """The policy as JSON for the sources of the file at `path` that are switched on.

    Raises:
        ConfigError: the file has problems.
        UsageError: none of its sources asks AWS.
    """
    file = load(path)
    judged = judge_sources(file)
    if judged.problems:
        raise ConfigError(judged.problems)
    wanted = sorted(set(_wanted(file, judged)), key=lambda each: (each.why, each.resources, each.actions))
    if not wanted:
        raise UsageError(f"no source of {file.places.file} asks AWS: there is nothing to permit")
    warnings = tuple(f"{why}: what it needs is not in this policy" for why in judged.unusable.values())
    return Output(to_json({"Version": POLICY_VERSION, "Statement": statements(wanted)}), warnings)


def _wanted(file: CampaignFile, judged: Judged) -> Iterator[Permission]:
    for source in switched_on(file):
        provider: object = judged.classes[source.provider]
        if isinstance(provider, NeedsPermissions):
            yield from _asked(source.provider, provider, judged.settings[source.topic], file.campaign)


def _asked(name: str, provider: NeedsPermissions, settings: object, campaign: Campaign) -> tuple[Permission, ...]:
    return registry.guarded(name, "say what it needs", lambda: provider.permissions(settings, campaign))


def statements(wanted: list[Permission]) -> list[dict[str, object]]:
    """One statement for each purpose and its resources; an action that an earlier one permits is not repeated."""
    grouped: dict[tuple[str, tuple[str, ...]], set[str]] = {}
    permitted: set[tuple[str, tuple[str, ...]]] = set()
    for permission in wanted:
        resources = tuple(sorted(permission.resources))
        for action in permission.actions:
            if (action, resources) not in permitted:
                permitted.add((action, resources))
                grouped.setdefault((permission.why, resources), set()).add(action)
    sids: set[str] = set()
    found: list[dict[str, object]] = []
    for (why, resources), actions in grouped.items():
        sid = _sid(why, sids)
        resource = resources[0] if len(resources) == 1 else list(resources)
        found.append({"Sid": sid, "Effect": "Allow", "Action": sorted(actions), "Resource": resource})
    return found


def _sid(why: str, taken: set[str]) -> str:
    """`why` as IAM takes it: letters and digits only, once in a policy."""
    words = re.findall(r"[A-Za-z0-9]+", why)
    name = "".join(word[:1].upper() + word[1:] for word in words) or "Read"
    sid, number = name, 2
    while sid in taken:
        sid, number = f"{name}{number}", number + 1
    taken.add(sid)
    return sid
