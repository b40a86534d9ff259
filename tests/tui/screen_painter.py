"""Screens put together as the toolkit's compositor does it, from layers of styled lines: for proofs about drivers.

Its own cutting and rendering (`Strip`, `ChopsUpdate`, `LayoutUpdate`) is used, so that frames are such as really come.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.control import Control
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from evtui.tui import ambiguous

Run = tuple[str, Style | None]
Line = tuple[Run, ...]


@dataclass
class Layer:
    """A rectangle of lines: a pane, a page on top of it, a toast."""

    region: Region
    lines: dict[int, Line] = field(default_factory=dict)
    ours: bool = True
    """Made by our widgets, which know how wide characters are; or by the toolkit's own."""
    ground: Style = field(default_factory=Style)

    def strip(self, y: int) -> Strip:
        """Row `y` of the layer, as wide as the layer."""
        line = self.lines.get(y, ())
        if not self.ours:
            return Strip(Segment(*run) for run in line).adjust_cell_length(self.region.width, self.ground)
        room = self.region.width
        segments = []
        for text, style in line:
            shown = ambiguous.clip(text, room)
            room -= ambiguous.cell_width(shown)
            segments.append(Segment(ambiguous.prepared(shown), style))
        return Strip([*segments, Segment(" " * room, self.ground)], self.region.width)


@dataclass
class Painter:
    """Layers, the lowest first, on a screen of some size."""

    columns: int
    rows: int
    colours: str = "truecolor"
    layers: list[Layer] = field(default_factory=list)
    cursor: tuple[int, int] = (0, 0)

    def __post_init__(self) -> None:
        self.console = Console(color_system=self.colours, force_terminal=True, legacy_windows=False)  # type: ignore[arg-type]

    def full(self) -> str:
        """A frame of everything."""
        strips: list[Iterable[Strip]] = [[strip for strip in chops.values() if strip] for chops in self._chops()]
        return LayoutUpdate(strips, Region(0, 0, self.columns, self.rows)).render_segments(self.console) + self._rest()

    def partial(self, regions: Iterable[Region]) -> str:
        """A frame of what lies in `regions`; empty if nothing does."""
        screen = Region(0, 0, self.columns, self.rows)
        parts = [one.intersection(screen) for one in regions]
        spans = sorted({(y, part.x, part.right) for part in parts if part for y in part.line_range})
        if not spans:
            return ""
        cuts = [[*list(chops)[1:], self.columns] for chops in self._chops()]
        return ChopsUpdate(self._chops(), spans, cuts).render_segments(self.console) + self._rest()

    def _rest(self) -> str:
        x, y = self.cursor
        return Control.move_to(min(x, self.columns - 1), min(y, self.rows - 1)).segment.text

    def _chops(self) -> Sequence[dict[int, Strip | None]]:
        """Per row, what is seen: column and strip."""
        return [self._row(y) for y in range(self.rows)]

    def _row(self, y: int) -> dict[int, Strip | None]:
        screen = Region(0, 0, self.columns, self.rows)
        here = [(layer, layer.region.intersection(screen)) for layer in self.layers]
        here = [(layer, region) for layer, region in here if region and y in region.line_range]
        cuts = sorted({0, self.columns, *(edge for _, region in here for edge in (region.x, region.right))})
        chops: dict[int, Strip | None] = dict.fromkeys(cuts[:-1])
        for layer, region in reversed(here):
            own = [cut for cut in cuts if region.x <= cut <= region.right]
            cropped = layer.strip(y - layer.region.y).crop(region.x - layer.region.x, region.right - layer.region.x)
            for cut, strip in zip(own, cropped.divide([cut - region.x for cut in own[1:]]), strict=False):
                if chops[cut] is None:
                    chops[cut] = strip
        return chops
