"""The bench's world: orders at any rate for as long as anybody looks, each a function of its number and nothing kept.

Order n is made n / rate seconds after the load begins, paid at once, and delivered 20 to 39 s later. So the world needs
no walking, no memory and no draws: whoever asks for a stretch of time gets the numbers that fall into it. It begins a
minute before the session does, never with a past of hours, and ends when a product is sold out or its sale closes.

A group code has five digits: 100,000 orders an hour, which 1,000 a second use up in 100 seconds. The platform has no
more, so here the hour runs on: whenever the digits are used up, the next order's codes carry the next hour's letter
(and after the last one the next day), as if that hour had come. Codes stay possible and none is given out twice, but
here they do not tell when an order was made, as they do on the platform and in every other scenario.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from msgspec.structs import replace

from evtui.domain.campaign import Campaign, Estimate
from evtui.domain.codes import OrderCode, parse_code
from evtui.domain.orders import OrderLine
from evtui.domain.stock import StockLevel
from evtui.providers.simulated.draw import MINUTE, SECOND, to_moment, uniform
from evtui.providers.simulated.orders import DELIVERED, PAID, Fate, Journey, SimLine, Words
from evtui.providers.simulated.scenario import Scenario
from evtui.providers.simulated.world import World

LOAD_RATE = 1_000
"""Orders a second where nobody says another rate."""

PART_LINES = 500
"""Most lines of one answer: merging them holds the event loop for a few milliseconds, so that keys are not kept
waiting."""

_SERIALS = 100_000
"""Codes a group's five digits hold; after so many the hour's letter runs on."""

_LEAD = MINUTE
"""Milliseconds the load begins before the session: long enough that deliveries have come to their full rate."""

_FIRST_DELIVERY = 20 * SECOND
_DELAYS = tuple(_FIRST_DELIVERY + step * SECOND for step in range(20))
"""Milliseconds from payment to delivery, taken in turn. The shortest is longer than a stretch told at once, so that
every order is told twice; their number is no multiple of three, so that each of three products has them all."""

_STOCK_S = 24 * 60 * 60
"""Seconds the bench's stock lasts: a day of looking."""

_FELT = 400
"""Orders a minute that machines and traffic feel at the most: a shop of this size would have more machines."""


