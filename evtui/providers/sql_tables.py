"""Which tables and columns are read, and the SELECT statements that read them (SQLAlchemy Core, values always bound).

Names come from the campaign file: they are checked against a pattern here and quoted by SQLAlchemy. Nothing but SELECT
is ever built.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import replace

from evtui.errors import UsageError
from evtui.providers._batches import batches

ORDER_COLUMNS = {
    "ts_code": "OrderSlaveFlow_TradesOrderSlaveCode",
    "tg_code": "OrderSlaveFlow_TradesOrderGroupCode",
    "shop_id": "OrderSlaveFlow_ShopId",
    "sku_id": "OrderSlaveFlow_SaleProductSKUId",
    "quantity": "OrderSlaveFlow_Qty",
    "amount": "OrderSlaveFlow_TotalPayment",
    "status": "OrderSlaveFlow_StatusDef",
    "status_user": "OrderSlaveFlow_StatusForUserDef",
    "status_scm": "OrderSlaveFlow_StatusForSCMDef",
    "status_slave": "OrderSlaveFlow_SalesOrderSlaveStatusDef",
    "created": "OrderSlaveFlow_CreatedDateTime",
    "updated": "OrderSlaveFlow_UpdatedDateTime",
    "valid": "OrderSlaveFlow_ValidFlag",
}
"""The order table: our word for a column, and its default name."""

STOCK_COLUMNS = {
    "sku_id": "ProductStock_SaleProductSKUId",
    "total": "ProductStock_TotalQty",
    "reg": "ProductStock_RegQty",
    "cancel": "ProductStock_CancelQty",
    "selling": "ProductStock_SellingQty",
}
"""The stock table."""

STOCK_VALID = "ProductStock_ValidFlag"
"""Filtered on only where `columns` names it: the team's own query filters on the flag of the SKU."""

SKU_COLUMNS = {
    "sku_id": "SaleProductSKU_Id",
    "page_id": "SaleProductSKU_SalePageId",
    "valid": "SaleProductSKU_ValidFlag",
}
"""The table that says which page a SKU belongs to."""

NOLOCK = "WITH (NOLOCK)"
"""SQL Server's hint not to wait for writers; what was not committed yet may be read, and is read again later."""

