"""All sources of a launch: started together, asked together, failing one at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from evtui.clock import Clock
from evtui.collector.poller import Poller, Sink, ask
from evtui.domain.reading import Failure, FailureKind, Lookup, Reading
from evtui.providers.base import Provider, Question

LOOKUP_DEADLINE_S = 10.0
"""Seconds a look-up may take before the page says it got no answer."""


class Collector:
    """Runs the pollers and sends look-ups; knows neither the store nor the screen, only its sinks."""

    def __init__(
        self,
        pollers: Sequence[Poller],
        lookups: Mapping[Lookup, tuple[str, Provider]],
        clock: Clock,
        sinks: Sequence[Sink],
    ) -> None:
        self._pollers = tuple(pollers)
        self._lookups = dict(lookups)
        self._clock = clock
        self._sinks = sinks
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def lookups(self) -> frozenset[Lookup]:
        """Which questions about an order can be asked at all."""
        return frozenset(self._lookups)

    async def poll_all(self) -> tuple[Reading, ...]:
        """Ask every source once, side by side."""
        return tuple(await asyncio.gather(*(poller.poll_once() for poller in self._pollers)))

    def start(self) -> None:
        """Begin polling; each source in a task of its own."""
        self._tasks = [asyncio.create_task(poller.run(), name=f"poll {poller.topic}") for poller in self._pollers]

    async def stop(self) -> None:
        """End polling; what hangs in a thread is left to die with the process."""
        for task in self._tasks:
            task.cancel()
        for poller in self._pollers:
            poller.abandon()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def look_up(self, lookup: Lookup, question: Question) -> Reading:
        """Ask one question about one order, hand the answer to the sinks, and return it."""
        if lookup not in self._lookups:
            why = f"no [lookups.{lookup}] is configured"
            return Reading("none", lookup, self._clock.now(), Failure(FailureKind.DOWN, why))
        name, provider = self._lookups[lookup]
        try:
            async with asyncio.timeout(LOOKUP_DEADLINE_S):
                reading, _ = await ask(provider.look_up(lookup, question), name, lookup, self._clock)
        except TimeoutError:
            failure = Failure(FailureKind.DOWN, f"no answer within {LOOKUP_DEADLINE_S:.0f} s")
            reading = Reading(name, lookup, self._clock.now(), failure)
        for sink in self._sinks:
            sink(reading)
        return reading
