"""Order codes: what `TG230414R00028` says by itself.

    PP yymmdd H nnnnn[n] [suffix]
    TG 230414 R 00028            an order group: a whole checkout
    TS 230406 P 000113           an order slave: one line of it

`yymmdd` is the local date and `H` the local hour in 24 letters, A to Z without I and O. So a code alone names the hour
its order was made in. Group codes carry five digits, slave codes six, and a suffix such as `C-160027` may follow.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from msgspec import Struct

from evtui.errors import CodeError
from evtui.text import clean, clip

HOUR_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Index = local hour; I and O are left out because they read as 1 and 0."""

_CODE = re.compile(r"([A-Z]{2})(\d{2})(\d{2})(\d{2})([A-Z])(\d{5,6})([A-Z](?:-\d{1,12})?|-\d{1,12})?", re.ASCII)
_SHAPE = "two letters, six digits of a date, an hour letter and five or six digits, such as TG240125L00042"


class OrderCode(Struct, frozen=True, order=True):
    """A code that can exist; `str()` gives it back exactly as it was written."""

    prefix: str
    day: date
    hour: int
    serial: str
    suffix: str = ""

    def __str__(self) -> str:
        return f"{self.prefix}{self.day:%y%m%d}{HOUR_LETTERS[self.hour]}{self.serial}{self.suffix}"

    @property
    def is_slave(self) -> bool:
        """Whether the code names one line (TS, MS) and not a whole group."""
        return self.prefix.endswith("S")

    def window(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """The hour the order was made in, [start, end) in UTC."""
        start = datetime.combine(self.day, time(self.hour), tzinfo=zone).astimezone(UTC)
        return start, start + timedelta(hours=1)


def parse_code(text: str) -> OrderCode:
    """Read a code as a person types or pastes it: surrounding space, lower case and full-width letters are forgiven.

    Raises:
        CodeError: for anything that cannot be a code, naming the part that is wrong.
    """
    typed = text.strip().translate(_HALF_WIDTH).upper()
    shown = clip(clean(text.strip(), 60).replace("\n", "␊").replace("\t", "␉"), 60)
    match = _CODE.fullmatch(typed)
    if match is None:
        raise CodeError(f"{shown!r} is not an order code: expected {_SHAPE}")
    prefix, year, month, dom, letter, serial, suffix = match.groups()
    if letter not in HOUR_LETTERS:
        raise CodeError(
            f"{shown} cannot exist: there is no hour {letter}; hours are A to Z without I and O (A = 00, Z = 23)"
        )
    try:
        day = date(2000 + int(year), int(month), int(dom))
    except ValueError:
        raise CodeError(f"{shown} cannot exist: 20{year}-{month}-{dom} is not a date") from None
    wants = 6 if prefix.endswith("S") else 5
    if len(serial) != wants:
        raise CodeError(f"{shown} cannot exist: a {prefix} code ends in {wants} digits, this one has {len(serial)}")
    return OrderCode(prefix, day, HOUR_LETTERS.index(letter), serial, suffix or "")


def make_code(prefix: str, at: datetime, serial: int, zone: tzinfo) -> OrderCode:
    """The code of an order made at `at`; `serial` fills five digits, or six for a slave code."""
    local = at.astimezone(zone)
    return OrderCode(prefix, local.date(), local.hour, f"{serial:0{6 if prefix.endswith('S') else 5}d}")


_HALF_WIDTH = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)}
