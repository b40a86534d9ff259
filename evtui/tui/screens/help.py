"""The keys, from the registry."""

from __future__ import annotations

from evtui.text import fit
from evtui.tui.actions import DESK, HELP, ORDER, REPORT, Action
from evtui.tui.lines import BLANK, Line
from evtui.tui.screens.base import Page, bindings
from evtui.tui.view import View


class HelpPage(Page):
    """Every key and what it does."""

    ACTIONS = HELP
    BINDINGS = bindings(HELP)

    def heading(self, view: View) -> str:
        """Constant."""
        return "Keys"

    def body(self, view: View, cells: int) -> list[Line]:
        """One line a key, by screen, and what the signs mean."""
        lines: list[Line] = []
        for name, actions in (("On the panes", DESK), ("On an order", ORDER), ("On the report", REPORT)):
            lines += [((f" {name}", "head"),), *(_line(action) for action in actions), BLANK]
        return [*lines, *_SIGNS]


def _line(action: Action) -> Line:
    return ((f"   {fit(action.shown, 8)}", "key"), (action.help, ""))


_SIGNS: tuple[Line, ...] = (
    ((" Words", "head"),),
    (("   left    ", "key"), ("sets still sellable, as the stock table says", "")),
    (("   fly     ", "key"), ("in flight: ordered, not paid yet, stock reserved", "")),
    (("   Δ       ", "key"), ("opening less left less sold less in flight; 0 when stock and orders agree", "")),
    (("   @10:41  ", "key"), ("sold out since then; `gone` where it was already so at the first reading", "")),
    (("   > close ", "key"), ("at this rate it does not sell out before the sale closes", "")),
    (("   (4/4)   ", "key"), ("machines that reported of machines that should", "")),
    (
        ("   NEW     ", "key"),
        ("a kind of error not seen in the day before opening; MORE: far more frequent; ign.: ignored", ""),
    ),
    (("   --      ", "key"), ("unknown, which is not zero", "")),
    (("   STALE   ", "key"), ("the newest fact is older than two polls; DOWN: no answer; AUTH: log in again", "")),
)
