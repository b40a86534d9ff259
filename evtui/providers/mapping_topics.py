"""What each topic is made of, field by field, and how a row of somebody's JSON becomes a thing of the domain.

A row here is what the expressions of the settings found: field name -> raw value. Nothing in here knows JMESPath.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from evtui.domain.campaign import Campaign
from evtui.domain.faults import ErrorEntry
from evtui.domain.metrics import Chart, ChartPoint, CpuPoint, FleetSize, TargetHealth, TrafficPoint
from evtui.domain.orders import OrderLine
from evtui.domain.reading import Lookup, Topic
from evtui.domain.stock import StockLevel
from evtui.providers.mapping_values import MOST_COUNTED, BadRow, Times, counts, integer, number, text, words
from evtui.redact import admit

Row = Mapping[str, Any]


class Fields(Struct, frozen=True):
    """Names of a topic's fields: those that have to be mapped, and those that may be."""

    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        return (*self.needed, *self.optional)


_ORDERS = Fields(
    ("ts_code", "tg_code", "quantity", "created_at", "status_user"),
    ("page_id", "sku_id", "shop_id", "updated_at", "paid_at", "status", "status_scm", "status_slave", "amount"),
)

FIELDS: Mapping[Topic | Lookup, Fields] = {
    Topic.STOCK: Fields(("page_id", "selling"), ("sku_id", "total", "reg", "cancel")),
    Topic.ORDERS: _ORDERS,
    Lookup.ORDER_STATUS: _ORDERS,
    Topic.CPU: Fields(("service", "machine", "minute", "percent")),
    Topic.TRAFFIC: Fields(("minute", "requests")),
    Topic.CAPACITY: Fields(
        ("service",), ("fixed", "desired", "in_service", "smallest", "largest", "lifecycle", "suspended")
    ),
    Topic.ERRORS: Fields(("error_id", "type", "message", "at"), ("application", "host", "status_code", "source")),
    Topic.TARGETS: Fields(("service", "group", "healthy", "total"), ("states", "reasons")),
    Topic.CHARTS: Fields(("chart", "minute", "value"), ("unit", "below", "above")),
}
"""What a source can be mapped to; the names are those of the domain."""

ONE_OF: Mapping[Topic | Lookup, tuple[str, ...]] = {
    Topic.ORDERS: ("page_id", "sku_id"),
    Lookup.ORDER_STATUS: ("page_id", "sku_id"),
    Topic.CAPACITY: ("fixed", "desired", "in_service"),
}
"""Fields of which at least one has to be mapped."""


