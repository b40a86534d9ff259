"""Figures out of many runs: percentiles, and ratios of pairs that were measured in turns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest rank: the smallest value that at least `percent` of a hundred do not exceed.

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("no values")
    return sorted(values)[max(0, math.ceil(percent / 100 * len(values)) - 1)]


@dataclass(frozen=True)
class Ratio:
    """Ratios of pairs: their median, the lowest and the highest."""

    middle: float
    lowest: float
    highest: float

    def __str__(self) -> str:
        return f"{self.middle:.2f} × ({self.lowest:.2f}–{self.highest:.2f})"


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> Ratio:
    """Ours over theirs, pair by pair."""
    each = [one / other for one, other in zip(ours, theirs, strict=True)]
    return Ratio(median(each), min(each), max(each))
