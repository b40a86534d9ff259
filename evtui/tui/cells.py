"""What the terminal shows, cell by cell, and the least that must be sent to make it show something else.

`CellScreen` reads what the framework would write. A frame of the compositor (moves, styles, text, nothing else) is
compared with the model, and only the cells that differ come out; everything else comes out as it went in. Whatever
could have changed the screen in a way the model cannot follow makes it forget all cells, so that the next frame is
sent in full.

A line that `glyphs.read` would not have taken apart goes out whole, or not at all when it is the very line that was
sent there last.

Pure: strings in, strings out. The memory is one screen of cells and the bytes last sent for each line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import compress, groupby
from operator import is_not, itemgetter

from evtui.tui import sgr
from evtui.tui.glyphs import Cell, Unclear, read, settle

SYNC_START = "\x1b[?2026h"
SYNC_END = "\x1b[?2026l"

BRIDGE = 4
"""Unchanged cells sent again rather than skipped: a jump takes four bytes."""

_Row = list[Cell | None]
"""The cells of a line; None is a cell whose content is not known."""
_Runs = tuple[tuple[int, str], ...]
"""What a frame writes to a line: column and raw text with styles, in order."""

_MOVE = re.compile(r"\x1b\[([1-9][0-9]{0,3});([1-9][0-9]{0,3})H")
_STYLE = re.compile(r"\x1b\[([0-9;]*)m")
_HARMLESS = re.compile(
    r"(?:\x07"  # bell
    r"|\x1b\](?:0|1|2|4|7|9|1[0-2]|22|52|104|11[0-2])(?:;[^\x07\x1b]*)?(?:\x07|\x1b\\)"  # titles, colours, clipboard
    r"|\x1b\[\?(?:1|7|9|12|25|100[0-7]|1015|1016|1034|2004|2026|2031|2048)[hl]"  # modes that leave the screen alone
    r"|\x1b\[\??[0-9;]*\$p|\x1b\[\??[0-9;]*n|\x1b\[[>=]?0?c|\x1b\[>0?q"  # questions
    r"|\x1b\[[<>=?][0-9;]*u"  # keyboard protocol
    r"|\x1b\[[0-6]? q"  # cursor shape
    r")+"
)
_character = itemgetter(0)
_style = itemgetter(1)


class _Pen:
    """Where the terminal writes next and in which style, and the bytes that brought it there."""

    __slots__ = ("out", "style", "sure", "x", "y")

    def __init__(self, style: str | None) -> None:
        self.out: list[str] = []
        self.y = self.x = -1
        self.style = style
        self.sure = True
        """Whether the column follows from the bytes alone, without a belief about the width of a character."""

    def go(self, y: int, x: int) -> None:
        if self.y == y and self.x >= 0 and self.sure and self.x <= x:
            gap = x - self.x
            if gap:
                self.out.append("\x1b[C" if gap == 1 else f"\x1b[{gap}C")
        elif self.y == y:
            self.out.append(f"\x1b[{x + 1}G" if x else "\r")
        elif x:
            self.out.append(f"\x1b[{y + 1};{x + 1}H")
        else:
            self.out.append(f"\x1b[{y + 1}H" if y else "\x1b[H")
        self.y, self.x, self.sure = y, x, True

    def wear(self, style: str) -> None:
        if style != self.style:
            self.out.append(sgr.change(self.style, style))
            self.style = style

    def put(self, cells: Sequence[Cell], end: int) -> None:
        """Writes `cells`, after which the cursor is in column `end`; -1 at the edge, where terminals differ."""
        for style, group in groupby(cells, _style):
            self.wear(style)
            text = "".join(map(_character, group))
            self.out.append(text)
            self.sure = self.sure and text.isascii()
        self.x = end
        if end < 0:
            self.sure = False


class CellScreen:
    """A model of the screen that turns writes into smaller writes with the same effect."""

    def __init__(self, columns: int = 0, rows: int = 0) -> None:
        self._columns = columns
        self._height = rows
        self._held: list[str] | None = None
        """Inside a synchronized update: what is to be sent at its end."""
        self._begun = False
        """Whether the start of the synchronized update has been sent."""
        self._painted = False
        self._style = ""
        """The style the terminal writes in, as far as anyone can tell."""
        self._doubt = 1
        """How many cells characters of ambiguous width take by the model."""
        self.invalidate()

    def resize(self, columns: int, rows: int) -> None:
        """Tells the size in cells; a new size forgets all cells."""
        if (columns, rows) != (self._columns, self._height):
            self._columns, self._height = columns, rows
            self.invalidate()

    def invalidate(self) -> None:
        """Forgets what the terminal shows: every cell that is written next is sent."""
        self._rows: list[_Row] = [[None] * self._columns for _ in range(self._height)]
        self._last: list[tuple[str, _Runs, str] | None] = [None] * self._height
        """Per line: style before, what was written to it last, style after."""
        self._cursor: tuple[int, int] | None = None
        self._certain = False
        """Whether the style was set by a sequence of ours, so that it need not be sent again."""

    def feed(self, data: str) -> str:
        """What must be sent now in place of `data`; inside a synchronized update nothing, until its end."""
        if data == SYNC_START and self._held is None:
            self._held, self._begun, self._painted = [], False, False
            return ""
        if data == SYNC_END and self._held is not None:
            out = "".join(self._held)
            if self._begun or self._painted:
                out = (out if self._begun else SYNC_START + out) + SYNC_END
            self._held = None
            return out
        out = self._frame(data) if _MOVE.match(data) else self._foreign(data)
        if self._held is None:
            return out
        if out:
            self._held.append(out)
        return ""

    def flush(self) -> str:
        """What was held back for the end of a synchronized update that is still open."""
        if not self._held:
            return ""
        out = "".join(self._held)
        if not self._begun:
            out = SYNC_START + out
        self._held, self._begun = [], True
        return out

    def _foreign(self, data: str) -> str:
        """`data` as it is; forgets the screen unless it is known to leave it alone."""
        if not _HARMLESS.fullmatch(data):
            self.invalidate()
            for at, piece in enumerate(sgr.linked(data) or [data]):
                if at % 2:
                    self._style = sgr.with_link(self._style, piece)
                for parameters in _STYLE.findall(piece):
                    self._style = sgr.apply(self._style, parameters) or sgr.link_of(self._style)
            self._painted = True
        return data

    def _frame(self, data: str) -> str:
        if (doubt := settle()) != self._doubt:
            self._doubt = doubt
            self.invalidate()
        data = sgr.relinked(data)
        # The first move of a frame is absolute: should the cursor have gone astray, this frame does not go with it.
        pen = _Pen(self._style if self._certain or sgr.link_of(self._style) else None)
        try:
            rest, style = self._paint(pen, data)
        except Unclear:
            return self._foreign(data)
        self._painted = self._painted or bool(pen.out)
        if self._certain or pen.style is not None or style != self._style:
            pen.wear(style)
        if pen.out or rest != self._cursor:
            pen.go(*rest)
        self._cursor, self._style, self._certain = rest, style, pen.style is not None
        return "".join(pen.out)

    def _paint(self, pen: _Pen, data: str) -> tuple[tuple[int, int], str]:
        """Draws a frame line by line; returns where the frame leaves the cursor, and in which style."""
        style = self._style
        y = x = -1
        runs: list[tuple[int, str]] = []
        pieces = iter(_MOVE.split(data)[1:])
        for row, column, text in zip(pieces, pieces, pieces, strict=True):
            if int(row) - 1 != y:
                style = self._line(pen, y, tuple(runs), style)
                y = int(row) - 1
                runs = []
            x = int(column) - 1
            if y >= self._height or x >= self._columns:
                raise Unclear
            if text:
                runs.append((x, text))
        if runs and text:
            raise Unclear  # a frame ends with a move; with text at its end, the cursor would be anyone's guess
        return (y, x), self._line(pen, y, tuple(runs), style)

    def _line(self, pen: _Pen, y: int, runs: _Runs, style: str) -> str:
        """Brings line `y` up to date; returns the style the frame has after it."""
        if not runs:
            return style
        last = self._last[y]
        if last and last[1] == runs and last[0] == style:
            return last[2]
        before = style
        parsed: list[tuple[int, list[Cell]]] = []
        whole = False
        for x, text in runs:
            if text[-1] == "\n":
                bare = text.rstrip("\n")
                if y + len(text) - len(bare) >= self._height:
                    raise Unclear  # it scrolls
                text = bare
            cells, style, apart = read(text, style)
            whole = whole or not apart or x + len(cells) > self._columns
            parsed.append((x, cells))
        if whole:
            self._whole(pen, y, runs, before, style)
        else:
            self._cells(pen, y, parsed)
        self._last[y] = (before, runs, style)
        return style

    def _whole(self, pen: _Pen, y: int, runs: _Runs, before: str, after: str) -> None:
        """Sends a line as it came."""
        self._rows[y] = [None] * self._columns
        pen.wear(before)
        for x, text in runs:
            pen.out.append(f"\x1b[{y + 1};{x + 1}H{text.rstrip(chr(10))}")
        pen.style = after
        pen.y, pen.x, pen.sure = -1, -1, False

    def _cells(self, pen: _Pen, y: int, parsed: list[tuple[int, list[Cell]]]) -> None:
        """Sends the cells of a line that differ."""
        old = self._rows[y]
        new = old.copy()
        for x, cells in parsed:
            _overwrite(new, x, cells)
        # most cells are the very same object as before: asked first, which takes half the time
        others = compress(range(self._columns), map(is_not, old, new))
        changed = [column for column in others if old[column] != new[column]]
        if not changed:
            return
        self._rows[y] = new
        for start, end in _spans(changed, new):
            pen.go(y, start)
            after = end
            if after < self._columns and (right := new[after]) and not right[0]:
                after += 1
            pen.put(new[start:end], after if after < self._columns else -1)  # type: ignore[arg-type]  # changed: known


def _overwrite(row: _Row, x: int, cells: list[Cell]) -> None:
    """Writes `cells` from column `x`; a wide character cut in half leaves a blank in its style, as terminals do."""
    end = x + len(cells)
    if x and cells and (cut := row[x]) and not cut[0]:
        row[x - 1] = (" ", cut[1])
    if cells and end < len(row) and (cut := row[end]) and not cut[0]:
        row[end] = (" ", cut[1])
    row[x:end] = cells


def _spans(changed: list[int], row: _Row) -> Iterator[tuple[int, int]]:
    """Stretches `[start, end)` to be sent; short gaps that need no other style are sent with them."""
    start = last = changed[0]
    for at in changed:
        if at > last + 1 and not _bridged(row, last, at):
            yield start, last + 1
            start = at
        last = at
    yield start, last + 1


def _bridged(row: _Row, last: int, at: int) -> bool:
    if at - last > BRIDGE + 1 or (before := row[last]) is None:
        return False
    return all(cell and cell[1] == before[1] and cell[0].isascii() for cell in row[last + 1 : at])
