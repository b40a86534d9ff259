"""Lines of styled text, before any toolkit: what painters make and widgets draw.

A line is a tuple of runs (text, style name). Few runs and few styles a line: on a slow link every one of them is paid
for. Widths are cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from evtui.tui.ambiguous import cell_width, clip

Run = tuple[str, str]
Line = tuple[Run, ...]

BLANK: Line = ()

_BREAKS = {ord(mark): " " for mark in "\n\t"}
"""White space that text may keep and a row of cells may not: each takes one cell."""


def plain(line: Line) -> str:
    """The text of a line."""
    return "".join(text for text, _ in line)


def width(line: Line) -> int:
    """Cells a line takes."""
    return sum(cell_width(text) for text, _ in line)


def exactly(line: Line, cells: int, style: str = "") -> Line:
    """`line` cut or padded to exactly `cells`; neighbouring runs of one style are joined."""
    runs: list[Run] = []
    used = 0
    for text, name in line:
        if not text.isprintable():
            text = text.translate(_BREAKS)
        size = cell_width(text)
        if used + size > cells:
            text = clip(text, cells - used)
            size = cell_width(text)
        if text:
            if runs and runs[-1][1] == name:
                runs[-1] = (runs[-1][0] + text, name)
            else:
                runs.append((text, name))
            used += size
        if used >= cells:
            break
    if used < cells:
        padding = " " * (cells - used)
        if runs and runs[-1][1] == style:
            runs[-1] = (runs[-1][0] + padding, style)
        else:
            runs.append((padding, style))
    return tuple(runs)


def folded(line: Line, cells: int) -> list[Line]:
    """`line` on as many lines as it takes in `cells`, one at the least: for sentences whose end matters."""
    lines: list[list[Run]] = [[]]
    room = cells
    for raw, style in line:
        text = raw.translate(_BREAKS)
        while text and cells > 1:
            part = clip(text, room, "")
            lines[-1].append((part, style))
            text, room = text[len(part) :], room - cell_width(part)
            if text:
                lines.append([])
                room = cells
    return [tuple(runs) for runs in lines]


def at_most(line: Line, cells: int, rows: int) -> list[Line]:
    """`line` folded to at most `rows` lines; where there is more of it, the last one says so."""
    lines = folded(line, cells)
    if len(lines) <= rows:
        return lines
    cut = clip("".join(map(plain, lines[rows - 1 :])), cells)
    return [*lines[: rows - 1], ((cut, lines[rows - 1][-1][1]),)]


def wrapped(line: Line, cells: int) -> list[Line]:
    """`line`, of one style, broken between words: what follows stands two cells in from where it began."""
    if width(line) <= cells or len({style for _, style in line}) > 1:
        return folded(line, cells)
    text, style = plain(line), line[0][1]
    blank = " " * min(len(text) - len(text.lstrip()), cells // 3)
    rows: list[str] = []
    row = blank
    for word in text.split():
        begun = row.strip() != ""
        if begun and cell_width(row) + 1 + cell_width(word) > cells:
            rows.append(row)
            row = f"{blank}  {word}"
        else:
            row += f" {word}" if begun else word
    return [part for each in (*rows, row) for part in folded(((each, style),), cells)]


def restyle(line: Line, style: str) -> Line:
    """The whole line in one style: a selected row, or a pane whose source is late."""
    return ((plain(line), style),)


def spread(left: Line, right: Line, cells: int) -> Line:
    """`left` at the left and `right` at the right end of `cells`; the left side gives way."""
    room = cells - width(right)
    if room <= 0:
        return exactly(right, cells)
    return exactly((*exactly(left, room), *right), cells)


def block(lines: Sequence[Line], cells: int, rows: int) -> list[Line]:
    """Exactly `rows` lines of exactly `cells`; what does not fit is left out."""
    shown = [exactly(line, cells) for line in lines[:rows]]
    return shown + [exactly(BLANK, cells)] * (rows - len(shown))


def text_of(lines: Iterable[Line]) -> str:
    """Lines as plain text, without trailing blanks, ending in one newline."""
    return "\n".join(plain(line).rstrip() for line in lines).rstrip("\n") + "\n"
