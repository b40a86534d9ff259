"""A launch in sentences, one fact a line: what a screen reader reads out and a dumb terminal can show.

Pure: every sentence is a function of one `Moment`. Numbers, ages and times are written as screen and report write them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from msgspec import Struct

from evtui.alerts.rules import Alert, Known, alerts, known
from evtui.domain.campaign import Campaign
from evtui.domain.faults import short_type
from evtui.domain.orders import OrderState
from evtui.domain.reading import Topic
from evtui.report.figures import at, change, counted, number, outlook, percent
from evtui.report.notes import unusable
from evtui.report.words import UNKNOWN, age_text, word
from evtui.store.delivery import FirstOrder, Overdue, first_order, newest
from evtui.store.load import cpu_now, report_window, services, traffic
from evtui.store.orders import RECENT_LINES, oddity
from evtui.store.sales import Outlook, ProductFigures, total_figures
from evtui.store.special import FaultFigures
from evtui.store.state import Health, LaunchState, healths
from evtui.store.tracked import Tracked
from evtui.text import clip

LISTED = 100
"""Lines of one list: what is longer nobody hears to its end."""

MESSAGE = 60
"""Cells of an error's message that are read out: by then it is clear which one it is."""


class Moment(Struct, frozen=True):
    """Everything that is spoken of at the moment `now`; `scenario` is empty unless the sources are simulated."""

    state: LaunchState
    now: datetime
    scenario: str
    figures: Known
    alerts: tuple[Alert, ...]
    first: FirstOrder | None
    sources: Mapping[Topic, Health]
    """Every topic there is to speak of, whether or not a source is configured for it."""

    @property
    def campaign(self) -> Campaign:
        """The plan."""
        return self.state.campaign

    @property
    def zone(self) -> ZoneInfo:
        """The zone times are told in."""
        return self.state.campaign.zone


def moment(state: LaunchState, now: datetime, scenario: str = "") -> Moment:
    """What there is to speak of in `state` at `now`."""
    figures = known(state, now)
    found = alerts(state, now, figures)
    return Moment(state, now, scenario, figures, found, first_order(state, now), healths(state, now))


def summary(here: Moment) -> Iterator[str]:
    """Where things stand: market, shop, time, stock, first order, load, errors, alerts, sources that are not ok."""
    campaign = here.campaign
    yield f"{campaign.market}, shop {campaign.shop.id} {campaign.shop.name}, {campaign.name}."
    yield f"DEMO {here.scenario}: a simulated launch." if here.scenario else f"Environment: {campaign.environment}."
    yield _time(here)
    stock = _caveat(here, Topic.STOCK) + _caveat(here, Topic.ORDERS)
    for figures in here.figures.products:
        yield f"{_product(here, figures)}{stock}."
    yield f"First order: {first_order_words(here)}{_caveat(here, Topic.ORDERS)}."
    for service in services(here.state):
        yield f"{_cpu(here, service)}{_caveat(here, Topic.CPU)}."
    yield f"Traffic: {_traffic(here)}{_caveat(here, Topic.TRAFFIC)}."
    yield f"Errors: {_errors(here)}{_caveat(here, Topic.ERRORS)}."
    yield from alert_sentences(here)
    yield from source_sentences(here)


def _time(here: Moment) -> str:
    campaign, now = here.campaign, here.now
    since = f"{age_text(now - campaign.opens)} after opening"
    if now < campaign.opens:
        since = f"{age_text(campaign.opens - now)} before opening"
    elif now > campaign.closes:
        since = f"{age_text(now - campaign.closes)} after closing"
    day = campaign.day(now)
    days = f"day {day} of {campaign.days}, " if 1 <= day <= campaign.days else ""
    return f"It is {at(now, here.zone, '%Y-%m-%d %H:%M:%S %Z')} ({here.zone.key}), {days}{since}."


def _caveat(here: Moment, topic: Topic) -> str:
    """What keeps the last figures of a source from being present truth; empty where nothing does."""
    source = here.sources[topic]
    return "" if source.usable else f" ({topic} {source.state})"


def _product(here: Moment, figures: ProductFigures) -> str:
    name = figures.product.label if figures.product else "Total"
    left = f"{number(figures.remaining_reported)} of {counted(figures.opening, 'set')} left"
    text = f"{name}: {left}, {number(figures.sold)} sold, {number(figures.in_flight)} in flight"
    if figures.drift:
        text += f", stock and orders differ by {figures.drift:+d}"
    if figures.forecast.outlook is Outlook.SOLD_OUT and figures.sold_out_at:
        return f"{text}, sold out at {at(figures.sold_out_at, here.zone)}"
    return f"{text}, sell-out: {outlook(figures.forecast, here.zone, here.now, with_range=True)}"


def first_order_words(here: Moment) -> str:
    """The first order of the campaign and what became of it."""
    first = here.first
    if first is None:
        if here.now < here.campaign.opens:
            return "the sale is not open yet"
        return "none yet" if here.sources[Topic.ORDERS].usable else UNKNOWN
    line = first.tracked.line
    made = f"made at {at(line.created_at, here.zone)}, {age_text(first.after_open)} after opening"
    return f"{line.tg_code}, {label(here, first.tracked)}, {made}, {_fate(here, first)}"


def _fate(here: Moment, first: FirstOrder) -> str:
    if first.delivered_at is not None:
        return f"delivered at {at(first.delivered_at, here.zone)} in {age_text(first.age)}"
    if first.tracked.state is OrderState.RELEASED:
        return "cancelled or refunded"
    return f"not delivered yet after {age_text(first.age)}"


