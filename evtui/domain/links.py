"""Addresses of other tools, with an order or a kind of error filled in.

A template is an address with placeholders in braces. What is filled in is percent-encoded, and so is whatever a
template itself holds beside printable ASCII: an address that comes out of here can end no escape sequence and add no
parameter of its own. A template is used for whatever has all that it asks for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from urllib.parse import quote, quote_plus

from msgspec import Struct

from evtui.domain.campaign import Campaign
from evtui.domain.codes import OrderCode
from evtui.domain.faults import ErrorEntry
from evtui.domain.orders import OrderLine

BEFORE = timedelta(minutes=5)
"""How much earlier a range begins: clocks differ, and what led to an order stands in front of it."""

AFTER = timedelta(minutes=65)
"""How much later it ends: the hour that delivery may take, and as much again as in front."""

OF_ORDER = ("tg_code", "ts_code", "page_id")
OF_ERROR = ("application", "type")
OF_RANGE = ("from_iso", "to_iso", "from_ms", "to_ms", "from_us", "to_us")
"""ISO 8601 in UTC; milliseconds since 1970; MM/dd/yyyy+HH:mm in the campaign's zone."""

PLACEHOLDERS = (*OF_ORDER, *OF_ERROR, *OF_RANGE)
"""Everything a template may ask for."""

PAGE = "page"
"""Name of the link to the sale's public page."""

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Link(Struct, frozen=True):
    """An address under a name. `url` is printable ASCII without blanks."""

    name: str
    url: str


def placeholders(template: str) -> tuple[str, ...]:
    """What `template` asks for, in its order, known or not."""
    return tuple(_PLACEHOLDER.findall(template))


def without_placeholders(template: str) -> str:
    """What of `template` stands in every address made from it."""
    return _PLACEHOLDER.sub("", template)


def links_for_order(campaign: Campaign, line: OrderLine) -> tuple[Link, ...]:
    """Where this line can be looked at; the range is around the moment it was made."""
    values = {"tg_code": line.tg_code, "ts_code": line.ts_code}
    if line.page_id is not None:
        values["page_id"] = str(line.page_id)
    return tuple(_filled(campaign, values, line.created_at, line.created_at))


def links_for_code(campaign: Campaign, code: OrderCode) -> tuple[Link, ...]:
    """Where an order that no source told of can be looked for; the range is around the hour its code names."""
    name = {"G": "tg_code", "S": "ts_code"}.get(code.prefix[-1])
    return tuple(_filled(campaign, {name: str(code)} if name else {}, *code.window(campaign.zone)))


def links_for_error(campaign: Campaign, first: ErrorEntry, newest: ErrorEntry) -> tuple[Link, ...]:
    """Where a kind of error can be looked at, from its first occurrence to its newest."""
    named = {"application": newest.application, "type": newest.type}
    return tuple(_filled(campaign, {name: value for name, value in named.items() if value}, first.at, newest.at))


def links_for_campaign(campaign: Campaign) -> tuple[Link, ...]:
    """Addresses that ask for nothing, the sale's page in front."""
    page = (Link(PAGE, _printable(campaign.url)),) if campaign.url else ()
    fixed = (each for each in campaign.links.items() if not placeholders(each[1]))
    return (*page, *(Link(name, _printable(template)) for name, template in fixed))


def _filled(campaign: Campaign, values: Mapping[str, str], first: datetime, last: datetime) -> Iterator[Link]:
    """Every template that asks for something, and for nothing that is not there."""
    known = {name: quote(value, safe="", errors="replace") for name, value in values.items()}
    known |= _range(_moved(first, -BEFORE), _moved(last, AFTER), campaign.zone)
    for name, template in campaign.links.items():
        words = placeholders(template)
        if words and known.keys() >= set(words):
            yield Link(name, _printable(_PLACEHOLDER.sub(lambda match: known[match[1]], template)))


def _range(begin: datetime, end: datetime, zone: tzinfo) -> dict[str, str]:
    values = {}
    for name, moment in (("from", begin), ("to", end)):
        universal, local = _in(UTC, moment), _in(zone, moment)
        values[f"{name}_iso"] = quote(f"{universal.replace(tzinfo=None).isoformat(timespec='seconds')}Z", safe="")
        values[f"{name}_ms"] = str((moment - _EPOCH) // timedelta(milliseconds=1))
        values[f"{name}_us"] = quote_plus(f"{local:%m/%d}/{local.year:04} {local:%H:%M}")
    return values


def _moved(moment: datetime, by: timedelta) -> datetime:
    try:
        return moment + by
    except OverflowError:  # tables hold such times
        return moment


def _in(zone: tzinfo, moment: datetime) -> datetime:
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment


def _printable(address: str) -> str:
    """`address` with everything percent-encoded that is not printable ASCII; what is encoded stays so."""
    return quote(address, safe=_PRINTABLE, errors="replace")
