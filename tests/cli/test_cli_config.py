"""Where the campaign file is looked for, first to last."""

from __future__ import annotations

import pytest
from program import EXAMPLE, Program

from evtui import paths

pytest_plugins = ("program_fixture",)


def named(name: str) -> str:
    """The example under another shop's name, which tells which file was taken; nothing has to be asked for it."""
    return EXAMPLE[: EXAMPLE.index("[sources.stock]")].replace('name = "CUAPP" }', f'name = "{name}" }}')


def shop(evtui: Program, *args: str) -> str:
    """Whose campaign the snapshot shows."""
    ran = evtui(*args).sound()
    assert ran.code == 0, ran.err
    return ran.out.split()[2]


def test_each_place_goes_before_the_next(evtui: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shop(evtui) == "CUAPP"  # the demo
    folder = paths.config_dir()
    assert folder.is_relative_to(evtui.home)
    folder.mkdir(parents=True)
    (folder / "evtui.toml").write_text(named("USER"), encoding="utf-8")
    assert shop(evtui) == "USER"
    evtui.write(named("HERE"), "evtui.toml")
    assert shop(evtui) == "HERE"
    monkeypatch.setenv("EVTUI_CONFIG", str(evtui.write(named("ENVIRON"), "environ.toml")))
    assert shop(evtui) == "ENVIRON"
    evtui.write(named("FLAG"), "flag.toml")
    assert shop(evtui, "--config", "flag.toml") == "FLAG"
    assert shop(evtui, "demo") == "CUAPP"


def test_a_named_file_that_is_missing_is_not_passed_over(evtui: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    evtui.write(EXAMPLE, "evtui.toml")
    assert evtui("--config", "none.toml").refused() == '--config: there is no file "none.toml"'
    assert evtui("--config", "").refused() == '--config: there is no file ""'
    assert evtui("--config", "x" * 5_000).refused().startswith('--config: there is no file "xxx')
    assert evtui("--config", "\x1b[2J").refused() == '--config: there is no file "␛[2J"'
    monkeypatch.setenv("EVTUI_CONFIG", "none.toml")
    assert evtui().refused() == '$EVTUI_CONFIG: there is no file "none.toml"'
    monkeypatch.setenv("EVTUI_CONFIG", "")
    assert evtui().code == 0


def test_nothing_is_ever_written_there(evtui: Program) -> None:
    path = evtui.write(EXAMPLE, "evtui.toml")
    before = path.stat().st_mtime_ns
    for command in ((), ("report",), ("check", "--offline")):
        evtui(*command).sound()
    assert path.stat().st_mtime_ns == before
    assert [each.name for each in evtui.folder.iterdir()] == ["evtui.toml"]
    assert not paths.config_dir().exists()
