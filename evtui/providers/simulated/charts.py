"""Further figures of the simulated shop: how payments go, how quick the checkout is, how long the task queue.

Like the machines' figures they are worked out from their minute alone. Targets of load balancers follow the machines.
"""

from __future__ import annotations

from collections.abc import Callable

from evtui.domain.metrics import Chart, ChartPoint, TargetHealth
from evtui.providers.simulated.draw import MINUTE, Noise, to_moment
from evtui.providers.simulated.health import Health
from evtui.providers.simulated.world import World

PAYMENTS = Chart("payment success", "%", below=90.0)
CHECKOUT = Chart("checkout p95", "ms", above=3_000.0)
QUEUE = Chart("task queue", "", above=500.0)
CHARTS = (PAYMENTS, CHECKOUT, QUEUE)
"""What a launch is usually watched by beside its machines, with limits that a calm day stays clear of."""

_QUEUED_EACH = 0.4
"""Tasks that wait for each order of a minute."""


class Charts:
    """What the shop's own monitoring would have recorded beside the machines."""

    def __init__(self, world: World, health: Health) -> None:
        self._world = world
        self._health = health
        self._noise = Noise(world.seed, "charts")

    def points(self, first: int, last: int) -> tuple[ChartPoint, ...]:
        """Every chart's value in each minute from `first` to `last`, both included."""
        minutes = range(first, last + 1, MINUTE)
        figures: tuple[tuple[Chart, Callable[[float, float], float]], ...] = (
            (PAYMENTS, lambda orders, wave: int((98.6 + 1.2 * wave - min(orders / 400, 3.0)) * 10) / 10),
            (CHECKOUT, lambda orders, wave: float(int(420 + 60 * wave + 2.5 * orders))),
            (QUEUE, lambda orders, wave: float(int(max(0.0, 1.5 + 1.5 * wave) + _QUEUED_EACH * orders))),
        )
        orders = [self._orders(minute) for minute in minutes]
        return tuple(
            ChartPoint(chart.name, to_moment(minute), figure(count, wave))
            for stream, (chart, figure) in enumerate(figures)
            for minute, count, wave in zip(
                minutes, orders, self._noise.run(first // MINUTE, len(minutes), stream), strict=True
            )
        )

    def targets(self, now: int) -> tuple[TargetHealth, ...]:
        """The group of each service that has scaled machines; machines whose agent is silent time out."""
        found = []
        for service, total, silent in self._health.scaled(now):
            states = (("unhealthy", silent),) if silent else ()
            reasons = ("Target.Timeout",) if silent else ()
            group = f"{service.lower().replace(' ', '-')}-targets"
            found.append(TargetHealth(service, group, total - silent, total, states, reasons))
        return tuple(found)

    def _orders(self, minute: int) -> float:
        return float(self._world.orders_made(minute)) if minute >= self._world.opens else 0.0
