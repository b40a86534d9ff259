"""The order page: every line of a group on its own, its chain with times, its statuses and its clock."""

from __future__ import annotations

from msgspec import Struct

from evtui.domain.chain import Step, StepState
from evtui.domain.reading import Failure, Lookup, Reading
from evtui.store.delivery import ChainStep, age, chain
from evtui.store.tracked import Tracked
from evtui.tui.ambiguous import clip, fit
from evtui.tui.format import UNKNOWN, at, span
from evtui.tui.lines import BLANK, Line
from evtui.tui.paint.orders import label, state_word
from evtui.tui.view import View

_NAMES = {
    Step.CREATED: "created",
    Step.PAID: "paid",
    Step.TRANSFERRED: "transferred",
    Step.ORDER_CREATED: "OrderCreated",
    Step.VALIDITY: "CheckIsValid",
    Step.TASK: "EVoucherOrderCreated",
    Step.ISSUER_GET: "SalesOrder/Get",
    Step.VIP_MEMBER: "VipMemberInfo",
    Step.DELIVERED: "delivered",
}
_SIGNS = {StepState.DONE: ("✓", "ok"), StepState.FAILED: ("✗", "alert"), StepState.WAITING: ("…", "warn")}


class Asked(Struct, frozen=True):
    """The look-ups sent for this page: which are still out, and what the others came to."""

    pending: tuple[Lookup, ...] = ()
    answers: tuple[Reading, ...] = ()


def title(view: View, code: str, lines: tuple[Tracked, ...]) -> str:
    """What stands in the border."""
    shop = view.campaign.shop
    made = f" · created {at(lines[0].line.created_at, view.zone)}" if lines else ""
    return f"Order {code} · {view.campaign.market} {shop.id}{made}"


def paint(view: View, code: str, tg_code: str | None, asked: Asked, cells: int) -> list[Line]:
    """The page's lines; as many as the order needs."""
    tracked = view.state.orders.group(tg_code) if tg_code else ()
    lines: list[Line] = []
    if not tracked:
        lines.append(((f" {code}: {_unknown(asked)}", "dim" if asked.pending else "warn"),))
    for index, each in enumerate(tracked):
        if index:
            lines.append(BLANK)
        lines += _line(view, each, cells)
    lines.append(BLANK)
    lines += _asked(asked, cells)
    return lines


def _unknown(asked: Asked) -> str:
    """Why there is nothing to show: that nobody knows an order can only be said where everybody answered."""
    if asked.pending:
        return "asking the sources"
    if any(isinstance(reading.value, Failure) for reading in asked.answers):
        return "not known, but not every source answered"
    return "no source knows this order"


def _line(view: View, tracked: Tracked, cells: int) -> list[Line]:
    line = tracked.line
    limit = view.campaign.sla.deliver_within
    started, clock = tracked.clock_start(view.campaign)
    aged = age(tracked, view.state, view.now)
    late = tracked.is_open and aged > limit
    word, style = ("OVERDUE", "alert") if late else state_word(tracked)
    if tracked.is_open:
        pace = f"{span(aged)} of {span(limit)}"
    elif tracked.is_paid:
        pace = f"in {span(aged)}"
    else:
        pace = span(aged)
    shop = f" · shop {line.shop_id}, not {view.campaign.shop.id}" if line.shop_id != view.campaign.shop.id else ""
    amount = f" · {view.campaign.currency} {line.amount:,.2f}" if line.amount is not None else ""
    return [
        ((f" {line.ts_code}", "head"), (f"  {label(view, tracked)}{amount}{shop}", "")),
        (
            (f" {word} ", style),
            (f"{pace}  clock: {clock} {at(started, view.zone)}", "alert" if late else ""),
        ),
        (
            (" User ", "dim"),
            (line.status_user or UNKNOWN, ""),
            ("   SCM ", "dim"),
            (line.status_scm or UNKNOWN, ""),
            ("   Flow ", "dim"),
            (line.status or UNKNOWN, ""),
            (f"   read {at(tracked.read_at, view.zone)}", "dim"),
        ),
        *(_step(view, step, cells) for step in chain(tracked)),
    ]


def _step(view: View, step: ChainStep, cells: int) -> Line:
    sign, style = _SIGNS.get(step.state, ("·", "dim"))
    name = fit(_NAMES[step.step], 21)
    if step.state is StepState.NOT_SEEN:
        return ((f"   {sign} ", style), (f"{name}not seen", "dim"))
    time = at(step.at, view.zone) if step.at else "time unknown"
    took = f"+{span(step.took)}" if step.took is not None else ""
    how = " inferred" if step.inferred else ""
    tail = clip(f"  {step.source}{how}{f' · {step.note}' if step.note else ''}", max(cells - 47, 0))
    return (
        (f"   {sign} ", style),
        (f"{name}{fit(time, 12)}{took:>8}", style if step.state is not StepState.DONE else ""),
        (tail, "dim"),
    )


def _asked(asked: Asked, cells: int) -> list[Line]:
    lines: list[Line] = [
        ((f" {reading.topic}: {reading.value.kind}: {reading.value.why}", "warn"),)
        for reading in asked.answers
        if isinstance(reading.value, Failure)
    ]
    if asked.pending:
        lines.append(((f" asking {', '.join(asked.pending)}", "dim"),))
    elif asked.answers:
        good = [str(reading.topic) for reading in asked.answers if not isinstance(reading.value, Failure)]
        if good:
            lines.append(((clip(f" answered: {', '.join(good)}", cells), "dim"),))
    if not asked.pending and not asked.answers:
        lines.append(((" no look-ups are configured; this is what the order feed told", "dim"),))
    return lines
