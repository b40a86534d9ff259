"""Single values of JSON made into what the domain holds: where remote strings are cleaned and wrong types refused.

Numbers may be written as text, as many APIs do with money; yes and no are not numbers. Null is unknown, never zero.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from evtui.config.zones import zone_of
from evtui.errors import UsageError
from evtui.providers.objections import Objections
from evtui.redact import admit

MOST = 10**12
"""Largest amount, stock or figure believed, either way: beyond it a field is broken, and sums over it would be too."""

MOST_COUNTED = 10**6
"""Largest quantity of one line and number of machines believed."""

MOST_WORDS = 100
"""Longest list of names that is kept: reasons and states are a handful."""

SHOWN = 32
"""Characters of a value that a refusal shows: a number or a time in a form that was not agreed has fewer."""

LEAST_WORD = 3
"""Characters up to which a word is shown, such as `n/a`; a longer one without a digit may be a name."""

_NUMBER = re.compile(r"[+-]?\d{1,20}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_PLAIN_CODE = re.compile(r"[A-Z]{2}\d{6}[A-Z]\d{5,6}", re.ASCII)
"""Codes of this shape are what `admit` leaves as they are; asking it 40,000 times is most of a first read's time."""

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""Times outside are a wrong unit: milliseconds read as seconds lie in the year 56,000."""


class BadRow(Exception):
    """A row that cannot be read. `reason` names the field and what is wrong with it, the text shows the value too."""

    def __init__(self, reason: str, *found: object) -> None:
        super().__init__(f"{reason}: {_found(found[0])}" if found else reason)
        self.reason = reason


def _found(raw: object) -> str:
    """A value that was none, as far as it can be shown: words may be anybody's name."""
    match raw:
        case bool():
            return str(raw).lower()
        case int() | float():
            return admit(raw, SHOWN)
        case str() if len(raw) <= SHOWN and (len(raw) <= LEAST_WORD or any(map(str.isdigit, raw))):
            return repr(admit(raw))
        case str():
            return f"text of {len(raw):,} characters"
        case Mapping():
            return "a table"
        case _:
            return "a list"


@lru_cache(maxsize=1024)
def _word(raw: str) -> str:
    """A status or a name; there are a few dozen, each on thousands of rows."""
    return admit(raw)


def text(field: str, raw: object) -> str:
    """A cleaned string; null is empty, numbers are written out.

    Raises:
        BadRow: a table, a list, true or false.
    """
    if raw is None:
        return ""
    if isinstance(raw, str):
        trimmed = raw.strip(" ")
        return trimmed if _PLAIN_CODE.fullmatch(trimmed) else _word(trimmed)
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return _word(str(raw))
    raise BadRow(f"{field} is not text", raw)


def number(field: str, raw: object, least: float = -MOST, most: float = MOST) -> float | None:
    """A finite number within bounds, or None for null.

    Raises:
        BadRow: anything else.
    """
    if raw is None:
        return None
    if isinstance(raw, str) and _NUMBER.fullmatch(raw.strip()):
        raw = float(raw)
    # an int is finite, and one of 400 digits is more than isfinite() can take
    if isinstance(raw, bool) or not isinstance(raw, int | float) or (isinstance(raw, float) and not math.isfinite(raw)):
        raise BadRow(f"{field} is not a number", raw)
    if not least <= raw <= most:
        raise BadRow(f"{field} is out of range", raw)
    return float(raw)


def integer(field: str, raw: object, least: int = -MOST, most: int = MOST) -> int | None:
    """A whole number within bounds, or None for null.

    Raises:
        BadRow: anything else.
    """
    value = number(field, raw, least, most)
    if value is not None and value != int(value):
        raise BadRow(f"{field} is not a whole number", raw)
    return None if value is None else int(value)


