"""Sources fail one at a time, for real: only their own pane tells of it, with its last value, until they return."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from cockpit_pilot import Odd, simulated, wired
from real_sources import OPENS, Platform

from evtui.clock import ManualClock
from evtui.collector import collector
from evtui.domain.reading import Answer, Topic
from evtui.providers.base import Provider
from evtui.session import Session, open_session
from evtui.tui.compose import draw, layout
from evtui.tui.desk import Desk
from evtui.tui.layout import PANES
from evtui.tui.lines import Line, plain
from evtui.tui.view import view

SIZE = (120, 36)
SECOND = timedelta(seconds=1)


def drawn(session: Session) -> dict[str, list[Line]]:
    """Every box, as it is drawn now."""
    present, desk = view(session.state, session.clock.now()), Desk(focus="")
    return {name: draw(present, desk, name, box) for name, box in layout(present, desk, *SIZE).boxes.items()}


@contextmanager
def vanished(platform: Platform) -> Iterator[None]:
    away = platform.elmah.with_name("away")
    platform.elmah.rename(away)
    yield
    away.rename(platform.elmah)


@contextmanager
def forbidden(platform: Platform) -> Iterator[None]:
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    platform.elmah.chmod(0)
    try:
        yield
    finally:
        platform.elmah.chmod(0o755)


@contextmanager
def locked(platform: Platform) -> Iterator[None]:
    connection = sqlite3.connect(platform.database, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    yield
    connection.execute("ROLLBACK")
    connection.close()


@contextmanager
def changed(platform: Platform) -> Iterator[None]:
    platform.execute("ALTER TABLE OrderSlaveFlow RENAME COLUMN OrderSlaveFlow_StatusForSCMDef TO Renamed")
    yield
    platform.execute("ALTER TABLE OrderSlaveFlow RENAME COLUMN Renamed TO OrderSlaveFlow_StatusForSCMDef")


@contextmanager
def missing(platform: Platform) -> Iterator[None]:
    away = platform.database.with_name("away.db")
    platform.database.rename(away)
    yield
    if platform.database.exists():
        platform.database.unlink()
    shutil.move(away, platform.database)


@contextmanager
def gone_table(platform: Platform) -> Iterator[None]:
    platform.execute("ALTER TABLE ProductStock RENAME TO Elsewhere")
    yield
    platform.execute("ALTER TABLE Elsewhere RENAME TO ProductStock")


Breakage = Callable[[Platform], AbstractContextManager[None]]


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    made = Platform(tmp_path)
    made.order(1)
    made.order(2, ("WaitingToShipping",) * 3, minutes=20)
    made.error(1)
    made.error(2, message="another fault")
    return made


@pytest.mark.parametrize(
    ("breakage", "panes"),
    [
        (vanished, {"errors"}),
        (forbidden, {"errors"}),
        (changed, {"orders"}),
        (gone_table, {"stock"}),
        (locked, {"orders", "stock"}),
        (missing, {"orders", "stock"}),
    ],
)
async def test_only_the_pane_of_a_failing_source_changes(
    platform: Platform, breakage: Breakage, panes: set[str]
) -> None:
    clock = ManualClock(OPENS + timedelta(minutes=30))
    healthy, failing = open_session(platform.file, clock), open_session(platform.file, clock)
    async with healthy, failing:
        await healthy.refresh()
        await failing.refresh()
        assert drawn(healthy) == drawn(failing)
        clock.advance(3 * SECOND)
        await healthy.refresh()
        with breakage(platform):
            await failing.refresh()
            before, after = drawn(healthy), drawn(failing)
        assert {pane for pane in PANES if before[pane] != after[pane]} == panes
        for pane in panes:
            border, *body = after[pane]
            assert "DOWN 3s" in plain(border)
            assert [plain(line) for line in body] == [plain(line) for line in before[pane][1:]]
            assert {style for line in body for run, style in line if run.strip(" │╰╯─")} == {"dim"}
            assert f"{pane} DOWN" in plain(after["header"][0])
        assert "down: " in plain(after["alert"][0]) or "+" in plain(after["alert"][0])
        assert before["first"] == after["first"]
        clock.advance(3 * SECOND)
        await healthy.refresh()
        await failing.refresh()
        assert drawn(failing) == drawn(healthy), "it came back, and nothing is left of it"


async def test_garbage_among_the_files_hides_no_error(platform: Platform) -> None:
    clock = ManualClock(OPENS + timedelta(minutes=30))
    session = open_session(platform.file, clock)
    async with session:
        await session.refresh()
        before = drawn(session)
        stamp = "2024-01-25020500Z"
        for number, content in enumerate((b"", b"\x00\xff" * 100, b"<error ", b"<!DOCTYPE x><error/>", b"<other/>")):
            (platform.elmah / f"error-{stamp}-0000000{number}-0000-4000-8000-000000000000.xml").write_bytes(content)
        clock.advance(5 * SECOND)
        await session.refresh()
        after = drawn(session)
    assert [plain(line) for line in after["errors"][1:3]] == [plain(line) for line in before["errors"][1:3]]
    assert "TimeoutExc" in "".join(map(plain, after["errors"]))
    assert before["stock"] == after["stock"]


class Hanging(Odd):
    """Answers once, and then never again until it is let go."""

    def __init__(self, usual: Provider) -> None:
        super().__init__(usual)
        self.holding = False
        self.let_go = asyncio.Event()

    async def poll(self, topic: Topic, cursor: object) -> Answer:
        if self.holding:
            await self.let_go.wait()
        return await self.usual.poll(topic, cursor)


async def test_a_source_that_hangs_is_down_after_its_deadline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector, "ONE_SHOT_DEADLINE_S", 1.0)
    topic = Topic.ERRORS
    platform = Platform(tmp_path, every="1s")
    clock = ManualClock(OPENS + timedelta(minutes=30))
    hanging = Hanging(simulated(clock, "stuck"))
    healthy = wired(clock, "stuck", path=platform.file)
    failing = wired(clock, "stuck", {topic: hanging}, path=platform.file)
    async with healthy, failing:
        await healthy.refresh()
        await failing.refresh()
        assert drawn(healthy) == drawn(failing)
        clock.advance(SECOND)
        hanging.holding = True
        await healthy.refresh()
        await failing.refresh()
        before, after = drawn(healthy), drawn(failing)
        assert {pane for pane in PANES if before[pane] != after[pane]} == {str(topic)}
        assert "DOWN 1s" in plain(after[str(topic)][0])
        assert "no answer within 1 s" in "".join(each.why for each in view(failing.state, clock.now()).sources.values())
        hanging.holding = False
        hanging.let_go.set()
        await failing.refresh()
        clock.advance(SECOND)
        await healthy.refresh()
        await failing.refresh()
        assert drawn(failing) == drawn(healthy)
