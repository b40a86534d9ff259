"""Every action a key can reach: one registry for bindings, footer and help, so that they cannot disagree."""

from __future__ import annotations

from msgspec import Struct


class Action(Struct, frozen=True):
    """One thing a key does. `keys` are Textual's names, `shown` is what a person reads; `footer` is its short word."""

    id: str
    keys: str
    shown: str
    footer: str
    help: str


DESK = (
    Action("open", "enter", "Enter", "open", "open the selected order; without one, the order of the alert"),
    Action("turn(1)", "n", "n", "next alert", "turn to the next alert; Enter then opens the order it names"),
    Action("turn(-1)", "N", "N", "", "turn to the alert before"),
    Action("go_to", "g", "g", "go to", "go to an order by its TG or TS code"),
    Action("report", "r", "r", "report", "show the report; y there saves and copies it"),
    Action("zoom", "z", "z", "zoom", "give the focused pane the whole screen, and back"),
    Action("pane('stock')", "1", "1", "", "focus the stock pane"),
    Action("pane('orders')", "2", "2", "", "focus the orders pane"),
    Action("pane('cpu')", "3", "3", "", "focus the CPU and traffic pane"),
    Action("pane('errors')", "4", "4", "", "focus the error pane"),
    Action("next_pane", "tab", "Tab", "", "focus the next pane"),
    Action("move(-1)", "up,k", "↑ k", "", "select the row above; holds the feed still"),
    Action("move(1)", "down,j", "↓ j", "select", "select the row below; holds the feed still"),
    Action("move(-10)", "pageup", "PgUp", "", "ten rows up"),
    Action("move(10)", "pagedown", "PgDn", "", "ten rows down"),
    Action("back", "escape", "Esc", "", "let the feed follow again, or leave the zoom"),
    Action("redraw", "R", "R", "", "paint the whole screen anew, when something else wrote on it"),
    Action("help", "question_mark", "?", "help", "show these keys"),
    Action(
        "quit", "q", "q", "quit", "quit at once (Ctrl+C too, Ctrl+Z suspends); the next start reads the sources anew"
    ),
)
"""Keys of the main screen."""

ORDER = (
    Action("scroll(-1)", "up,k", "↑ k", "", "scroll up"),
    Action("scroll(1)", "down,j", "↓ j", "scroll", "scroll down"),
    Action("scroll(-10)", "pageup", "PgUp", "", "scroll up ten lines"),
    Action("scroll(10)", "pagedown", "PgDn", "", "scroll down ten lines"),
    Action("ask", "X", "X", "ask again", "send the free look-ups again"),
    Action("close", "escape", "Esc", "back", "back to the panes"),
    Action("quit", "q", "q", "", "quit at once"),
)
"""Keys of the order page."""

REPORT = (
    Action("copy", "y", "y", "copy + save", "save the report to a file and send it to the terminal's clipboard"),
    Action("style", "s", "s", "strict/full", "switch between the strict and the full report"),
    Action("scroll(-1)", "up,k", "↑ k", "", "scroll up"),
    Action("scroll(1)", "down,j", "↓ j", "", "scroll down"),
    Action("close", "escape,r", "Esc", "back", "back to the panes"),
    Action("quit", "q", "q", "", "quit at once"),
)
"""Keys of the report page."""

HELP = (
    Action("scroll(-1)", "up,k", "↑ k", "", "scroll up"),
    Action("scroll(1)", "down,j", "↓ j", "scroll", "scroll down"),
    Action("close", "escape,question_mark", "Esc", "back", "back"),
    Action("quit", "q", "q", "", "quit at once"),
)
"""Keys of the help page."""


def footer(actions: tuple[Action, ...]) -> tuple[tuple[str, str], ...]:
    """What the footer offers of these."""
    return tuple((action.shown, action.footer) for action in actions if action.footer)