def words(field: str, raw: object) -> tuple[str, ...]:
    """A list of names, each once.

    Raises:
        BadRow: no list of text.
    """
    if raw is None:
        return ()
    if not isinstance(raw, list):
        raise BadRow(f"{field} is not a list", raw)
    return tuple(dict.fromkeys(text(field, item) for item in raw[:MOST_WORDS] if item not in (None, "")))


def counts(field: str, raw: object) -> tuple[tuple[str, int], ...]:
    """A table of names and numbers, by name; those at zero are left out.

    Raises:
        BadRow: no such table.
    """
    if raw is None:
        return ()
    if not isinstance(raw, Mapping):
        raise BadRow(f"{field} is not a table of names and numbers", raw)
    read = {text(field, name): integer(field, count, 0, MOST_COUNTED) for name, count in list(raw.items())[:MOST_WORDS]}
    return tuple(sorted((name, count) for name, count in read.items() if count))


class Times:
    """Reads and writes times the way one API does: `iso`, `epoch_s`, `epoch_ms` or a format of strptime."""

    def __init__(self, form: str, zone: ZoneInfo) -> None:
        self._form = form
        self._zone = zone

    @classmethod
    def open(cls, form: str, zone_name: str, campaign_zone: ZoneInfo) -> Times:
        """By the settings `time_format` and `timezone`; without a zone, times that name none are the campaign's.

        Raises:
            UsageError: no such format or zone.
        """
        found = Objections()
        try:
            zone = zone_of(zone_name) if zone_name else campaign_zone
        except UsageError as error:
            found.add(f"map.timezone: {error}")
        if form not in ("iso", "epoch_s", "epoch_ms") and not _makes_sense(form):
            found.add(
                f'map.time_format: {admit(form[:60])!r} is none; write "iso", "epoch_s", "epoch_ms" or a format '
                'with day and time such as "%d/%m/%Y %H:%M:%S"'
            )
        found.settle()
        return cls(form, zone)

    def read(self, field: str, raw: object) -> datetime | None:
        """A moment, aware UTC, or None for null and for empty text.

        Raises:
            BadRow: not a time in this format, or one outside 2000 to 2100.
        """
        if raw is None or raw == "":
            return None
        try:
            moment = self._read(raw)
        except (ValueError, OverflowError, OSError, BadRow):
            moment = None
        if moment is None or not EARLIEST <= moment <= LATEST:
            raise BadRow(f"{field} is not a time of the format {self._form}", raw)
        return moment

    def _read(self, raw: object) -> datetime | None:
        if self._form.startswith("epoch"):
            since_1970 = number("", raw, -math.inf, math.inf)
            return None if since_1970 is None else datetime.fromtimestamp(since_1970 / self._unit, UTC)
        if not isinstance(raw, str):
            return None
        shown = raw.strip()
        moment = datetime.fromisoformat(shown) if self._form == "iso" else _parsed(shown, self._form)
        return (moment.replace(tzinfo=self._zone) if moment.tzinfo is None else moment).astimezone(UTC)

    @property
    def _unit(self) -> int:
        return 1000 if self._form == "epoch_ms" else 1

    def write(self, moment: datetime) -> str:
        """A moment the way this API writes it; ISO 8601 in UTC, ending in Z."""
        if self._form.startswith("epoch"):
            return str(int(moment.timestamp() * self._unit))
        if self._form == "iso":
            return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return moment.astimezone(self._zone).strftime(self._form)


def _makes_sense(form: str) -> bool:
    """Whether a format of strptime gives a moment back as it was, to the minute at least."""
    moment = datetime(2024, 12, 25, 13, 14, tzinfo=UTC)
    try:
        back = _parsed(moment.strftime(form), form)
    except (ValueError, OverflowError):
        return False
    return back.replace(tzinfo=None) == moment.replace(tzinfo=None)


def _parsed(raw: str, form: str) -> datetime:
    return datetime.strptime(raw, form)  # noqa: DTZ007  a zone is added where the text names none
