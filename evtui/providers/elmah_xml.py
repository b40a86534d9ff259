"""The bytes of one ELMAH error file made into an `ErrorEntry`, or into a defined refusal; touches no disk.

ELMAH writes with character checks off, in UTF-8 with a byte order mark and without a declaration. So a real file may
hold `&#x1B;`, `&#x0;` or half a surrogate pair, which no XML parser accepts. A file is therefore parsed as it stands,
and only where that fails for a character is it mended (each such character becomes U+FFFD, and is counted) and parsed
once more. Only the attributes of the root become Python objects: `detail`, `serverVariables`, `form` and `cookies`,
where passwords and session cookies stand in clear, are walked over for well-formedness and never kept.

The parser is expat itself rather than defusedxml. A document type is refused at its first byte, before any entity can
be declared, which is all that defusedxml's `forbid_dtd` does; no external entity is ever fetched since no handler for
one is set; depth is bounded here, which defusedxml does not do; no tree is built, and a file costs a third of the time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from functools import lru_cache
from xml.parsers import expat

from msgspec import Struct

from evtui.domain.faults import ErrorEntry
from evtui.redact import admit

DEEPEST = 64
"""Levels of elements read; ELMAH has four. A bound, because the parser keeps about 150 bytes for each open element."""

SHALLOW = 64 * 1024
"""Bytes up to which depth is not counted: it can cost 3 MB at most, and counting takes half of the parser's time."""

_YEARS = range(2000, 3000)
"""Years a time is believed in: .NET's unset time is year 1, and a time at the calendar's end breaks zone arithmetic."""

_NAME = re.compile(
    r"error-(\d{4}-\d\d-\d\d)(\d{6})Z(?:-([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}))?\.xml", re.ASCII | re.IGNORECASE
)
_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.ASCII | re.IGNORECASE)

_REPLACEMENT = "\ufffd".encode()
_SUSPECT = re.compile(
    rb"&#(?:x([0-9A-Fa-f]+)|([0-9]+));"  # any reference to a character: looked at one by one
    rb"|[\x00-\x08\x0b\x0c\x0e-\x1f]"  # control characters written as they are
    rb"|\xed[\xa0-\xbf][\x80-\xbf]"  # half a surrogate pair
    rb"|\xef\xbf[\xbe\xbf]"  # U+FFFE and U+FFFF
)
_MENDABLE = frozenset(
    {
        expat.errors.codes[expat.errors.XML_ERROR_BAD_CHAR_REF],
        expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN],
    }
)


class Flaw(StrEnum):
    """Why the bytes are no error, or not a whole one."""

    BROKEN = "broken"
    """Not well-formed: still being written, or cut short."""
    FOREIGN = "foreign"
    """Well-formed as far as it was read, but its root is not `<error>`."""
    DOCTYPE = "doctype"
    """Declares a document type, which ELMAH never does and which is how XML bombs begin."""
    TOO_DEEP = "too deep"
    """More than `DEEPEST` levels of elements."""


class UnreadableError(Exception):
    """The bytes are not a whole ELMAH error.

    `entry` is set for a BROKEN file whose root tag stands complete: all that an `ErrorEntry` holds is in that tag.
    """

    def __init__(self, flaw: Flaw, entry: ErrorEntry | None = None) -> None:
        super().__init__(flaw.value)
        self.flaw = flaw
        self.entry = entry


class ErrorFile(Struct, frozen=True):
    """One error read; `mended` counts the characters XML does not allow that were replaced with U+FFFD."""

    entry: ErrorEntry
    mended: int = 0


class Origin(Struct, frozen=True):
    """What is known of a file besides its bytes: `written` (aware) stands in where neither tag nor name has a time."""

    name: str
    written: datetime
    zone: tzinfo
    """Zone of a `time` attribute that has no offset."""


