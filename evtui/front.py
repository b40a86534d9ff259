"""From words of the command line to a session, and from a session to the cockpit: no flag is parsed here.

Nothing heavy is imported here: help must not wait for a toolkit or an SDK.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from msgspec.structs import replace

from evtui import __version__, paths
from evtui.commands.ending import data_apart, finish, to_the_end
from evtui.commands.worlds import BENCH, DEMO_AT, SCENARIO, SEED, SPEED
from evtui.errors import Exit, UsageError

if TYPE_CHECKING:
    from evtui.clock import Clock
    from evtui.commands.output import Output
    from evtui.session import Session

log = logging.getLogger(__name__)


def straight(words: tuple[str, ...]) -> NoReturn:
    """`evtui` and `evtui demo` as they stand, without a flag: what the parser would come to in ten milliseconds more.

    Ends the program, as a command does.
    """
    path = None if words else find(None)
    cockpit(demonstration() if path is None else live(path))


def find(named: str | None) -> Path | None:
    """The campaign file: `named` on the command line, else where it is looked for; None where there is none.

    Raises:
        UsageError: a file that was named does not exist.
    """
    from evtui.config.load import find_file

    try:
        here = Path.cwd()
    except FileNotFoundError:
        raise UsageError("the folder this was started in is gone; change to another one") from None
    return find_file(named, os.environ, here, paths.config_dir())


def live(path: Path) -> Session:
    """A session on a campaign file, in real time."""
    from evtui.clock import SystemClock
    from evtui.session import open_session

    with data_apart():
        return open_session(path, SystemClock())


def simulated(scenario: str, seed: int, at: str, speed: float, rate: int | None = None) -> Session:
    """A session on a simulated launch; at no speed it stands still."""
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


def demonstration(
    scenario: str = SCENARIO,
    seed: int = SEED,
    at: str = DEMO_AT,
    speed: float = SPEED,
    rate: int | None = None,
    *,
    lines: bool = False,
) -> Session:
    """What `evtui demo` shows: it runs on where somebody watches it, and stands still for a snapshot."""
    runs = _at_terminal() or _in_lines(lines)
    return simulated(scenario, seed, at, speed if runs else 0.0, rate)


def cockpit(session: Session, *, lines: bool = False, every: str | None = None, whole_frames: bool = False) -> NoReturn:
    """The screen, or one plain snapshot of it where there is no terminal, or lines where they are asked for.

    Raises:
        UsageError: `every`, the time between two pulses, is none or means nothing; a terminal that cannot show it.
        ConfigError: the user's screen settings have problems.
    """
    if _in_lines(lines):
        from evtui.commands import plain

        finish(run(session, plain.started(session, every)))
    if every is not None:
        raise UsageError("--every says how often the line mode speaks: it needs --plain")
    if not _at_terminal():
        finish(run(session, _snapshot(session)))
    from evtui.terminal.abilities import here, refusal

    if sentence := refusal(here()):
        raise UsageError(sentence)
    from evtui.config.screen import load_screen
    from evtui.tui.start import open_cockpit

    screen = load_screen(os.environ, paths.config_dir())
    app = open_cockpit(session, screen, whole_frames=whole_frames)
    app.run(mouse=screen.settings.mouse)
    sys.exit(app.return_code or 0)


def run(session: Session, command: Coroutine[Any, Any, Output]) -> Output:
    """The answer of a command that asks the session's sources."""
    log.info("evtui %s watches %s, from %s", __version__, session.campaign.id, session.path)

    async def inside() -> Output:
        gc.enable()
        async with session:
            return await command

    with data_apart():
        return to_the_end(inside())


SNAPSHOT = (120, 36)
"""Cells of a plain snapshot that goes to a file or to another program."""


async def _snapshot(session: Session) -> Output:
    """Every source asked once, and the answers laid out as the screen would."""
    from evtui.commands.output import Output
    from evtui.tui.compose import snapshot
    from evtui.tui.view import view

    await session.refresh()
    shown = view(session.state, session.clock.now(), session.scenario)
    return Output(snapshot(shown, *_size()), (), Exit.OK)


def _size() -> tuple[int, int]:
    """Cells of the terminal that stdout is, if it is one: lines that are wider would be broken there."""
    try:
        size = os.get_terminal_size(1)
        return (size.columns, size.lines) if size.columns and size.lines else SNAPSHOT
    except OSError:
        return SNAPSHOT


def _at_terminal() -> bool:
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


def _in_lines(wanted: bool) -> bool:
    """Whether lines are wanted, or the terminal can do nothing else."""
    return wanted or (_at_terminal() and os.environ.get("TERM", "") in ("", "dumb"))
