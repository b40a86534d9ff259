"""Commands and their flags: reads them, wires a session to a command, and prints its answer.

Nothing heavy is imported here: help must not wait for a toolkit or an SDK.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evtui import __version__
from evtui.commands.ending import data_apart, finish, print_data
from evtui.commands.options import (
    EVERY,
    PLAIN,
    WORLD,
    config_option,
    demo_flag,
    demo_options,
    plain_options,
    rate_option,
)
from evtui.commands.program import Program, in_one_sentence
from evtui.errors import Exit, UsageError
from evtui.front import cockpit, demonstration, find, live, run, simulated
from evtui.logfile import LEVELS, USUAL, LogFile, tell

if TYPE_CHECKING:
    from evtui.session import Session


def parse(words: Sequence[str] | None, file: LogFile) -> None:
    """Run what `words` ask for, by default the command line's; `file` is the program's log.

    Raises:
        UsageError: words that mean nothing.
    """
    try:
        cli(words, prog_name="evtui", standalone_mode=False, obj=file)
    except click.ClickException as error:
        raise UsageError(in_one_sentence(error)) from None
    except click.Abort:
        sys.exit(Exit.INTERRUPTED)


@click.group(cls=Program, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", metavar="FILE", help="Campaign file; else $EVTUI_CONFIG, ./evtui.toml, the user's folder.")
@click.option(
    "--log-level",
    type=click.Choice(LEVELS),
    default=USUAL,
    show_default=True,
    help="How much the program's own log tells.",
)
@plain_options
@click.option("--whole-frames", is_flag=True, help="Send whole lines instead of changed cells (odd terminals).")
@click.version_option(__version__, prog_name="evtui")
@click.pass_context
def cli(context: click.Context, config: str | None, log_level: str, whole_frames: bool) -> None:
    """Launch-day cockpit for electronic voucher sales.

    Without a command: the cockpit on the campaign file, or the demo where there is none. Without a terminal it prints
    one plain snapshot.
    """
    tell(context.obj, log_level)
    context.obj = {"config": config, "whole_frames": whole_frames}
    if context.invoked_subcommand is None:
        path = find(config)
        if path is None:
            context.invoke(demo)
        else:
            _cockpit(context, live(path))


@cli.command()
@plain_options
@demo_options
@rate_option
@click.pass_context
def demo(context: click.Context, scenario: str, seed: int, at: str, speed: float, rate: int | None) -> None:
    """The cockpit on a simulated launch."""
    _refuse_config(context)
    _cockpit(context, demonstration(scenario, seed, at, speed, rate, lines=PLAIN in context.meta))


@cli.command()
@click.option("--style", type=click.Choice(["strict", "full", "ledger"]), help="Default: the campaign file's.")
@click.option("--format", "form", type=click.Choice(["text", "markdown", "json"]), default="text", show_default=True)
@click.option("--window", metavar="D", help="How far back CPU and traffic are averaged, such as 30m.")
@click.option("--out", metavar="FILE", help="Write there instead of to stdout.")
@click.option("--require-fresh", is_flag=True, help="Exit 3 when a figure is missing or stale.")
@demo_flag
@demo_options
@config_option
@click.pass_context
def report(
    context: click.Context,
    style: str | None,
    form: str,
    window: str | None,
    out: str | None,
    require_fresh: bool,
    demo: bool,
    scenario: str,
    seed: int,
    at: str,
    speed: float,
) -> None:
    """The fixed-format report; each source is asked once."""
    from evtui.commands import report as command
    from evtui.commands.arguments import length
    from evtui.report.model import Format, Style

    if out is not None and not out.strip():
        raise UsageError("--out: the name of the file is empty")
    back = length(window, "--window") if window is not None else None
    chosen = Style(style) if style else None
    target = Path(out) if out else None
    session = _session(context, demo, scenario, seed, at)
    finish(run(session, command.run(session, chosen, Format(form), back, target, require_fresh)))


@cli.command()
@click.argument("code")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@click.option("--yes", is_flag=True, help="Allow the look-ups that are not free, such as CheckIsValid.")
@demo_flag
@demo_options
@config_option
@click.pass_context
def order(
    context: click.Context,
    code: str,
    as_json: bool,
    yes: bool,
    demo: bool,
    scenario: str,
    seed: int,
    at: str,
    speed: float,
) -> None:
    """The chain of one order, by its TG or TS code."""
    from evtui.commands import order as command
    from evtui.domain.codes import parse_code

    parsed = parse_code(code)
    session = _session(context, demo, scenario, seed, at)
    finish(run(session, command.run(session, parsed, as_json, confirmed=yes)))


@cli.command()
@click.option("--offline", is_flag=True, help="Judge the campaign file alone; ask no source.")
@click.option("--iam", is_flag=True, help="Print the least AWS policy that the sources need; ask no source.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@demo_flag
@demo_options
@config_option
@click.pass_context
def check(
    context: click.Context,
    offline: bool,
    iam: bool,
    as_json: bool,
    demo: bool,
    scenario: str,
    seed: int,
    at: str,
    speed: float,
) -> None:
    """Preflight: lint the campaign file and your screen settings, then ask every source once."""
    if iam and (offline or as_json):
        raise UsageError("--iam prints a policy in JSON and asks nobody: leave out --offline and --json")
    if demo:
        _refuse_config(context)
    else:
        _refuse_world(context)
    from evtui.config.load import example_path

    path = example_path() if demo else find(context.obj["config"])
    if path is None:
        raise UsageError("no campaign file: name one with --config FILE, or use --demo for the example")
    context.with_resource(data_apart())
    if iam:
        from evtui.commands.iam import run as policy

        finish(policy(path))
    from evtui.commands.check import own_screen, run_offline

    if offline:
        finish(run_offline(path, as_json=as_json, screen=own_screen()))
    from evtui.commands import live_check as command

    world = command.rehearsal(path, scenario, seed, at) if demo else command.today()
    finish(command.run(path, world, as_json=as_json, tell=print_data, screen=own_screen()))


@cli.command()
@click.option("--copy", is_flag=True, help="Send a test text to the terminal's clipboard.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@config_option
@click.pass_context
def doctor(context: click.Context, copy: bool, as_json: bool) -> None:
    """What this terminal can do: a test card, what was found, and what to put right."""
    from evtui.commands import doctor as command

    finish(command.run(lambda: find(context.obj["config"]), as_json=as_json, copy=copy))


def _refuse_config(context: click.Context) -> None:
    if context.obj["config"] is not None:
        raise UsageError("--config and the demo exclude each other: the demo brings its own campaign file")


def _refuse_world(context: click.Context) -> None:
    for name in WORLD:
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            raise UsageError(f"--{name} says what the simulation plays: it needs --demo")


def _session(context: click.Context, demo: bool, scenario: str, seed: int, at: str) -> Session:
    if demo:
        _refuse_config(context)
        return simulated(scenario, seed, at, 0.0)
    _refuse_world(context)
    path = find(context.obj["config"])
    if path is None:
        raise UsageError("no campaign file: name one with --config FILE, or use --demo for the simulation")
    return live(path)


def _cockpit(context: click.Context, session: Session) -> None:
    meta = context.meta
    cockpit(session, lines=PLAIN in meta, every=meta.get(EVERY), whole_frames=context.obj["whole_frames"])
