"""The command line: reads flags, wires a session to a command, and turns every end into an exit code.

Nothing heavy is imported here: help must not wait for a toolkit or an SDK.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evtui import __version__, paths
from evtui.errors import EvtuiError, Exit, UsageError

if TYPE_CHECKING:
    from evtui.clock import Clock
    from evtui.commands.output import Output
    from evtui.session import Session

SCENARIOS = (
    "calm",
    "rush",
    "stuck",
    "confirmed",
    "mixed",
    "invalid",
    "vip",
    "saturated",
    "silent",
    "outage",
    "oversold",
)
"""Launches the simulation can play."""

DEMO_AT = "2024-01-25T10:30"
"""Where a demo starts: half an hour into the launch of the shipped campaign file."""

_Command = Callable[..., Any]


def _demo_options(command: _Command) -> _Command:
    """--scenario, --seed, --at and --speed."""
    for option in (
        click.option("--speed", type=click.FloatRange(0.01, 600), default=1.0, show_default=True, help="Times real."),
        click.option("--at", metavar="TIME", default=DEMO_AT, show_default=True, help="ISO 8601, campaign's zone."),
        click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Which world."),
        click.option("--scenario", type=click.Choice(SCENARIOS), default="calm", show_default=True, help="Which day."),
    ):
        command = option(command)
    return command


_demo_flag = click.option("--demo", is_flag=True, help="Ask the built-in simulation instead of the sources.")


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", metavar="FILE", help="Campaign file; else $EVTUI_CONFIG, ./evtui.toml, the user's folder.")
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    default="warning",
    show_default=True,
    help="How much the program's own log tells.",
)
@click.option("--whole-frames", is_flag=True, help="Send whole lines instead of changed cells (odd terminals).")
@click.version_option(__version__, prog_name="evtui")
@click.pass_context
def cli(context: click.Context, config: str | None, log_level: str, whole_frames: bool) -> None:
    """Launch-day cockpit for electronic voucher sales.

    Without a command: the cockpit on the campaign file, or the demo where there is none. Without a terminal it prints
    one plain snapshot.
    """
    context.obj = {"config": config, "whole_frames": whole_frames, "log_level": log_level}
    if context.invoked_subcommand is None:
        path = _find(config)
        if path is None:
            context.invoke(demo)
        else:
            _cockpit(context, _live(path))


@cli.command()
@_demo_options
@click.pass_context
def demo(context: click.Context, scenario: str, seed: int, at: str, speed: float) -> None:
    """The cockpit on a simulated launch."""
    _cockpit(context, _simulated(scenario, seed, at, speed if sys.stdout.isatty() else 0.0))


@cli.command()
@click.option("--style", type=click.Choice(["strict", "full", "ledger"]), help="Default: the campaign file's.")
@click.option("--format", "form", type=click.Choice(["text", "markdown", "json"]), default="text", show_default=True)
@click.option("--window", metavar="D", help="How far back CPU and traffic are averaged, such as 30m.")
@click.option("--out", metavar="FILE", help="Write there instead of to stdout.")
@click.option("--require-fresh", is_flag=True, help="Exit 3 when a figure is missing or stale.")
@_demo_flag
@_demo_options
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
    from evtui.report.model import Format, Style

    session = _session(context, demo, scenario, seed, at)
    length = _duration(window) if window is not None else None
    chosen = Style(style) if style else None
    target = Path(out) if out else None
    _finish(_run(session, command.run(session, chosen, Format(form), length, target, require_fresh)))


@cli.command()
@click.argument("code")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@click.option("--yes", is_flag=True, help="Allow the look-ups that are not free, such as CheckIsValid.")
@_demo_flag
@_demo_options
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
    _finish(_run(session, command.run(session, parsed, as_json, confirmed=yes)))


@cli.command()
@click.option("--offline", is_flag=True, help="Judge the campaign file alone; ask no source.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@click.option("--demo", is_flag=True, help="Check the campaign file that ships as the example.")
@click.pass_context
def check(context: click.Context, offline: bool, as_json: bool, demo: bool) -> None:
    """Lint the campaign file: every problem with its place, and findings to look at."""
    from evtui.commands import check as command
    from evtui.config.load import example_path

    if not offline:
        raise UsageError("only `evtui check --offline` is there so far; probing the sources is not")
    path = example_path() if demo else _find(context.obj["config"])
    if path is None:
        raise UsageError("no campaign file: name one with --config FILE, or use --demo for the example")
    text, code = command.run_offline(path, as_json=as_json)
    click.echo(text, nl=False)
    sys.exit(code)


def _find(named: str | None) -> Path | None:
    from evtui.config.load import find_file

    return find_file(named, os.environ, Path.cwd(), paths.config_dir())


def _moment(text: str, path: Path) -> datetime:
    """An ISO time; without an offset it is in the campaign's zone."""
    from evtui.config.load import load

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--at {text!r}: expected an ISO 8601 time such as {DEMO_AT}") from None
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=load(path).campaign.zone)
    except OverflowError:
        raise UsageError(f"--at {text!r}: that year is out of reach") from None


