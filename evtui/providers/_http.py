"""The one way this program speaks HTTP: asked politely, answered within limits, and every failure in words.

Limits hold for the exchange as a whole: a body that trickles in, a page of 50 MB and a few kilobytes that unpack to
gigabytes all end where the settings say. Redirects are never followed, since the token would go along. Proxies and
login files of the environment are left alone (`trust_env` is off): a token goes to whom the campaign file names, by the
way it names, and to nobody else. Certificates are those of the machine and of certifi, or of `ca_file` alone.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
import ssl
import zlib
from collections.abc import Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from evtui import __version__
from evtui.domain.reading import FailureKind
from evtui.domain.trip import Exchange, Login
from evtui.providers.base import Context, SourceError
from evtui.providers.http_access import Auth as Auth
from evtui.providers.http_access import HttpAccess as HttpAccess
from evtui.providers.http_access import check, origin
from evtui.providers.http_body import Body
from evtui.providers.http_call import Call
from evtui.providers.http_call import Reply as Reply
from evtui.providers.http_trouble import Trouble, not_json, of_certificates, of_connection, of_status
from evtui.providers.secret import Secret, expiry
from evtui.redact import MASK, admit

if TYPE_CHECKING:
    import httpx

COMPLAINT_BYTES = 64 * 1024
"""Bytes read of an answer that is a refusal: what it says about itself stands at its beginning."""

LEAST_MB = 100_000
"""Bytes from which a limit is told in MB: below it, it is a number that nobody reads."""

KEPT_S = 30.0
"""Seconds that an idle connection is kept: polls every few seconds save a handshake each, slow ones hold nothing."""


class Http:
    """One place to ask over HTTP. Connects at the first question, and may be asked several at once."""

    def __init__(self, access: HttpAccess, context: Context, kind: str, remedy: str) -> None:
        self._access = access
        self._remedy = remedy
        self._context = context
        parts = urlsplit(access.url)
        self.name = admit(f"{kind} at {parts.netloc}".strip())
        """Who is asked, as failures call it: `prometheus at metrics.example.com`."""
        self._host = parts.hostname or ""
        self._tls = parts.scheme == "https"
        self._client: asyncio.Future[httpx.AsyncClient] | None = None
        self._found: asyncio.Future[Any] | None = None
        self._reading: asyncio.Future[Secret] | None = None
        self._reached = False
        """Whether the last exchange had an answer: then the name need not be looked up on its own."""

    @classmethod
    def open(cls, access: HttpAccess, context: Context, *, kind: str, remedy: str = "see to url") -> Self:
        """A way to ask `access.url`; `kind` is what failures call it, `remedy` what helps where it is the wrong one.

        Touches neither network nor disk.

        Raises:
            UsageError: settings that cannot work.
        """
        check(access)
        return cls(access, context, kind, remedy)

    async def ask(
        self, method: str, path_or_url: str = "", *, params: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Reply:
        """One question. A path is put behind `access.url`; a whole address has to lead to the same server.

        Raises:
            SourceError: anything but a whole 2xx answer, within the limits; carries the exchange.
        """
        call = Call(method, self._address(path_or_url, params or {}), body)
        login: Login | None = None
        try:
            async with asyncio.timeout(self._access.timeout):
                headers, login = await self._headers(call)
                trouble = await self._exchange(call, headers)
        except TimeoutError:
            trouble = Trouble(FailureKind.DOWN, f"did not come to the end of {call.step} in {self._access.timeout:g} s")
        exchange = call.exchange()
        if trouble is not None:
            raise self._failure(trouble, exchange, login)
        return Reply(call.url, call.status, call.headers, call.content, call.server_at, exchange, login)

    async def json(
        self, method: str, path_or_url: str = "", *, params: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> tuple[object, Reply]:
        """One question whose answer has to be JSON, and that JSON.

        Raises:
            SourceError: as for `ask`; DATA or AUTH for a page and for an empty body, DOWN where the JSON breaks off.
        """
        reply = await self.ask(method, path_or_url, params=params, body=body)
        try:
            return msgspec.json.decode(reply.body.removeprefix(b"\xef\xbb\xbf")), reply
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise self._failure(
                not_json(reply.status, reply.headers, reply.body, error), reply.exchange, reply.login
            ) from None

    def failure(self, kind: FailureKind, why: str, reply: Reply) -> SourceError:
        """The error for an answer that came whole and is of no use; `why` goes on from the name of who was asked."""
        return self._failure(Trouble(kind, why), reply.exchange, reply.login)

    async def aclose(self) -> None:
        """Let go of connections; safe to call twice."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait({self._reading})
        making, self._client = self._client, None
        if making is not None and making.done() and not making.cancelled() and making.exception() is None:
            await making.result().aclose()

    def _address(self, path_or_url: str, params: Mapping[str, str]) -> str:
        base = self._access.url
        if "://" in path_or_url[:8]:
            url = path_or_url
        elif path_or_url:
            url = f"{base.rstrip('/')}/{path_or_url.lstrip('/')}"
        else:
            url = base
        try:
            same, host = origin(url) == origin(base), urlsplit(url).netloc
        except ValueError:
            same, host = False, ""
        if not same:
            why = f"{self.name} sends on to {admit(host) or 'nowhere'}, where nothing is asked"
            raise SourceError(FailureKind.DATA, why)
        if params:
            url += ("&" if "?" in url else "?") + urlencode(params, quote_via=quote)
        return url

    async def _headers(self, call: Call) -> tuple[dict[str, str], Login | None]:
        """What is sent in front of the body, and in whose name."""
        headers = {name.casefold(): value for name, value in self._access.headers.items()}
        if call.sent is not None:
            headers.setdefault("content-type", "application/json")
        call.shown_headers = dict(headers)
        auth = self._access.auth
        if auth is None:
            return headers, None
        secret = await self._secret(auth, call)
        name, value = auth.shown(secret)
        call.secrets = (Secret(value), secret)
        call.shown_headers[name] = MASK
        headers[name] = value
        who = f"{admit(auth.user)}, password of {auth.place}" if auth.user else f"token of {auth.place}"
        return headers, Login(who, expiry(secret), remedy=auth.remedy)

    async def _secret(self, auth: Auth, call: Call) -> Secret:
        """The secret as it is now. One reading that hangs, such as on a lost share, is waited for and not repeated."""
        call.step = "reading its secret"
        if self._reading is None or self._reading.done():
            self._reading = asyncio.ensure_future(auth.read(self._context))
            self._reading.add_done_callback(_noted)
        return await asyncio.shield(self._reading)

    async def _exchange(self, call: Call, headers: Mapping[str, str]) -> Trouble | None:
        """Send, and read what comes back into `call`; why there is no answer, if there is none."""
        try:
            client = await self._connected(call)
        except socket.gaierror:
            return Trouble(FailureKind.DOWN, "cannot be found: nobody knows the name")
        except OSError as error:  # ssl.SSLError among them: a file without certificates
            return of_certificates(error, self._access.ca_file)
        import httpx

        call.step = "an answer"
        try:
            async with client.stream(call.method, call.url, headers=dict(headers), content=call.sent) as response:
                self._reached = True
                call.headers = {name.casefold(): value for name, value in response.headers.items()}
                call.status = response.status_code
                return await self._read(call, response)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            self._reached = False
            return of_connection(error, tls=self._tls, proxy=urlsplit(self._access.proxy).netloc)
        except TimeoutError:
            self._reached = bool(call.status)
            raise

    async def _read(self, call: Call, response: httpx.Response) -> Trouble | None:
        """The body, as far as it is wanted, and what status and body mean together."""
        call.step = "its answer"
        good = 200 <= call.status < 300
        most = self._access.max_bytes if good else min(COMPLAINT_BYTES, self._access.max_bytes)
        call.body = Body(most, call.headers.get("content-encoding", ""))
        try:
            async for piece in response.aiter_raw():
                call.body.take(piece)
                if call.body.over:
                    break
        except zlib.error:
            return Trouble(FailureKind.DATA, "sent a body that cannot be unpacked")
        if not good:
            now = self._context.clock.now()
            return of_status(call.status, call.headers, call.text(call.body.content), call.url, now)
        if call.body.over:
            limit = f"{most / 1e6:,.3g} MB" if most >= LEAST_MB else f"{most:,} bytes"
            return Trouble(
                FailureKind.DATA, f"sent more than {limit}, which was cut off: ask for less, or raise max_bytes"
            )
        if not call.body.whole:
            return Trouble(FailureKind.DOWN, "broke off in the middle of its answer")
        return None

    async def _connected(self, call: Call) -> httpx.AsyncClient:
        """The client, made in a thread at first: reading certificates takes longer than a screen may stand still."""
        if not self._reached:
            call.step = "looking up its name"
            await self._find()
        call.step = "reading certificates"
        if self._client is None:
            self._client = asyncio.get_running_loop().run_in_executor(None, _make_client, self._access, self._context)
            self._client.add_done_callback(_noted)
        making = self._client
        try:
            return await asyncio.shield(making)
        except OSError:
            if self._client is making:
                self._client = None  # the file may be put right: it is read again at the next question
            raise

    async def _find(self) -> None:
        """Look the name up on its own, so that one look-up that hangs is waited for and never sent a second time."""
        if self._access.proxy or _is_address(self._host):
            return
        if self._found is None or self._found.done():
            loop = asyncio.get_running_loop()
            self._found = loop.run_in_executor(None, socket.getaddrinfo, self._host, None)
            self._found.add_done_callback(_noted)
        await asyncio.shield(self._found)

    def _failure(self, trouble: Trouble, exchange: Exchange, login: Login | None) -> SourceError:
        remedy = self._remedy if trouble.elsewhere else ""
        if trouble.kind is FailureKind.AUTH:
            auth = self._access.auth
            remedy = auth.remedy if auth else 'say who asks: auth = { env = "NAME_OF_A_VARIABLE" } holds a token'
        why = f"{self.name} {trouble.why}"
        if trouble.kind is FailureKind.AUTH and self._access.auth is not None:
            why += f"; its secret is from {self._access.auth.place}"
        return SourceError(trouble.kind, why, remedy, retry_after=trouble.retry_after, login=login, exchange=exchange)


