"""The phases of a launch, told from its plan alone, and how often something is done in each.

before    until the first sale opens
opening   a crowd may come: from a quarter of an hour before any product goes on sale or any promotion runs, until an
          hour after it
selling   the rest of the sale, pauses between two products included
closed    after the last product went off sale; nothing opens again
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

from msgspec import Struct

from evtui.domain.campaign import Campaign

LEAD = timedelta(minutes=15)
"""Time before a sale or a promotion in which everything is already watched as closely as in it."""

CROWD = timedelta(hours=1)
"""Time after a sale opened or a promotion ran in which most of its crowd comes."""

EVER = datetime.min.replace(tzinfo=UTC)
"""The beginning of the first phase."""


class Phase(StrEnum):
    """The names are those of the keys of an `every` table."""

    BEFORE = "before"
    OPENING = "opening"
    SELLING = "selling"
    CLOSED = "closed"


class Cadence(Struct, frozen=True):
    """Time between two questions in each phase, in launch time; None: the topic's own."""

    before: timedelta | None = None
    opening: timedelta | None = None
    selling: timedelta | None = None
    closed: timedelta | None = None

    def at(self, phase: Phase) -> timedelta | None:
        """The time between two questions in one phase."""
        match phase:
            case Phase.BEFORE:
                return self.before
            case Phase.OPENING:
                return self.opening
            case Phase.SELLING:
                return self.selling
            case Phase.CLOSED:
                return self.closed


def steady(every: timedelta) -> Cadence:
    """The same in every phase."""
    return Cadence(every, every, every, every)


class Timetable(Struct, frozen=True):
    """When which phase begins, in order; the first one began before all time."""

    begins: tuple[datetime, ...]
    phases: tuple[Phase, ...]

    def at(self, moment: datetime) -> Phase:
        """The phase at an aware moment."""
        return self.phases[bisect_right(self.begins, moment) - 1]

    def turn(self, moment: datetime) -> datetime | None:
        """When the next phase begins after `moment`; None: never."""
        place = bisect_right(self.begins, moment)
        return self.begins[place] if place < len(self.begins) else None

    def spans(self, start: datetime, end: datetime) -> Iterable[tuple[Phase, timedelta]]:
        """The phases of [start, end), each with how long it lasts in there."""
        while start < end:
            until = min(self.turn(start) or end, end)
            yield self.at(start), until - start
            start = until


def timetable(campaign: Campaign) -> Timetable:
    """The phases of a launch."""
    opens, closes = campaign.opens, campaign.closes
    crowds = {product.on_sale for product in campaign.products} | {each.at for each in campaign.promotions if each.at}
    # how many crowds are expected at once changes at these moments
    steps = sorted([(at - LEAD, 1) for at in crowds] + [(at + CROWD, -1) for at in crowds] + [(opens, 0), (closes, 0)])
    begins, phases = [EVER], [Phase.BEFORE]
    expected = 0
    for at, step in steps:
        expected += step
        quiet = Phase.BEFORE if at < opens else Phase.SELLING
        phase = Phase.CLOSED if at >= closes else Phase.OPENING if expected else quiet
        if begins[-1] == at:
            begins.pop()
            phases.pop()
        if not phases or phases[-1] is not phase:
            begins.append(at)
            phases.append(phase)
    return Timetable(tuple(begins), tuple(phases))


def calendar_day(moment: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """The calendar day of `zone` that `moment` lies in, as [start, end) in UTC: 23 or 25 hours where clocks change."""
    midnight = moment.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    # adding to a local time moves its hands, not its duration: it is midnight again
    return midnight.astimezone(UTC), (midnight + timedelta(days=1)).astimezone(UTC)
