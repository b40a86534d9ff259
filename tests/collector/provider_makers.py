"""Providers that do what a test tells them, and a way to wait for what comes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Self

from evtui.clock import ManualClock
from evtui.collector.pace import Pace, Rate
from evtui.collector.poller import Poller
from evtui.collector.question import Sink
from evtui.domain.reading import Answer, Lookup, OrderBatch, Reading, StockLevels, Topic
from evtui.providers import base
from evtui.providers.base import Context, Question

START = datetime(2024, 1, 25, 2, 0, tzinfo=UTC)
SOON = 5.0
"""Seconds after which a test stops waiting for what should have come at once."""

NOTHING = Answer(StockLevels(()))

Deed = Callable[[int, object], Any]
"""What a provider does when asked for the nth time with a cursor: gives an answer, raises, or returns an awaitable."""


class Scripted(base.Provider):
    """Does its deed at every question, and remembers the questions."""

    Settings: ClassVar[type[base.Settings]] = base.Settings
    topics: ClassVar[frozenset[Topic]] = frozenset(Topic)
    lookups: ClassVar[frozenset[Lookup]] = frozenset(Lookup)

    def __init__(self, deed: Deed) -> None:
        self.deed = deed
        self.cursors: list[object] = []
        self.under_way = 0
        self.most_under_way = 0
        self.broken_off = 0

    @classmethod
    def open(cls, settings: Any, context: Context) -> Self:
        raise NotImplementedError

    async def poll(self, topic: Topic, cursor: object) -> Answer:
        self.cursors.append(cursor)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            result = self.deed(len(self.cursors), cursor)
            answer = await result if asyncio.iscoroutine(result) else result
        except asyncio.CancelledError:
            self.broken_off += 1
            raise
        finally:
            self.under_way -= 1
        return answer  # type: ignore[no-any-return]

    async def look_up(self, lookup: Lookup, question: Question) -> Answer:
        return await self.poll(Topic.ORDERS, None)

    async def aclose(self) -> None:
        return


class Readings(list[Reading]):
    """A sink that can be waited on."""

    def __init__(self) -> None:
        super().__init__()
        self._came = asyncio.Event()

    def __call__(self, reading: Reading) -> None:
        self.append(reading)
        self._came.set()

    async def until(self, enough: Callable[[Readings], bool]) -> None:
        """Return once `enough` holds; a test that waits in vain fails."""
        async with asyncio.timeout(SOON):
            while not enough(self):
                self._came.clear()
                await self._came.wait()


async def until(holds: Callable[[], bool]) -> None:
    """Return once `holds`, letting everything else have its turn."""
    async with asyncio.timeout(SOON):
        while not holds():
            await asyncio.sleep(0)


def steadily(cadence_s: float) -> Pace:
    """The same pace at every moment, however fast."""
    return lambda _: Rate(timedelta(seconds=cadence_s), cadence_s)


def poller(deed: Deed, *sinks: Sink, cadence_s: float = 0.02, topic: Topic = Topic.STOCK) -> tuple[Poller, Scripted]:
    """A poller of a scripted provider."""
    provider = Scripted(deed)
    return Poller(topic, "scripted", provider, ManualClock(START), sinks, steadily(cadence_s)), provider


def batch(cursor: object) -> Answer:
    """An answer without news."""
    return Answer(OrderBatch(()), cursor=cursor)
