"""Colours, zones, density and graphs as keys change them: the same words stand there, only other times and looks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

import pytest
from cockpit_pilot import Driven, cockpit
from desk_launch import QUIET, seen
from rich.color import ColorType

from evtui.alerts.rules import Severity
from evtui.tui import themes
from evtui.tui.compose import draw, layout, picture
from evtui.tui.desk import Desk
from evtui.tui.layout import PANES
from evtui.tui.lines import plain
from evtui.tui.look import Graphs
from evtui.tui.themes import NAMES, THEMES, choose, chosen, style


def quiet(driven: Driven) -> dict[str, str]:
    """Every box but the one whose source may still be answering."""
    return {name: text for name, text in driven.boxes().items() if name != "cpu"}


@pytest.fixture(autouse=True)
def usual() -> Iterator[None]:
    """The theme is of the process: each test leaves the usual one."""
    choose("terminal")
    yield
    choose("terminal")


@pytest.mark.parametrize("theme", THEMES)
def test_every_theme_has_every_style_and_no_background(theme: str) -> None:
    choose(theme)
    assert chosen() == theme
    for name in NAMES:
        assert style(name).bgcolor is None, name
        if theme in ("terminal",) and style(name).color is not None:
            assert style(name).color.type is ColorType.STANDARD  # type: ignore[union-attr]
        if theme == "mono":
            assert style(name).color is None
    assert style("@https://evil.example").link == "https://evil.example"
    for name in ("alert", "demo", "env", "selected", "focus", "key", "head"):
        assert style(name) != style(""), f"{name} is to be told apart"
    with pytest.raises(KeyError):
        style("no such style")


def test_an_unknown_theme_is_a_fault_and_changes_nothing() -> None:
    with pytest.raises(KeyError):
        choose("no such theme")
    assert chosen() == "terminal"


@pytest.mark.parametrize("theme", THEMES)
async def test_every_page_is_drawn_in_every_theme(theme: str) -> None:
    async with cockpit("stuck") as driven:
        driven.app.action_use_theme(theme)
        for keys in ("4z", "z2j", "r", "s", "h", "c"):
            await driven.press(*keys)
            assert driven.app.is_running
            if keys in ("s", "h", "c"):
                await driven.press("escape")
        assert themes.chosen() == theme


async def test_the_key_goes_round_all_of_them_and_says_which() -> None:
    async with cockpit("stuck") as driven:
        words = quiet(driven)
        for name, what in (*list(THEMES.items())[1:], *list(THEMES.items())[:1]):
            await driven.press("T")
            assert chosen() == name
            assert f"colours: {what}"[:30] in driven.screen
            assert quiet(driven) == words


@pytest.mark.parametrize("scenario", ["stuck", "outage", "oversold", "saturated"])
async def test_a_state_is_a_word_or_a_sign_before_it_is_a_colour(scenario: str) -> None:
    async with cockpit(scenario, size=(120, 50)) as driven:
        view, desk = driven.app.view(), Desk("stock")
        strip = draw(view, desk, "alert", layout(view, desk, 120, 50).boxes["alert"])
        for line, standing in zip(strip, view.standing, strict=False):
            problem = standing.alert.severity is Severity.PROBLEM
            assert plain(line).startswith("!" if problem else "~")
        for line in draw(view, desk, "orders", layout(view, desk, 120, 50).boxes["orders"]):
            if any(name == "alert" for _, name in line):
                assert re.search(r"OVERDUE|FAILED|DOWN|AUTH", plain(line)), plain(line)


# --- zones ------------------------------------------------------------------------------------------------------------

TIME = re.compile(r"(?<![+\-\d:T])(\d{2}):(\d{2})(?::(\d{2}))?(?![\d:])")
NOT_A_TIME = re.compile(r"open \+\S+|\(\+\S+\)|T-\S+|in \d+:\S+")


def times(driven: Driven) -> list[tuple[int, int]]:
    """Every time of day on the screen, as (hour, minute).

    But for the stock: of what sells out on another day it tells the day, and whether it is another, the zone decides.
    """
    text = NOT_A_TIME.sub("", "\n".join(text for name, text in driven.boxes().items() if name != "stock"))
    return [(int(hour), int(minute)) for hour, minute, _ in TIME.findall(text)]


@pytest.mark.parametrize("keys", [(), ("2", "z"), ("3", "z"), ("4", "z")])
async def test_every_time_on_the_screen_is_in_the_zone_that_is_shown(
    keys: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    async with cockpit("stuck", size=(160, 50)) as driven:
        await driven.press("m", *"here", "enter", "a", *keys)
        here = times(driven)
        assert len(here) > 3
        assert "HKT" in driven.box("header") or "header" not in driven.placed()
        for zone, shift in (("UTC", -480), ("+0545", -135), ("HKT", 0)):
            await driven.press("t")
            assert zone in driven.box("header")
            there = times(driven)
            assert [(hour * 60 + minute + shift) % 1440 for hour, minute in here] == [
                hour * 60 + minute for hour, minute in there
            ]


@pytest.mark.parametrize("zone", [None, "", "HKT-8", ":Asia/Nowhere", "../../etc/passwd", "\x1b[31m", "UTC", "x" * 300])
async def test_an_odd_zone_of_this_machine_is_left_out(zone: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if zone is None:
        monkeypatch.delenv("TZ", raising=False)
    else:
        monkeypatch.setenv("TZ", zone)
    async with cockpit() as driven:
        shown: list[str] = []
        for _ in range(4):
            await driven.press("t")
            shown.append(driven.box("header"))
        assert any("UTC" in header for header in shown)
        assert any("HKT" in header for header in shown)
        assert all("\x1b" not in header for header in shown)


async def test_what_is_asked_for_by_time_is_of_the_zone_shown() -> None:
    async with cockpit("stuck") as driven:
        await driven.press("t", "g")
        await driven.terminal("03:00")
        await driven.press("enter")
        made = driven.desk.selected_line()
        assert made is not None
        assert made.line.created_at <= datetime.fromisoformat("2024-01-25T03:00:00+00:00")
        assert made.line.created_at > datetime.fromisoformat("2024-01-25T02:50:00+00:00")


# --- density, borders, graphs -----------------------------------------------------------------------------------------


async def test_density_shows_more_rows_and_back() -> None:
    async with cockpit("stuck") as driven:
        await driven.press("2", "j")
        roomy = driven.box("orders")
        await driven.press("d")
        compact = driven.box("orders")
        assert compact.count("TG240125") > roomy.count("TG240125")
        assert "│" not in compact
        assert driven.selected()
        await driven.press("d")
        assert driven.box("orders") == roomy


async def test_borders_and_graphs_from_the_palette() -> None:
    async with cockpit("stuck") as driven:
        for word in ("borders", *(f"graphs-{each}" for each in Graphs)):
            before = driven.boxes()
            await driven.press("colon")
            await driven.terminal(word)
            await driven.press("enter")
            assert driven.boxes() != before or word == "graphs-block"
        assert not set("╭╮╰╯│─") & set(driven.box("stock"))


def test_no_style_is_asked_for_that_there_is_not() -> None:
    shown = seen(QUIET)
    for name in PANES:
        for zoomed in (False, True):
            for line in picture(shown, Desk(name, zoomed=zoomed), 140, 45):
                assert {style_ for _, style_ in line} <= NAMES
