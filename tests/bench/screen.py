"""What a terminal shows: cells, cursor and modes, as the bytes of a program leave them."""

from __future__ import annotations

import codecs
import re
from functools import cache

from wcwidth import wcwidth

from bench.styles import PLAIN, Style, worn

Cell = tuple[str, Style]
"""A character with its marks, and how it is drawn; the right half of a wide character holds no text."""

BLANK: Cell = (" ", PLAIN)
"""A cell nobody has written to."""

_TOKEN = re.compile(
    r"(?P<text>[^\x00-\x1f\x7f]+)"
    r"|\x1b\[(?P<mark>[<=>?]?)(?P<numbers>[\d:;]*)(?P<middle>[ -/]*)(?P<final>[@-~])"
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"
    r"|\x1b[PX^_](?:[^\x1b]|\x1b(?!\\))*\x1b\\"
    r"|\x1b[ -/]+[0-~]"
    r"|\x1b(?P<plain>[0-OQ-WYZ`-~])"
    r"|(?P<control>[\x00-\x1a\x1c-\x1f\x7f])"
)
_BEGUN = re.compile(r"\x1b(?:\[[<=>?]?[\d:;]*[ -/]*|\][^\x07\x1b]*\x1b?|[PX^_][\s\S]*|[ -/]*)?\Z")
"""A sequence whose end is still to come."""

_ALTERNATE = frozenset((47, 1047, 1049))
"""Modes that turn to a screen of their own, and back."""

_WRAP = 7
"""The mode in which a full line goes on in the next one."""


@cache
def width_of(char: str) -> int:
    """Cells a character takes."""
    return max(0, wcwidth(char))


