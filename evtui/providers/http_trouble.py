"""What went wrong with an exchange over HTTP, in words: by status, by the kind of page, by what the connection did.

Nothing in here knows the library that speaks HTTP: its errors are read by the causes they carry.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

import msgspec
from msgspec import Struct

from evtui.domain.reading import FailureKind
from evtui.redact import admit
from evtui.text import one_line

LONGEST_REST = 86_400.0
"""Seconds that a server may ask to be left alone: one that says a year has a mistake in its header."""

QUOTED = 120
"""Characters quoted of what a server says about its own failure."""

LOOKED_THROUGH = 64 * 1024
"""Bytes of a page in which a login is sought: its form stands among the first."""

_LOGIN_ADDRESS = re.compile(
    r"(?i)(?<![a-z])(?:log[-_]?(?:in|on)|sign[-_]?in|sso|saml2?|adfs|oauth2?|openid|auth(?:orize|enticate|entication)?)"
    r"(?![a-z])"
)
_LOGIN_PAGE = re.compile(
    r"(?i)type\s*=\s*[\"']?password|<title>[^<]{0,80}(?:log ?[io]n|sign ?in|登入|登錄|登录)[^<]{0,80}</title>"
)


class Trouble(Struct, frozen=True):
    """Why there is no answer. `why` goes on from the name of who was asked: `answered 503`."""

    kind: FailureKind
    why: str
    retry_after: float | None = None
    """Seconds the server asked to be left alone."""
    elsewhere: bool = False
    """Whether somebody answers there who was not meant: the address is wrong, or half of it."""


def of_status(status: int, headers: Mapping[str, str], body: str, url: str, now: datetime) -> Trouble | None:
    """What a status other than 2xx means; `headers` by lower-case name, `now` aware."""
    if 200 <= status < 300:
        return None
    said = _said(body)
    if 300 <= status < 400:
        return _redirected(status, headers.get("location", ""), url)
    if status in (401, 403):
        word = "does not know who asks" if status == 401 else "refuses access"
        return Trouble(FailureKind.AUTH, f"{word} ({status}){said}")
    if status == 407:
        return Trouble(FailureKind.AUTH, f"was not reached: the proxy wants a login (407){said}")
    if status in (404, 410):
        return Trouble(
            FailureKind.DATA, f"has nothing at {admit(urlsplit(url).path or '/')} ({status}){said}", elsewhere=True
        )
    rest = _rest(headers, now) if status in (429, 503) else None
    if status == 429:
        asks = f" and asks to be left alone for {rest:,.0f} s" if rest is not None else ""
        return Trouble(FailureKind.DOWN, f"was asked too often (429){asks}{said}", rest)
    if status == 511:
        return Trouble(FailureKind.DOWN, "was not reached: the network wants a login first (511, captive portal)")
    if status in (408, 425) or status >= 500:
        return Trouble(FailureKind.DOWN, f"answered {status}{said}", rest)
    return Trouble(FailureKind.DATA, f"answered {status}{said}")


def not_json(status: int, headers: Mapping[str, str], body: bytes, error: Exception) -> Trouble:
    """What a 2xx body means that is no JSON; `error` is what the decoder said."""
    if not body.strip():
        return Trouble(FailureKind.DATA, f"answered {status} with nothing in it")
    if "html" in headers.get("content-type", "").casefold() or body.lstrip()[:1] == b"<":
        if _LOGIN_PAGE.search(body[:LOOKED_THROUGH].decode("utf-8", "replace")):
            return Trouble(FailureKind.AUTH, "answered with a login page instead of data")
        return Trouble(FailureKind.DATA, "answered with a page instead of JSON (captive portal?)", elsewhere=True)
    if "truncated" in str(error):
        return Trouble(FailureKind.DOWN, "broke off in the middle of its answer")
    return Trouble(FailureKind.DATA, "answered with something that is not JSON")


def of_certificates(error: OSError, ca_file: str) -> Trouble:
    """Why the certificates to trust cannot be had; `ca_file` is empty for the machine's own."""
    name = f"ca_file {admit(ca_file, QUOTED)}" if ca_file else "the store of certificates of this machine"
    if isinstance(error, ssl.SSLError):
        what = "holds no certificate"
    elif isinstance(error, FileNotFoundError):
        what = "is not there"
    else:
        what = f"cannot be read ({admit(error.strerror or type(error).__name__, QUOTED)})"
    return Trouble(FailureKind.DOWN, f"cannot be asked: {name} {what}")


