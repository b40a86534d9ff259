"""The stock pane: per product and in total, what is left, sold, in flight, how fast, and until when."""

from __future__ import annotations

from msgspec.structs import replace

from evtui.domain.reading import Topic
from evtui.store.sales import Outlook, ProductFigures, Velocity
from evtui.text import cell_width, fit
from evtui.tui.format import UNKNOWN, at, countdown, hour_or_day, number, outlook
from evtui.tui.lines import Line, plain, spread, width
from evtui.tui.look import Pane
from evtui.tui.view import View

_SYMBOLS = {"HKD": "HK$", "TWD": "NT$", "MYR": "RM"}

_TERSE = {Outlook.TOO_FEW: "too few", Outlook.NOT_AT_THIS_RATE: "> close"}

LOW_SHARE = 0.1
"""Share of the opening stock from which what is left is marked as low."""


def paint(view: View, cells: int, rows: int, pane: Pane = Pane()) -> list[Line]:
    """The body of the pane; with few rows the products alone, with many the full table."""
    if cells < 50 or not _has_table(view, rows):
        return [_brief(view, figures, cells) for figures in view.products[: max(rows, 0)]]
    rows_of_products = (_row(view, figures, cells) for figures in view.products)
    lines: list[Line] = [_head(view, cells), *rows_of_products, _total(view, cells)]
    return [*lines, *_speed(view, cells, rows - len(lines))]


def note(view: View, cells: int, rows: int, pane: Pane = Pane()) -> str:
    """What the sale window says, opens in or closes in or closed; and the sum, where the table has no row for it."""
    campaign, now = view.campaign, view.now
    if now < campaign.opens:
        return f"opens in {countdown(campaign.opens - now)}"
    total = view.total
    sums = "" if _has_table(view, rows) else f"{number(total.sold)} of {number(total.opening)} sold · "
    if now <= campaign.closes:
        return f"{sums}closes in {countdown(campaign.closes - now)}"
    return f"{sums}closed {countdown(now - campaign.closes)} ago"


def _has_table(view: View, rows: int) -> bool:
    return rows >= len(view.products) + 2


def _widths(view: View) -> tuple[int, int, int, int]:
    """Cells of left, sold, in flight and difference: the usual ones, or what the longest figure and a blank take."""
    rows = (*view.products, view.total)
    return (
        max(7, *(1 + len(_left(each)[0]) for each in rows)),
        max(7, *(1 + len(number(each.sold)) for each in rows)),
        max(4, *(1 + len(number(each.in_flight)) for each in rows)),
        max(3, *(1 + len(_drift(each)) for each in rows)),
    )


def _columns(view: View, cells: int) -> tuple[int, bool]:
    """Width of the product column, and whether there is room for sell-through and the forecast's range."""
    roomy = cells >= 84
    fixed = 7 + sum(_widths(view)) + (8 + 1 + 27 if roomy else 8)
    return max(cells - fixed, 8), roomy


def _head(view: View, cells: int) -> Line:
    name, roomy = _columns(view, cells)
    left, sold, fly, drift = _widths(view)
    last = f"{'sold %':>8} sold out" if roomy else " out"
    text = f"{'page':<7}{fit('product', name)}{'left':>{left}}{'sold':>{sold}}{'fly':>{fly}}{'Δ':>{drift}}{last}"
    return ((text, "dim"),)


def _figures(view: View, figures: ProductFigures, plain: str) -> Line:
    """Left, sold, in flight and difference, in their columns."""
    left, sold, fly, drift = _widths(view)
    text, style = _left(figures)
    return (
        (f"{text:>{left}}", style or plain),
        (f"{number(figures.sold):>{sold}}{number(figures.in_flight):>{fly}}", plain),
        (f"{_drift(figures):>{drift}}", "alert" if figures.drift else plain),
    )


def _row(view: View, figures: ProductFigures, cells: int) -> Line:
    name, roomy = _columns(view, cells)
    product = figures.product
    assert product is not None
    through = UNKNOWN if figures.sell_through is None else f"{figures.sell_through * 100:.1f}"
    return (
        (f"{product.page_id:<7}{fit(product.label, name)}", ""),
        *_figures(view, figures, ""),
        (f"{through:>8} " if roomy else " ", ""),
        (_outlook(view, figures, roomy), _outlook_style(figures)),
    )


def _total(view: View, cells: int) -> Line:
    name, _ = _columns(view, cells)
    through = UNKNOWN if view.total.sell_through is None else f"{view.total.sell_through * 100:.1f}"
    return (
        (f"{'total':<7}{fit(f'{through} % of stock', name)}", "head"),
        *_figures(view, view.total, "head"),
    )


