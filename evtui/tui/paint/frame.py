"""The box around a pane, with its name, its number and the age of its newest fact in the border."""

from __future__ import annotations

from collections.abc import Sequence

from evtui.tui.lines import BLANK, Line, exactly, restyle, width

_ROUND = "╭─╮│╰╯"


def frame(
    title: str,
    note: tuple[str, str],
    body: Sequence[Line],
    cells: int,
    rows: int,
    *,
    focused: bool = False,
) -> list[Line]:
    """`body` in a box of `cells` × `rows`; `note` is (text, style) at the right of the upper border."""
    if cells < 4 or rows < 2:
        return [exactly(BLANK, cells)] * rows
    top_left, bar, top_right, side, low_left, low_right = tuple(_ROUND)
    edge = "focus" if focused else "frame"
    name = f" {title} "
    right: Line = ((f" {note[0]} ", note[1]), (top_right, edge)) if note[0] else ((top_right, edge),)
    room = cells - 2 - width(right)
    left = exactly(((name, "title"),), min(width(((name, ""),)), max(room, 0)))
    rule = bar * max(cells - 2 - width(left) - width(right) + 1, 0)
    lines: list[Line] = [exactly(((top_left, edge), *left, (rule, edge), *right), cells)]
    for index in range(rows - 2):
        inner = exactly(body[index] if index < len(body) else BLANK, cells - 2)
        lines.append(exactly(((side, edge), *inner, (side, edge)), cells))
    lines.append(((low_left + bar * (cells - 2) + low_right, edge),))
    return lines


def dimmed(body: Sequence[Line]) -> list[Line]:
    """The same lines with the colours gone: what a source that is late or silent said last. A selection stays seen."""
    return [line if any(style == "selected" for _, style in line) else restyle(line, "dim") for line in body]
