"""Where everything stands at a terminal size: pure arithmetic, from a wall display down to one line."""

from __future__ import annotations

from msgspec import Struct

FRAMES = (40, 10)
"""Columns and rows from which on there are panes and pages: a smaller terminal shows one line."""

ALL_PANES = (80, 24)
"""Columns and rows from which on every pane is shown at once."""

PANES = ("stock", "orders", "cpu", "errors")
"""The panes in the order of their keys, 1 to 4."""

TALL = (34, 44)
"""Rows from which a second and a third alert have a row of their own."""

WIDE = 110
"""Columns from which two columns of panes stand side by side: with fewer an order has no room for its age."""

ORDERS = 97
"""Columns beyond which an order's row has nothing more to say: what is wider goes to the other panes."""

BROAD = 98
"""Columns of the left side from which the stock table has the pace in columns, and not on rows of its own."""

ERRORS = 12
"""Rows of errors that are enough: what is beyond them is shared with the machines and the graphs."""

LEAST_ERRORS = 7
"""Rows of errors that further charts leave alone."""

GRAPH_ROWS = 6
"""Rows beyond which a graph of percents only gets bigger."""


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


def holds(least: tuple[int, int], width: int, height: int) -> bool:
    """Whether a terminal has that many columns and rows at the least."""
    return width >= least[0] and height >= least[1]


def inner(box: Box, *, compact: bool = False) -> tuple[int, int]:
    """(cells, rows) that a pane's body has in its box; compact panes have a title line, and a blank at the right."""
    taken = 1 if compact else 2
    return max(box.width - taken, 0), max(box.height - taken, 0)


def arrange(
    width: int,
    height: int,
    products: int,
    services: int,
    focus: str = "stock",
    zoomed: bool = False,
    *,
    machines: int = 0,
    charts: int = 0,
    compact: bool = False,
) -> Layout:
    """The layout of `width` × `height` cells for this many products, services, machines and further charts."""
    if not holds(FRAMES, width, height):
        return Layout({"alert": Box(0, 0, width, min(height, 1))}, tabs=True)
    alerts = 1 + sum(height >= enough for enough in TALL)
    boxes = {
        "header": Box(0, 0, width, 1),
        "first": Box(0, height - 2 - alerts, width, 1),
        "alert": Box(0, height - 1 - alerts, width, alerts),
        "footer": Box(0, height - 1, width, 1),
    }
    body = Box(0, 1, width, height - 3 - alerts)
    small = not holds(ALL_PANES, width, height)
    if small or zoomed:
        if small:
            boxes["tabs"] = Box(0, 1, width, 1)
            body = Box(0, 2, width, height - 4 - alerts)
        return Layout({**boxes, focus: body}, tabs=small)
    taken = 1 if compact else 2
    wide = width >= WIDE
    panes = (
        _wide(body, products, services, machines, charts, taken) if wide else _stacked(body, products, services, taken)
    )
    return Layout({**boxes, **panes})


def _wide(body: Box, products: int, services: int, machines: int, charts: int, taken: int) -> dict[str, Box]:
    """Two columns. `taken` rows of each pane are its border, all others are for facts."""
    left = max(55, body.width * 46 // 100, body.width - ORDERS)
    # head, total, pace and money; pace has columns of its own in a broad pane, else a row for each product
    full = products + 4 if left >= BROAD else 2 * products + 4
    loads = 2 * services + 2  # each with its fleet, traffic and the axis
    room = body.height >= full + loads + 6 + 3 * taken
    stock = min((full if room else products + 3) + taken, max(body.height - 12, 4))
    cpu = min(loads + taken, max(body.height - stock - 4, 3))
    cpu += min(charts, max(body.height - stock - cpu - LEAST_ERRORS - taken, 0))
    spare = body.height - stock - cpu - ERRORS - taken
    if spare > 0:  # to single machines first, then to higher graphs and to the messages of errors
        singly = min(spare, machines)
        cpu += singly + min((spare - singly) // 2, (services + 1) * (GRAPH_ROWS - 1))
    errors = body.height - stock - cpu
    return {
        "stock": Box(0, body.y, left, stock),
        "cpu": Box(0, body.y + stock, left, cpu),
        "errors": Box(0, body.y + stock + cpu, left, errors),
        "orders": Box(left, body.y, body.width - left, body.height),
    }


def _stacked(body: Box, products: int, services: int, taken: int) -> dict[str, Box]:
    """One under the other, at 80 × 24: the orders get what the others do not need."""
    saved = 4 * (2 - taken)
    height = body.height + saved
    stock, cpu, errors = min(products, 4), 1, 3 if height >= 21 else 2
    if height >= 24:
        cpu = 3
    if height >= 36:
        stock, cpu, errors = min(products + 3, height // 4), min(2 * services + 2, height // 4), 6
    heights = [stock + taken, 0, cpu + taken, errors + taken]
    heights[1] = body.height - sum(heights)
    tops = [body.y + sum(heights[:index]) for index in range(len(PANES))]
    return {pane: Box(0, top, body.width, rows) for pane, top, rows in zip(PANES, tops, heights, strict=True)}