class Reader:
    """Makes rows into things of the domain. Every method raises BadRow for a row that cannot be one.

    `sought` says where a field was looked for, as far as it was: field -> expression.
    """

    def __init__(self, campaign: Campaign, times: Times, sought: Mapping[str, str]) -> None:
        self._times = times
        self._sought = sought
        self._shop_id = campaign.shop.id
        self._sku_pages = {sku: product.page_id for product in campaign.products for sku in product.skus}

    def stock(self, row: Row) -> StockLevel:
        """One SKU; where the source tells of pages only, the page stands for its SKU."""
        page = self._there("page_id", integer("page_id", row.get("page_id")))
        sku = integer("sku_id", row.get("sku_id"))
        return StockLevel(
            page_id=page,
            sku_id=page if sku is None else sku,
            total=integer("total", row.get("total"), 0),
            reg=integer("reg", row.get("reg"), 0),
            cancel=integer("cancel", row.get("cancel"), 0),
            selling=self._there("selling", integer("selling", row.get("selling"))),
        )

    def order(self, row: Row) -> OrderLine:
        """One line; without a shop of its own it is the campaign's, which is what was asked for."""
        sku = integer("sku_id", row.get("sku_id"))
        page = integer("page_id", row.get("page_id"))
        shop = integer("shop_id", row.get("shop_id"))
        status, status_user = text("status", row.get("status")), text("status_user", row.get("status_user"))
        if not (status or status_user):
            raise self._empty("status_user")
        return OrderLine(
            ts_code=self._name("ts_code", row),
            tg_code=self._name("tg_code", row),
            shop_id=self._shop_id if shop is None and "shop_id" not in row else self._there("shop_id", shop),
            page_id=self._sku_pages.get(sku) if page is None and sku is not None else page,
            quantity=self._there("quantity", integer("quantity", row.get("quantity"), 1, MOST_COUNTED)),
            created_at=self._moment("created_at", row),
            updated_at=self._times.read("updated_at", row.get("updated_at")),
            status=status,
            status_user=status_user,
            status_scm=text("status_scm", row.get("status_scm")),
            status_slave=text("status_slave", row.get("status_slave")),
            amount=number("amount", row.get("amount")),
            sku_id=sku,
            paid_at=self._times.read("paid_at", row.get("paid_at")),
        )

    def machine(self, row: Row) -> tuple[str, str]:
        """The machine that a row of `cpu` is about, which is expected even where it has no figure."""
        return self._name("service", row), self._name("machine", row)

    def cpu(self, row: Row) -> CpuPoint | None:
        """One machine over one minute; None where the machine is told of without a figure."""
        service, machine = self.machine(row)
        percent = number("percent", row.get("percent"), 0, 100)
        return None if percent is None else CpuPoint(service, machine, self._minute(row), percent)

    def traffic(self, row: Row) -> TrafficPoint | None:
        """One minute; None where it is told of without a figure."""
        requests = number("requests", row.get("requests"), 0)
        return None if requests is None else TrafficPoint(self._minute(row), requests)

    def chart(self, row: Row) -> tuple[Chart, ChartPoint | None]:
        """One minute of a chart, and the chart as this row describes it."""
        chart = Chart(
            self._name("chart", row),
            text("unit", row.get("unit")),
            number("below", row.get("below")),
            number("above", row.get("above")),
        )
        value = number("value", row.get("value"))
        return chart, None if value is None else ChartPoint(chart.name, self._minute(row), value)

    def capacity(self, row: Row) -> FleetSize:
        """Machines of one service."""
        return FleetSize(
            service=self._name("service", row),
            fixed=_machines("fixed", row),
            desired=_machines("desired", row),
            in_service=_machines("in_service", row),
            lifecycle=counts("lifecycle", row.get("lifecycle")),
            smallest=_machines("smallest", row),
            largest=_machines("largest", row),
            suspended=words("suspended", row.get("suspended")),
        )

    def targets(self, row: Row) -> TargetHealth:
        """Targets of one group."""
        healthy = self._there("healthy", _machines("healthy", row))
        total = self._there("total", _machines("total", row))
        if healthy > total:
            raise BadRow("healthy is more than total")
        states, reasons = counts("states", row.get("states")), words("reasons", row.get("reasons"))
        return TargetHealth(self._name("service", row), self._name("group", row), healthy, total, states, reasons)

    def error(self, row: Row) -> ErrorEntry:
        """One error of a log."""
        return ErrorEntry(
            error_id=self._name("error_id", row),
            application=text("application", row.get("application")),
            host=text("host", row.get("host")),
            type=self._name("type", row),
            message=text("message", row.get("message")),
            at=self._moment("at", row),
            status_code=integer("status_code", row.get("status_code"), 0, 999),
            source=text("source", row.get("source")),
        )

    def _moment(self, field: str, row: Row) -> datetime:
        moment = self._times.read(field, row.get(field))
        if moment is None:
            raise self._empty(field)
        return moment

    def _name(self, field: str, row: Row) -> str:
        found = text(field, row.get(field))
        if not found:
            raise self._empty(field)
        return found

    def _there(self, field: str, value: int | None) -> int:
        if value is None:
            raise self._empty(field)
        return value

    def _empty(self, field: str) -> BadRow:
        """A word that is written wrong finds nothing just as a row without a value does."""
        where = self._sought.get(field)
        return BadRow(f"{field} is empty" if where is None else f"nothing at {admit(where, 60)} (map.fields.{field})")

    def _minute(self, row: Row) -> datetime:
        return self._moment("minute", row).replace(second=0, microsecond=0)


def _machines(field: str, row: Row) -> int | None:
    return integer(field, row.get(field), 0, MOST_COUNTED)
