"""What a program printed, as values: JSON line by line, or one JSON document."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from evtui.domain.reading import FailureKind
from evtui.providers.base import SourceError

NOT_JSON = "a line that is not JSON"
HALF = "a half line at the end"

BOM = b"\xef\xbb\xbf"


class Printed(Struct, frozen=True):
    """The document (of lines: the list of them), and one complaint for every line that could not be read."""

    document: Any
    complaints: tuple[str, ...] = ()


def read_lines(raw: bytes, most: int) -> Printed:
    """The values of JSON lines; empty lines do not count, and what is no JSON is left out.

    Raises:
        SourceError: DATA, more lines than `most`.
    """
    if raw.count(b"\n") > most:
        raise SourceError(FailureKind.DATA, f"it wrote more than {most:,} lines", "have it tell of less")
    lines = raw.removeprefix(BOM).split(b"\n")
    values: list[Any] = []
    complaints: list[str] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            values.append(msgspec.json.decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            complaints.append(HALF if number == len(lines) else NOT_JSON)
    return Printed(values, tuple(complaints))


def read_document(raw: bytes) -> Printed:
    """The value of one JSON document.

    Raises:
        SourceError: DATA, it is none, or nothing at all.
    """
    if not raw.strip():
        raise SourceError(FailureKind.DATA, "it wrote nothing where one JSON document was agreed")
    try:
        return Printed(msgspec.json.decode(raw.removeprefix(BOM)))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        what = "breaks off" if "truncated" in str(error) else "is not one JSON document"
        raise SourceError(FailureKind.DATA, f"what it wrote {what}") from None
