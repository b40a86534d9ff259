"""The minutes that graphs show, how they lie under each other, and what happened in them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from evtui.store.series import minute_of, moment_of
from evtui.text import one_line
from evtui.tui.ambiguous import cell_width, clip, fit
from evtui.tui.graphs import graph, per_cell
from evtui.tui.lines import Line
from evtui.tui.view import View

LABEL = 8
"""Cells that the word of a mark has at the least before the next one in its row."""


class Timeline(Struct, frozen=True):
    """A stretch of minutes that ends now, one or more of them a cell."""

    start: int
    """Minute since the epoch."""
    cells: int
    minutes: int
    """Minutes a cell."""

    @property
    def end(self) -> int:
        """The minute behind the last one."""
        return self.start + self.cells * self.minutes

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """Start and end."""
        return moment_of(self.start), moment_of(self.end)

    def column(self, moment: datetime) -> int | None:
        """The cell this moment lies in; None outside."""
        minute = minute_of(moment)
        return (minute - self.start) // self.minutes if self.start <= minute < self.end else None


class Happening(Struct, frozen=True):
    """Something that marks a moment."""

    at: datetime
    what: str
    by: str = ""
    """Who wrote it down, for a mark of somebody's; empty: it is part of the plan."""


def timeline(view: View, cells: int) -> Timeline:
    """The last minutes that this many cells show. Cells of several minutes begin at a multiple of them, so that a graph
    moves by whole cells only."""
    minutes = per_cell(view.look.graphs)
    end = -(-(minute_of(view.now) + 1) // minutes) * minutes
    return Timeline(end - cells * minutes, cells, minutes)


def happenings(view: View) -> list[Happening]:
    """Opening, close, promotions and the marks that people set, in order; what is of one moment in that order."""
    campaign = view.campaign
    found = [Happening(campaign.opens, "open"), Happening(campaign.closes, "close")]
    found += [Happening(each.at, one_line(each.what)) for each in campaign.promotions if each.at]
    found += [Happening(mark.at, one_line(mark.text) or "mark", mark.by) for mark in view.notebook.marks]
    return sorted(found, key=lambda each: each.at)


def picture(view: View, line: Timeline, history: Mapping[int, float], top: float, rows: int = 1) -> list[str]:
    """The graph of these minutes."""
    return graph([history.get(minute) for minute in range(line.start, line.end)], top, view.look.graphs, rows)


def beside(text: str, style: str, lead: int, row: str) -> Line:
    """One row of a graph behind its words; words longer than the lead cover the oldest minutes."""
    over = min(max(cell_width(text) + 1 - lead, 0), len(row)) if cell_width(text) > lead else 0
    return ((fit(text, lead + over), style), (row[over:], "graph"))


def labels(view: View, line: Timeline, most: int) -> list[str]:
    """What happened, under the minute it happened in, on as many rows as that takes, `most` at the most.

    Where one stands too close behind another for a word, it goes to the next row; behind the last row it is left out.
    """
    rows: list[list[tuple[int, str]]] = []
    for each in happenings(view):
        column = line.column(each.at)
        row = None if column is None else next((row for row in rows if column - row[-1][0] >= LABEL), None)
        if column is not None and row is not None:
            row.append((column, each.what))
        elif column is not None and len(rows) < most:
            rows.append([(column, each.what)])
    return [_labelled(row, line.cells) for row in rows]


def _labelled(marks: list[tuple[int, str]], cells: int) -> str:
    text = ""
    for (column, what), following in zip(marks, [column for column, _ in marks[1:]] + [cells], strict=True):
        text += " " * (column - cell_width(text)) + clip(f"┆{what}", following - column)
    return fit(text, cells)
