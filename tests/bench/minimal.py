"""The fewest bytes a simple encoder needs to turn one picture into another: what a program's traffic is held against.

The encoder writes changed cells only, in reading order, each the cheapest way from where it stands. It never scrolls
and never repeats, so it is an upper bound of the true minimum, and a close one for panes of text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bench.screen import Screen, width_of
from bench.styles import PLAIN, Style, changed, seen

Cell = tuple[str, Style]
Picture = tuple[tuple[Cell, ...], ...]
"""Cells as an eye sees them, line by line."""

_ERASE = 3
"""Bytes that erase the rest of a line."""


class _Pen(NamedTuple):
    """Where the encoder stands (-1: nobody knows), what it wears, and what it has spent."""

    y: int = -1
    x: int = -1
    style: Style = PLAIN
    cost: int = 0


def picture(screen: Screen) -> Picture:
    """What a screen shows now."""
    return tuple(tuple(map(seen, line)) for line in screen.cells)


def least(before: Picture, after: Picture) -> int:
    """Bytes that turn `before` into `after`, pictures of one size; 0 where nothing differs."""
    pen = _Pen()
    for y, (old, new) in enumerate(zip(before, after, strict=True)):
        if old == new:
            continue
        columns = [x for x, (one, other) in enumerate(zip(old, new, strict=True)) if one != other and other[0]]
        # half of a wide character differs where the whole does
        written = _written(pen, y, columns, new)
        erased = _erased(pen, y, columns, new)
        pen = min(written, erased, key=lambda each: each.cost) if erased else written
    return pen.cost


def _written(pen: _Pen, y: int, columns: Sequence[int], line: Sequence[Cell]) -> _Pen:
    """Every changed cell of a line written."""
    for x in columns:
        pen = _reached(pen, y, x, line)
        cost, style = changed(pen.style, line[x])
        char = line[x][0]
        after = x + width_of(char[0])
        # past the last column terminals disagree about where they stand
        pen = _Pen(y, after if after < len(line) else -1, style, pen.cost + cost + len(char.encode()))
    return pen


def _erased(pen: _Pen, y: int, columns: Sequence[int], line: Sequence[Cell]) -> _Pen | None:
    """The same with the blank end of the line erased, or None where the line has no such end."""
    blank = line[-1]
    if blank[0] != " " or blank[1].attributes:
        return None
    start = len(line)
    while start and line[start - 1] == blank:
        start -= 1
    inside = [x for x in columns if x >= start]
    if not inside:
        return None
    pen = _written(pen, y, [x for x in columns if x < start], line)
    pen = _reached(pen, y, inside[0], line)
    cost, style = changed(pen.style, blank)
    return _Pen(y, inside[0], style, pen.cost + cost + _ERASE)


def _reached(pen: _Pen, y: int, x: int, line: Sequence[Cell]) -> _Pen:
    """The pen at a place."""
    if (pen.y, pen.x) == (y, x):
        return pen
    ways = [len(f"\x1b[{y + 1};{x + 1}H") if x else len(f"\x1b[{y + 1}H")]
    if pen.x >= 0:
        ways.append(_vertical(pen.y, y) + _horizontal(pen.x, x))
        if y > pen.y:
            ways.append(2 * (y - pen.y) + _horizontal(0, x))
    between = line[pen.x : x] if pen.y == y and 0 <= pen.x < x else ()
    # cells that are there already may be written again where they need no other style
    if between and all(char and not changed(pen.style, (char, style))[0] for char, style in between):
        ways.append(sum(len(char.encode()) for char, _ in between))
    return pen._replace(y=y, x=x, cost=pen.cost + min(ways))


def _vertical(here: int, there: int) -> int:
    return 0 if here == there else _sequence(there - here)


def _horizontal(here: int, there: int) -> int:
    if there == 0:
        return min(1, here)
    if there > here:
        return _sequence(there - here)
    return min(here - there, _sequence(here - there))


def _sequence(count: int) -> int:
    """Length of a motion by `count`; one is not written."""
    return 3 if abs(count) == 1 else 3 + len(str(abs(count)))
