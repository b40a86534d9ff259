"""Orders that have to happen: the calm day's first one, and those a scenario's trouble befalls."""

from __future__ import annotations

from msgspec import Struct

from evtui.providers.simulated.draw import SECOND, uniform
from evtui.providers.simulated.orders import Fate, Journey, first_order, travel
from evtui.providers.simulated.scenario import Pace, Scenario
from evtui.providers.simulated.shelves import Shelf

FIRST_ORDER_AFTER = 146 * SECOND
"""The calm day's first order comes 2 min 26 s after opening."""

_TROUBLE_EARLY = (251, 337, 422, 506, 588)
"""Seconds after opening at which troubled orders are made: over twenty minutes old at the first report, and late soon
after the first hour."""

_TROUBLE_LATE = (1739, 1752, 1766)
"""The same for the scenario in which no task is made: these are fresh at the first report."""


class Scripted(Struct, frozen=True):
    """One order; each line is (shelf, fate)."""

    at: int
    lines: tuple[tuple[int, Fate], ...]


def write_script(scenario: Scenario, seed: int, opens: int, shelves: tuple[Shelf, ...]) -> list[Scripted]:
    """The scripted orders of a scenario, soonest first; all are for one set a line."""
    if scenario.pace is Pace.CALM:
        at = opens + FIRST_ORDER_AFTER
        return [Scripted(at, ((_on_sale(shelves, at, -1), Fate.DELIVERED),))]
    affected = scenario.affected
    if not affected:
        return []
    script: list[Scripted] = []
    for number, after in enumerate(_TROUBLE_EARLY + (_TROUBLE_LATE if Fate.STUCK in affected else ())):
        at = opens + after * SECOND + int(uniform(seed, "trouble", number) * 9 * SECOND)
        lines = [(_on_sale(shelves, at, number), affected[number % len(affected)])]
        if number == 1:  # with a sibling that is fine: trouble is judged line by line
            lines.append((_on_sale(shelves, at, number + 1), Fate.DELIVERED))
        script.append(Scripted(at, tuple(lines)))
    return script


def scripted_journey(scenario: Scenario, at: int, fate: Fate, chance: float) -> Journey:
    """The journey of one scripted line; lines of one order draw the same `chance` and so are paid in one go."""
    return first_order(at) if scenario.pace is Pace.CALM else travel(at, fate, lambda: chance)


def _on_sale(shelves: tuple[Shelf, ...], at: int, number: int) -> int:
    """The n-th shelf on sale at a moment, counted round; -1 is the last."""
    found = [i for i, shelf in enumerate(shelves) if shelf.opens <= at <= shelf.closes and shelf.total > 0]
    return found[number % len(found)] if found else 0
