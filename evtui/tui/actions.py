"""Every action a key can reach: one registry for bindings, footer, help, palette and the user's own keys, so that they
cannot disagree.

Keys are written as people write them: one character, or a word such as `enter`. None needs Ctrl, Alt or a function key.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from evtui.tui.desk import Desk
from evtui.tui.look import Graphs
from evtui.tui.problems import problems
from evtui.tui.themes import THEMES
from evtui.tui.view import View


class Action(Struct, frozen=True):
    """One thing the engineer can do. `id` names it in the palette and in the user's keymap."""

    id: str
    do: str
    """What the toolkit runs, on the screen or, with `app.` in front, on the app."""
    keys: tuple[str, ...]
    help: str
    footer: str = ""
    """Short word for the footer; empty: not there."""
    works: Callable[[View, Desk], bool] | None = None
    """Whether it does anything now; None: always."""


def _live(view: View, desk: Desk) -> bool:
    return view.hold is None


def _held(view: View, desk: Desk) -> bool:
    return view.hold is not None


def _alerted(view: View, desk: Desk) -> bool:
    return bool(view.standing) and view.hold is None


def _opens(view: View, desk: Desk) -> bool:
    return bool(desk.pane(desk.focus).selected or not desk.cursor.following or view.target(desk.alert))


def _late(view: View, desk: Desk) -> bool:
    return bool(view.late) or desk.overdue_only


def _wrong(view: View, desk: Desk) -> bool:
    return bool(problems(view))


def _sorts(view: View, desk: Desk) -> bool:
    return desk.focus in ("stock", "errors")


def _leaves(view: View, desk: Desk) -> bool:
    chosen = desk.zoomed or not desk.cursor.following or desk.narrowed
    return chosen or bool(desk.pane(desk.focus).selected)


_SHOWN = (
    Action("theme", "app.next_theme", ("T",), "the next set of colours"),
    Action("zone", "app.next_zone", ("t",), "times in the campaign's zone, in UTC, in the zone of this machine"),
    Action("mouse", "app.mouse", ("M",), "mouse on or off: off, the terminal's own selection works"),
    Action("redraw", "app.redraw", ("R",), "paint the whole screen anew, when something else wrote on it"),
    Action("palette", "app.palette", (":",), "find any action by its name and do it", "all"),
    Action("help", "app.help", ("?",), "show these keys", "help"),
    Action(
        "quit",
        "app.quit",
        ("q",),
        "quit at once (Ctrl+C too, Ctrl+Z suspends); the next start reads the sources anew",
        "quit",
    ),
)
"""What works on every page."""

DESK = (
    Action("back", "back", ("esc",), "let go of the selection, then of the filter, then of the zoom", "back", _leaves),
    Action("live", "app.live", ("L",), "back to the present", "live", _held),
    Action(
        "open", "open", ("enter",), "open what is selected: an order, an error, the orders of a product", "open", _opens
    ),
    Action("filter", "filter", ("/",), "show only orders that match; ? lists the words it knows", "filter"),
    Action(
        "overdue",
        "overdue",
        ("o",),
        "show only overdue orders, and all again",
        "overdue",
        _late,
    ),
    Action(
        "next-problem",
        "problem(1)",
        ("n",),
        "go to the next problem, in whichever pane it is",
        "problem",
        _wrong,
    ),
    Action("previous-problem", "problem(-1)", ("N",), "go to the problem before"),
    Action(
        "acknowledge",
        "acknowledge",
        ("a",),
        "acknowledge the alert shown: it steps back until it gets worse",
        "ack",
        _alerted,
    ),
    Action(
        "snooze",
        "snooze",
        ("s",),
        "put the alert shown off for a quarter of an hour, unless it gets worse",
        "",
        _alerted,
    ),
    Action("report", "app.report", ("r",), "show the report; y there saves and copies it", "report"),
    Action(
        "copy",
        "copy",
        ("y",),
        "save the selected row, or the pane, as text and send it to the terminal's clipboard",
        "copy",
    ),
    Action("copy-code", "copy_code", ("Y",), "save and send the code of the selected order alone", works=_opens),
    Action("mark", "mark", ("m",), "set a mark at this moment, with a few words", "mark", _live),
    Action("go-to", "go_to", ("g",), "go to an order by its TG or TS code, or to a time such as 11:55", "go to"),
    Action("zoom", "zoom", ("z",), "give the focused pane the whole screen and everything it knows, and back", "zoom"),
    Action(
        "sort",
        "sort",
        ("S",),
        "the next order of the rows of stock or errors",
        "sort",
        _sorts,
    ),
    Action(
        "pause", "app.pause", ("p",), "hold the screen still while everything is still collected, and go on", "pause"
    ),
    Action("time-back", "app.time_back", ("b",), "the screen as it was a minute earlier, and earlier still; L returns"),
    Action("preflight", "app.preflight", ("c",), "check the plan and the sources"),
    Action("hand-over", "app.hand_over", ("h",), "what the next person has to know; y there saves and copies it"),
    Action("density", "app.density", ("d",), "frames around the panes, or more rows of facts"),
    Action("pane-stock", "pane('stock')", ("1",), "focus the stock pane"),
    Action("pane-orders", "pane('orders')", ("2",), "focus the orders pane"),
    Action("pane-cpu", "pane('cpu')", ("3",), "focus the CPU and traffic pane"),
    Action("pane-errors", "pane('errors')", ("4",), "focus the error pane"),
    Action("sources", "app.sources", ("5",), "every source: its state, ages, pace, cost, login and last error"),
    Action("next-pane", "next_pane", ("tab",), "focus the next pane"),
    Action("up", "move(-1)", ("up", "k"), "select the row above; in the orders it holds the feed still"),
    Action("down", "move(1)", ("down", "j"), "select the row below"),
    Action("page-up", "move(-10)", ("pageup", "K"), "ten rows up"),
    Action("page-down", "move(10)", ("pagedown", "J"), "ten rows down, into everything that ever happened"),
    Action("oldest", "edge(1)", ("end", "G"), "the oldest order"),
    Action("newest", "edge(-1)", ("home",), "the newest order"),
    *_SHOWN,
)
"""What works on the main screen; the footer offers as many as have room, in this order."""

