"""One exchange over HTTP as it goes on, and as it is told afterwards: nothing secret, nothing long."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus

from msgspec import Struct

from evtui.domain.trip import Exchange, Login
from evtui.providers.http_body import Body
from evtui.providers.http_shown import is_plain, is_telling, masked_body, masked_query
from evtui.providers.http_trouble import http_date
from evtui.providers.secret import Secret
from evtui.redact import MASK, admit

SHOWN = 2_000
"""Characters of a body that an exchange keeps: enough to see what kind of answer it is."""

TOLD = ("content-type", "date", "retry-after", "location")
"""Headers of an answer that an exchange shows."""


class Reply(Struct, frozen=True):
    """A 2xx answer."""

    url: str
    """What was asked, query included; links in the answer start there."""
    status: int
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes
    server_at: datetime | None
    """What the server's `Date` says, aware UTC."""
    exchange: Exchange
    login: Login | None


class Call:
    """One exchange under way, for telling afterwards how far it came."""

    def __init__(self, method: str, url: str, body: bytes | None) -> None:
        self.method = method
        self.url = url
        self.sent = body
        self.secrets: tuple[Secret, ...] = ()
        self.step = "an answer"
        self.headers: Mapping[str, str] = {}
        self.status = 0
        self.body = Body(0)
        self.shown_headers: dict[str, str] = {}
        address, sign, query = url.partition("?")
        query, hidden = masked_query(query)
        self._shown_url = f"{address}{sign}{query}"
        self._shown_body, more = masked_body(body.decode("utf-8", "replace")) if body else ("", [])
        self._hidden = sorted(filter(is_telling, {*hidden, *more}), key=len, reverse=True)

    def text(self, raw: bytes, limit: int = SHOWN) -> str:
        """A body as text without secrets; not cleaned yet."""
        return self.scrub(raw[: 4 * limit].decode("utf-8", "replace"))

    def scrub(self, text: str) -> str:
        """A text without the secrets that were sent, and what may be one."""
        for secret in self.secrets:
            text = secret.scrub(text)
        for value in self._hidden:
            text = text.replace(value, MASK)
        return text

    @property
    def content(self) -> bytes:
        """The body that came, without the secrets that were sent."""
        raw = self.body.content
        for secret in self.secrets:
            raw = secret.scrub_bytes(raw)
        return raw

    @property
    def server_at(self) -> datetime | None:
        """What the server's `Date` says, aware UTC; None where it says none."""
        return http_date(self.headers.get("date", ""))

    def exchange(self) -> Exchange:
        """What was sent and what came back so far, in words."""
        asked = [f"{self.method} {self._shown_url}"]
        asked += (f"{name}: {value if is_plain(name, value) else MASK}" for name, value in self.shown_headers.items())
        if self._shown_body:
            asked += ["", self._shown_body[: 4 * SHOWN]]
        got: list[str] = []
        if self.status:
            got.append(f"{self.status} {_phrase(self.status)}, {'over ' * self.body.over}{len(self.body):,} bytes")
            got += [f"{name}: {self.headers[name]}" for name in TOLD if name in self.headers]
            if len(self.body):
                got += ["", self.text(self.body.content)]
        return Exchange(self._told(asked), self._told(got), self.server_at)

    def _told(self, lines: list[str]) -> str:
        return admit(self.scrub("\n".join(lines)), SHOWN)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "(no status anybody agreed on)"
