"""The command line: reads flags, wires a session to a command, and turns every end into an exit code.

Nothing heavy is imported here: help must not wait for a toolkit or an SDK.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import sys
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evtui import __version__, paths
from evtui.commands.ending import Program, ReaderGone, crashed, discard, exit_of, finish, no_room, say
from evtui.commands.options import (
    BENCH,
    DEMO_AT,
    EVERY,
    PLAIN,
    WORLD,
    config_option,
    demo_flag,
    demo_options,
    plain_options,
    rate_option,
)
from evtui.errors import EvtuiError, Exit, UsageError
from evtui.logfile import LEVELS, logging_to_file, tell

if TYPE_CHECKING:
    from evtui.clock import Clock
    from evtui.commands.output import Output
    from evtui.session import Session

log = logging.getLogger(__name__)


@click.group(cls=Program, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", metavar="FILE", help="Campaign file; else $EVTUI_CONFIG, ./evtui.toml, the user's folder.")
@click.option(
    "--log-level",
    type=click.Choice(LEVELS),
    default="warning",
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
        path = _find(config)
        if path is None:
            context.invoke(demo)
        else:
            _cockpit(context, _live(path))


@cli.command()
@plain_options
@demo_options
@rate_option
@click.pass_context
def demo(context: click.Context, scenario: str, seed: int, at: str, speed: float, rate: int | None) -> None:
    """The cockpit on a simulated launch."""
    _refuse_config(context)
    runs = _at_terminal() or _in_lines(context)
    _cockpit(context, _simulated(scenario, seed, at, speed if runs else 0.0, rate))


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
    finish(_run(session, command.run(session, chosen, Format(form), back, target, require_fresh)))


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
    finish(_run(session, command.run(session, parsed, as_json, confirmed=yes)))


@cli.command()
@click.option("--offline", is_flag=True, help="Judge the campaign file alone; ask no source.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@click.option("--demo", is_flag=True, help="Check the campaign file that ships as the example.")
@config_option
@click.pass_context
def check(context: click.Context, offline: bool, as_json: bool, demo: bool) -> None:
    """Lint the campaign file and your screen settings: every problem with its place, and findings to look at."""
    from evtui.commands import check as command
    from evtui.config.load import example_path

    if not offline:
        raise UsageError("only `evtui check --offline` is there so far; probing the sources is not")
    if demo:
        _refuse_config(context)
    path = example_path() if demo else _find(context.obj["config"])
    if path is None:
        raise UsageError("no campaign file: name one with --config FILE, or use --demo for the example")
    finish(command.run_offline(path, as_json=as_json, screen=command.own_screen()))


@cli.command()
@click.option("--copy", is_flag=True, help="Send a test text to the terminal's clipboard.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@config_option
@click.pass_context
def doctor(context: click.Context, copy: bool, as_json: bool) -> None:
    """What this terminal can do: a test card, what was found, and what to put right."""
    from evtui.commands import doctor as command

    finish(command.run(lambda: _find(context.obj["config"]), as_json=as_json, copy=copy))


def _find(named: str | None) -> Path | None:
    from evtui.config.load import find_file

    try:
        here = Path.cwd()
    except FileNotFoundError:
        raise UsageError("the folder this was started in is gone; change to another one") from None
    return find_file(named, os.environ, here, paths.config_dir())


def _refuse_config(context: click.Context) -> None:
    if context.obj["config"] is not None:
        raise UsageError("--config and the demo exclude each other: the demo brings its own campaign file")


def _at_terminal() -> bool:
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


def _in_lines(context: click.Context) -> bool:
    """Whether lines are wanted, or the terminal can do nothing else."""
    return bool(context.meta.get(PLAIN)) or (_at_terminal() and os.environ.get("TERM", "") in ("", "dumb"))


def _simulated(scenario: str, seed: int, at: str, speed: float, rate: int | None = None) -> Session:
    from evtui.clock import ManualClock, RunningClock
    from evtui.commands.arguments import moment
    from evtui.config.load import example_path, load
    from evtui.session import Demo, open_session

    file = load(example_path())
    start = moment(at, file.campaign.zone, DEMO_AT)
    if scenario == BENCH:
        from evtui.providers.simulated.load import LOAD_RATE, stocked

        file = replace(file, campaign=stocked(file.campaign, rate or LOAD_RATE))
    clock: Clock = RunningClock(start, speed) if speed else ManualClock(start)
    return open_session(file, clock, Demo(scenario, seed, rate))


def _live(path: Path) -> Session:
    from evtui.clock import SystemClock
    from evtui.session import open_session

    return open_session(path, SystemClock())


def _session(context: click.Context, demo: bool, scenario: str, seed: int, at: str) -> Session:
    if demo:
        _refuse_config(context)
        return _simulated(scenario, seed, at, 0.0)
    for name in WORLD:
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            raise UsageError(f"--{name} says what the simulation plays: it needs --demo")
    path = _find(context.obj["config"])
    if path is None:
        raise UsageError("no campaign file: name one with --config FILE, or use --demo for the simulation")
    return _live(path)


def _cockpit(context: click.Context, session: Session) -> None:
    """The screen, or one plain snapshot of it where there is no terminal, or lines where they are asked for."""
    every = context.meta.get(EVERY)
    if _in_lines(context):
        from evtui.commands import plain

        finish(_run(session, plain.started(session, every)))
        return
    if every is not None:
        raise UsageError("--every says how often the line mode speaks: it needs --plain")
    if not _at_terminal():
        finish(_run(session, _snapshot(session)))
        return
    from evtui.terminal.abilities import here, refusal

    if sentence := refusal(here()):
        raise UsageError(sentence)
    from evtui.config.screen import load_screen
    from evtui.tui.start import open_cockpit

    screen = load_screen(os.environ, paths.config_dir())
    app = open_cockpit(session, screen, whole_frames=context.obj["whole_frames"])
    app.run(mouse=screen.settings.mouse)
    sys.exit(app.return_code or 0)


async def _snapshot(session: Session) -> Output:
    """Every source asked once, and the answers laid out as the screen would."""
    from evtui.commands.output import Output
    from evtui.tui.compose import snapshot
    from evtui.tui.view import view

    await session.refresh()
    return Output(snapshot(view(session.state, session.clock.now(), session.scenario)), (), Exit.OK)


def _run(session: Session, command: Coroutine[Any, Any, Output]) -> Output:
    log.info("evtui %s watches %s, from %s", __version__, session.campaign.id, session.path)

    async def inside() -> Output:
        gc.enable()
        async with session:
            return await command

    return asyncio.run(inside())


def main(args: Sequence[str] | None = None) -> None:
    """Entry point: one sentence and an exit code for whatever happens. `args` default to the command line's."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # a terminal that cannot show a character shows its number instead of ending the program
            stream.reconfigure(errors="backslashreplace")
    with logging_to_file() as file:
        try:
            cli(args, prog_name="evtui", standalone_mode=False, obj=file)
        except (EvtuiError, click.ClickException) as error:
            say(error)
            sys.exit(exit_of(error))
        except (click.Abort, KeyboardInterrupt):
            sys.exit(Exit.INTERRUPTED)
        except ReaderGone:
            discard()
            sys.exit(Exit.OK)
        except OSError as error:
            if no_room(error):
                discard()
                say(UsageError(f"stdout takes no more: {error.strerror}"))
                sys.exit(Exit.USAGE)
            sys.exit(crashed(error, file))
        except Exception as error:  # the last resort: a fault of ours must not spill its innards over a terminal
            sys.exit(crashed(error, file))
