"""What is worth saying between two moments of a launch: a sentence only where something happened.

Pure. What has sentences of its own (a late order, a sold-out product, a source, an error) is not told as an alert too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice

from evtui.commands.spoken import Moment, error_words, first_order_words, label, overdue_words
from evtui.domain.orders import OrderState
from evtui.report.figures import at, counted, number
from evtui.report.notes import unusable
from evtui.report.words import age_text
from evtui.store.delivery import Overdue, age
from evtui.store.state import SourceState

AT_ONCE = 5
"""Sentences of one kind at one moment: a hundred orders that are late together are one event, and a list to ask for."""

_TOLD_APART = ("overdue", "sold out", "errors")
"""Alerts that have sentences of their own, by how their keys begin."""


def news(before: Moment, after: Moment) -> Iterator[str]:
    """Everything that happened since `before`, each sentence with the time it was noticed."""
    now = at(after.now, after.zone, "%H:%M:%S %Z")
    for sentences, more in (
        (_sources(before, after), "type sources for all of them"),
        (_alerts(before, after), "type a for all alerts"),
        (_first(before, after), ""),
        (_sold_out(before, after), "type s for the stock"),
        (_late(before, after), "type o for all overdue orders"),
        (_settled(before, after), "type o for those still overdue"),
        (_errors(before, after), "type e for all special errors"),
    ):
        for sentence in _first_few(list(sentences), more):
            yield f"{now}: {sentence}."


def _first_few(sentences: Sequence[str], more: str) -> Iterator[str]:
    yield from sentences[:AT_ONCE]
    if len(sentences) > AT_ONCE:
        yield f"and {number(len(sentences) - AT_ONCE)} more of this kind, {more}"


def _sources(before: Moment, after: Moment) -> Iterator[str]:
    for topic in after.state.specs:
        was, now = before.sources[topic], after.sources[topic]
        if was.state is now.state:
            continue
        if now.state is SourceState.OK:
            again = " again" if was.read_age is not None else ""
            yield f"Source {topic} answers{again}"
        else:
            yield f"Source {unusable(after.state, now)}"


def _alerts(before: Moment, after: Moment) -> Iterator[str]:
    was, now = ({each.key: each for each in here.alerts if not _told_apart(here, each.key)} for here in (before, after))
    for key, alert in now.items():
        if key not in was:
            yield f"{alert.severity.name.capitalize()}: {alert.text}"
    for key, alert in was.items():
        if key not in now and not _told_apart(after, key):
            yield f"No longer: {alert.text}"


def _told_apart(here: Moment, key: str) -> bool:
    """Whether an alert is told in other words; a source that answers in part is told as an alert only."""
    if key.startswith(_TOLD_APART):
        return True
    return any(key == f"source {topic}" and not source.usable for topic, source in here.sources.items())


def _first(before: Moment, after: Moment) -> Iterator[str]:
    if after.first is None:
        return
    was, now = before.first, after.first
    same = was is not None and was.tracked.line.ts_code == now.tracked.line.ts_code
    ended = (OrderState.DELIVERED, OrderState.RELEASED)
    if was is None or not same:
        yield f"The first order{'' if was is None else ' is now another'}: {first_order_words(after)}"
    elif was.tracked.state is not now.tracked.state and now.tracked.state in ended:
        yield f"The first order: {first_order_words(after)}"


def _sold_out(before: Moment, after: Moment) -> Iterator[str]:
    for was, now in zip(before.figures.products, after.figures.products, strict=True):
        if now.product is None or was.remaining_reported is None or now.remaining_reported is None:
            continue
        if was.remaining_reported > 0 >= now.remaining_reported:
            sets = f"{number(now.sold)} sold and {counted(now.in_flight, 'set')} in flight"
            yield f"Sold out: {now.product.label}, {sets}"
        elif now.remaining_reported > 0 >= was.remaining_reported:
            yield f"On sale again: {now.product.label}, {counted(now.remaining_reported, 'set')} left"


def _late(before: Moment, after: Moment) -> Iterator[str]:
    for start, code in _late_only_in(after, before):
        tracked = after.state.orders.get(code)
        if tracked is not None:
            waited = timedelta(seconds=after.now.timestamp() - start)
            each = Overdue(tracked, waited, tracked.clock_start(after.campaign)[1])
            yield f"Overdue: {overdue_words(after, each)}"


def _settled(before: Moment, after: Moment) -> Iterator[str]:
    """Orders that were overdue and no longer are: only facts end that."""
    for _, code in _late_only_in(before, after):
        tracked = after.state.orders.get(code)
        if tracked is not None:
            what = f"{tracked.line.tg_code}, {label(after, tracked)}"
            yield f"No longer overdue: {what}, {tracked.state} after {age_text(age(tracked, after.state, after.now))}"


def _late_only_in(here: Moment, other: Moment) -> list[tuple[float, str]]:
    """Clock start and code of what is overdue in one moment only, oldest first: a hundred thousand may be in both."""
    late, held = len(here.figures.late), len(other.figures.late)
    if here.state.orders.open is other.state.orders.open:
        return list(islice(here.state.orders.open, held, late)) if late > held else []
    there = set(islice(other.state.orders.open, held))
    return sorted(set(islice(here.state.orders.open, late)) - there)


def _errors(before: Moment, after: Moment) -> Iterator[str]:
    was = {each.fault.key: each.status for each in before.figures.faults}
    for each in after.figures.faults:
        if each.special and was.get(each.fault.key) != each.status:
            yield error_words(after, each)
