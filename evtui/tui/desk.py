"""What the engineer has set on the main screen: focus, zoom, selections, filter, sorting. Frozen; keys replace it."""

from __future__ import annotations

from msgspec import Struct, field
from msgspec.structs import replace

from evtui.tui.feed import Cursor, Found
from evtui.tui.look import Pane


class Desk(Struct, frozen=True):
    """What the engineer has set."""

    focus: str = "stock"
    zoomed: bool = False
    cursor: Cursor = Cursor()
    panes: dict[str, Pane] = field(default_factory=dict)
    """Selection and order of the rows in the panes that have any, by pane."""
    filter: str = ""
    """What the feed is narrowed to, as it was typed."""
    found: Found | None = None
    """What the filter found; None: there is none."""
    overdue_only: bool = False
    alert: int = 0
    """The alert that `n` has turned to."""
    keys: tuple[tuple[str, str], ...] = ()
    """What the footer offers."""

    @property
    def narrowed(self) -> bool:
        """Whether the feed leaves orders out."""
        return self.overdue_only or self.found is not None

    def pane(self, name: str) -> Pane:
        """How this pane is looked at."""
        held = self.panes.get(name, Pane())
        return Pane(held.selected, held.sort, zoomed=self.zoomed and self.focus == name)

    def with_pane(self, name: str, **changes: str) -> Desk:
        """With a pane looked at otherwise."""
        return replace(self, panes={**self.panes, name: replace(self.panes.get(name, Pane()), **changes)})
