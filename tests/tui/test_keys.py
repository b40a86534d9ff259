"""Every key of the registry does what its help says, on the real app over the real session."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from cockpit_pilot import LATE_MORNING, Odd, cockpit, simulated, step, wired
from textual._xterm_parser import XTermParser
from textual.screen import Screen

from evtui.clock import ManualClock
from evtui.domain.reading import Lookup
from evtui.session import ASKED_FREELY
from evtui.tui.actions import DESK, ORDER, PAGES, REPORT, SOURCE, SOURCES, TEXT, UNBOUND, Action
from evtui.tui.app import Cockpit
from evtui.tui.layout import PANES
from evtui.tui.screens.desk import DeskScreen
from evtui.tui.screens.go_to import GoTo
from evtui.tui.screens.help import HelpPage
from evtui.tui.screens.order import OrderPage
from evtui.tui.screens.report import ReportPage
from evtui.tui.screens.sources import SourcePage, SourcesPage

OPENING = LATE_MORNING.replace(hour=10, minute=3)
CODE = re.compile(r"TG\d{6}[A-Z]\d{5}")

SCREENS: tuple[tuple[type[Screen[None]], tuple[Action, ...]], ...] = (
    (DeskScreen, DESK),
    (OrderPage, ORDER),
    (ReportPage, REPORT),
    (SourcesPage, SOURCES),
    (SourcePage, SOURCE),
    (HelpPage, TEXT),
)


@pytest.mark.parametrize(("screen", "actions"), SCREENS)
def test_every_action_exists_and_every_key_is_taken_once(screen: type, actions: tuple[Action, ...]) -> None:
    for action in (*actions, *UNBOUND):
        page, _, name = action.do.partition("(")[0].rpartition(".")
        assert callable(getattr(Cockpit if page == "app" else screen, f"action_{name}")), action
        assert action.help
    keys = [key for action in actions for key in action.keys]
    assert len(keys) == len(set(keys))
    assert len({action.id for action in actions}) == len(actions)


def test_no_key_needs_a_second_finger_and_all_of_the_agreed_ones_are_there() -> None:
    words = {"enter", "esc", "tab", "up", "down", "pageup", "pagedown", "home", "end"}
    for _, actions in PAGES:
        for action in actions:
            assert all(len(key) == 1 or key in words for key in action.keys)
            assert any(len(key) == 1 or key in ("enter", "esc", "tab", "home") for key in action.keys), action
    agreed = set("12345z/onNgrymastpchbLdTMR:?q") | {"enter", "esc"}
    assert agreed <= {key for action in DESK for key in action.keys}


async def test_the_numbers_and_tab_give_the_focus() -> None:
    async with cockpit() as driven:
        assert len(driven.focused) == 1
        for number, pane in enumerate(PANES, 1):
            await driven.press(str(number))
            assert driven.focused == [pane]
        for pane in (*PANES, PANES[0]):
            await driven.press("tab")
            assert driven.focused == [pane]
        box = driven.placed()["errors"]
        await driven.pilot.click(offset=(box.x + 2, box.y + 2))
        assert driven.focused == ["errors"]


async def test_zoom_gives_the_focused_pane_the_screen_and_back() -> None:
    async with cockpit() as driven:
        before = driven.boxes()
        for number, pane in enumerate(PANES, 1):
            await driven.press(str(number), "z")
            await driven.settle()
            assert [shown for shown in PANES if shown in driven.boxes()] == [pane]
            assert driven.placed()[pane].width == 120
            await driven.press("escape" if number % 2 else "z")
            await driven.settle()
            assert set(driven.boxes()) == set(before)
        await driven.press("2")
        assert driven.boxes() == before


async def test_a_selection_moves_by_rows_and_tens_and_escape_lets_go() -> None:
    async with cockpit("stuck") as driven:
        codes = CODE.findall(driven.box("orders"))
        assert driven.selected() is None
        for key, index in (("j", 0), ("down", 1), ("pagedown", 11), ("k", 10), ("up", 9), ("pageup", 0), ("k", 0)):
            await driven.press(key)
            assert driven.selected() == codes[index], key
        await driven.press(*["pagedown"] * 5)
        assert driven.selected() not in codes
        assert driven.selected()
        await driven.press("escape")
        assert driven.selected() is None
        assert "follow" in driven.box("orders")


async def test_a_selection_freezes_the_feed_and_counts_what_is_new() -> None:
    async with cockpit("rush", OPENING, size=(100, 30)) as driven:
        await driven.press("j", "j", "j")
        held, selected = driven.box("orders").splitlines()[1:], driven.selected()
        codes = CODE.findall("\n".join(held))
        before = driven.session.state.orders.count
        step(driven, timedelta(seconds=5))
        await driven.session.refresh()
        driven.app.tick()
        new = driven.session.state.orders.count - before
        assert new
        title, *rows = driven.box("orders").splitlines()
        assert f"+{new} new" in title
        assert CODE.findall("\n".join(rows)) == codes
        assert driven.selected() == selected
        await driven.press("escape")
        assert "new" not in driven.box("orders").splitlines()[0]
        assert codes[0] not in driven.box("orders").splitlines()[2]


async def test_what_becomes_overdue_meanwhile_does_not_slip_under_the_selection() -> None:
    async with cockpit("stuck") as driven:
        await driven.press(*["j"] * 12)
        selected, late = driven.selected(), len(driven.app.view().late)
        for _ in range(30):
            step(driven, timedelta(minutes=2))
            if len(driven.app.view().late) > late:
                break
        assert len(driven.app.view().late) > late
        assert driven.selected() == selected
        await driven.press("enter")
        assert isinstance(driven.app.screen, OrderPage)
        assert f"Order {selected}" in driven.page


async def test_enter_opens_the_selected_order_else_the_one_of_the_alert() -> None:
    async with cockpit("stuck") as driven:
        await driven.press("enter")
        await driven.until(lambda: isinstance(driven.app.screen, OrderPage))
        assert driven.app.view().late[0].tracked.line.tg_code in driven.page
        assert driven.app.view().late[0].tracked.line.tg_code in driven.box("alert")
        await driven.press("escape")
        assert isinstance(driven.app.screen, DeskScreen)
        await driven.press("j", "down", "enter")
        assert f"Order {driven.selected()}" in driven.page


async def test_enter_with_nothing_to_open_selects_the_newest() -> None:
    async with cockpit("calm") as driven:
        await driven.press("enter")
        assert isinstance(driven.app.screen, DeskScreen)
        assert driven.selected()
    async with cockpit("silent") as driven:
        await driven.press("enter", "j", "k", "pagedown")
        assert driven.selected() is None


async def test_go_to_opens_by_tg_and_by_ts_code_however_typed() -> None:
    async with cockpit("stuck") as driven:
        line = driven.app.view().late[2].tracked.line
        for typed in (line.tg_code, line.ts_code, f" {line.tg_code.lower()} "):
            await driven.press("g")
            await driven.until(lambda: isinstance(driven.app.screen, GoTo))
            await driven.terminal(typed)
            await driven.press("enter")
            await driven.until(lambda: isinstance(driven.app.screen, OrderPage))
            assert f"Order {line.tg_code}" in driven.page
            await driven.press("escape")
            assert isinstance(driven.app.screen, DeskScreen)


async def test_a_code_typed_ahead_is_not_lost() -> None:
    async with cockpit("stuck") as driven:
        code = driven.app.view().late[1].tracked.line.tg_code
        for message in XTermParser(debug=False).feed(f"g{code}\r"):
            driven.app.post_message(message)
        await driven.until(lambda: isinstance(driven.app.screen, OrderPage), "the page")
        await driven.settle()
        assert f"Order {code}" in driven.page


WRONG = (
    ("TG240125I00001", "there is no hour I"),
    ("TG241325A00001", "is not a date"),
    ("TG240125A000001", "ends in 5 digits"),
    ("TS240125A00001", "ends in 6 digits"),
    ("x' OR 1=1", "is not an order code"),
    ("[/x]", "is not an order code"),
)


async def test_a_code_that_cannot_exist_is_answered_where_it_was_typed() -> None:
    async with cockpit(size=(140, 30), wait=False) as driven:
        for typed, why in WRONG:
            await driven.press("g")
            await driven.terminal(typed)
            await driven.press("enter")
            assert isinstance(driven.app.screen, GoTo)
            assert why in driven.screen
            assert typed in driven.screen
            await driven.press("escape")
            assert isinstance(driven.app.screen, DeskScreen)


async def test_an_empty_answer_and_escape_leave_go_to() -> None:
    async with cockpit(wait=False) as driven:
        for keys in (("g", "enter"), ("g", "escape")):
            await driven.press(*keys)
            assert isinstance(driven.app.screen, DeskScreen)


async def test_redraw_sends_every_cell_again() -> None:
    async with cockpit() as driven:
        driven.app.watching = True
        await driven.press("R")
        await driven.until(lambda: driven.app.frames, "a new frame")
        assert isinstance(driven.app.screen, DeskScreen)


async def test_help_lists_every_action_of_every_screen() -> None:
    async with cockpit(size=(140, 150), wait=False) as driven:
        await driven.press("question_mark")
        assert isinstance(driven.app.screen, HelpPage)
        page = " ".join(driven.page.replace("│", " ").split())
        for action in (*DESK, *ORDER, *REPORT, *UNBOUND):
            assert f"{driven.app.keymap.shown(action)} {action.id} ".lstrip() in page
            assert action.help in page
        await driven.press("escape")
        assert driven.app.screen_stack == [driven.desk]


async def test_pages_scroll_by_their_keys_and_stop_at_their_ends() -> None:
    async with cockpit(size=(80, 24), wait=False) as driven:
        await driven.press("question_mark")
        top = driven.page
        await driven.press("j")
        assert driven.page != top
        await driven.press("k")
        assert driven.page == top
        await driven.press("up")
        assert driven.page == top
        await driven.press(*["pagedown"] * 15)
        bottom = driven.page
        assert "STALE" in bottom
        await driven.press("down", "up", "down")
        assert driven.page == bottom


async def test_an_order_page_scrolls_by_tens_too_and_asks_again() -> None:
    clock = ManualClock(LATE_MORNING)
    provider = Odd(simulated(clock, "stuck"))
    async with cockpit(session=wired(clock, "stuck", usual=provider), size=(100, 16)) as driven:
        await driven.press("enter")
        await driven.press(*["pagedown"] * 5)
        await driven.until(lambda: "answered: " in driven.page, "the answers")
        await driven.press(*["pageup"] * 5)
        top = driven.page
        for down, up in (("j", "k"), ("down", "up"), ("pagedown", "pageup")):
            await driven.press(down)
            assert driven.page != top
            await driven.press(up)
            assert driven.page == top
        provider.asked.clear()
        await driven.press("X")
        await driven.until(lambda: set(ASKED_FREELY) <= set(provider.asked), "the look-ups, once more")
        assert Lookup.VALIDITY not in provider.asked
        await driven.press("escape")
        assert isinstance(driven.app.screen, DeskScreen)


async def test_full_width_keys_of_an_input_method_count() -> None:
    async with cockpit() as driven:
        await driven.terminal("４")
        assert driven.focused == ["errors"]
        await driven.terminal("ｒ")
        await driven.until(lambda: isinstance(driven.app.screen, ReportPage))
        await driven.press("escape")
        await driven.terminal("？")
        await driven.until(lambda: isinstance(driven.app.screen, HelpPage))
        await driven.press("escape")
        await driven.terminal("ｇ")
        await driven.until(lambda: isinstance(driven.app.screen, GoTo))
        await driven.terminal("ＴＧ２４０１２５Ｌ００００１")
        await driven.press("enter")
        await driven.until(lambda: isinstance(driven.app.screen, OrderPage))
        assert "TG240125L00001" in driven.page


@pytest.mark.parametrize("where", ["", "question_mark", "r"])
async def test_q_quits_from_everywhere(where: str) -> None:
    async with cockpit(wait=False) as driven:
        if where:
            await driven.press(where)
        await driven.press("q")
        await driven.until(lambda: not driven.app.is_running, "the end")
        assert driven.app.return_code == 0