def of_connection(error: BaseException, *, tls: bool, proxy: str = "") -> Trouble:
    """What a failed connection means, from the causes behind the library's own error.

    `proxy` is the one that was gone through, as `host:port`: then it is what refuses, and not the server behind it.
    """
    through = f"is asked through the proxy {admit(proxy)}, which " if proxy else ""
    causes = tuple(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            why = admit(one_line(cause.verify_message), QUOTED).rstrip(".")
            return Trouble(FailureKind.DOWN, f"shows a certificate that is not to be trusted: {why}")
    for cause in causes:
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLWantReadError | ssl.SSLWantWriteError):
            return Trouble(FailureKind.DOWN, _tls_words(cause))
        if isinstance(cause, socket.gaierror):
            return Trouble(FailureKind.DOWN, f"{through}cannot be found: nobody knows the name")
        if isinstance(cause, ConnectionRefusedError):
            return Trouble(FailureKind.DOWN, f"{through}refuses the connection: nothing listens there")
        if isinstance(cause, ConnectionResetError | BrokenPipeError):
            return Trouble(FailureKind.DOWN, "broke off the connection")
    return _by_name(type(error).__name__, str(error), tls, through)


def _by_name(name: str, text: str, tls: bool, through: str) -> Trouble:
    if "Timeout" in name:
        word = f"{through}could not be connected to in time" if "Connect" in name else "did not answer in time"
        return Trouble(FailureKind.DOWN, word)
    if "Proxy" in name:
        return Trouble(FailureKind.DOWN, f"was not reached: the proxy says {admit(one_line(text), QUOTED) or 'no'}")
    if "incomplete" in text or "without sending complete" in text:
        return Trouble(FailureKind.DOWN, "broke off in the middle of its answer")
    if "disconnected" in text or name in ("ReadError", "WriteError", "CloseError"):
        return Trouble(FailureKind.DOWN, "broke off the connection")
    if "Protocol" in name:
        hint = "" if tls else " (does it want https?)"
        return Trouble(FailureKind.DOWN, f"does not answer in HTTP{hint}")
    return Trouble(FailureKind.DOWN, "could not be reached")


def _tls_words(error: ssl.SSLError) -> str:
    reason = (error.reason or "").upper()
    if reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"):
        return "does not speak TLS on this port (is it http?)"
    if "EOF" in reason or isinstance(error, ssl.SSLEOFError):
        return "broke off the connection while TLS began"
    return f"could not agree on TLS: {admit(reason.replace('_', ' ').casefold() or 'no reason given', QUOTED)}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and all that led to it, groups included."""
    waiting, seen = [error], set()
    while waiting:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions
        waiting += [cause for cause in (one.__cause__, one.__context__) if cause is not None]


def _redirected(status: int, location: str, url: str) -> Trouble:
    try:
        target = urlsplit(urljoin(url, location))
        host, path = target.netloc.rpartition("@")[2], target.path
    except ValueError:
        host, path = "", ""
    if not location or not host:
        return Trouble(FailureKind.DATA, f"sends somewhere else ({status}) without saying where")
    where = admit(f"{host}{path}", QUOTED)
    if _LOGIN_ADDRESS.search(f"{host}{path}"):
        return Trouble(FailureKind.AUTH, f"sends to a login page, {where} ({status})")
    return Trouble(FailureKind.DATA, f"sends to {where} instead of answering ({status}); url has to name what answers")


def _rest(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds in a `Retry-After`, which are a number or a time by the server's own clock."""
    raw = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}", raw, re.ASCII):
        return min(float(raw), LONGEST_REST)
    until = http_date(raw)
    if until is None:
        return None
    return min(max((until - (http_date(headers.get("date", "")) or now)).total_seconds(), 0.0), LONGEST_REST)


def http_date(raw: str) -> datetime | None:
    """A time as HTTP writes it, aware UTC; None for anything else."""
    try:
        moment = parsedate_to_datetime(raw)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _said(body: str) -> str:
    """What a server says about its own failure, where it says that in JSON."""
    try:
        told = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return ""
    for _ in range(2):
        for key in ("message", "error", "error_description", "detail", "title", "msg"):
            found = told.get(key) if isinstance(told, dict) else None
            if isinstance(found, str) and found.strip():
                return f": {admit(one_line(found), QUOTED)}"
        told = told.get("error") if isinstance(told, dict) else None
    return ""