AT_ONCE = 2_000
"""Pages or SKUs that one statement names: SQL Server takes 2,100 values in all, SQLite 32,766, PostgreSQL 65,535."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_$#]{0,127}", re.ASCII)

Bound = datetime | str
"""A moment as the database compares it: naive local time, or its text where times are stored as text (SQLite)."""


def _name(key: str, value: str) -> str:
    if _NAME.fullmatch(value) is None:
        raise UsageError(
            f"{key}: {value[:60]!r} cannot be a table or column name; letters, digits, _ $ # are, and dots between "
            "database, schema and table"
        )
    return value


def _table(key: str, value: str, schema: str, columns: Iterable[str]) -> sa.TableClause:
    """`WebStoreDB.dbo.ProductStock` brings its own schema; a bare name gets the common one."""
    *own, name = value.split(".")
    path = own or (schema.split(".") if schema else [])
    if len(path) > 2:
        raise UsageError(f"{key}: {value[:60]!r} has too many dots; at most database.schema.table is possible")
    parts = [_name(key if own else "schema", part) for part in path]
    return sa.table(_name(key, name), *map(sa.column, columns), schema=".".join(parts) or None)


def _column_names(overrides: Mapping[str, str]) -> dict[str, str]:
    """Default name -> name in use; STOCK_VALID only where it was given."""
    names = {name: name for group in (ORDER_COLUMNS, STOCK_COLUMNS, SKU_COLUMNS) for name in group.values()}
    known = [*names, STOCK_VALID]
    for key, value in overrides.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, 1, 0)
            raise UsageError(f"columns: no column is called {key[:60]!r} by default; did you mean {near[0]!r}?")
        names[key] = _name(f"columns.{key}", value)
    return names


class Scope(Struct, frozen=True):
    """What of the tables belongs to the launch. `sku_pages` is empty where the SKU table has to tell."""

    shop_id: int
    pages: tuple[int, ...]
    sku_pages: Mapping[int, int]

    def batches(self) -> Iterator[Scope]:
        """The same in parts, none of which names more than `AT_ONCE` pages or SKUs."""
        if self.sku_pages:
            for part in batches(sorted(self.sku_pages.items()), AT_ONCE):
                yield replace(self, sku_pages=dict(part))
        else:
            for pages in batches(self.pages, AT_ONCE):
                yield replace(self, pages=pages)


class Layout:
    """The three tables under the names of one database, and the statements over them."""

    def __init__(
        self,
        *,
        orders_table: str,
        stock_table: str,
        sku_table: str,
        schema: str,
        columns: Mapping[str, str],
        nolock: bool,
    ) -> None:
        """Raises UsageError for a name that cannot be one."""
        names = _column_names(columns)
        stock_columns = STOCK_COLUMNS | ({"valid": STOCK_VALID} if STOCK_VALID in names else {})
        self.orders, self._o = self._bind("orders_table", orders_table, schema, ORDER_COLUMNS, names)
        self.stock, self._s = self._bind("stock_table", stock_table, schema, stock_columns, names)
        self.skus, self._k = self._bind("sku_table", sku_table, schema, SKU_COLUMNS, names)
        self._nolock = nolock

    @staticmethod
    def _bind(
        key: str, value: str, schema: str, columns: Mapping[str, str], names: Mapping[str, str]
    ) -> tuple[sa.TableClause, dict[str, sa.ColumnClause[Any]]]:
        table = _table(key, value, schema, [names[name] for name in columns.values()])
        return table, {word: table.c[names[name]] for word, name in columns.items()}

    def name_of(self, word: str) -> str:
        """The order table's column of our word `word`, as it is called in this database."""
        return self._o[word].name

    def tables(self) -> tuple[sa.TableClause, ...]:
        """All tables, for naming what an error is about."""
        return self.orders, self.stock, self.skus

    def changed_lines(self, scope: Scope, since: Bound, low: Bound | None, limit: int) -> sa.Select[Any]:
        """Valid lines of the shop and its pages created from `since` on and changed from `low` on, oldest change first.

        Columns as in `LINE`. A line that was never updated changed when it was created. The bounds stand on the bare
        columns, not on an expression over them, so that an index on either can be used.
        """
        created, updated = self._o["created"], self._o["updated"]
        changed = sa.func.coalesce(updated, created)
        statement = self._lines(scope, outer=False).where(
            self._o["shop_id"] == scope.shop_id,
            self._o["valid"] == 1,
            sa.or_(created >= since, sa.and_(created.is_(None), updated >= since)),
        )
        if scope.sku_pages:
            statement = statement.where(self._o["sku_id"].in_(sorted(scope.sku_pages)))
        else:
            statement = statement.where(self._k["page_id"].in_(scope.pages))
        if low is not None:
            statement = statement.where(sa.or_(updated >= low, sa.and_(updated.is_(None), created >= low)))
        return statement.order_by(changed, self._o["ts_code"]).limit(limit)

    def lines_of(self, scope: Scope, code: str, *, slave: bool) -> sa.Select[Any]:
        """Valid lines of the group `code`, or of the group that line `code` is in; of any shop, since a code that
        belongs to another shop must be told from one nobody knows. Columns as in `LINE`."""
        ts_code, tg_code = self._o["ts_code"], self._o["tg_code"]
        if slave:
            twin = self.orders.alias("named")
            groups = sa.select(twin.c[tg_code.name]).where(twin.c[ts_code.name] == code)
            matches = sa.or_(ts_code == code, tg_code.in_(self._hinted(groups, twin)))
        else:
            matches = tg_code == code
        return self._lines(scope, outer=True).where(matches, self._o["valid"] == 1).order_by(ts_code)

    def _lines(self, scope: Scope, *, outer: bool) -> sa.Select[Any]:
        chosen: list[sa.ColumnElement[Any]] = [self._o[word].label(word) for word in LINE]
        changed = sa.func.coalesce(self._o["updated"], self._o["created"]).label("changed")
        if scope.sku_pages:
            return self._hinted(sa.select(*chosen, sa.null().label("page_id"), changed), self.orders)
        joined = self.orders.join(self.skus, self._k["sku_id"] == self._o["sku_id"], isouter=outer)
        statement = sa.select(*chosen, self._k["page_id"].label("page_id"), changed).select_from(joined)
        return self._hinted(statement, self.orders, self.skus)

    def stock_levels(self, scope: Scope) -> sa.Select[Any]:
        """Stock of every valid SKU of the pages: sku_id, page_id (null where the campaign knows it), total, reg,
        cancel, selling."""
        chosen: list[sa.ColumnElement[Any]] = [self._s[word].label(word) for word in STOCK_COLUMNS if word != "sku_id"]
        sku_id = self._s["sku_id"]
        if scope.sku_pages:
            statement = sa.select(sku_id.label("sku_id"), sa.null().label("page_id"), *chosen)
            statement = self._hinted(statement, self.stock).where(sku_id.in_(sorted(scope.sku_pages)))
        else:
            joined = self.skus.join(self.stock, self._k["sku_id"] == sku_id)
            statement = sa.select(sku_id.label("sku_id"), self._k["page_id"].label("page_id"), *chosen)
            statement = self._hinted(statement.select_from(joined), self.skus, self.stock).where(
                self._k["page_id"].in_(scope.pages), self._k["valid"] == 1
            )
        if "valid" in self._s:
            statement = statement.where(self._s["valid"] == 1)
        return statement.order_by(sku_id)

    def _hinted(self, statement: sa.Select[Any], *tables: sa.FromClause) -> sa.Select[Any]:
        if self._nolock:
            for table in tables:
                statement = statement.with_hint(table, NOLOCK, "mssql")
        return statement


LINE: Sequence[str] = tuple(word for word in ORDER_COLUMNS if word != "valid")
"""Columns of a line in the order the statements give them; `page_id` and `changed` follow."""
