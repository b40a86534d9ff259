"""A launch that is really going on: tables and a folder that somebody else writes, with times around the present."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from elmah_writer import Written, put
from sql_shop import ZONE, Shopfront

from evtui.config.load import example_path
from evtui.domain.codes import HOUR_LETTERS

EXAMPLE = example_path().read_text(encoding="utf-8")

SOURCES = """
[sources.stock]
provider = "sql"
url_env = "SHOP_DB"

[sources.orders]
provider = "sql"
url_env = "SHOP_DB"

[sources.errors]
provider = "elmah"
folder = "elmah"

[lookups.order_status]
provider = "sql"
url_env = "SHOP_DB"
"""

PAID: dict[str, Any] = {
    "status": "WaitingToShipping",
    "status_user": "WaitingToShipping",
    "status_scm": "WaitingToShipping",
}
UNPAID: dict[str, Any] = {"status": "WaitingToPay", "status_user": "WaitingToPay", "status_scm": "Hide"}
CANCELLED: dict[str, Any] = {"status": "Cancel", "status_user": "Cancel", "status_scm": "Cancel"}
DELIVERED: dict[str, Any] = {"status": "ShippingFinish", "status_user": "ShippingFinish", "status_scm": "Finish"}


class Launch:
    """Opened forty minutes ago. Orders by number: 1 delivered, 2 two lines waiting, 3 unpaid, 4 cancelled, 5 of another
    shop."""

    def __init__(self, url: str, elmah: Path) -> None:
        self.url = url
        self.opens = (datetime.now(UTC) - timedelta(minutes=40)).replace(microsecond=0)
        self.shop = Shopfront(url)
        self.elmah = elmah
        elmah.mkdir()
        self._errors = 0
        for sku, total, reg, cancel in ((11, 4800, 2, 0), (12, 7200, 2, 1), (13, 4000, 2, 0), (14, 500, 0, 0)):
            self.shop.level(sku, total, reg, cancel, total - reg + cancel)
        self.order(1, 1, 2.5, sku_id=13, updated=8.5, **DELIVERED)
        self.order(2, 2, 10, sku_id=11, quantity=2, updated=10.5, **PAID)
        self.order(2, 3, 10, sku_id=12, updated=10.5, **PAID)
        self.order(3, 4, 38, sku_id=13, **UNPAID)
        self.order(4, 5, 12, sku_id=12, updated=30, **CANCELLED)
        self.order(5, 6, 12, sku_id=11, shop_id=99, **PAID)
        for minutes in (-300, -200, -100, -60):
            self.error("System.Web.HttpException", "遠端主機已關閉連接。", minutes)
        self.error("System.Web.HttpException", "遠端主機已關閉連接。", 20)
        for minutes in (11, 12, 13):
            self.error("System.TimeoutException", f"No answer from the issuer in {minutes} s", minutes)

    def at(self, minutes: float) -> datetime:
        """A moment of the launch, in its zone."""
        return (self.opens + timedelta(minutes=minutes)).astimezone(ZONE)

    def code(self, kind: str, number: int, minutes: float) -> str:
        """The TG or TS code of an order or a line made then."""
        at = self.at(minutes)
        digits = 6 if kind.endswith("S") else 5
        return f"{kind}{at:%y%m%d}{HOUR_LETTERS[at.hour]}{number:0{digits}}"

    def order(self, group: int, line: int, minutes: float, updated: float | None = None, **changes: Any) -> str:
        """Write a row of the order table; returns its TG code."""
        tg_code = self.code("TG", group, minutes)
        created = self.at(minutes).replace(tzinfo=None)
        changed = created if updated is None else self.at(updated).replace(tzinfo=None)
        times: dict[str, Any] = {"created": created, "updated": changed}
        self.shop.order(line, ts_code=self.code("TS", line, minutes), tg_code=tg_code, **times, **changes)
        return tg_code

    def sell(self, sku: int, sets: int) -> None:
        """Take sets out of the stock table, as an order does."""
        self.shop.write(
            self.shop.stock.update()
            .where(self.shop.stock.c.ProductStock_SaleProductSKUId == sku)
            .values(
                ProductStock_RegQty=self.shop.stock.c.ProductStock_RegQty + sets,
                ProductStock_SellingQty=self.shop.stock.c.ProductStock_SellingQty - sets,
            )
        )

    def error(self, kind: str, message: str, minutes: float) -> None:
        """Write a file of the error log."""
        self._errors += 1
        name = f"11111111-2222-4333-8444-{self._errors:012}"
        put(self.elmah, Written(at=self.at(minutes), error_id=name, type=kind, message=message, detail=message))

    def campaign(self, sources: str = SOURCES) -> str:
        """The example's campaign in the present, with these sources."""
        text = EXAMPLE[: EXAMPLE.index("[sources.stock]")] + sources
        return self.in_the_present(text)

    def in_the_present(self, text: str) -> str:
        """A campaign file with its dates moved: opening now, closing in sixteen days."""
        text = text.replace("2024-01-25T10:00:00", f"{self.at(0):%Y-%m-%dT%H:%M:%S}")
        text = text.replace("2024-01-25T11:00:00", f"{self.at(60):%Y-%m-%dT%H:%M:%S}")
        return text.replace("2024-02-09T23:59:00", f"{self.at(16 * 24 * 60):%Y-%m-%dT%H:%M:%S}")
