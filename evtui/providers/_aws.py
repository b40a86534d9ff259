"""The one door to AWS: sessions, clients and credentials as the AWS CLI has them; every call bounded and in a thread.

    Aws     what a source holds: `call` asks one question; at most two of its calls hang at once
    _Door   what sources with the same settings share: an account, thrown away when the login fails
The SDK is imported by the first call, not with this module: it takes a quarter of a second and 35 MB.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import evtui
from evtui.clock import Clock
from evtui.domain.reading import FailureKind
from evtui.domain.trip import Login
from evtui.providers._aws_errors import failure, is_denied
from evtui.providers._aws_login import Found, found_in, keys_of, login_of, program_of, stamp_of
from evtui.providers._aws_roles import CodeWanted, ask_nobody
from evtui.providers._aws_settings import ATTEMPTS, check, limit_s
from evtui.providers._aws_settings import AwsSettings as AwsSettings
from evtui.providers._aws_wire import Body, Heard, exchange, read_within, refuse_pages, summary_of
from evtui.providers._aws_wire import Told as Told
from evtui.providers._aws_words import Asked, Flood, Garbage
from evtui.providers.base import Context, SourceError

STUMBLES = (LookupError, AttributeError, TypeError, ValueError, RuntimeError, OSError)
"""What the SDK itself stumbles with over files, programs and answers that nobody foresaw."""

HANGING = 2
"""Calls of one source that may be under way: two that hang and never end leave the other sources their threads."""


@cache
def _descriptions(path: str | None) -> Any:
    """The SDK's descriptions of the services, read once: a session that is made anew takes 0.1 s less."""
    from botocore.loaders import create_loader

    return create_loader(path)


class Aws:
    """What one source asks AWS through."""

    def __init__(self, door: _Door, limit_s: float) -> None:
        self._door = door
        self._limit_s = limit_s
        self._waiting = asyncio.Semaphore(HANGING)
        self._in_threads = 0
        self._gate = threading.Lock()

    @classmethod
    def open(cls, settings: AwsSettings, context: Context) -> Aws:
        """A way to ask; sources with the same settings share sessions and connections. Reads and sends nothing.

        Raises:
            UsageError: a time limit or an address that cannot be meant.
        """
        check(settings)
        bundle = str(Path(context.folder) / Path(settings.ca_bundle).expanduser()) if settings.ca_bundle else ""
        key = ("aws", bundle, *(getattr(settings, name) for name in AwsSettings.__struct_fields__))
        door = context.shared.get(key)
        if door is None:
            door = context.shared[key] = _Door(settings, bundle, context.clock)
        return cls(door, limit_s(settings))

    async def call(self, service: str, operation: str, **params: Any) -> Told:
        """Ask `service` (the SDK's name, such as `autoscaling`) one `operation` (`describe_auto_scaling_groups`).

        Raises:
            SourceError: no usable answer, in words fit for the screen.
        """
        try:
            async with asyncio.timeout(self._limit_s), self._waiting:
                if self._in_threads >= HANGING:
                    why = f"{HANGING} questions to AWS hang and do not end; none is sent until one of them does"
                    raise SourceError(FailureKind.DOWN, why)
                return await asyncio.to_thread(self._run, service, operation, params)
        except TimeoutError:
            raise SourceError(FailureKind.DOWN, f"AWS did not answer within {self._limit_s:.0f} s") from None

    def _run(self, service: str, operation: str, params: Mapping[str, Any]) -> Told:
        with self._gate:
            self._in_threads += 1
        try:
            return self._door.call(service, operation, params)
        finally:
            with self._gate:
                self._in_threads -= 1

    async def aclose(self) -> None:
        """Let go of idle connections; a call that hangs is left to its thread. Safe to call twice."""
        self._door.forget()


class _Door:
    """The account that sources with the same settings share. `call` runs in threads; `forget` waits for nobody."""

    def __init__(self, settings: AwsSettings, bundle: str, clock: Clock) -> None:
        self._new_account = partial(_Account, settings, bundle, clock)
        self._gate = threading.Lock()
        self._account: _Account | None = None

    def call(self, service: str, operation: str, params: Mapping[str, Any]) -> Told:
        """As `Aws.call`. Where the login is refused, the files are read again: other keys get one more try."""
        account = self._current()
        try:
            return account.ask(service, operation, params)
        except SourceError as refusal:
            if refusal.kind is not FailureKind.AUTH or (is_denied(refusal) and not account.is_outdated()):
                raise
            self.forget(account)
            fresh = self._current()
            if not fresh.differs(account):
                self.forget(fresh)
                raise
        try:
            return fresh.ask(service, operation, params)
        except SourceError as refusal:
            if refusal.kind is FailureKind.AUTH and not is_denied(refusal):
                self.forget(fresh)
            raise

    def _current(self) -> _Account:
        with self._gate:
            if self._account is None:
                self._account = self._new_account()
            return self._account

    def forget(self, account: _Account | None = None) -> None:
        """Have the next call read the files anew, unless another one saw to that."""
        with self._gate:
            gone = self._account
            if gone is None or account not in (None, gone):
                return
            self._account = None
        gone.close()


