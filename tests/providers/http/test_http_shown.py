"""What of a question an exchange shows, and that nothing opaque is in it, in an echo or in a complaint either."""

from __future__ import annotations

import json

import pytest
from http_launch import door
from hypothesis import given
from hypothesis import strategies as st
from json_server import Asked, JsonServer, Told, told

from evtui.providers.base import SourceError
from evtui.providers.http_shown import is_plain, masked_body, masked_query

OPAQUE = "topsecretvalue3"


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("shop=28&since=2024-01-25T02%3A00%3A00Z&pages=370490%2C370480", None),
        ("k=2024-01-25%2002:00&x=370490,370480&o=TG240125L00001", None),
        ("query=sum%28increase%28requests_total%5B1m%5D%29%29&step=60", None),
        ("lang=zh-HK&v=2&flag&empty=", None),
        ("page=2&cursor=b3BhcXVl0123456789", None),
        (f"k={OPAQUE}&shop=28", "k=***&shop=28"),
        ("k=top%20secret%2Fvalue", "k=***"),
        ("sometoken=onlyletters", "sometoken=***"),
    ],
)
def test_parameters_are_shown_unless_they_may_open_a_door(query: str, shown: str | None) -> None:
    assert masked_query(query)[0] == (query if shown is None else shown)


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ('{"since" : "2024-01-25T02:00:00Z", "pages": ["370490"], "n": 5}', None),
        ('{"query": "{ orders(since: 1) { code } }"}', None),
        ("no question of any kind", None),
        (json.dumps({"a": {"k": [OPAQUE, 3, None]}, "shop": "28"}), '{"a":{"k":["***",3,null]},"shop":"28"}'),
        (f"shop=28&k={OPAQUE}", "shop=28&k=***"),
    ],
)
def test_bodies_are_shown_unless_they_may_open_a_door(body: str, shown: str | None) -> None:
    assert masked_body(body)[0] == (body if shown is None else shown)


@given(st.text())
def test_any_text_is_a_query_and_a_body(text: str) -> None:
    for shown, hidden in (masked_query(text), masked_body(text)):
        assert bool(hidden) == (shown != text)


@given(st.text(alphabet="abcxyz0123456789-_", min_size=9).filter(lambda value: not is_plain("k", value)))
def test_a_value_that_is_not_plain_is_in_neither(value: str) -> None:
    assert masked_query(f"shop=28&k={value}") == ("shop=28&k=***", [value, value])
    assert masked_body(json.dumps({"k": value})) == ('{"k":"***"}', [value])


async def test_an_exchange_shows_nothing_opaque_wherever_it_turns_up() -> None:
    def echo(asked: Asked) -> Told:
        return told({"next": f"/orders?k={OPAQUE}&page=2"})

    with JsonServer(echo) as server:
        http = door(server.url, headers={"X-Tenant": "tenant-0815-4711", "X-Market": "HK"})
        document, reply = await http.json(
            "POST", "orders", params={"k": OPAQUE, "shop": "28"}, body=json.dumps({"k": OPAQUE}).encode()
        )
        await http.aclose()
    assert server.asked[0].target == f"/orders?k={OPAQUE}&shop=28"
    # what is read goes on whole: a next page is asked for by it
    assert document == {"next": f"/orders?k={OPAQUE}&page=2"}
    assert reply.exchange.asked.splitlines()[0] == f"POST {server.url}/orders?k=***&shop=28"
    assert "x-tenant: ***" in reply.exchange.asked
    assert "x-market: HK" in reply.exchange.asked
    assert "content-type: application/json" in reply.exchange.asked
    assert OPAQUE not in reply.exchange.asked + reply.exchange.got


async def test_a_complaint_that_repeats_something_opaque_does_not_show_it() -> None:
    with JsonServer(told({"message": f"who is {OPAQUE}?"}, 400)) as server:
        http = door(server.url)
        with pytest.raises(SourceError) as caught:
            await http.json("GET", params={"k": OPAQUE})
        await http.aclose()
    assert caught.value.why.endswith("answered 400: who is ***?")
