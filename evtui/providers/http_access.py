"""The keys that every source over HTTP has, and what can be said against them before anything is sent."""

from __future__ import annotations

import base64
import math
import re
from typing import Annotated, Any
from urllib.parse import SplitResult, parse_qsl, urlsplit

import msgspec

from evtui.config.notes import holds_credentials, is_secret_name, is_secret_word
from evtui.config.secrets import instead, what_it_holds
from evtui.errors import UsageError
from evtui.providers.base import Settings
from evtui.providers.objections import Objections
from evtui.providers.secret import Secret, SecretSource
from evtui.redact import admit

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


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

    url: Annotated[str, msgspec.Meta(examples=["https://shop.example.com/api"])]
    """Address that everything asked starts with; http or https."""
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    """Sent along each time; nothing secret."""
    auth: Annotated[Auth | None, msgspec.Meta(description='a table such as { env = "SHOP_TOKEN" }')] = None
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
        SettingsError: everything that cannot, with what would be right.
    """
    found = Objections()
    with found:
        _address("url", access.url)
    for name, value in access.headers.items():
        with found:
            _header(name, value)
    if access.auth is not None:
        with found:
            access.auth.check("auth")
        with found:
            _auth(access.auth)
    for key in ("timeout", "connect_timeout"):
        if not 0 < getattr(access, key) < math.inf:
            found.add(f"{key}: {getattr(access, key):g} cannot be; seconds, more than 0, such as 10")
    if access.max_bytes < 1:
        found.add(f"max_bytes: {access.max_bytes} is too little; such as 5000000")
    if access.proxy:
        with found:
            _address("proxy", access.proxy)
    if "\0" in access.ca_file:
        found.add("ca_file: it is no path; write the file of the certificates to trust")
    found.settle()


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
    if "@" in parts.netloc:
        holds = what_it_holds(text) if parts.password is not None else "a user name"
        raise UsageError(f"{key}: it holds {holds}; {instead('http', (key,))}")
    if holds_credentials(text):
        raise UsageError(f"{key}: it holds {what_it_holds(text)}; {instead('http', (key,))}")
    for name, _ in parse_qsl(parts.query, keep_blank_values=True):
        if is_secret_name(name):
            raise UsageError(f"{key}: it holds a secret in its query ({admit(name)}); {instead('http', (key,))}")
    if parts.fragment:
        raise UsageError(f"{key}: what stands behind # is never sent; leave it out")
    return parts


def _header(name: str, value: str) -> None:
    if not _TOKEN.fullmatch(name):
        raise UsageError(f"headers: {admit(name)!r} cannot be the name of a header")
    if is_secret_word(name) or holds_credentials(value) or re.match(r"(?i)(?:bearer|basic|token)\s", value):
        raise UsageError(f"headers.{name}: it opens a door; {instead('http', ('headers', name))}")
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
