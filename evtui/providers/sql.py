"""Stock and orders read from the platform's tables: SQL Server, PostgreSQL, MySQL or SQLite, by SQLAlchemy URL.

Tables: `ProductStock`, `OrderSlaveFlow`, `SaleProductSKU` under the names of the settings. Tested against real SQLite
and PostgreSQL; for SQL Server and MySQL the statements are compiled only: not tested against a live SQL Server.

Every SELECT (one page of rows) is a call of its own in the loop's executor with a deadline of its own. `fact_time` is
the time of reading throughout: a table that answered is fresh even when nobody buys, and an order table that tells of
no change for an hour says exactly that.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Self, TypeVar
from zoneinfo import ZoneInfo

try:
    from sqlalchemy.engine import URL, Connection, Engine, Row
    from sqlalchemy.exc import SQLAlchemyError
except ImportError as error:
    raise ImportError("SQLAlchemy is missing: pip install 'evtui[sql]'") from error

from evtui.config.zones import zone_of
from evtui.domain.orders import OrderLine
from evtui.domain.reading import Answer, Coverage, FailureKind, Lookup, OrderBatch, StockLevels, Topic
from evtui.domain.stock import StockLevel
from evtui.errors import UsageError
from evtui.providers import base
from evtui.providers._batches import some
from evtui.providers.base import Context, Question, SourceError
from evtui.providers.objections import Objections
from evtui.providers.sql_engine import EXAMPLE, Limits, holds_password, make_engine, read_url
from evtui.providers.sql_errors import failure
from evtui.providers.sql_rows import RowReader, left_out, readable
from evtui.providers.sql_scan import Position, Scan
from evtui.providers.sql_settings import SqlSettings, check
from evtui.providers.sql_tables import Layout, Scope
from evtui.redact import admit

T = TypeVar("T")

GRACE = 2.0
"""Seconds beyond the driver's own limits after which a call is abandoned: for drivers that do not keep theirs."""

READ_SECONDS = 2.0
"""Wall time after which a poll begins no further page: a first read of a great table is spread over several polls and
shows as it goes, instead of running into the collector's deadline each time anew."""

FILE_REMEDY = f"put a SQLAlchemy URL, such as {EXAMPLE}, into the file that url_file names"


