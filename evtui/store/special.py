"""Which ELMAH faults are special (特殊): new against the baseline before opening, or far more frequent than in it."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from msgspec import Struct

from evtui.domain.campaign import Campaign
from evtui.domain.faults import FaultKey
from evtui.store.faults import Fault
from evtui.store.series import minute_of
from evtui.store.state import LaunchState

STORM_MINUTES = 60
"""Newest minutes that are held against the baseline by themselves: a storm on the third day drowns in the mean."""

MIN_RISEN = 5
"""Errors of a known fault since opening below which a rise means nothing."""


class FaultFigures(Struct, frozen=True):
    """One group: errors in all, before and since opening; `status` is `new`, `risen`, `known` or `ignored`."""

    fault: Fault
    count: int
    baseline: int
    since_open: int
    in_window: int
    status: str

    @property
    def special(self) -> bool:
        """Whether the report must speak of it."""
        return self.status in ("new", "risen")


def fault_figures(state: LaunchState, now: datetime, start: datetime | None = None) -> tuple[FaultFigures, ...]:
    """Every fault, special ones first, then the newest; `in_window` counts from `start` (default: since open)."""
    campaign = state.campaign
    opens, end = minute_of(campaign.opens), minute_of(now) + 1
    window = minute_of(start) if start is not None else opens
    base_start = opens - int(campaign.errors.baseline / timedelta(minutes=1))
    found = []
    for fault in state.faults.faults.values():
        count = fault.counts.total
        since = fault.counts.between(opens, end) if end > opens else 0
        baseline = fault.counts.between(base_start, opens)
        recent = fault.counts.between(max(opens, end - STORM_MINUTES), end) if end > opens else 0
        status = _status(fault, baseline, (since, end - opens), recent, campaign)
        in_window = fault.counts.between(window, end) if end > window else 0
        found.append(FaultFigures(fault, count, baseline, since, in_window, status))
    rank = {"new": 0, "risen": 1, "known": 2, "ignored": 3}
    found.sort(key=lambda figures: (rank[figures.status], -figures.fault.newest.at.timestamp(), figures.fault.key))
    return tuple(found)


def _status(fault: Fault, baseline: int, opened: tuple[int, int], recent: int, campaign: Campaign) -> str:
    """`opened` is (errors, minutes) since opening, `recent` the errors of the newest hour of it."""
    since, minutes_open = opened
    if _ignored(fault.key, fault, campaign):
        return "ignored"
    if since == 0:
        return "known"
    if baseline == 0:
        return "new"
    a_minute = baseline / (campaign.errors.baseline / timedelta(minutes=1))
    factor = campaign.errors.factor
    if since >= MIN_RISEN and since > factor * a_minute * minutes_open:
        return "risen"
    hourly = a_minute * STORM_MINUTES
    # chance alone makes one hour of many a bad one: three standard deviations of a count are allowed for
    storm = recent >= 2 * MIN_RISEN and recent > factor * hourly + 3 * math.sqrt(hourly + 1)
    return "risen" if storm else "known"


def _ignored(key: FaultKey, fault: Fault, campaign: Campaign) -> bool:
    return any(
        rule.type in ("*", key.type) and fnmatchcase(fault.newest.message, rule.message.replace("[", "[[]"))
        for rule in campaign.errors.ignore
    )
