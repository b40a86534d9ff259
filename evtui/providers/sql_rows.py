"""Rows as drivers hand them over, made into domain objects: the place where every remote string is cleaned.

Times are naive in the source's zone, aware, or ISO text (SQLite keeps no other); numbers may be Decimal. A row that
holds something else is refused by itself, so that one bad row hides no other.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from evtui.domain.orders import OrderLine
from evtui.domain.reading import FailureKind
from evtui.domain.stock import StockLevel
from evtui.providers.base import SourceError
from evtui.redact import admit

T = TypeVar("T")


class BadRow(Exception):
    """A row that cannot be read; the text names the column and what is wrong with it."""


@lru_cache(maxsize=1024)
def _word(raw: str) -> str:
    """A status word; there are a few dozen, each on thousands of rows."""
    return admit(raw)


MOST = 10**12
"""Largest stock and amount believed, either way: beyond it a column is broken, and sums over it would be too."""

MOST_SETS = 10**6
"""Largest quantity of one line believed."""

_PLAIN_CODE = re.compile(r"[A-Z]{2}\d{6}[A-Z]\d{5,6}", re.ASCII)
"""Codes of this shape are what `admit` leaves as they are; asking it 40,000 times is most of a first read's time."""


def _code(raw: object) -> str:
    text = raw.strip(" ") if isinstance(raw, str) else raw  # CHAR columns are padded with blanks
    return text if isinstance(text, str) and _PLAIN_CODE.fullmatch(text) else admit(text)


def _text(raw: object) -> str:
    return _word(raw.strip(" ")) if isinstance(raw, str) else admit(raw)


def _integer(word: str, raw: object) -> int | None:
    if raw is None:
        return None
    if isinstance(raw, int):
        return int(raw)
    if isinstance(raw, float | Decimal) and math.isfinite(raw) and raw == int(raw):
        return int(raw)
    raise BadRow(f"{word} is not a whole number")


def _sets(word: str, raw: object, least: int = -MOST, most: int = MOST) -> int | None:
    """A number of sets that can be meant."""
    value = _integer(word, raw)
    if value is not None and not least <= value <= most:
        raise BadRow(f"{word} is out of range")
    return value


def _number(word: str, raw: object) -> float | None:
    if raw is None:
        return None
    if isinstance(raw, int | float | Decimal) and math.isfinite(raw):
        if not -MOST <= raw <= MOST:
            raise BadRow(f"{word} is out of range")
        return float(raw)
    raise BadRow(f"{word} is not a number")


def _needed(word: str, value: int | None) -> int:
    if value is None:
        raise BadRow(f"{word} is empty")
    return value


class RowReader:
    """Makes rows of `sql_tables` statements into domain objects. `sku_pages` stands in for the SKU table."""

    def __init__(self, zone: ZoneInfo, sku_pages: Mapping[int, int]) -> None:
        self._zone = zone
        self._sku_pages = sku_pages

    def local(self, raw: object) -> datetime | None:
        """A time as naive local time of the source, or None where it is not a time."""
        if isinstance(raw, str):
            try:
                raw = datetime.fromisoformat(raw.strip())
            except ValueError:
                return None
            if raw.tzinfo is not None and raw.utcoffset() != raw.astimezone(self._zone).utcoffset():
                return None  # text is compared as text: a foreign offset would be put in the wrong place
        if not isinstance(raw, datetime):
            return None
        return raw if raw.tzinfo is None else raw.astimezone(self._zone).replace(tzinfo=None)

    def _moment(self, word: str, raw: object) -> datetime | None:
        if raw is None:
            return None
        try:
            local = self.local(raw)
            if local is not None:
                return local.replace(tzinfo=self._zone).astimezone(UTC)
        except OverflowError:
            pass
        raise BadRow(f"{word} is not a time of source_timezone")

    def order_line(self, row: Sequence[Any]) -> OrderLine:
        """One line from a row in the order of `sql_tables.LINE`, then page_id and the time of change.

        Raises:
            BadRow: the row cannot be a line.
        """
        ts, tg, shop, sku, quantity, amount, status, user, scm, slave, created, updated, page, _ = row
        ts_code = _code(ts)
        if not ts_code:
            raise BadRow("ts_code is empty")
        created_at = self._moment("created", created)
        updated_at = self._moment("updated", updated)
        first = created_at or updated_at
        if first is None:
            raise BadRow("created is empty")
        sku_id = _integer("sku_id", sku)
        page_id = self._sku_pages.get(sku_id or 0) if self._sku_pages else _integer("page_id", page)
        return OrderLine(
            ts_code=ts_code,
            tg_code=_code(tg),
            shop_id=_needed("shop_id", _integer("shop_id", shop)),
            page_id=page_id,
            quantity=_needed("quantity", _sets("quantity", quantity, 1, MOST_SETS)),
            created_at=first,
            updated_at=updated_at,
            status=_text(status),
            status_user=_text(user),
            status_scm=_text(scm),
            status_slave=_text(slave),
            amount=_number("amount", amount),
            sku_id=sku_id,
        )

    def broken_pages(self, rows: Iterable[Sequence[Any]]) -> frozenset[int]:
        """Pages of the rows that `stock_level` refuses, as far as these name one."""
        found = set()
        for row in rows:
            try:
                self.stock_level(row)
            except BadRow:
                sku, page = row[:2]
                known = self._sku_pages.get(sku) if self._sku_pages else page
                if isinstance(known, int | Decimal):
                    found.add(int(known))
        return frozenset(found)

    def stock_level(self, row: Sequence[Any]) -> StockLevel:
        """One SKU from a row of `Layout.stock_levels`.

        Raises:
            BadRow: the row cannot be a stock level.
        """
        sku, page, total, reg, cancel, selling = row
        sku_id = _needed("sku_id", _integer("sku_id", sku))
        return StockLevel(
            page_id=self._sku_pages[sku_id] if self._sku_pages else _needed("page_id", _integer("page_id", page)),
            sku_id=sku_id,
            total=_sets("total", total),
            reg=_sets("reg", reg),
            cancel=_sets("cancel", cancel),
            selling=_needed("selling", _sets("selling", selling)),
        )


def readable(rows: Sequence[Sequence[Any]], read: Callable[[Sequence[Any]], T]) -> tuple[list[T], list[str]]:
    """The rows that can be read, and why the others cannot.

    Raises:
        SourceError: not one can be read.
    """
    good: list[T] = []
    complaints: list[str] = []
    for row in rows:
        try:
            good.append(read(row))
        except BadRow as bad:
            complaints.append(str(bad))
    if complaints and not good:
        raise SourceError(FailureKind.DATA, f"none of {len(complaints)} rows can be read: {complaints[0]}")
    return good, complaints


def left_out(complaints: Sequence[str]) -> str:
    """The note about rows that were skipped; empty where none was."""
    if not complaints:
        return ""
    reasons = "; ".join(sorted(set(complaints))[:3])
    return f"{len(complaints):,} unreadable row{'s' * (len(complaints) != 1)} left out: {reasons}"
