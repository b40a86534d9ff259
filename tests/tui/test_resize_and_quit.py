"""Terminals that change their size all the time, and sources that hang while somebody wants to go home."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from cockpit_pilot import LATE_MORNING, Driven, Odd, Watched, cockpit, simulated, step, wired
from rich.cells import cell_len

from evtui.clock import ManualClock
from evtui.domain.reading import Answer, Lookup, Topic
from evtui.providers.base import Provider, Question
from evtui.tui.layout import PANES
from evtui.tui.screens.desk import DeskScreen
from evtui.tui.shell import TOAST_ROWS

SIZES = (
    *((1, 1), (300, 100), (40, 10), (39, 9), (80, 24), (79, 23), (2, 60), (200, 1), (100, 24), (99, 24), (41, 11)),
    *((width, width // 3 + 1) for width in range(3, 130, 9)),
)
QUIT_S = 1.0


def sound(driven: Driven, width: int, height: int) -> None:
    """Every row of the screen is there, and as wide as the terminal."""
    rows = [row for row in driven.screen.splitlines() if row]
    assert len(driven.screen.split("\n")) == height
    assert all(cell_len(row) == width for row in rows)


async def settled(driven: Driven, width: int, height: int) -> None:
    drawn = driven.desk.lines if driven.app.screen is driven.desk else driven.app.screen
    await driven.until(lambda: tuple(drawn.size) == (width, height), "the size")
    await driven.settle()


@pytest.mark.parametrize("keys", [(), ("question_mark",), ("r",), ("enter",), ("g",), ("4", "z"), ("j", "j")])
async def test_a_storm_of_sizes(keys: tuple[str, ...]) -> None:
    async with cockpit("stuck") as driven:
        await driven.press(*keys)
        for width, height in SIZES:
            driven.resize(width, height)
        for width, height in ((1, 1), (40, 10), (120, 36)):
            driven.resize(width, height)
            await settled(driven, width, height)
            step(driven)
            await driven.settle()
            sound(driven, width, height)
        await driven.press("escape", "escape")
        assert isinstance(driven.app.screen, DeskScreen)
        assert [pane for pane in PANES if pane in driven.boxes()] == list(PANES) or keys == ("4", "z")


async def test_what_is_shown_at_each_size() -> None:
    async with cockpit("stuck") as driven:
        for width, height, panes in ((120, 36, 4), (80, 24, 4), (79, 24, 1), (80, 23, 1), (40, 10, 1), (39, 10, 0)):
            driven.resize(width, height)
            await settled(driven, width, height)
            shown = driven.boxes()
            assert len([pane for pane in PANES if pane in shown]) == panes
            assert "overdue" in shown["alert"]
            if panes == 1:
                await driven.press("1")
                await driven.settle()
                assert "1 Stock" in driven.box("stock")
                await driven.press("2")
                await driven.settle()
                assert "TG240125" in driven.box("orders")
        assert list(shown) == ["alert"]


class Hung(Odd):
    """Threads that never come back, and a goodbye that does not either."""

    def __init__(self, usual: Provider, *, parting: bool) -> None:
        super().__init__(usual)
        self.release = threading.Event()
        self.parting = parting

    async def poll(self, topic: Topic, cursor: object) -> Answer:
        await asyncio.to_thread(self.release.wait, 30)
        return await self.usual.poll(topic, cursor)

    async def look_up(self, lookup: Lookup, question: Question) -> Answer:
        await asyncio.to_thread(self.release.wait, 30)
        return await self.usual.look_up(lookup, question)

    async def aclose(self) -> None:
        if self.parting:
            await asyncio.to_thread(self.release.wait, 30)


@pytest.mark.parametrize("parting", [False, True], ids=["polls hang", "closing hangs too"])
async def test_quitting_takes_less_than_a_second_though_sources_hang(parting: bool) -> None:
    clock = ManualClock(LATE_MORNING)
    hung = Hung(simulated(clock), parting=parting)
    app = Watched(wired(clock, usual=hung))
    try:
        async with app.run_test(size=(80, 24)) as pilot:
            driven = Driven(app, pilot)
            await driven.press("g")
            await driven.terminal("TG240125L00001")
            await driven.press("enter")
            assert "asking" in driven.page
            began = time.perf_counter()
            await driven.press("q")
            await driven.until(lambda: not app.is_running, "the end")
        took = time.perf_counter() - began
        print(f"quit after {took * 1000:.0f} ms")
        assert took < QUIT_S
    finally:
        hung.release.set()


async def test_a_hanging_source_costs_its_own_pane_only() -> None:
    clock = ManualClock(LATE_MORNING)
    hung = Hung(simulated(clock), parting=False)
    try:
        async with cockpit(session=wired(clock, "stuck", {Topic.STOCK: hung}), wait=False) as driven:
            others = driven.session.state.specs.keys() - {Topic.STOCK}
            await driven.until(lambda: driven.session.state.sources.keys() == others, "the other answers")
            step(driven, timedelta(0))
            await driven.settle()
            assert "OVERDUE" in driven.box("orders")
            assert "--" in driven.box("stock").splitlines()[0]
            assert "(4/4)" in driven.box("cpu")
    finally:
        hung.release.set()


async def test_what_is_said_on_a_small_terminal_takes_two_rows_and_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / ("long" * 20)))
    async with cockpit("stuck", size=(40, 10)) as driven:
        await driven.press("t", "1")  # two sentences, one after the other
        calm = [driven.desk.lines.render_line(y).text for y in range(10)]
        await driven.press("y")
        said = driven.screen.splitlines()
        assert "saved" in driven.screen
        changed = [index for index, row in enumerate(said) if row != calm[index]]
        assert changed == [7, 8] == [*range(9 - TOAST_ROWS, 9)]
        assert "▌ saved" in said[-TOAST_ROWS - 1]
        assert "…" in said[-2]


async def test_what_a_page_says_on_a_small_terminal_takes_two_rows_and_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / ("long" * 20)))
    monkeypatch.setattr("evtui.tui.screens.base.SAID_S", 0.3)
    async with cockpit("stuck", size=(40, 10)) as driven:
        await driven.press("h")
        calm = driven.page
        await driven.press("y")
        rows = driven.page.splitlines()
        (first,) = (index for index, row in enumerate(rows) if "│ saved " in row)
        assert "Esc back" in rows[first + 2]
        assert rows[first + 1].rstrip(" │").endswith("…")
        await driven.until(lambda: driven.page == calm, "the page as it was")


@pytest.mark.parametrize("keys", [("5",), ("question_mark",), ("2", "j", "enter")])
async def test_below_the_least_size_a_page_too_leaves_the_one_line(keys: tuple[str, ...]) -> None:
    async with cockpit("stuck") as driven:
        await driven.press(*keys)
        assert driven.page
        for width, height in ((39, 9), (20, 5)):
            driven.resize(width, height)
            await settled(driven, width, height)
            await driven.until(lambda: driven.screen.startswith("!"), "the worst alert")
            await driven.until(lambda: not "".join(driven.screen.splitlines()[1:]).strip(), "nothing else")
        driven.resize(80, 24)
        await driven.until(lambda: "Esc back" in driven.screen, "the page")
