"""The lines around the panes: header, pinned first order, alert strip, footer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from evtui.alerts.notebook import Standing
from evtui.alerts.rules import Severity
from evtui.domain.orders import OrderState
from evtui.domain.reading import Topic
from evtui.store.state import SourceState
from evtui.tui.ambiguous import cell_width
from evtui.tui.format import age_of, at, clock_span, span
from evtui.tui.lines import Line, exactly, spread, width
from evtui.tui.paint.orders import label
from evtui.tui.view import PAUSED, View

_SHORT = {SourceState.AUTH: "AUTH", SourceState.DOWN: "DOWN", SourceState.STALE: "STALE", SourceState.UNKNOWN: "--"}


_LIT = (Topic.ORDERS, Topic.STOCK, Topic.CPU, Topic.ERRORS)
"""Sources whose age is always in the header; the others appear there when something is wrong with them."""


_CALM: Line = (("all live  ", "ok"),)
"""What a narrow header says of sources that need nobody; without room for it, nothing."""


def header(view: View, cells: int) -> Line:
    """Market, shop, environment, campaign clock and source ages; narrow screens name only sources that are not well.

    A screen that does not show the present says so before anything else.
    """
    if view.hold is not None:
        return spread(((f" {_hold(view)} ", "demo"), *_brand(view, cells)), _campaign_clock(view, terse=True), cells)
    line: Line = ()
    lights: Line = ()
    for terse, brief in ((False, False), (False, True), (True, True)):
        left, lights = (*_brand(view, cells), *_campaign_clock(view, terse=terse)), _lights(view, brief=brief)
        line = spread(left, lights, cells)
        if width(left) + width(lights) < cells:
            return line
    return exactly(left, cells) if lights == _CALM else line


def _hold(view: View) -> str:
    """`PAUSED 11:31:14 · 42 new · p goes on`"""
    assert view.hold is not None
    news = f" · {view.hold.news:,} new" if view.hold.news > 0 else ""
    if view.hold.word == PAUSED:
        return f"PAUSED at {at(view.now, view.zone)}{news} · p goes on"
    return f"BACK at {at(view.now, view.zone)}{news} · b further back · L live"


def _brand(view: View, cells: int) -> Line:
    campaign = view.campaign
    brand: Line = ((f" {campaign.market} {campaign.shop.id} {campaign.shop.name} ", "head"),)
    if view.scenario:
        return (*brand, (f" DEMO {view.scenario} ", "demo"), (" ", ""))
    name = campaign.name.removeprefix(campaign.shop.name).strip()
    if name and cells >= 116:
        brand = (*brand, (f"{name} ", ""))
    brand = (*brand, (f" {campaign.environment} ", "env"), (" ", ""))
    return (*brand, (f" SIM {' '.join(view.simulated)} ", "demo"), (" ", "")) if view.simulated else brand


def _campaign_clock(view: View, *, terse: bool) -> Line:
    """Day n of m, time since opening or to it, and the time of day in the campaign's zone."""
    campaign, now = view.campaign, view.now
    local = now.astimezone(view.zone)
    day = campaign.day(now)
    days = f"{day}/{campaign.days}" if 1 <= day <= campaign.days else f"{campaign.days} days"
    since = clock_span(now - campaign.opens)
    if now > campaign.closes:
        since = f"closed {clock_span(now - campaign.closes)}"
    elif now >= campaign.opens and not terse:
        since = f"open {since}"
    if terse:
        return ((f"{days} {since}", ""), (f" {local:%H:%M:%S %Z} ", "head"))
    word = "day " if 1 <= day <= campaign.days else ""
    return ((f"{word}{days}  {since}", ""), (f"   {local:%H:%M:%S %Z}  ", "head"))