def read_error(data: bytes, origin: Origin) -> ErrorFile:
    """The error in the bytes of one file.

    Raises:
        UnreadableError: for everything that is not a whole ELMAH error; no other exception leaves here.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data.decode("utf-16", "replace").encode("utf-8", "replace")
    data = data.removeprefix(b"\xef\xbb\xbf")
    mended = 0
    root = _Root()
    problem = root.read(data)
    if problem in _MENDABLE:
        data, mended = mend(data)
        if mended:
            root = _Root()
            problem = root.read(data)
    if problem is not None:
        raise UnreadableError(Flaw.BROKEN, None if root.attributes is None else _entry(root.attributes, origin))
    return ErrorFile(_entry(root.attributes or {}, origin), mended)


def name_stamp(name: str) -> str | None:
    """The time in a file name as text that sorts: `2011-04-10155511`, UTC; None where the name has none."""
    match = _NAME.fullmatch(name)
    return match[1] + match[2] if match is not None else None


def stamp_of(at: datetime) -> str:
    """A time as ELMAH writes it into file names: UTC, to the second, years in four digits."""
    return at.astimezone(UTC).isoformat(timespec="seconds")[:19].replace("T", "").replace(":", "")


def name_time(name: str) -> datetime | None:
    """The UTC time in a file name such as `error-2011-04-10155511Z-<guid>.xml`, to the second; None without one."""
    stamp = name_stamp(name)
    if stamp is None:
        return None
    try:
        at = datetime.strptime(stamp, "%Y-%m-%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return at if believable(at) else None


def believable(at: datetime) -> bool:
    """Whether a time can be the time of an error."""
    return at.year in _YEARS


def mend(data: bytes) -> tuple[bytes, int]:
    """`data` as UTF-8 in which every character XML does not allow is U+FFFD, and how many those were."""
    count = 0

    def replace(match: re.Match[bytes]) -> bytes:
        nonlocal count
        if match[0].startswith(b"&") and _allowed(match[1], match[2]):
            return match[0]
        count += 1
        return _REPLACEMENT

    mended = _SUSPECT.sub(replace, data)
    text = mended.decode("utf-8", "replace")
    again = text.encode()
    if again != mended:
        count += text.count("\ufffd") - mended.count(_REPLACEMENT)
    return again, count


def _allowed(hexadecimal: bytes | None, decimal: bytes | None) -> bool:
    """Whether a character reference names a character XML has; the digits are cut first, however many there are."""
    digits = (hexadecimal or decimal or b"").lstrip(b"0")
    if len(digits) > 7:
        return False
    code = int(digits or b"0", 16 if hexadecimal else 10)
    if code < 0x20:
        return code in (0x9, 0xA, 0xD)
    return code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code <= 0x10FFFF


class _Root:
    """Walks a document and keeps the attributes of its root."""

    __slots__ = ("_depth", "_large", "_parser", "attributes")

    def __init__(self) -> None:
        self.attributes: dict[str, str] | None = None
        self._depth = 0
        # The encoding is given, so that what a declaration says of it cannot ask for a codec Python does not have.
        self._parser = expat.ParserCreate("utf-8")

    def read(self, data: bytes) -> int | None:
        """None for a well-formed document, else expat's code of the error."""
        self._large = len(data) > SHALLOW
        parser = self._parser
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._root
        try:
            parser.Parse(data, True)
        except expat.ExpatError as error:
            return error.code
        finally:
            # Parser and handlers hold each other: without this, every file would wait for the garbage collector.
            parser.StartDoctypeDeclHandler = parser.StartElementHandler = parser.EndElementHandler = None
        return None

    def _doctype(self, *_: object) -> None:
        raise UnreadableError(Flaw.DOCTYPE)

    def _root(self, name: str, attributes: dict[str, str]) -> None:
        if name != "error":
            raise UnreadableError(Flaw.FOREIGN)
        self.attributes = attributes
        self._parser.StartElementHandler = self._start if self._large else None
        self._parser.EndElementHandler = self._end if self._large else None

    def _start(self, *_: object) -> None:
        self._depth += 1
        if self._depth >= DEEPEST:
            raise UnreadableError(Flaw.TOO_DEEP)

    def _end(self, *_: object) -> None:
        self._depth -= 1


@lru_cache(maxsize=2048)
def _admit_short(raw: str) -> str:
    return admit(raw)


def _admit_repeated(raw: str) -> str:
    """`admit` for what is the same in most errors (application, host, type, source); a flood is not remembered."""
    return _admit_short(raw) if len(raw) <= 200 else admit(raw)


def _entry(attributes: Mapping[str, str], origin: Origin) -> ErrorEntry:
    status = attributes.get("statusCode", "")
    return ErrorEntry(
        error_id=_error_id(attributes.get("errorId", ""), origin.name),
        application=_admit_repeated(attributes.get("application", "")),
        host=_admit_repeated(attributes.get("host", "")),
        type=_admit_repeated(attributes.get("type", "")),
        message=admit(attributes.get("message", "")),
        at=_time(attributes.get("time", ""), origin),
        # 0 is what ELMAH has for "no status", and leaves out
        status_code=int(status) or None if re.fullmatch("[0-9]{1,3}", status) else None,
        source=_admit_repeated(attributes.get("source", "")),
    )


def _error_id(attribute: str, name: str) -> str:
    # A GUID is nothing but hexadecimal digits, and goes past the masks: they could take some for a card number.
    if _GUID.fullmatch(attribute):
        return attribute.lower()
    match = _NAME.fullmatch(name)
    if not attribute and match is not None and match[3]:
        return match[3].lower()
    return admit(attribute or name)


def _time(attribute: str, origin: Origin) -> datetime:
    try:
        at = datetime.fromisoformat(attribute)
        if at.tzinfo is None:
            at = at.replace(tzinfo=origin.zone)
        at = at.astimezone(UTC)
    except (ValueError, OverflowError):
        at = None
    if at is not None and believable(at):
        return at
    return name_time(origin.name) or origin.written.astimezone(UTC)
