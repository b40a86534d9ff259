"""Where everything stands at a terminal size: pure arithmetic, from a wall display down to one line."""

from __future__ import annotations

from msgspec import Struct

PANES = ("stock", "orders", "cpu", "errors")
"""The panes in the order of their keys, 1 to 4."""

TALL = (34, 44)
"""Rows from which a second and a third alert have a row of their own."""

WIDE = 100
"""Columns from which two columns of panes stand side by side."""


class Box(Struct, frozen=True):
    """A rectangle of cells."""

    x: int
    y: int
    width: int
    height: int

    def holds(self, x: int, y: int) -> bool:
        """Whether the cell at this column and row is in it."""
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height


class Layout(Struct, frozen=True):
    """What is shown where. A pane that is not in `boxes` is not shown; `tabs` says that one pane is shown at a time."""

    boxes: dict[str, Box]
    tabs: bool = False


def arrange(
    width: int, height: int, products: int, services: int, focus: str = "stock", zoomed: bool = False
) -> Layout:
    """The layout of `width` × `height` cells for this many products and services."""
    if width < 40 or height < 10:
        return Layout({"alert": Box(0, 0, width, min(height, 1))}, tabs=True)
    alerts = 1 + sum(height >= enough for enough in TALL)
    boxes = {
        "header": Box(0, 0, width, 1),
        "first": Box(0, height - 2 - alerts, width, 1),
        "alert": Box(0, height - 1 - alerts, width, alerts),
        "footer": Box(0, height - 1, width, 1),
    }
    body = Box(0, 1, width, height - 3 - alerts)
    small = width < 80 or height < 24
    if small or zoomed:
        if small:
            boxes["tabs"] = Box(0, 1, width, 1)
            body = Box(0, 2, width, height - 4 - alerts)
        return Layout({**boxes, focus: body}, tabs=small)
    panes = _wide(body, products, services) if width >= WIDE else _stacked(body, products)
    return Layout({**boxes, **panes})


def _wide(body: Box, products: int, services: int) -> dict[str, Box]:
    left = max(55, body.width * 46 // 100)
    room = body.height >= 2 * products + 6 + 2 * services + 4 + 8
    stock = min(2 * products + 6 if room else products + 5, max(body.height - 12, 4))
    cpu = min(2 * services + 4, max(body.height - stock - 4, 3))
    errors = body.height - stock - cpu
    if errors > 14:  # room to spare goes to single machines and to the pace of each product
        extra = (errors - 14) // 2
        cpu, errors = cpu + extra, errors - extra
    return {
        "stock": Box(0, body.y, left, stock),
        "cpu": Box(0, body.y + stock, left, cpu),
        "errors": Box(0, body.y + stock + cpu, left, errors),
        "orders": Box(left, body.y, body.width - left, body.height),
    }


def _stacked(body: Box, products: int) -> dict[str, Box]:
    """One under the other, at 80 × 24: the orders get what the others do not need."""
    stock = min(products, 4) + 2
    cpu, errors = 3, 5 if body.height >= 21 else 4
    if body.height >= 26:
        cpu = 5
    orders = body.height - stock - cpu - errors
    tops = [body.y, body.y + stock, body.y + stock + orders, body.y + stock + orders + cpu]
    heights = [stock, orders, cpu, errors]
    return {pane: Box(0, top, body.width, rows) for pane, top, rows in zip(PANES, tops, heights, strict=True)}
