"""The pages of the sources under the keys of a real cockpit."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from cockpit_pilot import LATE_MORNING, Driven, Odd, cockpit, simulated, step, wired
from msgspec.structs import replace

from evtui.clock import ManualClock
from evtui.collector.breaker import TRIES
from evtui.domain.reading import Answer, FailureKind, Lookup, Topic
from evtui.domain.trip import Exchange, Login, Spent
from evtui.providers.base import Question, SourceError
from evtui.session import Session
from evtui.tui.screens.base import PAGE_CELLS
from evtui.tui.screens.desk import DeskScreen
from evtui.tui.screens.sources import SourcePage, SourcesPage

LONG = "連線逾時：資料庫沒有回應，請重新登入後再試一次。" * 6 + "[bold red]end[/]"
SENT = Exchange("POST https://h.example.com/[@click=app.quit]x\nAuthorization: ***", "401 Unauthorized", LATE_MORNING)


class Dear(Odd):
    """Answers at a price, in somebody's name, until it `refuses`."""

    refuses = False

    async def poll(self, topic: Topic, cursor: object) -> Answer:
        login = Login("profile prod-hk", LATE_MORNING + timedelta(minutes=20), remedy="aws sso login --profile prod-hk")
        if self.refuses:
            self.asked.append(topic)
            raise SourceError(FailureKind.AUTH, LONG, login.remedy, spent=Spent(0.25), login=login, exchange=SENT)
        answer = await super().poll(topic, cursor)
        return replace(answer, spent=Spent(0.25, 30), login=login, exchange=replace(SENT, got="200 OK"))


def top(driven: Driven) -> type:
    """The kind of page on top."""
    return type(driven.app.screen)


def shown_at(driven: Driven, width: int) -> bool:
    """Whether the page was drawn for a terminal of this many columns."""
    return driven.app.size.width == width and len(driven.page.splitlines()[0]) == min(width, PAGE_CELLS)


def dear(topic: Topic = Topic.STOCK) -> tuple[Session, Dear]:
    clock = ManualClock(LATE_MORNING)
    provider = Dear(simulated(clock))
    return wired(clock, "calm", {topic: provider}), provider


async def refused(driven: Driven, provider: Dear) -> None:
    """A minute later the source refuses the login."""
    provider.refuses = True
    step(driven, timedelta(minutes=1))
    await driven.session.refresh()
    step(driven)
    await driven.settle()


@pytest.mark.parametrize("key", ["5", "\uff15"])
async def test_the_key_opens_every_source_with_its_figures(key: str) -> None:
    session, _ = dear()
    async with cockpit(session=session) as driven:
        await driven.terminal(key)
        assert top(driven) is SourcesPage
        count = len(session.state.specs)
        assert f"Sources · {count} of {count} answer" in driven.page
        for topic in session.state.specs:
            assert f"{topic} " in driven.page
        assert "login profile prod-hk, 20m left · stock" in driven.page
        assert "US$0.25" in driven.page
        assert "US$5.00 at most" in driven.page
        await driven.press("5")
        assert len(driven.app.screen_stack) == 2
        await driven.press("escape")
        assert top(driven) is DeskScreen


async def test_palette_and_help_know_it() -> None:
    async with cockpit() as driven:
        await driven.press("question_mark")
        assert "every source: its state" in driven.page or "of" in driven.page.splitlines()[0]
        await driven.press("escape", "colon")
        await driven.terminal("every source")
        await driven.press("enter")
        await driven.until(lambda: top(driven) is SourcesPage, "the page")


async def test_enter_shows_the_last_exchange_and_x_asks_again() -> None:
    session, provider = dear(Topic.ORDERS)
    place = list(session.state.specs).index(Topic.ORDERS)
    async with cockpit(session=session, size=(120, 40)) as driven:
        await refused(driven, provider)
        await driven.press("5", *["j"] * place)
        assert ">orders" in driven.page
        assert "! auth" in driven.page
        assert "aws sso login --profile prod-hk" in driven.page
        assert "[bold red]end[/]" not in driven.page
        await driven.press("enter")
        assert top(driven) is SourcePage
        found = "".join(driven.page.replace("│", "").split())
        assert "".join(LONG.split()) in found, "whole here, and no markup of it is heeded"
        assert "> POST https://h.example.com/[@click=app.quit]x" in driven.page
        assert "< 401 Unauthorized" in driven.page
        provider.refuses = False
        step(driven, timedelta(minutes=1))
        provider.asked.clear()
        await driven.press("x")
        await driven.until(lambda: provider.asked == [Topic.ORDERS], "the question")
        await driven.until(lambda: driven.session.state.sources[Topic.ORDERS].taken_at == driven.session.clock.now())
        step(driven)
        await driven.settle()
        assert "✓ ok" in driven.page
        assert "answered since" in driven.page
        assert "< 200 OK" in driven.page
        await driven.press("escape")
        assert top(driven) is SourcesPage
        assert "gap 11:32, filled 11:33" in driven.page


