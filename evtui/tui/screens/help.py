"""The keys as they are now, from the registry and the user's settings, and what the signs mean."""

from __future__ import annotations

from textwrap import wrap

from evtui.tui.actions import PAGES, TEXT, UNBOUND, Action
from evtui.tui.ambiguous import cell_width, fit
from evtui.tui.keymap import KeyMap
from evtui.tui.lines import BLANK, Line
from evtui.tui.screens.base import Page, bindings
from evtui.tui.view import View

NAME_CELLS = 17
"""Cells for the name of an action: the longest is `previous-problem`."""


class HelpPage(Page):
    """Every key and what it does."""

    ACTIONS = TEXT
    BINDINGS = bindings(TEXT)
    NAME = "keys"

    def heading(self, view: View) -> str:
        """Constant."""
        return "Keys"

    def body(self, view: View, cells: int) -> list[Line]:
        """Every action under the first page that has it, each on as many lines as its words need."""
        keymap = self.cockpit.keymap
        lines: list[Line] = []
        told: set[str] = set()
        for heading, actions in (*PAGES, ("In the palette, and to give keys to", UNBOUND)):
            fresh = [action for action in actions if action.help not in told]
            told |= {action.help for action in fresh}
            if fresh:
                rows = (row for each in fresh for row in _rows(keymap, each, cells))
                lines += [((f" {heading}", "head"),), *rows, BLANK]
        return [*lines, *_FILTER, BLANK, *_SIGNS]


def _rows(keymap: KeyMap, action: Action, cells: int) -> list[Line]:
    lead = f"   {fit(keymap.shown(action), 11)}"
    words = wrap(action.help, max(cells - len(lead) - NAME_CELLS - 1, 10))
    names = [fit(action.id, NAME_CELLS), *[" " * NAME_CELLS] * (len(words) - 1)]
    leads = [lead, *[" " * cell_width(lead)] * (len(words) - 1)]
    return [((key, "key"), (f"{name} {text}", "")) for key, name, text in zip(leads, names, words, strict=True)]


_FIELDS = {
    "any word": "in the codes, the product, the platform's statuses, our state; -word leaves out, quotes keep blanks",
    "status:paid": "in a status, the platform's or ours",
    "product:500": "in the product's page, label or name",
    "age>45 age<1h": "older, younger: minutes, or 90s, 2h",
    "stage:task": "got as far as that step of the chain",
    "is:open": "overdue, open, delivered, released or odd",
    "qty>1": "more sets than that in the line",
}

_FILTER: tuple[Line, ...] = (
    ((" Words of the filter, all of which must match", "head"),),
    *(((f"   {fit(name, 15)}", "key"), (what, "")) for name, what in _FIELDS.items()),
)

_SIGNS: tuple[Line, ...] = (
    ((" Words and signs", "head"),),
    (("   left       ", "key"), ("sets still sellable, as the stock table says", "")),
    (("   fly        ", "key"), ("in flight: ordered, not paid yet, stock reserved", "")),
    (("   Δ          ", "key"), ("opening less left less sold less in flight; 0 when stock and orders agree", "")),
    (("   @10:41     ", "key"), ("sold out since then; `gone` where it was already so at the first reading", "")),
    (("   > close    ", "key"), ("at this rate it does not sell out before the sale closes", "")),
    (("   (4/4)      ", "key"), ("machines that reported of machines that should", "")),
    (("   NEW MORE   ", "key"), ("an error not seen in the day before opening; far more frequent than then", "")),
    (("   ign.       ", "key"), ("an error that the plan says to ignore", "")),
    (("   --         ", "key"), ("unknown, which is not zero", "")),
    (("   ≥ 500      ", "key"), ("at least 500: not everything has been looked through yet", "")),
    (("   STALE      ", "key"), ("the newest fact is older than two polls; DOWN: no answer; AUTH: log in again", "")),
)
