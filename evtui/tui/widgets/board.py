"""The desk of panes: places its children where the pure layout says."""

from __future__ import annotations

from abc import abstractmethod

from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

from evtui.tui.layout import Box


class _Boxes(Layout):
    name = "boxes"

    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> ArrangeResult:
        assert isinstance(parent, Board)
        boxes = parent.boxes(size)
        placements = []
        for child in children:
            box = boxes.get(child.id or "")
            region = Region(box.x, box.y, box.width, box.height) if box else Region(0, 0, 0, 0)
            placements.append(WidgetPlacement(region, NULL_OFFSET, NULL_SPACING, child))
        return placements


class Board(Widget):
    """Holds the panes; a pane without a box takes no room."""

    @abstractmethod
    def boxes(self, size: Size) -> dict[str, Box]:
        """Where each child stands at this size, by widget id."""

    @property
    def layout(self) -> Layout:
        """The layout that asks `boxes`."""
        return _BOXES


_BOXES = _Boxes()
