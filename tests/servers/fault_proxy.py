"""A loopback proxy in front of a real HTTP server, whose fault a test switches while clients go on asking.

It speaks plain HTTP or TLS to its clients, plain HTTP to its upstream, and closes the connection after each answer, so
that a fault that was switched on meets the very next question. Switching cuts whatever still hangs.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Literal, Self

from msgspec import Struct, field
from msgspec.structs import replace

UPSTREAM_S = 10.0
"""Seconds the upstream gets for an answer: a test that waits longer for it has another fault than it meant."""

Greeting = Literal["agreed", "strange certificate", "plain", "reset", "closed"]
"""What a client meets before it has asked anything."""


class Asked(Struct, frozen=True):
    """One request as a client sent it; names of headers are lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class Told(Struct, frozen=True):
    """One answer, and how its bytes are to travel."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    """Names are lower case; length and connection are put in by the proxy."""
    promised: int | None = None
    """What Content-Length says, where it lies."""
    sent: int | None = None
    """Bytes of the body after which the wire falls silent; below zero, not even the status line is sent."""
    hangs: bool = False
    """Whether the connection stays open after the last byte."""
    pace_s: float = 0.0
    """Seconds between two bytes."""


class Fault(Struct, frozen=True):
    """What is wrong with the greeting, and with the answer: made of the question and of what the upstream says."""

    name: str
    greeting: Greeting = "agreed"
    answer: Callable[[Asked, Callable[[], Told]], Told] = lambda _, upstream: upstream()


NONE = Fault("none")


class FaultProxy:
    """Use as a context manager; `url` stays the same whatever the fault."""

    def __init__(
        self,
        upstream: tuple[str, int],
        *,
        tls: ssl.SSLContext | None = None,
        strange: ssl.SSLContext | None = None,
        host: str = "127.0.0.1",
        now: Callable[[], datetime] | None = None,
    ) -> None:
        """`tls`: what is agreed with the clients; `strange`: what nobody trusts; `now`: the time that `Date` tells."""
        self._upstream = upstream
        self._tls = tls
        self._strange = strange
        self._host = host
        self._now = now or (lambda: datetime.now(UTC))
        self._fault = NONE
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._cut = threading.Event()
        self._listener: socket.socket | None = None
        self.port = 0
        self.asked = 0
        """Requests that were read so far."""

    def __enter__(self) -> Self:
        self._listen()
        return self

    def __exit__(self, *_: object) -> None:
        self._shut()

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://{self._host}:{self.port}"

    @contextlib.contextmanager
    def failing(self, fault: Fault) -> Iterator[None]:
        """The fault, for as long as it lasts."""
        self.switch(fault)
        try:
            yield
        finally:
            self.switch(NONE)

    def switch(self, fault: Fault) -> None:
        """From now on this; what is under way is cut off."""
        self._shut()
        self._fault = fault
        if fault.greeting != "closed":
            self._listen()

    def _listen(self) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(64)
        self.port = listener.getsockname()[1]
        self._listener, self._cut = listener, threading.Event()
        threading.Thread(target=self._accept, args=(listener, self._fault, self._cut), daemon=True).start()

    def _shut(self) -> None:
        self._cut.set()
        with self._lock:
            open_, self._open = self._open, set()
            listener, self._listener = self._listener, None
        for wire in open_:
            # whoever serves it closes it: its number must not become another's while TLS still writes to it
            with contextlib.suppress(OSError):
                socket.socket.shutdown(wire, socket.SHUT_RDWR)
        if listener is not None:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def _accept(self, listener: socket.socket, fault: Fault, cut: threading.Event) -> None:
        while not cut.is_set():
            try:
                wire, _ = listener.accept()
            except OSError:
                return
            with self._lock:
                self._open.add(wire)
            threading.Thread(target=self._serve, args=(wire, fault, cut), daemon=True).start()

    def _serve(self, wire: socket.socket, fault: Fault, cut: threading.Event) -> None:
        held = wire
        try:
            wire.settimeout(UPSTREAM_S)
            if fault.greeting == "reset":
                # lingering for no time at all: the kernel answers with RST in place of FIN
                wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            if fault.greeting == "plain":
                wire.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                _drain(wire)
                return
            context = self._strange if fault.greeting == "strange certificate" else self._tls
            if context is not None:
                wire = context.wrap_socket(wire, server_side=True)
                with self._lock:
                    self._open.discard(held)
                    self._open.add(wire)
            if cut.is_set():
                return
            self._exchange(wire, fault, cut)
        except (OSError, http.client.HTTPException, ValueError):
            pass  # the client went away, or the test has cut it off: either is what was to be seen
        finally:
            with self._lock:
                self._open.discard(held)
                self._open.discard(wire)
            wire.close()

    def _exchange(self, wire: socket.socket, fault: Fault, cut: threading.Event) -> None:
        asked = read_request(wire)
        if asked is None:
            return
        self.asked += 1
        told = fault.answer(asked, lambda: self._ask_upstream(asked))
        if told.sent is None or told.sent >= 0:
            wire.sendall(self._head(told))
            body = told.body if told.sent is None else told.body[: told.sent]
            if told.pace_s:
                for index in range(len(body)):
                    wire.sendall(body[index : index + 1])
                    if cut.wait(told.pace_s):
                        return
            else:
                wire.sendall(body)
        if told.hangs:
            cut.wait()
        elif isinstance(wire, ssl.SSLSocket) and told.promised is None and told.sent is None:
            wire.unwrap()

    def _head(self, told: Told) -> bytes:
        length = len(told.body) if told.promised is None else told.promised
        headers = {"date": format_datetime(self._now(), usegmt=True), **told.headers}
        headers |= {"content-length": str(length), "connection": "close"}
        lines = [f"HTTP/1.1 {told.status} {http.client.responses.get(told.status, 'Odd')}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _ask_upstream(self, asked: Asked) -> Told:
        connection = http.client.HTTPConnection(*self._upstream, timeout=UPSTREAM_S)
        try:
            passed = {name: value for name, value in asked.headers.items() if name not in _OF_THE_HOP}
            connection.request(asked.method, asked.target, asked.body or None, passed)
            response = connection.getresponse()
            headers = {name.lower(): value for name, value in response.getheaders() if name.lower() not in _OF_THE_HOP}
            headers.pop("date", None)
            return Told(response.status, response.read(), headers)
        finally:
            connection.close()


_OF_THE_HOP = frozenset(("connection", "content-length", "transfer-encoding", "keep-alive", "expect"))
"""Headers that are about one connection only."""


def read_request(wire: socket.socket) -> Asked | None:
    """One request with its body; None where the client left without asking."""
    with wire.makefile("rb") as stream:
        first = stream.readline(65537).decode("latin-1").split()
        if len(first) < 2:
            return None
        headers = {name.lower(): value for name, value in http.client.parse_headers(stream).items()}
        if headers.get("expect", "").lower() == "100-continue":
            wire.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        if headers.get("transfer-encoding", "").lower() == "chunked":
            parts = []
            while size := int(stream.readline(64), 16):
                parts.append(stream.read(size))
                stream.readline(4)
            body = b"".join(parts)
        else:
            body = stream.read(int(headers.get("content-length", "0")))
        return Asked(first[0], first[1], headers, body)


def _drain(wire: socket.socket) -> None:
    """Read what the client still says, so that closing does not throw away what it was sent."""
    wire.shutdown(socket.SHUT_WR)
    while wire.recv(4096):
        pass


def with_body(told: Told, body: bytes) -> Told:
    """The same answer with another body; what spoke of the old one goes."""
    headers = {name: value for name, value in told.headers.items() if not name.startswith("content-encoding")}
    return replace(told, body=body, headers=headers)
