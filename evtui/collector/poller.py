"""One source, asked again and again: single flight, a deadline shorter than the cadence, growing waits after failures.

A failing source becomes a reading that says so, and nothing else stops.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from evtui.clock import Clock
from evtui.collector.pace import Pace
from evtui.collector.question import Flight, Sink, hand_over
from evtui.collector.schedule import (
    MAX_PROBE_S,
    MORE_WAIT_S,
    asked_for,
    deadline,
    left_alone,
    rest_after,
    until_turn,
    wait_after,
)
from evtui.domain.asking import Status
from evtui.domain.reading import Failure, FailureKind, Reading, Topic
from evtui.providers.base import Provider

ABANDON_AFTER = 10
"""Deadlines a single poll may miss before it is given up for lost and a new one is sent."""

ABANDON_S = 300.0
"""Seconds after which the next missed deadline is the last one: a source that is asked rarely is not dark for hours
because one answer was lost."""


class Poller:
    """Polls one topic of one provider and hands the readings to `sinks`, on the event loop."""

    def __init__(
        self,
        topic: Topic,
        name: str,
        provider: Provider,
        clock: Clock,
        sinks: Sequence[Sink],
        pace: Pace,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.topic = topic
        self._name = name
        self._provider = provider
        self._clock = clock
        self._sinks = sinks
        self._pace = pace
        self._chance = chance
        self._rate = pace(clock.now())
        self._cursor: object = None
        self._flight: Flight | None = None
        self._round: asyncio.Task[Reading] | None = None
        self._missed = 0
        self._failures = 0
        self._kind: FailureKind | None = None
        self._retry_after: float | None = None
        self.goes_on = False
        """Whether the last answer left more that can be had by asking again."""
        self._next_at: datetime | None = None
        self._wake = asyncio.Event()
        self._waited_for = False
        self._extra = False
        """Whether the last question was asked because a human waited, and failed: it tells nothing of a source's ills
        that its own schedule would not have found out."""

    async def poll_once(self, limit: float | None = None) -> Reading:
        """Ask once, within `limit` seconds, by default the deadline of the cadence.

        Whoever asks while a question is under way gets the answer to that one.
        """
        if self._round is None or self._round.done():
            self._rate = self._pace(self._clock.now())
            every = self._rate.every if limit is None else None
            limit = deadline(self._rate.wall_s) if limit is None else limit
            self._round = asyncio.create_task(self._ask(limit, every), name=f"ask {self.topic}")
        return await asyncio.shield(self._round)

    async def _ask(self, limit: float, every: timedelta | None) -> Reading:
        if self._flight is None:
            self._flight = self._send(every)
        flight = self._flight
        if await flight.landed(limit):
            reading = self._land(flight)
        else:
            self._miss(flight)
            reading = hand_over(flight.failed(f"no answer within {limit:.0f} s"), self._sinks)
        self._extra = flight.urgent and isinstance(reading.value, Failure)
        return reading

    def _send(self, every: timedelta | None) -> Flight:
        cursor = self._cursor
        urgent, self._waited_for = self._waited_for, False
        return Flight(
            lambda: self._provider.poll(self.topic, cursor),
            self._name,
            self.topic,
            self._clock,
            every,
            since=cursor,
            urgent=urgent,
        )

    def _land(self, flight: Flight) -> Reading:
        """Hand the answer over; only what was taken moves the cursor on."""
        self._flight = None
        self._missed = 0
        self._retry_after = flight.retry_after
        self.goes_on = flight.goes_on
        reading = hand_over(flight.reading, self._sinks)
        if isinstance(reading.value, Failure):
            self._failures += not flight.urgent
            self._kind = reading.value.kind
            self.goes_on = False
        else:
            self._failures = 0
            self._kind = None
            self._cursor = flight.cursor
        return reading

    def _miss(self, flight: Flight) -> None:
        """Note a deadline that passed. Waiting on costs the source nothing, so only giving up counts as a failure."""
        self._missed += 1
        self._retry_after = None
        self.goes_on = False
        if self._missed < ABANDON_AFTER and flight.age_s < ABANDON_S:
            flight.on_landing(lambda: self._fetch(flight))
            return
        self._flight = None
        self._missed = 0
        self._failures += not flight.urgent
        self._kind = FailureKind.DOWN
        flight.cancel()

    def _fetch(self, flight: Flight) -> None:
        """Take up an answer that came between two rounds; one that was given up ends as well, and brings none."""
        if flight is self._flight and (self._round is None or self._round.done()):
            self._wake.set()

    def abandon(self) -> asyncio.Task[None] | None:
        """Let go of a poll under way: its answer is never used, its cursor was never taken. Returns what is ending."""
        flight, self._flight, self._missed = self._flight, None, 0
        if self._round is not None:
            self._round.cancel()
        return None if flight is None else flight.cancel()

    async def run(self) -> None:
        """Poll for ever, at the pace of the launch and of the source's failures.

        A question that a human asked for and that failed leaves the next one where it was planned, unless the source
        wants a login or to be left alone.
        """
        now = asyncio.get_running_loop().time
        due = now()
        while True:
            began, first = now(), self._cursor is None
            self._wake.clear()
            self._next_at = None
            await self.poll_once()
            took = now() - began
            rest = max(self._wait(first, took) - took, 0.0)
            if self._extra and due > now():
                rest = min(rest, due - now()) if self._kind is FailureKind.AUTH else due - now()
            rest = max(rest, asked_for(self._retry_after))
            due = now() + rest
            if self._clock.speed:
                self._next_at = self._clock.now() + timedelta(seconds=rest * self._clock.speed)
            with suppress(TimeoutError):
                async with asyncio.timeout(rest):
                    await self._wake.wait()

    def _wait(self, first: bool, took: float) -> float:
        """Seconds from one question to the next, as far as the source itself asked for nothing."""
        if self.goes_on:
            return MORE_WAIT_S if first else rest_after(took)
        chance = self._chance()
        wait = wait_after(self._rate.wall_s, self._failures, self._kind, chance)
        turned = until_turn(wait, self._rate.turn_s, chance)
        # waits that grew outlast the turn of a phase, but not the slow pace of the phase before it
        return max(turned, min(wait, MAX_PROBE_S)) if self._failures else turned

    def wake(self) -> None:
        """Ask now, because a human is waiting; a question under way is followed by another one.

        Its failure does not count: whoever asks again and again must not have the source left alone for it.
        """
        self._waited_for = True
        self._wake.set()

    def status(self) -> Status:
        """How it is being asked at this moment. What it will cost is worked out anew: prices come with answers."""
        return Status(
            self.topic,
            self._rate.every,
            self._next_at,
            self._failures,
            left_alone(self._failures, self._kind),
            self._rate.slowed,
            self._flight.sent_at if self._flight else None,
            self._pace(self._clock.now()).ahead,
        )
