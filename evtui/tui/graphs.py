"""Graphs made of characters: blocks, braille dots, or plain ASCII.

A gap stays a gap, and a zero is not one: it keeps the lowest mark. Each row of a graph is one string, so that it can be
one run of one style.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from evtui.report.figures import known
from evtui.tui.look import Graphs

_RAMPS = {Graphs.BLOCK: " ▁▂▃▄▅▆▇█", Graphs.ASCII: " _.:-=+*#"}
"""One character a height, nothing first."""

_LEFT, _RIGHT = (0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08)
"""Braille dots of the left and the right half of a cell, from below."""

_BRAILLE = 0x2800


def per_cell(kind: Graphs) -> int:
    """How many values one cell shows."""
    return 2 if kind is Graphs.BRAILLE else 1


def spark(values: Sequence[float | None], top: float, kind: Graphs = Graphs.BLOCK) -> str:
    """A graph of one row, from 0 to `top`."""
    return graph(values, top, kind)[0]


def graph(values: Sequence[float | None], top: float, kind: Graphs = Graphs.BLOCK, rows: int = 1) -> list[str]:
    """A graph of `rows` rows from the top down, each of one cell for every `per_cell` values.

    None is a gap. Without a top there is nothing to measure by, and nothing is drawn.
    """
    steps = (4 if kind is Graphs.BRAILLE else 8) * rows
    heights = _heights(values, known(top) or 0.0, steps)
    if kind is Graphs.BRAILLE:
        heights += [0] * (len(heights) % 2)
        return [_dots(heights, 4 * row) for row in reversed(range(rows))]
    ramp = _RAMPS[kind]
    return ["".join(ramp[max(0, min(8, height - 8 * row))] for height in heights) for row in reversed(range(rows))]


def _heights(values: Sequence[float | None], top: float, steps: int) -> list[int]:
    """Each value in steps, 1 at the least; 0 is a gap."""
    if top <= 0:
        return [0] * len(values)
    if known(_sum(values)) is None:  # some of them are no numbers
        values = [known(value) for value in values]
    shares = (None if value is None else max(0.0, min(value / top, 1.0)) for value in values)
    return [0 if share is None else max(1, round(steps * share)) for share in shares]


def _sum(values: Sequence[float | None]) -> float:
    """Of all that are known; finite only where each of them is."""
    try:
        return sum(value for value in values if value is not None)
    except OverflowError:
        return math.inf


def _dots(heights: list[int], below: int) -> str:
    """One row of braille: what of each pair of heights lies above `below`."""
    cells = []
    for left, right in zip(heights[::2], heights[1::2], strict=True):
        dots = sum(_LEFT[: max(0, left - below)]) + sum(_RIGHT[: max(0, right - below)])
        cells.append(chr(_BRAILLE + dots) if dots else " ")
    return "".join(cells)
