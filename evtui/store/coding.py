"""Lines and groups as few bytes: column by column, a field that is the same on every line once, then squeezed.

Made for a file that goes with the process: nothing outside this program ever reads it, and no version of it but this.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import chain, repeat
from sys import intern
from typing import Any

from msgspec import Struct
from msgspec.msgpack import Decoder, Encoder
from msgspec.structs import astuple

from evtui.domain.chain import StepSeen
from evtui.domain.orders import OrderLine, OrderState
from evtui.store.cold import Coding
from evtui.store.tracked import PaidSeen, Tracked

_LEVEL = 1
"""Higher levels of zlib save a tenth of the bytes and take three times as long."""

_Moments = list[datetime | None]
_Words = list[str]


class _Lines(Struct, frozen=True, array_like=True):
    """The fields of OrderLine and then those of Tracked without its line, each in its order."""

    ts_code: list[str]
    tg_code: list[str]
    shop_id: list[int]
    page_id: list[int | None]
    quantity: list[int]
    created_at: list[datetime]
    updated_at: _Moments
    status: _Words
    status_user: _Words
    status_scm: _Words
    status_slave: _Words
    amount: list[float | None]
    sku_id: list[int | None]
    paid_at: _Moments
    read_at: list[datetime]
    state: list[OrderState]
    paid_exact: _Moments
    paid_seen: list[PaidSeen | None]
    unpaid_seen: list[tuple[datetime, datetime] | None]
    delivered_at: _Moments
    released_at: _Moments
    polled: list[bool]
    steps: list[tuple[StepSeen, ...]]


_LINE_FIELDS = len(OrderLine.__struct_fields__)
_WORDS = frozenset(("status", "status_user", "status_scm", "status_slave"))
"""Fields of a few words that repeat: read back, each is in memory once."""

_ENCODER = Encoder()
_LINES = Decoder(_Lines)
_GROUPS = Decoder(dict[str, tuple[str, ...]])


def _column(values: tuple[Any, ...]) -> tuple[Any, ...]:
    first = values[0]
    return (first,) if values.count(first) == len(values) else values


def _encode_lines(bucket: Mapping[str, Tracked]) -> bytes:
    known = list(map(astuple, bucket.values()))
    lines = [astuple(tracked[0]) for tracked in known]
    columns = chain(zip(*lines, strict=True), tuple(zip(*known, strict=True))[1:])
    return zlib.compress(_ENCODER.encode(list(map(_column, columns))), _LEVEL)


def _decode_lines(data: bytes) -> dict[str, Tracked]:
    found = _LINES.decode(zlib.decompress(data))
    columns: list[Iterable[Any]] = [
        repeat(column[0]) if len(column) == 1 else map(intern, column) if name in _WORDS else column
        for name, column in zip(_Lines.__struct_fields__, astuple(found), strict=True)
    ]
    codes = found.ts_code
    lines = map(OrderLine, codes, *columns[1:_LINE_FIELDS])
    return dict(zip(codes, map(Tracked, lines, *columns[_LINE_FIELDS:]), strict=True))


def _encode_groups(bucket: Mapping[str, tuple[str, ...]]) -> bytes:
    return zlib.compress(_ENCODER.encode(bucket), _LEVEL)


def _decode_groups(data: bytes) -> dict[str, tuple[str, ...]]:
    return _GROUPS.decode(zlib.decompress(data))


LINES = Coding(_encode_lines, _decode_lines)
GROUPS = Coding(_encode_groups, _decode_groups)
