"""How a run ends: what is printed where, and which sentence and exit code an end that nobody wanted gets.

stdout is data and stderr is talk. Talk about an end is one sentence with `evtui: ` in front, a campaign file's problems
one line each.
"""

from __future__ import annotations

import errno
import logging
import os
import sys
from contextlib import suppress
from io import UnsupportedOperation
from typing import TYPE_CHECKING, NoReturn

from evtui.errors import EvtuiError, Exit, UsageError
from evtui.logfile import LogFile
from evtui.text import clean, one_line

if TYPE_CHECKING:
    from evtui.commands.output import Output

log = logging.getLogger(__name__)


class ReaderGone(Exception):
    """Whoever read stdout has seen enough; nothing is left to be said."""


def finish(output: Output) -> NoReturn:
    """Print a command's answer and end with its exit code."""
    for warning in output.warnings:
        log.warning("%s", warning)
        _echo(f"warning: {one_line(warning)}", err=True)
    print_data(output.text)
    sys.exit(output.exit)


def print_data(text: str) -> None:
    """Write to stdout.

    Raises:
        UsageError: stdout is closed.
        OSError: it takes no more; see `no_room`.
    """
    if text and sys.stdout is None:
        raise UsageError("there is no stdout to print to")
    _echo(text, nl=False)


def no_room(error: OSError) -> bool:
    """Whether printing failed because of where stdout leads: a full disk, a quota, a device that gave up."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


def discard() -> None:
    """Let what is still held for stdout go nowhere: the interpreter would try to write it again, and complain."""
    if sys.stdout is not None:
        with suppress(UnsupportedOperation):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(error: EvtuiError) -> None:
    """Print why the program ends."""
    for line in str(error).splitlines():
        _echo(f"evtui: {clean(line)}", err=True)


def crashed(error: Exception, file: LogFile) -> Exit:
    """A fault of the program itself: the log gets the traceback, without anybody's data, the terminal one sentence."""
    log.error("the program failed", exc_info=error)
    where = f"{file.written} knows more" if file.written else "and the log could not be written"
    _echo(f"evtui: a fault of the program ended it ({type(error).__name__}); {where}", err=True)
    return Exit.ACTION


def interrupted() -> None:
    """End the line that the terminal has put its ^C on."""
    _echo("", err=True)


def _echo(text: str, *, nl: bool = True, err: bool = False) -> None:
    from click import echo  # a cockpit prints nothing, and need not wait for what prints

    echo(text, nl=nl, err=err)
