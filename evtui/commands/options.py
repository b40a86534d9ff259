"""Flags that several commands share: what the simulation plays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from evtui.commands.worlds import BENCH, DEMO_AT, SCENARIO, SCENARIOS, SEED, SPEED

WORLD = ("scenario", "seed", "at", "speed")
"""Options that say what a simulation plays; without one they mean nothing."""

Command = Callable[..., Any]


def _finite(context: click.Context, option: click.Parameter, speed: float) -> float:
    if speed != speed:
        raise click.BadParameter("not a number", context, option)
    return speed


def demo_options(command: Command) -> Command:
    """--scenario, --seed, --at and --speed."""
    for option in (
        click.option(
            "--speed",
            type=click.FloatRange(0.01, 600),
            default=SPEED,
            show_default=True,
            callback=_finite,
            help="Times real.",
        ),
        click.option("--at", metavar="TIME", default=DEMO_AT, show_default=True, help="ISO 8601, campaign's zone."),
        click.option("--seed", type=click.IntRange(0), default=SEED, show_default=True, help="Which world."),
        click.option(
            "--scenario",
            is_eager=True,
            type=click.Choice((*SCENARIOS, BENCH)),
            default=SCENARIO,
            show_default=True,
            help=f"Which day; {BENCH} is for benches only: orders without end from a minute before the start on.",
        ),
    ):
        command = option(command)
    return command


def _of_the_bench(context: click.Context, option: click.Parameter, rate: int | None) -> int | None:
    if rate is not None and context.params.get("scenario") != BENCH:
        raise click.BadParameter(f"it needs --scenario {BENCH}", context, option)
    return rate


rate_option = click.option(
    "--rate",
    type=click.IntRange(1, 20_000),
    callback=_of_the_bench,
    help=f"Orders a second of the scenario {BENCH}; 1000 unless said.",
)
"""How fast the bench's orders come; None where nobody says it."""

PLAIN, EVERY = "evtui.plain", "evtui.every"
"""Where the wish for lines is noted, whether it stands before the command or behind it."""


def plain_options(command: Command) -> Command:
    """--plain and --every."""
    for option in (
        click.option(
            "--every", metavar="D", expose_value=False, callback=_wish, help="Time between two pulses of --plain: 5m."
        ),
        click.option(
            "--plain", is_flag=True, expose_value=False, callback=_wish, help="Lines for screen readers, no screen."
        ),
    ):
        command = option(command)
    return command


def _wish(context: click.Context, option: click.Parameter, value: object) -> None:
    if value not in (None, False):
        context.meta[f"evtui.{option.name}"] = value


demo_flag = click.option("--demo", is_flag=True, help="Ask the built-in simulation instead of the sources.")


def _named(context: click.Context, option: click.Parameter, name: str | None) -> None:
    if name is not None:
        context.obj["config"] = name


config_option = click.option(
    "--config", metavar="FILE", expose_value=False, callback=_named, help="Campaign file, as before the command."
)
"""The campaign file named behind a command, where people look for it too."""
