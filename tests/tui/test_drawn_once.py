"""How often the desk is drawn: once for a size, however many tell of it."""

from __future__ import annotations

import pytest
from cockpit_pilot import cockpit

from evtui.tui.compose import picture
from evtui.tui.desk import Desk
from evtui.tui.lines import Line
from evtui.tui.rows import Rows
from evtui.tui.screens import desk
from evtui.tui.view import View


async def test_a_size_that_is_drawn_for_already_is_not_drawn_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[tuple[int, int]] = []

    def seen(view: View, settings: Desk, width: int, height: int, held: Rows) -> list[Line]:
        drawn.append((width, height))
        return picture(view, settings, width, height, held)

    monkeypatch.setattr(desk, "picture", seen)
    async with cockpit("calm") as driven:
        await driven.settle()
        drawn.clear()
        driven.resize(120, 36)
        await driven.settle()
        assert drawn == []
        driven.resize(100, 30)
        await driven.until(lambda: tuple(driven.desk.lines.size) == (100, 30), "the size")
        await driven.settle()
        assert drawn == [(100, 30)]
