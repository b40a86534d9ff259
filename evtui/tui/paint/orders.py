"""The order feed as it is drawn: which orders stand in it is `feed`'s to say."""

from __future__ import annotations

from bisect import bisect_right
from datetime import timedelta

from msgspec import Struct

from evtui.domain.chain import Step, StepState
from evtui.domain.orders import OrderState
from evtui.domain.reading import Topic
from evtui.store.delivery import age, chain
from evtui.store.orders import RECENT_LINES
from evtui.store.tracked import Tracked
from evtui.tui.ambiguous import cell_width, clip, fit
from evtui.tui.desk import Desk
from evtui.tui.feed import Cursor, Page
from evtui.tui.format import at, span
from evtui.tui.lines import BLANK, Line, folded, restyle
from evtui.tui.look import Pane
from evtui.tui.rows import Count, Rows
from evtui.tui.view import View

TOPIC = Topic.ORDERS
"""Whose age stands in the pane's border."""

HEAD_ROWS = 8
"""Rows from which one of them is spent on the names of the columns."""

DETAIL_ROWS = 2
"""Rows below the feed of a zoomed pane for the chain of the selected order."""

FILTER_CELLS = 30
"""Cells of a filter in the border: its beginning is enough to know it by."""

STAGES = (Step.PAID, Step.TRANSFERRED, Step.TASK, Step.DELIVERED)
"""Steps whose time has a column of its own where there is room."""

STAGE_CELLS = 9
"""Cells of such a column."""

TS_CELLS = 16
"""Cells of the column with the line's own code, where there is room for it."""

SETS_CELLS = 4
"""Cells behind a name for the number of sets: ` ×99`."""

AGE_CELLS = 9
"""Cells of the age: `in 61m34s`."""


def rows_for(rows: int, *, zoomed: bool) -> int:
    """Orders that fit a pane of `rows` rows."""
    return max(rows - (rows >= HEAD_ROWS) - (DETAIL_ROWS if zoomed and rows > HEAD_ROWS else 0), 1)


def paint(view: View, cells: int, rows: int, shown: Page, pane: Pane = Pane(), *, filtered: bool = False) -> list[Line]:
    """The body of the pane."""
    if rows < 1:
        return []
    columns = _columns(view, cells)
    lines: list[Line] = [_head(columns)] if rows >= HEAD_ROWS else []
    for index, tracked in enumerate(shown.lines):
        line = _row(view, tracked, columns)
        lines.append(restyle(line, "selected") if index == shown.selected else line)
    if not shown.lines:
        lines.append(((" no order matches" if filtered else f" {_nothing(view)}", "dim"),))
    if pane.zoomed and rows > HEAD_ROWS and shown.lines:
        chosen = shown.lines[max(shown.selected, 0)]
        lines += [BLANK] * (rows - DETAIL_ROWS - len(lines))
        lines += folded(_journey(view, chosen), cells)[:DETAIL_ROWS]
    return lines


def note(view: View, desk: Desk, held: Rows, shown: Page) -> str:
    """`follow`, or which row is selected and how many lines wait; the filter; overdue lines out of sight."""
    cursor, words = desk.cursor, []
    if desk.narrowed:
        what = " ".join(filter(None, ("overdue" if desk.overdue_only else "", desk.filter)))
        words.append(f"/{clip(what, FILTER_CELLS)} {held.count()}")
    if cursor.following:
        words.append("" if desk.narrowed else "follow")
    elif not shown.lines or shown.selected < len(shown.pinned):
        words.append(_waiting(view, cursor))
    else:
        row = held.row(shown.lines[shown.selected])
        words += [f"{row + 1:,} of {held.count()}" if row >= len(shown.flow) else "", _waiting(view, cursor)]
    hidden = len(view.late) - len(shown.pinned)
    words.append(f"{len(view.late)} overdue" if hidden > 0 and not desk.overdue_only else "")
    return " · ".join(filter(None, words))


def _waiting(view: View, cursor: Cursor) -> str:
    recent = view.state.orders.recent
    waiting = len(recent) - bisect_right(recent, cursor.anchor) if cursor.anchor is not None else 0
    return f"+{Count(waiting, exact=waiting < RECENT_LINES)} new" if waiting else "held"


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


