"""The plan of a launch: what is sold when, by which shop, on which machines, and what was promised.

Built from the campaign file (`config.load`) or by hand in tests; nothing here is ever observed.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from msgspec import Struct, field

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


class Shop(Struct, frozen=True):
    """Whose orders count; every provider filters on `id`."""

    id: int
    name: str


class Product(Struct, frozen=True):
    """One sale page. Units: `stock` in sets, `price` in the campaign's currency, `codes_per_set` in voucher codes."""

    page_id: int
    name: str
    label: str
    price: float | None
    codes_per_set: int | None
    on_sale: datetime
    off_sale: datetime
    stock: int | None
    """Sets put on sale as planned: the baseline, never overwritten by what a source says."""
    skus: tuple[int, ...] = ()
    """SKU ids of the page, where the order table names SKUs and not pages."""


class Promotion(Struct, frozen=True):
    """Something that may bring a crowd; drawn as a marker."""

    at: datetime | None
    what: str


class Service(Struct, frozen=True):
    """A service whose CPU is watched: `planned` machines are what the launch needs, `before` what runs normally."""

    name: str
    fixed: tuple[str, ...] = ()
    """Instance ids of the fixed machines."""
    auto_scaling_group: str = ""
    planned_fixed: int | None = None
    planned_scaled: int | None = None
    before_fixed: int | None = None
    before_scaled: int | None = None
    load_balancer: str = ""

    @property
    def planned(self) -> int | None:
        """Machines expected in all, or None where the plan does not say."""
        if self.planned_fixed is None and self.planned_scaled is None:
            return None
        return (self.planned_fixed or 0) + (self.planned_scaled or 0)


class Sla(Struct, frozen=True):
    """When an undelivered order is late."""

    deliver_within: timedelta = HOUR
    warn_at: tuple[timedelta, ...] = (timedelta(minutes=30), timedelta(minutes=45))
    clock_starts: str = "paid"
    """`paid` (else created, and the row says so) or `created`."""
    stages: dict[str, timedelta] = field(default_factory=dict)
    """Longest time a step of the chain may take, by step id."""


class ReportPolicy(Struct, frozen=True):
    """How and when the report is sent."""

    every: timedelta | None = None
    style: str = "strict"
    lang: str = "zh-Hant"
    owners: dict[str, str] = field(default_factory=dict)
    blank_lines: bool = False
    """Whether the strict report has an empty line between its lines, as the wiki page shows it."""
    unit: str = "張"
    templates: str = ""
    """Folder of templates that replace the shipped ones by name; empty: the user's configuration folder."""
    traffic_threshold: float = 0.2
    """Rise over the window before opening from which traffic counts as increased (0.2 = 20 %)."""


class IgnoreRule(Struct, frozen=True):
    """ELMAH errors that are never special: exact type, message with `*` and `?`."""

    type: str = "*"
    message: str = "*"


class ErrorPolicy(Struct, frozen=True):
    """What makes an error special: new against the baseline before opening, or `factor` times more frequent."""

    baseline: timedelta = timedelta(hours=24)
    ignore: tuple[IgnoreRule, ...] = ()
    factor: float = 3.0


class Estimate(Struct, frozen=True):
    """What the business expects; shown beside the truth, never mixed with it."""

    days: int | None = None
    sets: int | None = None
    max_revenue: float | None = None


class Budget(Struct, frozen=True):
    """What asking the sources may cost."""

    usd_per_day: float = 5.0
    """Ceiling of a calendar day in the campaign's zone. It slows sources that cost something down and stops none: at 0
    they are asked as rarely as cost alone can make them be asked."""


class Campaign(Struct, frozen=True, dict=True):
    """One launch. `products` is never empty; times are aware UTC, shown in `zone`."""

    id: str
    name: str
    market: str
    environment: str
    zone: ZoneInfo
    currency: str
    shop: Shop
    products: tuple[Product, ...]
    url: str = ""
    code_prefixes: tuple[str, ...] = ("TG", "TM", "TS")
    estimate: Estimate = Estimate()
    promotions: tuple[Promotion, ...] = ()
    services: tuple[Service, ...] = ()
    sla: Sla = Sla()
    report: ReportPolicy = ReportPolicy()
    errors: ErrorPolicy = ErrorPolicy()
    budget: Budget = Budget()
    links: dict[str, str] = field(default_factory=dict)
    """Templates of addresses by name; `links` fills them in."""

    @property
    def opens(self) -> datetime:
        """When the first product goes on sale."""
        return min(product.on_sale for product in self.products)

    @property
    def closes(self) -> datetime:
        """When the last product goes off sale."""
        return max(product.off_sale for product in self.products)

    @property
    def days(self) -> int:
        """Calendar days the sale touches, in the campaign's zone."""
        return (self.closes.astimezone(self.zone).date() - self.opens.astimezone(self.zone).date()).days + 1

    def day(self, moment: datetime) -> int:
        """Day n of the sale at `moment`, 1 on the opening day; 0 or less before it."""
        return (moment.astimezone(self.zone).date() - self.opens.astimezone(self.zone).date()).days + 1

    def product(self, page_id: int | None) -> Product | None:
        """The product with this page id, or None for a page that is not part of the launch."""
        return None if page_id is None else self._by_page.get(page_id)

    @cached_property
    def _by_page(self) -> dict[int, Product]:
        # asked several times for every order line, and a launch may have a thousand pages
        return {product.page_id: product for product in reversed(self.products)}

    def service(self, name: str) -> Service | None:
        """The service with this report label."""
        return next((service for service in self.services if service.name == name), None)

    def history_start(self, now: datetime) -> datetime:
        """The earliest moment sources need to tell of: the baseline before opening, or before `now` if earlier."""
        return min(self.opens, now).astimezone(UTC) - self.errors.baseline
