"""The composition root: a campaign file becomes providers, a collector and a store, and nothing else builds them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from msgspec import Struct

from evtui.alerts.notebook import Notebook
from evtui.clock import Clock
from evtui.collector.budget import Meter
from evtui.collector.collector import Collector
from evtui.collector.logins import Logins
from evtui.collector.pace import Launch, Plan
from evtui.collector.poller import Poller
from evtui.config.load import CampaignFile, SourceConfig, load
from evtui.domain.asking import Status
from evtui.domain.campaign import Campaign
from evtui.domain.codes import OrderCode
from evtui.domain.phases import timetable
from evtui.domain.reading import Lookup, Reading, Topic
from evtui.errors import ConfigError
from evtui.providers._threads import DaemonExecutor
from evtui.providers.base import Context, Provider, Question
from evtui.sources import judge_sources, open_sources
from evtui.store.state import LaunchState, SourceSpec
from evtui.store.store import Store

if TYPE_CHECKING:
    from evtui.config.lint import Finding

DELAY = dict.fromkeys((Topic.CPU, Topic.TRAFFIC, Topic.CHARTS), timedelta(minutes=3))
"""How late facts usually are: minute figures are published a few minutes after their minute."""

ASKED_FREELY = (Lookup.ORDER_STATUS, Lookup.PAYMENT_LOG, Lookup.TASK_LOG, Lookup.API_LOG)
"""Look-ups that run by themselves; CheckIsValid touches a production API and waits for a yes."""

SIMULATED = "simulated"

CLOSE_S = 0.5
"""Seconds that sources get to let go of their connections: one that hangs dies with the process, and nobody waits."""


class Demo(Struct, frozen=True):
    """What the command line asks of the simulation."""

    scenario: str = "calm"
    seed: int = 1
    rate: int | None = None
    """Orders a second of the bench's scenario; None leaves it to the simulation."""


