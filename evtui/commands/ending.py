"""How a run ends: what is printed where, and which sentence and exit code an end that nobody wanted gets.

stdout is data and stderr is talk. Talk about an end is one sentence with `evtui: ` in front, a campaign file's problems
one line each.
"""

from __future__ import annotations

import errno
import logging
import os
import re
import sys
from contextlib import suppress
from io import UnsupportedOperation
from typing import TYPE_CHECKING, Any

import click

from evtui.errors import EvtuiError, Exit, UsageError
from evtui.logfile import LogFile
from evtui.text import clean, clip, one_line

if TYPE_CHECKING:
    from evtui.commands.output import Output

log = logging.getLogger(__name__)

SENTENCE_CELLS = 400
"""Room for one sentence: whatever was typed may be quoted in it, and need not be quoted in full."""


class ReaderGone(Exception):
    """Whoever read stdout has seen enough; nothing is left to be said."""


class Program(click.Group):
    """The group of all commands; a reader that goes away is an end of its own, not click's exit code 1."""

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        try:
            return super().make_context(*args, **extra)
        except BrokenPipeError as error:
            raise ReaderGone from error

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except BrokenPipeError as error:
            raise ReaderGone from error


def finish(output: Output) -> None:
    """Print a command's answer and end with its exit code."""
    for warning in output.warnings:
        log.warning("%s", warning)
        click.echo(f"warning: {one_line(warning)}", err=True)
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
    click.echo(text, nl=False)


def no_room(error: OSError) -> bool:
    """Whether printing failed because of where stdout leads: a full disk, a quota, a device that gave up."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


def discard() -> None:
    """Let what is still held for stdout go nowhere: the interpreter would try to write it again, and complain."""
    if sys.stdout is not None:
        with suppress(UnsupportedOperation):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(error: BaseException) -> None:
    """Print why the program ends."""
    if isinstance(error, click.ClickException):
        lines = [_in_one_sentence(error)]
    else:
        lines = [clean(line) for line in str(error).splitlines()]
    for line in lines:
        click.echo(f"evtui: {line}", err=True)


def crashed(error: Exception, file: LogFile) -> Exit:
    """A fault of the program itself: the log gets the traceback, without anybody's data, the terminal one sentence."""
    log.error("the program failed", exc_info=error)
    where = f"{file.written} knows more" if file.written else "and the log could not be written"
    click.echo(f"evtui: a fault of the program ended it ({type(error).__name__}); {where}", err=True)
    return Exit.ACTION


def exit_of(error: EvtuiError | click.ClickException) -> Exit:
    """The code for an end that a user can put right."""
    return error.exit_code if isinstance(error, EvtuiError) else Exit.USAGE


def _in_one_sentence(error: click.ClickException) -> str:
    """Click's own words as this program says things: no usage lines, one sentence, and where to read on."""
    text = clip(one_line(clean(error.format_message())).rstrip("."), SENTENCE_CELLS)
    text = re.sub(r"\.? \(?(Did you mean .*?\?)\)?$", lambda match: f"; {match[1][0].lower()}{match[1][1:]}", text)
    text = text[:1].lower() + text[1:]
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f"{text} (see {context.command_path} --help)" if context else text
