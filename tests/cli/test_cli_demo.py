"""`evtui demo`, and `evtui` alone: one plain snapshot where there is no terminal."""

from __future__ import annotations

import pytest
from program import EXAMPLE, Program

from evtui.commands.worlds import SCENARIOS
from evtui.providers.simulated import scenario
from evtui.text import cell_width

pytest_plugins = ("program_fixture",)

WIDTH, HEIGHT = 120, 36


def test_the_command_line_offers_what_the_simulation_plays() -> None:
    assert set(SCENARIOS) == set(scenario.SCENARIOS)


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_prints_one_plain_screen(evtui: Program, name: str) -> None:
    ran = evtui("demo", "--scenario", name).sound()
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert len(lines) <= HEIGHT
    assert max(map(cell_width, lines)) <= WIDTH
    assert f"DEMO {name}" in lines[0]
    assert "10:30:00" in lines[0]
    assert all(line == line.rstrip() for line in lines)


def test_no_command_and_no_campaign_file_is_the_demo(evtui: Program) -> None:
    assert evtui() == evtui("demo")


def test_the_same_command_prints_the_same_bytes(evtui: Program) -> None:
    command = ("demo", "--scenario", "stuck", "--seed", "7", "--at", "2024-01-25T11:20")
    first = evtui(*command)
    assert first.code == 0
    assert evtui(*command) == first
    assert evtui(*command[:-1], "2024-01-25T11:21") != first
    assert evtui("demo", "--scenario", "stuck", "--seed", "8", "--at", "2024-01-25T11:20") != first


def test_a_snapshot_stands_still_at_any_speed(evtui: Program) -> None:
    assert evtui("demo", "--speed", "600") == evtui("demo", "--speed", "0.01")


@pytest.mark.parametrize("speed", ["0", "601", "-1", "nan", "inf", "x", ""])
def test_speeds_that_cannot_be_are_refused(evtui: Program, speed: str) -> None:
    assert evtui("demo", "--speed", speed).refused().startswith("invalid value for '--speed': ")


@pytest.mark.parametrize("seed", ["-1", "1.5", "x", "", "9" * 5_000])
def test_seeds_that_cannot_be_are_refused(evtui: Program, seed: str) -> None:
    assert evtui("demo", "--seed", seed).refused().startswith("invalid value for '--seed': ")


def test_a_seed_may_be_large(evtui: Program) -> None:
    assert evtui("demo", "--seed", str(2**80)).sound().code == 0


@pytest.mark.parametrize(
    "at",
    ["", "x", "10:30", "2024-13-01", "2024-01-25T25:00", "2024-01-25T10:30+24:00", "0001-01-01", "9999-12-31"],
)
def test_times_that_cannot_be_meant_are_refused(evtui: Program, at: str) -> None:
    assert evtui("demo", f"--at={at}").refused().startswith(f'--at "{at}": expected ')


def test_a_time_has_the_zone_of_the_launch_or_its_own(evtui: Program) -> None:
    here = evtui("demo", "--at", "2024-01-25T10:45")
    assert here.code == 0
    assert evtui("demo", "--at", "2024-01-25T02:45Z") == here
    assert evtui("demo", "--at", "2024-01-24T21:45-05:00") == here


@pytest.mark.parametrize("at", ["2000-01-01", "2024-01-25T10:00", "2024-02-09T23:59", "2024-02-10", "2099-12-31T23:59"])
def test_a_launch_can_be_looked_at_long_before_and_long_after(evtui: Program, at: str) -> None:
    ran = evtui("demo", "--at", at).sound()
    assert (ran.code, ran.err) == (0, "")
    assert "no answer" not in ran.out


def test_unknown_scenarios_are_refused_with_those_there_are(evtui: Program) -> None:
    sentence = evtui("demo", "--scenario", "panic").refused()
    assert "'panic'" in sentence
    assert all(name in sentence for name in SCENARIOS)


def test_a_campaign_file_in_this_folder_is_used(evtui: Program) -> None:
    evtui.write(EXAMPLE.replace('name = "CUAPP"', 'name = "HERE"'), "evtui.toml")
    ran = evtui().sound()
    assert ran.code == 0
    assert "HERE" in ran.out.splitlines()[0]
    assert "DEMO" in ran.out.splitlines()[0]  # its sources are simulated, so it says so
    assert "HERE" not in evtui("demo").out


def test_the_demo_takes_no_campaign_file(evtui: Program) -> None:
    path = evtui.write(EXAMPLE)
    for command in (
        ("demo",),
        ("report", "--demo"),
        ("order", "TG240125L00025", "--demo"),
        ("check", "--offline", "--demo"),
    ):
        assert "--config and the demo exclude each other" in evtui("--config", str(path), *command).refused()
