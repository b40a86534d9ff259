"""Stock per SKU, and how much of the campaign's pages it covers."""

from __future__ import annotations

import pytest
from sql_shop import PAGES, Shopfront, Watch

from evtui.domain.reading import FailureKind, StockLevels, Topic
from evtui.domain.stock import StockLevel
from evtui.providers.base import SourceError


async def _levels(watch: Watch) -> tuple[StockLevel, ...]:
    answer = await watch.provider.poll(Topic.STOCK, None)
    assert isinstance(answer.value, StockLevels)
    assert answer.fact_time == watch.clock.now()
    watch.coverage = answer.coverage
    return answer.value.levels


@pytest.mark.parametrize("skus", [False, True], ids=["joined", "skus known"])
async def test_every_sku_of_the_pages_has_its_level(shopfront: Shopfront, skus: bool) -> None:
    shopfront.level(11, 4800, 12, 2, 4790)
    shopfront.level(12, 7200, 0, 0, 7200)
    shopfront.level(13, 4000, 4003, 0, -3)
    shopfront.level(14, 500, 1, 0, 499)
    shopfront.level(99, 1, 1, 1, 1)
    if skus:
        shopfront.skus.drop(shopfront.engine)
    watch = Watch(shopfront, skus=skus)
    assert await _levels(watch) == (
        StockLevel(PAGES[0], 11, 4800, 12, 2, 4790),
        StockLevel(PAGES[1], 12, 7200, 0, 0, 7200),
        StockLevel(PAGES[2], 13, 4000, 4003, 0, -3),
        StockLevel(PAGES[2], 14, 500, 1, 0, 499),
    )
    assert (watch.coverage.seen, watch.coverage.expected, watch.coverage.note) == (3, 3, "")


async def test_a_page_without_a_row_is_named(shopfront: Shopfront) -> None:
    shopfront.level(11, 4800, 12, 2, 4790)
    watch = Watch(shopfront)
    assert len(await _levels(watch)) == 1
    assert (watch.coverage.seen, watch.coverage.expected) == (1, 3)
    assert watch.coverage.note == "no stock row for page 370480; no stock row for page 370478"


async def test_an_empty_table_is_an_answer_that_covers_nothing(shopfront: Shopfront) -> None:
    watch = Watch(shopfront)
    assert await _levels(watch) == ()
    assert watch.coverage.seen == 0


async def test_skus_that_are_not_valid_are_left_out(shopfront: Shopfront) -> None:
    shopfront.level(13, 4000, 0, 0, 4000)
    shopfront.level(14, 500, 0, 0, 500)
    shopfront.write(
        shopfront.skus.update().where(shopfront.skus.c["SaleProductSKU_Id"] == 14).values(SaleProductSKU_ValidFlag=0)
    )
    assert [level.sku_id for level in await _levels(Watch(shopfront))] == [13]


async def test_the_flag_of_the_stock_row_counts_only_where_it_is_named(shopfront: Shopfront) -> None:
    shopfront.level(11, 4800, 0, 0, 4800, valid=0)
    assert len(await _levels(Watch(shopfront))) == 1
    watch = Watch(shopfront, columns={"ProductStock_ValidFlag": "ProductStock_ValidFlag"})
    assert await _levels(watch) == ()


async def test_rows_that_cannot_be_read_are_counted(sqlite_shopfront: Shopfront) -> None:
    sqlite_shopfront.level(11, 4800, 0, 0, 4800)
    sqlite_shopfront.level(12, 7200, 0, 0, 7200)
    where = "WHERE ProductStock_SaleProductSKUId = 12"
    sqlite_shopfront.write(f"UPDATE ProductStock SET ProductStock_SellingQty = 'many' {where}")
    watch = Watch(sqlite_shopfront)
    assert [level.sku_id for level in await _levels(watch)] == [11]
    assert watch.coverage.note.endswith("1 unreadable row left out: selling is not a whole number")
    sqlite_shopfront.write("UPDATE ProductStock SET ProductStock_SellingQty = NULL")
    with pytest.raises(SourceError, match="none of 2 rows can be read: selling is empty") as caught:
        await _levels(watch)
    assert caught.value.kind is FailureKind.DATA


@pytest.mark.parametrize("skus", [True, False])
async def test_a_page_with_an_unreadable_row_is_left_out_whole(sqlite_shopfront: Shopfront, skus: bool) -> None:
    for sku in (11, 12, 13, 14):
        sqlite_shopfront.level(sku, 4800, 0, 0, 4800)
    where = "WHERE ProductStock_SaleProductSKUId = 14"
    sqlite_shopfront.write(f"UPDATE ProductStock SET ProductStock_SellingQty = 1e13 {where}")
    watch = Watch(sqlite_shopfront, skus=skus)
    assert [level.sku_id for level in await _levels(watch)] == [11, 12]
    assert (watch.coverage.seen, watch.coverage.expected) == (2, 3)
    assert watch.coverage.note == (
        "page 370478 left out, a row of it cannot be read; 1 unreadable row left out: selling is out of range"
    )


async def test_a_sku_with_two_rows_is_not_counted_twice(shopfront: Shopfront) -> None:
    shopfront.level(11, 4800, 0, 0, 4800)
    shopfront.level(11, 4800, 0, 0, 4800)
    watch = Watch(shopfront)
    assert len(await _levels(watch)) == 1
    assert "1 SKU rows come twice" in watch.coverage.note