def _duration(text: str) -> timedelta:
    match = re.fullmatch(r"(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,7})s)?", text)
    parts = [int(part or 0) for part in match.groups()] if match else []
    if not text or not any(parts):
        raise UsageError(f"--window {text!r}: expected a length of time such as 30m or 1h30m")
    return timedelta(days=parts[0], hours=parts[1], minutes=parts[2], seconds=parts[3])


def _simulated(scenario: str, seed: int, at: str, speed: float) -> Session:
    from evtui.clock import ManualClock, RunningClock
    from evtui.config.load import example_path
    from evtui.session import Demo, open_session

    path = example_path()
    start = _moment(at, path)
    clock: Clock = RunningClock(start, speed) if speed else ManualClock(start)
    return open_session(path, clock, Demo(scenario, seed))


def _live(path: Path) -> Session:
    from evtui.clock import SystemClock
    from evtui.session import open_session

    return open_session(path, SystemClock())


def _session(context: click.Context, demo: bool, scenario: str, seed: int, at: str) -> Session:
    path = None if demo else _find(context.obj["config"])
    if path is None:
        if not demo:
            raise UsageError("no campaign file: name one with --config FILE, or use --demo for the simulation")
        return _simulated(scenario, seed, at, 0.0)
    return _live(path)


def _cockpit(context: click.Context, session: Session) -> None:
    """The screen, or one plain snapshot of it where there is no terminal."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        _finish(_run(session, _snapshot(session)))
        return
    from evtui.tui.app import Cockpit

    app = Cockpit(session, whole_frames=context.obj["whole_frames"])
    app.run()
    sys.exit(app.return_code or 0)


async def _snapshot(session: Session) -> Output:
    """Every source asked once, and the answers laid out as the screen would."""
    from evtui.commands.output import Output
    from evtui.tui.compose import snapshot
    from evtui.tui.view import view

    await session.refresh()
    return Output(snapshot(view(session.state, session.clock.now(), session.scenario)), (), Exit.OK)


def _run(session: Session, command: Coroutine[Any, Any, Output]) -> Output:
    async def inside() -> Output:
        async with session:
            return await command

    return asyncio.run(inside())


def _finish(output: Output) -> None:
    for warning in output.warnings:
        click.echo(f"warning: {warning}", err=True)
    click.echo(output.text, nl=False)
    sys.exit(output.exit)


def _log_to_file(level: str) -> None:
    path = paths.log_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        logging.basicConfig(filename=path, level=level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s")
    except OSError:
        logging.basicConfig(handlers=[logging.NullHandler()])


def main() -> None:
    """Entry point: one sentence and an exit code for whatever a user can put right."""
    try:
        cli(standalone_mode=False)
    except EvtuiError as error:
        click.echo(f"evtui: {error}", err=True)
        sys.exit(error.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(Exit.USAGE)
    except click.ClickException as error:
        error.show()
        sys.exit(Exit.USAGE)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(Exit.INTERRUPTED)
    except BrokenPipeError:
        # the reader of the pipe went away: nothing is left to be said to it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(Exit.OK)
