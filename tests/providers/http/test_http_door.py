"""Asking over HTTP: what is sent, what every failure is called, and where limits end things."""

from __future__ import annotations

import asyncio
import gzip
import sys
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from certificates import Certificates, make_certificates
from http_launch import NOW, TOKEN, context, door
from json_server import Asked, JsonServer, SilentPort, Told, page, told
from names import Names

from evtui.domain.reading import FailureKind
from evtui.providers._http import Auth, Http
from evtui.providers.base import SourceError

AUTH, DOWN, DATA = FailureKind.AUTH, FailureKind.DOWN, FailureKind.DATA


async def failure(http: Http, path: str = "") -> SourceError:
    """How a question that has to fail does."""
    with pytest.raises(SourceError) as caught:
        await http.json("GET", path)
    await http.aclose()
    return caught.value


async def test_a_question_and_its_answer_are_told_without_the_token() -> None:
    with JsonServer(lambda asked: told({"echo": asked.headers["authorization"]})) as server:
        http = door(f"{server.url}/v1", auth=Auth(env="SHOP_TOKEN"), headers={"X-Market": "HK"})
        document, reply = await http.json("GET", "orders", params={"shop": "28", "q": "a b&c"})
        await http.aclose()
        await http.aclose()
    assert server.asked[0].target == "/v1/orders?shop=28&q=a%20b%26c"
    assert server.asked[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert server.asked[0].headers["x-market"] == "HK"
    assert document == {"echo": "***"}
    assert reply.exchange.asked.splitlines()[0] == f"GET {server.url}/v1/orders?shop=28&q=a%20b%26c"
    assert "200 OK" in reply.exchange.got
    assert TOKEN not in repr(reply)
    assert reply.login is not None
    assert reply.login.who == "token of the variable SHOP_TOKEN"
    assert reply.server_at is not None
    assert abs(reply.server_at - datetime.now(UTC)) < timedelta(seconds=30)


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        (Auth(env="SHOP_TOKEN", header="X-Api-Key"), "x-api-key", TOKEN),
        (Auth(env="SHOP_TOKEN", user="monitor"), "authorization", "Basic bW9uaXRvcjpzZXNhbWUtb3Blbi00NzEx"),
    ],
)
async def test_who_asks_is_shown_as_the_api_wants_it(auth: Auth, header: str, value: str) -> None:
    with JsonServer(told([])) as server:
        http = door(server.url, auth=auth)
        _, reply = await http.json("POST", body=b'{"a":1}')
        await http.aclose()
    assert server.asked[0].headers[header] == value
    assert server.asked[0].body == b'{"a":1}'
    assert value not in reply.exchange.asked
    assert "***" in reply.exchange.asked


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (told({"message": "token expired"}, 401), AUTH, "does not know who asks (401): token expired"),
        (told({}, 403), AUTH, "refuses access (403)"),
        (told({"error": {"message": "gone"}}, 404), DATA, "has nothing at /x (404): gone"),
        (told({}, 400), DATA, "answered 400"),
        (told({}, 429), DOWN, "was asked too often (429)"),
        (told({}, 500), DOWN, "answered 500"),
        (page("<h1>Bad gateway</h1>", 502), DOWN, "answered 502"),
        (told({}, 511), DOWN, "captive portal"),
        (told({}, 407), AUTH, "the proxy wants a login"),
        (Told(302, headers={"location": "/account/login?back=1"}), AUTH, "sends to a login page, 127.0.0.1"),
        (Told(302, headers={"location": "https://sso.example.com/x"}), AUTH, "login page, sso.example.com/x"),
        (Told(301, headers={"location": "https://other.example.com/api"}), DATA, "sends to other.example.com/api"),
        (Told(302), DATA, "without saying where"),
        (page("<html><body>Welcome to Hotel</body>"), DATA, "a page instead of JSON (captive portal?)"),
        (page('<form><input type="password"></form>'), AUTH, "a login page instead of data"),
        (Told(200), DATA, "with nothing in it"),
        (Told(204), DATA, "answered 204 with nothing in it"),
        (Told(200, b"hello"), DATA, "something that is not JSON"),
        (Told(200, b'"\xff"'), DATA, "something that is not JSON"),
        (Told(200, b"[" * 100_000), DATA, "something that is not JSON"),
        (Told(200, b'{"data": [1, 2'), DOWN, "broke off in the middle"),
        (Told(200, b"no gzip", {"content-encoding": "gzip"}), DATA, "cannot be unpacked"),
        (Told(200, gzip.compress(b"{}" * 99)[:-9], {"content-encoding": "gzip"}), DOWN, "broke off in the middle"),
    ],
)
async def test_every_answer_that_is_none_has_its_words(answer: Told, kind: FailureKind, words: str) -> None:
    with JsonServer(answer) as server:
        error = await failure(door(server.url, auth=Auth(env="SHOP_TOKEN"), timeout=5.0), "x")
    assert error.kind is kind
    assert words in error.why
    assert error.why.startswith(f"the API at 127.0.0.1:{server.port} ")
    assert len(server.asked) == 1  # nothing is followed, and nobody is asked twice
    assert error.exchange is not None
    assert TOKEN not in repr((error.why, error.remedy, error.exchange, error.login))
    if kind is AUTH:
        assert "SHOP_TOKEN" in error.why + error.remedy


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "7"}, 7.0),
        ({"retry_after": "999999999"}, 86_400.0),
        ({"retry_after": "soon"}, None),
        ({}, None),
    ],
)
async def test_a_server_says_how_long_to_leave_it_alone(headers: dict[str, str], seconds: float | None) -> None:
    with JsonServer(told({}, 429, **headers)) as server:
        assert (await failure(door(server.url))).retry_after == seconds


