"""What is wrong right now, read off the state: pure, so an alert is there exactly as long as its facts are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from evtui.alerts.alert import Alert as Alert
from evtui.alerts.alert import Severity as Severity
from evtui.alerts.alert import counted
from evtui.alerts.platform import HOT_PERCENT as HOT_PERCENT
from evtui.alerts.platform import platform_alerts, source_alerts
from evtui.domain.orders import OrderState
from evtui.domain.reading import Topic
from evtui.store.delivery import Overdue, newest, overdue
from evtui.store.drift import orders_known_until
from evtui.store.orders import oddity
from evtui.store.sales import ProductFigures, product_figures
from evtui.store.special import FaultFigures, fault_figures
from evtui.store.state import LaunchState, SourceState, health

SILENCE = timedelta(minutes=2)
"""Time after opening without any order from which silence is worth saying; whether it is bad nobody can tell yet."""


LULL = timedelta(minutes=5)
"""Shortest time without an order that is called silence once orders have been coming."""

LULL_GAPS = 10
"""Mean gaps between orders that a silence has to last: by chance alone one in twenty thousand gaps is that long."""

LULL_WINDOW = timedelta(hours=1)
"""Time before the last order over which the mean gap is taken."""

LULL_ORDERS = 10
"""Orders in it below which there is no pace that could break off."""


class Known(Struct, frozen=True):
    """Figures that rules read and whoever shows alerts has already: worked out once a tick, not once each."""

    products: tuple[ProductFigures, ...]
    late: Sequence[Overdue]
    faults: tuple[FaultFigures, ...]


def known(state: LaunchState, now: datetime) -> Known:
    """The figures of `state` at `now`."""
    return Known(product_figures(state, now), overdue(state, now), fault_figures(state, now))


def alerts(state: LaunchState, now: datetime, figures: Known | None = None) -> tuple[Alert, ...]:
    """Every condition that holds at `now`, worst first."""
    figures = figures or known(state, now)
    found = [
        *_overdue(figures.late),
        *_stock(figures.products),
        *_orders(state, now, figures.products),
        *platform_alerts(state, now),
        *_errors(figures.faults),
        *source_alerts(state, now),
    ]
    return tuple(sorted(found, key=lambda alert: (-alert.severity, _rank(alert), alert.key)))


_FIRST = ("overdue", "oversold", "odd", "source")
"""Of equals, what customers wait for comes first, then what they bought in vain, then what nobody can see any more."""


def _rank(alert: Alert) -> int:
    kind = alert.key.split()[0]
    return _FIRST.index(kind) if kind in _FIRST else len(_FIRST)


def _overdue(late: Sequence[Overdue]) -> Iterator[Alert]:
    if not late:
        return
    line = late[0].tracked.line
    words = f"User {line.status_user or '--'} · SCM {line.status_scm or '--'}"
    if line.status_user == line.status_scm:
        words = f"both {line.status_user or 'without a status'}"
    if late[0].tracked.state is OrderState.FAILED:
        words = "stopped by OrderFailed"
    text = f"{len(late)} overdue · {line.tg_code} {words}"
    yield Alert("overdue", Severity.PROBLEM, text, len(late), line.tg_code)


def _stock(figures: Sequence[ProductFigures]) -> Iterator[Alert]:
    for each in figures:
        if each.product is None:
            continue
        label, page = each.product.label, each.product.page_id
        if each.oversold:
            over = -min(each.remaining_computed or 0, each.remaining_reported or 0)
            yield Alert(f"oversold {page}", Severity.PROBLEM, f"OVERSOLD by {over}: {label}", over)
        elif each.drift_held:
            text = f"{label}: stock and orders differ by {each.drift:+d}"
            yield Alert(f"drift {page}", Severity.WARNING, text, abs(each.drift or 0))
        if not each.oversold and each.remaining_reported == 0:
            yield Alert(f"sold out {page}", Severity.NOTICE, f"sold out: {label}")
        if gone := each.vanished:
            text = (
                f"{label}: {counted(gone, 'stock row')} that {'was' if gone == 1 else 'were'} there no longer told of"
            )
            yield Alert(f"stock rows {page}", Severity.WARNING, text, gone)
        if each.reported_total is not None and each.product.stock not in (None, each.reported_total):
            text = f"{label}: {each.reported_total:,} on sale, planned {each.product.stock:,}"
            yield Alert(f"opening stock {page}", Severity.WARNING, text)


def _orders(state: LaunchState, now: datetime, figures: Sequence[ProductFigures]) -> Iterator[Alert]:
    odd = state.orders.odd
    if odd and state.orders.first_odd:
        count, code = sum(odd.values()), state.orders.first_odd[1]
        text = f"{count} that should not be: {', '.join(sorted(odd))}"
        yield Alert("odd orders", Severity.PROBLEM, text, count, code)
    campaign = state.campaign
    alive = health(state, Topic.ORDERS, now).state is SourceState.OK
    if alive and state.orders.first is None and campaign.opens + SILENCE <= now <= campaign.closes:
        minutes = int((now - campaign.opens) / timedelta(minutes=1))
        yield Alert("silence", Severity.WARNING, f"no order for {minutes} min since opening; the feed itself is alive")
    elif alive and campaign.opens <= now <= campaign.closes:
        yield from _lull(state, figures)


def _lull(state: LaunchState, figures: Sequence[ProductFigures]) -> Iterator[Alert]:
    """Orders that came one after another and then stopped, although there is something left to buy."""
    upto = orders_known_until(state)
    if upto is None or all(each.remaining_reported is not None and each.remaining_reported <= 0 for each in figures):
        return
    made: list[datetime] = []
    for tracked in newest(state):
        if len(made) == 1 and upto - made[0] < LULL:
            return  # nearly always: to count the hour's orders at every tick would be for nothing
        at = tracked.line.created_at
        if made and made[0] - at > LULL_WINDOW:
            break
        if not oddity(tracked, state.campaign):
            made.append(at)
    if len(made) < LULL_ORDERS:
        return
    quiet, pace = upto - made[0], (made[0] - made[-1]) / (len(made) - 1)
    if quiet >= max(LULL, LULL_GAPS * pace):
        minutes = int(quiet / timedelta(minutes=1))
        text = f"no order for {minutes} min, after {len(made)} in the hour before; the feed itself is alive"
        yield Alert("silence", Severity.NOTICE, text)


def _errors(faults: Sequence[FaultFigures]) -> Iterator[Alert]:
    special = [group for group in faults if group.special]
    if special:
        count = sum(group.since_open for group in special)
        text = f"{counted(len(special), 'special kind')} of errors, ×{count:,} since opening"
        yield Alert("errors", Severity.WARNING, text, count)
