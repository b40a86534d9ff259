"""Orders in the sequence in which they are made: who buys what, while stock lasts, under which codes.

The one part of the world with a memory (stock, serial numbers), so it is always walked from opening, minute by minute,
and each minute draws from a generator of its own. Nothing here depends on who looks or when.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from evtui.domain.campaign import Campaign
from evtui.providers.simulated.codebook import Codebook
from evtui.providers.simulated.draw import MINUTE, poisson, to_ms, uniform
from evtui.providers.simulated.ledger import Ledger
from evtui.providers.simulated.orders import NEVER, Fate, Journey, SimLine, change_times, travel
from evtui.providers.simulated.rhythm import Rhythm
from evtui.providers.simulated.scenario import Pace, Scenario, orders_per_minute
from evtui.providers.simulated.script import Scripted, scripted_journey, write_script
from evtui.providers.simulated.shelves import Inventory, shelves_of

SOLD_OUT_BY = 18
"""Minutes after opening at which the last product has run out where the scenario oversells."""

_SURGE_MINUTES = 60
_SURGE_MOST = 240
"""Most surge orders a minute; a larger stock is sold by larger orders."""

_EXPIRES, _CANCELS, _ILL_ENDS = 0.06, 0.075, 0.082
"""Upper ends of the shares of orders that are never paid, cancelled on the way, and refunded after delivery."""

_TWO_SETS, _THREE_SETS = 0.88, 0.97
_TWO_LINES = 0.10
"""Shares of lines with more than one set, and of orders with more than one line."""


def _fate(chance: float) -> Fate:
    if chance >= _ILL_ENDS:
        return Fate.DELIVERED
    return Fate.EXPIRED if chance < _EXPIRES else Fate.CANCELLED if chance < _CANCELS else Fate.REFUNDED


class Flow:
    """Makes orders, one minute of the sale at a time."""

    def __init__(self, campaign: Campaign, scenario: Scenario, seed: int, rhythm: Rhythm) -> None:
        self._scenario = scenario
        self._seed = seed
        self._rhythm = rhythm
        self.opens = to_ms(campaign.opens)
        self._closes = to_ms(campaign.closes)
        self.shelves = shelves_of(campaign)
        self.ledger = Ledger(self.opens, tuple(shelf.total for shelf in self.shelves))
        self.lines: list[SimLine] = []
        self.troubled: list[int] = []
        """Lines that get into this scenario's trouble, as far as they are made."""
        self.counts: list[int] = []
        """Orders made in each minute since opening, as far as minutes have been walked."""
        self._codebook = Codebook(campaign, seed, rhythm)
        self._inventory = Inventory(self.shelves, scenario.oversells)
        self._script = write_script(scenario, seed, self.opens, self.shelves)[::-1]
        for order in self._script:
            for shelf, _ in order.lines:
                self._inventory.keep(shelf)
        surge = sum(self.shelves[i].total for i in self._inventory.last) / SOLD_OUT_BY * 1.05
        self._surge_mean = min(_SURGE_MOST, surge) if scenario.oversells else 0.0
        self._surge_sets = max(1, round(surge / _SURGE_MOST))

    @property
    def walked(self) -> int:
        """The moment up to which, exclusively, every order is made and every change filed."""
        return self.opens + len(self.counts) * MINUTE

    def step(self) -> None:
        """Walk the next minute."""
        minute = len(self.counts)
        start = self.walked
        self.counts.append(self._make_orders(minute, start) if start <= self._closes else 0)
        self.ledger.seal(minute)

    def _make_orders(self, minute: int, start: int) -> int:
        end = start + MINUTE
        surge, usual = self._buyers(minute, start)
        scripted = bool(self._script) and self._script[-1].at < end
        if not (surge or usual or scripted):
            return 0
        draw = Random(f"{self._seed}:{self._scenario.name}:{minute}").random
        arrivals = sorted((start + int(draw() * MINUTE), number < surge) for number in range(surge + usual))
        made = 0
        for at, surging in arrivals:
            while self._script and self._script[-1].at <= at:
                made += self._play(self._script.pop(), draw())
            made += self._sell(at, surging, draw)
        while self._script and self._script[-1].at < end:
            made += self._play(self._script.pop(), draw())
        return made

    def _buyers(self, minute: int, start: int) -> tuple[int, int]:
        """Buyers of a minute: those who rush at the last product, who keep coming so that what is given back is sold
        again, and all others."""
        if not self._inventory.anything_before(start + MINUTE):
            return 0, 0
        name = (self._seed, self._scenario.name, minute)
        surge = self._surge_mean if minute < _SURGE_MINUTES else 0.0
        usual = 0.0
        if self._scenario.pace is not Pace.NONE:
            daylight = self._rhythm.daylight(start)
            usual = orders_per_minute(self._scenario.pace, minute, daylight, self._inventory.sets)
        return poisson(surge, uniform(*name, "surge")) if surge else 0, poisson(usual, uniform(*name)) if usual else 0

    def _sell(self, at: int, surging: bool, draw: Callable[[], float]) -> int:
        """One customer's attempt; the number of orders made of it."""
        last = self._inventory.last
        shelf = last[int(draw() * len(last))] if surging else self._inventory.pick(draw())
        size = draw()
        quantity = 1 if size < _TWO_SETS else 2 if size < _THREE_SETS else 3
        if surging:
            quantity *= self._surge_sets
        if not self._inventory.take(at, shelf, quantity):
            return 0
        journey = travel(at, _fate(draw()), draw)
        lines = [(shelf, quantity, journey)]
        if draw() < _TWO_LINES:
            other = self._inventory.pick(draw())
            if other != shelf and self._inventory.take(at, other, 1):
                lines.append((other, 1, journey))
        self._book(at, lines)
        return 1

    def _play(self, order: Scripted, chance: float) -> int:
        """One scripted order; lines that no set is left for are not made."""
        lines: list[tuple[int, int, Journey]] = []
        for shelf, fate in order.lines:
            self._inventory.let_go(shelf)
            if self._inventory.take(order.at, shelf, 1):
                if fate is not Fate.DELIVERED:
                    self.troubled.append(len(self.lines) + len(lines))
                lines.append((shelf, 1, scripted_journey(self._scenario, order.at, fate, chance)))
        if lines:
            self._book(order.at, lines)
        return bool(lines)

    def _book(self, at: int, lines: list[tuple[int, int, Journey]]) -> None:
        """Give an order its codes and file everything that will ever change about it."""
        tg_code, tm_code, ts_codes = self._codebook.order(at, len(lines))
        ledger = self.ledger
        for ts_code, (place, quantity, journey) in zip(ts_codes, lines, strict=True):
            shelf = self.shelves[place]
            price = shelf.product.price
            amount = None if price is None else price * quantity
            number = len(self.lines)
            page_id = shelf.product.page_id
            self.lines.append(SimLine(ts_code, tg_code, tm_code, page_id, shelf.sku_id, quantity, amount, journey))
            ledger.change(number, change_times(journey))
            ledger.move(at, place, quantity, 0)
            if journey.released != NEVER:
                ledger.move(journey.released, place, 0, quantity)
                self._inventory.give_back(journey.released, place, quantity)
