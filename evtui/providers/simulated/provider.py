"""The simulated source: every topic and look-up, answered by the world its session shares."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import chain
from time import perf_counter
from typing import ClassVar, Self

from msgspec import Struct
from msgspec.structs import replace

from evtui.domain.reading import (
    Answer,
    ChainFacts,
    ChartPoints,
    Coverage,
    CpuPoints,
    ErrorBatch,
    FleetSizes,
    Lookup,
    OrderBatch,
    StockLevels,
    TargetHealths,
    Topic,
    TrafficPoints,
)
from evtui.errors import UsageError
from evtui.providers import base
from evtui.providers.base import Context, Question, SourceError
from evtui.providers.simulated.charts import CHARTS, Charts
from evtui.providers.simulated.draw import MINUTE, to_moment, to_ms
from evtui.providers.simulated.faults import FaultLog
from evtui.providers.simulated.health import Health
from evtui.providers.simulated.orders import line_at
from evtui.providers.simulated.scenario import LOAD, Scenario, scenario_named
from evtui.providers.simulated.world import World

_SLICE = 0.004
"""Seconds of walking after which the event loop gets its turn: a quarter of a frame."""

_RECENT = 72 * 60 * MINUTE
"""Milliseconds of machines, traffic and errors that are made up for the time after a launch: more than a store keeps of
minutes, and not years of them."""


FIRST_MINUTES = 180
"""Minutes of machines and traffic in the first answer: what a wide screen shows, and a report of the first hours."""


class Told(Struct, frozen=True):
    """How much of machines and traffic was told: minutes from `since` to `upto`, and whether there is `more` before."""

    upto: int
    since: int
    more: bool = True


class Played(Struct, frozen=True):
    """What the sources of one session share: the world, and the logs that its trouble leaves behind."""

    world: World
    health: Health
    faults: FaultLog
    charts: Charts


class SimulatedSettings(base.Settings, frozen=True, kw_only=True):
    """`scenario` is a name, `seed` any whole number; `--scenario` and `--seed` go before both."""

    scenario: str = "calm"
    seed: int = 1


class SimulatedProvider:
    """A launch that never happened; see `scenario.SCENARIOS` for what can be watched.

    Cursors are the moment last answered for, in milliseconds since the epoch, or a `Told`. Orders, stock, errors and
    capacity are known up to the present, so their `fact_time` is now; CPU, traffic and charts are known a minute or two
    late, to the end of their newest complete minute.
    """

    Settings: ClassVar[type[base.Settings]] = SimulatedSettings
    topics: ClassVar[frozenset[Topic]] = frozenset(Topic)
    lookups: ClassVar[frozenset[Lookup]] = frozenset(Lookup)

    def __init__(self, context: Context, scenario: Scenario, seed: int) -> None:
        self._clock = context.clock
        self._campaign = context.campaign
        self._scenario = scenario
        key = ("simulated world", scenario.name, seed)
        played = context.shared.get(key)
        if not isinstance(played, Played):
            world = _world(context, scenario, seed)
            health = Health(world)
            played = context.shared[key] = Played(world, health, FaultLog(world), Charts(world, health))
        self._world = played.world
        self._health = played.health
        self._faults = played.faults
        self._charted = played.charts
        self._polls: dict[Topic, Callable[[int, object], Answer]] = {
            Topic.STOCK: self._stock,
            Topic.ORDERS: self._orders,
            Topic.CPU: self._cpu,
            Topic.TRAFFIC: self._traffic,
            Topic.CAPACITY: self._capacity,
            Topic.ERRORS: self._errors,
            Topic.TARGETS: self._targets,
            Topic.CHARTS: self._charts,
        }

    @classmethod
    def open(cls, settings: SimulatedSettings, context: Context) -> Self:
        """Raises UsageError for an unknown scenario and for a seed that is no whole number."""
        scenario = context.options.get("scenario") or settings.scenario
        seed = context.options.get("seed")
        try:
            number = settings.seed if seed is None else int(seed)
        except (TypeError, ValueError):
            raise UsageError(f"seed {seed!r} is not a whole number") from None
        return cls(context, scenario_named(str(scenario)), number)

    async def poll(self, topic: Topic, cursor: object) -> Answer:
        """What is new since `cursor`; raises SourceError while the scenario has this topic's source out."""
        now = to_ms(self._clock.now())
        since = (now - self._world.opens) / MINUTE
        for outage in self._scenario.outages:
            if outage.topic is topic and outage.start <= since < outage.end:
                raise SourceError(outage.kind, outage.why, outage.remedy)
        await self._walk_to(now)
        return self._polls[topic](now, cursor)

    async def look_up(self, lookup: Lookup, question: Question) -> Answer:
        """The journey of one order as this log shows it; an order nobody knows gives an empty answer."""
        now = to_ms(self._clock.now())
        await self._walk_to(now)
        code = str(replace(question.code, suffix=""))
        lines = self._world.group(code, now)
        if lookup is Lookup.ORDER_STATUS:
            shop = self._campaign.shop.id
            return Answer(OrderBatch(tuple(line_at(line, shop, now) for line in lines)), to_moment(now))
        from evtui.providers.simulated.evidence import steps  # a screen comes up before anybody asks

        tg_code = lines[0].tg_code if lines else question.tg_code or code
        return Answer(ChainFacts(tg_code, steps(lookup, lines, now)), to_moment(now))

    async def aclose(self) -> None:
        """Nothing is held open."""

    async def _walk_to(self, now: int) -> None:
        """Bring the world up to `now` without holding up the loop: a late start in a rush is a second's work."""
        began = perf_counter()
        while self._world.behind(now):
            self._world.step()
            if perf_counter() - began > _SLICE:
                await asyncio.sleep(0)
                began = perf_counter()

    def _after(self, now: int, cursor: object) -> int:
        """The moment answered for last, or where history starts."""
        if isinstance(cursor, int):
            return cursor
        return to_ms(self._campaign.history_start(to_moment(now))) - 1

    def _stock(self, now: int, cursor: object) -> Answer:
        return Answer(StockLevels(self._world.stock(now)), to_moment(now), cursor=now)

    def _orders(self, now: int, cursor: object) -> Answer:
        after = self._after(now, cursor)
        since = to_moment(after) if isinstance(cursor, int) else None
        upto = self._world.part_end(after, now)
        batch = OrderBatch(self._world.lines_changed(after, upto), since)
        return Answer(batch, to_moment(now), Coverage(more=upto < now), cursor=max(after, upto))

    def _errors(self, now: int, cursor: object) -> Answer:
        after = self._after(now, cursor)
        settled = max(after, min(now, self._world.settled))
        entries = self._faults.between(after, settled) + self._faults.between(max(settled, now - _RECENT), now)
        return Answer(ErrorBatch(entries), to_moment(now), cursor=max(after, now))

    def _capacity(self, now: int, cursor: object) -> Answer:
        return Answer(FleetSizes(self._health.capacity(now)), to_moment(now), cursor=now)

    def _targets(self, now: int, cursor: object) -> Answer:
        return Answer(TargetHealths(self._charted.targets(now)), to_moment(now), cursor=now)

    def _charts(self, now: int, cursor: object) -> Answer:
        spans, told = self._spans(now, cursor)
        points = ChartPoints(tuple(chain.from_iterable(self._charted.points(*span) for span in spans)), CHARTS)
        return Answer(points, to_moment(told.upto + MINUTE), Coverage(more=told.more), told)

    def _cpu(self, now: int, cursor: object) -> Answer:
        spans, told = self._spans(now, cursor)
        points = CpuPoints(
            tuple(chain.from_iterable(self._health.cpu(first, last) for first, last in spans)),
            self._health.machines(told.upto),
        )
        coverage = self._health.coverage(told.upto)
        return Answer(points, to_moment(told.upto + MINUTE), replace(coverage, more=told.more), told)

    def _traffic(self, now: int, cursor: object) -> Answer:
        spans, told = self._spans(now, cursor)
        points = TrafficPoints(tuple(chain.from_iterable(self._health.traffic(*span) for span in spans)))
        return Answer(points, to_moment(told.upto + MINUTE), Coverage(more=told.more), told)

    def _spans(self, now: int, cursor: object) -> tuple[list[tuple[int, int]], Told]:
        """Minutes to answer with, as (first, last) both included, and what is told once they are.

        The first answer tells of the last hours only, so that a screen is not kept waiting for a day it does not show;
        the second brings the day before them.
        """
        newest = self._health.newest_minute(now)
        start = (self._after(now, None) // MINUTE + 1) * MINUTE
        if now > self._world.settled:
            start = max(start, (now - _RECENT) // MINUTE * MINUTE)
        if not isinstance(cursor, Told):
            since = max(newest - FIRST_MINUTES * MINUTE + MINUTE, start)
            return [(since, newest)], Told(newest, since, more=start < since)
        fresh = max(cursor.upto + MINUTE, start)
        spans = [(fresh, newest)] if fresh <= newest else []
        if start < cursor.since:
            spans.append((start, cursor.since - MINUTE))
        return spans, Told(max(cursor.upto, newest), start, more=False)


def _world(context: Context, scenario: Scenario, seed: int) -> World:
    """The world that a session's sources share; the bench's begins when the session does."""
    if scenario is not LOAD:
        return World(context.campaign, scenario, seed)
    from evtui.providers.simulated.load import LOAD_RATE, LoadWorld  # no launch needs it

    rate = int(context.options.get("rate") or LOAD_RATE)
    return LoadWorld(context.campaign, scenario, seed, to_ms(context.clock.now()), rate)
