"""A launch of any size, told to a store as a database tells it: paid first, delivered a little later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from msgspec.structs import replace

from evtui.config.load import example_path, load
from evtui.domain.orders import OrderLine
from evtui.domain.reading import OrderBatch, Reading, Topic
from evtui.store.state import SourceSpec
from evtui.store.store import Store

CAMPAIGN: Final = load(example_path()).campaign
OPEN: Final = CAMPAIGN.opens
PER_SECOND: Final = 1000
"""Lines made in a second, and told in one answer."""

BEHIND: Final = 60
"""Seconds from paid to delivered."""

# the three status words of a line, first told and told in the end
PAID: Final = ("WaitingToShipping",) * 3
DELIVERED: Final = ("ShippingFinish",) * 3


def store() -> Store:
    """A store that knows of nothing but orders."""
    every, delay = timedelta(seconds=5), timedelta()
    return Store(CAMPAIGN, [SourceSpec(Topic.ORDERS, "sql", every, delay)])


def told(count: int) -> Iterator[tuple[Reading, ...]]:
    """The answers of every second until `count` lines were told of twice."""
    seconds = -(-count // PER_SECOND)
    for second in range(seconds + BEHIND):
        due = ((second, PAID), (second - BEHIND, DELIVERED))
        yield tuple(
            answer(made * PER_SECOND, min(PER_SECOND, count - made * PER_SECOND), second, words)
            for made, words in due
            if 0 <= made < seconds
        )


def answer(first: int, count: int, second: int, words: tuple[str, str, str]) -> Reading:
    """Lines `first` to `first + count` as they stand `second` seconds after opening."""
    at = OPEN + timedelta(seconds=second)
    lines = tuple(
        replace(_line(number), updated_at=at, status=words[0], status_user=words[1], status_scm=words[2])
        for number in range(first, first + count)
    )
    return Reading("sql", Topic.ORDERS, at, OrderBatch(lines, at - timedelta(seconds=1)), at)


def _line(number: int) -> OrderLine:
    product = CAMPAIGN.products[number % len(CAMPAIGN.products)]
    made = OPEN + timedelta(seconds=number // PER_SECOND)
    # serials of an hour have at most six digits, so later lines belong to later hours
    hour, serial = divmod(number, 1_000_000)
    code = f"240125{'LMN'[hour]}{serial:06d}"
    return OrderLine(
        f"TS{code}", f"TG{code}", CAMPAIGN.shop.id, product.page_id, 1, made, made, *PAID, amount=product.price
    )
