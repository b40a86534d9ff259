"""The proof: whatever happens to the screen, its cells are those of a screen that was painted as a whole just now.

`EVTUI_PROOF_SECONDS` has it go on for so many seconds, on larger screens.
"""

from __future__ import annotations

import os
import time
from typing import ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from rich.style import Style
from screen_painter import Layer, Line, Painter, Run
from terminal_model import Terminal, cjk_width, usual_width
from textual.geometry import Region

from evtui.tui import ambiguous
from evtui.tui.cells import SYNC_END, SYNC_START, CellScreen

SECONDS = float(os.environ.get("EVTUI_PROOF_SECONDS", "0"))
LARGE = bool(SECONDS)

PLAIN = (
    "a",
    "evtui",
    "TS240125L000001",
    "  ",
    "12:30:05",
    "-1",
    "x" * 30,
    "│",
    "╭──╮",
    "▁▂▃▄",
    "▐",
    "·",
    "×2",
    "Δ",
    "…",
)
WIDE = ("茉莉奶绿", "电子", "（二人）", "Ａ", "、", "券")
DOUBTFUL = ("Ж", "Привет", "αβγ", "★", "①②", "№", "℃", "“q”", "Я\u0306", "⠿", "✓", "\u2588")
DISPUTED = ("é", "cafe\u0301", "ｱ", "🍓", "👍", "𠮷", "✅", "א", "ابت", "\ue0b0")
ADDRESSES = ("https://a.example/1", "https://a.example/2", "https://b.example/" + "x" * 40, "https://c.example/\n")

words = st.one_of(*map(st.sampled_from, (PLAIN, WIDE, DOUBTFUL, PLAIN, WIDE, DISPUTED)))
colours = st.none() | st.sampled_from(["red", "bright_black", "color(130)", "#ff8800", "#0000ff", "default"])
attributes = st.sampled_from(["", "bold", "dim", "bold dim", "italic", "underline", "reverse", "strike", "underline2"])
# more often plain than not, as screens are
style_parts = st.tuples(colours, colours, attributes, st.none() | st.none() | st.sampled_from(ADDRESSES))


def _style(parts: tuple[str | None, str | None, str, str | None]) -> Style:
    colour, ground, names, link = parts
    # never one of the toolkit's shared styles: these remember the colours of the first terminal they were drawn for
    on = dict.fromkeys(names.split(), True).get
    return Style(
        color=colour,
        bgcolor=ground,
        link=link,
        bold=on("bold"),
        dim=on("dim"),
        italic=on("italic"),
        underline=on("underline"),
        reverse=on("reverse"),
        strike=on("strike"),
        underline2=on("underline2"),
    )


styles = st.none() | style_parts.map(_style)
runs = st.tuples(words, styles)
lines: st.SearchStrategy[Line] = st.lists(runs, max_size=4).map(tuple)
sizes = st.tuples(st.integers(1, 40 if LARGE else 16), st.integers(1, 10 if LARGE else 4))
corners = st.tuples(st.integers(-3, 35 if LARGE else 14), st.integers(-2, 9 if LARGE else 3))
extents = st.tuples(st.integers(1, 20 if LARGE else 8), st.integers(1, 6 if LARGE else 3))
changes = st.lists(st.tuples(st.integers(0, 9), lines), min_size=1, max_size=4)
HARMLESS = ("\x07", "\x1b]2;title\x07", "\x1b]52;c;aGk=\x07", "\x1b[?25l", "\x1b[?1000l", "\x1b[?2048$p")
FOREIGN = (
    "wrote over it\r\n",
    "\x1b[2J",
    "\x1b[3;3H茉\x1b[7m!",
    "\x1b[2;2H\x1b[31;4mx",
    "\n\n\n",
    "\x1b[1;1H\x1b[K",
    "\x1b]8;;http://f\x07x",
)


