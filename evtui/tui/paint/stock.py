"""The stock pane: per product and in total, what is left, sold, in flight, how fast, and until when."""

from __future__ import annotations

from evtui.domain.reading import Topic
from evtui.store.sales import Outlook, ProductFigures, Velocity
from evtui.text import fit
from evtui.tui.format import UNKNOWN, clock_span, hour_or_day, number, outlook
from evtui.tui.lines import Line
from evtui.tui.view import View

_SYMBOLS = {"HKD": "HK$", "TWD": "NT$", "MYR": "RM"}

_TERSE = {Outlook.TOO_FEW: "too few", Outlook.NOT_AT_THIS_RATE: "> close"}

LOW_SHARE = 0.1
"""Share of the opening stock from which what is left is marked as low."""


def paint(view: View, cells: int, rows: int) -> list[Line]:
    """The body of the pane; with few rows the products alone, with many the full table."""
    wide = cells >= 50 and rows >= len(view.products) + 2
    if not wide:
        return [_brief(view, figures, cells) for figures in view.products[: max(rows, 0)]]
    lines: list[Line] = [_head(cells), *(_row(view, figures, cells) for figures in view.products), _total(view, cells)]
    return [*lines, *_speed(view, cells, rows - len(lines))]


def note(view: View) -> str:
    """What the sale window says: opens in, closes in, or closed."""
    campaign, now = view.campaign, view.now
    if now < campaign.opens:
        return f"opens in {clock_span(campaign.opens - now)[1:]}"
    if now <= campaign.closes:
        return f"closes in {clock_span(campaign.closes - now)[1:]}"
    return f"closed {clock_span(now - campaign.closes)[1:]} ago"


def _columns(cells: int) -> tuple[int, bool]:
    """Width of the product column, and whether there is room for sell-through and the forecast's range."""
    roomy = cells >= 84
    fixed = 7 + 7 + 7 + 4 + 3 + (8 + 1 + 27 if roomy else 8)
    return max(cells - fixed, 8), roomy


def _head(cells: int) -> Line:
    name, roomy = _columns(cells)
    last = f"{'sold %':>8} sold out" if roomy else " out"
    text = f"{'page':<7}{fit('product', name)}{'left':>7}{'sold':>7}{'fly':>4}{'Δ':>3}{last}"
    return ((text, "dim"),)


def _row(view: View, figures: ProductFigures, cells: int) -> Line:
    name, roomy = _columns(cells)
    product = figures.product
    assert product is not None
    left, style = _left(figures)
    through = UNKNOWN if figures.sell_through is None else f"{figures.sell_through * 100:.1f}"
    return (
        (f"{product.page_id:<7}{fit(product.label, name)}", ""),
        (f"{left:>7}", style),
        (f"{number(figures.sold):>7}{number(figures.in_flight):>4}", ""),
        (f"{_drift(figures):>3}", "alert" if figures.drift else ""),
        (f"{through:>8} " if roomy else " ", ""),
        (_outlook(view, figures, roomy), _outlook_style(figures)),
    )


def _total(view: View, cells: int) -> Line:
    name, roomy = _columns(cells)
    total, plan = view.total, view.campaign.estimate.sets
    label = f"of plan {plan:,}" if plan else ""
    through = UNKNOWN if total.sell_through is None else f"{total.sell_through * 100:.1f} %"
    left, style = _left(total)
    return (
        (f"{'total':<7}{fit(label, name)}", "head"),
        (f"{left:>7}", style or "head"),
        (f"{number(total.sold):>7}{number(total.in_flight):>4}", "head"),
        (f"{_drift(total):>3}", "alert" if total.drift else "head"),
        (f"{through:>8}" if roomy else f" {through:>7}", "head"),
    )


def _brief(view: View, figures: ProductFigures, cells: int) -> Line:
    product = figures.product
    assert product is not None
    left, style = _left(figures)
    if cells < 60:
        name = max(cells - 27, 6)
        return (
            (f" {fit(product.label, name)}", ""),
            (f"{left:>7}", style),
            (f" left {number(figures.sold):>6} sold", ""),
        )
    name = min(max(cells - 58, 12), 22)
    return (
        (f" {fit(product.label, name)}", ""),
        (f"{left:>7}", style),
        (f" left{number(figures.sold):>7} sold", ""),
        (f"{_drift(figures):>4} Δ  ", "alert" if figures.drift else ""),
        (_outlook(view, figures, roomy=True), _outlook_style(figures)),
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
    if figures.forecast.outlook is Outlook.SOLD_OUT and figures.sold_out_at is not None:
        gone = hour_or_day(figures.sold_out_at, view.zone, view.now)
        return f"sold out {gone}" if roomy else f"@{gone}"
    if product is not None and figures.forecast.outlook is Outlook.NOT_OPEN:
        opens = hour_or_day(product.on_sale, view.zone, view.now)
        return f"opens {opens}" if roomy else opens
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
    symbol = _SYMBOLS.get(view.campaign.currency, view.campaign.currency)
    revenue = "" if view.total.revenue is None else f" · {symbol} {view.total.revenue:,.0f}"
    lines: list[Line] = [((f" {' · '.join(_pace(each) for each in view.total.velocity)}{revenue}", ""),)]
    if rows > len(view.products) + 1:
        lines += [
            ((f" {_title(each)}: {' · '.join(_pace(pace) for pace in each.velocity)}", "dim"),)
            for each in view.products
        ]
    return lines[:rows]


def _title(figures: ProductFigures) -> str:
    return figures.product.label if figures.product else "total"


def _pace(velocity: Velocity) -> str:
    window = f"{velocity.minutes:.0f} min"
    rate = velocity.per_minute
    if rate is None:
        return f"{window} {velocity.sold} sold"
    return f"{window} {rate:.0f}/min" if rate >= 10 else f"{window} {rate:.1f}/min"


TOPIC = Topic.STOCK
"""Whose age stands in the pane's border."""
