"""A slow line delivers many keys in one piece: none is lost, none overtakes another."""

from __future__ import annotations

import pytest
from cockpit_pilot import Driven, cockpit
from textual._xterm_parser import XTermParser

from evtui.tui.screens.filter import FilterPrompt
from evtui.tui.screens.go_to import GoTo
from evtui.tui.screens.order import OrderPage


async def at_once(driven: Driven, keys: str) -> None:
    """Everything a read of the terminal brings, in one go."""
    for message in XTermParser(debug=False).feed(keys):
        driven.app.post_message(message)
    for _ in range(4):
        await driven.settle()


@pytest.mark.parametrize(
    ("keys", "field"),
    [
        ("/abx\x7fc", "abc"),
        ("/wrong\x15right", "right"),
        ("/bc\x1b[Ha\x1b[Fd", "abcd"),
        ("/ac\x1b[Db", "abc"),
        ("/one two\x17three", "one three"),
        ("／ａｂ", "ab"),
    ],
)
async def test_corrections_stand_where_they_were_typed(keys: str, field: str) -> None:
    async with cockpit(wait=False) as driven:
        await at_once(driven, keys)
        assert isinstance(driven.app.screen, FilterPrompt)
        assert driven.app.screen.field.value == field
        assert driven.desk._set.filter == field


async def test_what_is_typed_behind_enter_goes_to_the_screen_below() -> None:
    async with cockpit("stuck") as driven:
        await at_once(driven, "/status:waiting\rjj")
        assert len(driven.app.screen_stack) == 1
        assert driven.desk._set.filter == "status:waiting"
        shown = driven.desk._page()
        assert shown.selected == 1
        await at_once(driven, f"g{driven.app.view().late[0].tracked.line.tg_code}\r")
        assert isinstance(driven.app.screen, OrderPage)


async def test_a_mark_and_the_next_key_in_one_piece() -> None:
    async with cockpit("stuck") as driven:
        await at_once(driven, "msale is on\r4:mono\r")
        assert [mark.text for mark in driven.session.notebook.marks] == ["sale is on"]
        assert driven.focused == ["errors"]
        assert "colours: none" in driven.screen
        await at_once(driven, "T")


async def test_an_answer_that_is_refused_can_be_corrected_in_the_same_piece() -> None:
    async with cockpit("stuck") as driven:
        code = driven.app.view().late[0].tracked.line.tg_code
        await at_once(driven, f"gnonsense\r\x15{code}\r")
        assert isinstance(driven.app.screen, OrderPage)
        assert code in driven.page
        await driven.press("escape")
        await at_once(driven, "gnonsense\rq")
        assert isinstance(driven.app.screen, GoTo)
        assert driven.app.screen.field.value == "nonsenseq"


async def test_why_an_answer_is_refused_stays_until_something_is_typed() -> None:
    async with cockpit("stuck", size=(140, 30)) as driven:
        await at_once(driven, "g[/x]\r")
        assert "is not an order code" in driven.screen
        await at_once(driven, "y")
        assert "is not an order code" not in driven.screen
        await at_once(driven, "\x7f\r")
        assert "is not an order code" in driven.screen
