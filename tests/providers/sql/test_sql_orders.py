"""The order table read onwards, on SQLite and PostgreSQL alike: nothing skipped, nothing sent twice."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace
from sql_shop import OPENS, PAGES, Shopfront, Watch, local

from evtui.domain.codes import parse_code
from evtui.domain.reading import FailureKind, Lookup, OrderBatch, Topic
from evtui.providers.base import Question, SourceError
from evtui.providers.sql_scan import Position
from evtui.providers.sql_tables import ORDER_COLUMNS


async def test_a_line_arrives_with_everything_the_row_says(shopfront: Shopfront) -> None:
    shopfront.order(1, 146, quantity=2, amount=1000.5, status_slave="券商", sku_id=13)
    watch = Watch(shopfront)
    answer = await watch.ask()
    assert isinstance(answer.value, OrderBatch)
    (line,) = answer.value.lines
    assert (line.ts_code, line.tg_code, line.shop_id, line.page_id) == ("TS240125L000001", "TG240125L00000", 28, 370478)
    assert (line.quantity, line.amount, line.sku_id) == (2, 1000.5, 13)
    assert isinstance(line.amount, float)
    assert line.created_at == datetime(2024, 1, 25, 2, 2, 26, tzinfo=UTC)
    assert line.updated_at == line.created_at
    assert line.status_slave == "券商"
    assert answer.fact_time == watch.clock.now()
    assert answer.coverage.note == ""


async def test_only_what_is_new_comes_again(shopfront: Shopfront) -> None:
    watch = Watch(shopfront)
    assert await watch.codes() == []
    shopfront.order(1, 10)
    shopfront.order(2, 11)
    assert await watch.codes() == ["1", "2"]
    assert await watch.codes() == []
    shopfront.order(3, 12)
    assert await watch.codes() == ["3"]
    shopfront.update(1, 300, status_user="ConfirmedToShipping")
    (line,) = await watch.lines()
    assert (line.ts_code[-1], line.status_user) == ("1", "ConfirmedToShipping")
    assert await watch.codes() == []


async def test_equal_times_are_neither_skipped_nor_repeated(shopfront: Shopfront) -> None:
    watch = Watch(shopfront, batch_rows=3)
    for number in range(1, 11):
        shopfront.order(number, 10)
    assert await watch.codes() == [str(number) for number in range(1, 11)]
    shopfront.order(11, 10)
    shopfront.update(4, None, status_user="Cancel")
    assert await watch.codes() == ["4", "11"]
    assert await watch.codes() == []


async def test_a_commit_that_arrives_late_is_found_inside_the_overlap(shopfront: Shopfront) -> None:
    watch = Watch(shopfront, overlap=5)
    shopfront.order(1, 100.9)
    assert await watch.codes() == ["1"]
    shopfront.order(2, 96.25)
    assert await watch.codes() == ["2"]
    shopfront.order(3, 100.9)
    assert await watch.codes() == ["3"]


async def test_a_line_never_updated_counts_from_its_creation(shopfront: Shopfront) -> None:
    watch = Watch(shopfront, batch_rows=2)
    for number in range(1, 6):
        shopfront.order(number, 10 * number, **({"updated": None} if number % 2 else {}))
    assert await watch.codes() == ["1", "2", "3", "4", "5"]
    shopfront.order(6, 60, updated=None)
    (line,) = await watch.lines()
    assert line.updated_at is None
    shopfront.update(6, 70)
    assert await watch.codes() == ["6"]


async def test_a_row_from_the_future_hides_nothing(shopfront: Shopfront) -> None:
    watch = Watch(shopfront)
    shopfront.order(1, 10, updated=local(2099, 1, 1))
    assert await watch.codes() == ["1"]
    watch.clock.advance(timedelta(minutes=30))
    shopfront.order(2, 7200 + 60)
    assert await watch.codes() == ["2"]
    watch.clock.advance(timedelta(minutes=30))
    assert await watch.codes() == []


async def test_after_a_gap_everything_since_is_read(shopfront: Shopfront) -> None:
    watch = Watch(shopfront)
    shopfront.order(1, 10)
    await watch.ask()
    for number in range(2, 30):
        shopfront.order(number, number * 100)
    watch.clock.advance(timedelta(hours=5))
    assert len(await watch.codes()) == 28


@pytest.mark.parametrize("skus", [False, True], ids=["joined", "skus known"])
async def test_other_shops_pages_flags_and_times_are_left_out(shopfront: Shopfront, skus: bool) -> None:
    shopfront.order(1, 10)
    shopfront.order(2, 10, shop_id=29)
    shopfront.order(3, 10, valid=0)
    shopfront.order(4, 10, sku_id=99)
    shopfront.order(5, -3600 * 24 - 1)
    shopfront.order(6, -3600 * 24)
    shopfront.order(7, 20, sku_id=14)
    if skus:
        shopfront.skus.drop(shopfront.engine)
    lines = await Watch(shopfront, skus=skus).lines()
    assert [(line.ts_code[-1], line.page_id) for line in lines] == [("6", PAGES[0]), ("1", PAGES[0]), ("7", PAGES[2])]


async def test_a_sku_that_is_no_longer_valid_keeps_its_orders(shopfront: Shopfront) -> None:
    shopfront.order(1, 10)
    shopfront.write(shopfront.skus.update().values(SaleProductSKU_ValidFlag=0))
    assert await Watch(shopfront).codes() == ["1"]


async def test_hostile_words_are_made_harmless(shopfront: Shopfront) -> None:
    shopfront.order(
        1, 10, status="\x1b]52;c;x\x07", status_user="[@click=app.quit]x[/]", status_scm="a\u202eb" + "x" * 2000
    )
    (line,) = await Watch(shopfront).lines()
    assert line.status == "␛]52;c;x␇"
    assert line.status_user == "[@click=app.quit]x[/]"
    assert line.status_scm.startswith("a<U+202E>b")
    assert line.status_scm.endswith("…(+1003)")


async def test_twenty_thousand_rows_are_read_once_and_quickly(
    shopfront: Shopfront, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evtui.providers.sql.READ_SECONDS", 60)
    shopfront.write(shopfront.orders.insert(), [shopfront.row(number, number / 5) for number in range(20_000)])
    watch = Watch(shopfront)
    began = time.perf_counter()
    assert len(await watch.lines()) == 20_000
    first = time.perf_counter() - began
    began = time.perf_counter()
    assert await watch.lines() == ()
    again = time.perf_counter() - began
    assert first < 5.0
    assert again < first / 4


async def test_a_great_table_is_spread_over_polls_and_each_but_the_last_says_so(
    shopfront: Shopfront, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evtui.providers.sql.READ_SECONDS", 0)
    # seven lines a second, and sixty in one: more than a page
    seconds = [number // 7 if number < 41 else 10 for number in range(1, 101)]
    rows = [shopfront.row(number, second) for number, second in enumerate(seconds, start=1)]
    shopfront.write(shopfront.orders.insert(), rows)
    watch = Watch(shopfront, batch_rows=10, overlap=600)
    seen: list[str] = []
    polls = 0
    while polls == 0 or watch.coverage.more:
        seen += await watch.codes()
        polls += 1
        assert polls < 50
        assert watch.coverage.note == ""
    assert polls > 3
    assert seen == [str(number) for number in range(1, 101)]
    assert await watch.codes() == []


async def test_nothing_before_the_first_order_is_forgotten_while_the_table_is_empty(shopfront: Shopfront) -> None:
    watch = Watch(shopfront)
    await watch.ask()
    watch.clock.advance(timedelta(hours=1))
    shopfront.order(1, 10)
    assert await watch.codes() == ["1"]


async def test_clocks_going_back_repeat_an_hour_of_reading_and_lose_none(shopfront: Shopfront) -> None:
    watch = Watch(shopfront, source_timezone="America/New_York")

    def order(number: int, hour: int, minute: int) -> None:
        at = local(2023, 11, 5, hour, minute)
        shopfront.order(number, created=at, updated=at)

    # 2023-11-05 06:00 UTC is 01:00 for the second time
    order(1, 1, 20)
    watch.clock.set(datetime(2023, 11, 5, 5, 20, 5, tzinfo=UTC))
    assert await watch.codes() == ["1"]
    order(2, 1, 10)
    watch.clock.set(datetime(2023, 11, 5, 6, 40, tzinfo=UTC))
    assert await watch.codes() == ["2"]
    order(3, 1, 40)
    watch.clock.set(datetime(2023, 11, 5, 6, 40, 5, tzinfo=UTC))
    assert await watch.codes() == ["3"]
    assert await watch.codes() == []


async def test_a_group_is_found_by_either_code_whatever_its_shop(shopfront: Shopfront) -> None:
    shopfront.order(2, 10)
    shopfront.order(3, 11, sku_id=99, shop_id=7)
    shopfront.order(4, 12)
    provider = Watch(shopfront).provider
    for text in ("TG240125L00001", "TS240125L000002", "TS240125L000003"):
        answer = await provider.look_up(Lookup.ORDER_STATUS, Question(parse_code(text)))
        assert isinstance(answer.value, OrderBatch)
        found = [(line.ts_code[-1], line.shop_id, line.page_id) for line in answer.value.lines]
        assert found == [("2", 28, PAGES[0]), ("3", 7, 555)]
    unknown = await provider.look_up(Lookup.ORDER_STATUS, Question(parse_code("TG240125L09999")))
    assert unknown.value == OrderBatch(())


async def test_a_group_is_found_without_the_sku_table(shopfront: Shopfront) -> None:
    shopfront.order(2, 10)
    shopfront.order(3, 11, sku_id=99, shop_id=7)
    shopfront.skus.drop(shopfront.engine)
    question = Question(parse_code("TS240125L000002"), tg_code="TG240125L00001")
    answer = await Watch(shopfront, skus=True).provider.look_up(Lookup.ORDER_STATUS, question)
    assert isinstance(answer.value, OrderBatch)
    assert [line.page_id for line in answer.value.lines] == [PAGES[0], None]


async def test_what_nobody_can_answer_is_said(shopfront: Shopfront) -> None:
    provider = Watch(shopfront).provider
    with pytest.raises(SourceError, match="does not answer task_log"):
        await provider.look_up(Lookup.TASK_LOG, Question(parse_code("TG240125L00001")))
    with pytest.raises(SourceError, match="has no cpu"):
        await provider.poll(Topic.CPU, None)


async def test_times_kept_as_text_with_a_t_are_read_once(sqlite_shopfront: Shopfront) -> None:
    watch = Watch(sqlite_shopfront, batch_rows=4)
    created, updated = ORDER_COLUMNS["created"], ORDER_COLUMNS["updated"]
    sql = (
        f"UPDATE OrderSlaveFlow SET {created} = replace({created}, ' ', 'T'), {updated} = replace({updated}, ' ', 'T')"
    )
    for number in range(1, 20):
        sqlite_shopfront.order(number, number * 60)
    sqlite_shopfront.write(sql)
    assert len(await watch.codes()) == 19
    sqlite_shopfront.order(20, 20 * 60)
    sqlite_shopfront.write(sql)
    assert await watch.codes() == ["20"]
    assert isinstance(watch.cursor, Position)
    assert len(watch.cursor.recent) == 1
    assert watch.cursor.separator == "T", "a bound with a space would read the whole day each time"


async def test_times_kept_as_text_in_two_ways_are_read_once(sqlite_shopfront: Shopfront) -> None:
    sqlite_shopfront.order(1, 10)
    sqlite_shopfront.write(
        f"UPDATE OrderSlaveFlow SET {ORDER_COLUMNS['updated']} = replace({ORDER_COLUMNS['updated']}, ' ', 'T')"
    )
    sqlite_shopfront.order(2, 3600)
    watch = Watch(sqlite_shopfront)
    assert sorted(await watch.codes()) == ["1", "2"]
    assert await watch.codes() == []
    sqlite_shopfront.order(3, 3601)
    assert await watch.codes() == ["3"]


async def test_text_with_an_offset_of_its_own_is_refused_rather_than_misplaced(sqlite_shopfront: Shopfront) -> None:
    sqlite_shopfront.order(1, 10)
    sqlite_shopfront.write(f"UPDATE OrderSlaveFlow SET {ORDER_COLUMNS['created']} = '2024-01-25T02:00:10+00:00'")
    with pytest.raises(SourceError, match="created is not a time of source_timezone") as caught:
        await Watch(sqlite_shopfront).ask()
    assert caught.value.kind is FailureKind.DATA


async def test_aware_columns_are_read_in_their_own_zone(postgres_shopfront: Shopfront) -> None:
    for word in ("created", "updated"):
        postgres_shopfront.write(
            f'ALTER TABLE "OrderSlaveFlow" ALTER "{ORDER_COLUMNS[word]}" TYPE timestamptz'
            f""" USING "{ORDER_COLUMNS[word]}" AT TIME ZONE 'UTC'"""
        )
    at = OPENS + timedelta(seconds=146)
    watch = Watch(postgres_shopfront)
    postgres_shopfront.order(1, created=at, updated=at)
    (line,) = await watch.lines()
    assert line.created_at == at
    postgres_shopfront.order(2, created=at, updated=at + timedelta(seconds=3))
    assert await watch.codes() == ["2"]
    assert await watch.codes() == []


async def test_the_cursor_is_all_a_provider_remembers(shopfront: Shopfront) -> None:
    shopfront.order(1, 10)
    first = Watch(shopfront)
    await first.ask()
    shopfront.order(2, 11)
    second = Watch(shopfront)
    second.cursor = first.cursor
    assert await second.codes() == ["2"]
    assert await first.codes() == ["2"]
    assert isinstance(first.cursor, Position)
    assert replace(first.cursor) == second.cursor


async def test_a_batch_names_the_last_whole_answer_it_goes_on_from(sqlite_shopfront: Shopfront) -> None:
    watch = Watch(sqlite_shopfront)
    asked = [watch.clock.now()]
    first = await watch.ask()
    sqlite_shopfront.order(1, 100, quantity=0)
    watch.clock.advance(timedelta(seconds=5))
    asked.append(watch.clock.now())
    sqlite_shopfront.order(2, 100)
    second = await watch.ask()
    sqlite_shopfront.update(1, 200, quantity=1)
    third = await watch.ask()
    batches = [answer.value for answer in (first, second, third)]
    assert [batch.since for batch in batches if isinstance(batch, OrderBatch)] == [
        None,
        asked[0],
        None,
    ], "a row that could not be read may have been anything"
