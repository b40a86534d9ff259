"""The keys that every source over HTTP has, and what can be said against them before anything is sent."""

from __future__ import annotations

import base64
import re
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlsplit

import msgspec

from evtui.config.notes import holds_credentials, is_secret_name
from evtui.errors import UsageError
from evtui.providers.base import Settings
from evtui.providers.secret import Secret, SecretSource
from evtui.redact import admit

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_ELSEWHERE = "secrets do not belong in this file: name where it is with auth"


class Auth(SecretSource, frozen=True, kw_only=True):
    """How to show who asks: a bearer token, unless `header` or `user` says otherwise. The secret is where `env`, `file`
    or `command` find it."""

    header: str = ""
    """Header that takes the secret as it is, such as `X-Api-Key`."""
    user: str = ""
    """User name, for basic authentication with the secret as password."""

    def shown(self, secret: Secret) -> tuple[str, str]:
        """The header that says who asks, in lower case, and its value."""
        if self.header:
            return self.header.casefold(), secret.reveal()
        if self.user:
            pair = base64.b64encode(f"{self.user}:{secret.reveal()}".encode()).decode()
            return "authorization", f"Basic {pair}"
        return "authorization", f"Bearer {secret.reveal()}"


class HttpAccess(Settings, frozen=True, kw_only=True):
    """Where to ask, as whom, and how long and how much an answer may be. Times in seconds."""

    url: str
    """Address that everything asked starts with; http or https."""
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    """Sent along each time; nothing secret."""
    auth: Auth | None = None
    timeout: float = 10.0
    """For one exchange from beginning to end."""
    connect_timeout: float = 3.0
    max_bytes: int = 5_000_000
    """Longest body that is read, unpacked."""
    ca_file: str = ""
    """Certificates to trust instead of the machine's own; relative to the campaign file."""
    proxy: str = ""
    """Proxy to go through; the variables of the environment are not looked at."""


def check(access: HttpAccess) -> None:
    """Look whether these settings can work.

    Raises:
        UsageError: the first that cannot, with what would be right.
    """
    _address("url", access.url)
    for name, value in access.headers.items():
        _header(name, value)
    if access.auth is not None:
        access.auth.check("auth")
        _auth(access.auth)
    for key in ("timeout", "connect_timeout", "max_bytes"):
        if not getattr(access, key) > 0:
            raise UsageError(f"{key}: {getattr(access, key)} has to be greater than 0")
    if access.proxy:
        _address("proxy", access.proxy)
    if "\0" in access.ca_file:
        raise UsageError("ca_file is not a path: write the file of the certificates to trust")


def _address(key: str, text: str) -> SplitResult:
    what = f'{key}: {admit(text[:60])!r} is not an address: write it like "https://shop.example.com/api"'
    if not text.isprintable() or any(map(str.isspace, text)):
        raise UsageError(what)
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise UsageError(what)
    if "@" in parts.netloc or holds_credentials(text):
        raise UsageError(f"{key} holds a user name, a password or a token; {_ELSEWHERE}")
    for name, _ in parse_qsl(parts.query, keep_blank_values=True):
        if is_secret_name(name):
            raise UsageError(f"{key} holds a secret in its query ({admit(name)}); {_ELSEWHERE}")
    if parts.fragment:
        raise UsageError(f"{key}: what stands behind # is never sent; leave it out")
    return parts


def _header(name: str, value: str) -> None:
    if not _TOKEN.fullmatch(name):
        raise UsageError(f"headers: {admit(name)!r} cannot be the name of a header")
    if is_secret_name(name) or holds_credentials(value) or re.match(r"(?i)(?:bearer|basic|token)\s", value):
        raise UsageError(f"headers.{name} opens a door; {_ELSEWHERE}")
    if not (value.isascii() and value.isprintable()):
        raise UsageError(f"headers.{name}: a header takes plain ASCII letters on one line only")


def _auth(auth: Auth) -> None:
    if auth.header and auth.user:
        raise UsageError("auth: header and user exclude each other: a header takes a key, user a password")
    if auth.header and not _TOKEN.fullmatch(auth.header):
        raise UsageError(f"auth.header: {admit(auth.header)!r} cannot be the name of a header")
    if ":" in auth.user or not auth.user.isprintable():
        raise UsageError(f"auth.user: {admit(auth.user)!r} cannot be a user name; a colon ends it")


def origin(url: str) -> tuple[Any, ...]:
    """Scheme, host and port of an address: what a token may be sent to."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)
