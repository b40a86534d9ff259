"""A file of settings from bytes to a TOML tree, with every syntax error and not the first only.

After an error the statement at fault is blanked (see `recover`) and the rest is read again, so that ten mistakes give
ten lines. The words on blanked lines are remembered: a key on such a line is not missing.
"""

from __future__ import annotations

import stat
import tomllib
from codecs import BOM_UTF8
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from evtui.config.positions import Places
from evtui.errors import Problem
from evtui.text import clean, clip, one_line

LARGEST = 1_000_000
"""Bytes of the largest file that is read: a hundred times a long campaign, and refused at once beyond that."""

EMPTY = "the file is empty"
"""The problem of a file that holds nothing, for files that may."""

MOST_ERRORS = 20
"""Syntax errors reported of one file; a file with more is not a campaign file."""

_RETRY_CHARACTERS = 1_000_000
"""Characters parsed again after errors, all rounds together: keeps a large broken file under a second or two."""


class Document(Struct, frozen=True):
    """What could be read of one file. `tree` is None where nothing could."""

    places: Places
    tree: dict[str, Any] | None = None
    problems: list[Problem] = field(default_factory=list)
    lost: frozenset[str] = frozenset()
    """Words on lines that could not be read."""


def read_document(path: Path, kind: str = "campaign file") -> Document:
    """Read and parse `path`, which should be a `kind`; whatever is wrong with it is in the problems, never raised."""
    name = clip(one_line(clean(str(path), 500)), 200)
    text, complaint, line = _text_of(path, kind)
    if text is None:
        return Document(Places(name, ""), problems=[Problem(name, line, None, "", complaint)])
    if not text.strip():
        return Document(Places(name, ""), problems=[Problem(name, None, None, "", EMPTY)])
    return parse_document(name, text, kind)


def _text_of(path: Path, kind: str) -> tuple[str | None, str, int | None]:
    """(text, "", None), or (None, what is wrong, line)."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            return None, f"is a folder; name the {kind} in it", None
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
    raw = raw.removeprefix(BOM_UTF8)
    if len(raw) > LARGEST:
        size = max(status.st_size, len(raw)) / 1_000_000
        return (
            None,
            f"is too large for a {kind}: {size:.1f} MB, at most {LARGEST // 1_000_000} MB are read",
            None,
        )
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None, "is UTF-16; save it as UTF-8", None
    nul = raw.find(b"\0")
    if nul >= 0:
        return None, f"is a binary file, not TOML: NUL at byte {nul + 1}", raw.count(b"\n", 0, nul) + 1
    try:
        return raw.decode().replace("\r\n", "\n"), "", None
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return None, f"is not UTF-8: byte {error.start + 1} is 0x{raw[error.start]:02X}; save it as UTF-8", line


def parse_document(name: str, text: str, kind: str) -> Document:
    """Parse `text` (line ends `\\n`) of the file called `name`."""
    problems: list[Problem] = []
    lost: set[str] = set()
    rounds = min(MOST_ERRORS, max(1, _RETRY_CHARACTERS // len(text)))
    current = text
    for _ in range(rounds):
        try:
            tree = tomllib.loads(current)
        except RecursionError:
            problems.append(Problem(name, None, None, "", f"is nested too deeply for a {kind}"))
            return Document(Places(name, ""), None, problems)
        except ValueError as error:
            from evtui.config import recover  # a right file never needs it

            fault = recover.locate(str(error), current)
            problem = Problem(name, fault.line, fault.column, fault.key, fault.message)
            if problem not in problems:
                problems.append(problem)
            if fault.first is None:
                return Document(Places(name, ""), None, problems)
            current, words = recover.without(current, fault.first, fault.until)
            lost |= words
        else:
            return Document(Places(name, current), tree, problems, frozenset(lost))
    problems.append(Problem(name, None, None, "", "too many syntax errors; the rest was not read"))
    return Document(Places(name, ""), None, problems)
