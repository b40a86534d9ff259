"""The table that `make bench` prints: what was measured, what it was held against, and whether it holds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from wcwidth import wcswidth

HEADS = ("measure", "evtui", "peer", "ratio or figure", "limit", "")
"""Heads of the columns; the last one, met or missed, speaks for itself."""


@dataclass(frozen=True)
class Row:
    """One line. `figure` is what the limit is for, as text; `met` is None where there is no limit or no figure."""

    measure: str
    ours: str = ""
    peer: str = ""
    figure: str = ""
    limit: str = ""
    met: bool | None = None
    raw: dict[str, float] = field(default_factory=dict)
    """The numbers behind it, for programs."""

    @property
    def cells(self) -> tuple[str, ...]:
        """What is printed."""
        verdict = {True: "met", False: "missed", None: ""}[self.met]
        return (self.measure, self.ours, self.peer, self.figure, self.limit, verdict)


def under(figure: float, limit: float) -> bool:
    """Whether a limit is met; a figure that is printed as the limit counts as it."""
    return round(figure, 3) <= limit


def plain(rows: Sequence[Row]) -> str:
    """Columns for a terminal."""
    lines = [HEADS, *(row.cells for row in rows)]
    widths = [max(wcswidth(line[column]) for line in lines) for column in range(len(HEADS))]
    return "\n".join(
        "  ".join(cell + " " * (width - wcswidth(cell)) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def markdown(rows: Sequence[Row]) -> str:
    """The same for a page."""
    lines = [HEADS, ("---",) * len(HEADS), *(row.cells for row in rows)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def as_json(rows: Sequence[Row], others: Sequence[float]) -> str:
    """Everything, with what others burnt of the machine in each window."""
    return json.dumps({"rows": [asdict(row) for row in rows], "others": list(others)}, ensure_ascii=False, indent=1)
