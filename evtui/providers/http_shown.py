"""What of a question may be shown: parameters that everybody can read, and not what may open a door under any name.

A token goes by whatever name its server invented, so a name that says nothing is no reason to trust the value. Shown
are numbers, times, order codes and short words, and whatever stands under a name that says what it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_plus

import msgspec

from evtui.redact import MASK

SHORT = 8
"""Characters up to which a value is shown under any name: languages, markets and statuses, but no token."""

HARMLESS = frozenset(
    (
        *("page", "pages", "pagesize", "per_page", "page_id", "page_ids", "size", "limit", "offset", "cursor", "last"),
        *(
            "since",
            "until",
            "from",
            "to",
            "start",
            "end",
            "before",
            "after",
            "date",
            "day",
            "window",
            "step",
            "timezone",
        ),
        *("query", "operation", "operationname", "filter", "fields", "include", "expand", "format", "sort", "order_by"),
        *(
            "shop",
            "shops",
            "shop_id",
            "sku",
            "skus",
            "sku_id",
            "product",
            "products",
            "product_id",
            "campaign",
            "brand",
        ),
        *("order", "orders", "code", "codes", "status", "statuses", "state", "states", "type", "types", "category"),
        *("market", "country", "region", "locale", "language", "channel", "environment", "currency", "service"),
        *("metric", "metrics", "timeout", "content-type", "accept", "x-grafana-org-id"),
    )
)
"""Names that say what their value is, in lower case: times, pages, places, and the query itself."""

_PLAIN = re.compile(r"[\d\s.,:;/|+TZ_-]*|(?:[A-Z]{2}\d{6}[A-Z]\d{5,6},?)*", re.ASCII)
"""Numbers, times and lists of them; order codes."""


def is_plain(name: str, value: str) -> bool:
    """Whether the value of a parameter can be no secret."""
    return len(value) <= SHORT or name.casefold() in HARMLESS or _PLAIN.fullmatch(value) is not None


def masked_query(text: str) -> tuple[str, list[str]]:
    """`a=1&b=2` with what is not plain masked, and what that was."""
    parts: list[str] = []
    hidden: list[str] = []
    for part in text.split("&"):
        name, sign, value = part.partition("=")
        plain = unquote_plus(value)
        if sign and not is_plain(unquote_plus(name), plain):
            hidden += [value, plain]
            part = f"{name}={MASK}"
        parts.append(part)
    return "&".join(parts), hidden


def masked_body(text: str) -> tuple[str, list[str]]:
    """The same for what is sent as a body: JSON, or the fields of a form."""
    try:
        document = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return masked_query(text) if "=" in text else (text, [])
    hidden = list(_opaque("", document))
    return (msgspec.json.encode(_masked("", document)).decode(), hidden) if hidden else (text, [])


def _opaque(name: str, part: Any) -> Iterator[str]:
    match part:
        case str() if not is_plain(name, part):
            yield part
        case dict():
            for key, value in part.items():
                yield from _opaque(key, value)
        case list():
            for value in part:
                yield from _opaque(name, value)


def _masked(name: str, part: Any) -> Any:
    match part:
        case str():
            return part if is_plain(name, part) else MASK
        case dict():
            return {key: _masked(key, value) for key, value in part.items()}
        case list():
            return [_masked(name, value) for value in part]
        case _:
            return part


def is_telling(value: str) -> bool:
    """Whether a hidden value is sought in all else that is shown; a plain word stands there by chance."""
    return len(value) > SHORT and any(map(str.isdigit, value))
