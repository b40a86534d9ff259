"""`build(state, now) -> Report`: the figures of a report read off the state, each one either present truth or None.

A figure whose source is not OK at `now` is never taken over: a number in a report is a number somebody will act on.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta

from evtui.domain.faults import short_type
from evtui.domain.reading import Topic
from evtui.report.model import (
    ErrorGroup,
    ErrorsLine,
    FirstLine,
    OverdueLine,
    ProductLine,
    Report,
    ServiceLine,
    SourceLine,
    TrafficLine,
)
from evtui.report.notes import left_out, notes_of
from evtui.report.words import word
from evtui.store.delivery import first_order, overdue
from evtui.store.load import cpu_now, cpu_window, report_window, services, traffic
from evtui.store.sales import Outlook, ProductFigures, product_figures
from evtui.store.special import fault_figures
from evtui.store.state import Health, LaunchState, healths

_TYPE_CELLS = 60
"""Characters kept of an error type in the report's one line: the longest real short names are about forty."""

_UNTOLD = {"drift": "no stock reading that the orders have caught up with"}
"""Why a figure is missing although its sources are well."""


def build(state: LaunchState, now: datetime, window: timedelta | None = None) -> Report:
    """The report at `now` over `window` back from it; by default since open, or the last hour before opening."""
    campaign = state.campaign
    start, end = report_window(state, now, window)
    sources = healths(state, now)
    orders = sources[Topic.ORDERS]
    whole = _whole(orders)
    first = _first_order(state, now) if whole else None
    late = _overdue(state, now) if whole else None
    whys = {}
    if first is None:
        whys["first_order"] = "no order yet" if whole else reason(orders)
    if late is None:
        whys["overdue"] = reason(orders)
    names = _service_names(state)
    return Report(
        campaign=campaign.id,
        market=word(campaign.market),
        name=word(campaign.name),
        zone=campaign.zone,
        opens=campaign.opens,
        as_of=now,
        start=start,
        unit=word(campaign.report.unit),
        blank_lines=campaign.report.blank_lines,
        traffic_threshold=campaign.report.traffic_threshold,
        products=tuple(_product(state, figures, sources) for figures in product_figures(state, now)),
        services=tuple(_service(state, name, start, end, sources[Topic.CPU]) for name in names),
        traffic=_traffic(state, start, end, sources[Topic.TRAFFIC]),
        errors=_errors(state, start, now, sources[Topic.ERRORS]),
        first_order=first,
        overdue=late,
        sources=tuple(_source(state, source) for source in sources.values()),
        notes=notes_of(state, start, end, sources, names),
        whys=whys,
    )


def _whole(source: Health) -> bool:
    """Whether a source's last value may be added up: sums over a past that is still being told are no sums."""
    return source.usable and not source.coverage.more


def reason(source: Health) -> str:
    """Why the last word of a source does not count: its state and what it said."""
    if source.usable:
        return f"{source.topic} is not yet all told"
    said = word(source.why)
    return f"{source.topic} is {source.state}: {said}" if said else f"{source.topic} is {source.state}"


def _service_names(state: LaunchState) -> tuple[str, ...]:
    """The campaign's services; where it names none, those that a source reported."""
    return tuple(service.name for service in state.campaign.services) or services(state)


def _product(state: LaunchState, figures: ProductFigures, healths: Mapping[Topic, Health]) -> ProductLine:
    product = figures.product
    assert product is not None
    stock, orders = healths[Topic.STOCK], healths[Topic.ORDERS]
    planned = product.stock is not None
    needs: dict[str, tuple[object, tuple[Health, ...]]] = {
        "opening": (figures.opening, () if planned else (stock,)),
        "sold": (figures.sold, (orders,)),
        "in_flight": (figures.in_flight, (orders,)),
        "released": (figures.released, (orders,)),
        "delivered": (figures.delivered, (orders,)),
        "remaining_reported": (figures.remaining_reported, (stock,)),
        "remaining_computed": (figures.remaining_computed, (orders,) if planned else (orders, stock)),
        "drift": (figures.drift, (stock, orders)),
    }
    whys: dict[str, str] = {}
    known: dict[str, int | None] = {}
    for name, (value, sources) in needs.items():
        bad = next((source for source in sources if not _whole(source)), None)
        known[name] = value if bad is None and isinstance(value, int) else None
        if known[name] is None:
            whys[name] = reason(bad) if bad else _UNTOLD.get(name, "no source tells of this product")
    gone, span = _sell_out(state, figures, stock, orders, whys)
    return ProductLine(
        page_id=product.page_id,
        name=word(product.name),
        label=word(product.label or product.name),
        opening=known["opening"],
        sold=known["sold"],
        in_flight=known["in_flight"],
        released=known["released"],
        delivered=known["delivered"],
        remaining_reported=known["remaining_reported"],
        remaining_computed=known["remaining_computed"],
        drift=known["drift"],
        sold_out_at=gone,
        sold_out_range=span,
        whys=whys,
    )


def _sell_out(
    state: LaunchState, figures: ProductFigures, stock: Health, orders: Health, whys: dict[str, str]
) -> tuple[datetime | None, tuple[datetime | None, datetime | None] | None]:
    """(when it was first read as sold out, the range): see `ProductLine`."""
    bad = next((source for source in (stock, orders) if not _whole(source)), None)
    if not stock.usable:
        whys["sold_out_at"] = reason(stock)
    elif figures.sold_out_by is None:
        whys["sold_out_at"] = "not sold out"
    else:
        if figures.sold_out_at is None:
            whys["sold_out_at"] = "it was sold out already when its stock was first read"
        by = figures.sold_out_at or figures.sold_out_by
        last = _last_made(state, figures, by) if _whole(orders) else None
        return figures.sold_out_at, (last, by)
    forecast = figures.forecast
    if bad is not None:
        whys["sold_out_range"] = reason(bad)
    elif forecast.outlook is Outlook.EXPECTED:
        return None, (forecast.earliest, forecast.latest)
    else:
        whys["sold_out_range"] = str(forecast.outlook)
    return None, None


