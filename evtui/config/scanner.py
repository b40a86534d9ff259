"""Follows the structure of a TOML text and notes where each key, table and list item begins.

A scanner, not a parser: it trusts tomllib to have accepted the text and only follows its structure. On text that is not
TOML it stops quietly where it no longer understands, which is what `recover` uses to find the statement at fault.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from evtui.config.keypath import Path

DEEPEST = 64
"""Nesting followed; tomllib itself gives up at a few hundred levels, and no campaign file needs five."""

_SPACE = re.compile(r"[ \t]*")
_GAP = re.compile(r"(?:[ \t\n]+|#[^\n]*)*")
_REST_OF_LINE = re.compile(r"[ \t]*(?:#[^\n]*)?(?=\n|\Z)")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}#\n]+")
_STRINGS = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        r'"""(?:\\.|[^\\])*?"{3,5}',
        r"'''.*?'{3,5}",
        r'"(?:\\.|[^"\\\n])*"',
        r"'[^'\n]*'",
    )
)


@dataclass(slots=True)
class Scan:
    """What was found: character offsets of keys, tables and list items, and where each statement begins."""

    offsets: dict[Path, int] = field(default_factory=dict)
    statements: list[int] = field(default_factory=list)


class _Lost(Exception):
    """The text does not go on as TOML."""


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.table: Path = ()
        self.found = Scan()
        self.items: dict[Path, int] = {}
        """How many `[[…]]` tables an array has so far."""

    def run(self) -> Scan:
        try:
            while True:
                self.skip(_GAP)
                if self.at >= len(self.text):
                    break
                self.found.statements.append(self.at)
                if self.text.startswith("[", self.at):
                    self.header()
                else:
                    self.pair(self.table, 0)
                self.skip(_REST_OF_LINE)
        except _Lost:
            pass
        return self.found

    def skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if match is None:
            raise _Lost
        self.at = match.end()
        return match.group()

    def expect(self, token: str) -> None:
        if not self.text.startswith(token, self.at):
            raise _Lost
        self.at += len(token)

    def mark(self, path: Path, offset: int) -> None:
        self.found.offsets.setdefault(path, offset)

    def key(self) -> list[tuple[str, int]]:
        """A dotted key: its parts, and where each begins."""
        parts: list[tuple[str, int]] = []
        while True:
            self.skip(_SPACE)
            start = self.at
            if self.text.startswith(('"', "'"), start):
                parts.append((_unquote(self.string()), start))
            else:
                parts.append((self.skip(_BARE), start))
            self.skip(_SPACE)
            if not self.text.startswith(".", self.at):
                return parts
            self.at += 1

    def header(self) -> None:
        is_item = self.text.startswith("[[", self.at)
        self.at += 2 if is_item else 1
        parts = self.key()
        self.expect("]]" if is_item else "]")
        path: Path = ()
        for index, (name, offset) in enumerate(parts):
            path += (name,)
            self.mark(path, offset)
            if is_item and index == len(parts) - 1:
                count = self.items[path] = self.items.get(path, 0) + 1
                path += (count - 1,)
                self.mark(path, offset)
            elif path in self.items:
                path += (self.items[path] - 1,)
        self.table = path

    def pair(self, path: Path, depth: int) -> None:
        for name, offset in self.key():
            path += (name,)
            self.mark(path, offset)
        self.expect("=")
        self.skip(_SPACE)
        self.value(path, depth)

    def value(self, path: Path, depth: int) -> None:
        if depth > DEEPEST:
            raise _Lost
        first = self.text[self.at : self.at + 1]
        if first == "[":
            self.array(path, depth)
        elif first == "{":
            self.inline_table(path, depth)
        elif first in ('"', "'"):
            self.string()
        else:
            self.skip(_SCALAR)

    def array(self, path: Path, depth: int) -> None:
        self.at += 1
        index = 0
        while True:
            self.skip(_GAP)
            if self.text.startswith("]", self.at):
                break
            if self.at >= len(self.text):
                raise _Lost
            self.mark((*path, index), self.at)
            self.value((*path, index), depth + 1)
            index += 1
            self.skip(_GAP)
            if not self.text.startswith(",", self.at):
                break
            self.at += 1
        self.expect("]")

    def inline_table(self, path: Path, depth: int) -> None:
        self.at += 1
        self.skip(_SPACE)
        if not self.text.startswith("}", self.at):
            while True:
                self.pair(path, depth + 1)
                self.skip(_SPACE)
                if not self.text.startswith(",", self.at):
                    break
                self.at += 1
        self.expect("}")

    def string(self) -> str:
        for pattern in _STRINGS:
            match = pattern.match(self.text, self.at)
            # an opening """ that never closes must not pass for an empty string
            if match is not None and not (match.end() == self.at + 2 and self.text[self.at : self.at + 3] in _TRIPLE):
                self.at = match.end()
                return match.group()
        raise _Lost


_TRIPLE = ('"""', "'''")


def _unquote(quoted: str) -> str:
    if quoted.startswith("'") or "\\" not in quoted:
        return quoted[1:-1]
    import tomllib  # escapes in keys are rare; tomllib knows them all

    try:
        name: str = tomllib.loads(f"x = {quoted}")["x"]
    except tomllib.TOMLDecodeError:
        raise _Lost from None
    return name


def scan(text: str) -> Scan:
    """Follow `text`, whose line ends must be `\\n`; stops without complaint where it is not TOML."""
    return _Scanner(text).run()
