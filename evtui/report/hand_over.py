"""What the next person at the screen has to know, as text: what is open, who saw it, what is still to come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from evtui.alerts.notebook import Notebook, Standing, standing
from evtui.alerts.rules import Known, alerts, known
from evtui.report.figures import number, outlook, span
from evtui.report.words import UNKNOWN
from evtui.store.delivery import first_order
from evtui.store.state import LaunchState, healths

OVERDUE_LINES = 20
"""Overdue orders named one by one; the rest are counted, since nobody reads a hundred codes at a change of shift."""


def hand_over(state: LaunchState, notebook: Notebook, now: datetime, scenario: str = "") -> list[str]:
    """The page, with `scenario` where everything is only played; one line each, times in the campaign's zone."""
    campaign, figures = state.campaign, known(state, now)
    local = now.astimezone(campaign.zone)
    shop = f"{campaign.market} {campaign.shop.id} {campaign.shop.name}"
    environment = f"DEMO {scenario}" if scenario else campaign.environment
    return [
        f"Hand-over · {shop} · {environment} · {local:%Y-%m-%d %H:%M:%S %Z}",
        *_part("Alerts", (_alert(state, each) for each in standing(alerts(state, now, figures), notebook, now))),
        *_part("Overdue", _overdue(state, figures)),
        *_part("Stock", _stock(state, figures, now)),
        *_part("First order", _first(state, now)),
        *_part("Sources that are not well", _sources(state, now)),
        *_part("Still to come", _to_come(state, now)),
        *_part(
            "Marks",
            (f"{mark.at.astimezone(campaign.zone):%m-%d %H:%M:%S} {mark.text} ({mark.by})" for mark in notebook.marks),
        ),
        *_part("Owners", (f"{role}: {name}" for role, name in campaign.report.owners.items())),
    ]


def _part(heading: str, lines: Iterator[str]) -> list[str]:
    return ["", heading, *(f"  {line}" for line in list(lines) or ["none"])]


def _alert(state: LaunchState, standing: Standing) -> str:
    alert, seen = standing.alert, standing.seen
    if seen is None:
        return f"{alert.text} · nobody has acknowledged it"
    if seen.until is not None:
        return f"{alert.text} · put off until {_time(state, seen.until)} by {seen.by}"
    return f"{alert.text} · acknowledged by {seen.by} at {_time(state, seen.at)}"


def _overdue(state: LaunchState, figures: Known) -> Iterator[str]:
    for late in figures.late[:OVERDUE_LINES]:
        line = late.tracked.line
        words = f"User {line.status_user or UNKNOWN}, SCM {line.status_scm or UNKNOWN}"
        yield f"{line.tg_code} {line.ts_code} {span(late.age)} since {late.clock} · {words}"
    if len(figures.late) > OVERDUE_LINES:
        yield f"and {len(figures.late) - OVERDUE_LINES} more"


def _stock(state: LaunchState, figures: Known, now: datetime) -> Iterator[str]:
    for each in figures.products:
        if each.product is not None:
            counts = (
                f"{number(each.remaining_reported)} left, {number(each.sold)} sold, {number(each.in_flight)} in flight"
            )
            drift = f", differs by {each.drift:+d}" if each.drift else ""
            until = outlook(each.forecast, state.campaign.zone, now, with_range=True)
            yield f"{each.product.label}: {counts}{drift} · sold out: {until}"


def _first(state: LaunchState, now: datetime) -> Iterator[str]:
    first = first_order(state, now)
    if first is not None:
        end = f"delivered in {span(first.age)}" if first.delivered_at else f"not delivered yet, {span(first.age)}"
        yield f"{first.tracked.line.tg_code} · {end}"


def _sources(state: LaunchState, now: datetime) -> Iterator[str]:
    for topic, found in healths(state, now).items():
        if topic in state.specs and not found.usable:
            yield f"{topic} {found.state}: {found.why}" + (f" · {found.remedy}" if found.remedy else "")


def _to_come(state: LaunchState, now: datetime) -> Iterator[str]:
    campaign = state.campaign
    events = [(campaign.opens, "the sale opens"), (campaign.closes, "the sale closes")]
    events += [(promotion.at, promotion.what) for promotion in campaign.promotions if promotion.at]
    for at, what in sorted(events, key=lambda event: event[0]):
        if at > now:
            yield f"{_time(state, at)} {what}"


def _time(state: LaunchState, moment: datetime) -> str:
    return f"{moment.astimezone(state.campaign.zone):%m-%d %H:%M:%S}"