def _noted(future: asyncio.Future[Any]) -> None:
    """Look at how it ended: one that nobody waits for any more is nobody's error."""
    if not future.cancelled():
        future.exception()


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _make_client(access: HttpAccess, context: Context) -> httpx.AsyncClient:
    """Runs in a thread.

    Raises:
        OSError: `ca_file` cannot be read, or holds no certificate.
    """
    import httpx

    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # an empty one trusts nobody, which is all that plain HTTP needs; filling it takes 50 ms
    if "https" in (urlsplit(access.url).scheme, urlsplit(access.proxy).scheme):
        trust = _trust(access.ca_file and os.path.join(context.folder, os.path.expanduser(access.ca_file)))
    agent = f"evtui/{__version__}"
    return httpx.AsyncClient(
        verify=trust,
        proxy=_proxy(access.proxy, trust),
        trust_env=False,
        follow_redirects=False,
        # a cookie would make one answer depend on the one before
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        timeout=httpx.Timeout(access.timeout, connect=access.connect_timeout),
        limits=httpx.Limits(max_connections=4, max_keepalive_connections=2, keepalive_expiry=KEPT_S),
        headers={
            "accept": "application/json",
            "accept-encoding": "gzip, deflate",
            "user-agent": agent,
        },
    )


def _proxy(url: str, trust: ssl.SSLContext) -> httpx.Proxy | None:
    import httpx

    return httpx.Proxy(url, ssl_context=trust if url.startswith("https:") else None) if url else None


def _trust(ca_file: str) -> ssl.SSLContext:
    import httpx

    if ca_file:
        return ssl.create_default_context(cafile=ca_file)
    trust = httpx.create_ssl_context(trust_env=False)
    trust.load_default_certs()
    return trust