_SCROLL = (
    Action("up", "scroll(-1)", ("up", "k"), "scroll up"),
    Action("down", "scroll(1)", ("down", "j"), "scroll down", "scroll"),
    Action("page-up", "scroll(-10)", ("pageup", "K"), "scroll up ten lines"),
    Action("page-down", "scroll(10)", ("pagedown", "J"), "scroll down ten lines"),
)
_CLOSE = Action("back", "close", ("esc",), "back to what is below", "back")
_COPY = Action(
    "copy", "copy", ("y",), "save the text of this page and send it to the terminal's clipboard", "copy + save"
)

ORDER = (
    Action("ask-all", "ask", ("X",), "send the free look-ups again", "ask again"),
    Action("links", "links", ("l",), "addresses where this order can be looked at", "links"),
    _COPY,
    Action("copy-code", "copy_code", ("Y",), "save and send the order's code alone"),
    *_SCROLL,
    _CLOSE,
    *_SHOWN,
)
"""What works on an order."""

_ASK_SOURCE = Action("ask-source", "ask_source", ("x",), "ask this source again now", "ask now")

SOURCES = (
    Action("open", "open", ("enter",), "open what is selected: the last exchange with a source", "open"),
    _ASK_SOURCE,
    _COPY,
    *_SCROLL,
    _CLOSE,
    *_SHOWN,
)
"""What works on the sources."""

SOURCE = (_ASK_SOURCE, _COPY, *_SCROLL, _CLOSE, *_SHOWN)
"""What works on one source."""

REPORT = (
    Action("copy", "copy", ("y",), "save the report to a file and send it to the terminal's clipboard", "copy + save"),
    Action("style", "style", ("s",), "switch between the strict and the full report", "strict/full"),
    *_SCROLL,
    _CLOSE,
    *_SHOWN,
)
"""What works on the report."""

TEXT = (_COPY, *_SCROLL, _CLOSE, *_SHOWN)
"""What works on every other page of text."""

UNBOUND = (
    *(Action(f"theme-{name}", f"app.use_theme('{name}')", (), f"colours: {what}") for name, what in THEMES.items()),
    *(Action(f"graphs-{each}", f"app.use_graphs('{each}')", (), f"draw graphs in {each}") for each in Graphs),
    Action("borders", "app.borders", (), "borders of lines or of plain characters"),
)
"""Actions without a key of their own: in the palette, and in a keymap of the user's."""

PAGES = (
    ("On the panes", DESK),
    ("On an order", ORDER),
    ("On the sources", SOURCES),
    ("On one source", SOURCE),
    ("On the report", REPORT),
    ("On any other page", TEXT),
)
"""Every page's actions under its heading, for help and for whoever checks them."""
