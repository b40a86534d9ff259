"""One question to a provider, from the moment it is sent until its answer has been handed on.

The only place that meets whatever a provider may throw, and whatever a sink may: both end here as a line in the log
and as a reading that says so.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable, Iterable
from contextvars import copy_context
from datetime import datetime, timedelta
from time import perf_counter

from evtui.clock import Clock
from evtui.collector.stretch import HELD_S, Stretches
from evtui.domain.reading import Answer, Failure, FailureKind, Lookup, Reading, Topic
from evtui.domain.trip import Exchange, Login, Trip
from evtui.providers._threads import URGENT
from evtui.providers.base import SourceError

log = logging.getLogger(__name__)

Sink = Callable[[Reading], None]


class TimeWithoutZone(Exception):
    """A provider told a time that nobody can hold against another."""


class Flight:
    """A question under way. Its readings all carry the time it was sent: what they tell is at least that new.

    `since` is the cursor it goes on from. An urgent one, for which a human is waiting, gets a thread before others do.
    """

    def __init__(
        self,
        send: Callable[[], Awaitable[Answer]],
        name: str,
        topic: Topic | Lookup,
        clock: Clock,
        every: timedelta | None = None,
        *,
        since: object = None,
        urgent: bool = False,
    ) -> None:
        self._name = name
        self._topic = topic
        self._every = every
        self._since = since
        self.sent_at = clock.now()
        self.urgent = urgent
        self._began = perf_counter()
        self.retry_after: float | None = None
        """Seconds the source asked to be left alone."""
        self._reading: Reading | None = None
        self.cursor: object = None
        """What came with the answer, once it is there."""
        self.goes_on = False
        """Whether the answer left more for the next question, and a place to go on from that is not the old one."""
        self._stretches = Stretches(send)
        context = copy_context()
        context.run(URGENT.set, urgent)
        self._task = asyncio.create_task(self._run(), name=f"{name} {topic}", context=context)

    async def _run(self) -> None:
        try:
            reading = await self._answered()
        except Exception as error:  # whatever a provider forgot to catch must not take the others with it
            log.error("%s failed on %s: %s", self._name, self._topic, _whereabouts(error))
            why = f"the {self._name} provider stumbled ({type(error).__name__}); the log knows more"
            reading = self.failed(why, FailureKind.DATA)
        except SystemExit:
            # what a plug-in's library says must not end the launch for everybody
            reading = self.failed(f"the {self._name} provider tried to end the program", FailureKind.DATA)
        if self._held_s:
            log.warning("%s on %s held everything up for %.1f s", self._name, self._topic, self._held_s)
        self._reading = reading

    async def _answered(self) -> Reading:
        try:
            answer = await self._stretches
            _judge_times(answer.fact_time, answer.login, answer.exchange)
            trip = self._trip(answer)
            reading = Reading(
                self._name, self._topic, self.sent_at, answer.value, answer.fact_time, answer.coverage, trip
            )
            # a source that repeats one part for ever says each time that there is more
            self.goes_on = answer.coverage.more and answer.cursor != self._since
            self.cursor = answer.cursor
        except SourceError as error:
            _judge_times(None, error.login, error.exchange)
            self.retry_after = error.retry_after
            failure = Failure(error.kind, error.why, error.remedy)
            reading = Reading(self._name, self._topic, self.sent_at, failure, trip=self._trip(error))
        return reading

    @property
    def reading(self) -> Reading:
        """What came of it, once it has landed. A provider that cancels itself has given no answer."""
        return self._reading or self.failed(f"the {self._name} provider broke off")

    @property
    def age_s(self) -> float:
        """Seconds of wall time since it was sent."""
        return perf_counter() - self._began

    def failed(self, why: str, kind: FailureKind = FailureKind.DOWN, remedy: str = "") -> Reading:
        """The reading that says that it came to nothing."""
        return Reading(self._name, self._topic, self.sent_at, Failure(kind, why, remedy), trip=self._trip())

    def _trip(self, told: Answer | SourceError | None = None) -> Trip:
        took = self.age_s
        if told is None:
            return Trip(took, self._every, held_s=self._held_s)
        return Trip(took, self._every, told.spent, told.login, told.exchange, self._held_s)

    @property
    def _held_s(self) -> float:
        longest = self._stretches.longest_s
        return longest if longest >= HELD_S else 0.0

    async def landed(self, seconds: float) -> bool:
        """Wait that long at most; whether it has come to an end."""
        done, _ = await asyncio.wait({self._task}, timeout=seconds)
        return bool(done)

    def on_landing(self, call: Callable[[], None]) -> None:
        """Have `call` called at the end."""
        self._task.add_done_callback(lambda _: call())

    def cancel(self) -> asyncio.Task[None]:
        """Break it off; the provider may take its time over that, or never notice."""
        self._task.cancel()
        return self._task


def _judge_times(fact_time: datetime | None, login: Login | None, exchange: Exchange | None) -> None:
    """Ages are worked out from these times at every look at a source, where nothing could be done about a wrong one."""
    times = (fact_time, login.expires if login else None, exchange.server_at if exchange else None)
    if any(time is not None and time.utcoffset() is None for time in times):
        raise TimeWithoutZone


def hand_over(reading: Reading, sinks: Iterable[Sink]) -> Reading:
    """Give a reading to every sink, and return what was told in the end.

    A sink that fails, for a full disk or for a value nobody expected, stops no other. But what was not taken must not
    pass for taken: a failure that says so follows the reading and stands for it.
    """
    refusal = _refused(reading, sinks)
    if refusal is None or isinstance(reading.value, Failure):
        return reading
    why = f"its answer could not be taken in ({refusal}); the log knows more"
    failed = Reading(reading.source, reading.topic, reading.taken_at, Failure(FailureKind.DATA, why), trip=reading.trip)
    _refused(failed, sinks)
    return failed


def _refused(reading: Reading, sinks: Iterable[Sink]) -> str | None:
    """Tell every sink; the type of the last error, if any."""
    refusal = None
    for sink in sinks:
        try:
            sink(reading)
        except Exception as error:  # a poll loop that dies of its sink would leave a pane silent for good
            log.error("a reading of %s from %s was not taken: %s", reading.topic, reading.source, _whereabouts(error))
            refusal = type(error).__name__
    return refusal


def _whereabouts(error: Exception) -> str:
    """The error's type and where it arose; not its text, which may quote a secret."""
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames))
    return f"{type(error).__name__} at {places}"
