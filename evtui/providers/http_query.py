"""What is asked of an API: the words in braces that settings may hold, and what stands in their place."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Annotated, Literal
from urllib.parse import quote

import msgspec

from evtui.config.notes import holds_credentials, is_secret_word, nearest
from evtui.config.secrets import instead
from evtui.domain.campaign import Campaign
from evtui.domain.reading import Lookup, Topic
from evtui.errors import UsageError
from evtui.providers._batches import batches
from evtui.providers.http_access import HttpAccess
from evtui.providers.http_paging import Paging
from evtui.providers.mapping import EXAMPLE, MappingSettings
from evtui.providers.objections import Objections
from evtui.redact import admit

PLACES = ("since", "until", "shop", "pages", "code")
"""What may stand in braces in `path`, `query` and `body`."""

_PLACE = re.compile(r"\{(" + "|".join(PLACES) + r")\}")
_BRACED = re.compile(r"\{([^{}]*)\}")


class HttpSettings(HttpAccess, frozen=True, kw_only=True):
    """Any table of sources, and `[lookups.order_status]`, with `provider = "http"`."""

    map: Annotated[MappingSettings, EXAMPLE]
    path: str = ""
    """Put behind `url`; words in braces are filled in, percent-encoded."""
    method: Literal["GET", "POST"] = "GET"
    query: dict[str, str] = msgspec.field(default_factory=dict)
    """Parameters; words in braces are filled in."""
    body: str = ""
    """What POST sends: JSON, in whose strings words in braces are filled in."""
    pages_per_call: int = 100
    """Sale pages that `{pages}` names in one call; more are asked for in several: many servers refuse addresses of more
    than 8 KB."""
    paging: Paging | None = None
    overlap: float | None = None
    """Seconds that each poll looks back behind the newest row; None: a minute, ten for figures by the minute."""


def check(settings: HttpSettings, topic: Topic | Lookup | None) -> None:
    """Look whether the question can be put; `topic` is what it is about, None where nobody said.

    Raises:
        SettingsError: everything that is wrong, with key and value.
    """
    found = Objections()
    if "://" in settings.path or not settings.path.isprintable():
        found.add(f"path: {admit(settings.path[:60])!r} is no path: the address stands in url")
    if settings.method == "GET" and settings.body:
        found.add('body: GET sends none; write method = "POST" if the API wants one')
    if settings.method == "POST" and not settings.body:
        found.add('body: it is missing; POST is for questions that stand in a body, such as "{}"')
    if settings.pages_per_call < 1:
        found.add(f"pages_per_call: {settings.pages_per_call} is too small; 1 is the least")
    if settings.overlap is not None and not 0 <= settings.overlap < math.inf:
        found.add(f"overlap: {settings.overlap:g} cannot be; it is 0 or more seconds")
    with found:
        _no_braces_in_url(settings.url)
    asked = _asked(settings, found)
    if settings.body and "content-type" not in map(str.casefold, settings.headers):
        with found:
            _json(fill_json(settings.body, dict.fromkeys(PLACES, "0")))
    if isinstance(topic, Lookup) and "code" not in asked:
        found.add("path: the code of the order is not asked for: put {code} into path, query or body")
    if isinstance(topic, Topic) and "code" in asked:
        key = "path" if "{code}" in settings.path else "body" if "{code}" in settings.body else "query"
        found.add(f"{key}: {{code}} is for [lookups.order_status] alone: a polled source asks about no one order")
    found.settle()


def _asked(settings: HttpSettings, found: Objections) -> set[str]:
    """The words in braces of all that is sent."""
    asked = set(_PLACE.findall(settings.body))
    with found:
        asked |= _braces("path", settings.path)
    for name, value in settings.query.items():
        if is_secret_word(name) or holds_credentials(value):
            found.add(f"query.{admit(name)}: it holds a secret; {instead('http', ('query', name))}")
        with found:
            asked |= _braces(f"query.{admit(name)}", value)
    return asked


def _no_braces_in_url(url: str) -> None:
    word = _BRACED.search(url)
    if word is not None:
        raise UsageError(f"url: {admit(word[0], 40)} is not filled in here; put what it stands in into path")


def page_lists(settings: HttpSettings, campaign: Campaign) -> tuple[str, ...]:
    """What stands in the place of `{pages}`, call by call; one call where nobody asks for it."""
    pages = [str(product.page_id) for product in campaign.products]
    asked = any("{pages}" in text for text in (settings.path, settings.body, *settings.query.values()))
    return tuple(",".join(part) for part in batches(pages, settings.pages_per_call if asked else len(pages)))


def _braces(key: str, text: str) -> set[str]:
    """The words in braces of a text."""
    names = set(_BRACED.findall(text))
    for name in names - set(PLACES):
        guess = nearest(name, PLACES)
        hint = f"did you mean {{{guess}}}?" if guess else "there are " + " ".join(f"{{{place}}}" for place in PLACES)
        raise UsageError(f"{key}: nothing is called {{{admit(name, 40)}}}; {hint}")
    return names


def _json(text: str) -> None:
    try:
        msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        raise UsageError(
            "body: it is not JSON; set the header content-type if it is meant to be something else"
        ) from None


def fill(text: str, values: Mapping[str, str]) -> str:
    """`text` with the words in braces filled in; those without a value become empty."""
    return _PLACE.sub(lambda match: values.get(match[1], ""), text)


def fill_path(text: str, values: Mapping[str, str]) -> str:
    """The same for a path: what is filled in cannot leave its place."""
    return _PLACE.sub(lambda match: quote(values.get(match[1], ""), safe=""), text)


def fill_json(text: str, values: Mapping[str, str]) -> str:
    """The same inside the strings of a JSON text."""
    return _PLACE.sub(lambda match: msgspec.json.encode(values.get(match[1], "")).decode()[1:-1], text)
