"""The main screen: four panes and the lines around them, as one widget."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.events import Click, Resize
from textual.geometry import Size

from evtui.alerts.notebook import Mark, Seen
from evtui.domain.codes import parse_code
from evtui.errors import CodeError
from evtui.text import clean, one_line
from evtui.tui.actions import DESK
from evtui.tui.ambiguous import clip
from evtui.tui.compose import draw, picture
from evtui.tui.copying import copy, path_for
from evtui.tui.feed import Cursor
from evtui.tui.layout import PANES
from evtui.tui.lines import plain, text_of
from evtui.tui.paint import errors, stock
from evtui.tui.problems import Problem, problems
from evtui.tui.screens.base import bindings
from evtui.tui.screens.feed import FeedScreen
from evtui.tui.view import View
from evtui.tui.widgets.lines import Lines

SNOOZE = timedelta(minutes=15)
"""Launch time that an alert is put off for."""

NAME_CELLS = 32
"""Most cells of a name that acknowledgements and marks carry: `$LOGNAME` may hold anything."""

_ROWS = {"stock": (stock.keys, stock.SORTS), "errors": (errors.keys, errors.SORTS)}
"""Panes whose rows can be selected and sorted, beside the orders."""


class DeskScreen(FeedScreen):
    """Where the engineer lives."""

    BINDINGS = bindings(DESK)

    def __init__(self) -> None:
        super().__init__()
        self.lines = Lines("desk")
        """The whole screen, as one widget: what to send is found out line by line anyway, and one starts sooner."""
        self._drawn_for = Size()
        """The terminal's size at the last drawing."""
        self._problem: Problem | None = None
        """The problem gone to last."""

    def compose(self) -> ComposeResult:
        """The one widget."""
        yield self.lines

    def on_mount(self) -> None:
        """Have the lines ready before the first layout: its frame is then the whole picture, not an empty one."""
        self.show(self.cockpit.view())

    def on_resize(self, event: Resize) -> None:
        """Follow the terminal; at the start it tells several times over the size that was drawn for already."""
        if self.app.size != self._drawn_for:
            self.show(self.cockpit.view())

    def show(self, view: View) -> None:
        """Draw every row; only those that changed are sent."""
        self.search_on(view)
        self._set = replace(self._set, keys=self.cockpit.keymap.footer(DESK, view, self._set))
        self._drawn_for = self.app.size
        self.lines.show(picture(view, self._set, *self._drawn_for, self.held(view)))

    def action_pane(self, name: str) -> None:
        """Give a pane the focus."""
        self.change(replace(self._set, focus=name))

    def action_next_pane(self) -> None:
        """The next pane in the order of their numbers."""
        self.action_pane(PANES[(PANES.index(self._set.focus) + 1) % len(PANES)])

    def action_zoom(self) -> None:
        """The focused pane alone, and back."""
        self.change(replace(self._set, zoomed=not self._set.zoomed))

    def action_back(self) -> None:
        """Let go of the selection first, then of the filter, then of the zoom."""
        desk = self._set
        if desk.pane(desk.focus).selected:
            self.change(desk.with_pane(desk.focus, selected=""))
        elif not desk.cursor.following:
            self.change(replace(desk, cursor=Cursor()))
        elif desk.narrowed:
            self.narrow("")
            self.change(replace(self._set, overdue_only=False))
        elif desk.zoomed:
            self.action_zoom()

    def action_move(self, by: int) -> None:
        """Move the selection in the focused pane; in the orders, the first move freezes the feed where it stands."""
        focus = self._set.focus
        if focus not in _ROWS:
            self.move_in_feed(by)
            return
        pane = self._set.pane(focus)
        keys = _ROWS[focus][0](self.cockpit.view(), pane)
        if not keys:
            return
        index = max(min(keys.index(pane.selected) + by, len(keys) - 1), 0) if pane.selected in keys else 0
        self.change(self._set.with_pane(focus, selected=keys[index]))

    def action_sort(self) -> None:
        """The next order of the rows of the focused pane."""
        focus = self._set.focus
        if focus in _ROWS:
            sorts = _ROWS[focus][1]
            now = self._set.pane(focus).sort or sorts[0]
            self.change(self._set.with_pane(focus, sort=sorts[(sorts.index(now) + 1) % len(sorts)]))

    def action_problem(self, by: int) -> None:
        """Go to the next problem, or the one before, wherever it is."""
        view = self.cockpit.view()
        places = problems(view)
        if not places:
            return
        last = self._problem
        known = next((row for row, each in enumerate(places) if last and each.is_at(last)), -1 if by > 0 else 0)
        self._problem = place = places[(known + by) % len(places)]
        desk = replace(self._set, focus=place.pane, alert=place.alert)
        if place.row and place.pane in _ROWS:
            desk = desk.with_pane(place.pane, selected=place.row)
        self.change(desk)
        line = view.state.orders.get(place.row) if place.pane == "orders" else None
        if line is not None:
            self.select(line)

    def action_acknowledge(self) -> None:
        """Take the alert shown as seen, or no longer."""
        self._seen(None)

    def action_snooze(self) -> None:
        """Put the alert shown off."""
        self._seen(self.cockpit.view().now + SNOOZE)

    def _seen(self, until: datetime | None) -> None:
        view = self.cockpit.view()
        if not view.standing:
            return
        if view.hold is not None:
            self.cockpit.say("this is not the present: L returns to it")
            return
        standing = view.standing[self._set.alert % len(view.standing)]
        alert, book = standing.alert, self.cockpit.session.notebook
        if standing.seen is not None and until is None:
            book = book.without_seen(alert.key)
        else:
            book = book.with_seen(Seen(alert.key, alert.severity, alert.count, view.now, who(), until))
        self._set, self._problem = replace(self._set, alert=0), None  # on with the first that nobody has seen
        self.cockpit.note(book)

    def action_mark(self) -> None:
        """Set a mark at this moment."""
        from evtui.tui.screens.mark import MarkPrompt

        moment = self.cockpit.view().now

        def marked(text: str | None) -> None:
            if text:
                self.cockpit.note(self.cockpit.session.notebook.with_mark(Mark(moment, text, who())))

        self.app.push_screen(MarkPrompt(moment, self.cockpit.view().zone), marked)

    def action_copy(self) -> None:
        """Save and send the selected row, else the focused pane, without its frame."""
        view, focus = self.cockpit.view(), self._set.focus
        view = replace(view, look=replace(view.look, compact=True))
        boxes = self.layout_for(self.app.size).boxes
        if focus not in boxes:
            return
        lines = draw(view, self._set, focus, boxes[focus])
        chosen = [line for line in lines if any(style == "selected" for _, style in line)]
        text = text_of([((one_line(plain(line)), ""),) for line in chosen]) if chosen else text_of(lines)
        self.cockpit.say(plain(copy(self.app, text, path_for(view.campaign, view.now, focus))))

    def action_copy_code(self) -> None:
        """Save and send the code of the selected order, or of the one that is most urgent."""
        view, line = self.cockpit.view(), self.selected_line()
        code = line.line.tg_code if line else view.target(self._set.alert)
        if code:
            self.cockpit.say(plain(copy(self.app, f"{code}\n", path_for(view.campaign, view.now, "code"))))

    def on_click(self, event: Click) -> None:
        """A click gives a pane the focus."""
        boxes = self.layout_for(self.app.size).boxes
        for name in PANES:
            if name in boxes and boxes[name].holds(event.screen_x, event.screen_y):
                self.action_pane(name)

    def action_open(self) -> None:
        """Open what is selected: the orders of a product, an error, an order; else what is most urgent."""
        focus, pane, view = self._set.focus, self._set.pane(self._set.focus), self.cockpit.view()
        if focus == "stock" and pane.selected:
            self.narrow(f"product:{pane.selected}")
            return
        if focus == "errors" and pane.selected:
            self._show_error(pane.selected)
            return
        line = self.selected_line()
        code = line.line.tg_code if line else view.target(self._set.alert)
        if not code:
            self.move_in_feed(0)
            return
        try:
            self.open_order(parse_code(code))
        except CodeError as error:
            self.cockpit.say(f"{error}")

    def _show_error(self, row: str) -> None:
        from evtui.tui.screens.text import error_page

        self.app.push_screen(error_page(row))


def who() -> str:
    """The name that acknowledgements and marks carry: whoever is logged in."""
    import getpass  # only who signs something has to be known

    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a user id that no table names
        name = ""
    return clip(one_line(clean(name)), NAME_CELLS) or "somebody"
