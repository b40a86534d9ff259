"""A thousand sale pages: no statement names more than its database takes, and nothing is lost on the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from msgspec.structs import replace
from sql_shop import Shopfront, Watch, local
from sqlalchemy.dialects import mssql, mysql, postgresql, sqlite

from evtui.domain.campaign import Campaign
from evtui.domain.reading import StockLevels, Topic
from evtui.providers import sql_tables
from evtui.providers.base import Context
from evtui.providers.sql import SqlProvider
from evtui.providers.sql_settings import SqlSettings
from evtui.providers.sql_tables import AT_ONCE, Layout, Scope

COUNT = 1_000
SKUS_A_PAGE = 5
TAKES = {"mssql": 2_100 - 2, "sqlite": 32_766, "postgresql": 65_535}
"""Values that a statement may hold; SQL Server's call takes two more for itself."""


def pages() -> range:
    return range(370_000, 370_000 + COUNT)


def skus(page: int) -> tuple[int, ...]:
    return tuple(range(page * 10, page * 10 + SKUS_A_PAGE))


class Many(Watch):
    """A watch over a thousand pages of five SKUs each."""

    def __init__(self, shopfront: Shopfront, *, named: bool, **settings: Any) -> None:
        super().__init__(shopfront, **settings)
        self.context = Context(plan(self.context.campaign, named=named), self.clock, {"SHOP_DB": shopfront.url})
        self.provider = SqlProvider.open(SqlSettings(url_env="SHOP_DB", **settings), self.context)


def plan(campaign: Campaign, *, named: bool) -> Campaign:
    """The launch with a thousand products, which name their SKUs or leave that to the table."""
    first = campaign.products[0]
    products = (replace(first, page_id=page, skus=skus(page) if named else ()) for page in pages())
    return replace(campaign, products=tuple(products))


def fill(shopfront: Shopfront) -> None:
    """Stock of every SKU."""
    names = shopfront.stock.c.keys()
    shopfront.write(shopfront.stock.insert(), [
        dict(zip(names, (sku, 10, 1, 0, 9, 1), strict=True)) for page in pages() for sku in skus(page)
    ])  # fmt: skip
    shopfront.write(shopfront.skus.insert(), [
        {"SaleProductSKU_Id": sku, "SaleProductSKU_SalePageId": page, "SaleProductSKU_ValidFlag": 1}
        for page in pages() for sku in skus(page)
    ])  # fmt: skip


@contextmanager
def statements() -> Iterator[list[int]]:
    """How many values each SELECT holds that any engine sends meanwhile."""
    held: list[int] = []

    def note(connection: object, cursor: object, statement: str, values: Any, *_: object) -> None:
        if statement.startswith("SELECT"):
            held.append(len(values))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield held
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


@pytest.mark.parametrize(("named", "count"), [(False, 1), (True, 3)], ids=["by page", "by SKU"])
async def test_stock_of_a_thousand_pages(shopfront: Shopfront, named: bool, count: int) -> None:
    fill(shopfront)
    watch = Many(shopfront, named=named)
    with statements() as held:
        answer = await watch.provider.poll(Topic.STOCK, None)
    assert isinstance(answer.value, StockLevels)
    told = {(level.page_id, level.sku_id) for level in answer.value.levels}
    assert told == {(page, sku) for page in pages() for sku in skus(page)}
    assert (answer.coverage.seen, answer.coverage.expected, answer.coverage.note) == (COUNT, COUNT, "")
    assert len(held) == count
    assert max(held) <= TAKES["mssql"]


@pytest.mark.parametrize("batch_rows", [7, 5_000])
async def test_orders_of_several_batches_come_in_order_and_once(
    shopfront: Shopfront, monkeypatch: pytest.MonkeyPatch, batch_rows: int
) -> None:
    monkeypatch.setattr(sql_tables, "AT_ONCE", 1_700)
    fill(shopfront)
    # neighbours in time are of different batches, and each second holds several of them
    rows = [
        shopfront.row(number, number // 3, sku_id=skus(370_000 + number * 271 % COUNT)[number % SKUS_A_PAGE])
        for number in range(1, 101)
    ]
    shopfront.write(shopfront.orders.insert(), rows)
    watch = Many(shopfront, named=True, batch_rows=batch_rows)
    with statements() as held:
        lines = await watch.lines()
    assert sorted(line.ts_code for line in lines) == [f"TS240125L{number:06}" for number in range(1, 101)]
    assert [line.created_at for line in lines] == sorted(line.created_at for line in lines)
    assert {line.page_id for line in lines} == {370_000 + number * 271 % COUNT for number in range(1, 101)}
    assert len(held) % 3 == 0
    assert (len(held) == 3) == (batch_rows == 5_000)
    assert await watch.lines() == ()
    late = shopfront.row(200, 33, sku_id=skus(370_999)[0])
    shopfront.write(shopfront.orders.insert(), [late])
    assert await watch.codes() == ["200"]


async def test_the_same_lines_whatever_the_batches(
    sqlite_shopfront: Shopfront, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        sqlite_shopfront.row(number, number % 40 * 0.5, sku_id=skus(370_000 + number)[0]) for number in range(1, 61)
    ]
    sqlite_shopfront.write(sqlite_shopfront.orders.insert(), rows)
    told = []
    for at_once in (5_000, 999):
        monkeypatch.setattr(sql_tables, "AT_ONCE", at_once)
        watch = Many(sqlite_shopfront, named=True, batch_rows=11)
        told.append({line.ts_code: line for line in await watch.lines()})
    assert told[0] == told[1]
    assert len(told[0]) == 60


async def test_a_thousand_pages_without_stock_are_told_in_one_short_line(sqlite_shopfront: Shopfront) -> None:
    answer = await Many(sqlite_shopfront, named=False).provider.poll(Topic.STOCK, None)
    assert (answer.coverage.seen, answer.coverage.expected) == (0, COUNT)
    assert answer.coverage.note.startswith("no stock row for page 370000; no stock row for page 370001; ")
    assert answer.coverage.note.endswith("; 995 more pages without one")


@pytest.mark.parametrize("module", [mssql, mysql, postgresql, sqlite])
def test_no_statement_holds_more_values_than_its_database_takes(module: Any) -> None:
    layout = Layout(
        orders_table="OrderSlaveFlow", stock_table="ProductStock", sku_table="SaleProductSKU",
        schema="", columns={}, nolock=True,
    )  # fmt: skip
    at = local(2024, 1, 25, 10)
    every = {sku: page for page in pages() for sku in skus(page)}
    asked: list[int] = []
    for scope in Scope(28, tuple(range(4 * AT_ONCE)), {}), Scope(28, tuple(pages()), every):
        for part in scope.batches():
            asked += part.sku_pages or part.pages
            for statement in layout.changed_lines(part, at, at, 5_000), layout.stock_levels(part):
                compiled = statement.compile(dialect=module.dialect(), compile_kwargs={"render_postcompile": True})
                assert AT_ONCE // 2 <= len(compiled.params) <= TAKES.get(module.dialect.name, 65_535)
    assert asked == [*range(4 * AT_ONCE), *sorted(every)]
