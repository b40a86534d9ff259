"""A JSON API as a source: what it is asked, page after page and poll after poll, and what becomes of its answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from http_launch import NOW, OPENS, ORDER_FIELDS, PAGES, TOKEN, context, order_row
from json_server import Asked, JsonServer, Told, told
from msgspec.structs import replace

from evtui.clock import ManualClock
from evtui.domain.codes import parse_code
from evtui.domain.reading import Answer, FailureKind, Lookup, OrderBatch, StockLevels, Topic
from evtui.errors import UsageError
from evtui.providers import http as http_module
from evtui.providers._http import Auth
from evtui.providers.base import Question, SourceError
from evtui.providers.http import HttpProvider
from evtui.providers.http_paging import Paging
from evtui.providers.http_query import HttpSettings
from evtui.providers.mapping import MappingSettings
from evtui.providers.objections import SettingsError

ORDERS = MappingSettings(fields=ORDER_FIELDS, rows="items")


def api(url: str, topic: Topic | Lookup = Topic.ORDERS, clock: ManualClock | None = None, **more: Any) -> HttpProvider:
    return HttpProvider.open(HttpSettings(url=url, **({"map": ORDERS} | more)), context(topic, clock=clock))


def codes(answer: Answer) -> list[int]:
    """Serials of the lines, in order."""
    assert isinstance(answer.value, OrderBatch)
    return [int(line.ts_code[-6:]) for line in answer.value.lines]


async def refused(provider: HttpProvider, topic: Topic = Topic.ORDERS) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await provider.poll(topic, None)
    await provider.aclose()
    return caught.value


async def test_each_poll_goes_on_from_the_newest_row() -> None:
    rows = [order_row(1), order_row(2, changed="2024-01-25T10:20:00")]
    clock = ManualClock(NOW)
    query = {"from": "{since}", "to": "{until}", "shop": "{shop}", "pages": "{pages}"}
    with JsonServer(lambda _: told({"items": rows})) as server:
        provider = api(server.url, clock=clock, query=query, path="v2/orders", auth=Auth(env="SHOP_TOKEN"))
        first = await provider.poll(Topic.ORDERS, None)
        clock.advance(timedelta(minutes=1))
        second = await provider.poll(Topic.ORDERS, first.cursor)
        rows.append(order_row(3, at="2024-01-25T10:29:30", sets="none"))
        third = await provider.poll(Topic.ORDERS, second.cursor)
        fourth = await provider.poll(Topic.ORDERS, third.cursor)
        await provider.aclose()
    assert server.asked[0].path == "/v2/orders"
    assert server.asked[0].query == {
        "from": "2024-01-24T02:00:00Z",
        "to": "2024-01-25T02:30:00Z",
        "shop": "28",
        "pages": "370490,370480",
    }
    assert server.asked[1].query["from"] == "2024-01-25T02:19:00Z"  # a minute behind the newest
    assert codes(first) == [1, 2]
    assert (first.fact_time, second.fact_time) == (NOW, NOW + timedelta(minutes=1))
    assert first.login is not None
    assert first.exchange is not None
    assert TOKEN not in repr(first)
    since = [answer.value.since for answer in (first, second, third, fourth) if isinstance(answer.value, OrderBatch)]
    # what the third could not read says nothing about what it held
    assert since == [None, NOW, NOW + timedelta(minutes=1), None]
    assert third.coverage.note == "1 unreadable row left out: quantity is not a number: text of 4 characters"


async def test_times_are_asked_for_in_the_words_of_the_api() -> None:
    mapping = MappingSettings(fields=ORDER_FIELDS, time_format="%d/%m/%Y %H:%M", timezone="Asia/Tokyo")
    with JsonServer(told([])) as server:
        provider = api(server.url, map=mapping, query={"since": "{since}"}, overlap=0.0)
        answer = await provider.poll(Topic.ORDERS, None)
        await provider.aclose()
    assert server.asked[0].query == {"since": "24/01/2024 11:00"}
    assert codes(answer) == []


Answering = Callable[[Asked], Told]
TEN = [order_row(serial) for serial in range(1, 11)]


def by_page(asked: Asked) -> Told:
    start, size = (int(asked.query["page"]) - 1) * 4, int(asked.query["size"])
    return told({"items": TEN[start : start + size]})


def by_offset(asked: Asked) -> Told:
    start = int(asked.query["offset"])
    return told({"items": TEN[start : start + 4]})


def by_cursor(asked: Asked) -> Told:
    start = int(asked.query.get("after", "c0")[1:])
    return told({"items": TEN[start : start + 4], "next": f"c{start + 4}" if start + 4 < 10 else None})


def by_link(asked: Asked) -> Told:
    start = int(asked.query.get("at", 0))
    link = f'</x>; rel="prev", <?at={start + 4}>; title="a,b"; rel="last next"' if start + 4 < 10 else ""
    return told({"items": TEN[start : start + 4]}, link=link)


def by_address(asked: Asked) -> Told:
    start = int(asked.query.get("at", 0))
    return told({"items": TEN[start : start + 4], "links": {"next": f"/?at={start + 4}" if start + 4 < 10 else ""}})


STYLES: Sequence[tuple[Answering, Paging]] = (
    (by_page, Paging(style="page", size=4, size_param="size")),
    (by_offset, Paging(style="offset")),
    (by_cursor, Paging(style="cursor", param="after", next="next")),
    (by_link, Paging(style="link")),
    (by_address, Paging(style="link", next="links.next")),
)


@pytest.mark.parametrize(("answer", "paging"), STYLES)
async def test_pages_are_read_to_the_last_one(answer: Answering, paging: Paging) -> None:
    with JsonServer(answer) as server:
        provider = api(server.url, paging=paging)
        read = await provider.poll(Topic.ORDERS, None)
        await provider.aclose()
    assert codes(read) == [*range(1, 11)]
    assert not read.coverage.more
    assert len(server.asked) == (4 if paging.style == "offset" else 3)


@pytest.mark.parametrize(("answer", "paging"), STYLES)
async def test_a_long_history_is_spread_over_polls(answer: Answering, paging: Paging) -> None:
    few = Paging(**{name: getattr(paging, name) for name in paging.__struct_fields__} | {"max_pages": 2})
    clock = ManualClock(NOW)
    with JsonServer(answer) as server:
        provider = api(server.url, paging=few, clock=clock)
        first = await provider.poll(Topic.ORDERS, None)
        clock.advance(timedelta(seconds=5))
        second = await provider.poll(Topic.ORDERS, first.cursor)
        third = await provider.poll(Topic.ORDERS, second.cursor)
        await provider.aclose()
    assert (codes(first), codes(second)) == ([*range(1, 9)], [9, 10])
    assert (first.coverage.more, second.coverage.more) == (True, False)
    assert isinstance(third.value, OrderBatch)
    assert third.value.since == NOW  # when the round began


async def test_a_poll_that_takes_long_begins_no_further_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_module, "READ_SECONDS", 0.0)
    with JsonServer(by_offset) as server:
        provider = api(server.url, paging=Paging(style="offset"))
        read = await provider.poll(Topic.ORDERS, None)
        await provider.aclose()
    assert (codes(read), read.coverage.more) == ([1, 2, 3, 4], True)


@pytest.mark.parametrize(
    ("answer", "paging"),
    [
        (lambda _: told({"items": TEN}), Paging(style="page")),
        (lambda _: told({"items": TEN}), Paging(style="offset")),
        (lambda _: told({"items": TEN, "next": "again"}), Paging(style="cursor", next="next")),
        (lambda asked: told({"items": TEN, "x": asked.target}, link="</?n=1>; rel=next"), Paging(style="link")),
    ],
)
async def test_pages_that_go_round_in_circles_are_noticed(answer: Answering, paging: Paging) -> None:
    with JsonServer(answer) as server:
        error = await refused(api(server.url, paging=paging))
    assert error.kind is FailureKind.DATA
    assert "sends the same page again and again" in error.why
    assert len(server.asked) <= 3


async def test_pages_without_end_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_module, "MOST_PAGES", 4)
    count = iter(range(10**6))
    with JsonServer(lambda _: told({"items": TEN, "next": next(count)})) as server:
        provider = api(server.url, paging=Paging(style="cursor", next="next", max_pages=3))
        first = await provider.poll(Topic.ORDERS, None)
        with pytest.raises(SourceError, match="does not end: 4 pages and more follow"):
            await provider.poll(Topic.ORDERS, first.cursor)
        await provider.aclose()
    assert len(server.asked) == 4


async def test_half_of_the_stock_is_no_answer() -> None:
    stock = MappingSettings(fields={"page_id": "page", "selling": "left"})
    rows = {"1": [{"page": PAGES[0], "left": 5}], "2": [{"page": PAGES[1], "left": 6}], "3": []}
    with JsonServer(lambda asked: told(rows[asked.query["page"]])) as server:
        error = await refused(
            api(server.url, Topic.STOCK, map=stock, paging=Paging(style="page", max_pages=2)), Topic.STOCK
        )
        assert "half an answer is none: raise paging.max_pages" in error.why
        provider = api(server.url, Topic.STOCK, map=stock, paging=Paging(style="page", max_pages=3))
        read = await provider.poll(Topic.STOCK, None)
        await provider.aclose()
    assert isinstance(read.value, StockLevels)
    assert [level.selling for level in read.value.levels] == [5, 6]
    assert (read.coverage.seen, read.coverage.expected) == (2, 2)


async def test_a_next_page_on_another_server_is_not_fetched() -> None:
    with JsonServer(told({"items": TEN}, link='<https://evil.example/x>; rel="next"')) as server:
        error = await refused(api(server.url, paging=Paging(style="link"), auth=Auth(env="SHOP_TOKEN")))
    assert (error.kind, "evil.example, where nothing is asked" in error.why) == (FailureKind.DATA, True)


async def test_one_order_is_asked_for_by_its_code() -> None:
    rows = [order_row(28, extra=1), order_row(28, code="TS240125L000029"), order_row(99)]
    group = "TG240125L00028"
    with JsonServer(lambda _: told({"items": rows})) as server:
        provider = api(server.url, Lookup.ORDER_STATUS, path="orders/{code}/lines", query={"shop": "{shop}"})
        by_slave = await provider.look_up(Lookup.ORDER_STATUS, Question(parse_code("TS240125L000028")))
        known = await provider.look_up(Lookup.ORDER_STATUS, Question(parse_code("TS240125L000028"), group))
        with pytest.raises(SourceError, match="is not asked for payment_log"):
            await provider.look_up(Lookup.PAYMENT_LOG, Question(parse_code(group)))
        await provider.aclose()
    assert [asked.target for asked in server.asked] == [
        "/orders/TS240125L000028/lines?shop=28",
        f"/orders/{group}/lines?shop=28",
    ]
    assert (codes(by_slave), codes(known)) == ([28], [28, 29])


async def test_a_question_in_a_body_is_posted() -> None:
    with JsonServer(told({"items": TEN})) as server:
        provider = api(server.url, method="POST", body='{"filter": {"since": "{since}", "shop": {shop}}}')
        await provider.poll(Topic.ORDERS, None)
        await provider.aclose()
    assert server.asked[0].method == "POST"
    assert server.asked[0].headers["content-type"] == "application/json"
    assert server.asked[0].body == b'{"filter": {"since": "2024-01-24T02:00:00Z", "shop": 28}}'


@pytest.mark.parametrize(
    ("document", "kind", "words"),
    [
        (
            {"ok": False, "why": "maintenance"},
            FailureKind.DATA,
            "was not understood: the answer says that it is none: ma",
        ),
        ({"ok": False, "login": True}, FailureKind.AUTH, "was not understood: the answer asks for a login"),
        ({"ok": True, "items": [{"code": 5}]}, FailureKind.DATA, "was not understood: the only row cannot be read"),
        ({"ok": True}, FailureKind.DATA, "another form than agreed: nothing at items"),
    ],
)
async def test_an_answer_that_is_none_shows_what_came(document: object, kind: FailureKind, words: str) -> None:
    mapping = MappingSettings(fields=ORDER_FIELDS, rows="items", ok="ok", auth_when="login", error="why")
    with JsonServer(told(document)) as server:
        error = await refused(api(server.url, map=mapping, auth=Auth(env="SHOP_TOKEN")))
    assert error.kind is kind
    assert words in error.why
    assert error.exchange is not None
    assert "200 OK" in error.exchange.got
    assert bool(error.remedy) is (kind is FailureKind.AUTH)


async def test_an_api_says_how_old_its_facts_are() -> None:
    mapping = MappingSettings(fields=ORDER_FIELDS, rows="items", as_of="at")
    with JsonServer(told({"items": TEN, "at": "2024-01-25T10:07:00"})) as server:
        provider = api(server.url, map=mapping)
        read = await provider.poll(Topic.ORDERS, None)
        await provider.aclose()
    assert read.fact_time == OPENS + timedelta(minutes=7)


async def test_many_rows_are_read_all_the_same() -> None:
    with JsonServer(told({"items": [order_row(serial) for serial in range(2_000)]})) as server:
        provider = api(server.url)
        read = await provider.poll(Topic.ORDERS, None)
        await provider.aclose()
    assert codes(read) == [*range(2_000)]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"url": "shop.example.com/api"}, "url: 'shop.example.com/api' is not an address"),
        ({"url": "ftp://shop.example.com"}, "is not an address"),
        ({"url": "https://shop.example.com:99999"}, "is not an address"),
        ({"url": "https://[::1"}, "is not an address"),
        ({"url": "https://a b"}, "is not an address"),
        (
            {"url": "https://me:let-me-in@shop.example.com"},
            'url: it holds a user name and a password; .*`auth = { env = "NAME" }`',
        ),
        (
            {"url": "https://shop.example.com?access_key=hunter22"},
            r"url: it holds a secret in its query \(access_key\)",
        ),
        ({"url": "https://shop.example.com#a"}, "what stands behind # is never sent"),
        ({"proxy": "socks5://localhost"}, "proxy: 'socks5://localhost' is not an address"),
        (
            {"headers": {"Authorization": "Bearer hunter22"}},
            'headers.Authorization: it opens a door; .* write `auth = { env = "NAME" }`',
        ),
        (
            {"headers": {"X-Note": "Bearer hunter22"}},
            'headers.X-Note: it opens a door; .*`auth = { env = "NAME", header = "X-Note" }`',
        ),
        ({"headers": {"X-Api-Key_env": "hunter22"}}, 'headers.X-Api-Key_env: .*header = "X-Api-Key" }`'),
        ({"headers": {"a b": "c"}}, "headers: 'a b' cannot be the name"),
        ({"headers": {"a": "b\nc"}}, "headers.a: a header takes plain ASCII"),
        ({"auth": Auth()}, "auth: exactly one of env, file and command"),
        ({"auth": Auth(env="A", header="b", user="c")}, "header and user exclude each other"),
        ({"auth": Auth(env="A", header="b c")}, "auth.header: 'b c' cannot be the name"),
        ({"auth": Auth(env="A", user="b:c")}, "auth.user: 'b:c' cannot be a user name"),
        ({"timeout": 0.0}, "timeout: 0 cannot be; seconds, more than 0"),
        ({"max_bytes": -1}, "max_bytes: -1 is too little"),
        ({"ca_file": "a\0"}, "ca_file: it is no path"),
        ({"overlap": -1.0}, "overlap: -1 cannot be"),
        ({"path": "https://else.where/x"}, "is no path"),
        (
            {"url": "https://shop.example.com/{since}"},
            "url: {since} is not filled in here; put what it stands in into path",
        ),
        ({"path": "x/{shpo}"}, r"path: nothing is called {shpo}; did you mean {shop}\?"),
        ({"query": {"a": "{colour}"}}, r"query.a: nothing is called {colour}; there are {since}"),
        ({"query": {"code": "{code}"}}, r"{code} is for \[lookups.order_status\] alone"),
        ({"query": {"api_key": "hunter22"}}, "query.api_key: it holds a secret"),
        ({"body": "{}"}, "body: GET sends none"),
        ({"method": "POST"}, "body: it is missing"),
        ({"method": "POST", "body": "since={since}"}, "body: it is not JSON"),
        ({"paging": Paging(style="cursor")}, "paging.next: it is missing"),
        ({"paging": Paging(style="page", next="a")}, 'paging.next: it is for the styles "cursor" and "link"'),
        ({"paging": Paging(style="page", size_param="n")}, "paging.size: it is missing"),
        ({"paging": Paging(style="page", max_pages=0)}, "paging.max_pages: 0 is too small"),
        ({"paging": Paging(style="link", next="a[")}, r"paging.next: 'a\[' is not JMESPath"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused_at_once(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        api(**({"url": "https://shop.example.com"} | settings))
    assert "hunter22" not in str(caught.value)
    assert "let-me-in" not in str(caught.value)


def test_everything_that_cannot_be_meant_is_said_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        api(
            url="shop", timeout=0.0, path="{shpo}", map=replace(ORDERS, rows="a[", timezone="Asia/Hong Kong"),
            paging=Paging(style="cursor"), headers={"Cookie_env": "a", "b": "\n"},
        )  # fmt: skip
    assert [sentence.partition(": ")[0] for sentence in caught.value.sentences] == [
        *("url", "headers.Cookie_env", "headers.b", "timeout", "path", "map.timezone", "map.rows", "paging.next")
    ]


def test_a_look_up_has_to_ask_for_the_code() -> None:
    with pytest.raises(UsageError, match=r"put \{code\} into path, query or body"):
        api("https://shop.example.com", Lookup.ORDER_STATUS)
