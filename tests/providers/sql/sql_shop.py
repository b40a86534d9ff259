"""The platform's side of the SQL tests, and a provider polled the way the collector does."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from evtui.clock import ManualClock
from evtui.domain.campaign import Campaign, Product, Shop
from evtui.domain.orders import OrderLine
from evtui.domain.reading import Answer, Coverage, OrderBatch, Topic
from evtui.providers.base import Context
from evtui.providers.sql import SqlProvider
from evtui.providers.sql_settings import SqlSettings
from evtui.providers.sql_tables import ORDER_COLUMNS

ZONE = ZoneInfo("Asia/Hong_Kong")
OPENS = datetime(2024, 1, 25, 10, tzinfo=ZONE)
PAGES = (370490, 370480, 370478)
SKUS = {11: 370490, 12: 370480, 13: 370478, 14: 370478}


def campaign(*, skus: bool = False) -> Campaign:
    """The seed's launch; with `skus`, the products name their SKUs and the SKU table is not needed."""
    products = tuple(
        Product(
            page_id=page,
            name=f"券 {page}",
            label=str(page),
            price=500.0,
            codes_per_set=3,
            on_sale=OPENS,
            off_sale=OPENS + timedelta(days=16),
            stock=4500,
            skus=tuple(sku for sku, of in SKUS.items() if of == page) if skus else (),
        )
        for page in PAGES
    )
    return Campaign("cny", "券", "HK", "PROD", ZONE, "HKD", Shop(28, "CUAPP"), products)


def local(*parts: int) -> datetime:
    """A naive time, as the tables hold them."""
    return datetime(*parts, tzinfo=ZONE).replace(tzinfo=None)  # type: ignore[arg-type,misc]


class Shopfront:
    """The platform's side: tables made and written by somebody else. `at` is naive local time after opening."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.watches: list[Watch] = []
        self.engine = sa.create_engine(url, pool_pre_ping=True)
        meta = sa.MetaData()
        kinds: dict[str, Any] = {
            "_Qty": sa.Integer, "Id": sa.Integer, "Flag": sa.SmallInteger, "Payment": sa.Numeric(18, 2),
            "DateTime": sa.DateTime,
        }  # fmt: skip
        columns = [
            sa.Column(name, next((kind for end, kind in kinds.items() if name.endswith(end)), sa.Text))
            for name in ORDER_COLUMNS.values()
        ]
        self.orders = sa.Table("OrderSlaveFlow", meta, *columns)
        self.stock = sa.Table(
            "ProductStock",
            meta,
            *(
                sa.Column(f"ProductStock_{name}", sa.Integer)
                for name in ("SaleProductSKUId", "TotalQty", "RegQty", "CancelQty", "SellingQty", "ValidFlag")
            ),
        )
        self.skus = sa.Table(
            "SaleProductSKU",
            meta,
            *(sa.Column(f"SaleProductSKU_{name}", sa.Integer) for name in ("Id", "SalePageId", "ValidFlag")),
        )
        meta.drop_all(self.engine)
        meta.create_all(self.engine)
        self.write(
            self.skus.insert(),
            [
                {"SaleProductSKU_Id": sku, "SaleProductSKU_SalePageId": page, "SaleProductSKU_ValidFlag": 1}
                for sku, page in {**SKUS, 99: 555}.items()
            ],
        )

    def write(self, statement: sa.Executable | str, rows: list[dict[str, Any]] | None = None) -> None:
        with self.engine.begin() as connection:
            connection.execute(sa.text(statement) if isinstance(statement, str) else statement, rows)

    def row(self, number: int, seconds: float = 0.0, **changes: Any) -> dict[str, Any]:
        """An order row made `seconds` after opening; `changes` by our words for the columns."""
        at = OPENS.replace(tzinfo=None) + timedelta(seconds=seconds)
        words = {
            "ts_code": f"TS240125L{number:06}",
            "tg_code": f"TG240125L{number // 2:05}",
            "shop_id": 28,
            "sku_id": 11,
            "quantity": 1,
            "amount": 500,
            "status": "WaitingToShipping",
            "status_user": "WaitingToShipping",
            "status_scm": "WaitingToShipping",
            "status_slave": "",
            "created": at,
            "updated": at,
            "valid": 1,
        }
        return {ORDER_COLUMNS[word]: value for word, value in (words | changes).items()}

    def order(self, number: int, seconds: float = 0.0, **changes: Any) -> None:
        self.write(self.orders.insert(), [self.row(number, seconds, **changes)])

    def update(self, number: int, seconds: float | None, **changes: Any) -> None:
        values = {ORDER_COLUMNS[word]: value for word, value in changes.items()}
        if seconds is not None:
            values[ORDER_COLUMNS["updated"]] = OPENS.replace(tzinfo=None) + timedelta(seconds=seconds)
        ts_code = self.orders.c[ORDER_COLUMNS["ts_code"]]
        self.write(self.orders.update().where(ts_code == f"TS240125L{number:06}").values(values))

    def close(self) -> None:
        """Close whatever a test left open."""
        for engine in (self.engine, *(engine for watch in self.watches for engine in watch.context.shared.values())):
            engine.dispose()

    def level(self, sku: int, total: int, reg: int, cancel: int, selling: int, valid: int = 1) -> None:
        values = dict(zip(self.stock.c.keys(), (sku, total, reg, cancel, selling, valid), strict=True))
        self.write(self.stock.insert(), [values])


class Watch:
    """A provider over a shopfront, polled the way the collector does: each cursor goes into the next poll."""

    def __init__(self, shopfront: Shopfront, *, skus: bool = False, url: str = "", **settings: Any) -> None:
        shopfront.watches.append(self)
        self.clock = ManualClock(OPENS + timedelta(hours=2))
        self.context = Context(campaign(skus=skus), self.clock, {"SHOP_DB": url or shopfront.url})
        self.provider = SqlProvider.open(SqlSettings(url_env="SHOP_DB", **settings), self.context)
        self.cursor: object = None
        self.coverage = Coverage()

    async def ask(self) -> Answer:
        answer = await self.provider.poll(Topic.ORDERS, self.cursor)
        self.cursor, self.coverage = answer.cursor, answer.coverage
        return answer

    async def lines(self) -> tuple[OrderLine, ...]:
        answer = await self.ask()
        assert isinstance(answer.value, OrderBatch)
        return answer.value.lines

    async def codes(self) -> list[str]:
        """The new lines by the number in their code."""
        return [line.ts_code.removeprefix("TS240125L").lstrip("0") for line in await self.lines()]
