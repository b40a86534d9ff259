"""How a run ends: what is printed where, and which sentence and exit code an end that nobody wanted gets.

stdout is data and stderr is talk. Talk about an end is one sentence with `evtui: ` in front, a campaign file's problems
one line each.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import signal
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from io import RawIOBase, TextIOWrapper, UnsupportedOperation
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn, TextIO, TypeVar, cast

from evtui.errors import EvtuiError, Exit, UsageError
from evtui.logfile import LogFile
from evtui.text import clean, one_line

if TYPE_CHECKING:
    from evtui.commands.output import Output

log = logging.getLogger(__name__)

T = TypeVar("T")


class ReaderGone(Exception):
    """Whoever read stdout has seen enough; nothing is left to be said."""


class Aside(TextIOWrapper):
    """Stands for stdout while code of others runs: what it prints is talk, cleaned, and goes to stderr."""

    def __init__(self, data: TextIO) -> None:
        super().__init__(cast(BinaryIO, _Talk()), encoding="utf-8", errors="replace", line_buffering=True)
        self.data = data
        """Where data goes meanwhile."""


class _Talk(RawIOBase):
    def writable(self) -> bool:
        return True

    def write(self, raw: Any) -> int:
        said = bytes(raw)
        for line in filter(str.strip, said.decode(errors="replace").splitlines()):
            _talk(f"evtui: a provider printed: {clean(line)}")
        return len(said)


@contextmanager
def data_apart() -> Iterator[None]:
    """While inside, only what this program prints as data comes to stdout."""
    if sys.stdout is None or isinstance(sys.stdout, Aside):
        yield
        return
    aside = Aside(sys.stdout)
    with redirect_stdout(aside):
        yield
    # not closed: a log of theirs may go on writing to it
    aside.flush()


def to_the_end(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` on a loop of its own; where SIGTERM or SIGHUP comes it is cancelled, and the process ends after it.

    So sources are closed, and what they have running is ended, before the process goes. A signal's exception would be
    raised wherever the main thread stands, in code of others too, which may take it for a failure of its own.
    """
    told: list[int] = []

    async def inside() -> T:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None  # a coroutine that runs is some task's

        def end(number: signal.Signals) -> None:
            told.append(number)
            task.cancel()

        for number in (signal.SIGTERM, signal.SIGHUP):
            # what is ignored stays ignored, as nohup starts programs
            if signal.getsignal(number) is not signal.SIG_IGN:
                loop.add_signal_handler(number, end, number)
        return await work

    try:
        return asyncio.run(inside())
    except asyncio.CancelledError:
        if told:
            sys.exit(128 + told[0])
        raise


def finish(output: Output) -> NoReturn:
    """Print a command's answer and end with its exit code."""
    for warning in output.warnings:
        log.warning("%s", warning)
        _talk(f"warning: {one_line(warning)}")
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
    from click import echo  # a cockpit prints nothing, and need not wait for what prints

    echo(text, file=sys.stdout.data if isinstance(sys.stdout, Aside) else None, nl=False)


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
        _talk(f"evtui: {clean(line)}")


def crashed(error: Exception, file: LogFile) -> Exit:
    """A fault of the program itself: the log gets the traceback, without anybody's data, the terminal one sentence."""
    log.error("the program failed", exc_info=error)
    where = f"{file.written} knows more" if file.written else "and the log could not be written"
    _talk(f"evtui: a fault of the program ended it ({type(error).__name__}); {where}")
    return Exit.ACTION


def interrupted() -> None:
    """End the line that the terminal has put its ^C on."""
    _talk("")


def _talk(text: str) -> None:
    from click import echo

    echo(text, err=True)
