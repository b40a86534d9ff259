"""The stock with everything that is known of each product, on as many lines a product as its columns take."""

from __future__ import annotations

from collections.abc import Sequence

from evtui.domain.campaign import Product
from evtui.store.sales import ProductFigures
from evtui.tui.ambiguous import cell_width, fit
from evtui.tui.format import at
from evtui.tui.lines import Line
from evtui.tui.paint import stock_sales
from evtui.tui.paint.columns import folding, row_of
from evtui.tui.paint.rows import in_sight
from evtui.tui.paint.stock_columns import money, whole
from evtui.tui.view import View

NARROWEST = 50
"""Cells from which the columns make lines of more than two or three figures."""

LOWEST = 12
"""Rows that the heads, one product and the sum take where the pane is narrow."""

NAME = 52
"""Cells that a name may take from the figures beside it: official names are that long, and one that is absurd must not
push the figures of all others to the next line."""

_LEGEND = (
    "left: as the stock table says",
    "in flight: ordered and not paid",
    "released: back in stock",
    "Δ: opening less left, sold and in flight, all of one reading",
    "minutes: sold a minute in the last so many, or how many where they are few",
    "sold out: at the last hour's pace, with the range that chance leaves",
    "codes owed: of sets sold and not delivered",
)
"""What the heads mean."""


def lines(view: View, products: Sequence[ProductFigures], chosen: int, cells: int, rows: int) -> tuple[list[Line], int]:
    """The body of the zoomed pane, and how many products are in it."""
    plans = [figures.product for figures in products if figures.product is not None]
    windows = {(plan.on_sale, plan.off_sale) for plan in plans}
    page = 1 + max(len("total"), *(len(str(plan.page_id)) for plan in plans))
    columns = whole(view, products, windows=len(windows) > 1)
    name = _name_width(plans, cells - page, sum(column.width for column in columns))
    folds = folding(columns, page + name, cells, page)

    def row(index: int | None, first: str, second: str, style: str) -> list[Line]:
        start: Line = ((fit(first, page) + fit(second, name), style),)
        return [(*start, *row_of(folds[0], index))] + [
            ((" " * page, ""), *row_of(columns, index)) for columns in folds[1:]
        ]

    def product(index: int) -> list[Line]:
        plan = plans[index]
        return row(
            index,
            str(plan.page_id),
            plan.label if cell_width(plan.label) <= name < cell_width(plan.name) else plan.name,
            "",
        )

    head = row(None, "page", "product", "dim")
    total = row(len(plans), "total", "", "head")
    tail = [money(view)] + ([_window(view, plans[0])] if len(windows) == 1 else [])
    room = rows - len(head) - len(total)
    tail = tail if room - len(tail) >= len(head) else []
    body, shown = in_sight(len(plans), product, room - len(tail), chosen)
    told = [*head, *body, *total, *tail]
    told += stock_sales.graphs(view, plans, cells, rows - len(told) - len(_legend(cells)))
    return [*told, *_legend(cells)][:rows], shown


def _name_width(plans: Sequence[Product], room: int, figures: int) -> int:
    """Cells of the name: all it needs, unless the label lets everything stand on one line and the name does not."""
    names = max(cell_width(plan.name) for plan in plans)
    labels = max(cell_width(plan.label) for plan in plans)
    if names + figures > room >= labels + figures:
        return room - figures
    return min(names, room, max(NAME, room - figures))


def _window(view: View, plan: Product) -> Line:
    on_sale, off_sale = (at(moment, view.zone, "%m-%d %H:%M") for moment in (plan.on_sale, plan.off_sale))
    return ((f"on sale {on_sale} · off sale {off_sale}", ""),)


def _legend(cells: int) -> list[Line]:
    """What the heads mean, each meaning on one line as far as it goes."""
    lines = [""]
    for meaning in _LEGEND:
        joined = f"{lines[-1]} · {meaning}" if lines[-1] else meaning
        if cell_width(joined) <= cells:
            lines[-1] = joined
        else:
            lines.append(meaning)
    return [((line, "dim"),) for line in lines]
