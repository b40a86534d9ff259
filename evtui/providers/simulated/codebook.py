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
        self._rates = tuple(_OTHER_SHOPS.values())
        self._hour = -1
        self._heads: tuple[str, ...] = ()
        self._first: tuple[int, ...] = ()
        self._orders = self._lines = 0

    def order(self, at: int, lines: int) -> tuple[str, str, list[str]]:
        """Codes of an order made at this moment: its TG, its TM, and a TS for each of its lines."""
        hour, into = divmod(at + self._rhythm.offset(at), HOUR)
        if hour != self._hour:
            self._turn(at, hour)
        self._orders += 1
        self._lines += lines
        share = into / HOUR
        group, main, slave = (first + int(rate * share) for first, rate in zip(self._first, self._rates, strict=True))
        tg_head, tm_head, ts_head = self._heads
        last = slave + self._lines
        ts_codes = [f"{ts_head}{serial:06d}" for serial in range(last - lines + 1, last + 1)]
        return f"{tg_head}{group + self._orders:05d}", f"{tm_head}{main + self._orders:05d}", ts_codes

    def _turn(self, at: int, hour: int) -> None:
        """Begin an hour: a new letter, and every count from near the start again."""
        self._hour = hour
        moment = to_moment(at)
        codes = (make_code(prefix, moment, 0, self._zone) for prefix in self._prefixes)
        self._heads = tuple(str(code).removesuffix(code.serial) for code in codes)
        self._first = tuple(kind * 17 + int(uniform(self._seed, "serial", hour, kind) * 12) for kind in range(3))
        self._orders = self._lines = 0
