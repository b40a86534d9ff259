"""Databases that fail in every way they do: the kind of failure, what it says, and that nothing is lost after."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from sql_shop import Shopfront, Watch
from sqlalchemy.exc import DBAPIError

from evtui.domain.codes import parse_code
from evtui.domain.reading import FailureKind, Lookup, Topic
from evtui.providers._threads import DaemonExecutor
from evtui.providers.base import Question, SourceError
from evtui.providers.sql_tables import ORDER_COLUMNS

PLANTED = "pl4nted/pa:ss"
PLANTED_IN_URL = "pl4nted%2Fpa%3Ass"


async def _failure(watch: Watch, topic: Topic = Topic.ORDERS) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await watch.provider.poll(topic, watch.cursor)
    shown = f"{caught.value.why} {caught.value.remedy} {caught.value!r} {caught.value.__cause__}"
    for secret in (PLANTED, PLANTED_IN_URL, "://"):
        assert secret not in shown.replace("postgresql://reader@host/database", "")
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return caught.value


def _execute(shopfront: Shopfront, statement: str) -> None:
    shopfront.write(statement.replace("`", '"'))


async def test_a_dropped_column_is_named(shopfront: Shopfront) -> None:
    shopfront.order(1)
    watch = Watch(shopfront)
    await watch.ask()
    _execute(shopfront, "ALTER TABLE `OrderSlaveFlow` DROP COLUMN `OrderSlaveFlow_Qty`")
    failure = await _failure(watch)
    assert failure.kind is FailureKind.DATA
    assert failure.why == "schema changed: column OrderSlaveFlow_Qty not found in OrderSlaveFlow"


@pytest.mark.parametrize("table", ["OrderSlaveFlow", "SaleProductSKU", "ProductStock"])
async def test_a_dropped_table_is_named(shopfront: Shopfront, table: str) -> None:
    topic = Topic.STOCK if table == "ProductStock" else Topic.ORDERS
    watch = Watch(shopfront)
    await watch.provider.poll(topic, None)
    _execute(shopfront, f"DROP TABLE `{table}`")
    failure = await _failure(watch, topic)
    assert failure.kind is FailureKind.DATA
    assert failure.why == f"schema changed: table {table} not found"


async def test_a_table_or_column_that_was_never_there_is_no_change(shopfront: Shopfront) -> None:
    _execute(shopfront, "ALTER TABLE `OrderSlaveFlow` DROP COLUMN `OrderSlaveFlow_Qty`")
    failure = await _failure(Watch(shopfront))
    assert (failure.kind, failure.why, failure.remedy) == (
        FailureKind.DATA,
        "OrderSlaveFlow has no column OrderSlaveFlow_Qty",
        "name the one it has: columns.OrderSlaveFlow_Qty",
    )
    _execute(shopfront, "DROP TABLE `OrderSlaveFlow`")
    failure = await _failure(Watch(shopfront))
    assert (failure.kind, failure.why, failure.remedy) == (
        FailureKind.DATA,
        "the database has no table OrderSlaveFlow",
        "put orders_table, schema or the database in the URL right",
    )


async def test_one_bad_row_hides_no_other(sqlite_shopfront: Shopfront) -> None:
    for number in range(1, 4):
        sqlite_shopfront.order(number, number)
    watch = Watch(sqlite_shopfront)
    code, quantity, created = (ORDER_COLUMNS[word] for word in ("ts_code", "quantity", "created"))
    sqlite_shopfront.write(f"UPDATE OrderSlaveFlow SET {quantity} = 'two' WHERE {code} LIKE '%1'")
    sqlite_shopfront.write(f"UPDATE OrderSlaveFlow SET {created} = 'yesterday' WHERE {code} LIKE '%2'")
    assert await watch.codes() == ["3"]
    assert watch.coverage.note == (
        "2 unreadable rows left out: created is not a time of source_timezone; quantity is not a whole number"
    )
    sqlite_shopfront.order(4, 400)
    assert await watch.codes() == ["4"]
    assert watch.coverage.note.startswith("2 unreadable rows left out"), "still missing, though not read again"
    sqlite_shopfront.update(1, 500, quantity=2)
    assert await watch.codes() == ["1"]
    assert watch.coverage.note.startswith("1 unreadable row left out")


@pytest.mark.parametrize(
    ("word", "value"),
    [("amount", "1e307"), ("amount", "-1e13"), ("quantity", "0"), ("quantity", "-1"), ("quantity", "1000001")],
)
async def test_a_number_that_cannot_be_meant_makes_its_row_unreadable(
    sqlite_shopfront: Shopfront, word: str, value: str
) -> None:
    for number in (1, 2):
        sqlite_shopfront.order(number, number)
    code = ORDER_COLUMNS["ts_code"]
    sqlite_shopfront.write(f"UPDATE OrderSlaveFlow SET {ORDER_COLUMNS[word]} = {value} WHERE {code} LIKE '%1'")
    watch = Watch(sqlite_shopfront)
    assert await watch.codes() == ["2"]
    assert watch.coverage.note == f"1 unreadable row left out: {word} is out of range"


async def test_words_and_codes_padded_by_the_column_are_told_without_the_blanks(sqlite_shopfront: Shopfront) -> None:
    sqlite_shopfront.order(1, 1)
    names = [ORDER_COLUMNS[word] for word in ("ts_code", "tg_code", "status", "status_user", "status_scm")]
    sqlite_shopfront.write(
        f"UPDATE OrderSlaveFlow SET {', '.join(f'{name} = {name} || char(32,32)' for name in names)}"
    )
    (line,) = await Watch(sqlite_shopfront).lines()
    assert (line.ts_code, line.tg_code) == ("TS240125L000001", "TG240125L00000")
    assert {line.status, line.status_user, line.status_scm} == {"WaitingToShipping"}


async def test_bad_rows_only_are_a_failure(sqlite_shopfront: Shopfront) -> None:
    sqlite_shopfront.order(1)
    sqlite_shopfront.write(f"UPDATE OrderSlaveFlow SET {ORDER_COLUMNS['amount']} = 'HK$500'")
    failure = await _failure(Watch(sqlite_shopfront))
    assert (failure.kind, failure.why) == (FailureKind.DATA, "none of 1 rows can be read: amount is not a number")
    question = Question(parse_code("TS240125L000001"))
    with pytest.raises(SourceError, match="amount is not a number"):
        await Watch(sqlite_shopfront).provider.look_up(Lookup.ORDER_STATUS, question)


async def test_text_that_is_not_utf8_hides_no_row(sqlite_shopfront: Shopfront) -> None:
    sqlite_shopfront.order(1)
    sqlite_shopfront.write(f"UPDATE OrderSlaveFlow SET {ORDER_COLUMNS['status']} = CAST(x'ff41' AS TEXT)")
    (line,) = await Watch(sqlite_shopfront).lines()
    assert line.status == "\ufffdA"


async def test_a_locked_file_is_down_until_it_is_released(sqlite_shopfront: Shopfront, tmp_path: Path) -> None:
    sqlite_shopfront.order(1)
    watch = Watch(sqlite_shopfront, query_timeout=0.05)
    writer = sqlite3.connect(tmp_path / "shop.db", isolation_level=None)
    writer.execute("BEGIN EXCLUSIVE")
    failure = await _failure(watch)
    assert (failure.kind, failure.why) == (FailureKind.DOWN, "the table is locked by another session")
    writer.execute("COMMIT")
    writer.close()
    assert await watch.codes() == ["1"]


async def test_a_locked_table_is_down_until_it_is_released(postgres_shopfront: Shopfront) -> None:
    postgres_shopfront.order(1)
    watch = Watch(postgres_shopfront, query_timeout=0.1)
    with postgres_shopfront.engine.begin() as connection:
        connection.execute(sa.text('LOCK TABLE "OrderSlaveFlow"'))
        failure = await _failure(watch)
    assert (failure.kind, failure.why) == (FailureKind.DOWN, "the database did not answer in time")
    assert await watch.codes() == ["1"]


async def test_a_file_that_is_not_there_garbage_or_empty(tmp_path: Path) -> None:
    watch = Watch(Shopfront(f"sqlite:///{tmp_path / 'other.db'}"), url=f"sqlite:///{tmp_path / 'shop.db'}")
    failure = await _failure(watch)
    assert (failure.kind, failure.why) == (FailureKind.DOWN, f"the database file is not there: no {tmp_path}/shop.db")
    assert not (tmp_path / "shop.db").exists()
    (tmp_path / "shop.db").write_bytes(b"not a database" * 1000)
    failure = await _failure(watch)
    assert failure.kind is FailureKind.DATA
    assert "not a database" in failure.why
    (tmp_path / "shop.db").write_bytes(b"")
    assert (await _failure(watch)).why == "the database has no table OrderSlaveFlow"


async def test_a_stopped_server_comes_back_without_loss(
    postgres: SimpleNamespace, postgres_shopfront: Shopfront
) -> None:
    watch = Watch(postgres_shopfront)
    postgres_shopfront.order(1, 10)
    assert await watch.codes() == ["1"]
    postgres_shopfront.order(2, 11)
    postgres.stop()
    try:
        failure = await _failure(watch)
        assert failure.kind is FailureKind.DOWN
        assert failure.why.startswith("database not reachable")
        assert (await _failure(watch, Topic.STOCK)).kind is FailureKind.DOWN
    finally:
        postgres.start()
    postgres_shopfront.order(3, 12)
    assert await watch.codes() == ["2", "3"]
    assert await watch.codes() == []


async def test_a_connection_killed_while_idle_is_replaced(postgres_shopfront: Shopfront) -> None:
    watch = Watch(postgres_shopfront)
    postgres_shopfront.order(1, 10)
    assert await watch.codes() == ["1"]
    _execute(
        postgres_shopfront, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'evtui'"
    )
    postgres_shopfront.order(2, 11)
    assert await watch.codes() == ["2"]


async def test_a_login_nobody_knows_is_auth_with_a_remedy(postgres_shopfront: Shopfront) -> None:
    url = postgres_shopfront.url.replace("postgres:@", f"stranger:{PLANTED_IN_URL}@")
    failure = await _failure(Watch(postgres_shopfront, url=url))
    assert failure.kind is FailureKind.AUTH
    assert "user and password" in failure.remedy


async def test_a_login_without_rights_is_auth_and_names_the_table(postgres_shopfront: Shopfront) -> None:
    _execute(postgres_shopfront, "DROP ROLE IF EXISTS reader")
    _execute(postgres_shopfront, "CREATE ROLE reader LOGIN")
    failure = await _failure(Watch(postgres_shopfront, url=postgres_shopfront.url.replace("postgres:@", "reader:@")))
    assert (failure.kind, failure.why) == (FailureKind.AUTH, "permission denied on OrderSlaveFlow")
    assert "SELECT" in failure.remedy


async def test_a_database_that_does_not_exist_is_said(postgres_shopfront: Shopfront) -> None:
    failure = await _failure(Watch(postgres_shopfront, url=postgres_shopfront.url.replace("/postgres?", "/nowhere?")))
    assert failure.kind is FailureKind.DATA
    assert "no such database: " in failure.why


@pytest.fixture
def refusing_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A server that accepts and never says a word."""
    server = socket.create_server(("127.0.0.1", 0))
    taken: list[socket.socket] = []

    def accept() -> None:
        while True:
            try:
                taken.append(server.accept()[0])
            except OSError:
                return

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    yield server.getsockname()[1]
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    for peer in taken:
        peer.close()
    thread.join(timeout=5)