def _lights(view: View, *, brief: bool) -> Line:
    """Each source with its age and the login that ends soon; briefly, only those that are not well."""
    parts: list[tuple[str, str]] = []
    told: set[str] = set()
    for topic in view.state.specs:
        health = view.sources[topic]
        if health.usable and not brief and topic in _LIT:
            parts.append((f"{topic} {age_of(health)}  ", "dim"))
        elif not health.usable:
            style = "alert" if health.state in (SourceState.AUTH, SourceState.DOWN) else "warn"
            parts.append((f"{topic} {_SHORT[health.state]}  ", style))
        # one login is mostly that of several sources: it stands beside the first of them
        seen = view.state.sources.get(topic)
        login = seen.login if seen else None
        if login is not None and login.who not in told and login.is_ending(view.now):
            from evtui.report.sources import left_of  # a start shows no login that ends

            told.add(login.who)
            if health.state is not SourceState.AUTH:  # which says it already
                parts.append((f"{topic} login {left_of(login, view.now)}  ", "warn"))
    if brief and not parts:
        return _CALM
    return tuple(parts) or ((" ", ""),)


def first_line(view: View, cells: int) -> Line:
    """The first order of the campaign, followed until it is delivered."""
    first = view.first
    if first is None:
        opened = view.now - view.campaign.opens
        if opened < timedelta():
            return ((" first  the sale is not open yet", "dim"),)
        if Topic.ORDERS not in view.state.specs:
            return ((" first  unknown: no orders source is configured", "dim"),)
        if not view.sources[Topic.ORDERS].usable:
            return ((" first  unknown: the orders source is not answering", "dim"),)
        return ((f" first  no order yet, {span(opened)} after opening", "warn"),)
    line = first.tracked.line
    after = clock_span(first.after_open)[1:].removeprefix("00:")
    if first.delivered_at is not None:
        end, style = f"delivered {at(first.delivered_at, view.zone)} in {span(first.age)}", "ok"
    elif first.tracked.state is OrderState.RELEASED:
        end, style = "cancelled or refunded", "warn"
    else:
        end, style = f"not delivered yet, {span(first.age)}", "warn"
    made = f"{line.tg_code} {at(line.created_at, view.zone)} (+{after})"
    whole: Line = ((" first  ", "dim"), (f"{made} {label(view, first.tracked)} · ", ""), (end, style))
    return whole if width(whole) <= cells else ((" first  ", "dim"), (f"{made} · ", ""), (end, style))


def alert_lines(view: View, cells: int, rows: int, first: int = 0) -> list[Line]:
    """As many alerts as there are rows, the worst first, or from the one on that `n` has turned to."""
    if not view.standing:
        return [((" nothing needs you", "dim"),)]
    count = len(view.standing)
    shown = min(rows, count)
    turned = [(first + index) % count for index in range(shown)]
    target = view.target(first)
    lines = [_alert(view.standing[index], view, target, cells, hidden=0) for index in turned[:-1]]
    return [*lines, _alert(view.standing[turned[-1]], view, target, cells, hidden=count - shown)]


def _alert(standing: Standing, view: View, target: str, cells: int, hidden: int) -> Line:
    alert, seen = standing.alert, standing.seen
    style = {Severity.PROBLEM: "alert", Severity.WARNING: "warn", Severity.NOTICE: ""}[alert.severity]
    mark = "!" if alert.severity is Severity.PROBLEM else "~"
    hint = " · Enter opens it" if alert.code and alert.code == target else ""
    if seen is not None:
        style, hint = "dim", f" · seen by {seen.by} {at(seen.at, view.zone, '%H:%M')}"
        if seen.until is not None:
            hint = f" · put off until {at(seen.until, view.zone, '%H:%M')} by {seen.by}"
    others = f" {hidden} more " if hidden else ""
    return spread(((f"{mark}{alert.text}{hint}", style),), ((others, "dim"),), cells)


WAYS = ("back", "help", "quit")
"""Words in the footer that stay when others have to go."""


def footer(keys: Sequence[tuple[str, str]], cells: int) -> Line:
    """The keys that do something now; of those that do not fit, the ways out and `?` stay: it has the others."""
    sizes = [cell_width(key) + 1 + cell_width(what) + 2 for key, what in keys]
    ways = [index for index, (_, what) in enumerate(keys) if what in WAYS]
    room = cells - 1 - sum(sizes[index] for index in ways)
    line: list[tuple[str, str]] = [(" ", "")]
    dropped = room < 0
    for index, (key, what) in enumerate(keys):
        if index not in ways:
            dropped = dropped or sizes[index] > room
            room -= 0 if dropped else sizes[index]
        if not dropped or (index in ways and width(tuple(line)) + sizes[index] <= cells):
            line += [(key, "key"), (f" {what}  ", "")]
    return tuple(line)
