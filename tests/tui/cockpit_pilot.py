"""The cockpit driven by keys: a real session on the simulation, a clock that stands still, waits with deadlines."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo

from rich.console import RenderableType
from textual._xterm_parser import XTermParser
from textual.events import Key, Resize
from textual.geometry import Size
from textual.keys import key_to_character
from textual.message import Message
from textual.pilot import Pilot
from textual.screen import Screen
from textual.strip import Strip

from evtui.clock import ManualClock
from evtui.config.load import CampaignFile, example_path, load
from evtui.domain.reading import Answer, Lookup, Topic
from evtui.providers.base import Context, Provider, Question, Settings
from evtui.providers.simulated.provider import SimulatedProvider, SimulatedSettings
from evtui.session import Session
from evtui.tui.app import Cockpit
from evtui.tui.layout import PANES, Box
from evtui.tui.screens.desk import DeskScreen
from evtui.tui.themes import style
from evtui.tui.widgets.lines import Lines

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
LATE_MORNING = datetime(2024, 1, 25, 11, 31, 14, tzinfo=HONG_KONG)
PATIENCE = 8.0
"""Seconds until a condition that never comes true fails the test."""


class Watched(Cockpit):
    """The cockpit, noting when it draws what."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.frames: list[tuple[float, str]] = []
        """Time and text of every frame, while `watching`."""
        self.watching = False

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        super()._display(screen, renderable)
        if self.watching:
            at = time.perf_counter()
            self.frames.append((at, "\n".join(strip.text for strip in screen._compositor.render_strips())))


class Driven:
    """The app under a pilot, and what can be seen of it."""

    def __init__(self, app: Watched, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def session(self) -> Session:
        return self.app.session

    @property
    def desk(self) -> DeskScreen:
        screen = self.app.screen_stack[0]
        assert isinstance(screen, DeskScreen)
        return screen

    def heard_all(self) -> bool:
        """Whether every source has said something, if only that it failed."""
        return self.session.state.specs.keys() <= self.session.state.sources.keys()

    async def until(self, condition: Callable[[], object], what: str = "the condition") -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, f"{what} did not come true:\n{self.screen}"
            await asyncio.sleep(0.005)

    async def settle(self) -> None:
        """What is in the queues is worked off, with what that brought, and drawn; no wait for an idle machine."""
        for _ in range(4):
            await self.pilot._wait_for_screen()
            if self.app.is_running:
                self.app.screen._on_timer_update()
            await asyncio.sleep(0)

    async def press(self, *keys: str) -> None:
        for key in keys:
            self.app.post_message(Key(key, key_to_character(key)))
            await self.settle()

    async def terminal(self, text: str) -> None:
        """Bytes as a terminal sends them, read by the framework's own parser."""
        messages: list[Message] = list(XTermParser(debug=False).feed(text))
        assert messages
        for message in messages:
            self.app.post_message(message)
            await self.settle()

    def resize(self, width: int, height: int) -> None:
        """The terminal changes its size, without waiting for what comes of it."""
        size = Size(width, height)
        self.app.post_message(Resize(size, size))

    def strips(self, box: str) -> list[Strip]:
        """The rows of a box of the desk, as they are drawn."""
        place = self.placed()[box]
        return [
            self.desk.lines.render_line(y).crop(place.x, place.x + place.width)
            for y in range(place.y, place.y + place.height)
        ]

    def placed(self) -> dict[str, Box]:
        """Where each box of the desk stands."""
        return self.desk.layout_for(self.app.size).boxes

    def box(self, box: str) -> str:
        return "\n".join(strip.text for strip in self.strips(box))

    def boxes(self) -> dict[str, str]:
        """Every box that is shown."""
        return {box: self.box(box) for box in self.placed()}

    @property
    def page(self) -> str:
        """The page on top."""
        widget = self.app.screen.query_one("#page", Lines)
        return "\n".join(widget.render_line(y).text for y in range(widget.size.height))

    @property
    def screen(self) -> str:
        """Everything on the screen on top, toasts included."""
        return "\n".join(strip.text for strip in self.app.screen._compositor.render_strips())

    @property
    def focused(self) -> list[str]:
        """Panes whose frame says that they have the focus."""
        shown = [pane for pane in PANES if pane in self.placed()]
        return [pane for pane in shown if next(iter(self.strips(pane)[0])).style == style("focus")]

    def selected(self) -> str | None:
        """The order code of the selected row."""
        for strip in self.strips("orders"):
            for segment in strip:
                if segment.style == style("selected"):
                    return next(word for word in segment.text.split() if word.startswith("TG"))
        return None


class Odd:
    """A provider that answers as the simulation does, but for what a test changes."""

    Settings: ClassVar[type[Settings]] = SimulatedSettings
    topics: ClassVar[frozenset[Topic]] = frozenset(Topic)
    lookups: ClassVar[frozenset[Lookup]] = frozenset(Lookup)

    def __init__(self, usual: Provider) -> None:
        self.usual = usual
        self.asked: list[Topic | Lookup] = []

    @classmethod
    def open(cls, settings: Any, context: Context) -> Self:
        return cls(SimulatedProvider.open(settings, context))

    async def poll(self, topic: Topic, cursor: object) -> Answer:
        self.asked.append(topic)
        return await self.usual.poll(topic, cursor)

    async def look_up(self, lookup: Lookup, question: Question) -> Answer:
        self.asked.append(lookup)
        return await self.usual.look_up(lookup, question)

    async def aclose(self) -> None:
        await self.usual.aclose()


class Gated(Odd):
    """Answers look-ups only once its gate is opened."""

    def __init__(self, usual: Provider) -> None:
        super().__init__(usual)
        self.gate = asyncio.Event()

    async def look_up(self, lookup: Lookup, question: Question) -> Answer:
        self.asked.append(lookup)
        await self.gate.wait()
        return await self.usual.look_up(lookup, question)


def simulated(clock: ManualClock, scenario: str = "calm", file: CampaignFile | None = None) -> SimulatedProvider:
    """The simulation of the shipped campaign."""
    campaign = (file or load(example_path())).campaign
    options = {"scenario": scenario, "seed": 1}
    return SimulatedProvider.open(SimulatedSettings(), Context(campaign, clock, {}, options=options))


def wired(
    clock: ManualClock,
    scenario: str = "calm",
    instead: Mapping[Topic | Lookup, Provider] | None = None,
    path: Path | None = None,
    usual: Provider | None = None,
) -> Session:
    """A session on the shipped campaign, with other providers for some of its sources."""
    file = load(path or example_path())
    usual = usual or simulated(clock, scenario, file)
    providers = {
        source.topic: (source, (instead or {}).get(source.topic, usual)) for source in (*file.sources, *file.lookups)
    }
    return Session(file, clock, providers, scenario)


@asynccontextmanager
async def cockpit(
    scenario: str = "calm",
    at: datetime = LATE_MORNING,
    size: tuple[int, int] = (120, 36),
    session: Session | None = None,
    wait: bool = True,
) -> AsyncIterator[Driven]:
    """The cockpit, with every source heard once (unless told not to wait) and drawn."""
    app = Watched(session or wired(ManualClock(at), scenario))
    async with app.run_test(size=size, notifications=True) as pilot:
        driven = Driven(app, pilot)
        if wait:
            await driven.until(driven.heard_all, "an answer of every source")
            app.tick()
            await driven.settle()
        yield driven


def step(driven: Driven, by: timedelta = timedelta(seconds=1)) -> None:
    """The clock moves, and the screen with it."""
    assert isinstance(driven.session.clock, ManualClock)
    driven.session.clock.advance(by)
    driven.app.tick()
