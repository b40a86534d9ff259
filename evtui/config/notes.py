"""Problems as they are found in one file, and values as messages may quote them.

Messages never quote raw text: values are cleaned, masked, kept on one line and short, and a value whose key sounds like
a secret is not quoted at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from evtui.config.duration import format_duration
from evtui.config.keypath import Path, dotted
from evtui.config.positions import Places
from evtui.errors import Problem
from evtui.text import clean, clip, one_line

QUOTED = 48
"""Terminal cells of a value that a message quotes: enough to recognise it, and the line stays short."""

_SECRET_WORDS = frozenset(
    {"password", "passwd", "passphrase", "pass", "pwd", "token", "secret", "secrets", "credential", "credentials"}
    | {"cookie", "authorization", "apikey"}
)
_SECRET_PAIRS = re.compile(
    r"(?:api|access|private|secret|signing|account)[_-]?key|connection[_-]?string|auth[_-]?header"
)
_POINTERS = ("_env", "_file", "_command", "_column", "_timezone", "-env", "-file", "-command")
"""Endings of keys that say where something is, and are no secret themselves."""

_CREDENTIALS = (
    r"(?i)[a-z][a-z0-9+.-]*://[^\s/?#@]*:[^\s/@]*@"
    r"|\b(?:password|pwd)\s*=\s*[^\s;]|[?&](?:password|token|sig|api_?key)=[^&\s]"
)
_TELLTALE = ("@", "password", "pwd", "token", "sig", "key")
"""One of these is in all that the pattern finds: most files have none, and a start does not wait for it to be built."""


def is_secret_name(key: str) -> bool:
    """Whether a key's name says that its value opens a door: `password` does, `password_env` does not."""
    return not key.casefold().endswith(_POINTERS) and is_secret_word(key)


def is_secret_word(key: str) -> bool:
    """The same without regard to endings that point somewhere: `X-Api-Key_env` is one."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).casefold()
    return not _SECRET_WORDS.isdisjoint(re.split(r"[_.\-\s]+", name)) or _SECRET_PAIRS.search(name) is not None


def holds_credentials(value: str) -> bool:
    """Whether a text carries a password inside: `scheme://user:password@host` and its kin."""
    folded = value.casefold()
    return any(sign in folded for sign in _TELLTALE) and re.search(_CREDENTIALS, value) is not None


def quote(text: str) -> str:
    """`text` as messages may show it: cleaned, masked, one line, clipped, in quotes."""
    from evtui.redact import mask  # its patterns take milliseconds to build, and a good file quotes nothing

    return f'"{clip(mask(one_line(clean(text, 4 * QUOTED))), QUOTED)}"'


def shown(value: object) -> str:
    """A TOML value in words: `the string "1,000"`, `the number 5`, `a list`."""
    match value:
        case str():
            return f"the string {quote(value)}" if value else "an empty string"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {clip(_digits(value), QUOTED)}"
        case datetime():
            return f"the time {value.isoformat()}"
        case date():
            return f"the date {value.isoformat()} without a time"
        case time():
            return f"the time of day {value.isoformat()} without a date"
        case timedelta():
            return f'"{format_duration(value)}"'
        case list() | tuple():
            return "a list"
        case _:
            return "a table"


def _digits(value: float) -> str:
    # str() of an int refuses more than a few thousand digits
    return str(value) if abs(value) < 10**40 else "of more than 40 digits"


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The one of `words` that was most likely meant, or None; upper and lower case are the same."""
    from difflib import get_close_matches  # only a file with a mistake needs it

    folded = {candidate.casefold(): candidate for candidate in words}
    match = get_close_matches(word[:80].casefold(), folded, n=1, cutoff=0.6)
    return folded[match[0]] if match else None


class Notes:
    """Collects the problems of one file; `lost` are words on lines that could not be read, never called missing."""

    def __init__(self, places: Places, lost: frozenset[str] = frozenset()) -> None:
        self.places = places
        self.lost = lost
        self._found: list[Problem] = []
        self._seen: set[tuple[Path, str]] = set()

    def add(self, path: Path, message: str) -> None:
        """A problem with the key at `path`; the same one twice counts once."""
        if (path, message) not in self._seen:
            self._seen.add((path, message))
            self._found.append(problem_at(self.places, path, message))

    def insert(self, problems: Iterable[Problem]) -> None:
        """Problems that have their place already."""
        self._found.extend(problems)

    def any_under(self, path: Path) -> bool:
        """Whether something at or below `path` has a problem."""
        return any(seen[: len(path)] == path for seen, _ in self._seen)

    @property
    def paths(self) -> frozenset[Path]:
        """Every key that has a problem; of those that came with their place nothing is known here."""
        return frozenset(path for path, _ in self._seen)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything found, in the order of the file; what has no place comes first."""
        return tuple(sorted(self._found, key=lambda problem: (problem.line or 0, problem.column or 0)))


def problem_at(places: Places, path: Path, message: str) -> Problem:
    """A problem at the key `path`, or where the nearest table around it stands."""
    line, column = places.of(path) or (None, None)
    return Problem(places.file, line, column, clip(one_line(clean(dotted(path), 200)), 100), message)


def missing(name: str, examples: Iterable[Any]) -> str:
    """Message for a required key that is not there."""
    for example in examples:
        return f"is missing; write for example `{name} = {literal(example)}`"
    return "is missing"


def literal(value: object) -> str:
    """A value as TOML writes it; text that looks like a time is one."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {literal(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]+", value):
        return f'"{value}"'
    return str(value)
