"""Where a run begins and ends: every end, wanted or not, becomes an exit code and at most one sentence.

Nothing heavy is imported here: help must not wait for a toolkit or an SDK.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from evtui.commands.ending import ReaderGone, crashed, discard, interrupted, no_room, say
from evtui.errors import EvtuiError, Exit, UsageError
from evtui.logfile import USUAL, LogFile, logging_to_file, tell

_COMPLETION = "_EVTUI_COMPLETE"
"""The variable by which a shell asks the parser for completions, with any words."""


def main(args: Sequence[str] | None = None) -> None:
    """Entry point: one sentence and an exit code for whatever happens. `args` default to the command line's."""
    words = tuple(sys.argv[1:] if args is None else args)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # a terminal that cannot show a character shows its number instead of ending the program
            stream.reconfigure(errors="backslashreplace")
    with logging_to_file() as file:
        try:
            _run(words, file)
        except EvtuiError as error:
            say(error)
            sys.exit(error.exit_code)
        except KeyboardInterrupt:
            interrupted()
            sys.exit(Exit.INTERRUPTED)
        except (ReaderGone, BrokenPipeError):
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


def _run(words: tuple[str, ...], file: LogFile) -> None:
    if words in ((), ("demo",)) and _COMPLETION not in os.environ:
        # nothing to parse, and loading what parses is a thirtieth of a start
        from evtui.front import straight

        tell(file, USUAL)
        straight(words)
    else:
        from evtui.flags import parse

        parse(words, file)
