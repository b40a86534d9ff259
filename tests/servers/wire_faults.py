"""What can go wrong between a source and its server, one value each, for `fault_proxy.FaultProxy`.

Where a fault means a wrong answer, it is the real answer of the upstream that is changed; where it means that somebody
else answers, the upstream is not asked.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from fault_proxy import Asked, Fault, Told, with_body
from msgspec.structs import replace

MEGABYTE = 1_000_000

FIFTY_MEGABYTES = b'{"data": "' + b"x" * (50 * MEGABYTE) + b'"}'
"""Made once: the first byte of it is to come at once."""

PORTAL = b"<!DOCTYPE html><html><head><title>Welcome to Airport WiFi</title></head><body>Accept the terms</body></html>"


def told(status: int, body: bytes = b"", **headers: str) -> Callable[[Asked, Callable[[], Told]], Told]:
    """Somebody on the way who answers so, whatever is asked."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    named.setdefault("content-type", "application/json")
    return lambda _, __: Told(status, body, named)


def changed(change: Callable[[Told], Told]) -> Callable[[Asked, Callable[[], Told]], Told]:
    """The upstream's answer, changed."""
    return lambda _, upstream: change(upstream())


REFUSED = Fault("refused", "closed")
RESET = Fault("reset", "reset")
STRANGE_CERTIFICATE = Fault("self-signed certificate", "strange certificate")
PLAIN_ON_TLS = Fault("plain HTTP on the TLS port", "plain")
SILENT = Fault("no answer", answer=lambda _, __: Told(sent=-1, hangs=True))
HALF = Fault(
    "hangs in the body", answer=changed(lambda real: replace(real, sent=max(len(real.body) // 2, 1), hangs=True))
)
TRUNCATED = Fault("truncated", answer=changed(lambda real: replace(real, promised=len(real.body) + 500)))
EMPTY = Fault("empty", answer=changed(lambda real: with_body(real, b"")))
TRICKLING = Fault("trickling", answer=changed(lambda real: replace(real, pace_s=0.05)))
HUGE = Fault("50 MB", answer=changed(lambda real: with_body(real, FIFTY_MEGABYTES)))
UNAUTHORISED = Fault("401", answer=told(401, b'{"message": "invalid token"}', www_authenticate="Bearer"))
FORBIDDEN = Fault("403", answer=told(403, b'{"message": "not for you"}'))
BUSY = Fault("429", answer=told(429, b'{"message": "slow down"}'))
BROKEN = Fault("500", answer=told(500, b'{"message": "null reference"}'))
UNAVAILABLE = Fault("503", answer=told(503, b"<html><body>Service Unavailable</body></html>", content_type="text/html"))
CAPTIVE = Fault("captive portal", answer=told(200, PORTAL, content_type="text/html; charset=utf-8"))
LOGIN = Fault("sent to a login", answer=told(302, b"", location="https://sso.invalid/login?back=1"))


def busy_for(seconds: int) -> Fault:
    """Too many requests, with the number of seconds to wait."""
    return Fault(f"429 for {seconds} s", answer=told(429, b'{"message": "slow down"}', retry_after=str(seconds)))


def busy_until(at: datetime) -> Fault:
    """Too many requests, with the moment to come back at."""
    return Fault("429 until", answer=told(429, b"{}", retry_after=format_datetime(at.astimezone(UTC), usegmt=True)))


def skewed(now: Callable[[], datetime], by: timedelta) -> Fault:
    """Good answers from a server whose clock is elsewhere."""

    def change(real: Told) -> Told:
        return replace(real, headers=real.headers | {"date": format_datetime(now() + by, usegmt=True)})

    return Fault("clock off", answer=changed(change))


def in_json(change: Callable[[Any], Any]) -> Callable[[Told], Told]:
    """A change to the value that a JSON answer holds; any other answer stays."""

    def changes(real: Told) -> Told:
        try:
            value = json.loads(real.body)
        except ValueError:
            return real
        return with_body(real, json.dumps(change(value)).encode())

    return changes


def wrong_types(value: Any) -> Any:
    """Numbers become words, words become numbers, lists become objects; keys stay."""
    if isinstance(value, dict):
        return {key: wrong_types(item) for key, item in value.items()}
    if isinstance(value, list):
        return [wrong_types(item) for item in value]
    if isinstance(value, str):
        return 7
    return {"odd": "type"} if isinstance(value, bool | None) else "many"


def extra_fields(value: Any) -> Any:
    """Every object knows more than was agreed."""
    if isinstance(value, dict):
        more = {key: extra_fields(item) for key, item in value.items()}
        return more | {"zzNew": {"deep": [1, None, "\x1b[31m[/]"]}}
    return [extra_fields(item) for item in value] if isinstance(value, list) else value


WRONG_TYPES = Fault("wrong types", answer=changed(in_json(wrong_types)))
EXTRA_FIELDS = Fault("extra fields", answer=changed(in_json(extra_fields)))
