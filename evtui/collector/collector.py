"""All sources of a launch: started together, asked together, failing one at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, tzinfo

from evtui.clock import Clock
from evtui.collector.breaker import Breaker
from evtui.collector.poller import Poller
from evtui.collector.question import Flight, Sink, hand_over
from evtui.domain.asking import Status
from evtui.domain.reading import Failure, FailureKind, Lookup, Reading, Topic
from evtui.providers.base import Provider, Question

LOOKUP_DEADLINE_S = 10.0
"""Seconds a look-up may take before the page says it got no answer."""

STOP_GRACE_S = 0.2
"""Seconds that questions under way get to break off in order, such as to close a connection, when polling ends."""

ONE_SHOT_DEADLINE_S = 30.0
"""Seconds one answer may take where nobody asks again: a source that is slow is not down, however often it is due."""

TELL_ALL_S = 60.0
"""Seconds a source may take to tell a long past in parts before a one-shot command goes on with what it has."""


class Collector:
    """Runs the pollers and sends look-ups; knows neither the store nor the screen, only its sinks."""

    def __init__(
        self,
        pollers: Sequence[Poller],
        lookups: Mapping[Lookup, tuple[str, Provider]],
        clock: Clock,
        sinks: Sequence[Sink],
        zone: tzinfo = UTC,
    ) -> None:
        self._pollers = tuple(pollers)
        self._lookups = dict(lookups)
        self._clock = clock
        self._sinks = sinks
        self._zone = zone
        self._breakers: dict[Lookup, Breaker] = {}
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def lookups(self) -> frozenset[Lookup]:
        """Which questions about an order can be asked at all."""
        return frozenset(self._lookups)

    async def poll_all(self) -> tuple[Reading, ...]:
        """Ask every source once, side by side; one that says there is more is asked again until it has told all."""
        return tuple(await asyncio.gather(*(_told_all(poller) for poller in self._pollers)))

    def start(self) -> None:
        """Begin polling; each source in a task of its own."""
        self._tasks = [asyncio.create_task(poller.run(), name=f"poll {poller.topic}") for poller in self._pollers]

    def wake(self, topic: Topic | None = None) -> None:
        """Ask the source of `topic` now, or every source, because a human is waiting."""
        for poller in self._pollers:
            if topic in (None, poller.topic):
                poller.wake()

    def statuses(self) -> tuple[Status, ...]:
        """How each source is being asked at this moment, in the order of the campaign file."""
        return tuple(poller.status() for poller in self._pollers)

    async def stop(self) -> None:
        """End polling; what hangs in a thread is left to die with the process."""
        for task in self._tasks:
            task.cancel()
        ending = {flight for poller in self._pollers if (flight := poller.abandon())}
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if ending:
            await asyncio.wait(ending, timeout=STOP_GRACE_S)
        self._tasks = []

    async def look_up(self, lookup: Lookup, question: Question, *, insist: bool = False) -> Reading:
        """Ask one question about one order, hand the answer to the sinks, and return it.

        A look-up that keeps failing is left alone for a while: then nothing is sent, and the reading says so. Whoever
        was asked for by a human is asked anyway: `insist`.
        """
        if lookup not in self._lookups:
            return self._unasked("none", lookup, f"no [lookups.{lookup}] is configured")
        name, provider = self._lookups[lookup]
        breaker = self._breakers.get(lookup, Breaker())
        if not insist and breaker.open_at(self._clock.now()):
            return self._unasked(name, lookup, breaker.words(self._zone), breaker.last.remedy if breaker.last else "")
        flight = Flight(lambda: provider.look_up(lookup, question), name, lookup, self._clock, urgent=True)
        try:
            answered = await flight.landed(LOOKUP_DEADLINE_S)
        finally:
            flight.cancel()
        reading = flight.reading if answered else flight.failed(f"no answer within {LOOKUP_DEADLINE_S:.0f} s")
        return self._note(lookup, hand_over(reading, self._sinks), flight.retry_after)

    def _note(self, lookup: Lookup, reading: Reading, retry_after: float | None) -> Reading:
        """Remember how a look-up went: side by side with others about another order, the last one to end counts."""
        breaker = Breaker()
        if isinstance(reading.value, Failure):
            held = self._breakers.get(lookup, breaker)
            breaker = held.failed(reading.value, self._clock.now(), self._clock.speed, retry_after)
        self._breakers[lookup] = breaker
        return reading

    def _unasked(self, name: str, lookup: Lookup, why: str, remedy: str = "") -> Reading:
        """A reading about a question that was not sent; nobody but whoever asked is told."""
        return Reading(name, lookup, self._clock.now(), Failure(FailureKind.DOWN, why, remedy))


async def _told_all(poller: Poller) -> Reading:
    loop = asyncio.get_running_loop()
    until = loop.time() + TELL_ALL_S
    reading = await poller.poll_once(ONE_SHOT_DEADLINE_S)
    while poller.goes_on and loop.time() < until:
        reading = await poller.poll_once(ONE_SHOT_DEADLINE_S)
    return reading
