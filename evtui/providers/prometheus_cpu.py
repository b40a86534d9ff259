"""CPU of machines from series whose labels name them, and which machines should be reporting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct, field

from evtui.domain.campaign import Campaign
from evtui.domain.metrics import CpuPoint
from evtui.domain.reading import CpuPoints
from evtui.providers._batches import some
from evtui.providers.prometheus_answer import Told
from evtui.providers.prometheus_settings import PrometheusSettings

REMEMBERED = timedelta(minutes=15)
"""How long a machine that fell silent is still expected: long enough to be missed, and one that was taken out of
service does not count as missing for the rest of the day."""

ROUNDING = 1.0
"""Percent beside 0 to 100 that come of extrapolating: taken for the limit itself. Beyond it is no percentage."""

Machine = tuple[str, str]


class Fleet(Struct, frozen=True):
    """(service, machine) -> the newest minute it told of."""

    seen: Mapping[Machine, datetime] = field(default_factory=dict)


def cpu_points(
    told: Told, settings: PrometheusSettings, campaign: Campaign, before: Fleet
) -> tuple[CpuPoints, Fleet, list[str]]:
    """Points in percent, the machines known now, and what had to be left out."""
    points: list[CpuPoint] = []
    seen = dict(before.seen)
    taken: set[Machine] = set()
    nameless = double = beyond = 0
    strange: Counter[str] = Counter()
    for line in told.lines:
        service = settings.service or line.labels.get(settings.service_label, "")
        machine = line.labels.get(settings.machine_label, "")
        if not service or not machine:
            nameless += 1
        elif campaign.service(service) is None:
            strange[service] += 1
        elif (service, machine) in taken:
            double += 1
        else:
            taken.add((service, machine))
            for minute, percent in line.minutes.items():
                if not -ROUNDING <= percent <= 100 + ROUNDING:
                    beyond += 1
                    continue
                points.append(CpuPoint(service, machine, minute, min(max(percent, 0.0), 100.0)))
                seen[service, machine] = max(seen.get((service, machine), minute), minute)
    newest = max(seen.values(), default=None)
    if newest is not None:
        seen = {key: minute for key, minute in seen.items() if minute > newest - REMEMBERED}
    notes = [
        f"{count:,} {what}, left out"
        for count, what in (
            (nameless, f"series without {settings.service_label or 'service'} or {settings.machine_label}"),
            (strange.total(), f"series of no service of the campaign ({some(list(strange), 'of them')})"),
            (double, "further series of a machine"),
            (beyond, "values that are no percentage"),
        )
        if count
    ]
    return CpuPoints(tuple(points), tuple(sorted(seen))), Fleet(seen), notes
