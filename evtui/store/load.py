"""Platform load read off the state: CPU of a service, traffic, machines in service."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct

from evtui.domain.campaign import HOUR, Service
from evtui.domain.reading import Topic
from evtui.store.series import Series, minute_of, moment_of
from evtui.store.state import LaunchState

DAY = timedelta(days=1)
"""How far back yesterday is."""

_SETTLE_MINUTES = 3
"""Newest minutes among which the most complete one is taken: machines report a minute or two apart."""

_FIVE = 5
"""Minutes that one sample stands for under basic monitoring; the newest is up to twice as late as that."""


class CpuFigures(Struct, frozen=True):
    """CPU of one service, percent. `mean`, `max` and `reporting` belong to one common minute, `minute`."""

    service: str
    minute: datetime | None
    mean: float | None
    max: float | None
    reporting: int
    expected: int | None
    machines: tuple[tuple[str, float | None], ...] = ()
    """Each machine at the common minute; None where it did not report."""


class CpuWindow(Struct, frozen=True):
    """CPU of one service over a window: means over the minutes' means, percent. None where nothing was reported."""

    service: str
    mean: float | None
    low: float | None
    high: float | None
    max: float | None
    """The busiest single machine in a single minute."""
    reporting: int
    expected: int | None
    since: datetime | None
    """The first minute with a figure: later than the window's start where the source told nothing earlier."""


class TrafficFigures(Struct, frozen=True):
    """Requests a minute over a window, the same before opening, and the change (0.38 = +38 %)."""

    per_minute: float | None
    baseline: float | None
    change: float | None
    newest: float | None
    minute: datetime | None
    last_hour: float | None = None
    """Mean of the hour before the window's end."""
    yesterday: float | None = None
    """The same hour a day earlier: what the time of the day brings by itself."""


def cpu_now(state: LaunchState, service: str, now: datetime) -> CpuFigures:
    """The newest common minute of a service: the most complete of the last few that anybody reported."""
    machines = _machines(state, service)
    expected = _expected(state, service, machines)
    newest = [series.newest for machine in machines if (series := state.cpu.get((service, machine)))]
    last = max((minute for minute in newest if minute is not None), default=None)
    if last is None:
        return CpuFigures(service, None, None, None, 0, expected)
    slow = any(_in_fives(state.cpu[service, machine]) for machine in machines if (service, machine) in state.cpu)
    back = _SETTLE_MINUTES + (2 * _FIVE if slow else 0)
    best = max(range(last - back + 1, last + 1), key=lambda minute: (_count(state, service, minute), minute))
    at = tuple((machine, _value(state, service, machine, best)) for machine in machines)
    values = [value for _, value in at if value is not None]
    return CpuFigures(service, moment_of(best), sum(values) / len(values), max(values), len(values), expected, at)


def cpu_history(state: LaunchState, service: str, start: datetime, end: datetime) -> dict[int, float]:
    """minute -> mean over the machines that reported it, in [start, end); a minute nobody reported is missing."""
    return {
        minute: sum(values) / len(values)
        for minute, values in _by_minute(state, service, minute_of(start), minute_of(end)).items()
    }


def cpu_window(state: LaunchState, service: str, start: datetime, end: datetime) -> CpuWindow:
    """A service over [start, end)."""
    minutes = _by_minute(state, service, minute_of(start), minute_of(end))
    machines = _machines(state, service)
    reporting = sum(
        1
        for machine in machines
        if (series := state.cpu.get((service, machine))) and series.between(minute_of(start), minute_of(end))
    )
    expected = _expected(state, service, machines)
    if not minutes:
        return CpuWindow(service, None, None, None, None, 0, expected, None)
    means = [sum(values) / len(values) for values in minutes.values()]
    top = max(max(values) for values in minutes.values())
    since = moment_of(min(minutes))
    return CpuWindow(service, sum(means) / len(means), min(means), max(means), top, reporting, expected, since)


