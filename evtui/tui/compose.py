"""A view laid out: the lines of every box at a terminal size. What the widgets draw, and the plain snapshot prints."""

from __future__ import annotations

from collections.abc import Callable

from evtui.store.load import machine_count, services
from evtui.tui.ambiguous import cell_width
from evtui.tui.desk import Desk
from evtui.tui.feed import page, rows_of
from evtui.tui.format import source_note
from evtui.tui.layout import PANES, Box, Layout, arrange, inner
from evtui.tui.lines import BLANK, Line, block, text_of
from evtui.tui.paint import charts, chrome, cpu, errors, orders, stock
from evtui.tui.paint.frame import dimmed, frame, plain_signs
from evtui.tui.rows import Rows
from evtui.tui.view import View

_TITLES = {"stock": "Stock", "orders": "Orders", "cpu": "CPU · traffic", "errors": "Errors"}
_TOPICS = {"stock": stock.TOPIC, "orders": orders.TOPIC, "cpu": cpu.TOPIC, "errors": errors.TOPIC}


def layout(view: View, desk: Desk, width: int, height: int) -> Layout:
    """The boxes of this view at this size."""
    count = len(view.campaign.products), len(services(view.state))
    return arrange(
        width,
        height,
        *count,
        focus=desk.focus,
        zoomed=desk.zoomed,
        machines=machine_count(view.state),
        charts=charts.count(view),
        compact=view.look.compact,
    )


def draw(view: View, desk: Desk, name: str, box: Box, held: Rows | None = None) -> list[Line]:
    """The lines of one box: exactly `box.height` of exactly `box.width` cells. `held`: the feed, where it was read."""
    if name in PANES:
        return _pane(view, desk, name, box, held)
    lines = _around(view, desk, name, box)
    if view.look.ascii_borders:
        lines = [plain_signs(line) for line in lines]
    return block(lines, box.width, box.height)


def _around(view: View, desk: Desk, name: str, box: Box) -> list[Line]:
    match name:
        case "header":
            return [chrome.header(view, box.width)]
        case "first":
            return [chrome.first_line(view, box.width)]
        case "alert":
            return chrome.alert_lines(view, box.width, box.height, desk.alert)
        case "tabs":
            return [_tabs(desk)]
        case _:
            return [chrome.footer(desk.keys, box.width)]


def _tabs(desk: Desk) -> Line:
    return tuple(
        (f" {index} {_TITLES[pane]} ", "selected" if pane == desk.focus else "dim")
        for index, pane in enumerate(PANES, 1)
    )


def _pane(view: View, desk: Desk, name: str, box: Box, held: Rows | None) -> list[Line]:
    cells, rows = inner(box, compact=view.look.compact)
    pane = desk.pane(name)
    painters: dict[str, Callable[[], tuple[list[Line], str]]] = {
        "stock": lambda: stock.paint(view, cells, rows, pane),
        "orders": lambda: _orders(view, desk, cells, rows, held),
        "cpu": lambda: cpu.paint(view, cells, rows, pane),
        "errors": lambda: (errors.paint(view, cells, rows, pane), errors.note(view, cells, rows, pane)),
    }
    body, words = painters[name]()
    health = view.sources[_TOPICS[name]]
    if not health.usable:
        body = dimmed(body)
    age, style = source_note(health)
    note = f"{words} · {age}" if words else age
    if cell_width(note) > max(box.width - 16, 0):
        note = age
    title = f"{PANES.index(name) + 1} {_TITLES[name]}"
    focused = desk.focus == name
    return frame(title, (note, style), body, box.width, box.height, focused=focused, look=view.look)


def _orders(view: View, desk: Desk, cells: int, rows: int, held: Rows | None) -> tuple[list[Line], str]:
    pane, room = desk.pane("orders"), orders.rows_for(rows, zoomed=desk.pane("orders").zoomed)
    if held is None:
        held = rows_of(view, desk.cursor, desk.found, overdue_only=desk.overdue_only)
    shown = page(view, desk.cursor, held, room, pins=not desk.narrowed)
    return orders.paint(view, cells, rows, shown, pane, filtered=desk.narrowed), orders.note(view, desk, held, shown)


def picture(view: View, desk: Desk, width: int, height: int, held: Rows | None = None) -> list[Line]:
    """The whole screen: `height` lines of `width` cells. The boxes tile it, so that lines of neighbours are joined."""
    drawn: list[Line] = [BLANK] * height
    for name, box in sorted(layout(view, desk, width, height).boxes.items(), key=lambda item: item[1].x):
        for offset, line in enumerate(draw(view, desk, name, box, held)):
            drawn[box.y + offset] = (*drawn[box.y + offset], *line)
    return drawn


def snapshot(view: View, width: int = 120, height: int = 36) -> str:
    """The whole screen as plain text: what is printed where there is no terminal."""
    return text_of(picture(view, Desk(focus=""), width, height))
