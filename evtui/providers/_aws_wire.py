"""One answer of AWS as it comes off the wire: read within bounds, and put into words that can be shown.

Knows no SDK. A body is read in pieces, so that neither fifty megabytes nor one byte a second get the better of a poll.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from evtui.domain.trip import Exchange, Login
from evtui.providers._aws_words import Flood, Garbage
from evtui.redact import admit

BODY_LIMIT = 16 * 1024 * 1024
"""Bytes of an answer: the largest that is asked for, 100,000 points of CloudWatch, has about 4 MB."""

PIECE = 64 * 1024
"""Bytes read at once."""

SHOWN = 2_000
"""Characters of a question and of an answer that are kept for the source screen."""

PAGE_SIGNS = (b"<!doctype html", b"<html")
"""How a web page begins, whatever it calls itself."""


class Told(Struct):
    """What AWS answered."""

    answer: dict[str, Any]
    """The answer as the SDK parsed it, without its `ResponseMetadata`."""
    exchange: Exchange
    login: Login | None = None
    region: str = ""
    """The region that was asked."""


class Raw(Protocol):
    """The body of a response as urllib3 hands it out."""

    def read1(self, amt: int | None = None, decode_content: bool | None = None) -> bytes:
        """What is there, `amt` bytes at most; empty at the end."""

    def close(self) -> None:
        """Let the connection go."""


class Body:
    """A body that has been read; the SDK takes it for one that is still to be streamed."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> Iterator[bytes]:
        """All of it, in one piece."""
        yield self._content


class Heard(Struct):
    """The last request of a call and what came back, as the wire had it."""

    method: str = ""
    url: str = ""
    status: int | None = None
    headers: Mapping[str, str] = {}
    size: int = 0
    beginning: str = ""
    """The first characters of a body that was not what AWS sends, cleaned and masked."""

    def is_short(self) -> bool:
        """Whether less came than was announced."""
        announced = self.headers.get("content-length", "")
        return announced.isdecimal() and self.size < int(announced)

    @property
    def host(self) -> str:
        """Host and port that were asked."""
        return admit(urlsplit(self.url).netloc.rpartition("@")[2])

    @property
    def server_at(self) -> datetime | None:
        """What the server's `Date` says; None without one that can be read."""
        try:
            told = parsedate_to_datetime(self.headers.get("date", ""))
        except ValueError:
            return None
        return told.replace(tzinfo=told.tzinfo or UTC).astimezone(UTC)


def read_within(raw: Raw, seconds: float, limit: int = BODY_LIMIT) -> bytes:
    """The whole body.

    Raises:
        Flood: longer than `limit` bytes, or not complete after `seconds`.
    """
    until = time.monotonic() + seconds
    pieces: list[bytes] = []
    size = 0
    while piece := raw.read1(PIECE, decode_content=False):
        pieces.append(piece)
        size += len(piece)
        if size > limit:
            raw.close()
            raise Flood(f"sent more than {limit // (1024 * 1024)} MB for one answer")
        if time.monotonic() > until:
            raw.close()
            raise Flood(f"sends too slowly: {size:,} bytes in {seconds:g} s")
    return b"".join(pieces)


def refuse_pages(heard: Heard, body: bytes) -> None:
    """A web page never is an answer of AWS, although the SDK makes an empty one of it.

    Raises:
        Garbage: it is a page, or a redirection to one.
    """
    kind = heard.headers.get("content-type", "").lower()
    page = "html" in kind or body[:64].lstrip().lower().startswith(PAGE_SIGNS)
    if page and heard.status is not None and heard.status < 400:
        heard.beginning = admit(body[:SHOWN].decode("utf-8", "replace"), SHOWN)
        raise Garbage(f"HTTP {heard.status}, a web page")


def exchange(heard: Heard, service: str, operation: str, params: Mapping[str, Any], summary: str) -> Exchange:
    """The question and its answer in words. Headers are left out: one of them signs the question."""
    asked = f"{heard.method or 'POST'} {_address(heard)} {service} {operation} {_written(params)}".replace("  ", " ")
    got = ""
    if heard.status is not None:
        request = heard.headers.get("x-amzn-requestid") or heard.headers.get("x-amz-request-id")
        parts = [f"{heard.status}"]
        if request:
            parts.append(f"request id {admit(request, 80)}")
        parts.append(f"{heard.size:,} bytes")
        got = "\n".join(filter(None, (", ".join(parts), heard.beginning or summary)))
    return Exchange(admit(asked, SHOWN), admit(got, SHOWN), heard.server_at)


def summary_of(answer: Mapping[str, Any]) -> str:
    """What an answer holds: how many of what."""
    lines = []
    for name, value in answer.items():
        if isinstance(value, list):
            lines.append(f"{name}: {len(value)}")
        elif value not in (None, "", {}):
            lines.append(f"{name}: {_written(value)[:200]}")
    return "\n".join(lines)


def _paired(value: object) -> object:
    """`value` with every `Name` joined to what it names (`InstanceId=i-1`): a name alone is masked, as a person's."""
    if isinstance(value, Mapping):
        named = next((key for key in ("Value", "Values") if set(value) == {"Name", key}), "")
        told = value.get(named)
        words: list[Any] = [*told] if isinstance(told, list | tuple) else [told]
        if named and all(isinstance(word, str) for word in (value["Name"], *words)):
            return f"{value['Name']}={','.join(words)}"
        return {key: _paired(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_paired(each) for each in value]
    return value


def _address(heard: Heard) -> str:
    parts = urlsplit(heard.url)
    return f"{parts.scheme}://{heard.host}{parts.path or '/'}" if parts.netloc else ""


def _written(value: object) -> str:
    try:
        return msgspec.json.encode(_paired(value), enc_hook=str).decode()
    except (TypeError, ValueError):
        return str(value)
