"""A campaign file from bytes to a TOML tree, with every syntax error and not the first only.

After an error the statement at fault is blanked and the rest is read again, so that ten mistakes give ten lines. Lines
keep their numbers, and the words on blanked lines are remembered: a key on such a line is not missing.
"""

from __future__ import annotations

import re
import stat
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evtui.config.positions import Places, dotted, scan
from evtui.errors import Problem
from evtui.text import clean, clip, one_line

LARGEST = 1_000_000
"""Bytes of the largest file that is read: a hundred times a long campaign, and refused at once beyond that."""

MOST_ERRORS = 20
"""Syntax errors reported of one file; a file with more is not a campaign file."""

_RETRY_CHARACTERS = 1_000_000
"""Characters parsed again after errors, all rounds together: keeps a large broken file under a second or two."""

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_STATEMENT = re.compile(r"\s*(?:\[{1,2}\s*[\w.\s\"'-]+\]{1,2}\s*(?:#.*)?$|[\w.\s\"'-]+=)")
_BROKEN_HEADER = re.compile(r"\s*(\[{1,2})\s*([\w-]+(?:\s*\.\s*[\w-]+)*)")
_WORD = re.compile(r"[\w-]+")
_SENTENCES = (
    ("Illegal character '\\n'", "a string is not closed on this line"),
    ("Unterminated string", "a string is not closed"),
    ("Unclosed array", "a list is not closed, or a comma is missing in it"),
    ("Unclosed inline table", "an inline table is not closed, or a comma is missing in it"),
    ("Expected '=' after a key", "expected `key = value`"),
    ("Expected ']", "the header of this table is not closed, or its name needs quotes"),
    ("Invalid statement", "expected `key = value`, `[table]` or `[[table]]`"),
    ("Invalid value", "expected a value: a number, a time, true, false, or text in quotes"),
    ("Invalid initial character for a key part", "expected a key; names with other signs than A-Z 0-9 _ - need quotes"),
    ("Expected newline or end of document", "this line goes on after its value; text needs quotes, other things a #"),
    ("Cannot overwrite a value", "this key already stands further up"),
    ("Cannot declare", "this table already stands further up; further items of a list need [[ ]]"),
    ("Cannot mutate immutable namespace", "this table was given in { } and cannot be added to"),
    ("Duplicate inline table key", "a key stands twice in { }"),
    ("Invalid date or datetime", "there is no such date or time"),
    ("Unescaped '\\' in a string", "a \\ in double quotes begins an escape; write \\\\ or use single quotes"),
)


@dataclass(slots=True)
class Document:
    """What could be read of one file. `tree` is None where nothing could."""

    places: Places
    tree: dict[str, Any] | None = None
    problems: list[Problem] = field(default_factory=list)
    lost: frozenset[str] = frozenset()
    """Words on lines that could not be read."""


def read_document(path: Path) -> Document:
    """Read and parse `path`; whatever is wrong with it is in the problems, never raised."""
    name = clip(one_line(clean(str(path), 500)), 200)
    text, complaint, line = _text_of(path)
    if text is None:
        return Document(Places(name, ""), problems=[Problem(name, line, None, "", complaint)])
    if not text.strip():
        return Document(Places(name, ""), problems=[Problem(name, None, None, "", "the file is empty")])
    return parse_document(name, text)


