"""What the screens share: bindings from the registry, and pages that stand over the desk in a frame."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.events import Resize
from textual.screen import ModalScreen

from evtui.tui.actions import UNBOUND, Action
from evtui.tui.compose import draw
from evtui.tui.copying import copy, path_for
from evtui.tui.desk import Desk
from evtui.tui.host import SAID_S, Host, host
from evtui.tui.keymap import toolkit_key
from evtui.tui.layout import FRAMES, Box, holds
from evtui.tui.lines import BLANK, Line, at_most, block, exactly, text_of
from evtui.tui.paint import chrome
from evtui.tui.paint.frame import frame
from evtui.tui.view import View
from evtui.tui.widgets.lines import Lines

PAGE_CELLS = 106
"""Widest a page grows: a line longer than this is hard to follow."""

MIN_ROWS = 14
"""Rows a page has at the least, so that it does not jump while the first answers come in."""


def bindings(actions: Sequence[Action]) -> list[Binding | tuple[str, str] | tuple[str, str, str]]:
    """Textual bindings of these actions."""
    return [
        Binding(",".join(map(toolkit_key, action.keys)) or "unbound", action.do, action.help, show=False, id=action.id)
        for action in (*actions, *UNBOUND)
    ]


class Page(ModalScreen[None]):
    """A framed page over the desk, with its own keys in its last line. Subclasses say what is on it."""

    ACTIONS: tuple[Action, ...] = ()
    NAME = "page"
    """What a copy of it is called on disk."""

    def __init__(self) -> None:
        super().__init__()
        self._page = Lines("page")
        self._top = 0
        self._message: Line = ()

    @property
    def cockpit(self) -> Host:
        """The app this page belongs to."""
        return host(self)

    def compose(self) -> ComposeResult:
        """The one widget."""
        yield self._page

    def on_mount(self) -> None:
        """Paint at once, with what is known."""
        self.show(self.cockpit.view())

    def on_resize(self, event: Resize) -> None:
        """Follow the terminal."""
        self.call_after_refresh(lambda: self.show(self.cockpit.view()))

    def _extent(self, lines: int) -> tuple[int, int]:
        """Cells and rows of the page: as high as what is on it, as long as the terminal has them."""
        size = self.app.size
        return min(size.width, PAGE_CELLS), min(size.height, max(lines + 4, MIN_ROWS))

    @abstractmethod
    def heading(self, view: View) -> str:
        """What stands in the border."""

    @abstractmethod
    def body(self, view: View, cells: int) -> list[Line]:
        """The lines of the page, as many as there are."""

    def say(self, line: Line) -> None:
        """Show a line above the keys for a moment, or until the next one."""
        self._message = line
        self.show(self.cockpit.view())

        def taken_back() -> None:
            if self._message is line:
                self._message = ()
                self.show(self.cockpit.view())

        self.set_timer(SAID_S, taken_back)

    def show(self, view: View) -> None:
        """Paint the page; rows that are the same as before are not sent.

        A terminal too small for it shows what the desk shows there, one line.
        """
        if not holds(FRAMES, *self.app.size):
            width, height = self.app.size
            self._sized(width, height)
            self._page.show(block(draw(view, Desk(), "alert", Box(0, 0, width, 1)), width, height))
            return
        cells, _ = self._extent(0)
        inner = max(cells - 2, 0)
        lines = self.body(view, inner)
        _, rows = self._extent(len(lines))
        self._sized(cells, rows)
        said = [exactly(line, inner) for line in at_most(self._message, inner, max(self.app.size.height // 4, 2))]
        room = max(rows - 3 - len(said), 1)
        self._top = max(min(self._top, len(lines) - room), 0)
        shown = [*lines[self._top : self._top + room]]
        shown += [BLANK] * (room - len(shown))
        more = f"{self._top + 1}–{min(self._top + room, len(lines))} of {len(lines)}" if len(lines) > room else ""
        keys = chrome.footer(self.cockpit.keymap.footer(self.ACTIONS, view, Desk()), inner)
        body = [*shown, *said, keys]
        self._page.show(frame(self.heading(view), (more, "dim"), body, cells, rows, focused=True))

    def _sized(self, cells: int, rows: int) -> None:
        if (self._page.region.width, self._page.region.height) != (cells, rows):
            self._page.styles.width = cells
            self._page.styles.height = rows

    def action_scroll(self, by: int) -> None:
        """Move the page under its frame."""
        self._top = max(self._top + by, 0)
        self.show(self.cockpit.view())

    def action_copy(self) -> None:
        """Save the page as text, and send it to the clipboard."""
        view = self.cockpit.view()
        lines = self.body(view, PAGE_CELLS - 2)
        text = text_of([((self.heading(view), ""),), BLANK, *lines])
        self.say(copy(self.app, text, path_for(view.campaign, view.now, self.NAME)))

    def action_close(self) -> None:
        """Back to what was below."""
        self.dismiss()