class Session:
    """One launch being watched. Use as an async context manager on the loop that will do the asking."""

    def __init__(
        self,
        file: CampaignFile,
        clock: Clock,
        providers: Mapping[Topic | Lookup, tuple[SourceConfig, Provider]],
        scenario: str,
        *,
        asked_for: bool = False,
    ) -> None:
        self.campaign: Campaign = file.campaign
        self.path: Path = file.path
        self.clock = clock
        self.scenario = scenario
        """Name of the scenario when every source is simulated, else empty."""
        self.notebook = Notebook()
        """What people added: marks and acknowledged alerts."""
        self._file = file
        self._asked_for = asked_for
        self._providers = tuple(provider for _, provider in providers.values())
        lookups = {
            topic: (config.provider, provider)
            for topic, (config, provider) in providers.items()
            if isinstance(topic, Lookup)
        }
        sources = {topic: source for topic, source in providers.items() if isinstance(topic, Topic)}
        meter = Meter(self.campaign.budget.usd_per_day, self.campaign.zone)
        launch = self._launch(meter)
        plans = {topic: Plan(topic, config.every, launch) for topic, (config, _) in sources.items()}
        for topic, plan in plans.items():
            meter.expect(topic, plan.questions)
        self.store = Store(self.campaign, [_spec(topic, sources[topic][0], plan) for topic, plan in plans.items()])
        # every reading goes to each of these in turn; whatever else wants to hear them stands here too
        sinks = (self.store.apply, meter.hear, Logins(self.ask_again).hear)
        pollers = [
            Poller(topic, config.provider, provider, clock, sinks, plans[topic])
            for topic, (config, provider) in sources.items()
        ]
        self.collector = Collector(pollers, lookups, clock, sinks, self.campaign.zone)

    def _launch(self, meter: Meter) -> Launch:
        promised_by = self.campaign.closes + self.campaign.sla.deliver_within
        return Launch(timetable(self.campaign), promised_by, self._owed, self.clock.speed, meter)

    def _owed(self) -> bool:
        """Whether a paid order is undelivered."""
        return bool(self.state.orders.open)

    @property
    def state(self) -> LaunchState:
        """What is believed now."""
        return self.store.state

    @property
    def remarks(self) -> tuple[str, ...]:
        """What whoever passes figures on has to know about this session: sources that only play a launch.

        Empty for a demo that was asked for as one.
        """
        played = [str(topic) for topic, spec in self.state.specs.items() if spec.provider == SIMULATED]
        if not played or self._asked_for:
            return ()
        verb = "is" if len(played) == 1 else "are"
        return (f"{', '.join(played)} {verb} simulated by the campaign file: no figure of the platform",)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the plan leaves open, as `check` finds it."""
        from evtui.config.lint import file_findings  # asked for by a key

        return file_findings(self._file)

    async def __aenter__(self) -> Self:
        asyncio.get_running_loop().set_default_executor(DaemonExecutor())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.collector.stop()
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await asyncio.gather(*(provider.aclose() for provider in self._providers), return_exceptions=True)

    async def refresh(self) -> None:
        """Ask every source once."""
        await self.collector.poll_all()

    def ask_again(self, topic: Topic) -> None:
        """Have one source asked now, because a human is waiting; its answer lands in the store."""
        self.collector.wake(topic)

    def statuses(self) -> tuple[Status, ...]:
        """How each source is being asked at this moment, in the order of the campaign file."""
        return self.collector.statuses()

    async def ask_about(
        self,
        code: OrderCode,
        *,
        also: tuple[Lookup, ...] = (),
        tell: Callable[[Reading], None] = lambda _: None,
        insist: bool = False,
    ) -> tuple[Reading, ...]:
        """Send the look-ups that run freely (and those in `also`) about an order; the answers land in the store.

        The status is asked first, since a TS code's group is only known from it; the rest run side by side. `tell` is
        called with each answer as it comes. A look-up that keeps failing is left alone and answered in words, but not
        one in `also`, and none where a human asked for it: `insist`.
        """

        async def ask(lookup: Lookup) -> Reading:
            reading = await self.collector.look_up(lookup, self._question(code), insist=insist or lookup in also)
            tell(reading)
            return reading

        wanted = [lookup for lookup in (*ASKED_FREELY, *also) if lookup in self.collector.lookups]
        first = [await ask(lookup) for lookup in wanted if lookup is Lookup.ORDER_STATUS]
        rest = await asyncio.gather(*(ask(lookup) for lookup in wanted if lookup is not Lookup.ORDER_STATUS))
        return (*first, *rest)

    def group_of(self, code: OrderCode) -> str | None:
        """The TG code of a TG or TS code, or None while nobody told of it."""
        written = str(code)
        if not code.is_slave:
            return written if self.state.orders.group(written) else None
        tracked = self.state.orders.get(written)
        return tracked.line.tg_code if tracked else None

    def _question(self, code: OrderCode) -> Question:
        tg_code = self.group_of(code)
        lines = self.state.orders.group(tg_code) if tg_code else ()
        created = min((tracked.line.created_at for tracked in lines), default=None)
        return Question(code, tg_code, tuple(tracked.line.ts_code for tracked in lines), created)


def _spec(topic: Topic, config: SourceConfig, plan: Plan) -> SourceSpec:
    """How a source was configured. A spec is for good and a pace is not, so it names the shortest and the longest one:
    what the source was asked at last comes with each of its readings."""
    return SourceSpec(topic, config.provider, plan.shortest, delay_of(topic, config), plan.longest)


def delay_of(topic: Topic, config: SourceConfig) -> timedelta:
    """How late a source usually is: as configured, else as its topic is."""
    return config.delay if config.delay is not None else DELAY.get(topic, timedelta())


def open_session(
    launch: Path | CampaignFile, clock: Clock, demo: Demo | None = None, environ: Mapping[str, str] | None = None
) -> Session:
    """A session on a campaign file, read already or not. `demo` overrides scenario and seed of simulated sources.

    Raises:
        ConfigError: the file has problems; all of them, those of the providers' own settings included.
    """
    file = load(launch) if isinstance(launch, Path) else launch
    judged = judge_sources(file)
    opened = open_sources(file, judged, context_of(file, clock, demo, environ))
    if problems := (*judged.problems, *opened.problems):
        raise ConfigError(sorted(problems, key=lambda each: (each.line or 0, each.column or 0)))
    return Session(file, clock, opened.providers, _scenario(file, judged.settings, demo), asked_for=demo is not None)


def context_of(
    file: CampaignFile, clock: Clock, demo: Demo | None = None, environ: Mapping[str, str] | None = None
) -> Context:
    """What the providers of a file are given; `environ` is the process's own unless said."""
    return Context(
        campaign=file.campaign,
        clock=clock,
        environ=os.environ if environ is None else environ,
        folder=str(file.path.parent),
        options={"scenario": demo.scenario, "seed": demo.seed, "rate": demo.rate} if demo else {},
    )


def _scenario(file: CampaignFile, settings: Mapping[Topic | Lookup, Any], demo: Demo | None) -> str:
    sources = [source for source in file.sources if source.enabled]
    if not sources or any(source.provider != SIMULATED for source in sources):
        return ""
    return demo.scenario if demo else str(getattr(settings[sources[0].topic], "scenario", SIMULATED))
