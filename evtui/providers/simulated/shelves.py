"""What is on sale: every SKU of the campaign's pages, and how many sets of it can still be taken."""

from __future__ import annotations

from bisect import bisect_right
from heapq import heappop, heappush
from itertools import accumulate

from msgspec import Struct

from evtui.domain.campaign import Campaign, Product
from evtui.providers.simulated.draw import to_ms

UNKNOWN_STOCK = 1_000
"""Sets of a product whose plan names no stock."""

EXCESS = 12
"""Sets sold beyond stock when the scenario oversells."""

_LAST_IS_LIKED = 1.6
"""The last product, the cheapest one of the seed, sells faster than its stock alone would say, and runs out first."""


class Shelf(Struct, frozen=True):
    """One SKU of one sale page; times in milliseconds, both ends of the window included."""

    product: Product
    sku_id: int
    total: int
    opens: int
    closes: int
    last: bool
    """Whether it belongs to the campaign's last product."""


def shelves_of(campaign: Campaign) -> tuple[Shelf, ...]:
    """Every SKU of the campaign's pages; a page without SKU ids has one, a page with several shares its stock out."""
    shelves: list[Shelf] = []
    last = campaign.products[-1].page_id
    for product in campaign.products:
        skus = product.skus or (product.page_id * 10 + 1,)
        share, rest = divmod(UNKNOWN_STOCK if product.stock is None else product.stock, len(skus))
        window = to_ms(product.on_sale), to_ms(product.off_sale)
        is_last = product.page_id == last
        shelves += [Shelf(product, sku, share + (i < rest), *window, is_last) for i, sku in enumerate(skus)]
    return tuple(shelves)


class Inventory:
    """Sets left on each shelf; asked in time order, since sets that come back do so at their time and not before."""

    def __init__(self, shelves: tuple[Shelf, ...], oversells: bool) -> None:
        self.shelves = shelves
        self.sets = sum(shelf.total for shelf in shelves)
        self.last = tuple(i for i, shelf in enumerate(shelves) if shelf.last)
        self._left = [shelf.total for shelf in shelves]
        self._kept = [0] * len(shelves)
        self._floor = [-EXCESS if oversells and shelf.last else 0 for shelf in shelves]
        self._weights = list(accumulate(shelf.total * (_LAST_IS_LIKED if shelf.last else 1.0) for shelf in shelves))
        self._returns: list[tuple[int, int, int]] = []

    def pick(self, chance: float) -> int:
        """The shelf a customer goes to, sold out or not, for a `chance` in [0, 1)."""
        found = bisect_right(self._weights, chance * self._weights[-1])
        return min(found, len(self.shelves) - 1)

    def keep(self, shelf: int) -> None:
        """Hold a set back for an order that has to happen."""
        self._kept[shelf] += 1

    def let_go(self, shelf: int) -> None:
        """Stop holding a set back."""
        self._kept[shelf] -= 1

    def take(self, at: int, shelf: int, quantity: int) -> bool:
        """Whether so many sets could be taken at this moment; they are, if so."""
        while self._returns and self._returns[0][0] <= at:
            _, back, returned = heappop(self._returns)
            self._left[back] += returned
        place = self.shelves[shelf]
        if (
            self._left[shelf] - self._kept[shelf] - quantity < self._floor[shelf]
            or not place.opens <= at <= place.closes
        ):
            return False
        self._left[shelf] -= quantity
        return True

    def give_back(self, at: int, shelf: int, quantity: int) -> None:
        """Note that sets come back at a later moment."""
        heappush(self._returns, (at, shelf, quantity))

    def anything_before(self, end: int) -> bool:
        """Whether a set can be had before this moment: one is left, or one comes back."""
        if self._returns and self._returns[0][0] < end:
            return True
        return any(left > floor for left, floor in zip(self._left, self._floor, strict=True))
