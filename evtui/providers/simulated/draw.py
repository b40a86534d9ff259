"""Chance that is the same on every machine: numbers drawn from names, and the two shapes they are bent into.

Inside this package time is whole milliseconds since the epoch: exact, cheap to compare, and free of float rounding.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import exp
from random import Random

try:
    # as `random` itself does: `hashlib` brings all of OpenSSL, a millisecond and the better part of a megabyte
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_ms(moment: datetime) -> int:
    """Milliseconds since the epoch, rounded down: what happens later in the same millisecond has not happened yet."""
    return (moment - _EPOCH) // _MILLISECOND


def to_moment(ms: int) -> datetime:
    """The aware UTC moment of a millisecond."""
    return _EPOCH + ms * _MILLISECOND


def uniform(*name: object) -> float:
    """A number in [0, 1) that belongs to this name; a tenth of the price of a generator of its own."""
    return int.from_bytes(_digest(name, 7)) / (1 << 56)


def hexadecimal(digits: int, *name: object) -> str:
    """So many hexadecimal digits that belong to this name."""
    return _digest(name, (digits + 1) // 2).hex()[:digits]


def _digest(name: tuple[object, ...], size: int) -> bytes:
    return blake2b("\x1f".join(map(str, name)).encode(), digest_size=size).digest()


def poisson(mean: float, chance: float) -> int:
    """How many arrivals a minute with this mean has, for a `chance` in [0, 1); means up to about 500."""
    count, term = 0, exp(-mean)
    total, most = term, 3 * mean + 50
    while chance > total and count < most:
        count += 1
        term *= mean / count
        total += term
    return count


class Noise:
    """A fixed table of numbers in [-1, 1): a look-up costs less than a draw, and history has thousands of points."""

    SIZE = 1024
    """Minutes until a machine's ripple repeats (17 hours); a power of two, so that an index is only masked."""

    def __init__(self, *name: object) -> None:
        random = Random("\x1f".join(map(str, name))).random
        self.table = tuple(random() * 2 - 1 for _ in range(self.SIZE))

    def run(self, first: int, count: int, stream: int) -> tuple[float, ...]:
        """The numbers of `count` minutes in a row; streams are a stretch of the table apart."""
        start = (first + stream * 389) & (self.SIZE - 1)
        repeats = (start + count) // self.SIZE + 1
        return (self.table * repeats)[start : start + count]

    def at(self, minute: int, stream: int) -> float:
        """The number of this minute in one of many streams."""
        return self.table[(minute * (2 * stream + 1) + stream * 389) & (self.SIZE - 1)]
