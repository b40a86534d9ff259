"""What drivers say that have no live server here, and that no secret of the URL is passed on."""

from __future__ import annotations

import sqlite3

import pymssql
import pymysql  # type: ignore[import-untyped]
import pytest
from sqlalchemy.engine import make_url

from evtui.domain.reading import FailureKind
from evtui.providers.sql_errors import failure
from evtui.providers.sql_tables import Layout

LAYOUT = Layout(
    orders_table="OrderSlaveFlow",
    stock_table="ProductStock",
    sku_table="SaleProductSKU",
    schema="",
    columns={},
    nolock=False,
)
URL = make_url("mssql+pymssql://reader:s%2Fcr3t@db.example/shop?token=t0k3n")
NO_COLUMN = "schema changed: column OrderSlaveFlow_Qty not found in OrderSlaveFlow"
NO_TABLE = "schema changed: table ProductStock not found"


@pytest.mark.parametrize(
    ("error", "kind", "why"),
    [
        (pymssql.OperationalError((18456, b"Login failed for user 'reader'.DB-Lib error 20018")), "auth", "login"),
        (pymssql.OperationalError((4060, b'Cannot open database "shop" requested by the login.')), "auth", "login"),
        (
            pymssql.OperationalError((229, b"The SELECT permission was denied on the object 'ProductStock'")),
            "auth",
            "permission denied on ProductStock",
        ),
        (pymssql.ProgrammingError((207, b"Invalid column name 'OrderSlaveFlow_Qty'.")), "data", NO_COLUMN),
        (pymssql.ProgrammingError((208, b"Invalid object name 'dbo.ProductStock'.")), "data", NO_TABLE),
        (pymssql.OperationalError((1222, b"Lock request time out period exceeded.")), "down", "locked"),
        (pymssql.OperationalError((20009, b"Unable to connect: Adaptive Server is unavailable")), "down", "reachable"),
        (pymssql.OperationalError((20003, b"Adaptive Server connection timed out")), "down", "in time"),
        (pymssql.OperationalError((20047, b"DBPROCESS is dead or not enabled")), "down", "reachable"),
        (pymysql.err.OperationalError(1045, "Access denied for user 'reader'@'host'"), "auth", "login"),
        (
            pymysql.err.OperationalError(1142, "SELECT command denied to user for table 'OrderSlaveFlow'"),
            "auth",
            "permission denied on OrderSlaveFlow",
        ),
        (pymysql.err.OperationalError(1054, "Unknown column 'OrderSlaveFlow_Qty' in 'field list'"), "data", NO_COLUMN),
        (pymysql.err.ProgrammingError(1146, "Table 'shop.ProductStock' doesn't exist"), "data", NO_TABLE),
        (pymysql.err.OperationalError(1049, "Unknown database 'shop'"), "data", "no such database"),
        (pymysql.err.OperationalError(2003, "Can't connect to MySQL server on 'db'"), "down", "reachable"),
        (pymysql.err.OperationalError(2013, "Lost connection to MySQL server during query"), "down", "reachable"),
        (sqlite3.DatabaseError("database disk image is malformed"), "data", "refused the question"),
        (PermissionError(13, "Permission denied"), "auth", "login"),
        (pymssql.DatabaseError(), "data", "refused the question"),
    ],
)
def test_what_a_driver_says_becomes_a_kind_and_a_sentence(error: Exception, kind: str, why: str) -> None:
    said = failure(error, LAYOUT, URL, before=True)
    assert said.kind is FailureKind(kind)
    assert why in said.why
    assert bool(said.remedy) == (kind == "auth")


def test_what_sql_servers_library_says_twice_is_said_once() -> None:
    said = (
        b"DB-Lib error message 20009, severity 9:\nUnable to connect: TDS server is unavailable or does not exist (d)\n"
        b"Net-Lib error during Connection refused (111)\n"
    )
    error = failure(pymssql.OperationalError((20009, said + said)), LAYOUT, URL, before=False)
    assert error.why == (
        "database not reachable: Unable to connect: TDS server is unavailable or does not exist (d): "
        "Connection refused (111)"
    )


@pytest.mark.parametrize("secret", ["s/cr3t", "s%2Fcr3t", "t0k3n", "mssql+pymssql://reader:s%2Fcr3t@db.example/shop"])
def test_a_driver_that_quotes_a_secret_is_not_quoted(secret: str) -> None:
    said = failure(ValueError(f"cannot make sense of {secret} here\x1b[2J"), LAYOUT, URL, before=True)
    assert secret not in said.why
    assert "cannot make sense of" in said.why
    assert "\x1b" not in said.why
