"""A launch of a thousand sale pages: `{pages}` is asked for in several calls, whose answers are one."""

from __future__ import annotations

from typing import Any

import pytest
from http_launch import NOW, ORDER_FIELDS, campaign, order_row
from json_server import Asked, JsonServer, Told, told
from msgspec.structs import replace

from evtui.clock import ManualClock
from evtui.domain.reading import Answer, FailureKind, OrderBatch, StockLevels, Topic
from evtui.errors import UsageError
from evtui.providers import http as http_module
from evtui.providers.base import Context, SourceError
from evtui.providers.http import HttpProvider
from evtui.providers.http_paging import Paging
from evtui.providers.http_query import HttpSettings
from evtui.providers.mapping import MappingSettings

PAGES = tuple(range(370_000, 371_000))
LONGEST = 8_190
"""Bytes of a request line that Apache and nginx take as they come."""
STOCK = MappingSettings(
    fields={"page_id": "page", "sku_id": "sku", "selling": "left"}, rows="items", as_of="at", timezone="UTC"
)
ORDERS = MappingSettings(fields=ORDER_FIELDS, rows="items")


def provider(url: str, topic: Topic, **more: Any) -> HttpProvider:
    launch = campaign()
    products = tuple(replace(launch.products[0], page_id=page) for page in PAGES)
    context = Context(replace(launch, products=products), ManualClock(NOW), {}, ".", topic=topic)
    return HttpProvider.open(HttpSettings(url=url, **({"query": {"pages": "{pages}"}} | more)), context)


def wanted(asked: Asked) -> list[int]:
    return [int(page) for page in asked.query["pages"].split(",")]


def shelves(asked: Asked) -> Told:
    """Stock of the pages asked for; each batch a second older than the one before."""
    first = (wanted(asked)[0] - PAGES[0]) // 100
    items = [{"page": page, "sku": page * 10, "left": 5} for page in wanted(asked)]
    return told({"at": f"2024-01-25T02:29:{59 - first:02}Z", "items": items})


async def once(made: HttpProvider, topic: Topic, cursor: object = None) -> Answer:
    answer = await made.poll(topic, cursor)
    await made.aclose()
    return answer


async def test_a_thousand_pages_are_asked_for_in_ten_addresses_that_servers_take() -> None:
    with JsonServer(shelves) as server:
        answer = await once(provider(server.url, Topic.STOCK, map=STOCK), Topic.STOCK)
    assert isinstance(answer.value, StockLevels)
    assert [level.page_id for level in answer.value.levels] == list(PAGES)
    assert (answer.coverage.seen, answer.coverage.expected, answer.coverage.note) == (1_000, 1_000, "")
    assert [page for asked in server.asked for page in wanted(asked)] == list(PAGES)
    assert len(server.asked) == 10
    assert max(len(asked.target) for asked in server.asked) < LONGEST / 8
    # as old as the oldest of the ten
    assert answer.fact_time == NOW.replace(minute=29, second=50)


async def test_one_address_with_all_of_them_is_what_the_batches_avoid() -> None:
    with JsonServer(shelves) as server:
        made = provider(server.url, Topic.STOCK, map=STOCK, pages_per_call=5_000)
        await once(made, Topic.STOCK)
    assert [len(asked.target) > LONGEST for asked in server.asked] == [True]


async def test_who_does_not_ask_for_pages_asks_once() -> None:
    with JsonServer(told({"items": [], "at": "2024-01-25T02:29:00Z"})) as server:
        made = provider(server.url, Topic.STOCK, map=STOCK, query={"shop": "{shop}"})
        answer = await once(made, Topic.STOCK)
    assert len(server.asked) == 1
    assert answer.coverage.note.endswith("; 995 more pages without one")


async def test_one_batch_that_fails_fails_the_poll() -> None:
    def some(asked: Asked) -> Told:
        return told({"error": "busy"}, 503) if 370_500 in wanted(asked) else shelves(asked)

    with JsonServer(some) as server:
        made = provider(server.url, Topic.STOCK, map=STOCK)
        with pytest.raises(SourceError) as caught:
            await once(made, Topic.STOCK)
        await made.aclose()
    assert caught.value.kind is FailureKind.DOWN
    assert len(server.asked) == 6


def paged(asked: Asked) -> Told:
    """Each batch has five orders, two on a page."""
    batch, page = (wanted(asked)[0] - PAGES[0]) // 100, int(asked.query["page"])
    rows = [order_row(10 * batch + number, page=wanted(asked)[0]) for number in range(5)]
    return told({"items": rows[2 * page - 2 : 2 * page]})


def serials(answer: Answer) -> list[int]:
    assert isinstance(answer.value, OrderBatch)
    return [int(line.ts_code[-6:]) for line in answer.value.lines]


ALL = [10 * batch + number for batch in range(10) for number in range(5)]


async def test_every_batch_has_pages_of_its_own() -> None:
    with JsonServer(paged) as server:
        made = provider(server.url, Topic.ORDERS, map=ORDERS, paging=Paging(style="page", size=2))
        answer = await once(made, Topic.ORDERS)
    assert serials(answer) == ALL
    assert [asked.query["page"] for asked in server.asked] == ["1", "2", "3"] * 10
    assert not answer.coverage.more


@pytest.mark.parametrize("pages", [1, 2, 3])
async def test_a_round_goes_on_where_the_last_poll_stopped(monkeypatch: pytest.MonkeyPatch, pages: int) -> None:
    monkeypatch.setattr(http_module, "READ_SECONDS", 0.0)
    heard: list[int] = []
    more = True
    with JsonServer(paged) as server:
        paging = Paging(style="page", size=2, max_pages=pages)
        made = provider(server.url, Topic.ORDERS, map=ORDERS, paging=paging)
        cursor: object = None
        while more:
            answer = await made.poll(Topic.ORDERS, cursor)
            heard += serials(answer)
            cursor, more = answer.cursor, answer.coverage.more
        assert isinstance(answer.value, OrderBatch)
        assert answer.value.since is None
        began = len(server.asked)
        again = await once(made, Topic.ORDERS, cursor)
    assert heard == ALL
    assert began == 30
    assert wanted(server.asked[began])[0] == PAGES[0]
    assert isinstance(again.value, OrderBatch)
    assert again.value.since == NOW


def test_less_than_one_page_a_call_cannot_be_meant() -> None:
    with pytest.raises(UsageError, match="pages_per_call: 0 is too small"):
        provider("http://127.0.0.1:1", Topic.STOCK, map=STOCK, pages_per_call=0)