class _Account:
    """A session as the files and the environment were when it was made, and its clients."""

    def __init__(self, settings: AwsSettings, bundle: str, clock: Clock) -> None:
        self._settings = settings
        self._bundle = bundle
        self._clock = clock
        self._lock = threading.RLock()
        """Held while something is made: sessions are not for two threads at once, clients are."""
        self._thread = threading.local()  # `heard`: what this thread's question last had from the wire
        self._session: Any = None
        self._maker: Any = None
        self._stamp: object = None
        self._credentials: Any = None
        self._clients: dict[str, Any] = {}
        self._lines: dict[str, Any] = {}

    def ask(self, service: str, operation: str, params: Mapping[str, Any]) -> Told:
        """One question.

        Raises:
            SourceError: no usable answer.
        """
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        self._thread.heard = Heard()
        name = operation
        try:
            client = self._client(service)
            name = client.meta.method_to_api_mapping[operation]
            answer = getattr(client, operation)(**params)
        except (BotoCoreError, ClientError, ResponseParserError, CodeWanted, Flood, Garbage, *STUMBLES) as error:
            raise failure(error, self._asked(service, name, params)) from error
        answer.pop("ResponseMetadata", None)
        told = exchange(self._thread.heard, service, name, params, summary_of(answer))
        return Told(answer, told, self._login(), client.meta.region_name)

    def is_outdated(self) -> bool:
        """Whether the files were written to since this session read them."""
        return self._session is None or stamp_of(self._session) != self._stamp

    def differs(self, other: _Account) -> bool:
        """Whether its keys are, or may be, others: only keys that never change can be told to be the same."""
        from botocore.exceptions import BotoCoreError

        try:
            with self._lock:
                self._log_in()
        except (BotoCoreError, *STUMBLES):
            # files that changed for the worse: the question says how; none before and none now is no difference
            return other._credentials is not None
        return (mine := keys_of(self._credentials)) is None or mine != keys_of(other._credentials)

    def close(self) -> None:
        """Close idle connections."""
        for line in list(self._lines.values()):
            line.close()

    def _client(self, service: str) -> Any:
        with self._lock:
            client = self._clients.get(service)
            if client is None:
                self._log_in()
                client = self._maker.client(service, endpoint_url=self._settings.endpoint_url or None)
                self._clients[service] = client
            return client

    def _log_in(self) -> None:
        from boto3.session import Session

        if self._session is None:
            self._session = self._make_session()
            self._stamp = stamp_of(self._session)
        if self._credentials is None:
            self._maker = Session(botocore_session=self._session)
            loader = _descriptions(self._session.get_config_variable("data_path"))
            self._session.register_component("data_loader", loader)
            ask_nobody(self._session)
            self._credentials = self._session.get_credentials()

    def _make_session(self) -> Any:
        import botocore.config
        import botocore.session

        session = botocore.session.Session(profile=self._settings.profile or None)
        # what it warns of, with a traceback at every poll, is told in one sentence
        logging.getLogger("botocore.credentials").setLevel(logging.ERROR)
        for variable, value in (("region", self._settings.region), ("ca_bundle", self._bundle)):
            if value:
                session.set_config_variable(variable, value)
        # for every client of the session: those that fetch credentials have no other limits
        session.set_default_client_config(
            botocore.config.Config(
                connect_timeout=self._settings.connect_timeout,
                read_timeout=self._settings.read_timeout,
                retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
                user_agent_extra=f"evtui/{evtui.__version__}",
            )
        )
        session.register("before-send", self._send)
        return session

    def _send(self, request: Any, **_: Any) -> Any:
        """Send a signed request in the SDK's place, by the SDK's own means, and read the answer within bounds.

        The SDK would read a body to its end, whatever its length. An error in here takes the way of the SDK's own.
        """
        from botocore.awsrequest import AWSResponse
        from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
        from botocore.httpsession import ProtocolError, URLLib3ReadTimeoutError

        heard = self._thread.heard = Heard(request.method, request.url)
        request.stream_output = True
        response = self._line(request.url).send(request)
        heard.status = response.status_code
        heard.headers = {name.lower(): value for name, value in response.headers.items()}
        try:
            body = read_within(response.raw, self._settings.read_timeout)
        except URLLib3ReadTimeoutError as error:
            raise ReadTimeoutError(endpoint_url=request.url, error=error) from error
        except ProtocolError as error:
            raise ConnectionClosedError(endpoint_url=request.url, error=error) from error
        heard.size = len(body)
        if heard.is_short():
            raise ConnectionClosedError(endpoint_url=request.url, error="the body is cut off")
        refuse_pages(heard, body)
        return AWSResponse(response.url, response.status_code, response.headers, Body(body))

    def _line(self, url: str) -> Any:
        """The connections to the host of `url`; by the proxy that is set, or that the environment has for this host."""
        from botocore.httpsession import URLLib3Session
        from botocore.utils import get_environ_proxies

        host, proxy = urlsplit(url).netloc, self._settings.proxy
        with self._lock:
            line = self._lines.get(host)
            if line is None:
                line = self._lines[host] = URLLib3Session(
                    verify=self._session.get_config_variable("ca_bundle") or True,
                    proxies={"http": proxy, "https": proxy} if proxy else get_environ_proxies(url),
                    timeout=(self._settings.connect_timeout, self._settings.read_timeout),
                    # as the SDK's own: without it the end of a question waits 40 ms for the server's acknowledgement
                    socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
                )
            return line

    def _asked(self, service: str, operation: str, params: Mapping[str, Any]) -> Asked:
        heard: Heard = self._thread.heard
        found = self._found()
        told = exchange(heard, service, operation, params, "") if heard.method else None
        ahead_s = None if heard.server_at is None else (self._clock.now() - heard.server_at).total_seconds()
        return Asked(
            *(service, operation, heard.host, found.profile, tuple(found.profiles), heard.status or 0, heard.headers),
            *(self._login(), told, ahead_s, *program_of(found), found.region, found.bundle),
        )

    def _login(self) -> Login | None:
        return login_of(self._found()) if self._credentials is not None else None

    def _found(self) -> Found:
        from botocore.exceptions import BotoCoreError

        try:
            if self._session is not None:
                return found_in(self._session, self._credentials)
        except BotoCoreError:  # files that cannot be read: what was asked fails for the same reason, and says so
            pass
        return Found(self._settings.profile)