async def test_x_on_the_list_asks_the_chosen_one() -> None:
    session, provider = dear(Topic.STOCK)
    async with cockpit(session=session) as driven:
        await driven.press("5", *["k"] * 3, *["j"] * list(session.state.specs).index(Topic.STOCK))
        provider.asked.clear()
        await driven.press("x")
        assert "asking stock again" in driven.page
        await driven.until(lambda: provider.asked == [Topic.STOCK], "the question")


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 10), (40, 10)])
async def test_every_size_works_and_all_of_it_can_be_reached(size: tuple[int, int]) -> None:
    session, provider = dear()
    async with cockpit(session=session, size=size) as driven:
        await refused(driven, provider)
        await driven.press("5")
        seen = driven.page
        for _ in range(40):
            await driven.press("j")
            seen += driven.page
        for topic in session.state.specs:
            assert topic in seen
        assert "validity" in seen, "the last line of the page"
        await driven.press(*["K"] * 12)
        assert f">{next(iter(session.state.specs))}" in driven.page
        await driven.press("enter")
        seen = driven.page
        for _ in range(10):
            await driven.press("J")
            seen += driven.page
        assert "401 Unauthorized" in seen
        assert driven.app.is_running


async def test_it_follows_the_terminal() -> None:
    async with cockpit() as driven:
        await driven.press("5")
        for width, height in ((60, 20), (200, 60), (40, 10), (120, 36)):
            driven.resize(width, height)
            await driven.until(partial(shown_at, driven, width), "the new size")
            await driven.settle()
            assert driven.page.splitlines()[0].startswith("╭ Source")


async def test_it_goes_on_while_it_is_open() -> None:
    async with cockpit() as driven:
        await driven.press("5")
        assert "0s" in driven.page
        step(driven, timedelta(seconds=42))
        await driven.settle()
        assert "42s" in driven.page


async def test_held_still_it_says_nothing_of_the_asking_now() -> None:
    session, provider = dear()
    async with cockpit(session=session) as driven:
        await driven.press("p", "5")
        before = driven.page
        await refused(driven, provider)
        assert driven.page == before
        assert "! auth" not in driven.page
        await driven.press("escape", "p", "5")
        assert "! auth" in driven.page


async def test_y_keeps_the_page_and_the_exchange(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    session, provider = dear(Topic.STOCK)
    async with cockpit(session=session) as driven:
        await refused(driven, provider)
        await driven.press("5", "y")
        assert "saved" in driven.page
        (page,) = tmp_path.rglob("sources-*.txt")
        assert page.read_text().startswith("Sources · ")
        assert "look-ups" in page.read_text()
        await driven.press("enter", "y")
        (one,) = tmp_path.rglob("source-stock-*.txt")
        kept = one.read_text()
        assert "> Authorization: ***" in kept
        assert "".join(LONG.split()) in "".join(kept.split())


async def test_an_answered_look_up_is_told() -> None:
    async with cockpit("stuck") as driven:
        await driven.press("5")
        assert "task_log      not asked yet" in driven.page
        await driven.press("escape", "enter")
        await driven.until(lambda: "answered: " in driven.page, "the answers")
        await driven.press("escape", "5")
        assert "task_log      answered 11:31:14" in driven.page


class Broken(Odd):
    """No look-up of it works."""

    async def look_up(self, lookup: Lookup, question: Question) -> Answer:
        self.asked.append(lookup)
        raise SourceError(FailureKind.DOWN, "connection refused")


async def test_a_look_up_that_keeps_failing_is_left_alone_until_somebody_insists() -> None:
    clock = ManualClock(LATE_MORNING)
    broken = Broken(simulated(clock, "stuck"))
    async with cockpit(session=wired(clock, "stuck", {Lookup.TASK_LOG: broken})) as driven:
        for _ in range(TRIES + 1):
            await driven.press("enter")
            await driven.until(lambda: "answered: " in driven.page, "the other answers")
            await driven.press("escape")
        assert broken.asked == [Lookup.TASK_LOG] * TRIES
        await driven.press("5")
        assert "✗ task_log      failed 11:31:14" in driven.page
        assert "connection refused" in driven.page
        await driven.press("escape", "enter")
        await driven.until(lambda: "answered: " in driven.page, "the other answers")
        assert "left alone until" in driven.page
        await driven.press("X")
        await driven.until(lambda: len(broken.asked) == TRIES + 1, "the question")
