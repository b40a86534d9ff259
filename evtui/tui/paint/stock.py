"""The stock pane: per product and in total, what is left, sold, in flight, how fast, and until when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from evtui.domain.reading import Topic
from evtui.store.sales import Outlook, ProductFigures
from evtui.tui.ambiguous import cell_width, fit
from evtui.tui.format import UNKNOWN, at, countdown, hour_or_day, number
from evtui.tui.lines import Line, spread, width
from evtui.tui.look import Pane
from evtui.tui.paint import stock_zoom
from evtui.tui.paint.columns import Column, fitting, row_of
from evtui.tui.paint.rows import in_sight, ordered_by, place, said
from evtui.tui.paint.stock_columns import brief, drift, left, money, pace, selling_out
from evtui.tui.view import View

TOPIC = Topic.STOCK
"""Whose age stands in the pane's border."""

SORTS = ("plan", "left", "sold", "pace", "sell-out")
"""The orders its rows can stand in; the first is the usual one. What is nearest to its end comes first."""

_PAGE = 6
"""Cells of a page id: those of the platform have six digits."""

_NAMES = (8, 24, 48)
"""Cells that a product's label has at the least, those beyond which columns of figures go before it, and the most:
figures that stand too far from their name are read in the wrong row."""


def keys(view: View, pane: Pane) -> tuple[str, ...]:
    """What names each row, the page id, in the order shown."""
    return tuple(_page(figures) for figures in ordered(view, pane))


def paint(view: View, cells: int, rows: int, pane: Pane = Pane()) -> tuple[list[Line], str]:
    """The body of the pane; with few rows the products alone, with many the full table, zoomed everything.

    And the note in its border: what the sale window says, opens in or closes in or closed; the sum, where the table has
    no row for it; and how many products are out of sight.
    """
    lines, shown = _lines(view, cells, rows, pane)
    has_table = _has_table(view, rows)
    hidden = 0 if has_table and not pane.zoomed else len(view.products) - shown
    more = f"+{hidden:,} products" if hidden > 0 else ""
    opened = view.now >= view.campaign.opens
    sums = f"{number(view.total.sold)} of {number(view.total.opening)} sold" if opened and not has_table else ""
    return lines, said([more, ordered_by(pane, SORTS[0]), _moment(view), sums], view.sources[TOPIC], cells)


def ordered(view: View, pane: Pane) -> Sequence[ProductFigures]:
    """The products in the order their rows stand in; those of which it is unknown come last."""
    sort = _ORDERS.get(pane.sort)
    return view.products if sort is None else sorted(view.products, key=lambda figures: _last(sort(figures)))


def _moment(view: View) -> str:
    campaign, now = view.campaign, view.now
    if now < campaign.opens:
        return f"opens in {countdown(campaign.opens - now)}"
    if now <= campaign.closes:
        return f"closes in {countdown(campaign.closes - now)}"
    return f"closed {countdown(now - campaign.closes)} ago"


def _lines(view: View, cells: int, rows: int, pane: Pane) -> tuple[list[Line], int]:
    """The body, and how many products are in it."""
    if rows < 1:
        return [], 0
    products = ordered(view, pane)
    chosen = place([_page(figures) for figures in products], pane)
    if pane.zoomed and cells >= stock_zoom.NARROWEST and rows >= stock_zoom.LOWEST:
        return stock_zoom.lines(view, products, chosen, cells, rows)
    if cells < 50 or not _has_table(view, rows):
        row = _brief(view, cells)
        return in_sight(len(products), lambda index: [row(products[index])], rows, chosen)
    return _table(view, products, chosen, cells, rows), len(products)


def _last(value: float | None) -> tuple[bool, float]:
    return value is None, value or 0.0


def _selling_out_at(figures: ProductFigures) -> float | None:
    """When it sells out, or did: what is gone already comes first."""
    if figures.oversold or figures.forecast.outlook is Outlook.SOLD_OUT:
        return (figures.sold_out_at or datetime.min.replace(tzinfo=UTC)).timestamp()
    return figures.forecast.at.timestamp() if figures.forecast.at else None


_ORDERS: dict[str, Callable[[ProductFigures], float | None]] = {
    "left": lambda figures: figures.remaining_reported,
    "sold": lambda figures: None if figures.sold is None else -figures.sold,
    "pace": lambda figures: None if figures.sold is None else -figures.velocity[-1].sold,
    "sell-out": _selling_out_at,
}


def _page(figures: ProductFigures) -> str:
    return str(figures.product.page_id) if figures.product else ""


def _has_table(view: View, rows: int) -> bool:
    return rows >= len(view.products) + 2


