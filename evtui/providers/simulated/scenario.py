"""What can be simulated: the scenarios by name, how brisk each is, what goes wrong in it and when."""

from __future__ import annotations

from enum import StrEnum
from math import exp

from msgspec import Struct

from evtui.domain.reading import FailureKind, Topic
from evtui.errors import UsageError
from evtui.providers.simulated.orders import Fate


class Pace(StrEnum):
    """How fast orders come in."""

    NONE = "none"
    CALM = "calm"
    BRISK = "brisk"
    RUSH = "rush"


class Outage(Struct, frozen=True):
    """A source that gives no value for a while; times in minutes after opening, [start, end)."""

    topic: Topic
    start: float
    end: float
    kind: FailureKind
    why: str
    remedy: str = ""


class Scenario(Struct, frozen=True):
    """One course of events; `crowd` is the share by which visitors exceed a normal day once the sale is open."""

    name: str
    summary: str
    pace: Pace = Pace.BRISK
    affected: tuple[Fate, ...] = ()
    """Fates of the orders that get into trouble early, taken in turn."""
    crowd: float = 0.35
    oversells: bool = False
    saturates: bool = False
    outages: tuple[Outage, ...] = ()
    half_fleet_silent: tuple[int, int] | None = None
    """Minutes after opening, [start, end), in which half of each service's machines report nothing."""


_OUTAGES = (
    Outage(Topic.ORDERS, 10, 15, FailureKind.DOWN, "connection to the order database refused"),
    Outage(Topic.STOCK, 12, 18, FailureKind.DOWN, "the stock database did not answer within 5 s"),
    Outage(
        Topic.ERRORS, 20, 28, FailureKind.AUTH, "the log-in has expired", "log in again: aws sso login --profile demo"
    ),
)

SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario("calm", "one early order, then a handful an hour", Pace.CALM, crowd=0.02),
        Scenario("rush", "about five orders a second until everything is sold", Pace.RUSH, crowd=2.0),
        Scenario("stuck", "paid orders that stay WaitingToShipping, with no task", affected=(Fate.STUCK,)),
        Scenario("confirmed", "orders the issuer was asked for and never delivered", affected=(Fate.CONFIRMED,)),
        Scenario("mixed", "orders whose two statuses disagree", affected=(Fate.MIXED_SCM, Fate.MIXED_USER)),
        Scenario("invalid", "orders that CheckIsValid calls invalid", affected=(Fate.INVALID,)),
        Scenario("vip", "orders whose issuer waits for VipMemberInfo in vain", affected=(Fate.VIP,)),
        Scenario("saturated", "one machine at 95 % under a calm mean", saturates=True),
        Scenario("silent", "the page is up and nobody's order arrives", Pace.NONE, crowd=0.6),
        Scenario(
            "outage",
            "sources die and recover, half the fleet is silent",
            outages=_OUTAGES,
            half_fleet_silent=(16, 40),
        ),
        Scenario("oversold", "more sets of the last product sold than there are", crowd=1.5, oversells=True),
    )
}

LOAD = Scenario("load", "bench only: orders at any rate without end", Pace.NONE, crowd=0.6)
"""No launch to rehearse, and so not among the others: it is there to see what the program can bear."""


def scenario_named(name: str) -> Scenario:
    """The scenario of this name.

    Raises:
        UsageError: there is none.
    """
    found = LOAD if name == LOAD.name else SCENARIOS.get(name)
    if found is None:
        raise UsageError(f"there is no scenario {name!r}; there are {', '.join(SCENARIOS)}")
    return found


CALM_PER_HOUR = 5.0
"""Orders an hour at full daylight once the calm day has had its first order: a handful."""

CALM_QUIET_MINUTES = 33
"""Minutes after opening in which the calm day has its one scripted order and no other."""

RUSH_PER_MINUTE = 300.0
"""Five orders a second."""

BRISK_PER_MINUTE = 10.0
"""Enough that every pane moves, few enough that a person can follow."""

_BRISK_MINUTES = 180
_RUSH_MINUTES = 90


def orders_per_minute(pace: Pace, minute: int, daylight: float, sets: int) -> float:
    """Mean orders in the minute that starts `minute` minutes after opening.

    The brisk pace is held back for small stocks, so that 50 pieces last longer than one report; brisk and rush die
    down after hours, so that the last day of a long sale still has something to sell.
    """
    if pace is Pace.CALM:
        return CALM_PER_HOUR / 60 * daylight if minute >= CALM_QUIET_MINUTES else 0.0
    if pace is Pace.BRISK:
        rate = min(BRISK_PER_MINUTE, sets / 40)
        return rate * _fading(minute - _BRISK_MINUTES) if minute < _BRISK_MINUTES else rate * _tail(minute, daylight)
    if pace is Pace.RUSH:
        return RUSH_PER_MINUTE * _fading(minute - _RUSH_MINUTES) + 0.5 * daylight
    return 0.0


def _fading(late: int) -> float:
    return 1.0 if late <= 0 else exp(-late / 45)


def _tail(minute: int, daylight: float) -> float:
    return _fading(minute - _BRISK_MINUTES) + 0.03 * daylight