async def test_a_server_says_until_when_to_leave_it_alone_by_its_own_clock() -> None:
    at = datetime(2031, 5, 1, 12, tzinfo=UTC)
    raw = (
        f"HTTP/1.1 503 Busy\r\nDate: {format_datetime(at, usegmt=True)}\r\n"
        f"Retry-After: {format_datetime(at + timedelta(seconds=90), usegmt=True)}\r\nContent-Length: 0\r\n\r\n"
    )
    with JsonServer(Told(raw=(raw.encode(),))) as server:
        error = await failure(door(server.url))
    assert error.retry_after == 90
    assert error.exchange is not None
    assert error.exchange.server_at == at


async def test_a_long_body_is_cut_off() -> None:
    piece = b" " * 1_000_000
    raw = (b"HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\n", *([piece] * 50))
    with JsonServer(Told(raw=raw)) as server:
        error = await failure(door(server.url, max_bytes=100_000))
    assert error.kind is DATA
    assert "sent more than 0.1 MB, which was cut off" in error.why
    assert error.exchange is not None
    assert "over 100,000 bytes" in error.exchange.got
    with JsonServer(told({"a": 1})) as server:
        error = await failure(door(server.url, max_bytes=3))
    assert "sent more than 3 bytes, which was cut off" in error.why


async def test_a_small_body_that_unpacks_to_a_long_one_is_cut_off() -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    with JsonServer(Told(200, bomb, {"content-encoding": "gzip"})) as server:
        error = await failure(door(server.url, max_bytes=100_000))
    assert "sent more than 0.1 MB, which was cut off" in error.why


async def test_a_packed_answer_is_unpacked() -> None:
    with JsonServer(Told(200, gzip.compress(b'{"a": "\xe5\x88\xb8"}'), {"content-encoding": "gzip"})) as server:
        http = door(server.url)
        document, _ = await http.json("GET")
        await http.aclose()
    assert document == {"a": "券"}
    assert "gzip" in server.asked[0].headers["accept-encoding"]


async def test_a_body_that_trickles_in_ends_with_the_deadline() -> None:
    raw = (b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", *([b" "] * 900))
    with JsonServer(Told(raw=raw, pause=0.05)) as server:
        began = time.monotonic()
        error = await failure(door(server.url, timeout=0.4))
    assert time.monotonic() - began < 2
    assert error.kind is DOWN
    assert "did not come to the end of its answer in 0.4 s" in error.why


async def test_a_server_that_never_answers_is_down() -> None:
    with SilentPort() as silent:
        error = await failure(door(f"http://127.0.0.1:{silent.port}", timeout=0.3))
        assert "did not come to the end of an answer in 0.3 s" in error.why
        error = await failure(door(f"https://127.0.0.1:{silent.port}", timeout=5.0, connect_timeout=0.3))
        assert "could not be connected to in time" in error.why
    assert error.kind is DOWN


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{", "broke off in the middle of its answer"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[1,2", "broke off in the middle of its answer"),
        (b"220 mail ready\r\n\r\n", "does not answer in HTTP (does it want https?)"),
    ],
)
async def test_what_is_not_http_and_what_breaks_off_is_down(raw: bytes, words: str) -> None:
    with SilentPort(raw) as port:
        error = await failure(door(f"http://127.0.0.1:{port.port}", timeout=5.0))
    assert error.kind is DOWN
    assert words in error.why


