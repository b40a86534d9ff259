"""A campaign on real sources: a folder of ELMAH files and a SQLite database, both written by somebody else."""

from __future__ import annotations

import re
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID
from xml.sax.saxutils import quoteattr

from evtui.config.load import example_path
from evtui.providers.sql_tables import ORDER_COLUMNS, SKU_COLUMNS, STOCK_COLUMNS

OPENS = datetime(2024, 1, 25, 2, tzinfo=UTC)
LOCAL = timedelta(hours=8)
PAGES = {11: 370490, 12: 370480, 13: 370478}


def campaign_text(every: str = "5s") -> str:
    """The shipped campaign with stock and orders from `shop.db` and errors from `elmah`, beside the file."""
    text = example_path().read_text(encoding="utf-8")
    sql = f'provider = "sql"\nurl = "sqlite:///shop.db"\nquery_timeout = 0.3\nconnect_timeout = 0.3\nevery = "{every}"'
    for table, body in (
        ("stock", sql),
        ("orders", sql),
        ("errors", f'provider = "elmah"\nfolder = "elmah"\nevery = "{every}"'),
    ):
        text, count = re.subn(rf"(?m)^\[sources\.{table}\]\n(?:[^\[\n#]+\n)+", f"[sources.{table}]\n{body}\n", text)
        assert count == 1
    return text


class Platform:
    """The platform's side, in one folder."""

    def __init__(self, folder: Path, every: str = "5s") -> None:
        self.file = folder / "launch.toml"
        self.file.write_text(campaign_text(every), encoding="utf-8")
        self.elmah = folder / "elmah"
        self.elmah.mkdir()
        self.database = folder / "shop.db"
        self.execute(f"CREATE TABLE OrderSlaveFlow ({', '.join(ORDER_COLUMNS.values())})")
        self.execute(f"CREATE TABLE ProductStock ({', '.join(STOCK_COLUMNS.values())})")
        self.execute(f"CREATE TABLE SaleProductSKU ({', '.join(SKU_COLUMNS.values())})")
        for sku, page in PAGES.items():
            self.execute("INSERT INTO SaleProductSKU VALUES (?, ?, 1)", sku, page)
            self.execute("INSERT INTO ProductStock VALUES (?, 4500, 0, 0, 4400)", sku)

    def execute(self, statement: str, *values: object) -> None:
        """Write, as the platform does."""
        with sqlite3.connect(self.database) as connection:
            connection.execute(statement, values)
        connection.close()

    def order(self, number: int, words: tuple[str, str, str] = ("ShippingFinish",) * 3, minutes: float = 3) -> None:
        """An order made so many minutes after opening."""
        at = f"{OPENS + LOCAL + timedelta(minutes=minutes):%Y-%m-%d %H:%M:%S}"
        row = {
            "ts_code": f"TS240125L{number:06d}",
            "tg_code": f"TG240125L{number:05d}",
            "shop_id": 28,
            "sku_id": 13,
            "quantity": 1,
            "amount": 500,
            "status": words[0],
            "status_user": words[1],
            "status_scm": words[2],
            "status_slave": "",
            "created": at,
            "updated": at,
            "valid": 1,
        }
        marks = ", ".join("?" * len(ORDER_COLUMNS))
        self.execute(f"INSERT INTO OrderSlaveFlow VALUES ({marks})", *(row[word] for word in ORDER_COLUMNS))

    def error(self, number: int, minutes: float = 4, **changes: str) -> None:
        """An ELMAH file of so many minutes after opening; `changes` by attribute."""
        at = OPENS + timedelta(minutes=minutes)
        guid = str(UUID(int=number))
        attributes = {
            "errorId": guid,
            "application": "/LM/W3SVC/2/ROOT",
            "host": "WEB-01",
            "type": "System.TimeoutException",
            "message": f"fault {number}",
            "time": f"{at:%Y-%m-%dT%H:%M:%S.0000000Z}",
            "statusCode": "500",
        } | changes
        # what XML cannot hold is written as ELMAH writes it: as a reference nevertheless
        quoted = (f"{name}={quoteattr(value)}" for name, value in attributes.items())
        text = re.sub(r"[\x00-\x08\x0b-\x1f]", _reference, f"<error {' '.join(quoted)} />")
        name = f"error-{at:%Y-%m-%d%H%M%S}Z-{guid}.xml"
        (self.elmah / name).write_bytes(b"\xef\xbb\xbf" + text.encode("utf-8", "replace"))


def _reference(match: re.Match[str]) -> str:
    return f"&#x{ord(match.group()):X};"
