"""Answers that come in pages: how the next one is asked for, and how one notices that there is no end to them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal
from urllib.parse import urljoin

from msgspec import Struct

from evtui.errors import UsageError
from evtui.providers.mapping import Expression
from evtui.providers.mapping_values import BadRow

_LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[\w*-]+\s*=\s*(?:\"[^\"]*\"|[^\s,;\"]+))*)")
_NEXT = re.compile(r";\s*rel\s*=\s*(?:\"(?:[^\"]*\s)?next(?:\s[^\"]*)?\"|next(?![^\s,;]))", re.IGNORECASE)

Place = int | str
"""Where a page begins: its number, an offset, a cursor or an address."""


class Paging(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The table `paging` of an API source."""

    style: Literal["page", "offset", "cursor", "link"]
    """`page` counts pages, `offset` rows; `cursor` hands a word of the answer back, `link` follows an address in it."""
    param: str = ""
    """Query parameter that says where; left out: the name of the style."""
    size_param: str = ""
    """Query parameter that says how many rows a page may have."""
    size: int = 0
    """Rows of a full page: a shorter one is the last. Without it, an empty one is."""
    first: int = 1
    """Number of the first page."""
    next: str = ""
    """Expression on the document for the cursor or address of the next page; `link` reads the `Link` header without."""
    max_pages: int = 20
    """Pages of one poll; the rest follows at the next one."""


class Pager:
    """Walks the pages of one question."""

    def __init__(self, paging: Paging | None) -> None:
        self._paging = paging
        self._next = Expression("paging.next", paging.next) if paging is not None and paging.next else None

    @classmethod
    def open(cls, paging: Paging | None) -> Pager:
        """By the settings; None asks for one page.

        Raises:
            UsageError: settings that cannot work.
        """
        if paging is None:
            return cls(None)
        for key in ("max_pages", "size", "first"):
            if getattr(paging, key) < (key == "max_pages"):
                raise UsageError(f"paging.{key}: {getattr(paging, key)} is too small")
        if paging.style == "cursor" and not paging.next:
            raise UsageError('paging.next: it is missing; where in the answer is the next cursor, such as "meta.next"?')
        if paging.style in ("page", "offset") and paging.next:
            raise UsageError(f'paging.next: it is for the styles "cursor" and "link", not for "{paging.style}"')
        if bool(paging.size_param) and not paging.size:
            raise UsageError("paging.size: it is missing; size_param asks for that many rows")
        return cls(paging)

    @property
    def most(self) -> int:
        """Pages that one poll may ask for."""
        return 1 if self._paging is None else self._paging.max_pages

    def question(self, place: Place | None) -> tuple[dict[str, str], str]:
        """Query parameters, and a whole address instead of the usual one; `place` None is the first page."""
        paging = self._paging
        if paging is None:
            return {}, ""
        if paging.style == "link" and place is not None:
            return {}, str(place)
        params = {paging.size_param: str(paging.size)} if paging.size_param else {}
        if paging.style in ("page", "offset"):
            params[paging.param or paging.style] = str(self._start if place is None else place)
        elif place is not None:
            params[paging.param or paging.style] = str(place)
        return params, ""

    @property
    def _start(self) -> int:
        return self._paging.first if self._paging is not None and self._paging.style == "page" else 0

    def after(
        self, place: Place | None, rows: int, document: object, headers: Mapping[str, str], url: str
    ) -> Place | None:
        """Where the next page begins; None behind the last one.

        Raises:
            BadRow: what stands where the next page should be named names none.
        """
        paging = self._paging
        if paging is None:
            return None
        if paging.style in ("page", "offset"):
            if not rows or rows < paging.size:
                return None
            here = self._start if place is None else int(place)
            return here + (1 if paging.style == "page" else rows)
        found = self._next.find(document) if self._next is not None else _linked(headers.get("link", ""))
        if found is None or found is False or found == "":
            return None
        if found is True or not isinstance(found, str | int):
            raise BadRow("paging.next finds something that is no text")
        return urljoin(url, str(found)) if paging.style == "link" else found


def _linked(header: str) -> str | None:
    """The address of `rel="next"` in a `Link` header."""
    return next((match[1] for match in _LINK.finditer(header) if _NEXT.search(match[2])), None)
