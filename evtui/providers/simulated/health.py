"""Machines and visitors of the simulated shop: CPU a minute and machine, requests a minute, machines in service.

Figures are worked out from their minute alone, so a day of history costs arithmetic and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import compress
from math import exp

from msgspec import Struct

from evtui.domain.campaign import Service
from evtui.domain.metrics import CpuPoint, FleetSize, TrafficPoint
from evtui.domain.reading import Coverage
from evtui.providers.simulated.draw import HOUR, MINUTE, Noise, hexadecimal, to_moment
from evtui.providers.simulated.world import World

PUBLISHED_AFTER = 1
"""Minutes after its end at which a minute's figures can be read, as with CloudWatch."""

INVENTED_MACHINES = 4
"""Machines of a service whose plan says nothing: one fixed, the others scaled."""

SCALED_OUT = 2 * HOUR
"""How long before opening the machines that only the launch needs come into service."""

_REQUESTS = 1_900.0
"""Requests a minute on a usual working morning."""

_REQUESTS_PER_ORDER = 45.0
_SATURATED = 95.0
_CROWD_STAYS = 90 * MINUTE


class Fleet(Struct, frozen=True):
    """Machines of one service, fixed ones first; from `usual` on they serve the launch only."""

    service: str
    machines: tuple[str, ...]
    fixed: int
    usual: int
    warmth: float
    """Percent of CPU at rest."""
    gain: float
    """Percent of CPU for each order a minute."""
    saturated: int | None = None
    """The machine that is at its limit, if one is."""


