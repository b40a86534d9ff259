"""The user's own keys and settings: what they change, and what is refused before anything is drawn."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cockpit_pilot import LATE_MORNING, Driven, Watched, wired

from evtui.clock import ManualClock
from evtui.config.screen import ScreenFile, ScreenSettings, read_screen
from evtui.errors import ConfigError
from evtui.terminal.abilities import Abilities, abilities
from evtui.terminal.probe import Answers
from evtui.tui.actions import DESK, PAGES, UNBOUND
from evtui.tui.app import Cockpit
from evtui.tui.desk import Desk
from evtui.tui.keymap import KeyMap, conflicts, toolkit_keymap
from evtui.tui.look import Graphs, look_for
from evtui.tui.start import open_cockpit, theme_for, zone_for
from evtui.tui.terminal import Probe
from evtui.tui.themes import choose, chosen

PLAIN = {"TERM": "xterm-256color"}


@pytest.fixture(autouse=True)
def usual() -> Iterator[None]:
    """The theme is of the process: each test leaves the usual one."""
    yield
    choose("terminal")


async def driven_with(keys: dict[str, tuple[str, ...]], *pressed: str) -> tuple[Desk, str]:
    """What is set on the main screen with these keys, after those were pressed, and what is seen."""
    app = Watched(wired(ManualClock(LATE_MORNING), "stuck"))
    app.keymap = KeyMap(keys)
    async with app.run_test(size=(140, 150), notifications=True) as pilot:
        driven = Driven(app, pilot)
        await driven.until(driven.heard_all, "every source")
        app.tick()
        await driven.settle()
        for key in pressed:
            await driven.terminal(key)
        return driven.desk._set, driven.screen


REBOUND = {"zoom": ("w",), "overdue": ("O", "f5"), "theme": (), "help": ("H",), "palette": (";",)}


async def test_the_users_keys_do_it_and_the_registrys_no_longer_do() -> None:
    desk, shown = await driven_with(REBOUND, "2", "w")
    assert desk.zoomed
    desk, _ = await driven_with(REBOUND, "2", "z")
    assert not desk.zoomed
    desk, _ = await driven_with(REBOUND, "O")
    assert desk.overdue_only
    assert "w zoom" in shown


async def test_their_full_width_twins_count_too() -> None:
    desk, _ = await driven_with(REBOUND, "2", "ｗ")
    assert desk.zoomed
    desk, _ = await driven_with(REBOUND, "Ｏ")
    assert desk.overdue_only


async def test_help_and_palette_print_them() -> None:
    _, help_page = await driven_with(REBOUND, "H")
    rows = [" ".join(row.replace("│", " ").split()) for row in help_page.splitlines()]
    assert any("w zoom give the focused" in row for row in rows)
    assert any("O F5 overdue" in row for row in rows)
    assert any("theme the next set" in row and "T theme" not in row for row in rows)
    _, palette = await driven_with(REBOUND, ";", "zoom")
    assert any(row.split()[:2] == ["zoom", "w"] for row in palette.splitlines())


def test_the_registry_itself_has_no_conflicts() -> None:
    assert conflicts(KeyMap()) == []
    assert conflicts(KeyMap({action.id: action.keys for _, actions in PAGES for action in actions})) == []


def test_two_actions_of_one_page_may_not_have_one_key() -> None:
    found = conflicts(KeyMap({"zoom": ("o",)}))
    assert [action for action, _ in found] == ["zoom"]
    assert 'the key "o" is that of "overdue" too' in found[0][1]
    assert conflicts(KeyMap({"zoom": ("o",), "overdue": ("z",)})) == []
    both = conflicts(KeyMap({"zoom": ("x",), "sort": ("x",)}))
    assert len(both) == 1
    assert conflicts(KeyMap({"style": ("a",)})) == [], "the report and the panes are never seen together"
    assert conflicts(KeyMap({"graphs-ascii": ("z",)}))


def test_no_way_out_may_be_lost_and_names_are_known() -> None:
    for action in ("quit", "back"):
        assert "no way out" in conflicts(KeyMap({action: ()}))[0][1]
        assert conflicts(KeyMap({action: ("f9",)})) == []
    assert 'did you mean "zoom"?' in conflicts(KeyMap({"zom": ("z",)}))[0][1]
    assert "there is no action" in conflicts(KeyMap({"x" * 50: ("z",)}))[0][1]


def test_an_action_without_keys_gets_one_that_nothing_sends() -> None:
    assert toolkit_keymap(KeyMap({"zoom": (), "help": ("?", "esc")})) == {
        "zoom": "unbound",
        "help": "question_mark,escape",
    }


def settings(folder: Path, text: str) -> ScreenFile:
    path = folder / "screen.toml"
    path.write_text(text, encoding="utf-8")
    file = read_screen(path).file
    assert file is not None
    return file


def test_a_conflict_names_file_line_and_column(tmp_path: Path) -> None:
    file = settings(tmp_path, 'theme = "dark"\n\n[keys]\nzoom = "o"\nnonsense = "x"\n')
    with pytest.raises(ConfigError) as caught:
        open_cockpit(wired(ManualClock(LATE_MORNING)), file, whole_frames=False)
    said = [str(problem) for problem in caught.value.problems]
    assert any(line.startswith(f"{file.path}:4:1: keys.zoom") for line in said), said
    assert any(line.startswith(f"{file.path}:5:1: keys.nonsense") for line in said), said


def test_the_program_ends_with_2_and_no_screen(tmp_path: Path) -> None:
    path = tmp_path / "screen.toml"
    path.write_text('[keys]\nzoom = "o"\n', encoding="utf-8")
    names = {**os.environ, "EVTUI_SCREEN": str(path), "XDG_STATE_HOME": str(tmp_path), "TERM": "xterm"}
    main, child = os.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "evtui", "demo"],
            stdin=child,
            stdout=child,
            stderr=subprocess.PIPE,
            env=names,
            timeout=30,
            text=True,
            check=False,
        )
    finally:
        os.close(child)
        os.close(main)
    assert done.returncode == 2
    assert f'{path}:2:1: keys.zoom: the key "o" is that of "overdue" too' in done.stderr
    assert "\x1b" not in done.stderr


def test_the_users_settings_are_those_of_the_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "TEXTUAL_COLOR_SYSTEM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TEXTUAL_COLOR_SYSTEM", "")
    file = settings(
        tmp_path,
        'theme = "safe"\ngraphs = "braille"\nborders = "ascii"\ndensity = "compact"\nmouse = false\n'
        'time_zone = "utc"\nlinks = false\n[keys]\nzoom = "w"\n',
    )

    async def opened() -> None:
        app = open_cockpit(wired(ManualClock(LATE_MORNING)), file, whole_frames=True)
        assert app.settings.look.graphs is Graphs.BRAILLE
        assert app.settings.look.ascii_borders
        assert app.settings.look.compact
        assert not app.settings.look.links
        assert not app.mouse
        assert app.settings.zone is not None
        assert app.settings.zone.key == "UTC"
        assert app.keymap.of(next(action for action in DESK if action.id == "zoom")) == ("w",)

    asyncio.run(opened())


@pytest.mark.parametrize(
    ("wanted", "environ", "theme"),
    [
        (ScreenSettings(), PLAIN, "terminal"),
        (ScreenSettings(), {**PLAIN, "NO_COLOR": "1"}, "mono"),
        (ScreenSettings(theme="dark"), {**PLAIN, "NO_COLOR": "1"}, "mono"),
        (ScreenSettings(theme="dark", colours="256"), {**PLAIN, "NO_COLOR": "1"}, "dark"),
        (ScreenSettings(theme="light"), PLAIN, "light"),
        (ScreenSettings(theme="light", colours="none"), PLAIN, "mono"),
    ],
)
def test_where_no_colours_are_wanted_there_are_none(
    wanted: ScreenSettings, environ: dict[str, str], theme: str
) -> None:
    assert theme_for(wanted, abilities(environ, "utf-8")) == theme


def test_a_light_ground_has_the_theme_for_it_unless_one_was_chosen() -> None:
    light = abilities({**PLAIN, "COLORFGBG": "0;15"}, "utf-8")
    assert theme_for(ScreenSettings(), light) == "light"
    assert theme_for(ScreenSettings(theme="dark"), light) == "dark"


@pytest.mark.parametrize(("theme", "drawn"), [("auto", "light"), ("terminal", "terminal")])
async def test_a_terminal_that_says_it_is_light_is_drawn_on_as_such(theme: Any, drawn: str) -> None:
    session = wired(ManualClock(LATE_MORNING))
    app = Cockpit(session, wanted=ScreenSettings(theme=theme))
    async with app.run_test(size=(120, 36)) as pilot:
        app.post_message(Probe(Answers(background=(255, 255, 255))))
        await pilot.pause()
        assert chosen() == drawn


def test_where_ambiguous_signs_are_wide_lines_and_blocks_are_plain() -> None:
    assert look_for(ScreenSettings(), 1).graphs is Graphs.BLOCK
    wide = look_for(ScreenSettings(), 2)
    assert (wide.graphs, wide.ascii_borders) == (Graphs.ASCII, True)
    asked = look_for(ScreenSettings(graphs="braille", borders="unicode"), 2)
    assert (asked.graphs, asked.ascii_borders) == (Graphs.BRAILLE, False)


def test_the_zone_to_begin_with() -> None:
    assert zone_for(ScreenSettings(), {"TZ": "UTC"}) is None
    local = zone_for(ScreenSettings(time_zone="local"), {"TZ": "Asia/Tokyo"})
    assert local is not None
    assert local.key == "Asia/Tokyo"
    assert zone_for(ScreenSettings(time_zone="local"), {"TZ": "HKT-8"}) is None
    assert isinstance(abilities(PLAIN, "utf-8"), Abilities)
    assert {action.id for action in UNBOUND} >= {"borders"}
