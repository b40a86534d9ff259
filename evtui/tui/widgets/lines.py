"""A widget that shows ready-made lines and repaints only those that differ from what it showed before."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from evtui.tui.ambiguous import prepared
from evtui.tui.lines import Line, exactly
from evtui.tui.themes import style


class Lines(Widget):
    """Shows one line a row. Text arrives cleaned and goes to the terminal as segments: no markup is ever read in it."""

    def __init__(self, id: str, *, can_focus: bool = False) -> None:
        super().__init__(id=id)
        self.can_focus = can_focus
        self._lines: list[Line] = []
        self._strips: dict[int, Strip] = {}

    def show(self, lines: Sequence[Line]) -> None:
        """Show these lines; rows whose line is the same as before are left alone."""
        before = self._lines
        self._lines = list(lines)
        width = self.size.width
        for row in range(max(len(before), len(self._lines))):
            old = before[row] if row < len(before) else None
            new = self._lines[row] if row < len(self._lines) else None
            if old != new:
                self._strips.pop(row, None)
                self.refresh(Region(0, row, width, 1))

    def render_line(self, y: int) -> Strip:
        """One row as a strip."""
        width = self.size.width
        strip = self._strips.get(y)
        if strip is None or strip.cell_length != width:
            line = exactly(self._lines[y] if y < len(self._lines) else (), width)
            strip = Strip([Segment(prepared(text), style(name)) for text, name in line], width)
            self._strips[y] = strip
        return strip

    def restyle(self) -> None:
        """Draw every row anew: the styles are others now."""
        self._strips.clear()
        self.refresh()

    def on_resize(self) -> None:
        """Forget strips of the old width."""
        self._strips.clear()
