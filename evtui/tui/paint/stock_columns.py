"""What the stock pane says of a product or of all together, figure by figure, and the columns it stands in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from evtui.store.sales import WINDOWS, Outlook, ProductFigures, Velocity
from evtui.tui.format import UNKNOWN, at, hour_or_day, number, outlook
from evtui.tui.lines import Line, Run
from evtui.tui.paint.columns import Column, column
from evtui.tui.view import View

LOW_SHARE = 0.1
"""Share of the opening stock from which what is left is marked as low."""

_SYMBOLS = {"HKD": "HK$", "TWD": "NT$", "MYR": "RM"}

_TERSE = {Outlook.TOO_FEW: "too few", Outlook.NOT_AT_THIS_RATE: "> close"}

_TERSE_CELLS, _ROOMY_CELLS = 7, 20
"""Cells of the time of selling out, alone and with its range."""

_PACE = 8
"""Cells of a pace: `1234/min`."""


def brief(view: View, products: Sequence[ProductFigures], room: int) -> list[Column]:
    """The columns of the table where the pane is one of four: more of them where there is more room."""
    rows = (*products, view.total)
    slim, full = _selling_out(view, rows, roomy=False), _selling_out(view, rows, roomy=True)
    columns = [*_held(rows), _through(rows, rank=2), *_paces(view, rows, rank=3), full]
    if sum(column.width for column in columns if column.rank == 0) > room:
        columns = [*_held(rows), slim]
    return columns


def whole(view: View, products: Sequence[ProductFigures], *, windows: bool) -> list[Column]:
    """Every column there is; with `windows` also when each product is on sale."""
    rows = (*products, view.total)
    opening = [_column("opening", rows, lambda each: (number(each.opening), ""), 6)]
    if any(each.reported_total not in (None, each.opening) for each in products):
        opening.append(_column("reported", rows, _reported, 6))
    held = _held(rows, fly="in flight")
    given = [
        _column("released", rows, lambda each: (number(each.released), "")),
        _column("delivered", rows, lambda each: (number(each.delivered), "")),
    ]
    money = [
        _column(f"{_symbol(view)} sold", rows, lambda each: (number(each.revenue), ""), 9),
        _column("codes owed", rows, lambda each: (number(codes_owed(view, each)), "")),
    ]
    if all(each.codes_per_set is None for each in view.campaign.products):
        money.pop()
    paces = _paces(view, rows, rank=0)
    sale = [_window(view, rows, "on sale"), _window(view, rows, "off sale")] if windows else []
    out = _selling_out(view, rows, roomy=True)
    return [*opening, *held[:3], *given, held[3], _through(rows, rank=0), *paces, out, *money, *sale]


def left(figures: ProductFigures) -> Run:
    """What is left as the stock table says; below zero as far as either side of the ledger says so."""
    if figures.oversold:
        return number(min(figures.remaining_reported or 0, figures.remaining_computed or 0)), "alert"
    if figures.remaining_reported is None:
        return UNKNOWN, "dim"
    low = figures.opening and figures.remaining_reported <= figures.opening * LOW_SHARE
    return number(figures.remaining_reported), "warn" if low else ""


def drift(figures: ProductFigures) -> Run:
    """The ledger's difference with its sign."""
    text = UNKNOWN if figures.drift is None else f"{figures.drift:+d}" if figures.drift else "0"
    return text, "alert" if figures.drift else ""


def selling_out(view: View, figures: ProductFigures, *, roomy: bool) -> Run:
    """When it sells out, or why that cannot be said; `roomy`, with the range and in whole words."""
    product, forecast = figures.product, figures.forecast
    style = "" if forecast.outlook is Outlook.EXPECTED else "dim"
    if figures.oversold:
        return "OVERSOLD" if roomy else "OVER!", "alert"
    if forecast.outlook is Outlook.SOLD_OUT:
        gone = hour_or_day(figures.sold_out_at, view.zone, view.now) if figures.sold_out_at else ""
        return f"sold out {gone}".rstrip() if roomy else f"@{gone}" if gone else "gone", "warn"
    if product is not None and forecast.outlook is Outlook.NOT_OPEN:
        opens = hour_or_day(product.on_sale, view.zone, view.now)
        return f"opens {opens}" if roomy else "not yet", style
    if not roomy and forecast.outlook in _TERSE:
        return _TERSE[forecast.outlook], style
    return outlook(forecast, view.zone, view.now, with_range=roomy), style


