"""The one truth of a simulated launch: walks orders up to a moment and answers for any moment already walked."""

from __future__ import annotations

from evtui.domain.campaign import Campaign
from evtui.domain.orders import OrderLine
from evtui.domain.stock import StockLevel
from evtui.providers.simulated.draw import to_ms
from evtui.providers.simulated.flow import Flow
from evtui.providers.simulated.orders import SimLine, line_at
from evtui.providers.simulated.rhythm import Rhythm
from evtui.providers.simulated.scenario import Scenario

AFTERMATH = 24 * 60 * 60_000
"""Milliseconds after closing within which every order has come to its end: from then on nothing is walked, so that a
launch can be looked at years later."""


class World:
    """Deterministic in (seed, scenario, campaign); all times in milliseconds."""

    def __init__(self, campaign: Campaign, scenario: Scenario, seed: int) -> None:
        self.campaign = campaign
        self.scenario = scenario
        self.seed = seed
        self.rhythm = Rhythm(campaign)
        self.flow = Flow(campaign, scenario, seed, self.rhythm)
        self.settled = to_ms(campaign.closes) + AFTERMATH
        """From this moment on no order and no stock changes."""
        self._indexed = 0
        self._by_group: dict[str, list[int]] = {}
        self._group_of: dict[str, str] = {}

    @property
    def opens(self) -> int:
        """The first moment at which anything is on sale."""
        return self.flow.opens

    def behind(self, now: int) -> bool:
        """Whether `step` must be called before `now` can be asked about."""
        return self.flow.walked <= min(now, self.settled)

    def step(self) -> None:
        """Walk one minute of the sale."""
        self.flow.step()

    def walk_to(self, now: int) -> None:
        """Walk until `now` can be asked about."""
        while self.behind(now):
            self.step()

    def part_end(self, after: int, now: int) -> int:
        """The moment up to which an answer about what changed after `after` tells; here all of it, to the present."""
        return now

    def lines_changed(self, after: int, upto: int) -> tuple[OrderLine, ...]:
        """Lines that changed in (after, upto], each once, as they stand at `upto`."""
        shop, lines = self.campaign.shop.id, self.flow.lines
        return tuple(line_at(lines[number], shop, upto) for number in self.flow.ledger.changed(after, upto))

    def stock(self, now: int) -> tuple[StockLevel, ...]:
        """The stock table at a moment, one row a SKU."""
        levels: list[StockLevel] = []
        for shelf, account in zip(self.flow.shelves, self.flow.ledger.accounts, strict=True):
            reg, cancel = account.at(now)
            selling = account.total - reg + cancel
            levels.append(StockLevel(shelf.product.page_id, shelf.sku_id, account.total, reg, cancel, selling))
        return tuple(levels)

    def orders_made(self, minute: int) -> int:
        """Orders made in the minute that starts at this moment; 0 before opening and where nobody has walked yet."""
        index = (minute - self.opens) // 60_000
        return self.flow.counts[index] if 0 <= index < len(self.flow.counts) else 0

    def group(self, code: str, now: int) -> tuple[SimLine, ...]:
        """The lines that exist at `now` of the order a TG or TS code belongs to; none if nobody knows it."""
        for number in range(self._indexed, len(self.flow.lines)):
            line = self.flow.lines[number]
            self._by_group.setdefault(line.tg_code, []).append(number)
            self._group_of[line.ts_code] = line.tg_code
        self._indexed = len(self.flow.lines)
        found = (self.flow.lines[i] for i in self._by_group.get(self._group_of.get(code, code), ()))
        return tuple(line for line in found if line.journey.created <= now)

    def troubled(self, now: int) -> tuple[SimLine, ...]:
        """Lines in this scenario's trouble that exist at `now`."""
        lines = (self.flow.lines[number] for number in self.flow.troubled)
        return tuple(line for line in lines if line.journey.created <= now)