def _table(view: View, products: Sequence[ProductFigures], chosen: int, cells: int, rows: int) -> list[Line]:
    """Head, a row for each product, the sum, and below them the pace and the money."""
    page = max(_PAGE, *(len(_page(figures)) for figures in products))
    longest = max(cell_width(product.label) for product in view.campaign.products)
    name = max(_NAMES[0], min(longest, _NAMES[1]))
    columns = fitting(brief(view, products, cells - page - 1 - name), cells - page - 1 - name)
    name = max(_NAMES[0], min(cells - page - 1 - sum(column.width for column in columns), longest, _NAMES[2]))
    through = UNKNOWN if view.total.sell_through is None else f"{view.total.sell_through * 100:.1f}"

    def row(index: int) -> list[Line]:
        product = products[index].product
        assert product is not None
        words = f"{fit(str(product.page_id), page)} {fit(product.label, name)}"
        return [((words, ""), *row_of(columns, index))]

    head: Line = ((f"{fit('page', page)} {fit('product', name)}", "dim"), *row_of(columns, None))
    words = f"{fit('total', page)} {fit(f'{through} % of stock', name)}"
    total: Line = ((words, "head"), *row_of(columns, len(products)))
    body, _ = in_sight(len(products), row, len(products), chosen)
    lines = [head, *body, total]
    return [*lines, *_speed(view, products, columns, cells, rows - len(lines))]


def _brief(view: View, cells: int) -> Callable[[ProductFigures], Line]:
    """Draws one product on one row, without a head that would say what is what; each figure as wide as the widest."""
    rows = (*view.products, view.total)
    lefts = max(7, 1 + max(len(left(each)[0]) for each in rows))
    solds = max(7, 1 + max(len(number(each.sold)) for each in rows))
    if cells < 60:
        return lambda figures: _name_and_figures(figures, max(cells - 20 - lefts, 6), lefts, solds)
    drifts = max(3, 1 + max(len(drift(each)[0]) for each in rows))
    longest = max(cell_width(each.label) for each in view.campaign.products) + 1
    name = min(max(cells - 41 - lefts - solds - drifts, 12), longest, 22)

    def row(figures: ProductFigures) -> Line:
        line: Line = (
            *_name_and_figures(figures, name, lefts, solds),
            (f"{drift(figures)[0]:>{drifts + 1}} Δ  ", drift(figures)[1]),
            selling_out(view, figures, roomy=True),
        )
        hour = figures.velocity[-1]
        speed = f"{hour.minutes:.0f}m {pace(hour)} " if figures.sold is not None else f"pace {UNKNOWN} "
        on_sale = figures.product is not None and view.now >= figures.product.on_sale
        return spread(line, ((speed, "dim"),), cells) if on_sale and width(line) + cell_width(speed) < cells else line

    return row


def _name_and_figures(figures: ProductFigures, name: int, lefts: int, solds: int) -> Line:
    """What a row begins with."""
    assert figures.product is not None
    text, style = left(figures)
    return (
        (f" {fit(figures.product.label, name)}", ""),
        (f"{text:>{lefts}}", style),
        (f" left{number(figures.sold):>{solds}} sold", ""),
    )


def _speed(
    view: View, products: Sequence[ProductFigures], columns: Sequence[Column], cells: int, rows: int
) -> list[Line]:
    """Pace of all and, where it has no columns of its own, of each; and the money."""
    if rows < 1:
        return []
    if view.now < view.campaign.opens:
        return [((" nothing is sold before opening", "dim"),)]
    lines: list[Line] = [((_paces(view.total, " · "), "" if view.total.sold is not None else "dim"),)]
    has_paces = any(column.head.endswith(" min") for column in columns)
    if not has_paces and rows > len(products) + 1:
        lines += [_product_speed(view, each) for each in products]
    if len(lines) < rows:
        lines.append(money(view))
    return lines


def _paces(figures: ProductFigures, between: str) -> str:
    """Pace over each window; right after opening some windows are one and the same."""
    if figures.sold is None:
        return f"pace {UNKNOWN}"
    return between.join(dict.fromkeys(f"{each.minutes:.0f}m {pace(each)}" for each in figures.velocity))


def _product_speed(view: View, figures: ProductFigures) -> Line:
    """Page, pace over each window, and the range in which it sells out."""
    assert figures.product is not None
    page = f"{figures.product.page_id:<{_PAGE}} "
    if view.now < figures.product.on_sale:
        return ((f"{page}opens {at(figures.product.on_sale, view.zone, '%m-%d %H:%M')}", "dim"),)
    forecast, reach = figures.forecast, ""
    if forecast.outlook is Outlook.EXPECTED:
        latest = hour_or_day(forecast.latest, view.zone, view.now) if forecast.latest else "close"
        earliest = hour_or_day(forecast.earliest, view.zone, view.now)
        reach = f" {earliest}–{latest}" if earliest != latest else f" ~{latest}"
    return ((f"{page}{_paces(figures, ' ')}{reach}", "dim"),)
