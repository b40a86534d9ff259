"""Sales minute by minute, product under product, below the zoomed stock."""

from __future__ import annotations

from collections.abc import Sequence

from evtui.domain.campaign import Product
from evtui.domain.reading import Topic
from evtui.store.series import Counts, minute_of
from evtui.tui.ambiguous import cell_width
from evtui.tui.format import at
from evtui.tui.layout import GRAPH_ROWS
from evtui.tui.lines import BLANK, Line
from evtui.tui.paint.timeline import Timeline, beside, labels, picture, timeline
from evtui.tui.view import View

_LEAD = 26
"""Cells of words before a graph."""


def graphs(view: View, plans: Sequence[Product], cells: int, rows: int) -> list[Line]:
    """A graph for each product on one scale, the axis below; nothing where there is no room for all of them, or where
    there was no sale in the minutes that would be shown."""
    height = min((rows - 2) // len(plans), GRAPH_ROWS)
    line = timeline(view, cells - _LEAD - 1)
    sales = [_sales(view, plan, line) for plan in plans] if height > 0 else []
    if not any(sales):
        return []
    top = max((count for each in sales for count in each.values()), default=0)
    lines: list[Line] = [BLANK]
    for plan, each in zip(plans, sales, strict=True):
        words = [str(plan.page_id), f"  most {max(each.values(), default=0):,} a minute"]
        words = [" ".join(words)] if height == 1 else words
        words += [""] * (height - len(words))
        drawn = picture(view, line, each, max(top, 1), height)
        styles = ["", *["dim"] * (height - 1)]
        lines += [beside(text, style, _LEAD, row) for text, style, row in zip(words, styles, drawn, strict=False)]
    axis = (labels(view, line, 1) or [""])[0]
    start = at(line.bounds[0], view.zone, "%H:%M ")
    scale = "sets sold a minute"
    return [*lines, ((scale + start.rjust(_LEAD - cell_width(scale)) + axis, "dim"),)]


def _sales(view: View, plan: Product, line: Timeline) -> dict[int, float]:
    """Minute -> sets sold; zero where nothing was, missing outside the sale and since nobody has told of orders."""
    heard = view.state.sources.get(Topic.ORDERS)
    if heard is None or heard.taken_at is None:
        return {}
    counts = view.state.orders.sales.get(plan.page_id, Counts()).by_minute(line.start, line.end)
    end = min(heard.taken_at, view.now, plan.off_sale)
    known = range(max(line.start, minute_of(plan.on_sale)), min(line.end, minute_of(end) + 1))
    return {minute: counts.get(minute, 0) for minute in known}
