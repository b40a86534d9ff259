"""The sentences beside a report: which figure is missing, old or partial, how old, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from evtui.domain.reading import Topic
from evtui.report.model import Note
from evtui.report.words import age_text, stamp, word
from evtui.store.load import cpu_history, cpu_now, cpu_window, traffic, traffic_history
from evtui.store.series import minute_of, moment_of
from evtui.store.state import Health, LaunchState, SourceState

_PRINTED = (Topic.STOCK, Topic.ORDERS, Topic.CPU, Topic.TRAFFIC, Topic.ERRORS)
"""Topics whose figures some report prints."""

_SLACK_MINUTES = 2
"""Minutes that may be missing at the start of a window, or inside it, without a word: minute figures come late."""


def notes_of(
    state: LaunchState, start: datetime, end: datetime, healths: Mapping[Topic, Health], services: Iterable[str]
) -> tuple[Note, ...]:
    """Every sentence about the figures of a report over [start, end) with these services, by topic."""
    notes: list[Note] = []
    for topic in _PRINTED:
        source = healths[topic]
        if not source.usable:
            by_hand = "; fill in the sentence by hand" if topic is Topic.TRAFFIC else ""
            notes.append(Note(topic, unusable(state, source) + by_hand))
            continue
        notes += [Note(topic, text) for text in _partial(state, source)]
        if topic is Topic.CPU:
            notes += [Note(topic, text) for text in _cpu(state, start, end, tuple(services))]
        elif topic is Topic.TRAFFIC:
            notes += [Note(topic, text) for text in _traffic(state, start, end)]
    return tuple(notes)


def _named(state: LaunchState, topic: Topic) -> str:
    spec = state.specs.get(topic)
    return f"{topic} ({word(spec.provider)})" if spec else str(topic)


def unusable(state: LaunchState, source: Health) -> str:
    """What is the matter with a source whose figures are not present truth, since when, and what puts it right."""
    name = _named(state, source.topic)
    why = word(source.why)
    if source.state is SourceState.UNKNOWN:
        return f"{name}: {why}"
    if source.state is SourceState.STALE:
        newest = source.fact_age if source.fact_age is not None else source.read_age
        return f"{name} is stale: its newest fact is {age_text(newest or timedelta())} old"
    last = f"last answer {age_text(source.read_age)} ago" if source.read_age is not None else "it never answered"
    verb = "refuses the login" if source.state is SourceState.AUTH else "is down"
    remedy = f"; to put it right: {word(source.remedy)}" if source.remedy else ""
    return f"{name} {verb}: {why} ({last}){remedy}"


def _partial(state: LaunchState, source: Health) -> Iterator[str]:
    if said := left_out(source):
        yield f"{_named(state, source.topic)} is partial: {said}"


def left_out(source: Health) -> str:
    """What a source itself says it left out, empty where nothing. Machines of CPU are counted by service instead."""
    coverage = source.coverage
    parts = []
    short = coverage.seen is not None and coverage.expected is not None and coverage.seen < coverage.expected
    if short and source.topic is not Topic.CPU:
        parts.append(f"{coverage.seen} of {coverage.expected}")
    if coverage.note:
        parts.append(word(coverage.note))
    elif coverage.more:
        parts.append("it is not yet all told")
    return ", ".join(parts)


def _cpu(state: LaunchState, start: datetime, end: datetime, services: tuple[str, ...]) -> Iterator[str]:
    if not services:
        yield "cpu: no service is named or reported, so the report has no CPU line"
    for service in services:
        name = word(service)
        figures = cpu_window(state, service, start, end)
        if figures.since is None:
            yield f"{name}: no CPU figure since {stamp(start, state.campaign.zone)}"
            continue
        reporting = min(figures.reporting, cpu_now(state, service, end).reporting)
        if figures.expected is not None and reporting < figures.expected:
            yield f"{name}: the CPU mean covers {reporting} of {figures.expected} machines"
        plan = state.campaign.service(service)
        if plan and plan.planned and figures.expected is not None and figures.expected < plan.planned:
            yield f"{name}: {figures.expected} machines are there, the plan says {plan.planned}"
        minutes = sorted(cpu_history(state, service, start, end))
        yield from _gaps(f"{name}: CPU figures", minutes, start, state)


def _traffic(state: LaunchState, start: datetime, end: datetime) -> Iterator[str]:
    figures = traffic(state, start, end)
    zone = state.campaign.zone
    opens = state.campaign.opens
    if figures.per_minute is None:
        yield f"traffic: no figure since {stamp(start, zone)}; fill in the sentence by hand"
        return
    if end <= opens:
        yield "traffic: the sale is not open, so there is nothing to compare; fill in the sentence by hand"
    elif figures.change is None:
        yield "traffic: no figure before opening to compare with; fill in the sentence by hand"
    else:
        length = min(end - start, state.campaign.errors.baseline)
        before = sorted(traffic_history(state, opens - length, opens))
        yield from _gaps("traffic: figures before opening", before, opens - length, state)
    yield from _gaps("traffic: figures", sorted(traffic_history(state, start, end)), start, state)


def _gaps(what: str, minutes: list[int], start: datetime, state: LaunchState) -> Iterator[str]:
    """What is missing of the minutes since `start`: the beginning, and holes behind it."""
    if not minutes:
        return
    if minutes[0] - minute_of(start) > _SLACK_MINUTES:
        asked = stamp(start, state.campaign.zone)
        yield f"{what} begin at {stamp(moment_of(minutes[0]), state.campaign.zone)}, the window at {asked}"
    span = minutes[-1] - minutes[0] + 1
    if span - len(minutes) > _SLACK_MINUTES:
        yield f"{what} miss {span - len(minutes)} of {span} minutes"
