"""`Y` keeps and sends an order's code alone, from the feed and from the order's page."""

from __future__ import annotations

from pathlib import Path

import pytest
from cockpit_pilot import cockpit

from evtui.tui.screens.order import OrderPage


async def test_the_code_alone_is_copied_from_a_row_and_from_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("TMUX", "STY"):
        monkeypatch.delenv(name, raising=False)
    async with cockpit("stuck") as driven:
        urgent = driven.app.view().late[0].tracked.line.tg_code
        await driven.press("Y")
        await driven.press("j", "j")
        chosen = driven.selected()
        await driven.press("Y", "enter")
        assert isinstance(driven.app.screen, OrderPage)
        await driven.press("Y")
        assert "sent to the terminal's clipboard" in driven.page
    kept = sorted(path.read_text() for path in (tmp_path / "evtui" / "copies").iterdir())
    assert kept == sorted({f"{urgent}\n", f"{chosen}\n"})


async def test_a_pane_is_copied_without_its_frame(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    async with cockpit("stuck") as driven:
        await driven.press("1", "y")
        (kept,) = (tmp_path / "evtui" / "copies").iterdir()
        text = kept.read_text()
        assert "│" not in text
        for product in driven.session.campaign.products:
            assert product.label in text