class Screen:
    """A screen of `columns` by `rows`, fed with bytes however they were cut."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self.cells = [[BLANK] * columns for _ in range(rows)]
        self.modes = {_WRAP, 25}
        """Private modes that are on."""
        self.keyboard = 0
        """How often the keyboard protocol was pushed and not popped."""
        self.y = self.x = 0
        self.style = PLAIN
        self._edge = False
        """The last column was written last: the next character goes to the next line."""
        self._top, self._bottom = 0, rows - 1
        self._saved = (0, 0, PLAIN)
        self._main: list[list[Cell]] | None = None
        """The main screen's cells while the other one is shown."""
        self._last = " "
        self._rest = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, data: bytes) -> None:
        """Show what `data` says."""
        text, at = self._rest + self._decoder.decode(data), 0
        self._rest = ""
        while at < len(text):
            if match := _TOKEN.match(text, at):
                at = match.end()
                self._take(match)
            elif _BEGUN.match(text, at):
                self._rest = text[at:]
                return
            else:
                at += 1

    def lines(self) -> list[str]:
        """The text of every line, blanks at its end left out."""
        return ["".join(char for char, _ in line).rstrip() for line in self.cells]

    def _take(self, match: re.Match[str]) -> None:
        if text := match["text"]:
            for char in text:
                self._put(char)
        elif control := match["control"]:
            self._control(control)
        elif plain := match["plain"]:
            self._escape(plain)
        elif match["final"]:
            self._sequence(match)

    def _put(self, char: str) -> None:
        width = width_of(char)
        if width == 0:
            self._join(char)
            return
        if self.x + width > self.columns or self._edge:
            if _WRAP in self.modes:
                self.x = 0
                self._down()
            else:
                self.x = self.columns - width
        self._edge = False
        self._fill(self.y, self.x, self.x + width, (char, self.style))
        if width == 2:
            self.cells[self.y][self.x + 1] = ("", self.style)
        self.x += width
        self._last = char
        if self.x >= self.columns:
            self.x, self._edge = self.columns - 1, True

    def _join(self, mark: str) -> None:
        line, at = self.cells[self.y], self.x if self._edge else self.x - 1
        if at > 0 and not line[at][0]:
            at -= 1
        if at >= 0:
            line[at] = (line[at][0] + mark, line[at][1])

    def _fill(self, y: int, start: int, end: int, cell: Cell) -> None:
        """Overwrite cells; halves of wide characters that stay behind turn blank."""
        line = self.cells[y]
        if start and start < self.columns and not line[start][0]:
            line[start - 1] = (" ", line[start - 1][1])
        if end < self.columns and not line[end][0]:
            line[end] = (" ", line[end][1])
        line[start:end] = [cell] * (min(end, self.columns) - start)

    def _control(self, char: str) -> None:
        if char in "\n\v\f":
            self._down()
        elif char == "\r":
            self.x, self._edge = 0, False
        elif char == "\b":
            self.x, self._edge = max(0, self.x - 1), False
        elif char == "\t":
            self.x = min(self.columns - 1, self.x // 8 * 8 + 8)

    def _escape(self, char: str) -> None:
        if char == "7":
            self._saved = (self.y, self.x, self.style)
        elif char == "8":
            self.y, self.x, self.style = self._saved
        elif char in "DE":
            self._down()
            self.x = 0 if char == "E" else self.x
        elif char == "M":
            if self.y == self._top:
                self._scroll(-1)
            else:
                self.y = max(0, self.y - 1)

    def _down(self) -> None:
        if self.y == self._bottom:
            self._scroll(1)
        elif self.y < self.rows - 1:
            self.y += 1

    def _scroll(self, count: int, top: int | None = None) -> None:
        """Move lines from `top` to the lower margin up by `count`, or down where it is negative."""
        first, past = self._top if top is None else top, self._bottom + 1
        part, new = (
            self.cells[first:past],
            [[self._void()] * self.columns for _ in range(min(abs(count), past - first))],
        )
        self.cells[first:past] = part[len(new) :] + new if count > 0 else new + part[: len(part) - len(new)]

    def _void(self) -> Cell:
        return (" ", PLAIN._replace(back=self.style.back))

    def _sequence(self, match: re.Match[str]) -> None:
        mark, final = match["mark"], match["final"]
        if match["middle"]:
            return
        if final == "m" and not mark:
            self.style = worn(self.style, match["numbers"])
            return
        numbers = [int(each or 0) for each in re.split("[:;]", match["numbers"])]
        if mark == "?" and final in "hl":
            self._switch(numbers, final == "h")
        elif final == "u" and mark:
            self.keyboard += {">": 1, "<": -max(1, numbers[0])}.get(mark, 0)
        elif not mark and not self._move(final, numbers):
            self._edit(final, numbers[0])

    def _switch(self, modes: list[int], on: bool) -> None:
        for mode in modes:
            (self.modes.add if on else self.modes.discard)(mode)
            if mode in _ALTERNATE and on and self._main is None:
                self._main, self._saved = self.cells, (self.y, self.x, self.style)
                self.cells = [[BLANK] * self.columns for _ in range(self.rows)]
            elif mode in _ALTERNATE and not on and self._main is not None:
                self.cells, self._main = self._main, None
                self.y, self.x, self.style = self._saved

    def _move(self, final: str, numbers: list[int]) -> bool:
        """Whether it was a motion."""
        count = max(1, numbers[0])
        second = max(1, numbers[1]) if len(numbers) > 1 else 1
        y, x = self.y, self.x
        places = {
            "H": (count - 1, second - 1),
            "f": (count - 1, second - 1),
            "A": (y - count, x),
            "B": (y + count, x),
            "e": (y + count, x),
            "C": (y, x + count),
            "a": (y, x + count),
            "D": (y, x - count),
            "E": (y + count, 0),
            "F": (y - count, 0),
            "G": (y, count - 1),
            "`": (y, count - 1),
            "d": (count - 1, x),
        }
        if final == "r":
            bottom = second if len(numbers) > 1 and numbers[1] else self.rows
            self._top, self._bottom = count - 1, min(bottom, self.rows) - 1
            places["r"] = (0, 0)
        if final not in places:
            return False
        y, x = places[final]
        self.y, self.x = min(max(y, 0), self.rows - 1), min(max(x, 0), self.columns - 1)
        self._edge = False
        return True

    def _edit(self, final: str, number: int) -> None:
        count, end = max(1, number), self.columns
        line = self.cells[self.y]
        if final == "K":
            spans = {0: (self.x, end), 1: (0, self.x + 1)}
            self._fill(self.y, *spans.get(number, (0, end)), self._void())
        elif final == "J":
            self._erase(number)
        elif final == "X":
            self._fill(self.y, self.x, min(self.x + count, end), self._void())
        elif final == "@":
            self.cells[self.y] = [*line[: self.x], *[self._void()] * count, *line[self.x :]][:end]
        elif final == "P":
            kept = [*line[: self.x], *line[self.x + count :]]
            self.cells[self.y] = [*kept, *[self._void()] * (end - len(kept))]
        elif final in "LM" and self._top <= self.y <= self._bottom:
            self._scroll(count if final == "M" else -count, self.y)
        elif final in "ST":
            self._scroll(count if final == "S" else -count)
        elif final == "b":
            for _ in range(min(count, end)):
                self._put(self._last)
        elif final in "su":
            self._escape("7" if final == "s" else "8")

    def _erase(self, number: int) -> None:
        spans = {0: range(self.y + 1, self.rows), 1: range(self.y)}
        for y in spans.get(number, range(self.rows)):
            self.cells[y] = [self._void()] * self.columns
        if number in spans:
            self._edit("K", number)
