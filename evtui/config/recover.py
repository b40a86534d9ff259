"""Where a TOML text is broken, and the text without the statement at fault. Only for files that tomllib refused.

Lines keep their numbers; a header that cannot be read is mended where its name can be guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from evtui.config.keypath import dotted
from evtui.config.scanner import scan
from evtui.text import clean, clip, one_line

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_STATEMENT = re.compile(r"\[{1,2}[\w.\s\"'-]+\]{1,2}\s*(?:#.*)?$|[\w\"'-][\w.\s\"'-]*=")
_QUOTED = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|#[^\n]*")
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
class Fault:
    """One syntax error: what to say, where, and which lines to do without."""

    message: str
    line: int | None
    column: int | None
    first: int | None
    """Line on which the statement at fault begins."""
    until: int = 0
    """Line before which it certainly does not end."""
    key: str = ""


def locate(raw: str, text: str) -> Fault:
    """Place and sentence of a tomllib error."""
    place = _PLACE.search(raw)
    if place is None:
        # a number with thousands of digits has no place in the message; nothing to go on from
        return Fault("a number has too many digits to be one", None, None, None)
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
        return Fault(sentence, line, column, first, first, clip(one_line(clean(key)), 100))
    if not place.group(1):
        # the end of the file says nothing: the statement that never ends does
        until = len(lines) + 1 if message.startswith("Unterminated string") else first
        return Fault(sentence, first, start - (text.rfind("\n", 0, start) + 1) + 1, first, until)
    if first != line:
        sentence += f" (in the value that begins on line {first})"
    return Fault(sentence, line, column, first, line)


def without(text: str, first: int, fault: int) -> tuple[str, set[str]]:
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
    depth, in_text = _depth(lines[first]), _turns(lines[first])
    end = first + 1
    while end < len(lines) and (end < fault or depth > 0):
        if is_statement(lines[end]) and not (end < fault and in_text):
            break
        depth += _depth(lines[end])
        in_text ^= _turns(lines[end])
        end += 1
    return end


def is_statement(line: str) -> bool:
    """Whether a line looks like the beginning of a statement: a header, or a key and an equals sign."""
    return _STATEMENT.match(line.strip()) is not None


def _turns(line: str) -> bool:
    """Whether a text of several lines begins or ends on this line, and not both."""
    return (line.count('"""') + line.count("'''")) % 2 == 1


def _depth(line: str) -> int:
    """Brackets opened on this line, less those closed."""
    plain = _QUOTED.sub("", line)
    return plain.count("[") + plain.count("{") - plain.count("]") - plain.count("}")


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
        if index >= len(lines) or (is_statement(lines[index]) and lines[index].lstrip().startswith("[")):
            return "\n".join(lines), words
