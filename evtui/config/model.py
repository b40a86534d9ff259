"""The campaign file, table by table: every key it may hold, what is required and what stands in when a key is left out.

`Meta.description` is what a message says was expected, `Meta.examples` what it offers for a required key that is
missing. What concerns several keys at once is in `rules`.
"""

# no postponed annotations here: evaluating them again costs a start more than everything else in this module
from datetime import datetime, timedelta
from typing import Annotated, Literal

from msgspec import Meta, Struct

HUGE = 10**12
"""Largest count or amount taken: far above any launch, and small enough for every database and JSON reader."""

Name = Annotated[str, Meta(min_length=1, max_length=300, description="text in quotes, not empty")]
Count = Annotated[int, Meta(ge=0, le=HUGE, description="a whole number, 0 or more")]
Amount = Annotated[float, Meta(ge=0, le=HUGE, description="a number, 0 or more")]
Key = Annotated[int, Meta(ge=1, le=HUGE, description="a whole number, 1 or more")]
Address = Annotated[
    str,
    Meta(
        pattern=r"^https?://[^/?#\s\x00-\x1f\x7f-\x9f][^\s\x00-\x1f\x7f-\x9f]*\Z",
        max_length=2000,
        description='an address such as "https://host/orders/{tg_code}", without blanks and control characters',
    ),
]
Prefix = Annotated[str, Meta(pattern=r"^[A-Z]{2}\Z", description='two capital letters such as "TG"')]


class Table(Struct, forbid_unknown_fields=True, frozen=True):
    """A table whose every key is known."""


class ShopTable(Table, kw_only=True, frozen=True):
    """`shop = { id = 28, name = "CUAPP" }`"""

    id: Annotated[Key, Meta(examples=[28])]
    """Shop id; every source filters on it."""
    name: Annotated[Name, Meta(examples=["CUAPP"])]
    """Shown in the header."""


class EstimateTable(Table, kw_only=True, frozen=True):
    """What the business expects; compared with the truth, never mixed with it."""

    days: Key | None = None
    """Calendar days of the sale."""
    sets: Count | None = None
    """Sets planned to be sold."""
    max_revenue: Amount | None = None
    """Highest revenue thought possible, in the campaign's currency."""


class CampaignTable(Table, kw_only=True, frozen=True):
    """`[campaign]`"""

    id: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z",
            description="a short name of letters, digits, dots and dashes (journals are named after it)",
            examples=["cuapp-cny-2024"],
        ),
    ]
    """Names journals and reports on disk."""
    name: Annotated[Name, Meta(examples=["CUAPP電子票券"])]
    """The report's name for the launch."""
    market: Annotated[Name, Meta(examples=["HK"])]
    """What stands in brackets in the report's first line."""
    environment: Annotated[Name, Meta(examples=["PROD"])]
    """Shown in the header, so that nobody mistakes QA for production."""
    timezone: Annotated[
        str, Meta(min_length=1, description='a time zone such as "Asia/Hong_Kong"', examples=["Asia/Hong_Kong"])
    ]
    """IANA name; times without an offset are in it."""
    currency: Annotated[Name, Meta(examples=["HKD"])]
    """Currency of every price and amount."""
    shop: Annotated[ShopTable, Meta(examples=[{"id": 28, "name": "CUAPP"}])]
    """Whose orders count."""
    url: Annotated[str, Meta(pattern=r"^(https?://\S+)?\Z", description='an address such as "https://…"')] = ""
    """The sale's public page."""
    code_prefixes: Annotated[tuple[Prefix, ...], Meta(min_length=1)] = ("TG", "TM", "TS")
    """How order codes of this market begin: group, main and slave."""
    estimate: EstimateTable = EstimateTable()
    """Left out: nothing to compare with."""


class ProductTable(Table, kw_only=True, frozen=True):
    """`[[products]]`: one sale page."""

    page_id: Annotated[Key, Meta(examples=[370490])]
    """Sale page id: what orders and stock are matched by."""
    name: Annotated[Name, Meta(examples=["$1000電子購物禮券"])]
    """Full name, as customers see it and the report prints it."""
    label: Annotated[str, Meta(max_length=60)] = ""
    """Short name for narrow columns; left out: the full name."""
    price: Amount | None = None
    """Sale price of one set."""
    codes_per_set: Key | None = None
    """Voucher codes one set produces, gifts included."""
    on_sale: Annotated[datetime, Meta(examples=["2024-01-25T10:00:00"])]
    """First moment of the sale."""
    off_sale: Annotated[datetime, Meta(examples=["2024-02-09T23:59:00"])]
    """Last moment of the sale."""
    stock: Count | None = None
    """Sets put on sale, as planned."""
    skus: tuple[Key, ...] = ()
    """SKU ids of the page, for sources that know SKUs only."""


class PromotionTable(Table, kw_only=True, frozen=True):
    """`[[promotions]]`: something that may bring a crowd."""

    at: datetime | None = None
    """When; left out: unknown, and `check` says so."""
    what: Annotated[Name, Meta(examples=["app push"])]
    """What it is, in a few words."""


class MachinesTable(Table, kw_only=True, frozen=True):
    """`{ fixed = 1, scaled = 3 }`: how many machines of each kind."""

    fixed: Count | None = None
    """Machines that always run."""
    scaled: Count | None = None
    """Machines of the auto-scaling group."""