@pytest.mark.parametrize("dialect", ["postgresql", "mysql", "mssql"])
async def test_a_refused_port_is_down(sqlite_shopfront: Shopfront, refusing_port: int, dialect: str) -> None:
    url = f"{dialect}://reader:{PLANTED_IN_URL}@127.0.0.1:{refusing_port}/shop"
    failure = await _failure(Watch(sqlite_shopfront, url=url, connect_timeout=2))
    assert failure.kind is FailureKind.DOWN


@pytest.mark.parametrize("dialect", ["postgresql", "mysql", "mssql"])
async def test_a_server_that_never_answers_is_down_in_time(
    sqlite_shopfront: Shopfront, silent_port: int, dialect: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # as in the program: the pool that lets a driver go which does not keep its own limit
    asyncio.get_running_loop().set_default_executor(DaemonExecutor(2))
    monkeypatch.setattr("evtui.providers.sql.GRACE", 0.4)
    url = f"{dialect}://reader:{PLANTED_IN_URL}@127.0.0.1:{silent_port}/shop"
    watch = Watch(sqlite_shopfront, url=url, connect_timeout=1, query_timeout=0.1)
    began = time.monotonic()
    failure = await _failure(watch)
    assert failure.kind is FailureKind.DOWN
    assert time.monotonic() - began < 2.5
    await watch.provider.aclose()


async def test_a_poll_can_be_cancelled_and_asked_again(postgres_shopfront: Shopfront) -> None:
    postgres_shopfront.order(1)
    watch = Watch(postgres_shopfront, query_timeout=1)
    with postgres_shopfront.engine.begin() as connection:
        connection.execute(sa.text('LOCK TABLE "OrderSlaveFlow"'))
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(watch.ask(), 0.1)
    assert await watch.codes() == ["1"]


async def test_nothing_can_be_written_over_the_provider_s_connection(shopfront: Shopfront) -> None:
    shopfront.order(1)
    watch = Watch(shopfront)
    await watch.ask()
    statements = (
        'DELETE FROM "OrderSlaveFlow"',
        'UPDATE "OrderSlaveFlow" SET "OrderSlaveFlow_Qty" = 9',
        'CREATE TABLE "Mine" (x INTEGER)',
        'DROP TABLE "OrderSlaveFlow"',
    )
    for statement in statements:
        with (
            watch.provider._engine().connect() as connection,
            pytest.raises(DBAPIError, match=r"(?i)read-?only"),
        ):
            connection.execute(sa.text(statement))
    (line,) = await Watch(shopfront).lines()
    assert line.quantity == 1


async def test_a_session_of_the_pool_stays_read_only_and_in_its_zone(postgres_shopfront: Shopfront) -> None:
    engine = Watch(postgres_shopfront, source_timezone="Asia/Taipei").provider._engine()
    for _ in range(2):
        with engine.connect() as connection:
            shown = [connection.scalar(sa.text(f"SHOW {name}")) for name in ("TimeZone", "statement_timeout")]
            assert shown == ["Asia/Taipei", "10s"]
            assert connection.scalar(sa.text("SHOW default_transaction_read_only")) == "on"
            connection.rollback()


async def test_sources_with_one_url_share_one_engine_and_close_twice(shopfront: Shopfront) -> None:
    watch = Watch(shopfront)
    twin = type(watch.provider).open(watch.provider._settings, watch.context)
    assert twin._engine() is watch.provider._engine()
    await twin.aclose()
    await twin.aclose()
    shopfront.order(1)
    assert await watch.codes() == ["1"], "the other source goes on"
