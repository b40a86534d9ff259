"""Order codes of the simulated shop: each kind counts on its own within the hour, and other shops count along."""

from __future__ import annotations

from evtui.domain.campaign import Campaign
from evtui.domain.codes import make_code
from evtui.providers.simulated.draw import HOUR, to_moment, uniform
from evtui.providers.simulated.rhythm import Rhythm

_OTHER_SHOPS = {"G": 430.0, "M": 520.0, "S": 940.0}
"""Codes an hour the platform's other shops use up, by the kind's last letter: why serials have gaps and differ."""


class Codebook:
    """Hands out codes; must be asked in time order."""

    def __init__(self, campaign: Campaign, seed: int, rhythm: Rhythm) -> None:
        self._zone = campaign.zone
        self._seed = seed
        self._rhythm = rhythm
        prefixes = campaign.code_prefixes
        self._prefixes = tuple(
            next((each for each in prefixes if each.endswith(kind)), f"T{kind}") for kind in _OTHER_SHOPS
        )
        self._hour = -1
        self._heads: tuple[str, ...] = ()
        self._first: tuple[int, ...] = ()
        self._own = [0, 0, 0]

    def group(self, at: int) -> tuple[str, str]:
        """A TG code and a TM code for an order made at this moment."""
        return self._next(at, 0), self._next(at, 1)

    def line(self, at: int) -> str:
        """A TS code for one line of it."""
        return self._next(at, 2)

    def _next(self, at: int, kind: int) -> str:
        hour, into = divmod(at + self._rhythm.offset(at), HOUR)
        if hour != self._hour:
            self._turn(at, hour)
        self._own[kind] += 1
        others = int(into / HOUR * tuple(_OTHER_SHOPS.values())[kind])
        return f"{self._heads[kind]}{self._first[kind] + self._own[kind] + others:0{6 if kind == 2 else 5}d}"

    def _turn(self, at: int, hour: int) -> None:
        """Begin an hour: a new letter, and every count from near the start again."""
        self._hour = hour
        moment = to_moment(at)
        codes = (make_code(prefix, moment, 0, self._zone) for prefix in self._prefixes)
        self._heads = tuple(str(code).removesuffix(code.serial) for code in codes)
        self._first = tuple(int(uniform(self._seed, "serial", hour, kind) * 12) for kind in range(3))
        self._own = [0, 0, 0]