def _text_of(path: Path) -> tuple[str | None, str, int | None]:
    """(text, "", None), or (None, what is wrong, line)."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            return None, "is a folder; name the campaign file in it", None
        if not stat.S_ISREG(status.st_mode):
            return None, "is not a regular file", None
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except FileNotFoundError:
        return None, "there is no such file", None
    except OSError as error:
        return None, f"cannot be read: {error.strerror or type(error).__name__}", None
    except ValueError:
        return None, "is not a file name", None
    if len(raw) > LARGEST:
        size = max(status.st_size, len(raw)) / 1_000_000
        return (
            None,
            f"is too large for a campaign file: {size:.1f} MB, at most {LARGEST // 1_000_000} MB are read",
            None,
        )
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None, "is UTF-16; save it as UTF-8", None
    nul = raw.find(b"\0")
    if nul >= 0:
        return None, f"is a binary file, not TOML: NUL at byte {nul + 1}", raw.count(b"\n", 0, nul) + 1
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n"), "", None
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return None, f"is not UTF-8: byte {error.start + 1} is 0x{raw[error.start]:02X}; save it as UTF-8", line


def parse_document(name: str, text: str) -> Document:
    """Parse `text` (line ends `\\n`) of the file called `name`."""
    problems: list[Problem] = []
    lost: set[str] = set()
    rounds = min(MOST_ERRORS, max(1, _RETRY_CHARACTERS // len(text)))
    current = text
    for _ in range(rounds):
        try:
            tree = tomllib.loads(current)
        except RecursionError:
            problems.append(Problem(name, None, None, "", "is nested too deeply for a campaign file"))
            return Document(Places(name, ""), None, problems)
        except ValueError as error:
            fault = _locate(str(error), current)
            problem = Problem(name, fault.line, fault.column, fault.key, fault.message)
            if problem not in problems:
                problems.append(problem)
            if fault.first is None:
                return Document(Places(name, ""), None, problems)
            current, words = _without(current, fault.first, fault.until)
            lost |= words
        else:
            return Document(Places(name, current), tree, problems, frozenset(lost))
    problems.append(Problem(name, None, None, "", f"more than {rounds} syntax errors; the rest was not read"))
    return Document(Places(name, ""), None, problems)


@dataclass(slots=True)
class _Fault:
    message: str
    line: int | None
    column: int | None
    first: int | None
    """Line on which the statement at fault begins."""
    until: int = 0
    """Line before which it certainly does not end."""
    key: str = ""


def _locate(raw: str, text: str) -> _Fault:
    """Place and sentence of a tomllib error."""
    place = _PLACE.search(raw)
    if place is None:
        # a number with thousands of digits has no place in the message; nothing to go on from
        return _Fault("a number has too many digits to be one", None, None, None)
    message = clip(one_line(clean(raw[: place.start()])), 100)
    sentence = next((ours for theirs, ours in _SENTENCES if message.startswith(theirs)), message)
    lines = text.split("\n")
    line = int(place.group(1)) if place.group(1) else len(lines)
    column = int(place.group(2)) if place.group(2) else len(lines[-1]) + 1
    offset = sum(len(before) + 1 for before in lines[: line - 1]) + column - 1
    found = scan(text)
    start = max((begin for begin in found.statements if begin <= offset), default=0)
    first = text.count("\n", 0, start) + 1
    if message.startswith("Cannot"):
        line, column = first, start - (text.rfind("\n", 0, start) + 1) + 1
        key = next((dotted(path) for path, at in found.offsets.items() if at == start), "")
        return _Fault(sentence, line, column, first, first, clip(one_line(clean(key)), 100))
    if not place.group(1):
        # the end of the file says nothing: the statement that never ends does
        until = len(lines) + 1 if message.startswith("Unterminated string") else first
        return _Fault(sentence, first, start - (text.rfind("\n", 0, start) + 1) + 1, first, until)
    if first != line:
        sentence += f" (in the value that begins on line {first})"
    return _Fault(sentence, line, column, first, line)


def _without(text: str, first: int, fault: int) -> tuple[str, set[str]]:
    """`text` with the statement that begins on line `first` blanked, and the words that went with it."""
    lines = text.split("\n")
    header = _BROKEN_HEADER.match(lines[first - 1])
    if header is not None:
        return _without_header(lines, first - 1, header)
    end = _end_of(lines, first - 1, fault - 1)
    words: set[str] = set()
    for index in range(first - 1, end):
        words.update(_WORD.findall(lines[index].partition("=")[0]))
        lines[index] = ""
    return "\n".join(lines), words


def _end_of(lines: list[str], first: int, fault: int) -> int:
    """Index after the last line of a broken statement: as far as its brackets are open, or to the next statement."""
    end = first + 1
    while end < len(lines) and (end < fault or _open(lines[first:end])):
        if _STATEMENT.match(lines[end]) and not (end < fault and _in_text(lines[first:end])):
            break
        end += 1
    return end


def _in_text(lines: list[str]) -> bool:
    text = "\n".join(lines)
    return text.count('"""') % 2 == 1 or text.count("'''") % 2 == 1


def _open(lines: list[str]) -> bool:
    text = re.sub(r"\"[^\"\n]*\"|'[^'\n]*'|#[^\n]*", "", "\n".join(lines))
    return text.count("[") + text.count("{") > text.count("]") + text.count("}")


def _without_header(lines: list[str], index: int, header: re.Match[str]) -> tuple[str, set[str]]:
    """A broken header is mended where its name can be guessed, so that its keys do not fall into the table above."""
    brackets, name = header.groups()
    mended = f"{brackets}{name}{']' * len(brackets)}"
    words = set(_WORD.findall(name))
    if lines[index] != mended:
        lines[index] = mended
        return "\n".join(lines), words
    while True:
        words.update(_WORD.findall(lines[index].partition("=")[0]))
        lines[index] = ""
        index += 1
        if index >= len(lines) or (_STATEMENT.match(lines[index]) and lines[index].lstrip().startswith("[")):
            return "\n".join(lines), words
