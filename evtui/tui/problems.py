"""Everything that is wrong now, as places to go to: what `n` and `N` walk through, across the panes."""

from __future__ import annotations

from msgspec import Struct

from evtui.alerts.rules import Alert
from evtui.domain.reading import Topic
from evtui.tui.paint.errors import fault_row
from evtui.tui.view import View

WALKED = 500
"""Overdue orders that are a place each, the oldest: nobody walks through more of them one by one."""

_PANE = {
    "overdue": "orders",
    "odd": "orders",
    "silence": "orders",
    "oversold": "stock",
    "drift": "stock",
    "sold": "stock",
    "stock": "stock",
    "opening": "stock",
    "errors": "errors",
}
_PANE_OF_SOURCE = {Topic.STOCK: "stock", Topic.ORDERS: "orders", Topic.ERRORS: "errors"}


class Problem(Struct, frozen=True):
    """One place: the pane, the row in it (an order's TS code, a page id, a kind of error; empty: the pane as a whole),
    and which of the view's alerts tells of it, by number and by name."""

    pane: str
    row: str
    alert: int
    key: str

    def is_at(self, other: Problem) -> bool:
        """Whether it is the same place, whatever the order of the alerts."""
        return (self.key, self.row) == (other.key, other.row)


def problems(view: View) -> tuple[Problem, ...]:
    """In the order of the alerts; each overdue order and each special error is a place of its own."""
    found: list[Problem] = []
    for index, standing in enumerate(view.standing):
        found += _places(view, standing.alert, index)
    return tuple(found)


def _places(view: View, alert: Alert, index: int) -> list[Problem]:
    kind, _, rest = alert.key.partition(" ")
    if kind == "overdue":
        return [Problem("orders", each.tracked.line.ts_code, index, alert.key) for each in view.late[:WALKED]]
    if kind == "source":
        topic = next((topic for topic in Topic if rest.startswith(topic)), None)
        return [Problem(_PANE_OF_SOURCE.get(topic, "cpu") if topic else "cpu", "", index, alert.key)]
    pane = _PANE.get(kind, "cpu")
    if pane == "errors":
        special = [fault_row(figures.fault.key) for figures in view.faults if figures.special]
        return [Problem(pane, row, index, alert.key) for row in special] or [Problem(pane, "", index, alert.key)]
    if pane == "stock":
        page_id = next((word for word in alert.key.split() if word.isdigit()), "")
        return [Problem(pane, page_id, index, alert.key)]
    return [Problem(pane, alert.code if pane == "orders" else "", index, alert.key)]