def stocked(campaign: Campaign, rate: int) -> Campaign:
    """The campaign with stock for a day at this rate (orders a second): planned like that, so that nothing looks
    mismatched, and without the business's estimate, which would be outdone within a minute."""
    each = -(-rate * _STOCK_S // len(campaign.products))
    products = tuple(replace(product, stock=each) for product in campaign.products)
    return replace(campaign, products=products, estimate=Estimate())


class LoadWorld(World):
    """Deterministic in (seed, campaign, rate, start). Times in milliseconds, `rate` in orders a second."""

    def __init__(self, campaign: Campaign, scenario: Scenario, seed: int, start: int, rate: int) -> None:
        super().__init__(campaign, scenario, seed)
        shelves = self.flow.shelves
        self._rate = rate
        self._shop = campaign.shop.id
        self._begins = max(start // MINUTE * MINUTE - _LEAD, max(shelf.opens for shelf in shelves))
        room = PART_LINES - len(_DELAYS) - 1  # where a stretch begins decides whether each run of orders has one more
        self._span = min(max(room * SECOND // (2 * rate), 1), _FIRST_DELIVERY - 1)
        self._goods = tuple((shelf.product.page_id, shelf.sku_id, shelf.product.price) for shelf in shelves)
        self._most = len(shelves) * max(min(shelf.total for shelf in shelves), 0)
        self._most = self._made(min(shelf.closes for shelf in shelves))
        self._turn = seed % len(_DELAYS)
        self._first = int(uniform(seed, "load") * 1_000)
        local = to_moment(self._begins).astimezone(campaign.zone)
        self._day, self._hour = local.date(), local.hour
        self._prefixes = tuple(
            next((prefix for prefix in campaign.code_prefixes if prefix.endswith(kind)), f"T{kind}") for kind in "GMS"
        )
        self._heads: tuple[int, tuple[str, str, str]] = (-1, ("", "", ""))
        """The hour that codes were last made for, and what they begin with."""

    def behind(self, now: int) -> bool:
        """Never: nothing is walked."""
        return False

    def part_end(self, after: int, now: int) -> int:
        """A stretch in which at most `PART_LINES` lines change, none of them twice."""
        return min(now, max(after, self._begins - 1) + self._span)

    def lines_changed(self, after: int, upto: int) -> tuple[OrderLine, ...]:
        """Lines that changed in (after, upto], a stretch as `part_end` gives it: those delivered, then those made."""
        lines: list[OrderLine] = []
        for turn, delay in enumerate(_DELAYS):
            first, last = self._made(after - delay), self._made(upto - delay)
            first += (turn - self._turn - first) % len(_DELAYS)
            lines += self._lines(range(first, last, len(_DELAYS)), delay, DELIVERED)
        lines += self._lines(range(self._made(after), self._made(upto)), 0, PAID)
        return tuple(lines)

    def stock(self, now: int) -> tuple[StockLevel, ...]:
        """The stock table at a moment, one row a SKU: everything ordered so far, and nothing given back."""
        made, shelves = self._made(now), self.flow.shelves
        levels: list[StockLevel] = []
        for place, shelf in enumerate(shelves):
            reg = (made - (place - self.seed) % len(shelves) + len(shelves) - 1) // len(shelves)
            levels.append(StockLevel(shelf.product.page_id, shelf.sku_id, shelf.total, reg, 0, shelf.total - reg))
        return tuple(levels)

    def orders_made(self, minute: int) -> int:
        """Orders made in the minute that starts at this moment, as far as machines feel them."""
        return min(self._made(minute + MINUTE - 1) - self._made(minute - 1), _FELT)

    def group(self, code: str, now: int) -> tuple[SimLine, ...]:
        """The one line that exists at `now` of the order a TG or TS code belongs to; none if nobody knows it."""
        parsed = parse_code(code)
        hours = (parsed.day - self._day).days * 24 + parsed.hour - self._hour
        serial = int(parsed.serial)
        number = hours * _SERIALS + serial - self._first
        known = parsed.prefix in (self._prefixes[0], self._prefixes[2]) and serial < _SERIALS
        if not known or not 0 <= number < self._made(now):
            return ()
        made = self._made_at(number)
        done = made + _DELAYS[(number + self._turn) % len(_DELAYS)]
        journey = Journey(Fate.DELIVERED, made, made, done, done, done, done, done, done, delivered=done)
        page_id, sku_id, price = self._goods[(number + self.seed) % len(self._goods)]
        tg_code, tm_code, ts_code = self._codes(number)
        return (SimLine(ts_code, tg_code, tm_code, page_id, sku_id, 1, price, journey),)

    def _made_at(self, number: int) -> int:
        return self._begins + number * SECOND // self._rate

    def _made(self, at: int) -> int:
        """How many orders are made up to a moment, that one included."""
        if at < self._begins:
            return 0
        return min(-(-(at - self._begins + 1) * self._rate // SECOND), self._most)

    def _lines(self, numbers: range, delay: int, words: Words) -> Iterator[OrderLine]:
        """The rows of some orders as they were that long after their making."""
        status, user, scm, slave = words
        later = timedelta(milliseconds=delay)
        shop, seed, goods, begins, rate = self._shop, self.seed, self._goods, self._begins, self._rate
        for number in numbers:
            made = to_moment(begins + number * SECOND // rate)
            changed = made + later if delay else made
            page, sku, price = goods[(number + seed) % len(goods)]
            hours, serial = divmod(self._first + number, _SERIALS)
            tg_head, _, ts_head = self._heads[1] if hours == self._heads[0] else self._heads_at(hours)
            digits = f"{serial:05d}"
            ts_code, tg_code = f"{ts_head}0{digits}", f"{tg_head}{digits}"
            yield OrderLine(ts_code, tg_code, shop, page, 1, made, changed, status, user, scm, slave, price, sku, made)

    def _codes(self, number: int) -> tuple[str, str, str]:
        """TG, TM and TS code of an order; all three count alike."""
        hours, serial = divmod(self._first + number, _SERIALS)
        tg_head, tm_head, ts_head = self._heads_at(hours)
        return f"{tg_head}{serial:05d}", f"{tm_head}{serial:05d}", f"{ts_head}0{serial:05d}"

    def _heads_at(self, hours: int) -> tuple[str, str, str]:
        """What the codes of an hour begin with, the load's first hour being 0."""
        if hours != self._heads[0]:
            days, hour = divmod(self._hour + hours, 24)
            day = self._day + timedelta(days=days)
            tg_head, tm_head, ts_head = (str(OrderCode(prefix, day, hour, "")) for prefix in self._prefixes)
            self._heads = (hours, (tg_head, tm_head, ts_head))
        return self._heads[1]
