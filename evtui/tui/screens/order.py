"""The order page: painted at once from what is known, filled as the look-ups answer."""

from __future__ import annotations

from evtui.domain.codes import OrderCode
from evtui.domain.reading import Lookup, Reading
from evtui.session import ASKED_FREELY
from evtui.tui.actions import ORDER
from evtui.tui.copying import copy, path_for
from evtui.tui.lines import BLANK, Line, folded
from evtui.tui.paint import order
from evtui.tui.screens.base import Page, bindings
from evtui.tui.view import View


class OrderPage(Page):
    """One TG with all its lines, asked for by a TG or a TS code."""

    ACTIONS = ORDER
    BINDINGS = bindings(ORDER)

    def __init__(self, code: OrderCode) -> None:
        super().__init__()
        self._code = code
        self._asked = order.Asked()

    def on_mount(self) -> None:
        """Ask; the framework calls the base class's own handler too, which paints."""
        self._send(insist=False)

    def action_ask(self) -> None:
        """Send the look-ups that run freely again, those too that are left alone for failing: somebody wants it."""
        self._send(insist=True)

    def _send(self, *, insist: bool) -> None:
        if not self._asked.pending:
            self._asked = order.Asked(tuple(name for name in ASKED_FREELY if name in self._configured()))
            self.show(self.cockpit.view())
            self.run_worker(self._ask(insist), exit_on_error=False)

    def action_links(self) -> None:
        """Where else it can be looked at."""
        from evtui.tui.screens.links import LinksPage  # like every page: not needed to start

        self.app.push_screen(LinksPage(self._code))

    def action_copy_code(self) -> None:
        """Save and send the code alone."""
        view = self.cockpit.view()
        code = self.cockpit.session.group_of(self._code) or str(self._code)
        self.say(copy(self.app, f"{code}\n", path_for(view.campaign, view.now, "code")))

    def _configured(self) -> frozenset[Lookup]:
        return self.cockpit.session.collector.lookups

    async def _ask(self, insist: bool) -> None:
        await self.cockpit.session.ask_about(self._code, tell=self._answered, insist=insist)
        self._asked = order.Asked((), self._asked.answers)
        self.show(self.cockpit.view())

    def _answered(self, reading: Reading) -> None:
        pending = tuple(name for name in self._asked.pending if name != reading.topic)
        self._asked = order.Asked(pending, (*self._asked.answers, reading))
        self.cockpit.soon()

    def heading(self, view: View) -> str:
        """Code, market, shop and the time it was made."""
        tg_code = self.cockpit.session.group_of(self._code)
        lines = view.state.orders.group(tg_code) if tg_code else ()
        return order.title(view, tg_code or str(self._code), lines)

    def body(self, view: View, cells: int) -> list[Line]:
        """Every line of the group."""
        lines = order.paint(view, str(self._code), self.cockpit.session.group_of(self._code), self._asked, cells)
        return [row for line in lines for row in (folded(line, cells) if line else [BLANK])]