class ServiceTable(Table, kw_only=True, frozen=True):
    """`[[services]]`: machines whose CPU is watched under one name."""

    name: Annotated[Name, Meta(examples=["SCMAPI"])]
    """The report's label."""
    fixed: tuple[Name, ...] = ()
    """Instance ids of the fixed machines."""
    auto_scaling_group: str = ""
    """Name of the group the scaled machines belong to."""
    planned: MachinesTable = MachinesTable()
    """Machines the launch needs."""
    before: MachinesTable = MachinesTable()
    """Machines that run normally."""
    load_balancer: str = ""
    """Load balancer whose requests are the traffic, as CloudWatch names it."""


class SlaTable(Table, kw_only=True, frozen=True):
    """`[sla]`: when an undelivered order is late."""

    deliver_within: timedelta = timedelta(hours=1)
    """Older than this is overdue."""
    warn_at: tuple[timedelta, ...] = (timedelta(minutes=30), timedelta(minutes=45))
    """Ages at which an order changes its band before that."""
    clock_starts: Literal["paid", "created"] = "paid"
    """`paid` falls back to created where no payment was seen, and the row says so."""
    stages: dict[str, timedelta] = {}
    """Longest time one step of the chain may take, by step id."""


class ReportTable(Table, kw_only=True, frozen=True):
    """`[report]`"""

    every: timedelta | None = None
    """How often the report is sent; left out: on request only, and `check` says so."""
    style: Literal["strict", "full", "ledger"] = "strict"
    """The four agreed lines, the free form around them, or the table."""
    lang: Name = "zh-Hant"
    """Language of the templates."""
    owners: dict[str, Name] = {}
    """Who is told: role = desk or team. Roles used: voucher, issuer, scaling, closing."""
    blank_lines: bool = False
    """An empty line between the lines of the strict report."""
    unit: Name = "張"
    """What one set sold is called in the report."""
    templates: str = ""
    """Folder of templates that replace the shipped ones by name; relative to this file."""
    traffic_threshold: Amount = 0.2
    """Rise from which traffic counts as increased: 0.2 is 20 %."""


class IgnoreTable(Table, kw_only=True, frozen=True):
    """One kind of error that is never special."""

    type: Name = "*"
    """Exact .NET type name, or `*` for any."""
    message: Name = "*"
    """Message with `*` and `?`."""


class ErrorsTable(Table, kw_only=True, frozen=True):
    """`[errors]`: what makes an error special."""

    baseline: timedelta = timedelta(hours=24)
    """Errors seen this long before opening are known."""
    ignore: tuple[IgnoreTable, ...] = ()
    """Errors that are never special."""
    factor: Annotated[float, Meta(ge=1, le=HUGE, description="a number, 1 or more")] = 3.0
    """How many times more often a known error must come to be special."""


class CadenceTable(Table, kw_only=True, frozen=True):
    """`every = { before = "60s", opening = "5s", selling = "10s", closed = "5m" }`"""

    before: timedelta | None = None
    """Until the first sale opens."""
    opening: timedelta | None = None
    """From a quarter of an hour before any sale or promotion until an hour after it."""
    selling: timedelta | None = None
    """The rest of the sale."""
    closed: timedelta | None = None
    """After the last sale ended."""


class BudgetTable(Table, kw_only=True, frozen=True):
    """`[budget]`: what asking may cost."""

    usd_per_day: Amount = 5.0
    """US dollars on a calendar day of the campaign's zone; sources with a price are asked more rarely to stay below,
    at 0 every 15 minutes."""


class SourceTable(Struct, frozen=True, kw_only=True):
    """`[sources.<topic>]` and `[lookups.<name>]`: keys every source has; all others belong to its provider."""

    provider: Annotated[Name, Meta(examples=["simulated"])]
    """Which provider answers."""
    every: timedelta | CadenceTable | None = None
    """Time between two polls, the same always or by phase of the launch; left out: the topic's own cadence."""
    delay: timedelta | None = None
    """How late the source usually is; left out: the provider's own."""
    enabled: bool = True
    """`false` keeps the table and asks nothing."""


class FileTable(Table, kw_only=True, frozen=True):
    """The whole file."""

    version: Annotated[int, Meta(examples=[1])]
    """Version of this layout: 1."""
    campaign: Annotated[CampaignTable, Meta(description="a [campaign] table with id, name, timezone and so on")]
    """Whose launch it is."""
    products: Annotated[tuple[ProductTable, ...], Meta(min_length=1, description="at least one [[products]] table")]
    """What is sold; never empty."""
    promotions: tuple[PromotionTable, ...] = ()
    """What may bring a crowd."""
    services: tuple[ServiceTable, ...] = ()
    """Machines that are watched."""
    sla: SlaTable = SlaTable()
    """When an order is late."""
    report: ReportTable = ReportTable()
    """What is sent, when and to whom."""
    errors: ErrorsTable = ErrorsTable()
    """Which errors matter."""
    budget: BudgetTable = BudgetTable()
    """What asking may cost."""
    links: dict[str, Address] = {}
    """Where orders and errors can be looked at: name = address with placeholders."""
    sources: dict[str, SourceTable] = {}
    """What is polled, by topic."""
    lookups: dict[str, SourceTable] = {}
    """What is asked about one order, by name."""


SOURCE_KEYS = frozenset({"provider", "every", "delay", "enabled"})
"""Keys of a source table that are not its provider's own."""