def pace(velocity: Velocity) -> str:
    """Sets a minute, or where they are too few for that, how many."""
    rate = velocity.per_minute
    if rate is None:
        return f"{velocity.sold} sold"
    return f"{rate:.0f}/min" if rate >= 10 else f"{rate:.1f}/min"


def codes_owed(view: View, figures: ProductFigures) -> int | None:
    """Voucher codes of sets that are sold and not delivered; None where a figure or the codes of a set are unknown."""
    if figures.product is None:
        parts = [codes_owed(view, each) for each in view.products]
        known = [part for part in parts if part is not None]
        return sum(known) if len(known) == len(parts) else None
    codes = figures.product.codes_per_set
    if codes is None or figures.sold is None or figures.delivered is None:
        return None
    return (figures.sold - figures.delivered) * codes


def money(view: View) -> Line:
    """Sale value so far, and how much of what the business planned is sold."""
    total, plan = view.total, view.campaign.estimate.sets
    value = UNKNOWN if total.revenue is None else f"{total.revenue:,.0f}"
    share = ""
    if plan:
        share = f" · {UNKNOWN if total.sold is None else f'{total.sold / plan * 100:.1f}'} % of plan {plan:,}"
    return ((f"{_symbol(view)} {value}{share}", ""),)


def _symbol(view: View) -> str:
    """The currency as people write it."""
    return _SYMBOLS.get(view.campaign.currency, view.campaign.currency)


def _column(
    head: str, rows: Sequence[ProductFigures], of: Callable[[ProductFigures], Run], least: int = 0, rank: int = 0
) -> Column:
    return column(head, _loud_total(rows, of), rank, least=least)


def _loud_total(rows: Sequence[ProductFigures], of: Callable[[ProductFigures], Run]) -> tuple[Run, ...]:
    """What `of` says of each; the sum stands out."""
    return tuple(
        (text, style or ("head" if each.product is None else ""))
        for each, (text, style) in zip(rows, map(of, rows), strict=True)
    )


def _held(rows: Sequence[ProductFigures], fly: str = "fly") -> list[Column]:
    """Left, sold, in flight and difference."""
    return [
        _column("left", rows, left, 6),
        _column("sold", rows, lambda each: (number(each.sold), ""), 6),
        _column(fly, rows, lambda each: (number(each.in_flight), ""), 3),
        _column("Δ", rows, drift, 2),
    ]


def _reported(figures: ProductFigures) -> Run:
    differs = figures.reported_total not in (None, figures.opening)
    return number(figures.reported_total), "warn" if differs else ""


def _through(rows: Sequence[ProductFigures], rank: int) -> Column:
    def share(figures: ProductFigures) -> Run:
        return UNKNOWN if figures.sell_through is None else f"{figures.sell_through * 100:.1f}", ""

    return _column("sold %", rows, share, rank=rank)


def _selling_out(view: View, rows: Sequence[ProductFigures], *, roomy: bool) -> Column:
    said = [selling_out(view, each, roomy=roomy) if each.product else ("", "") for each in rows]
    least = _ROOMY_CELLS if roomy else _TERSE_CELLS
    return column("sold out" if roomy else "out", said, left=True, least=least)


def _paces(view: View, rows: Sequence[ProductFigures], rank: int) -> list[Column]:
    """Sold in the last minutes; soon after opening some windows are one and the same, and it is said once."""

    def of(index: int) -> Callable[[ProductFigures], Run]:
        def said(figures: ProductFigures) -> Run:
            windows = figures.velocity
            if view.now < (figures.product.on_sale if figures.product else view.campaign.opens):
                return "", ""
            if figures.sold is None:
                return UNKNOWN, "dim"
            again = index > 0 and windows[index].minutes == windows[index - 1].minutes
            return "" if again else pace(windows[index]), ""

        return said

    # of the three the longest says most, and the shortest what has just changed
    ranks = {0: rank + 1, 1: rank + 2, 2: rank} if rank else dict.fromkeys(range(3), 0)
    return [_column(f"{minutes} min", rows, of(index), _PACE, ranks[index]) for index, minutes in enumerate(WINDOWS)]


def _window(view: View, rows: Sequence[ProductFigures], head: str) -> Column:
    def moment(figures: ProductFigures) -> Run:
        product = figures.product
        if product is None:
            return "", ""
        return at(product.on_sale if head == "on sale" else product.off_sale, view.zone, "%m-%d %H:%M"), "dim"

    return column(head, map(moment, rows))
