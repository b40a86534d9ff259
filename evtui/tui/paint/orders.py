"""The order feed: overdue lines pinned on top, then the newest first; a selection freezes it and counts what waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from msgspec import Struct

from evtui.domain.chain import Step, StepState
from evtui.domain.orders import OrderState
from evtui.domain.reading import Topic
from evtui.store.delivery import age
from evtui.store.tracked import Tracked
from evtui.text import fit
from evtui.tui.format import at, span
from evtui.tui.lines import Line, restyle
from evtui.tui.view import View

TOPIC = Topic.ORDERS
"""Whose age stands in the pane's border."""

PINNED_SHARE = 3
"""At most one row in this many is given to pinned overdue lines, so that the flow stays visible below them."""


class Cursor(Struct, frozen=True):
    """Where the engineer is in the feed. `anchor` is the newest line when the feed was frozen; None: it follows."""

    anchor: tuple[float, str] | None = None
    index: int = 0
    """Row of the selection, counted over pinned and flowing rows together."""
    code: str = ""
    """TS code of the selected line: it stays selected where a late answer puts a line above it."""
    pinned: tuple[str, ...] = ()
    """The lines that were pinned when the feed was frozen: what is overdue since then waits, and is counted."""

    @property
    def following(self) -> bool:
        """Whether new lines move the feed."""
        return self.anchor is None


class Feed(Struct, frozen=True):
    """The rows of the feed at one moment: TS codes, and how many new lines wait behind a frozen one."""

    pinned: tuple[str, ...]
    flow: tuple[str, ...]
    waiting: int
    late: int

    @property
    def codes(self) -> tuple[str, ...]:
        """Every row that can be selected, top to bottom."""
        return self.pinned + self.flow


def feed(view: View, cursor: Cursor, rows: int) -> Feed:
    """What a feed of `rows` rows holds: it may hold more than it can show, so that a selection can scroll."""
    late = tuple(each.tracked.line.ts_code for each in view.late)
    pinned = late[: max(rows // PINNED_SHARE, 1)] if rows > 1 else late[:rows]
    if not cursor.following:
        pinned = cursor.pinned
    recent = view.state.orders.recent
    end = len(recent)
    if cursor.anchor is not None:
        while end and recent[end - 1] > cursor.anchor:
            end -= 1
    reach = max(rows + cursor.index + 1, rows) if cursor.anchor is not None else rows
    flow = tuple(code for _, code in reversed(recent[max(end - reach - len(pinned), 0) : end]) if code not in pinned)
    return Feed(pinned, flow, len(recent) - end, len(late))


def selection(held: Feed, cursor: Cursor) -> int:
    """Row of the selected line: where it stands now, or where it stood."""
    codes = held.codes
    return codes.index(cursor.code) if cursor.code in codes else max(min(cursor.index, len(codes) - 1), 0)


def paint(view: View, cells: int, rows: int, cursor: Cursor) -> list[Line]:
    """The body of the pane."""
    if rows < 1:
        return []
    head = rows >= 8
    room = rows - head
    held = feed(view, cursor, room)
    codes: Sequence[str] = held.codes
    chosen = -1 if cursor.following else selection(held, cursor)
    start = max(chosen - room + 1, 0)
    lines: list[Line] = [_head(view, cells)] if head else []
    for index, code in enumerate(codes[start : start + room], start):
        tracked = view.state.orders.get(code)
        if tracked is None:
            continue
        line = _row(view, tracked, cells)
        lines.append(restyle(line, "selected") if index == chosen else line)
    if not codes:
        lines.append(((f" {_nothing(view)}", "dim"),))
    return lines


def note(view: View, cursor: Cursor, rows: int) -> str:
    """`follow`, or how many lines wait while a selection holds the feed still; and overdue lines out of sight."""
    held = feed(view, cursor, max(rows - (rows >= 8), 0))
    hidden = held.late - len(held.pinned)
    more = f" · {held.late} overdue" if hidden > 0 else ""
    if cursor.following:
        return f"follow{more}"
    return (f"+{held.waiting} new" if held.waiting else "held") + more


def state_word(tracked: Tracked) -> tuple[str, str]:
    """What the state column says, and its style: the platform's own words where they are not among the known ones."""
    steps = {seen.step: seen.state for seen in tracked.steps}
    match tracked.state:
        case OrderState.TRANSFERRED if steps.get(Step.TASK) is StepState.DONE:
            return "task done", ""
        case OrderState.CONFIRMED if steps.get(Step.VIP_MEMBER) is StepState.WAITING:
            return "awaits vip", "warn"
        case OrderState.RELEASED:
            return "refunded" if tracked.line.status == "RefundFinish" else "cancelled", "dim"
        case OrderState.FAILED:
            return "FAILED", "alert"
        case OrderState.UNKNOWN:
            words = dict.fromkeys((tracked.line.status_user, tracked.line.status_scm))
            return "/".join(word or "--" for word in words), "warn"
        case OrderState.DELIVERED:
            return "delivered", "ok"
        case other:
            return str(other), ""


def age_word(view: View, tracked: Tracked) -> str:
    """The age while a line is open, `in 6m09s` once delivered, nothing for released ones."""
    if tracked.state is OrderState.DELIVERED:
        return f"in {span(age(tracked, view.state, view.now))}"
    if tracked.state is OrderState.RELEASED:
        return ""
    return span(age(tracked, view.state, view.now))


def label(view: View, tracked: Tracked) -> str:
    """The product's short label, with the number of sets where it is not one."""
    product = view.campaign.product(tracked.line.page_id)
    name = product.label if product else f"page {tracked.line.page_id if tracked.line.page_id is not None else '--'}"
    return f"{name} ×{tracked.line.quantity}" if tracked.line.quantity != 1 else name


def _widths(cells: int) -> tuple[int, int, int]:
    """(product, state, age) widths; the code column is never cut."""
    last = 9
    state = 12 if cells >= 66 else 11
    return max(cells - 1 - 9 - 15 - 1 - state - last, 6), state, last


def _head(view: View, cells: int) -> Line:
    product, state, last = _widths(cells)
    return ((f" {'time':<8} {'order':<15}{fit('product', product)} {fit('state', state)}{'age':>{last}}", "dim"),)


def _row(view: View, tracked: Tracked, cells: int) -> Line:
    product, state, last = _widths(cells)
    late = tracked.is_open and age(tracked, view.state, view.now) > view.campaign.sla.deliver_within
    word, style = ("OVERDUE", "alert") if late else state_word(tracked)
    ageing = age(tracked, view.state, view.now) if tracked.is_open else timedelta()
    warned = any(ageing > limit for limit in view.campaign.sla.warn_at)
    mark = "!" if late else "~" if warned else " "
    time = at(tracked.line.created_at, view.zone)
    body = f"{time} {fit(tracked.line.tg_code, 15)}{fit(label(view, tracked), product)} "
    return (
        (mark, "alert" if late else "warn"),
        (body, ""),
        (fit(word, state), style),
        (f"{age_word(view, tracked):>{last}}", "alert" if late else "warn" if warned else ""),
    )


def _nothing(view: View) -> str:
    if view.now < view.campaign.opens:
        return "no orders yet; the sale is not open"
    health = view.sources[TOPIC]
    return "no orders yet; the feed is alive" if health.usable else f"no orders known: {health.why}"