class Health:
    """What the monitoring of a simulated launch would have recorded."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._noise = Noise(world.seed, "health")
        self.fleets = tuple(self._fleet(service, number) for number, service in enumerate(world.campaign.services))

    def newest_minute(self, now: int) -> int:
        """Start of the newest minute whose figures can be read at `now`."""
        return (now // MINUTE - 1 - PUBLISHED_AFTER) * MINUTE

    def machines(self, now: int) -> tuple[tuple[str, str], ...]:
        """(service, machine) that should be reporting at a moment."""
        return tuple(
            (fleet.service, machine) for fleet in self.fleets for machine in fleet.machines[: self._size(fleet, now)]
        )

    def coverage(self, minute: int) -> Coverage:
        """Machines that reported in a minute, of those that should have."""
        expected = sum(self._size(fleet, minute) for fleet in self.fleets)
        return Coverage(sum(self._reporting(fleet, minute) for fleet in self.fleets), expected)

    def capacity(self, now: int) -> tuple[FleetSize, ...]:
        """Machines in service at a moment."""
        sizes: list[FleetSize] = []
        for fleet in self.fleets:
            scaled = self._size(fleet, now) - fleet.fixed
            sizes.append(FleetSize(fleet.service, min(fleet.fixed, self._reporting(fleet, now)), scaled, scaled))
        return tuple(sizes)

    def scaled(self, now: int) -> tuple[tuple[str, int, int], ...]:
        """(service, its scaled machines, those of them that do not report) of each service that has any."""
        found: list[tuple[str, int, int]] = []
        for fleet in self.fleets:
            size = self._size(fleet, now)
            if size > fleet.fixed:
                found.append((fleet.service, size - fleet.fixed, size - max(self._reporting(fleet, now), fleet.fixed)))
        return tuple(found)

    def cpu(self, first: int, last: int) -> tuple[CpuPoint, ...]:
        """Points of every reporting machine for the minutes from `first` to `last`, both included, by machine."""
        minutes = range(first, last + 1, MINUTE)
        moments = [to_moment(minute) for minute in minutes]
        loads = [self._load(minute) for minute in minutes]
        orders = [self._orders(minute) for minute in minutes]
        points: list[CpuPoint] = []
        for number, fleet in enumerate(self.fleets):
            levels = [fleet.warmth + load + fleet.gain * count for load, count in zip(loads, orders, strict=True)]
            reporting = [self._reporting(fleet, minute) for minute in minutes]
            for k, machine in enumerate(fleet.machines):
                ripple = self._noise.run(first // MINUTE, len(minutes), number * 16 + k)
                percents = [int(level * 10 + 16 * wave) / 10 for level, wave in zip(levels, ripple, strict=True)]
                if k == fleet.saturated:
                    percents = self._saturate(minutes, percents, ripple)
                present = [size > k for size in reporting]
                points += _points(fleet.service, machine, compress(moments, present), compress(percents, present))
        return tuple(points)

    def traffic(self, first: int, last: int) -> tuple[TrafficPoint, ...]:
        """Requests in each minute from `first` to `last`, both included."""
        minutes = range(first, last + 1, MINUTE)
        points: list[TrafficPoint] = []
        for minute, wave in zip(minutes, self._noise.run(first // MINUTE, len(minutes), 5), strict=True):
            usual = self._world.rhythm.daylight(minute) * (1 + 0.04 * wave)
            more = 1 + self._crowd(minute) + self._promoted(minute)
            requests = _REQUESTS * usual * more + _REQUESTS_PER_ORDER * self._orders(minute)
            points.append(TrafficPoint(to_moment(minute), float(int(requests))))
        return tuple(points)

    def _saturate(self, minutes: range, percents: list[float], ripple: tuple[float, ...]) -> list[float]:
        return [
            int((_SATURATED + 1.5 * wave) * 10) / 10 if minute >= self._world.opens else percent
            for minute, percent, wave in zip(minutes, percents, ripple, strict=True)
        ]

    def _load(self, minute: int) -> float:
        """Percent of CPU every machine owes to visitors who do not buy."""
        return 3.0 * self._world.rhythm.daylight(minute) + 4.0 * self._promoted(minute) + 2.0 * self._crowd(minute)

    def _orders(self, minute: int) -> float:
        """Orders a minute, as machines feel them: work of one minute reaches into the next."""
        if minute < self._world.opens - MINUTE:
            return 0.0
        return 0.6 * self._world.orders_made(minute) + 0.4 * self._world.orders_made(minute - MINUTE)

    def _crowd(self, minute: int) -> float:
        """Share of visitors the open sale adds."""
        since = minute - self._world.opens
        return self._world.scenario.crowd * exp(-since / _CROWD_STAYS) if since >= 0 else 0.0

    def _promoted(self, minute: int) -> float:
        """Share of visitors promotions add: what a push brings depends on how much the day's offer is wanted."""
        return min(0.3, 0.05 + 0.4 * self._world.scenario.crowd) * self._world.rhythm.echo(minute)

    def _size(self, fleet: Fleet, at: int) -> int:
        return len(fleet.machines) if at >= self._world.opens - SCALED_OUT else fleet.usual

    def _reporting(self, fleet: Fleet, minute: int) -> int:
        """How many machines report, counted from the first: the others' agents are silent or they do not run yet."""
        size = self._size(fleet, minute)
        silent = self._world.scenario.half_fleet_silent
        if silent is not None and silent[0] * MINUTE <= minute - self._world.opens < silent[1] * MINUTE:
            return size - size // 2
        return size

    def _fleet(self, service: Service, number: int) -> Fleet:
        seed, name = self._world.seed, service.name
        fixed = max(len(service.fixed), service.planned_fixed or 0)
        scaled = service.planned_scaled or 0
        usual = fixed + scaled
        if service.planned is None:
            fixed = max(1, fixed)
            scaled = max(0, INVENTED_MACHINES - fixed)
            usual = fixed + scaled
        elif service.before_scaled is not None:
            usual = fixed + min(scaled, service.before_scaled)
        invented = (f"i-0{hexadecimal(16, seed, name, k)}" for k in range(fixed + scaled - len(service.fixed)))
        is_front = _is_supply_chain(name)
        chosen = next((s.name for s in self._world.campaign.services if _is_supply_chain(s.name)), None)
        last = self._world.campaign.services[-1].name
        saturated = self._world.scenario.saturates and name == (chosen or last)
        return Fleet(
            name,
            (*service.fixed, *invented),
            fixed,
            usual,
            warmth=11.0 + 1.1 * (number % 3) / 2,
            gain=0.13 if is_front else 0.10,
            saturated=fixed + scaled - 1 if saturated else None,
        )


def _points(service: str, machine: str, moments: Iterable[datetime], percents: Iterable[float]) -> list[CpuPoint]:
    """`CpuPoint(service, machine, moment, percent)` for each pair."""
    return [CpuPoint(service, machine, moment, percent) for moment, percent in zip(moments, percents, strict=False)]


def _is_supply_chain(name: str) -> bool:
    return name.replace(" ", "").upper() == "SCMAPI"
