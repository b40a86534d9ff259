"""The bench's load on the command line."""

from __future__ import annotations

import json

import pytest
from program import Program

from evtui.providers.simulated.load import LOAD_RATE

pytest_plugins = ("program_fixture",)


def test_the_load_is_a_day_like_any_other_with_nothing_to_worry_about(evtui: Program) -> None:
    ran = evtui("demo", "--scenario", "load", "--rate", "20").sound()
    assert (ran.code, ran.err) == (0, "")
    assert "DEMO load" in ran.out.splitlines()[0]
    assert "1,201" in ran.out  # a minute of orders, and the one made at this very moment
    assert "nothing needs you" in ran.out
    assert "partial" not in ran.out


def test_other_commands_can_look_at_it(evtui: Program) -> None:
    ran = evtui("order", "TG240125L00700", "--demo", "--scenario", "load", "--json").sound()
    assert ran.code == 0
    (line,) = json.loads(ran.out)["lines"]
    assert (line["ts_code"], line["status_user"]) == ("TS240125L000700", "ShippingFinish")


def test_a_rate_belongs_to_the_load_alone(evtui: Program) -> None:
    assert "--scenario load" in evtui("demo", "--rate", "20").refused()


@pytest.mark.parametrize("rate", ["0", "-1", "1.5", "x", "20001"])
def test_rates_that_cannot_be_are_refused(evtui: Program, rate: str) -> None:
    assert "--rate" in evtui("demo", "--scenario", "load", "--rate", rate).refused()


def test_help_says_what_it_is_for(evtui: Program) -> None:
    said = " ".join(evtui("demo", "--help").out.split())
    assert "load is for benches only" in said
    assert f"{LOAD_RATE} unless said" in said
