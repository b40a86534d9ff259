"""Every way this program says no, and the exit code that goes with it.

    EvtuiError            2   anything a user can put right
      UsageError          2   a flag, a code, a time that cannot be meant
        CodeError         2   an order code that cannot exist
      ConfigError         2   a campaign file with problems, all of them at once
      Unreachable         3   no answer, because sources could not be reached

A fault of the program itself ends with 1, as everything does that somebody has to look at. An end from outside is 128
and the number of the signal, as shells count: 130 interrupted (Ctrl+C too), 143 told to end, 129 the terminal is gone.

A source that fails while polling is not in this tree: that is data (`domain.reading.Failure`), not an end of the
program.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from msgspec import Struct


class Exit(IntEnum):
    """Exit codes, as scripts rely on them."""

    OK = 0
    ACTION = 1
    USAGE = 2
    UNREACHABLE = 3
    HUNG_UP = 129
    INTERRUPTED = 130
    TERMINATED = 143


class EvtuiError(Exception):
    """Something a user can put right; its text is one sentence fit for a terminal."""

    exit_code: Exit = Exit.USAGE


class UsageError(EvtuiError):
    """A flag, an argument or a path that cannot be meant."""


class CodeError(UsageError):
    """An order code that cannot exist; says which character and what would be right."""


class Unreachable(EvtuiError):
    """A question nobody could answer because the sources could not be reached."""

    exit_code = Exit.UNREACHABLE


class Problem(Struct, frozen=True):
    """One thing wrong with a campaign file, with the place to put it right."""

    file: str
    line: int | None
    column: int | None
    key: str
    """Dotted path of the key, such as `products[1].price`; empty for the file as a whole."""
    message: str

    def __str__(self) -> str:
        place = self.file
        if self.line is not None:
            place += f":{self.line}"
            if self.column is not None:
                place += f":{self.column}"
        subject = f"{self.key}: " if self.key else ""
        return f"{place}: {subject}{self.message}"


class ConfigError(EvtuiError):
    """A campaign file that cannot be used; carries every problem found, in file order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
