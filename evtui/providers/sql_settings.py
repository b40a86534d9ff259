"""The keys of a source with `provider = "sql"`. Needs no SQLAlchemy, so a campaign file can be checked without it."""

from __future__ import annotations

import msgspec

from evtui.providers.base import Settings
from evtui.providers.objections import Objections


class SqlSettings(Settings, frozen=True, kw_only=True):
    """`[sources.stock]`, `[sources.orders]` and `[lookups.order_status]` with `provider = "sql"`. Times in seconds."""

    url_env: str = ""
    """Environment variable that holds the SQLAlchemy URL."""
    url_file: str = ""
    """File that holds it, read again at every question; relative to the campaign file."""
    url: str = ""
    """The URL itself, where it needs no password; SQLite paths are relative to the campaign file."""
    orders_table: str = "OrderSlaveFlow"
    stock_table: str = "ProductStock"
    sku_table: str = "SaleProductSKU"
    schema: str = ""
    """In front of tables that bring no schema of their own, such as `WebStoreDB.dbo`."""
    columns: dict[str, str] = msgspec.field(default_factory=dict)
    """Default column name -> name in this database, for those that differ."""
    source_timezone: str = ""
    """Zone of the tables' naive times; empty: the campaign's."""
    connect_timeout: float = 5.0
    query_timeout: float = 10.0
    overlap: float = 5.0
    """How far back each poll looks for commits that arrived late."""
    batch_rows: int = 5_000
    nolock: bool = False
    """Read SQL Server tables `WITH (NOLOCK)`."""


def check(settings: SqlSettings) -> None:
    """Raises SettingsError for settings that cannot be or contradict each other."""
    faults = Objections()
    given = [key for key in ("url_env", "url_file", "url") if getattr(settings, key)]
    if len(given) != 1:
        found = " and ".join(given) if given else "none"
        key = f"{given[-1]}: " if given else ""
        faults.add(f"{key}exactly one of url_env, url_file and url has to be given, not {found}")
    for key in ("connect_timeout", "query_timeout", "batch_rows"):
        if not getattr(settings, key) > 0:
            faults.add(f"{key}: {getattr(settings, key):g} is too little; it has to be greater than 0")
    if not settings.overlap >= 0:
        faults.add(f"overlap: {settings.overlap:g} cannot be; it is 0 or more seconds")
    faults.settle()