def _last_made(state: LaunchState, figures: ProductFigures, before: datetime) -> datetime | None:
    """When the newest order of a product not later than `before` was made: there was stock until then."""
    page_id = figures.product.page_id if figures.product else None
    for _, ts_code in reversed(state.orders.recent):
        tracked = state.orders.get(ts_code)
        if tracked and tracked.line.page_id == page_id and tracked.line.created_at <= before:
            return tracked.line.created_at
    return None


def _service(state: LaunchState, name: str, start: datetime, end: datetime, source: Health) -> ServiceLine:
    figures = cpu_window(state, name, start, end)
    if not source.usable or _finite(figures.mean) is None:
        why = "no figure in the window" if source.usable else reason(source)
        gone = ("cpu_mean", "cpu_min", "cpu_max", "machines_reporting")
        whys = dict.fromkeys(gone, why)
        if figures.expected is None:
            whys["machines_expected"] = "the plan names no number of machines"
        return ServiceLine(word(name), None, None, None, None, figures.expected, whys)
    reporting = min(figures.reporting, cpu_now(state, name, end).reporting)
    whys = {} if figures.expected is not None else {"machines_expected": "the plan names no number of machines"}
    return ServiceLine(word(name), figures.mean, figures.low, figures.high, reporting, figures.expected, whys)


def _traffic(state: LaunchState, start: datetime, end: datetime, source: Health) -> TrafficLine:
    if not source.usable:
        return TrafficLine(None, None, None, dict.fromkeys(("per_minute", "baseline", "change"), reason(source)))
    figures = traffic(state, start, end)
    per_minute, baseline, change = map(_finite, (figures.per_minute, figures.baseline, figures.change))
    whys = {}
    if per_minute is None:
        whys["per_minute"] = "no figure in the window"
    if baseline is None:
        opened = end > state.campaign.opens
        whys["baseline"] = "no figure before opening" if opened else "not open yet"
    if change is None:
        whys["change"] = whys.get("per_minute") or whys.get("baseline") or "no traffic before opening"
    return TrafficLine(per_minute, baseline, change, whys)


def _finite(value: float | None) -> float | None:
    """A figure that is a number: one machine that reports NaN must not print as one."""
    return value if value is not None and math.isfinite(value) else None


def _errors(state: LaunchState, start: datetime, now: datetime, source: Health) -> ErrorsLine:
    if not source.usable:
        return ErrorsLine(None, (), (), dict.fromkeys(("special", "groups"), reason(source)))
    coverage = source.coverage
    if coverage.more or (coverage.expected and not coverage.seen):
        # "nothing special" said of a log that was not read would be a guess
        why = f"{source.topic}: {word(coverage.note) or 'the log is still being read'}"
        return ErrorsLine(None, (), (), dict.fromkeys(("special", "groups"), why))
    types: dict[str, int] = {}
    groups = []
    for figures in fault_figures(state, now, start):
        fault = figures.fault
        if figures.special and figures.in_window:
            name = word(short_type(fault.key.type), _TYPE_CELLS) or "?"
            types[name] = types.get(name, 0) + figures.in_window
        groups.append(
            ErrorGroup(
                application=fault.key.application,
                type=fault.key.type,
                message=fault.key.shape,
                count=figures.in_window,
                total=figures.count,
                baseline=figures.baseline,
                first_seen=fault.first.at,
                last_seen=fault.newest.at,
                status=figures.status,
            )
        )
    ranked = tuple(sorted(types.items(), key=lambda pair: (-pair[1], pair[0])))
    return ErrorsLine(sum(types.values()), ranked, tuple(groups))


def _first_order(state: LaunchState, now: datetime) -> FirstLine | None:
    found = first_order(state, now)
    if found is None:
        return None
    line = found.tracked.line
    whys = {} if found.delivered_at else {"delivered_at": f"not delivered: the order is {found.tracked.state}"}
    return FirstLine(
        tg_code=line.tg_code,
        ts_code=line.ts_code,
        page_id=line.page_id,
        state=found.tracked.state,
        created_at=line.created_at,
        delivered_at=found.delivered_at,
        after_open=found.after_open,
        age=found.age,
        whys=whys,
    )


def _overdue(state: LaunchState, now: datetime) -> tuple[OverdueLine, ...]:
    found = []
    for late in overdue(state, now):
        line = late.tracked.line
        whys = {} if line.page_id is not None else {"page_id": "the source names no page"}
        found.append(
            OverdueLine(
                line.tg_code,
                line.ts_code,
                line.page_id,
                late.age,
                late.clock,
                line.status_user,
                line.status_scm,
                whys,
            )
        )
    return tuple(found)


def _source(state: LaunchState, source: Health) -> SourceLine:
    spec = state.specs.get(source.topic)
    whys = {}
    if source.fact_age is None:
        whys["fact_age_s"] = word(source.why) or "it holds no fact yet"
    if source.read_age is None:
        whys["read_age_s"] = word(source.why) or "it never answered"
    provider = word(spec.provider) if spec else ""
    return SourceLine(
        name=source.topic,
        provider=provider,
        state=source.state,
        fact_age=source.fact_age,
        read_age=source.read_age,
        why=word(source.why),
        partial=(left_out(source) if source.usable else "") or None,
        whys=whys,
    )
