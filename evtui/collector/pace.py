"""How often each source is asked: by the phase of the launch, by what was configured, and by what it costs.

Orders are a topic of their own after the sale: people who paid in its last minutes wait for their vouchers when nothing
is sold any more. So orders are asked for at the pace of the sale until the time that was promised for delivery has
passed, and after that as long as any paid order is undelivered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from evtui.collector.budget import Meter
from evtui.collector.schedule import wall_cadence
from evtui.domain.phases import Cadence, Phase, Timetable
from evtui.domain.reading import Topic


def _seconds(before: int, opening: int, selling: int, closed: int) -> Mapping[Phase, timedelta]:
    return dict(zip(Phase, (timedelta(seconds=each) for each in (before, opening, selling, closed)), strict=True))


USUAL: Mapping[Topic, Mapping[Phase, timedelta]] = {
    Topic.STOCK: _seconds(60, 5, 10, 300),
    Topic.ORDERS: _seconds(30, 5, 5, 60),
    Topic.CPU: _seconds(120, 60, 60, 300),
    Topic.TRAFFIC: _seconds(120, 60, 60, 300),
    Topic.CAPACITY: _seconds(60, 30, 60, 120),
    Topic.ERRORS: _seconds(60, 15, 15, 60),
    Topic.TARGETS: _seconds(60, 30, 60, 300),
    Topic.CHARTS: _seconds(120, 60, 60, 300),
}
"""What the campaign file leaves open: seconds before, opening, selling and closed. Minute figures gain nothing from
being asked for more than once a minute; machines come up before the opening and go down after the close, so their
numbers are read often then too."""

SLOWEST = timedelta(minutes=15)
"""Longest pause that cost alone can make: a dear source still tells of every quarter of an hour."""


class Rate(Struct, frozen=True):
    """How often a source is asked now."""

    every: timedelta
    """Between two questions, in launch time."""
    wall_s: float
    """The same in seconds of wall time."""
    slowed: float = 1.0
    """How many times more rarely than planned."""
    turn_s: float | None = None
    """Seconds of wall time until another phase begins; None: never, or the clock stands still."""
    ahead: float | None = None
    """USD that all questions until the end of the day cost, through all phases; None where nobody works that out."""


Pace = Callable[[datetime], Rate]
"""The rate at a moment of launch time."""


class Launch(Struct, frozen=True):
    """What the paces of all sources of a launch follow."""

    table: Timetable
    promised_by: datetime
    """When the last order that can be made will have had the time that was promised for its delivery."""
    owed: Callable[[], bool]
    """Whether a paid order is undelivered."""
    speed: float
    """Launch seconds in a second of wall time; 0: the clock stands still."""
    meter: Meter


class Plan:
    """The pace of one source."""

    def __init__(self, topic: Topic, cadence: Cadence, launch: Launch) -> None:
        self._topic = topic
        self._launch = launch
        self._every = {phase: cadence.at(phase) or usual for phase, usual in USUAL[topic].items()}

    @property
    def shortest(self) -> timedelta:
        """The shortest time between two questions that any phase has, as far as the speed of the launch allows."""
        return self._real(min(self._every.values()))[0]

    @property
    def longest(self) -> timedelta:
        """The longest time between two questions that any phase has; what cost makes of it is not in it."""
        return self._real(max(self._every.values()))[0]

    def __call__(self, now: datetime) -> Rate:
        """The rate at `now`."""
        planned = self._every[self._phase(now)]
        longest = max(SLOWEST, planned)
        seconds = min(planned.total_seconds() * self._launch.meter.slowed(self._topic, now), longest.total_seconds())
        every, wall_s = self._real(timedelta(seconds=seconds))
        turn = self._launch.table.turn(now)
        turn_s = (turn - now).total_seconds() / self._launch.speed if turn and self._launch.speed else None
        slowed = seconds / planned.total_seconds()
        return Rate(every, wall_s, slowed, turn_s, self._launch.meter.ahead(self._topic, now) / slowed)

    def questions(self, start: datetime, end: datetime) -> float:
        """How many questions are planned in [start, end), as far as the speed of the launch allows."""
        return sum(length / self._real(self._every[phase])[0] for phase, length in self._launch.table.spans(start, end))

    def _phase(self, now: datetime) -> Phase:
        phase = self._launch.table.at(now)
        waited_for = self._topic is Topic.ORDERS and (now < self._launch.promised_by or self._launch.owed())
        return Phase.SELLING if phase is Phase.CLOSED and waited_for else phase

    def _real(self, every: timedelta) -> tuple[timedelta, float]:
        """What a pace comes to in launch time and in seconds of wall time, where the launch is played fast."""
        wall_s = wall_cadence(every.total_seconds(), self._launch.speed)
        return (timedelta(seconds=wall_s * self._launch.speed) if self._launch.speed else every), wall_s
