"""A terminal for tests: styled cells, wide characters, modes, and answers to the questions the framework asks.

Written without a look at the code under test, so that the two can contradict each other.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from unicodedata import east_asian_width

from wcwidth import wcwidth

_TOKEN = re.compile(
    r"\x1b\](?P<osc>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    r"|\x1b\[(?P<private>[<=>?]?)(?P<parameters>[0-9;]*)(?P<middle>[ !$]?)(?P<final>[@-~])"
    r"|(?P<control>[\x00-\x1a\x1c-\x1f])"
    r"|(?P<text>[^\x00-\x1f]+)"
)
_GROUND = {"38": "fore", "48": "back"}

Look = tuple[tuple[str, str], ...]
"""A style as sorted pairs: `("1", "on")` for attributes, `("fore", "31")` for colours, `("link", uri)`."""


def usual_width(char: str) -> int:
    """How wide most terminals draw a character."""
    return max(0, wcwidth(char))


def cjk_width(char: str) -> int:
    """How wide a terminal that is set up for old Chinese text draws a character."""
    return 2 if east_asian_width(char) == "A" and wcwidth(char) == 1 else usual_width(char)


@dataclass
class Terminal:
    """A screen without automatic wrap, as Textual asks for it."""

    columns: int
    rows: int
    width: Callable[[str], int] = usual_width
    modern: bool = False
    """Knows synchronized output and reports its size in-band."""
    background: str = "rgb:1e1e/1e1e/2e2e"
    """Its background colour; a terminal that says nothing of itself at all has none."""
    cells: list[list[tuple[str, Look]]] = field(default_factory=list)
    modes: set[int] = field(default_factory=lambda: {7, 25})
    title: str = ""
    keyboard: int = 0
    """How many times the keyboard protocol was pushed and not popped."""
    answers: str = ""
    """What the terminal has to say; whoever sends it empties it."""
    unknown: list[str] = field(default_factory=list)
    y: int = 0
    x: int = 0
    look: dict[str, str] = field(default_factory=dict)
    _edge: bool = False
    """The last column was written last: a mark still belongs to it."""
    _rest: str = ""

    def __post_init__(self) -> None:
        self.erase()

    def erase(self) -> None:
        self.cells = [[(" ", ())] * self.columns for _ in range(self.rows)]

    def resize(self, columns: int, rows: int) -> None:
        """Cuts or fills, as a terminal does in the alternate screen."""
        kept = [line[:columns] + [(" ", ())] * (columns - len(line)) for line in self.cells[:rows]]
        self.cells = kept + [[(" ", ())] * columns for _ in range(rows - len(kept))]
        self.columns, self.rows = columns, rows
        self.y, self.x = min(self.y, rows - 1), min(self.x, columns - 1)
        if 2048 in self.modes:
            self._report_size()

    @property
    def lines(self) -> list[str]:
        return ["".join(char for char, _ in line) for line in self.cells]

    @property
    def picture(self) -> list[list[tuple[str, Look]]]:
        """The cells as they are now."""
        return [line.copy() for line in self.cells]

    @property
    def state(self) -> tuple[object, ...]:
        """Everything that a later write could build on."""
        return self.cells, self.y, self.x, self.look

    def feed(self, data: str) -> None:
        data = self._rest + data
        at = 0
        while at < len(data):
            match = _TOKEN.match(data, at)
            if match is None:
                break  # the rest of a sequence is still to come
            at = match.end()
            if match["text"]:
                for char in match["text"]:
                    self._put(char)
            elif match["control"]:
                self._control(match["control"])
            elif match["osc"] is not None:
                self._command(match["osc"])
            else:
                self._sequence(match)
        self._rest = data[at:]
        assert len(self._rest) < 200, f"not understood: {self._rest[:40]!r}"

    def _put(self, char: str) -> None:
        width = self.width(char)
        line = self.cells[self.y]
        if width == 0:
            at = self.x if self._edge else self.x - 1
            if at > 0 and not line[at][0]:
                at -= 1
            if at >= 0:
                line[at] = (line[at][0] + char, line[at][1])
            return
        if width > self.columns:
            return
        if self.x + width > self.columns:
            self.x = self.columns - width
        look: Look = tuple(sorted(self.look.items()))
        if not line[self.x][0]:
            line[self.x - 1] = (" ", line[self.x - 1][1])
        after = self.x + width
        if after < self.columns and not line[after][0]:
            line[after] = (" ", line[after][1])
        line[self.x] = (char, look)
        if width == 2:
            line[self.x + 1] = ("", look)
        self.x = min(after, self.columns - 1)
        self._edge = after == self.columns

    def _control(self, char: str) -> None:
        self._edge = False
        if char == "\n":
            if self.y == self.rows - 1:
                del self.cells[0]
                self.cells.append([(" ", ())] * self.columns)
            else:
                self.y += 1
        elif char == "\r":
            self.x = 0
        elif char == "\b":
            self.x = max(0, self.x - 1)
        elif char != "\x07":
            self.unknown.append(repr(char))

    def _command(self, text: str) -> None:
        number, _, rest = text.partition(";")
        if number == "2":
            self.title = rest
        elif (number, rest) == ("11", "?") and self.background:
            self.answers += f"\x1b]11;{self.background}\x1b\\"
        elif number == "8":
            uri = rest.partition(";")[2]
            self.look.pop("link", None)
            if re.fullmatch("[!-~]{1,2000}", uri):
                self.look["link"] = uri

    def _sequence(self, match: re.Match[str]) -> None:
        private, parameters, middle, final = match["private"], match["parameters"], match["middle"], match["final"]
        numbers = [int(one or 0) for one in parameters.split(";")]
        if private == "?" and final in "hl" and not middle:
            self._switch(numbers, final == "h")
        elif middle == "$" and final == "p":
            known = {7, 25, 1004, 2004} | ({2026, 2048} if self.modern else set())
            state = 0 if numbers[0] not in known else 1 if numbers[0] in self.modes else 2
            self.answers += f"\x1b[?{numbers[0]};{state}$y"
        elif final == "u":
            self.keyboard += {">": 1, "<": -1}.get(private, 0)
        elif private or middle:
            self.unknown.append(match[0])
        elif final == "m":
            self._wear([str(number) for number in numbers])
        else:
            self._move(final, numbers[0], numbers[1] if len(numbers) > 1 else 1, match[0])

    def _switch(self, modes: list[int], on: bool) -> None:
        for mode in modes:
            if on:
                self.modes.add(mode)
            else:
                self.modes.discard(mode)
            if mode == 1049:
                self.erase()
            if mode == 2048 and on:
                self._report_size()

    def _report_size(self) -> None:
        self.answers += f"\x1b[48;{self.rows};{self.columns};{self.rows * 20};{self.columns * 10}t"

    def _move(self, final: str, first: int, second: int, raw: str) -> None:
        self._edge = False
        count = max(1, first)
        if final == "H":
            self.y, self.x = min(count, self.rows) - 1, min(max(1, second), self.columns) - 1
        elif final == "G":
            self.x = min(count, self.columns) - 1
        elif final == "C":
            self.x = min(self.x + count, self.columns - 1)
        elif final == "A":
            self.y = max(0, self.y - count)
        elif final == "K" and first in (0, 2):
            start = self.x if first == 0 else 0
            self.cells[self.y][start:] = [(" ", ())] * (self.columns - start)
        elif final == "n" and first == 6:
            self.answers += f"\x1b[{self.y + 1};{self.x + 1}R" if self.background else ""
        elif final == "c":
            self.answers += "\x1b[?62;22c" if self.background else ""
        elif final == "J" and first == 2:
            self.erase()
        else:
            self.unknown.append(raw)

    def _wear(self, codes: list[str]) -> None:
        off = {"22": "12", "23": "3", "24": "4", "25": "56", "27": "7", "28": "8", "29": "9"}
        while codes:
            code = codes.pop(0)
            if code == "0":
                self.look = {name: uri for name, uri in self.look.items() if name == "link"}
            elif code in _GROUND:
                count = {"5": 2, "2": 4}[codes[0]]
                self.look[_GROUND[code]] = ";".join(codes[:count])
                del codes[:count]
            elif code in off or code in ("39", "49"):
                for name in {"39": ["fore"], "49": ["back"], "24": ["4", "21"]}.get(code, list(off.get(code, ""))):
                    self.look.pop(name, None)
            elif len(code) == 1 or code == "21":
                self.look[code] = "on"
            elif len(code) in (2, 3) and code[:-1] in ("3", "4", "9", "10"):
                self.look["fore" if code[0] in "39" else "back"] = code
            else:
                self.unknown.append(f"style {code}")
