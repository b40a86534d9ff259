"""The part of the main screen that is about the order feed: selection, filter, going to a place in it."""

from __future__ import annotations

from abc import abstractmethod
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace
from textual.geometry import Size
from textual.screen import Screen

from evtui.domain.codes import OrderCode
from evtui.store.tracked import Tracked
from evtui.tui.compose import layout
from evtui.tui.desk import Desk
from evtui.tui.feed import Cursor, Finder, Page, Reader, at_time, frozen, moved, page, showing
from evtui.tui.host import Host, host
from evtui.tui.layout import Layout, inner
from evtui.tui.paint.orders import rows_for
from evtui.tui.rows import Rows
from evtui.tui.view import View

if TYPE_CHECKING:
    from evtui.store.search import Search

SLICE_S = 0.03
"""Seconds between two slices of a search that somebody waits for: the screen and the keys get their turn in between."""


class FeedScreen(Screen[None]):
    """What the main screen does with the feed; `show` is the main screen's."""

    def __init__(self) -> None:
        super().__init__()
        self._set = Desk(focus="orders")
        self._finder: Finder | None = None
        self._reader = Reader()
        self._searching = False
        """Whether the next slice of a search has its time already: keys and ticks do not make it come sooner."""

    @property
    def cockpit(self) -> Host:
        """The app this screen belongs to."""
        return host(self)

    @abstractmethod
    def show(self, view: View) -> None:
        """Draw."""

    def layout_for(self, size: Size) -> Layout:
        """The boxes at a size, for what is set now."""
        return layout(self.cockpit.view(), self._set, size.width, size.height)

    def change(self, desk: Desk) -> None:
        """Draw with something else set."""
        self._set = desk
        self.show(self.cockpit.view())

    def search_on(self, view: View) -> None:
        """Let the filter look at another slice, and soon at the next one while somebody waits for its first result."""
        if self._finder is None:
            return
        self._finder.work(view.state, view.now)
        self._set = replace(self._set, found=self._finder.found)
        if self._finder.busy and not self._searching:
            self._searching = True
            self.set_timer(SLICE_S, self._search_further)

    def _search_further(self) -> None:
        self._searching = False
        self.show(self.cockpit.view())

    def held(self, view: View) -> Rows:
        """What the feed holds in this view."""
        desk = self._set
        return self._reader.rows(view, desk.cursor, desk.found, overdue_only=desk.overdue_only)

    def _feed(self) -> tuple[View, Rows, int]:
        """The view, what the feed holds, and how many rows of it the pane shows."""
        view = self.cockpit.view()
        box = self.layout_for(self.app.size).boxes.get("orders")
        rows = inner(box, compact=view.look.compact)[1] if box else 1
        held = self.held(view)
        return view, held, rows_for(rows, zoomed=self._set.pane("orders").zoomed)

    def _page(self) -> Page:
        view, held, rows = self._feed()
        return page(view, self._set.cursor, held, rows, pins=not self._set.narrowed)

    def selected_line(self) -> Tracked | None:
        """The selected order line; None while the feed follows."""
        shown = self._page()
        return shown.lines[shown.selected] if shown.selected >= 0 else None

    def move_in_feed(self, by: int) -> None:
        """Move the selection; the first move freezes the feed where it stands."""
        view, held, rows = self._feed()
        cursor = self._set.cursor
        if cursor.following:
            cursor = frozen(view, held, rows, pins=not self._set.narrowed)
            if not cursor.code:
                return
        else:
            cursor = moved(view, cursor, held, rows, by)
        self.change(replace(self._set, focus="orders", cursor=cursor))

    def select(self, line: Tracked) -> None:
        """Select a line wherever it is in the history; what is filtered out comes back for it."""
        cursor, shown = self._set.cursor, self._page()
        on_page = next((row for row, each in enumerate(shown.lines) if each.line.ts_code == line.line.ts_code), -1)
        self._unfilter(line)
        view, held, rows = self._feed()
        if cursor.following:
            cursor = frozen(view, held, rows, pins=not self._set.narrowed)
        if line.line.ts_code in cursor.pinned or (on_page >= 0 and not self._set.cursor.following):
            cursor = replace(cursor, code=line.line.ts_code, index=max(on_page, 0))
        else:
            cursor = showing(cursor, held, rows, line)
        self.change(replace(self._set, focus="orders", cursor=cursor))

    def _unfilter(self, line: Tracked) -> None:
        if self._set.narrowed and not self._feed()[1].holds(line):
            self._finder = None
            self._set = replace(self._set, overdue_only=False, filter="", found=None)

    def action_edge(self, to: int) -> None:
        """The newest order of the feed, or the oldest."""
        _, held, _ = self._feed()
        ends = held.first(1) if to < 0 else [line for line in [held.last()] if line]
        for line in ends:
            self.select(line)

    def action_overdue(self) -> None:
        """Overdue orders only, or all again."""
        self.change(replace(self._set, overdue_only=not self._set.overdue_only, cursor=Cursor(), focus="orders"))

    def action_filter(self) -> None:
        """Ask for a filter, and apply it while it is typed."""
        from evtui.tui.screens.filter import FilterPrompt  # Input costs time at start and is rarely needed

        before, finder = self._set, self._finder

        def done(text: str | None) -> None:
            if text is None:
                self._finder = finder
                kept = {name: getattr(before, name) for name in ("focus", "filter", "found", "cursor")}
                self.change(replace(self._set, **kept))
            elif text.strip() != self._set.filter:
                self.narrow(text)

        self.app.push_screen(FilterPrompt(before.filter, self.narrow), done)

    def narrow(self, text: str) -> None:
        """Show only orders that match; an empty filter shows all."""
        from evtui.store.search import parse

        search: Search = parse(text)
        if search.empty:
            self._finder, found = None, None
        else:
            self._finder = Finder(search)
            found = self._finder.found
        self.change(replace(self._set, filter=text.strip(), found=found, cursor=Cursor(), focus="orders"))

    def action_go_to(self) -> None:
        """Ask for a code or a time and go there."""
        from evtui.tui.screens.go_to import GoTo

        def opened(place: OrderCode | datetime | None) -> None:
            if isinstance(place, OrderCode):
                self.open_order(place)
            elif place is not None and (line := at_time(self.cockpit.view().state, place)):
                self.select(line)

        view = self.cockpit.view()
        self.app.push_screen(GoTo(view.now, view.zone), opened)

    def open_order(self, code: OrderCode) -> None:
        """The page of an order."""
        from evtui.tui.screens.order import OrderPage

        self.app.push_screen(OrderPage(code))