def _brief(view: View, figures: ProductFigures, cells: int) -> Line:
    product = figures.product
    assert product is not None
    text, style = _left(figures)
    left, sold, _, drift = _widths(view)
    if cells < 60:
        name = max(cells - 20 - left, 6)
        return (
            (f" {fit(product.label, name)}", ""),
            (f"{text:>{left}}", style),
            (f" left{number(figures.sold):>{sold}} sold", ""),
        )
    longest = max(cell_width(each.label) for each in view.campaign.products) + 1
    name = min(max(cells - 41 - left - sold - drift, 12), longest, 22)
    outlook = _outlook(view, figures, roomy=True)
    line: Line = (
        (f" {fit(product.label, name)}", ""),
        (f"{text:>{left}}", style),
        (f" left{number(figures.sold):>{sold}} sold", ""),
        (f"{_drift(figures):>{drift + 1}} Δ  ", "alert" if figures.drift else ""),
        (outlook, _outlook_style(figures)),
    )
    pace = plain(_pace_of(view, replace(figures, velocity=figures.velocity[-1:]), ""))
    on_sale = view.now >= product.on_sale
    return (
        spread(line, ((f"{pace} ", "dim"),), cells) if on_sale and width(line) + cell_width(pace) + 2 < cells else line
    )


def _left(figures: ProductFigures) -> tuple[str, str]:
    if figures.oversold:
        return number(min(figures.remaining_reported or 0, figures.remaining_computed or 0)), "alert"
    if figures.remaining_reported is None:
        return UNKNOWN, "dim"
    low = figures.opening and figures.remaining_reported <= figures.opening * LOW_SHARE
    return number(figures.remaining_reported), "warn" if low else ""


def _drift(figures: ProductFigures) -> str:
    return UNKNOWN if figures.drift is None else f"{figures.drift:+d}" if figures.drift else "0"


def _outlook(view: View, figures: ProductFigures, roomy: bool) -> str:
    product = figures.product
    if figures.oversold:
        return "OVERSOLD" if roomy else "OVER!"
    if figures.forecast.outlook is Outlook.SOLD_OUT:
        gone = hour_or_day(figures.sold_out_at, view.zone, view.now) if figures.sold_out_at else ""
        return f"sold out {gone}".rstrip() if roomy else f"@{gone}" if gone else "gone"
    if product is not None and figures.forecast.outlook is Outlook.NOT_OPEN:
        opens = hour_or_day(product.on_sale, view.zone, view.now)
        return f"opens {opens}" if roomy else "not yet"
    if not roomy and figures.forecast.outlook in _TERSE:
        return _TERSE[figures.forecast.outlook]
    return outlook(figures.forecast, view.zone, view.now, with_range=roomy)


def _outlook_style(figures: ProductFigures) -> str:
    if figures.oversold:
        return "alert"
    if figures.forecast.outlook is Outlook.SOLD_OUT:
        return "warn"
    return "" if figures.forecast.outlook is Outlook.EXPECTED else "dim"


def _speed(view: View, cells: int, rows: int) -> list[Line]:
    if rows < 1:
        return []
    if view.now < view.campaign.opens:
        closed: Line = ((" nothing is sold before opening", "dim"),)
        return [closed]
    lines = [_pace_of(view, view.total, " · ")]
    if rows > len(view.products) + 1:
        lines += [_product_speed(view, each) for each in view.products]
    if len(lines) < rows:
        lines.append(_money(view))
    return lines


def _money(view: View) -> Line:
    """Sale value so far, and how much of what the business planned is sold."""
    total, plan = view.total, view.campaign.estimate.sets
    symbol = _SYMBOLS.get(view.campaign.currency, view.campaign.currency)
    value = UNKNOWN if total.revenue is None else f"{total.revenue:,.0f}"
    share = ""
    if plan:
        share = f" · {UNKNOWN if total.sold is None else f'{total.sold / plan * 100:.1f}'} % of plan {plan:,}"
    return ((f"{symbol} {value}{share}", ""),)


def _pace_of(view: View, figures: ProductFigures, between: str) -> Line:
    """Pace over each window; right after opening some windows are one and the same."""
    if figures.sold is None:
        return ((f"pace {UNKNOWN}", "dim"),)
    return ((between.join(dict.fromkeys(_pace(each) for each in figures.velocity)), ""),)


def _product_speed(view: View, figures: ProductFigures) -> Line:
    """Page, pace over each window, and the range in which it sells out."""
    assert figures.product is not None
    page = f"{figures.product.page_id:<7}"
    if view.now < figures.product.on_sale:
        return ((f"{page}opens {at(figures.product.on_sale, view.zone, '%m-%d %H:%M')}", "dim"),)
    forecast, reach = figures.forecast, ""
    if forecast.outlook is Outlook.EXPECTED:
        latest = hour_or_day(forecast.latest, view.zone, view.now) if forecast.latest else "close"
        earliest = hour_or_day(forecast.earliest, view.zone, view.now)
        reach = f" {earliest}–{latest}" if earliest != latest else f" ~{latest}"
    return ((f"{page}{plain(_pace_of(view, figures, ' '))}{reach}", "dim"),)


def _pace(velocity: Velocity) -> str:
    rate = velocity.per_minute
    if rate is None:
        return f"{velocity.minutes:.0f}m {velocity.sold} sold"
    return f"{velocity.minutes:.0f}m {rate:.0f}/min" if rate >= 10 else f"{velocity.minutes:.0f}m {rate:.1f}/min"


TOPIC = Topic.STOCK
"""Whose age stands in the pane's border."""
