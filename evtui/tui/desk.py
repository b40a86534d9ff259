"""What the engineer has set on the main screen: focus, zoom, selections, filter, sorting. Frozen; keys replace it."""

from __future__ import annotations

from msgspec import Struct, field

from evtui.tui.look import Pane
from evtui.tui.paint.orders import Cursor


class Desk(Struct, frozen=True):
    """What the engineer has set."""

    focus: str = "stock"
    zoomed: bool = False
    cursor: Cursor = Cursor()
    panes: dict[str, Pane] = field(default_factory=dict)
    """Selection and order of the rows in the panes that have any, by pane."""
    alert: int = 0
    """The alert that `n` has turned to."""
    keys: tuple[tuple[str, str], ...] = ()
    """What the footer offers."""

    def pane(self, name: str) -> Pane:
        """How this pane is looked at."""
        held = self.panes.get(name, Pane())
        return Pane(held.selected, held.sort, zoomed=self.zoomed and self.focus == name)
