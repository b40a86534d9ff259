"""Tables whose columns are as wide as what stands in them: which of them fit, and rows folded where not all do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from evtui.tui.ambiguous import cell_width, fit
from evtui.tui.lines import Line, Run


class Column(Struct, frozen=True):
    """One column: what stands at its head and in each row, with its style."""

    head: str
    rows: tuple[Run, ...]
    width: int
    """Cells it takes, the blank in front of it included."""
    rank: int = 0
    """Where not all columns fit, those of the lowest rank do; 0 is always there."""
    left: bool = False
    """Whether it is aligned at the left: words are, figures are not."""

    def cell(self, row: int | None) -> Run:
        """What stands in a row, or with None at the head, blank in front and all."""
        text, style = (self.head, "dim") if row is None else self.rows[row]
        return (" " + fit(text, self.width - 1, right=not self.left), style)


def column(head: str, rows: Iterable[Run], rank: int = 0, *, left: bool = False, least: int = 0) -> Column:
    """A column as wide as what stands in it, and at least as wide as said, so that it does not grow and shrink with
    every figure."""
    held = tuple(rows)
    # of a thousand products many say the same
    width = 1 + max(least, *map(cell_width, {head, *(text for text, _ in held)}))
    return Column(head, held, width, rank, left)


def fitting(columns: Sequence[Column], cells: int) -> list[Column]:
    """The columns that there is room for, in the order they stand in."""
    taken = {index for index, column in enumerate(columns) if column.rank == 0}
    room = cells - sum(columns[index].width for index in taken)
    for index in sorted(range(len(columns)), key=lambda index: columns[index].rank):
        if index not in taken:
            if columns[index].width > room:
                break
            taken.add(index)
            room -= columns[index].width
    return [column for index, column in enumerate(columns) if index in taken]


def folding(columns: Sequence[Column], first: int, cells: int, indent: int) -> list[list[Column]]:
    """The columns on as many lines as they take; the first line has `first` cells taken, each other one `indent`."""
    lines: list[list[Column]] = [[]]
    used = first
    for column in columns:
        if used + column.width > cells and (lines[-1] or used > indent):
            lines.append([])
            used = indent
        lines[-1].append(column)
        used += column.width
    return lines


def row_of(columns: Sequence[Column], row: int | None) -> Line:
    """One row of these columns; None: their heads."""
    return tuple(column.cell(row) for column in columns)