class SqlProvider:
    """Stock, orders and the lines of one order, from SQL tables."""

    Settings: ClassVar[type[base.Settings]] = SqlSettings
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.STOCK, Topic.ORDERS})
    lookups: ClassVar[frozenset[Lookup]] = frozenset({Lookup.ORDER_STATUS})

    def __init__(self, settings: SqlSettings, context: Context, layout: Layout, zone: ZoneInfo) -> None:
        self._settings = settings
        self._context = context
        self._layout = layout
        self._zone = zone
        self._limits = Limits(settings.connect_timeout, settings.query_timeout, zone.key)
        products = context.campaign.products
        # the SKU table can be left alone only when every page says what it consists of
        known = all(product.skus for product in products)
        sku_pages = {sku: product.page_id for product in products for sku in product.skus} if known else {}
        self._scope = Scope(context.campaign.shop.id, tuple(product.page_id for product in products), sku_pages)
        self._batches = tuple(self._scope.batches())
        self._reader = RowReader(zone, sku_pages)
        self._url: URL | None = None
        self._answered = False
        """Whether the tables were there once: then one that is missing is gone, and else it is called otherwise."""

    @classmethod
    def open(cls, settings: SqlSettings, context: Context) -> Self:
        """A provider over the tables the settings name; connects at the first question.

        Raises:
            UsageError: no URL or several, a variable that is not set, a missing driver, a name that cannot be one.
        """
        found = Objections()
        with found:
            check(settings)
        with found:
            layout = Layout(
                orders_table=settings.orders_table,
                stock_table=settings.stock_table,
                sku_table=settings.sku_table,
                schema=settings.schema,
                columns=settings.columns,
                nolock=settings.nolock,
            )
        try:
            zone = zone_of(settings.source_timezone) if settings.source_timezone else context.campaign.zone
        except UsageError as error:
            found.add(f"source_timezone: {error}")
        with found:
            if settings.url or settings.url_env:
                _url_of(settings, context)
        found.settle()
        provider = cls(settings, context, layout, zone)
        if not settings.url_file:
            provider._engine()
        return provider

    async def poll(self, topic: Topic, cursor: object) -> Answer:
        """Stock of the campaign's pages, or order lines new or changed since `cursor` (a `sql_scan.Position`).

        Raises:
            SourceError: not reachable, refused, locked, or not the tables that were agreed.
        """
        if topic is Topic.STOCK:
            return await self._stock()
        if topic is Topic.ORDERS:
            return await self._orders(cursor if isinstance(cursor, Position) else None)
        raise SourceError(FailureKind.DATA, f"the sql provider has no {topic}")

    async def look_up(self, lookup: Lookup, question: Question) -> Answer:
        """All lines of the group that a TG or TS code belongs to, of any shop; an empty batch where nobody knows it.

        Raises:
            SourceError: as for `poll`.
        """
        if lookup is not Lookup.ORDER_STATUS:
            raise SourceError(FailureKind.DATA, f"the sql provider does not answer {lookup}")
        taken_at = self._context.clock.now()
        slave = question.code.is_slave and not question.tg_code
        statement = self._layout.lines_of(self._scope, question.tg_code or str(question.code), slave=slave)

        def read(connection: Connection) -> tuple[list[OrderLine], list[str]]:
            return readable(connection.execute(statement).all(), self._reader.order_line)

        lines, complaints = await self._ask(read)
        return Answer(OrderBatch(tuple(lines)), taken_at, Coverage(note=left_out(complaints)))

    async def aclose(self) -> None:
        """Close idle connections; one that hangs is left to its thread."""
        self._drop_connections()

    async def _orders(self, position: Position | None) -> Answer:
        taken_at = self._context.clock.now()
        scan: Scan | None = None
        until = time.monotonic() + READ_SECONDS
        while scan is None or not (scan.done or (scan.may_rest and time.monotonic() >= until)):
            answers: list[Sequence[Row[Any]]] = []
            for scope in self._batches:
                scan = await self._ask(partial(self._read_page, scan or position, taken_at, scope, answers))
            assert scan is not None, "a launch has products"
        lines = scan.lines()
        batch = OrderBatch(lines, scan.since_reading())
        return Answer(batch, taken_at, Coverage(note=scan.note(), more=not scan.done), scan.position())

    def _read_page(
        self,
        before: Scan | Position | None,
        taken_at: datetime,
        scope: Scope,
        answers: list[Sequence[Row[Any]]],
        connection: Connection,
    ) -> Scan:
        """One page of the order table, in a thread; the scan begins with its first page, and takes it when all batches
        have answered."""
        if isinstance(before, Scan):
            scan = before
        else:
            scan = Scan(
                before,
                now=taken_at,
                since=self._context.campaign.history_start(taken_at),
                reader=self._reader,
                zone=self._zone,
                overlap=timedelta(seconds=self._settings.overlap),
                batch_rows=self._settings.batch_rows,
                as_text=connection.dialect.name == "sqlite",
            )
        statement = self._layout.changed_lines(scope, scan.since, scan.low, scan.limit)
        answers.append(connection.execute(statement).all())
        if len(answers) == len(self._batches):
            scan.take(*answers)
        return scan

    async def _stock(self) -> Answer:
        taken_at = self._context.clock.now()
        rows: list[Row[Any]] = []
        for scope in self._batches:
            levels, complaints = await self._ask(partial(self._read_stock, scope, rows))
        # a page that is told of in part would pass for one that holds less than it does
        broken = self._reader.broken_pages(rows) if complaints else frozenset()
        levels = [level for level in levels if level.page_id not in broken]
        by_sku: dict[int, StockLevel] = {}
        for level in levels:
            by_sku.setdefault(level.sku_id, level)
        coverage = self._stock_coverage(levels, by_sku, broken, complaints)
        return Answer(StockLevels(tuple(by_sku.values())), taken_at, coverage)

    def _read_stock(
        self, scope: Scope, rows: list[Row[Any]], connection: Connection
    ) -> tuple[list[StockLevel], list[str]]:
        """The stock of one batch, in a thread, joined to the `rows` of those before it; the levels of all of them."""
        rows += connection.execute(self._layout.stock_levels(scope)).all()
        return readable(rows, self._reader.stock_level) if scope is self._batches[-1] else ([], [])

    def _stock_coverage(
        self, levels: list[StockLevel], by_sku: Mapping[int, StockLevel], broken: frozenset[int], complaints: list[str]
    ) -> Coverage:
        """Pages found of the campaign's pages."""
        found = {level.page_id for level in levels}
        missing = [page for page in self._scope.pages if page not in found]
        why = {page: f"page {page} left out, a row of it cannot be read" for page in broken}
        remarks = [why.get(page, f"no stock row for page {page}") for page in missing]
        notes = [some(remarks, "pages without one")] if remarks else []
        if len(by_sku) < len(levels):
            notes.append(f"{len(levels) - len(by_sku)} SKU rows come twice: the first of each is taken")
        if note := left_out(complaints):
            notes.append(note)
        return Coverage(len(found & set(self._scope.pages)), len(self._scope.pages), "; ".join(notes))

    async def _ask(self, work: Callable[[Connection], T]) -> T:
        """`work` on a connection, in a thread, within the time limits."""
        deadline = self._settings.connect_timeout + self._settings.query_timeout + GRACE
        abandoned = threading.Event()
        try:
            return await asyncio.wait_for(asyncio.to_thread(self._answer, work, abandoned), deadline)
        except (TimeoutError, asyncio.CancelledError) as error:
            abandoned.set()
            self._drop_connections()
            if isinstance(error, asyncio.CancelledError):
                raise
            raise SourceError(FailureKind.DOWN, f"the database did not answer within {deadline:g} s") from None

    def _answer(self, work: Callable[[Connection], T], abandoned: threading.Event) -> T:
        try:
            engine = self._engine()
        except UsageError as error:  # only from a url_file: the other places were read by `open`
            raise SourceError(FailureKind.AUTH, str(error), FILE_REMEDY) from None
        try:
            with engine.connect() as connection:
                try:
                    done = work(connection)
                    self._answered = True
                    return done
                finally:
                    if abandoned.is_set():  # its pool is gone: nobody would take the connection back
                        connection.invalidate()
        except (SQLAlchemyError, OSError, ValueError, OverflowError) as error:
            # `from None`: the chain would carry the driver's own text, which may quote the URL
            raise failure(error, self._layout, self._url, before=self._answered) from None

    def _engine(self) -> Engine:
        """The engine of the URL as it stands now; sources with the same URL and limits share one.

        Raises:
            UsageError: no URL where there should be one, or no driver for it.
        """
        if self._settings.url_file:
            self._url = self._url_from_file()
        elif self._url is None:
            self._url = _url_of(self._settings, self._context)
        key = ("sqlalchemy", self._url, self._limits)
        engine = self._context.shared.get(key)
        if not isinstance(engine, Engine):
            engine = self._context.shared.setdefault(key, make_engine(self._url, self._limits))
            assert isinstance(engine, Engine)
        return engine

    def _url_from_file(self) -> URL:
        """Read every time: a password that was changed works without a restart."""
        path = Path(self._context.folder, self._settings.url_file)
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise UsageError(f"url_file: {admit(path.name)} is not there: no {admit(path.absolute())}") from None
        except OSError as error:
            why = admit(error.strerror or type(error).__name__)
            raise UsageError(f"url_file: {admit(path.name)} cannot be read: {why}") from None
        except UnicodeDecodeError:
            raise UsageError(f"url_file: {admit(path.name)} holds something that is not text") from None
        return read_url(text, "url_file", self._context.folder)

    def _drop_connections(self) -> None:
        """Connections in use are closed by whoever uses them; the next question gets a new one."""
        engine = self._context.shared.get(("sqlalchemy", self._url, self._limits))
        if isinstance(engine, Engine):
            engine.dispose()


def _url_of(settings: SqlSettings, context: Context) -> URL:
    folder = context.folder
    if settings.url:
        url = read_url(settings.url, "url", folder)
        if holds_password(url):
            raise UsageError("url: a password has no place in a campaign file; use url_env or url_file")
        return url
    text = context.environ.get(settings.url_env, "")
    if not text.strip():
        raise UsageError(
            f"url_env: the environment variable {settings.url_env} is not set; it has to hold a SQLAlchemy URL"
        )
    return read_url(text, settings.url_env, folder)
