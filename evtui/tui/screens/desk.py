"""The main screen: four panes and the lines around them."""

from __future__ import annotations

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.events import Click, Resize
from textual.geometry import Size
from textual.screen import Screen

from evtui.domain.codes import OrderCode, parse_code
from evtui.errors import CodeError
from evtui.tui.actions import DESK, footer
from evtui.tui.compose import layout, picture
from evtui.tui.desk import Desk
from evtui.tui.host import Host, host
from evtui.tui.layout import PANES, Layout
from evtui.tui.paint.orders import Cursor, feed, selection
from evtui.tui.screens.base import bindings
from evtui.tui.view import View
from evtui.tui.widgets.lines import Lines


class DeskScreen(Screen[None]):
    """Where the engineer lives."""

    BINDINGS = bindings(DESK)

    def __init__(self) -> None:
        super().__init__()
        self.lines = Lines("desk")
        """The whole screen, as one widget: what to send is found out line by line anyway, and one starts sooner."""
        self._set = Desk(focus="orders", keys=footer(DESK))

    @property
    def cockpit(self) -> Host:
        """The app this screen belongs to."""
        return host(self)

    def compose(self) -> ComposeResult:
        """The one widget."""
        yield self.lines

    def layout_for(self, size: Size) -> Layout:
        """The boxes at a size, for what is set now."""
        return layout(self.cockpit.view(), self._set, size.width, size.height)

    def on_mount(self) -> None:
        """Have the lines ready before the first layout: its frame is then the whole picture, not an empty one."""
        self.show(self.cockpit.view())

    def on_resize(self, event: Resize) -> None:
        """Follow the terminal."""
        self.show(self.cockpit.view())

    def show(self, view: View) -> None:
        """Draw every row; only those that changed are sent."""
        self.lines.show(picture(view, self._set, self.app.size.width, self.app.size.height))

    def _change(self, desk: Desk) -> None:
        self._set = desk
        self.show(self.cockpit.view())

    def action_pane(self, name: str) -> None:
        """Give a pane the focus."""
        self._change(replace(self._set, focus=name))

    def action_next_pane(self) -> None:
        """The next pane in the order of their numbers."""
        self.action_pane(PANES[(PANES.index(self._set.focus) + 1) % len(PANES)])

    def action_zoom(self) -> None:
        """The focused pane alone, and back."""
        self._change(replace(self._set, zoomed=not self._set.zoomed))

    def action_back(self) -> None:
        """Let go of the selection first, of the zoom second."""
        if not self._set.cursor.following:
            self._change(replace(self._set, cursor=Cursor()))
        elif self._set.zoomed:
            self.action_zoom()

    def _rows(self) -> int:
        box = self.layout_for(self.app.size).boxes.get("orders")
        height = (box.height if box else self.app.size.height) - 2
        return max(height - (height >= 8), 1)

    def action_move(self, by: int) -> None:
        """Move the selection; the first move freezes the feed where it stands."""
        recent = self.cockpit.session.state.orders.recent
        if not recent:
            return
        view, rows, cursor = self.cockpit.view(), self._rows(), self._set.cursor
        if cursor.following:
            cursor = Cursor(recent[-1], pinned=feed(view, cursor, rows).pinned)
            index = 0
        else:
            index = max(selection(feed(view, cursor, rows), cursor) + by, 0)
        codes = feed(view, replace(cursor, index=index), rows).codes
        index = min(index, len(codes) - 1)
        cursor = replace(cursor, index=index, code=codes[index] if codes else "")
        self._change(replace(self._set, focus="orders", cursor=cursor))

    def action_turn(self, by: int) -> None:
        """The next alert, or the one before; Enter then opens the order it names."""
        count = len(self.cockpit.view().alerts)
        self._change(replace(self._set, alert=(self._set.alert + by) % count if count else 0))

    def on_click(self, event: Click) -> None:
        """A click gives a pane the focus."""
        boxes = self.layout_for(self.app.size).boxes
        for name in PANES:
            if name in boxes and boxes[name].holds(event.screen_x, event.screen_y):
                self.action_pane(name)

    def selected(self) -> str | None:
        """The TG code of the selected row; without a selection the code of what is most urgent."""
        view = self.cockpit.view()
        cursor = self._set.cursor
        if cursor.following:
            return view.target(self._set.alert) or None
        held = feed(view, cursor, self._rows())
        tracked = view.state.orders.get(held.codes[selection(held, cursor)]) if held.codes else None
        return tracked.line.tg_code if tracked else None

    def action_open(self) -> None:
        """Open the selected order."""
        code = self.selected()
        if code is None:
            self.action_move(0)
            return
        try:
            self._show_order(parse_code(code))
        except CodeError as error:
            self.cockpit.say(f"{error}")

    def _show_order(self, code: OrderCode) -> None:
        from evtui.tui.screens.order import OrderPage  # like the other pages: not needed to start

        self.app.push_screen(OrderPage(code))

    def action_go_to(self) -> None:
        """Ask for a code and open it."""
        from evtui.tui.screens.go_to import GoTo  # Input costs time at start and is rarely needed

        def opened(code: OrderCode | None) -> None:
            if code is not None:
                self._show_order(code)

        self.app.push_screen(GoTo(), opened)

    def action_report(self) -> None:
        """Show the report."""
        from evtui.report.model import Style
        from evtui.tui.screens.report import ReportPage  # the template engine is not needed to start

        self.app.push_screen(ReportPage(self.cockpit.view(), Style(self.cockpit.session.campaign.report.style)))

    def action_redraw(self) -> None:
        """Paint everything anew."""
        self.cockpit.repaint()

    def action_help(self) -> None:
        """Show the keys."""
        from evtui.tui.screens.help import HelpPage

        self.app.push_screen(HelpPage())

    def action_quit(self) -> None:
        """Leave."""
        self.app.exit()
