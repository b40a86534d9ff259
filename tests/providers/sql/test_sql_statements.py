"""The statements as each kind of database would get them. SQL Server and MySQL have no live peer here."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sql_shop import PAGES, SKUS, local
from sqlalchemy.dialects import mssql, mysql, postgresql, sqlite

from evtui.providers.sql_tables import Layout, Scope

MODULES: tuple[Any, ...] = (mssql, mysql, postgresql, sqlite)
DIALECTS = {module.__name__.rsplit(".", 1)[-1]: module.dialect() for module in MODULES}
AT = local(2024, 1, 25, 10)
INJECTION = "x' OR 1=1 --"


def _layout(**names: Any) -> Layout:
    defaults: dict[str, Any] = {
        "orders_table": "OrderSlaveFlow",
        "stock_table": "ProductStock",
        "sku_table": "SaleProductSKU",
        "schema": "",
        "columns": {},
        "nolock": False,
    }
    return Layout(**(defaults | names))


def _compiled(statement: sa.Select[Any], dialect: str) -> tuple[str, dict[str, Any]]:
    compiled = statement.compile(dialect=DIALECTS[dialect], compile_kwargs={"render_postcompile": True})
    return " ".join(str(compiled).split()), dict(compiled.params)


def _all(layout: Layout) -> list[sa.Select[Any]]:
    return [
        statement
        for scope in (Scope(28, PAGES, {}), Scope(28, PAGES, SKUS))
        for statement in (
            layout.changed_lines(scope, AT, None, 5000),
            layout.changed_lines(scope, AT, AT, 5000),
            layout.lines_of(scope, INJECTION, slave=True),
            layout.lines_of(scope, INJECTION, slave=False),
            layout.stock_levels(scope),
        )
    ]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_statement_is_one_select_with_its_values_bound(dialect: str) -> None:
    for statement in _all(_layout(nolock=True)):
        text, _ = _compiled(statement, dialect)
        assert text.startswith("SELECT ")
        assert ";" not in text
        for value in ("OR 1=1", "2024", "'"):
            assert value not in text
        assert ("NOLOCK" in text) == (dialect == "mssql")


def test_sql_server_pages_with_top_and_a_hint_on_every_table() -> None:
    layout = _layout(schema="WebStoreDB.dbo", orders_table="ERPDB.dbo.OrderSlaveFlow", nolock=True)
    text, values = _compiled(layout.changed_lines(Scope(28, PAGES, {}), AT, AT, 5000), "mssql")
    assert text.startswith("SELECT TOP ")
    assert "FROM [ERPDB].dbo.[OrderSlaveFlow]" in text
    assert "JOIN [WebStoreDB].dbo.[SaleProductSKU]" in text
    assert text.count("WITH (NOLOCK)") == 2
    assert "ORDER BY coalesce(" in text
    assert AT in values.values()
    assert 28 in values.values()
    named, _ = _compiled(layout.lines_of(Scope(28, PAGES, {}), "TS240125L000001", slave=True), "mssql")
    assert named.count("WITH (NOLOCK)") == 3


def test_a_look_up_knows_no_shop_and_the_feed_does() -> None:
    scope = Scope(28, PAGES, {})
    shop = "OrderSlaveFlow_ShopId ="
    for dialect in DIALECTS:
        feed, _ = _compiled(_layout().changed_lines(scope, AT, None, 10), dialect)
        order, _ = _compiled(_layout().lines_of(scope, "TG240125L00001", slave=False), dialect)
        strip = str.maketrans("", "", '"`[]')
        assert shop in feed.translate(strip)
        assert shop not in order.translate(strip)
        assert "LEFT OUTER JOIN" in order