class Screens(RuleBasedStateMachine):
    """A launch day in an arbitrary order."""

    steps: ClassVar[int] = 0
    examples: ClassVar[int] = 0

    @initialize(
        size=sizes,
        split=st.integers(1, 30),
        system=st.sampled_from(["truecolor", "256", "standard"]),
        doubles=st.booleans(),
        modern=st.booleans(),
        known=st.sampled_from([True, True, True, False]),
        first=st.lists(lines, min_size=2, max_size=24),
    )
    def start(
        self,
        size: tuple[int, int],
        split: int,
        system: str,
        doubles: bool,
        modern: bool,
        known: bool,
        first: list[Line],
    ) -> None:
        Screens.examples += 1
        ambiguous.set_width(2 if doubles and known else 1)
        self.split = split
        self.modern = modern
        self.doubles = doubles
        self.painter = Painter(*size, system)
        self.terminal, self.stock = self.fresh(), self.fresh()
        self.screen = CellScreen(*size)
        self.arrange()
        for at, line in enumerate(first):
            self.painter.layers[at % 2].lines[at // 2] = line
        self.write("\x1b[?1049h")
        self.show_all()

    def teardown(self) -> None:
        ambiguous.set_width(1)

    def fresh(self) -> Terminal:
        width = cjk_width if self.doubles else usual_width
        return Terminal(self.painter.columns, self.painter.rows, width, modern=self.modern)

    def arrange(self) -> None:
        """The lowest layers side by side, as large as the screen; what is above them stays."""
        left = min(self.split, self.painter.columns)
        rows = self.painter.rows
        regions = Region(0, 0, left, rows), Region(left, 0, self.painter.columns - left, rows)
        if self.painter.layers:
            for layer, region in zip(self.painter.layers, regions, strict=False):
                layer.region = region
        else:
            self.painter.layers += [Layer(region) for region in regions]

    def write(self, data: str) -> None:
        """What a driver does with what the toolkit writes."""
        self.screen.resize(self.painter.columns, self.painter.rows)
        self.terminal.feed(self.screen.feed(ambiguous.sent(data)))
        self.stock.feed(ambiguous.sent(data))

    def frame(self, data: str, *, whole: bool = True) -> None:
        for part in (SYNC_START, data, SYNC_END) if self.modern else (data,):
            if part:
                self.write(part)
        self.check(whole=whole)

    def show_all(self) -> None:
        self.frame(self.painter.full())

    def meanwhile(self, data: str) -> None:
        """Something else writes to the terminal."""
        for terminal in (self.terminal, self.stock):
            terminal.feed(data)

    def grow(self, size: tuple[int, int]) -> None:
        self.painter.columns, self.painter.rows = size
        for terminal in (self.terminal, self.stock):
            terminal.resize(*size)

    def check(self, *, whole: bool = True) -> None:
        """As if every byte had been sent, and as if everything were painted now."""
        Screens.steps += 1
        if self.doubles != (ambiguous.width() == 2):
            return  # before the terminal has said how wide it draws, nothing can be right that is of ambiguous width
        assert self.terminal.lines == self.stock.lines
        assert self.terminal.cells == self.stock.cells
        if whole:
            anew = self.fresh()
            anew.feed(ambiguous.sent(self.painter.full()))
            assert self.terminal.lines == anew.lines
            assert self.terminal.cells == anew.cells
            assert not self.terminal.unknown

    @rule(pane=st.integers(0, 1), changed=changes)
    def tick(self, pane: int, changed: list[tuple[int, Line]]) -> None:
        layer = self.painter.layers[pane]
        regions = []
        for y, line in changed:
            row = y % self.painter.rows
            layer.lines[row] = line
            regions.append(Region(layer.region.x, row, layer.region.width, 1))
        self.frame(self.painter.partial(regions))

    @rule(
        pane=st.integers(0, 1),
        edits=st.lists(st.tuples(st.integers(0, 11), st.integers(0, 4), runs), min_size=1, max_size=4),
    )
    def figures(self, pane: int, edits: list[tuple[int, int, Run]]) -> None:
        """Lines change in one place, as figures do."""
        layer = self.painter.layers[pane]
        regions = []
        for y, at, run in edits:
            row = y % self.painter.rows
            line = layer.lines.get(row, ())
            at = min(at, len(line))
            layer.lines[row] = (*line[:at], run, *line[at + 1 :])
            regions.append(Region(layer.region.x, row, layer.region.width, 1))
        self.frame(self.painter.partial(regions))

    @rule()
    def refresh(self) -> None:
        self.show_all()

    @rule(corner=corners, extent=extents, changed=changes, ours=st.booleans(), style=styles)
    def push(
        self,
        corner: tuple[int, int],
        extent: tuple[int, int],
        changed: list[tuple[int, Line]],
        ours: bool,
        style: Style | None,
    ) -> None:
        """A page or a question opens; the toolkit paints everything anew."""
        self.painter.layers.append(Layer(Region(*corner, *extent), dict(changed), ours, style or Style()))
        self.show_all()

    @precondition(lambda self: len(self.painter.layers) > 2)
    @rule()
    def pop(self) -> None:
        self.painter.layers.pop()
        self.show_all()

    @rule(corner=corners, extent=extents, changed=changes)
    def toast(self, corner: tuple[int, int], extent: tuple[int, int], changed: list[tuple[int, Line]]) -> None:
        """A toast comes; only its place is painted."""
        layer = Layer(Region(*corner, *extent), dict(changed), ours=False)
        self.painter.layers.append(layer)
        self.frame(self.painter.partial([layer.region]))

    @precondition(lambda self: len(self.painter.layers) > 2)
    @rule(which=st.integers(2, 9))
    def toast_goes(self, which: int) -> None:
        """The toolkit paints a blank for half a character at the edge, and leaves it until it paints everything."""
        layer = self.painter.layers.pop(min(which, len(self.painter.layers) - 1))
        self.frame(self.painter.partial([layer.region]), whole=False)
        self.show_all()

    @rule(size=sizes, between=st.booleans())
    def resize(self, size: tuple[int, int], between: bool) -> None:
        """The terminal changes at once; a frame of the old size may still be on its way."""
        late = self.painter.full()
        self.grow(size)
        self.screen.invalidate()
        if between:
            self.write(late)
        self.arrange()
        self.show_all()

    @rule(foreign=st.sampled_from(FOREIGN))
    def overwritten(self, foreign: str) -> None:
        """Something else writes on the screen; `R` repairs it."""
        self.meanwhile(foreign + "\x1b[m\x1b]8;;\x07")
        self.screen.invalidate()
        self.show_all()

    @rule(foreign=st.sampled_from(FOREIGN), size=sizes)
    def suspend(self, foreign: str, size: tuple[int, int]) -> None:
        """To the shell and back, perhaps in another size."""
        for data in ("\x1b[?2004l", "\x1b[?7h", "\x1b[<u", "\x1b[?1049l", "\x1b[?25h"):
            self.write(data)
        self.meanwhile(foreign + "\x1b[m\x1b]8;;\x07")
        self.grow(size)
        for data in ("\x1b[?1049h", "\x1b[?25l", "\x1b[>25u", "\x1b[?2026$p", "\x1b[?2004h", "\x1b[?7l"):
            self.write(data)
        self.screen.invalidate()
        self.arrange()
        self.show_all()

    @rule()
    def answered(self) -> None:
        """The terminal has said how wide it draws characters of ambiguous width."""
        ambiguous.set_width(2 if self.doubles else 1)
        self.show_all()

    @rule(data=st.sampled_from(HARMLESS))
    def beside(self, data: str) -> None:
        self.write(data)
        self.check()

    @rule(cursor=st.tuples(st.integers(0, 90), st.integers(0, 30)))
    def typing(self, cursor: tuple[int, int]) -> None:
        """The cursor goes elsewhere; the input field is painted."""
        self.painter.cursor = cursor
        layer = self.painter.layers[-1]
        data = self.painter.partial([Region(layer.region.x, layer.region.y, layer.region.width, 1)])
        self.frame(data)
        if data:
            x, y = min(cursor[0], self.painter.columns - 1), min(cursor[1], self.painter.rows - 1)
            assert (self.terminal.x, self.terminal.y) == (x, y)


def prove(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Screens,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink),
            print_blob=False,
        ),
    )


def test_cells_sent_alone_make_the_same_screen() -> None:
    end = time.monotonic() + SECONDS
    while True:
        prove(*((50, 40) if LARGE else (40, 20)))
        if LARGE:
            print(f"{Screens.examples} examples, {Screens.steps} steps", flush=True)
        if time.monotonic() >= end:
            break