async def test_a_port_where_nothing_listens_is_down() -> None:
    with SilentPort() as port:
        free = port.port
    error = await failure(door(f"http://127.0.0.1:{free}"))
    assert (error.kind, error.why) == (
        DOWN,
        f"the API at 127.0.0.1:{free} refuses the connection: nothing listens there",
    )


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


async def test_a_certificate_of_the_file_is_trusted_and_no_other(certificates: Certificates) -> None:
    trusted = str(certificates.trusted)
    with JsonServer(told({"a": 1}), certificates.agreed) as server:
        http = door(server.url, ca_file=trusted)
        assert (await http.json("GET"))[0] == {"a": 1}
        await http.aclose()
        error = await failure(door(server.url))
        assert "a certificate that is not to be trusted: unable to get local issuer" in error.why
    with JsonServer(told({}), certificates.strange) as server:
        error = await failure(door(server.url, ca_file=trusted))
    assert error.kind is DOWN
    assert "not to be trusted: self-signed" in error.why


async def test_a_certificate_of_another_host_is_not_trusted(
    certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    Names(monkeypatch)
    with JsonServer(told({}), certificates.agreed) as server:
        url = f"https://else.where.sources.test:{server.port}"
        error = await failure(door(url, ca_file=str(certificates.trusted)))
    assert error.kind is DOWN
    assert "not to be trusted: Hostname mismatch" in error.why


async def test_http_where_https_was_expected_and_the_other_way_round(certificates: Certificates) -> None:
    with JsonServer(told({})) as server:
        error = await failure(door(f"https://127.0.0.1:{server.port}"))
        assert (error.kind, "does not speak TLS on this port (is it http?)" in error.why) == (DOWN, True)
    with JsonServer(told({}), certificates.agreed) as server:
        error = await failure(door(f"http://127.0.0.1:{server.port}", timeout=3.0))
        assert error.kind is DOWN


async def test_a_file_of_certificates_is_read_again_once_it_is_there(
    certificates: Certificates, tmp_path: Path
) -> None:
    with JsonServer(told({}), certificates.agreed) as server:
        http = door(server.url, context(folder=tmp_path), ca_file="ca.pem")
        with pytest.raises(SourceError, match=r"cannot be asked: ca_file ca\.pem is not there$"):
            await http.json("GET")
        (tmp_path / "ca.pem").mkdir()
        with pytest.raises(SourceError, match=r"ca_file ca\.pem (holds no certificate|cannot be read \(.*\))$"):
            await http.json("GET")
        (tmp_path / "ca.pem").rmdir()
        (tmp_path / "ca.pem").write_text("no certificate")
        with pytest.raises(SourceError, match=r"ca_file ca\.pem holds no certificate$"):
            await http.json("GET")
        (tmp_path / "ca.pem").write_bytes(certificates.trusted.read_bytes())
        assert (await http.json("GET"))[0] == {}
        await http.aclose()


async def test_a_name_that_hangs_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    names = Names(monkeypatch)
    names.hang("slow.sources.test")
    with JsonServer(told({"a": 1})) as server:
        http = door(f"http://slow.sources.test:{server.port}", timeout=0.2)
        try:
            for _ in range(4):
                with pytest.raises(SourceError, match=r"end of looking up its name in 0\.2 s") as caught:
                    await http.json("GET")
            assert caught.value.kind is DOWN
            assert names.asked == 1
        finally:
            names.release("slow.sources.test")
        http = door(f"http://slow.sources.test:{server.port}")
        assert (await http.json("GET"))[0] == {"a": 1}
        await http.aclose()


async def test_a_name_that_nobody_knows_is_down() -> None:
    error = await failure(door("http://shop.invalid"))
    assert (error.kind, error.why) == (DOWN, "the API at shop.invalid cannot be found: nobody knows the name")


async def test_proxies_and_logins_of_the_environment_are_left_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with JsonServer(told({})) as server, JsonServer(told({"through": "proxy"})) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        (tmp_path / "netrc").write_text("machine 127.0.0.1 login who password let-me-in\n")
        monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
        http = door(server.url)
        assert (await http.json("GET"))[0] == {}
        await http.aclose()
        assert "authorization" not in server.asked[0].headers
        assert proxy.asked == []
        http = door(server.url, proxy=proxy.url)
        assert (await http.json("GET"))[0] == {"through": "proxy"}
        await http.aclose()


async def test_a_proxy_that_is_not_there_is_told_from_the_server() -> None:
    with SilentPort() as port:
        free = port.port
    with JsonServer(told({})) as server:
        for proxy, words in (
            (f"http://127.0.0.1:{free}", "refuses the connection: nothing listens there"),
            ("http://proxy.invalid:3128", "cannot be found: nobody knows the name"),
        ):
            error = await failure(door(server.url, proxy=proxy))
            through = f"is asked through the proxy {proxy.removeprefix('http://')}, which"
            assert (error.kind, error.why) == (DOWN, f"the API at 127.0.0.1:{server.port} {through} {words}")
    assert server.asked == []


async def test_a_token_goes_to_nobody_else() -> None:
    with JsonServer(told({})) as server, JsonServer(told({})) as other:
        http = door(server.url, auth=Auth(env="SHOP_TOKEN"))
        for address in (f"{other.url}/next", f"http://127.0.0.1:{server.port}@evil.example/x", "https://[bad/x"):
            with pytest.raises(SourceError, match="where nothing is asked") as caught:
                await http.ask("GET", address)
            assert caught.value.kind is DATA
        await http.ask("GET", f"{server.url}/next?page=2")
        await http.aclose()
    assert other.asked == []
    assert [asked.target for asked in server.asked] == ["/next?page=2"]


async def test_a_connection_is_used_again_and_cookies_are_not() -> None:
    with JsonServer(told({}, set_cookie="session=1; Path=/")) as server:
        http = door(server.url)
        await asyncio.gather(http.ask("GET"), http.ask("GET"))
        first = server.connections
        await http.ask("GET")
        await http.aclose()
    assert server.connections == first <= 2
    assert all("cookie" not in asked.headers for asked in server.asked)


async def test_a_new_token_works_without_a_restart(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Told:
        return told({}) if asked.headers["authorization"] == "Bearer new-token" else told({}, 401)

    (tmp_path / "token").write_text("old-token\n")
    with JsonServer(answer) as server:
        http = door(server.url, context(folder=tmp_path), auth=Auth(file="token"))
        with pytest.raises(SourceError, match="its secret is from the file token") as caught:
            await http.json("GET")
        assert caught.value.remedy == "write a valid one into token"
        (tmp_path / "token").write_text("new-token\n")
        assert (await http.json("GET"))[0] == {}
        await http.aclose()


async def test_a_keyring_that_hangs_is_asked_once_and_ended(tmp_path: Path) -> None:
    script = "import time; open('asked', 'a').write('x'); time.sleep(60)"
    auth = Auth(command=(sys.executable, "-c", script))
    with JsonServer(told({})) as server:
        http = door(server.url, context(folder=tmp_path), auth=auth, timeout=0.5)
        for _ in range(3):
            with pytest.raises(SourceError, match=r"end of reading its secret in 0\.5 s"):
                await http.json("GET")
        began = time.monotonic()
        await http.aclose()
    assert time.monotonic() - began < 0.5
    assert (tmp_path / "asked").read_text() == "x"
    assert server.asked == []


async def test_what_a_server_says_is_cleaned_and_masked() -> None:
    hostile = {"message": f"\x1b]2;x\x07 [red]password=hunter22 {TOKEN}", "error": "no"}
    with JsonServer(told(hostile, 500)) as server:
        error = await failure(door(server.url, auth=Auth(env="SHOP_TOKEN")))
    assert error.exchange is not None
    for text in (error.why, error.exchange.got):
        assert "\x1b" not in text
        assert "hunter22" not in text
        assert TOKEN not in text


def test_opening_touches_nothing() -> None:
    http = door("https://nowhere.invalid", ca_file="missing.pem", auth=Auth(file="missing"))
    assert http.name == "the API at nowhere.invalid"
    assert context().clock.now() == NOW
