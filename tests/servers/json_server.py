"""A small loopback HTTP server whose answers a test sets, down to the bytes on the wire."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from msgspec import Struct


class Asked(Struct, frozen=True):
    """One request as it came."""

    method: str
    target: str
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query))


class Told(Struct, frozen=True):
    """An answer; `raw` takes the place of all else and goes out piece by piece, as slowly as `pause` says."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = {}
    raw: Sequence[bytes] = ()
    pause: float = 0.0
    """Seconds between two pieces, cut short when the server ends."""


def told(document: object, status: int = 200, **headers: str) -> Told:
    """A document as JSON; header names with `_` for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Told(status, json.dumps(document).encode(), {"content-type": "application/json"} | named)


def page(html: str, status: int = 200) -> Told:
    """A web page."""
    return Told(status, html.encode(), {"content-type": "text/html; charset=utf-8"})


class JsonServer:
    """Serves on 127.0.0.1 while the `with` lasts; keeps what it was asked."""

    def __init__(self, answer: Callable[[Asked], Told] | Told, tls: ssl.SSLContext | None = None) -> None:
        self.answer = answer
        self.asked: list[Asked] = []
        self.connections = 0
        self._over = threading.Event()
        self._scheme = "https" if tls else "http"
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 10

            def setup(self) -> None:
                server.connections += 1
                if tls is not None:
                    self.request = tls.wrap_socket(self.request, server_side=True)
                super().setup()

            def finish(self) -> None:
                with suppress(OSError):
                    super().finish()
                if tls is not None:
                    self.request.close()

            def _serve(self) -> None:
                size = int(self.headers.get("content-length", 0))
                headers = {name.casefold(): value for name, value in self.headers.items()}
                server._serve(self, Asked(self.command, self.path, headers, self.rfile.read(size)))

            do_GET = do_POST = do_CONNECT = _serve

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                """Clients that break off are what many tests are about."""

        self._server = Quiet(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        return int(self._server.server_port)

    def _serve(self, handler: BaseHTTPRequestHandler, asked: Asked) -> None:
        self.asked.append(asked)
        answer = self.answer if isinstance(self.answer, Told) else self.answer(asked)
        with suppress(OSError):
            if answer.raw:
                handler.close_connection = True
                for piece in answer.raw:
                    handler.wfile.write(piece)
                    handler.wfile.flush()
                    if self._over.wait(answer.pause):
                        return
                return
            handler.send_response(answer.status)
            for name, value in {"content-length": str(len(answer.body)), **answer.headers}.items():
                handler.send_header(name, value)
            handler.end_headers()
            handler.wfile.write(answer.body)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()


class SilentPort:
    """Takes connections and never says a word; with `first`, says that and hangs up."""

    def __init__(self, first: bytes = b"") -> None:
        self._first = first
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._held: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self.port = self._listener.getsockname()[1]

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                wire, _ = self._listener.accept()
                if self._first:
                    wire.recv(65_536)
                    wire.sendall(self._first)
                    wire.close()
                else:
                    self._held.append(wire)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for wire in self._held:
            wire.close()
