"""`evtui check` reads the user's own screen settings too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from program import Program

pytest_plugins = ("program_fixture",)

CHECK = ("check", "--offline", "--demo")


def own(evtui: Program, text: str) -> Path:
    """The settings file of the user who runs the program."""
    path = Path(evtui.environ["XDG_CONFIG_HOME"]) / "evtui" / "screen.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_no_settings_are_not_spoken_of(evtui: Program) -> None:
    assert "screen.toml" not in evtui(*CHECK).out
    assert json.loads(evtui(*CHECK, "--json").out)["screen"] is None


def test_settings_that_are_right_are_named(evtui: Program) -> None:
    before = evtui(*CHECK).out
    path = own(evtui, 'theme = "dark"\n')
    ran = evtui(*CHECK).sound()
    assert (ran.code, ran.out) == (0, f"{before}{path}: no problems\n")
    assert path.read_text(encoding="utf-8") == 'theme = "dark"\n'


def test_problems_of_the_settings_are_problems(evtui: Program) -> None:
    path = own(evtui, 'thme = "dark"\nmouse = 1\n')
    ran = evtui(*CHECK).sound()
    assert ran.code == 2
    assert ran.out.endswith(
        f'{path}:1:1: thme: unknown key; did you mean "theme"?\n'
        f"{path}:2:1: mouse: expected true or false, got the number 1\n\n{path}: 2 problems\n"
    )
    told = json.loads(evtui(*CHECK, "--json").out)
    assert told["problems"] == []
    assert [problem["key"] for problem in told["screen"]["problems"]] == ["thme", "mouse"]
    assert told["screen"]["file"] == str(path)


def test_a_file_that_is_named_and_not_there_is_refused(evtui: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVTUI_SCREEN", "gone.toml")
    assert evtui(*CHECK).refused() == '$EVTUI_SCREEN: there is no file "gone.toml"'
