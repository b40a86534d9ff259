"""The palette: every action of the page below, found by its words, done by Enter."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cockpit_pilot import Driven, cockpit
from textual.events import Paste

from evtui.tui.actions import DESK, PAGES, UNBOUND
from evtui.tui.keymap import KeyMap
from evtui.tui.screens.desk import DeskScreen
from evtui.tui.screens.help import HelpPage
from evtui.tui.screens.palette import Palette
from evtui.tui.screens.report import ReportPage
from evtui.tui.themes import choose, chosen


@pytest.fixture(autouse=True)
def usual() -> Iterator[None]:
    """The theme is of the process: each test leaves the usual one."""
    choose("terminal")
    yield
    choose("terminal")


def quiet(driven: Driven) -> dict[str, str]:
    """Every box but the one whose source may still be answering."""
    return {name: text for name, text in driven.boxes().items() if name != "cpu"}


async def opened(driven: Driven, words: str = "") -> None:
    await driven.press("colon")
    await driven.until(lambda: isinstance(driven.app.screen, Palette), "the palette")
    if words:
        await driven.terminal(words)


def offered(driven: Driven) -> list[str]:
    """Names of the actions shown above the field."""
    names = {action.id for _, actions in PAGES for action in actions} | {action.id for action in UNBOUND}
    rows = [row.split()[0] for row in driven.screen.splitlines()[:-1] if row.split()]
    return [word for word in rows if word in names]


async def test_words_in_any_order_and_any_width_find_by_name_help_and_key() -> None:
    async with cockpit(wait=False) as driven:
        for words, found in (
            ("problem next", "next-problem"),
            ("ＱＵＩＴ", "quit"),
            ("orange blue", "theme-safe"),
            ("BRAILLE", "graphs-braille"),
            ("quarter", "snooze"),
        ):
            await opened(driven, words)
            assert found in offered(driven), words
            await driven.press("escape")
            assert isinstance(driven.app.screen, DeskScreen)


async def test_enter_does_what_is_marked_and_arrows_mark() -> None:
    async with cockpit("stuck") as driven:
        await opened(driven, "pane-")
        assert offered(driven) == ["pane-stock", "pane-orders", "pane-cpu", "pane-errors"]
        await driven.press("down", "down", "down", "up", "enter")
        assert driven.focused == ["cpu"]
        await opened(driven, "theme-mono")
        await driven.press("enter")
        assert chosen() == "mono"


async def test_the_mark_stays_on_the_list_and_begins_anew_with_other_words() -> None:
    async with cockpit("stuck") as driven:
        await opened(driven, "pane-")
        await driven.press(*["down"] * 60, *["up"] * 70, *["down"] * 60)
        await driven.terminal("orders")
        await driven.press("enter")
        assert driven.focused == ["orders"]
        await opened(driven)
        for _ in range(len(DESK) + len(UNBOUND)):
            await driven.press("down")
        assert UNBOUND[-1].id in offered(driven)
        await driven.press("escape")


async def test_nothing_found_is_said_and_does_nothing() -> None:
    async with cockpit("stuck") as driven:
        before = quiet(driven)
        await opened(driven, "no such action")
        assert "no action has all these words" in driven.screen
        await driven.press("down", "enter", "up")
        assert isinstance(driven.app.screen, Palette)
        await driven.press("escape")
        assert quiet(driven) == before


async def test_on_a_page_it_offers_what_that_page_can_do() -> None:
    async with cockpit("stuck", size=(120, 40)) as driven:
        await driven.press("r")
        await opened(driven, "strict")
        assert offered(driven) == ["style"]
        await driven.press("enter")
        assert isinstance(driven.app.screen, ReportPage)
        assert "Report · full" in driven.page
        await opened(driven, "snooze")
        assert offered(driven) == []
        await driven.press("escape")
        await opened(driven, "back to what is below")
        await driven.press("enter")
        assert len(driven.app.screen_stack) == 1


async def test_all_actions_one_after_another_leave_the_program_whole() -> None:
    async with cockpit("stuck") as driven:
        for action in (*DESK[::2], *UNBOUND[::3]):
            if action.id in ("quit", "palette"):
                continue
            await opened(driven, action.id)
            await driven.press("enter")
            assert driven.app.is_running, action
            for _ in range(4):
                if len(driven.app.screen_stack) > 1:
                    await driven.press("escape")
            assert len(driven.app.screen_stack) == 1, action
        await opened(driven, "quit at once")
        await driven.press("enter")
        await driven.until(lambda: not driven.app.is_running, "the end")


@pytest.mark.parametrize("text", ["[@click=app.quit]x[/]", "\x1b[31m", "\u202e", "{{ 7 }}", "z" * 5_000, "\n", "%s"])
async def test_hostile_words_find_nothing_and_do_nothing(text: str) -> None:
    async with cockpit("stuck", size=(80, 24)) as driven:
        await opened(driven)
        driven.app.post_message(Paste(text))
        await driven.settle()
        assert not {"\x1b", "\u202e"} & set(driven.screen)
        assert driven.app.is_running
        await driven.press("escape")


async def test_it_fits_the_smallest_terminals() -> None:
    async with cockpit("stuck") as driven:
        await opened(driven, "theme")
        for size in ((1, 1), (3, 2), (20, 4), (40, 10), (300, 100)):
            driven.resize(*size)
            await driven.settle()
            await driven.press("down", "up")
            assert driven.app.is_running
        await driven.press("escape")
        await driven.press("question_mark")
        assert isinstance(driven.app.screen, HelpPage)


def test_the_keys_it_prints_are_the_users() -> None:
    palette = Palette(KeyMap({"zoom": ("Z", "f5")}), DESK)
    zoom = next(action for action in DESK if action.id == "zoom")
    assert palette._matching("f5") == [zoom]
    assert zoom in palette._matching("Z whole screen")
