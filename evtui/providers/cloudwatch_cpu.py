"""CPU of every machine of a launch: the fixed ones, and those of its groups that are in service now.

A machine under basic monitoring has one sample in five minutes. It is asked for means of five, and one of them stands
for each of its minutes, so that there is a minute that all machines have. Which machines these are is found out from
how far apart their samples lie, and looked at again now and then: somebody may switch detailed monitoring on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta

from msgspec.structs import replace

from evtui.domain.metrics import CpuPoint
from evtui.domain.reading import Answer, Coverage, CpuPoints, FailureKind
from evtui.providers._aws_groups import SEE_TO, describe_groups, group_names, not_known
from evtui.providers._batches import few
from evtui.providers.base import SourceError
from evtui.providers.cloudwatch_ask import Heard, Metric, Round, fetch
from evtui.providers.cloudwatch_round import (
    Asker,
    Cursor,
    answer,
    begin,
    failing,
    gone,
    merge,
    newest_of,
    refused,
    remarks,
    wanted,
)
from evtui.providers.cloudwatch_spans import BASIC, Ask, Progress, every_five, moment_of, plan
from evtui.redact import admit

LOOK_AGAIN = 30
"""Minutes after which it is looked whether a machine with a sample in five minutes has got one a minute by now."""

COMMON = 3
"""Newest minutes among which the one that most machines have is taken; machines report a minute or two apart."""

Machines = tuple[tuple[str, str], ...]
"""(service, instance id) pairs."""


class MachineCursor(Cursor, frozen=True):
    """As `Cursor`, by instance id; `machines` are those that were asked about last."""

    machines: Machines = ()


async def poll_cpu(asker: Asker, monitoring: str, before: MachineCursor | None, now: int) -> Answer:
    """CPU up to the minute `now`; `monitoring` is `auto`, `detailed` or `basic`.

    Raises:
        SourceError: no machine is known, or nothing was told.
    """
    cursor = before or MachineCursor()
    trip = Round([], [])
    machines, words, unknown = await _machines(asker, cursor, trip)
    metrics = {machine: _metric(machine) for _, machine in machines}
    spans = wanted(asker.campaign, now)
    stood = begin(cursor, tuple(metrics), BASIC if monitoring == "basic" else 1)
    start = _tried(stood, now) if monitoring == "auto" else stood
    asks, more = plan(start, spans, now, first=before is None)
    await fetch(asker.aws, metrics, asks, asker.price, trip)
    turned = _turned(stood, start, trip, now) if monitoring == "auto" else {}
    if turned:
        start = {**start, **turned}
        trip.heard[:] = [_forget(heard, turned) for heard in trip.heard]
        asks, _ = plan(turned, spans, now, first=before is None)
        await fetch(asker.aws, metrics, asks, asker.price, trip)
    words += refused(trip, "machines") + trip.notes
    merged = merge(start, trip.heard, spans, now)
    unsaid = [machine for machine in silent(merged.series) if machine not in failing(trip)]
    words += [f"no CPU lately of {few(unsaid)}"] if unsaid else []
    series = {**merged.series, **gone(cursor, merged.series, spans, now)}
    moments = {minute: moment_of(minute) for values in merged.fresh.values() for minute in values}
    points = tuple(
        CpuPoint(service, machine, moments[minute], percent)
        for service, machine in machines
        for minute, percent in sorted(merged.fresh[machine].items())
    )
    basic = sum(progress.step > 1 for progress in merged.series.values())
    remark = f"{basic} of {len(metrics)} machines: 5-minute means (basic monitoring)" if basic else ""
    # one machine that reports every minute is enough for a fact of the last minutes
    apart = timedelta(minutes=BASIC) if basic == len(metrics) else None
    moved = MachineCursor(series, newest_of(cursor, merged.fresh), machines)
    coverage = Coverage(seen(merged.series), len(metrics) + unknown, remarks(words), more, remark, apart)
    return answer(CpuPoints(points, machines), trip, moved, coverage)


def seen(series: Mapping[str, Progress]) -> int:
    """How many machines have the newest minute that most of them have.

    Among machines that report every minute the last few minutes are looked at; as far back as a five of minutes is late
    where some report in fives.
    """
    return max((sum(minute in each.held for each in series.values()) for minute in _lately(series)), default=0)


def silent(series: Mapping[str, Progress]) -> list[str]:
    """Machines without any of the minutes among which `seen` looks for one."""
    minutes = _lately(series)
    return [machine for machine, each in series.items() if not any(minute in each.held for minute in minutes)]


def _lately(series: Mapping[str, Progress]) -> range:
    newest = max((minute for progress in series.values() for minute in progress.held), default=None)
    if newest is None:
        return range(0)
    back = COMMON + 2 * BASIC if any(progress.step > 1 for progress in series.values()) else COMMON
    return range(newest - back + 1, newest + 1)


async def _machines(asker: Asker, cursor: MachineCursor, trip: Round) -> tuple[Machines, list[str], int]:
    """Machines that should be reporting now, remarks about groups that could not be had, and how many these miss."""
    campaign, names = asker.campaign, group_names(asker.campaign)
    fixed = tuple((service.name, machine) for service in campaign.services for machine in service.fixed)
    if not names:
        if not fixed:
            raise SourceError(
                FailureKind.DATA, "no service has machines", "give [[services]] `fixed` or `auto_scaling_group`"
            )
        return tuple(dict.fromkeys(fixed)), [], 0
    try:
        groups = await describe_groups(asker.aws, names)
    except SourceError as error:
        # a login that is refused stays refused; otherwise yesterday's machines are better than none
        if error.kind is not FailureKind.DOWN or not cursor.machines:
            raise
        trip.exchange, trip.login = error.exchange, error.login
        return cursor.machines, [f"machines of the groups as they were last known: {error.why}"], 0
    trip.exchange, trip.login = groups.told.exchange, groups.told.login
    words = [not_known(campaign, name, groups.told.region) for name in names if name not in groups.by_name]
    found = list(fixed)
    for service in campaign.services:
        group = groups.by_name.get(service.auto_scaling_group, {})
        instances = [each for each in group.get("Instances", ()) if each.get("LifecycleState") == "InService"]
        found += [(service.name, admit(str(each.get("InstanceId")), 60)) for each in instances]
    if not found and words:
        raise SourceError(
            FailureKind.DATA,
            remarks(words),
            SEE_TO,
            login=trip.login,
            exchange=trip.exchange,
        )
    # what an unknown group should have is planned, or it is one machine at least
    services = (service for service in campaign.services if service.auto_scaling_group not in {"", *groups.by_name})
    return tuple(dict.fromkeys(found)), words, sum(max(service.planned_scaled or 0, 1) for service in services)


def _metric(machine: str) -> Metric:
    return Metric("AWS/EC2", "CPUUtilization", (("InstanceId", machine),), "Average")


def _tried(series: Mapping[str, Progress], now: int) -> dict[str, Progress]:
    """The series, with those whose turn it is to be looked at again asked for every minute this time."""
    return {
        key: replace(each, step=1, held={}) if each.step > 1 and now - each.looked >= LOOK_AGAIN else each
        for key, each in series.items()
    }


def _turned(
    before: Mapping[str, Progress], asked: Mapping[str, Progress], trip: Round, now: int
) -> dict[str, Progress]:
    """Those that were asked for every minute and report in fives: as they stood, or as if never asked for before."""
    found: dict[str, Progress] = {}
    for key, progress in asked.items():
        if progress.step > 1:
            continue
        came = (minute for heard in trip.heard for minute in heard.points.get(key, {}))
        fives = every_five({*progress.held, *came})
        if before[key].step > 1 and fives is not False:
            found[key] = replace(before[key], looked=now)
        elif fives:
            found[key] = Progress(step=BASIC, looked=now)
    return found


def _forget(heard: Heard, keys: Collection[str]) -> Heard:
    """An answer without what it says of some series."""
    ask = Ask(tuple(key for key in heard.ask.keys if key not in keys), heard.ask.start, heard.ask.end, heard.ask.step)
    points = {key: each for key, each in heard.points.items() if key not in keys}
    return Heard(ask, points, {key: why for key, why in heard.failed.items() if key not in keys})
