"""A launch whose sources are APIs, and the settings the tests of HTTP share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from evtui.clock import ManualClock
from evtui.domain.campaign import Campaign, Product, Shop
from evtui.domain.reading import Lookup, Topic
from evtui.providers._http import Http, HttpAccess
from evtui.providers.base import Context

ZONE = ZoneInfo("Asia/Hong_Kong")
OPENS = datetime(2024, 1, 25, 2, tzinfo=UTC)
NOW = OPENS + timedelta(minutes=30)
PAGES = (370490, 370480)
TOKEN = "sesame-open-4711"

ORDER_FIELDS = {
    "ts_code": "code",
    "tg_code": "group",
    "quantity": "sets",
    "created_at": "at",
    "updated_at": "changed",
    "status_user": "status",
    "page_id": "page",
}


def campaign() -> Campaign:
    products = tuple(
        Product(page, f"券 {page}", str(page), 500.0, 3, OPENS, OPENS + timedelta(days=16), 4500) for page in PAGES
    )
    return Campaign("cny", "券", "HK", "PROD", ZONE, "HKD", Shop(28, "CUAPP"), products)


def context(
    topic: Topic | Lookup | None = None,
    environ: Mapping[str, str] | None = None,
    folder: Path | str = ".",
    clock: ManualClock | None = None,
) -> Context:
    environ = {"SHOP_TOKEN": TOKEN} if environ is None else environ
    return Context(campaign(), clock or ManualClock(NOW), environ, str(folder), topic=topic)


def door(url: str, around: Context | None = None, **more: Any) -> Http:
    """A way to ask `url`."""
    return Http.open(HttpAccess(url=url, **more), around or context(), kind="the API")


def order_row(serial: int, at: str | None = "2024-01-25T10:05:00", **more: object) -> dict[str, object]:
    """An order as the API of the tests tells of it, at a local time."""
    row = {
        "code": f"TS240125L{serial:06d}",
        "group": f"TG240125L{serial:05d}",
        "sets": 1,
        "at": at,
        "status": "WaitingToPay",
        "page": PAGES[0],
    }
    return row | more
