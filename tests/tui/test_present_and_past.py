"""The screen held still, gone back in time, and brought back to the present."""

from __future__ import annotations

from datetime import timedelta

from cockpit_pilot import LATE_MORNING, Driven, cockpit, wired

from evtui.clock import ManualClock
from evtui.tui.layout import PANES
from evtui.tui.present import KEPT, Present
from evtui.tui.screens.order import OrderPage
from evtui.tui.screens.report import ReportPage
from evtui.tui.view import Settings

MINUTE = timedelta(minutes=1)
OPENING = LATE_MORNING.replace(hour=10, minute=3)


def quiet(driven: Driven) -> dict[str, str]:
    """Every box but the one whose source may still be answering."""
    return {name: text for name, text in driven.boxes().items() if name != "cpu"}


async def passes(driven: Driven, minutes: int) -> None:
    """So much of the launch goes by, and everything that is told meanwhile is heard."""
    for _ in range(minutes):
        assert isinstance(driven.session.clock, ManualClock)
        driven.session.clock.advance(MINUTE)
        await driven.session.refresh()
        driven.app.tick()


async def test_while_paused_nothing_but_the_header_changes_and_what_comes_is_counted() -> None:
    async with cockpit("rush", OPENING) as driven:
        await driven.press("p")
        before, count = driven.boxes(), driven.session.state.orders.count
        assert "PAUSED at 10:03:14" in before["header"]
        assert "new" not in before["header"]
        await passes(driven, 2)
        news = driven.session.state.orders.count - count
        assert news
        after = driven.boxes()
        assert f"{news:,} new" in after.pop("header")
        assert after == {box: text for box, text in before.items() if box != "header"}
        await driven.press("p")
        assert "PAUSED" not in driven.box("header")
        assert driven.box("orders") != before["orders"]
        assert "10:05:14" in driven.box("header")


async def test_the_held_moment_can_be_walked_through() -> None:
    async with cockpit("stuck") as driven:
        await driven.press("p")
        lines = driven.app.view().late
        await passes(driven, 3)
        await driven.press("2", "j", "down", "j")
        first = driven.selected()
        assert first
        await driven.press("G")
        assert driven.selected() != first
        await driven.press("z")
        assert [pane for pane in PANES if pane in driven.boxes()] == ["orders"]
        await driven.press("z", "home", "slash")
        await driven.terminal("status:waiting")
        await driven.press("enter")
        assert "status:waiting"[:10] in driven.box("orders")
        await driven.press("escape", "escape", "n")
        assert driven.selected() == lines[0].tracked.line.tg_code
        await driven.press("enter")
        assert isinstance(driven.app.screen, OrderPage)
        assert "PAUSED at 11:31:14" in driven.box("header")


async def test_a_resize_a_zone_and_a_density_do_not_let_go_of_the_held_moment() -> None:
    async with cockpit("rush", OPENING) as driven:
        await driven.press("p")
        await passes(driven, 1)
        orders = driven.session.state.orders.count
        await driven.press("t", "d", "T", "T", "T", "T", "T")
        driven.resize(100, 30)
        await driven.settle()
        assert driven.app.view().now == OPENING
        assert driven.app.view().state.orders.count < orders
        assert "PAUSED at 02:03:14" in driven.box("header")


async def test_back_goes_a_minute_and_another_and_live_returns() -> None:
    async with cockpit("rush", OPENING) as driven:
        seen = [driven.box("orders")]
        for _ in range(4):
            await passes(driven, 1)
            seen.append(driven.box("orders"))
        for back in (3, 2, 1, 0):
            await driven.press("b")
            minute = OPENING + back * MINUTE
            assert f"BACK at {minute:%H:%M:%S}" in driven.box("header")
            assert driven.app.view().now == minute
            assert driven.box("orders").splitlines()[1:] == seen[back].splitlines()[1:]
        await driven.press("b")
        assert "nothing earlier is kept" in driven.screen
        assert "BACK at 10:03:14" in driven.box("header")
        await driven.press("L")
        assert "BACK" not in driven.box("header")
        assert driven.box("orders") == seen[-1]


async def test_at_the_start_there_is_nothing_to_go_back_to_and_it_says_why() -> None:
    async with cockpit() as driven:
        before = quiet(driven)
        await driven.press("b")
        assert "nothing earlier is kept" in driven.screen
        assert "an hour" in driven.screen
        assert quiet(driven) == before


async def test_a_report_from_the_past_is_of_that_moment() -> None:
    async with cockpit("rush", OPENING, size=(140, 40)) as driven:
        await passes(driven, 3)
        await driven.press("b", "b", "r")
        assert isinstance(driven.app.screen, ReportPage)
        assert "as of 10:04:14" in driven.page
        await passes(driven, 1)
        assert "as of 10:04:14" in driven.page
        await driven.press("escape")
        assert "BACK at 10:04:14" in driven.box("header")


async def test_pause_in_the_past_goes_on_with_the_present() -> None:
    async with cockpit("rush", OPENING) as driven:
        await passes(driven, 2)
        await driven.press("b", "p")
        assert not {"BACK", "PAUSED"} & set(driven.box("header").split())
        await driven.press("p", "b")
        assert "BACK at 10:04:14" in driven.box("header")
        await driven.press("L")
        assert not {"BACK", "PAUSED"} & set(driven.box("header").split())


async def test_live_in_the_present_changes_nothing_and_is_not_offered() -> None:
    async with cockpit("stuck") as driven:
        before = quiet(driven)
        assert "live" not in before["footer"]
        await driven.press("L")
        assert quiet(driven) == before
        await driven.press("p")
        assert "live" in driven.box("footer")


def test_an_hour_is_kept_one_state_a_minute_and_no_more() -> None:
    clock = ManualClock(LATE_MORNING)
    present = Present(wired(clock))
    for _ in range(KEPT * 3 * 60):
        present.remember()
        clock.advance(timedelta(seconds=1))
    went = 0
    while present.back(Settings()):
        went += 1
        assert went <= KEPT
    assert went == KEPT
    assert clock.now() - present.view(Settings()).now == KEPT * MINUTE


def test_the_view_is_the_same_until_a_second_has_passed() -> None:
    clock = ManualClock(LATE_MORNING)
    present = Present(wired(clock))
    first = present.view(Settings())
    clock.advance(timedelta(milliseconds=900))
    assert present.view(Settings()) is first
    clock.advance(timedelta(milliseconds=200))
    assert present.view(Settings()) is not first
    held = present.view(Settings())
    present.pause(Settings())
    clock.advance(timedelta(hours=3))
    assert present.view(Settings()).now == held.now
    assert present.view(Settings()) is present.view(Settings())
