"""The box around a pane, with its name, its number and the age of its newest fact in the border."""

from __future__ import annotations

from collections.abc import Sequence

from evtui.tui.ambiguous import SIGNS
from evtui.tui.lines import BLANK, Line, exactly, restyle, width
from evtui.tui.look import Look

_ROUND = "╭─╮│╰╯"
_PLAIN = "+-+|++"


def frame(
    title: str,
    note: tuple[str, str],
    body: Sequence[Line],
    cells: int,
    rows: int,
    *,
    focused: bool = False,
    look: Look = Look(),
) -> list[Line]:
    """`body` in a box of `cells` × `rows`; `note` is (text, style) at the right of the upper border."""
    if cells < 4 or rows < 2:
        return [exactly(BLANK, cells)] * rows
    signs = _PLAIN if look.ascii_borders else _ROUND
    edge = "focus" if focused else "frame"
    if look.compact:
        lines = [_titled(title, note, cells, signs[1] * 3, edge)]
        lines += [exactly((*exactly(line, cells - 1), (" ", "")), cells) for line in body[: rows - 1]]
        lines += [exactly(BLANK, cells)] * (rows - len(lines))
    else:
        side, low_left, low_right = tuple(signs[3:])
        lines = [_titled(title, note, cells, signs[:3], edge)]
        for index in range(rows - 2):
            inner = exactly(body[index] if index < len(body) else BLANK, cells - 2)
            lines.append(exactly(((side, edge), *inner, (side, edge)), cells))
        lines.append(((low_left + signs[1] * (cells - 2) + low_right, edge),))
    return [plain_signs(line) for line in lines] if look.ascii_borders else lines


def _titled(title: str, note: tuple[str, str], cells: int, signs: str, edge: str) -> Line:
    """The upper border with the title at its left and the note at its right."""
    first, bar, last = tuple(signs)
    right: Line = ((f" {note[0]} ", note[1]), (last, edge)) if note[0] else ((last, edge),)
    name = f" {title} "
    room = cells - 1 - width(right)
    left = exactly(((name, "title"),), min(width(((name, ""),)), max(room - 1, 0)))
    rule = bar * max(room - width(left), 0)
    return exactly(((first, edge), *left, (rule, edge), *right), cells)


def plain_signs(line: Line) -> Line:
    """`line` with plain characters for the signs that painters draw with, each as wide as it was."""
    return tuple((text if text.isascii() else text.translate(SIGNS), style) for text, style in line)


def dimmed(body: Sequence[Line]) -> list[Line]:
    """The same lines with the colours gone: what a source that is late or silent said last. A selection stays seen."""
    return [line if any(style == "selected" for _, style in line) else restyle(line, "dim") for line in body]
