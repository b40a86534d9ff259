"""`reduce(state, reading) -> state`: the only place where what was heard becomes what is believed.

Pure and order-free: the same readings in any order, repeated or late, lead to equal states. So any bug in the field can
be had again from its readings.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import assert_never

from msgspec.structs import replace

from evtui.domain.campaign import Campaign
from evtui.domain.reading import (
    ChainFacts,
    ChartPoints,
    Coverage,
    CpuPoints,
    ErrorBatch,
    Failure,
    FailureKind,
    FleetSizes,
    OrderBatch,
    Reading,
    StockLevels,
    TargetHealths,
    Topic,
    TrafficPoints,
)
from evtui.domain.trip import Trip
from evtui.store.draft import add_facts, add_lines
from evtui.store.faults import add_errors
from evtui.store.series import KEEP_HOURS, Series, minute_of
from evtui.store.state import STOCK_READINGS, LaunchState, SourceSeen, StockSeen
from evtui.store.tracked import observe


def reduce(state: LaunchState, reading: Reading) -> LaunchState:
    """The state after hearing `reading`; a failure changes nothing but what is known of its source."""
    sources = _note_source(state.sources, reading)
    state = replace(state, sources=sources)
    value = reading.value
    match value:
        case Failure():
            return state
        case StockLevels():
            return _merge_stock(state, value, reading)
        case OrderBatch():
            polled = isinstance(reading.topic, Topic)
            seen = [observe(line, reading.taken_at, polled=polled, since=value.since) for line in value.lines]
            return replace(state, orders=add_lines(state.orders, seen, state.campaign)) if seen else state
        case ChainFacts():
            return replace(state, orders=add_facts(state.orders, value, state.campaign)) if value.steps else state
        case CpuPoints():
            return _merge_cpu(state, value, reading)
        case TrafficPoints():
            points = [(minute_of(point.minute), point.requests) for point in value.points]
            pinned = _before_opening(state.campaign)
            return replace(state, traffic=state.traffic.merge(points, reading.taken_at, pinned))
        case FleetSizes():
            fleet = dict(state.fleet)
            for size in value.sizes:
                held = fleet.get(size.service)
                new = (reading.taken_at, size)
                if held is None or (held[0], repr(held[1])) < (new[0], repr(new[1])):
                    fleet[size.service] = new
            return replace(state, fleet=fleet)
        case ErrorBatch():
            return replace(state, faults=add_errors(state.faults, value.entries))
        case TargetHealths():
            targets = dict(state.targets)
            for group in value.groups:
                found = targets.get((group.service, group.group))
                told = (reading.taken_at, group)
                if found is None or (found[0], repr(found[1])) < (told[0], repr(told[1])):
                    targets[group.service, group.group] = told
            return replace(state, targets=targets)
        case ChartPoints():
            return _merge_charts(state, value, reading)
        case _:
            assert_never(value)


_SAYS_MORE = (FailureKind.DOWN, FailureKind.DATA, FailureKind.AUTH)


def _note_source(sources: Mapping[Topic, SourceSeen], reading: Reading) -> Mapping[Topic, SourceSeen]:
    topic = reading.topic
    return {**sources, topic: heard(sources.get(topic, SourceSeen()), reading)} if isinstance(topic, Topic) else sources


def heard(seen: SourceSeen, reading: Reading) -> SourceSeen:
    """What is known of a source after one more of its readings, whatever it told."""
    seen = _note_trip(seen, reading)
    if isinstance(reading.value, Failure):
        after = reading.trip.took_s or 0.0
        held = None
        if seen.failed_at is not None and seen.failure is not None:
            held = _telling(seen.failed_at, seen.failed_after, seen.failure)
        if held is None or held < _telling(reading.taken_at, after, reading.value):
            seen = replace(seen, failed_at=reading.taken_at, failure=reading.value, failed_after=after)
    else:
        newer = [time for time in (seen.fact_time, reading.fact_time) if time]
        held_read = _covering(seen.taken_at, seen.coverage) if seen.taken_at else None
        if held_read is None or held_read < _covering(reading.taken_at, reading.coverage):
            seen = replace(seen, taken_at=reading.taken_at, coverage=reading.coverage)
        whole_at = seen.whole_at
        if not reading.coverage.more:
            whole_at = reading.taken_at if whole_at is None else max(whole_at, reading.taken_at)
        seen = replace(seen, fact_time=max(newer) if newer else None, whole_at=whole_at)
    return seen


NO_TRIP = Trip()
"""What a reading carries that was not asked for by the collector."""


def _note_trip(seen: SourceSeen, reading: Reading) -> SourceSeen:
    if reading.trip == NO_TRIP:
        return seen
    if seen.trip is None or _went(*seen.trip) < _went(reading.taken_at, reading.trip):
        seen = replace(seen, trip=(reading.taken_at, reading.trip))
    answered = 0.0 if isinstance(reading.value, Failure) else 1.0
    return replace(
        seen,
        reach=seen.reach.merge([(minute_of(reading.taken_at), answered)], reading.taken_at),
        spending=seen.spending.add(reading.taken_at, reading.trip.spent),
    )


def _went(at: datetime, trip: Trip) -> tuple[datetime, float, str]:
    """The later question counts; of a deadline that passed and the answer that came after it, the answer."""
    return (at, trip.took_s or 0.0, repr(trip))


def _covering(at: datetime, coverage: Coverage) -> tuple[datetime, bool, str]:
    """The later answer counts; of several at one moment, told in parts, the part that was the last."""
    return (at, not coverage.more, repr(coverage))


def _telling(at: datetime, after: float, failure: Failure) -> tuple[datetime, float, int, str, str]:
    """The later failure counts; of two about the same question the later word, and else the one that says more than
    that nothing came."""
    return (at, after, _SAYS_MORE.index(failure.kind), failure.why, failure.remedy)


def _merge_stock(state: LaunchState, value: StockLevels, reading: Reading) -> LaunchState:
    merged = dict(state.stock)
    at = reading.fact_time or reading.taken_at
    for level in value.levels:
        key = (level.page_id, level.sku_id)
        held = merged.get(key, StockSeen((), reading.taken_at))
        product = state.campaign.product(level.page_id)
        newest = sorted({*held.readings, (at, level)}, key=lambda reading: (reading[0], repr(reading[1])))
        # before its sale a product may simply not be filled in yet
        gone = level.selling <= 0 and (product is None or at >= product.on_sale)
        merged[key] = StockSeen(
            tuple(newest[-STOCK_READINGS:]),
            max(held.read_at, reading.taken_at),
            _earlier(held.stocked_at, at if level.selling > 0 else None),
            _earlier(held.gone_by, at if gone else None),
        )
    read_at = max(state.stock_read_at or reading.taken_at, reading.taken_at)
    return replace(state, stock=merged, stock_read_at=read_at)


def _earlier(a: datetime | None, b: datetime | None) -> datetime | None:
    return b if a is None else a if b is None else min(a, b)


def _before_opening(campaign: Campaign) -> range:
    """Hours of the time before opening that traffic is held against until the sale closes."""
    start, opens = minute_of(campaign.opens - campaign.errors.baseline), minute_of(campaign.opens)
    return range(start // 60, (opens - 1) // 60 + 1)


def _merge_cpu(state: LaunchState, value: CpuPoints, reading: Reading) -> LaunchState:
    points: dict[tuple[str, str], tuple[list[int], list[float]]] = {}
    # each is worked out and kept once: all machines tell of the same minutes
    minutes: dict[datetime, int] = {}
    for point in value.points:
        minute = minutes.get(point.minute)
        if minute is None:
            minute = minutes[point.minute] = minute_of(point.minute)
        held = points.get((point.service, point.machine))
        if held is None:
            held = points[point.service, point.machine] = ([], [])
        held[0].append(minute)
        held[1].append(point.percent)
    cpu = dict(state.cpu)
    for key, values in points.items():
        cpu[key] = cpu.get(key, Series()).merge(zip(*values, strict=True), reading.taken_at)
    # a machine that is gone tells no more minutes that would push its old ones out
    oldest = max((series.newest_hour for series in cpu.values()), default=0) - KEEP_HOURS
    cpu = {key: kept for key, series in cpu.items() if (kept := series.since(oldest)).hours}
    machines = state.machines
    if value.machines and (machines is None or machines < (reading.taken_at, value.machines)):
        machines = (reading.taken_at, value.machines)
    return replace(state, cpu=cpu, machines=machines)


def _merge_charts(state: LaunchState, value: ChartPoints, reading: Reading) -> LaunchState:
    points: dict[str, list[tuple[int, float]]] = {}
    for point in value.points:
        points.setdefault(point.chart, []).append((minute_of(point.minute), point.value))
    charts = dict(state.charts)
    for name, values in points.items():
        charts[name] = charts.get(name, Series()).merge(values, reading.taken_at)
    charted = state.charted
    if charted is None or (charted[0], repr(charted[1])) < (reading.taken_at, repr(value.charts)):
        charted = (reading.taken_at, value.charts)
    return replace(state, charts=charts, charted=charted)