def label(view: View, tracked: Tracked, cells: int = 0, *, named: bool = False) -> str:
    """The product's short label, or its name where that is asked for; with the number of sets where it is not one."""
    product = view.campaign.product(tracked.line.page_id)
    name = product.label if product else f"page {tracked.line.page_id if tracked.line.page_id is not None else '--'}"
    sets = f" ×{tracked.line.quantity}" if tracked.line.quantity != 1 else ""
    if product and named:
        name = product.name
    # how many matters more than the end of the name
    return clip(name, cells - cell_width(sets)) + sets if cells else name + sets


class _Columns(Struct, frozen=True):
    """Cells of each column; the code column is never cut, and what is not needed stays empty at the right."""

    product: int
    named: bool
    """Whether it has room for every product's name, not for the labels alone."""
    state: int
    ts_code: int
    """0: there is no such column."""
    stages: tuple[Step, ...]


def _columns(view: View, cells: int) -> _Columns:
    """What fits `cells`: first the stages, then the line's own code, and never more for the product than its names."""
    state = 12 if cells >= 66 else 11
    room = cells - 1 - 9 - 15 - 1 - state - AGE_CELLS
    longest = max(cell_width(product.name) for product in view.campaign.products) + SETS_CELLS
    stages = STAGES if room >= 26 + STAGE_CELLS * len(STAGES) else ()
    room -= STAGE_CELLS * len(stages)
    ts_code = TS_CELLS if stages and room >= 26 + TS_CELLS else 0
    product = max(min(room - ts_code, longest), 6)
    return _Columns(product, longest <= product, state, ts_code, stages)


def _head(columns: _Columns) -> Line:
    text = f" {'time':<8} {'order':<15}" + (f"{'line':<{TS_CELLS}}" if columns.ts_code else "")
    text += f"{fit('product', columns.product)} {fit('state', columns.state)}{'age':>{AGE_CELLS}}"
    return ((text + "".join(f"{_SHORT[step]:>{STAGE_CELLS}}" for step in columns.stages), "dim"),)


def _row(view: View, tracked: Tracked, columns: _Columns) -> Line:
    late = tracked.is_open and age(tracked, view.state, view.now) > view.campaign.sla.deliver_within
    word, style = ("OVERDUE", "alert") if late else state_word(tracked)
    ageing = age(tracked, view.state, view.now) if tracked.is_open else timedelta()
    warned = any(ageing > limit for limit in view.campaign.sla.warn_at)
    mark = "!" if late else "~" if warned else " "
    codes = f"{at(tracked.line.created_at, view.zone)} {fit(tracked.line.tg_code, 15)}"
    if columns.ts_code:
        codes += fit(tracked.line.ts_code, TS_CELLS)
    product = label(view, tracked, columns.product, named=columns.named)
    line: Line = (
        (mark, "alert" if late else "warn"),
        (f"{codes}{fit(product, columns.product)} ", ""),
        (fit(word, columns.state), style),
        (f"{age_word(view, tracked):>{AGE_CELLS}}", "alert" if late else "warn" if warned else ""),
    )
    return (*line, (_stages(tracked), "dim")) if columns.stages else line


_SHORT = {Step.PAID: "paid", Step.TRANSFERRED: "transf.", Step.TASK: "task", Step.DELIVERED: "deliv."}


def _stages(tracked: Tracked) -> str:
    """How long after the step before each of these was done; `-` where nobody saw it."""
    took = {each.step: each.took for each in chain(tracked) if each.state is StepState.DONE}
    return "".join(f"{_took(took, step):>{STAGE_CELLS}}" for step in STAGES)


def _took(took: dict[Step, timedelta | None], step: Step) -> str:
    if step not in took:
        return "-"
    length = took[step]
    return "done" if length is None else f"+{span(length)}"


def _journey(view: View, tracked: Tracked) -> Line:
    """The chain of one order in one sentence: every step that was seen, with its time."""
    seen = [each for each in chain(tracked) if each.state is not StepState.NOT_SEEN]
    steps = " · ".join(f"{each.step} {at(each.at, view.zone) if each.at else each.state}" for each in seen)
    return ((f" {tracked.line.ts_code}  {steps}", "dim"),)


def _nothing(view: View) -> str:
    if view.now < view.campaign.opens:
        return "no orders yet; the sale is not open"
    health = view.sources[TOPIC]
    return "no orders yet; the feed is alive" if health.usable else f"no orders known: {health.why}"