def traffic(state: LaunchState, start: datetime, end: datetime) -> TrafficFigures:
    """Traffic over [start, end) against a window of the same length that ends at opening."""
    opens = state.campaign.opens
    length = min(end - start, state.campaign.errors.baseline)
    during = state.traffic.between(minute_of(start), minute_of(end))
    before = state.traffic.between(minute_of(opens - length), minute_of(opens)) if end > opens else []
    per_minute = _mean(value for _, value in during)
    baseline = _mean(value for _, value in before)
    change = (per_minute - baseline) / baseline if per_minute is not None and baseline else None
    newest = state.traffic.newest
    hours = (_mean_between(state, end - back - HOUR, end - back) for back in (timedelta(), DAY))
    return TrafficFigures(
        per_minute,
        baseline,
        change,
        state.traffic.at(newest) if newest is not None else None,
        moment_of(newest) if newest is not None else None,
        *hours,
    )


def _mean_between(state: LaunchState, start: datetime, end: datetime) -> float | None:
    """Mean requests a minute in [start, end), over the minutes that were told."""
    return _mean(value for _, value in state.traffic.between(minute_of(start), minute_of(end)))


def traffic_history(state: LaunchState, start: datetime, end: datetime) -> dict[int, float]:
    """minute -> requests, in [start, end)."""
    return dict(state.traffic.between(minute_of(start), minute_of(end)))


def report_window(state: LaunchState, now: datetime, window: timedelta | None) -> tuple[datetime, datetime]:
    """The window a report speaks of: `window` back from now, else since open, else (before open) the last hour."""
    if window is not None:
        return now - window, now
    opens = state.campaign.opens
    return (opens, now) if now > opens else (now - HOUR, now)


def services(state: LaunchState) -> tuple[str, ...]:
    """Labels of the services, in campaign order, then any other that a source reported."""
    planned = [service.name for service in state.campaign.services]
    return (*planned, *sorted({service for service, _ in state.cpu} - {*planned}))


def machine_count(state: LaunchState) -> int:
    """How many machines there are in all: those told of, or those planned, whichever is more."""
    told = len(state.machines[1]) if state.machines is not None else len(state.cpu)
    return max(told, sum(service.planned or 0 for service in state.campaign.services))


def last_report(state: LaunchState, service: str, machine: str) -> datetime | None:
    """The newest minute that a machine reported; None: none that is still held."""
    series = state.cpu.get((service, machine))
    newest = series.newest if series else None
    return None if newest is None else moment_of(newest)


def _machines(state: LaunchState, service: str) -> tuple[str, ...]:
    if state.machines is not None:
        return tuple(machine for name, machine in state.machines[1] if name == service)
    return tuple(sorted(machine for name, machine in state.cpu if name == service))


def _expected(state: LaunchState, service: str, machines: tuple[str, ...]) -> int | None:
    plan: Service | None = state.campaign.service(service)
    planned = plan.planned if plan else None
    if state.machines is None or not machines:
        return planned
    # a source that left something out, such as a group it does not find, knows fewer machines than there are
    seen = state.sources.get(Topic.CPU)
    return max(len(machines), planned or 0) if seen and seen.coverage.note else len(machines)


def _value(state: LaunchState, service: str, machine: str, minute: int) -> float | None:
    series = state.cpu.get((service, machine))
    return series.at(minute) if series else None


def _count(state: LaunchState, service: str, minute: int) -> int:
    return sum(_value(state, service, machine, minute) is not None for machine in _machines(state, service))


def _in_fives(series: Series) -> bool:
    """Whether a machine tells one value for five minutes at a time: two such values in a row, which no chance makes."""
    newest = series.newest
    if newest is None or newest % _FIVE != _FIVE - 1:
        return False
    first, second = (
        {series.at(minute) for minute in range(end - _FIVE + 1, end + 1)} for end in (newest - _FIVE, newest)
    )
    return len(first) == len(second) == 1 and first != second


def _by_minute(state: LaunchState, service: str, start: int, end: int) -> dict[int, list[float]]:
    minutes: dict[int, list[float]] = {}
    for (name, _), series in state.cpu.items():
        if name == service:
            for minute, value in series.between(start, end):
                minutes.setdefault(minute, []).append(value)
    return minutes


def _mean(values: Iterable[float]) -> float | None:
    known = list(values)
    return sum(known) / len(known) if known else None
