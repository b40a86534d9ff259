"""One source, asked again and again: single flight, a deadline shorter than the cadence, growing waits after failures.

The only place that meets whatever a provider may throw: a failing source becomes a reading that says so, and nothing
else stops.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence

from evtui.clock import Clock
from evtui.collector.schedule import deadline, wait_after
from evtui.domain.reading import Answer, Failure, FailureKind, Lookup, Reading, Topic
from evtui.providers.base import Provider, SourceError

log = logging.getLogger(__name__)

Sink = Callable[[Reading], None]

ABANDON_AFTER = 10
"""Deadlines a single poll may miss before it is given up for lost and a new one is sent."""


async def ask(
    question: Awaitable[Answer], provider: str, topic: Topic | Lookup, clock: Clock
) -> tuple[Reading, object]:
    """The reading that comes of one question, and the cursor that came with it; a failure is a reading too."""
    taken_at = clock.now()
    try:
        answer = await question
    except SourceError as error:
        return Reading(provider, topic, taken_at, Failure(error.kind, error.why, error.remedy)), None
    except Exception as error:  # whatever a provider forgot to catch must not take the others with it
        log.error("%s failed on %s: %s", provider, topic, type(error).__name__)
        why = f"the {provider} provider stumbled ({type(error).__name__}); the log knows more"
        return Reading(provider, topic, taken_at, Failure(FailureKind.DATA, why)), None
    return Reading(provider, topic, taken_at, answer.value, answer.fact_time, answer.coverage), answer.cursor


class Poller:
    """Polls one topic of one provider and hands the readings to `sinks`, on the event loop."""

    def __init__(
        self,
        topic: Topic,
        name: str,
        provider: Provider,
        clock: Clock,
        sinks: Sequence[Sink],
        cadence_s: float,
    ) -> None:
        self.topic = topic
        self._name = name
        self._provider = provider
        self._clock = clock
        self._sinks = sinks
        self._cadence_s = cadence_s
        self._cursor: object = None
        self._flight: asyncio.Task[tuple[Reading, object]] | None = None
        self._missed = 0
        self._failures = 0
        self._kind: FailureKind | None = None
        self._wake = asyncio.Event()

    async def poll_once(self) -> Reading:
        """Ask once, within the deadline; a poll still under way from last time is waited for, never doubled."""
        if self._flight is None:
            question = self._provider.poll(self.topic, self._cursor)
            self._flight = asyncio.create_task(ask(question, self._name, self.topic, self._clock))
        limit = deadline(self._cadence_s)
        done, _ = await asyncio.wait({self._flight}, timeout=limit)
        if done:
            reading, cursor = self._flight.result()
            self._flight = None
            self._missed = 0
            if not isinstance(reading.value, Failure):
                self._cursor = cursor
        else:
            self._missed += 1
            if self._missed >= ABANDON_AFTER:
                self._flight.cancel()
                self._flight = None
                self._missed = 0
            failure = Failure(FailureKind.DOWN, f"no answer within {limit * max(self._missed, 1):.0f} s")
            reading = Reading(self._name, self.topic, self._clock.now(), failure)
        self._failures = self._failures + 1 if isinstance(reading.value, Failure) else 0
        self._kind = reading.value.kind if isinstance(reading.value, Failure) else None
        for sink in self._sinks:
            sink(reading)
        return reading

    def abandon(self) -> None:
        """Let go of a poll under way; its answer is never used, and its cursor was never taken."""
        if self._flight is not None:
            self._flight.cancel()

    async def run(self) -> None:
        """Poll for ever, at the pace the schedule gives."""
        while True:
            began = asyncio.get_running_loop().time()
            await self.poll_once()
            wait = wait_after(self._cadence_s, self._failures, self._kind, random.random())
            rest = began + wait - asyncio.get_running_loop().time()
            self._wake.clear()
            if rest > 0:
                try:
                    await asyncio.wait_for(self._wake.wait(), rest)
                except TimeoutError:
                    continue

    def wake(self) -> None:
        """Ask now, because a human is waiting."""
        self._wake.set()