def label(here: Moment, tracked: Tracked) -> str:
    """The product of an order line in few words."""
    product = here.campaign.product(tracked.line.page_id)
    if product is not None:
        return product.label
    return "page unknown" if tracked.line.page_id is None else f"page {tracked.line.page_id}"


def _cpu(here: Moment, service: str) -> str:
    cpu = cpu_now(here.state, service, here.now)
    machines = f"{cpu.reporting} of {counted(cpu.expected, 'machine')} reporting"
    if cpu.minute is None:
        return f"{service}: CPU {UNKNOWN}, {machines}"
    mean = f"CPU {percent(cpu.mean)} at {at(cpu.minute, here.zone, '%H:%M')}"
    return f"{service}: {mean}, busiest machine {percent(cpu.max)}, {machines}"


def _traffic(here: Moment) -> str:
    figures = traffic(here.state, *report_window(here.state, here.now, None))
    if figures.newest is None:
        return UNKNOWN
    text = f"{counted(figures.newest, 'request')} a minute at {at(figures.minute, here.zone, '%H:%M')}"
    return f"{text}, {change(figures.change)} since opening against before" if figures.change is not None else text


def _errors(here: Moment) -> str:
    faults = here.figures.faults
    if not faults and not here.sources[Topic.ERRORS].usable:
        return UNKNOWN
    special = [figures for figures in faults if figures.special]
    others = f"{counted(len(faults) - len(special), 'other kind')} in the log"
    if not special:
        return f"nothing special, {others}"
    times = counted(sum(figures.since_open for figures in special), "error")
    return f"{counted(len(special), 'special kind')} with {times} since opening, {others}"


def alert_sentences(here: Moment) -> Iterator[str]:
    """How many alerts there are, then each on a line of its own, the worst first."""
    if not here.alerts:
        yield "No alerts."
        return
    yield f"{counted(len(here.alerts), 'alert')}:"
    told = (f"{alert.severity.name.capitalize()}: {alert.text}." for alert in here.alerts)
    yield from _listed(told, len(here.alerts))


def source_sentences(here: Moment) -> Iterator[str]:
    """What is the matter with each source that is not ok."""
    bad = [source for topic, source in here.sources.items() if topic in here.state.specs and not source.usable]
    for source in bad:
        yield f"Source {unusable(here.state, source)}."
    if not bad:
        yield "All sources answer."


def overdue_sentences(here: Moment) -> Iterator[str]:
    """How many lines are overdue, then each on a line of its own, the oldest first."""
    late = here.figures.late
    if not late:
        yield f"No order is overdue{_caveat(here, Topic.ORDERS)}."
        return
    yield f"{counted(len(late), 'order')} overdue{_caveat(here, Topic.ORDERS)}, the oldest first:"
    yield from _listed((f"{overdue_words(here, each)}." for each in late), len(late))


def overdue_words(here: Moment, each: Overdue) -> str:
    """One overdue line: its codes, its age and both statuses."""
    line = each.tracked.line
    statuses = f"user {word(line.status_user) or UNKNOWN}, SCM {word(line.status_scm) or UNKNOWN}"
    return f"{line.tg_code}, line {line.ts_code}, {age_text(each.age)} since {each.clock}, {statuses}"


def error_sentences(here: Moment) -> Iterator[str]:
    """The errors in short, then each special kind on a line of its own."""
    yield f"Errors: {_errors(here)}{_caveat(here, Topic.ERRORS)}."
    special = [each for each in here.figures.faults if each.special]
    yield from _listed((f"{error_words(here, each)}." for each in special), len(special))


def error_words(here: Moment, figures: FaultFigures) -> str:
    """One kind of error: new or more frequent, what and where, how often, when last, and its newest message."""
    fault = figures.fault
    kind = "New" if figures.status == "new" else "More than usual"
    name = f"{short_type(fault.key.type) or UNKNOWN} in {fault.key.application or UNKNOWN}"
    times = f"{counted(figures.since_open, 'time')} since opening, last at {at(fault.newest.at, here.zone)}"
    return f"{kind}: {name}, {times}: {clip(word(fault.newest.message), MESSAGE)}"


def _listed(sentences: Iterator[str], count: int) -> Iterator[str]:
    yield from islice(sentences, LISTED)
    if count > LISTED:
        yield f"And {counted(count - LISTED, 'more line')}."


def pulse(here: Moment, every: timedelta) -> str:
    """The whole launch in one line: orders of the last `every`, in flight, left, overdue, alerts."""
    total = total_figures(here.state, here.figures.products, here.now)
    minutes = every / timedelta(minutes=1)
    span = f"{minutes:g} min" if every >= timedelta(minutes=1) else age_text(every)
    orders = _orders_since(here, here.now - every)
    left = f"{number(total.remaining_reported)} of {counted(total.opening, 'set')} left{_caveat(here, Topic.STOCK)}"
    parts = [f"{orders} in {span}{_caveat(here, Topic.ORDERS)}", f"{number(total.in_flight)} in flight", left]
    parts += [f"{number(len(here.figures.late))} overdue", counted(len(here.alerts), "alert")]
    return f"{at(here.now, here.zone, '%H:%M %Z')}: {', '.join(parts)}."


def _orders_since(here: Moment, start: datetime) -> str:
    """How many order lines of this launch were made after `start`, as far back as the feed remembers."""
    if not here.sources[Topic.ORDERS].usable:
        return f"{UNKNOWN} orders"
    count = 0
    for tracked in newest(here.state):
        if tracked.line.created_at <= start:
            return counted(count, "order")
        count += not oddity(tracked, here.campaign)
    return counted(count, "order") if len(here.state.orders.recent) < RECENT_LINES else f"at least {count:,} orders"
