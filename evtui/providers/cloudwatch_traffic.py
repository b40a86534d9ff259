"""Requests a minute over all load balancers of a launch.

A load balancer without requests has no sample, and neither has one whose samples are late or lost. So a minute counts
when every balancer told of it. One that is silent between two of its own samples counts as zero, if that took no longer
than a lull does: for it to be an outage, requests would have had to come back at once. Silence that is longer or has
not ended is a gap, and so is a minute that nobody told of: never a zero.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence

from evtui.domain.campaign import Campaign
from evtui.domain.metrics import TrafficPoint
from evtui.domain.reading import Answer, Coverage, FailureKind, TrafficPoints
from evtui.providers._batches import few
from evtui.providers.base import SourceError
from evtui.providers.cloudwatch_ask import Metric, Round, fetch
from evtui.providers.cloudwatch_round import (
    Asker,
    Cursor,
    answer,
    begin,
    failing,
    merge,
    refused,
    remarks,
    wanted,
    where,
)
from evtui.providers.cloudwatch_spans import SETTLE, Span, moment_of, plan

LULL = 10
"""Minutes that a balancer may be silent between two samples and have had no requests."""

LATE = 5
"""Minutes after which a sample that is missing between two others is not expected any more."""

GROWS = 1
"""Newest minutes that are left out: sums of the last minute still grow while balancers report."""


class TrafficCursor(Cursor, frozen=True):
    """As `Cursor`, by load balancer."""

    told: Mapping[str, Mapping[int, float]] = {}
    """balancer -> minute -> requests, of every minute that counts."""
    sums: Mapping[int, float] = {}
    """minute -> requests of all of them, as told."""


def balancers(campaign: Campaign) -> tuple[str, ...]:
    """Every load balancer of the launch, once, as CloudWatch calls it; a whole ARN is cut to that."""
    named = (service.load_balancer.rpartition("loadbalancer/")[2] for service in campaign.services)
    return tuple(dict.fromkeys(name for name in named if name))


async def poll_traffic(asker: Asker, before: TrafficCursor | None, now: int) -> Answer:
    """Requests up to the minute `now`, with the time before opening that they are held against.

    Raises:
        SourceError: the campaign names no load balancer, or nothing was told.
    """
    names = balancers(asker.campaign)
    if not names:
        raise SourceError(FailureKind.DATA, "no service has a load balancer", "give [[services]] `load_balancer`")
    cursor, now = before or TrafficCursor(), now - GROWS
    trip = Round([], [])
    spans = wanted(asker.campaign, now, baseline=True)
    start = begin(cursor, names)
    asks, more = plan(start, spans, now, first=before is None, revised=True)
    metrics = {name: Metric("AWS/ApplicationELB", "RequestCount", (("LoadBalancer", name),), "Sum") for name in names}
    await fetch(asker.aws, metrics, asks, asker.price, trip)
    words = refused(trip, "load balancers") + trip.notes
    merged = merge(start, trip.heard, spans, now)
    told = {name: _kept({**cursor.told.get(name, {}), **merged.fresh[name]}, spans) for name in names}
    sums = totals(tuple(told.values()), now - LATE)
    points = tuple(
        TrafficPoint(moment_of(minute), count)
        for minute, count in sorted(sums.items())
        if cursor.sums.get(minute) != count
    )
    silent = [name for name, counts in told.items() if max(counts, default=0) < now - SETTLE]
    words += _silence({name: told[name] for name in silent if name not in failing(trip)}, where(trip))
    moved = TrafficCursor(merged.series, max(sums, default=None), told, sums)
    coverage = Coverage(len(names) - len(silent), len(names), remarks(words), more)
    return answer(TrafficPoints(points), trip, moved, coverage)


def totals(told: Sequence[Mapping[int, float]], settled: int) -> dict[int, float]:
    """minute -> requests of all balancers, where that is known; before `settled` no sample is waited for any more."""
    times = [sorted(counts) for counts in told]
    found: dict[int, float] = {}
    for minute in sorted({minute for counts in told for minute in counts}):
        total = 0.0
        for counts, had in zip(told, times, strict=True):
            if minute in counts:
                total += counts[minute]
            elif minute >= settled or not _lull(had, minute):
                break
        else:
            found[minute] = total
    return found


def _kept(counts: Mapping[int, float], spans: Sequence[Span]) -> dict[int, float]:
    return {minute: count for minute, count in counts.items() if any(start <= minute < end for start, end in spans)}


def _lull(had: Sequence[int], minute: int) -> bool:
    """Whether a balancer that had samples at `had` was only quiet at `minute`."""
    place = bisect_left(had, minute)
    return 0 < place < len(had) and had[place] - had[place - 1] - 1 <= LULL


def _silence(told: Mapping[str, Mapping[int, float]], place: str) -> list[str]:
    """What to say of balancers that do not tell anything now. CloudWatch answers the same about those there are not."""
    ended = [f"{name} told nothing since {moment_of(max(had)):%Y-%m-%d %H:%M} UTC" for name, had in told.items() if had]
    never = [name for name, had in told.items() if not had]
    if not never:
        return ended
    hint = "no request so far, or the id or the region is another (services.load_balancer)"
    return [*ended, f"{few(never)} told nothing yet{place}: {hint}"]
