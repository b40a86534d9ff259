"""The proxy itself: each fault is what it says on the wire, and gone when it is lifted."""

from __future__ import annotations

import http.client
import json
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import wire_faults
from certificates import Certificates
from fault_proxy import NONE, Fault, FaultProxy

pytest_plugins = ("fault_fixtures",)

BODY = {"code": 0, "items": [{"id": "a", "n": 1.5}, {"id": "b", "n": None}]}
NOON = datetime(2024, 1, 25, 4, tzinfo=UTC)
WAIT_S = 0.3
"""Seconds a client of these tests waits for the next byte."""


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.dumps(BODY | {"echo": self.rfile.read(int(self.headers["content-length"])).decode()}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture(scope="module")
def upstream() -> Iterator[tuple[str, int]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield "127.0.0.1", server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture(params=["plain", "tls"])
def proxy(
    request: pytest.FixtureRequest, upstream: tuple[str, int], certificates: Certificates
) -> Iterator[FaultProxy]:
    tls = certificates.agreed if request.param == "tls" else None
    with FaultProxy(upstream, tls=tls, strange=certificates.strange, now=lambda: NOON) as made:
        yield made


class Client:
    """Asks once, and says what came of it."""

    def __init__(self, proxy: FaultProxy, trusted: Path) -> None:
        if proxy.url.startswith("https"):
            context = ssl.create_default_context(cafile=trusted)
            self.wire: http.client.HTTPConnection = http.client.HTTPSConnection(
                "localhost", proxy.port, timeout=WAIT_S, context=context
            )
        else:
            self.wire = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=WAIT_S)

    def ask(self) -> tuple[int, http.client.HTTPMessage, bytes]:
        try:
            self.wire.request("POST", "/rows?shop=28", "ping")
            response = self.wire.getresponse()
            return response.status, response.headers, response.read()
        finally:
            self.wire.close()


def good(proxy: FaultProxy, certificates: Certificates) -> bool:
    status, headers, body = Client(proxy, certificates.trusted).ask()
    assert (status, headers["content-type"]) == (200, "application/json")
    assert json.loads(body) == BODY | {"echo": "ping"}
    return parsedate_to_datetime(headers["date"]) == NOON


ENDS = {
    wire_faults.REFUSED: (ConnectionRefusedError,),
    wire_faults.RESET: (ConnectionResetError, BrokenPipeError),
    wire_faults.SILENT: (TimeoutError,),
    wire_faults.HALF: (TimeoutError,),
    wire_faults.TRUNCATED: (http.client.IncompleteRead, ssl.SSLEOFError),
}


@pytest.mark.parametrize("fault", ENDS, ids=lambda fault: fault.name)
def test_no_whole_answer_comes(proxy: FaultProxy, certificates: Certificates, fault: Fault) -> None:
    assert good(proxy, certificates)
    with proxy.failing(fault), pytest.raises(ENDS[fault]):
        Client(proxy, certificates.trusted).ask()
    assert good(proxy, certificates)


@pytest.mark.parametrize("proxy", ["tls"], indirect=True)
@pytest.mark.parametrize(
    ("fault", "words"),
    [(wire_faults.STRANGE_CERTIFICATE, "self-signed"), (wire_faults.PLAIN_ON_TLS, "WRONG_VERSION_NUMBER")],
    ids=lambda value: value.name if isinstance(value, Fault) else None,
)
def test_no_safe_connection_comes_about(
    proxy: FaultProxy, certificates: Certificates, fault: Fault, words: str
) -> None:
    with proxy.failing(fault), pytest.raises(ssl.SSLError, match=words):
        Client(proxy, certificates.trusted).ask()
    assert good(proxy, certificates)


ANSWERS = {
    wire_faults.UNAUTHORISED: (401, b"invalid token"),
    wire_faults.FORBIDDEN: (403, b"not for you"),
    wire_faults.BUSY: (429, b"slow down"),
    wire_faults.BROKEN: (500, b"null reference"),
    wire_faults.UNAVAILABLE: (503, b"Service Unavailable"),
    wire_faults.CAPTIVE: (200, b"Accept the terms"),
    wire_faults.LOGIN: (302, b""),
    wire_faults.EMPTY: (200, b""),
    wire_faults.WRONG_TYPES: (200, b'"n": "many"'),
    wire_faults.EXTRA_FIELDS: (200, b"zzNew"),
}


@pytest.mark.parametrize("fault", ANSWERS, ids=lambda fault: fault.name)
def test_another_answer_comes(proxy: FaultProxy, certificates: Certificates, fault: Fault) -> None:
    with proxy.failing(fault):
        status, headers, body = Client(proxy, certificates.trusted).ask()
    expected, part = ANSWERS[fault]
    assert status == expected
    assert part in body
    assert ("location" in headers) == (fault is wire_faults.LOGIN)
    assert good(proxy, certificates)


def test_when_to_come_back(proxy: FaultProxy, certificates: Certificates) -> None:
    with proxy.failing(wire_faults.busy_for(7)):
        assert Client(proxy, certificates.trusted).ask()[1]["retry-after"] == "7"
    with proxy.failing(wire_faults.busy_until(NOON)):
        assert parsedate_to_datetime(Client(proxy, certificates.trusted).ask()[1]["retry-after"]) == NOON


def test_a_clock_that_is_off(proxy: FaultProxy, certificates: Certificates) -> None:
    with proxy.failing(wire_faults.skewed(lambda: NOON, timedelta(seconds=90))):
        status, headers, _ = Client(proxy, certificates.trusted).ask()
    assert (status, parsedate_to_datetime(headers["date"]) - NOON) == (200, timedelta(seconds=90))


def test_a_body_comes_byte_by_byte_until_it_is_cut(proxy: FaultProxy, certificates: Certificates) -> None:
    with proxy.failing(wire_faults.TRICKLING):
        client = Client(proxy, certificates.trusted)
        client.wire.request("POST", "/", "ping")
        response = client.wire.getresponse()
        began = time.monotonic()
        assert response.read(4) == b'{"co'
        assert time.monotonic() - began > 0.1
    with pytest.raises((http.client.IncompleteRead, OSError)):
        response.read()
    client.wire.close()


def test_a_huge_body(proxy: FaultProxy, certificates: Certificates) -> None:
    with proxy.failing(wire_faults.HUGE):
        client = Client(proxy, certificates.trusted)
        client.wire.request("POST", "/", "ping")
        response = client.wire.getresponse()
        assert int(response.headers["content-length"]) > 50 * wire_faults.MEGABYTE
        assert response.read(10) == b'{"data": "'
        client.wire.close()
    assert good(proxy, certificates)


def test_lifting_a_fault_cuts_what_hangs(proxy: FaultProxy, certificates: Certificates) -> None:
    proxy.switch(wire_faults.SILENT)
    client = Client(proxy, certificates.trusted)
    client.wire.timeout = 10
    client.wire.request("POST", "/", "ping")
    while not proxy.asked:
        time.sleep(0.001)
    proxy.switch(NONE)
    with pytest.raises((http.client.HTTPException, OSError)):
        client.wire.getresponse()
    client.wire.close()
    assert good(proxy, certificates)
