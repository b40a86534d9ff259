"""Rows that one of can be chosen: which of them are in sight, and what the chosen one looks like."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from evtui.store.state import Health
from evtui.tui.ambiguous import cell_width
from evtui.tui.format import source_note
from evtui.tui.lines import Line, restyle
from evtui.tui.look import Pane

TITLE = 17
"""Cells of a border that the name of a pane, its corners and the sign before the age take."""


def place(keys: Sequence[str], pane: Pane) -> int:
    """Where the chosen row stands; -1 where none is chosen, or where it is gone."""
    return keys.index(pane.selected) if pane.selected and pane.selected in keys else -1


def in_sight(count: int, draw: Callable[[int], list[Line]], room: int, chosen: int) -> tuple[list[Line], int]:
    """The lines of the rows that fit into `room` lines, scrolled until the chosen one is seen; and how many fit whole.

    `draw` gives the lines of one row, one at the least; it is asked only for rows that may be seen. A row that is
    taller than the room is cut.
    """
    draw, room = cache(draw), max(room, 0)
    first = max(chosen, 0)
    if chosen >= 0:
        room_above = room - len(draw(chosen))
        while first > 0 and (room_above := room_above - len(draw(first - 1))) >= 0:
            first -= 1
    lines: list[Line] = []
    whole = 0
    for index in range(first, count):
        row = draw(index)
        if lines and len(lines) + len(row) > room:
            break
        whole += len(row) <= room
        lines += [restyle(row[0], "selected"), *row[1:]] if index == chosen else row
    return lines[:room], whole


def ordered_by(pane: Pane, usual: str) -> str:
    """What the border says about an order of the rows that is not the usual one."""
    return f"by {pane.sort}" if pane.sort and pane.sort != usual else ""


def said(parts: Sequence[str], health: Health, cells: int) -> str:
    """The parts that say anything, in one note that has room in the border of a pane beside its name and its age.

    The parts that matter most come first: those behind are left out where there is no room.
    """
    room = cells - TITLE - cell_width(source_note(health)[0])
    held = [part for part in parts if part]
    while held and cell_width(_JOINT.join(held)) > room:
        held.pop()
    return _JOINT.join(held)


_JOINT = " · "
