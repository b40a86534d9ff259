"""What we believe about one order line, merged from every time any source told of it.

The merge is a join: commutative, associative and idempotent, so readings may come in any order, late or twice.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from evtui.domain.campaign import Campaign
from evtui.domain.chain import Step, StepSeen, StepState
from evtui.domain.orders import OrderLine, OrderState, is_paid, state_of


class Tracked(Struct, frozen=True):
    """One TS. `line` is the newest word on it; the rest is what only a history of words can tell."""

    line: OrderLine
    read_at: datetime
    """When the newest word was read."""
    state: OrderState
    paid_exact: datetime | None = None
    paid_update: datetime | None = None
    """Update time of the row while it stood in the first status after payment."""
    paid_seen: datetime | None = None
    """Update time of the row (else the reading's) when it was first seen paid and still on its way."""
    unpaid_seen: datetime | None = None
    """Update time of the row (else its making) when it was last seen unpaid."""
    delivered_at: datetime | None = None
    released_at: datetime | None = None
    polled: bool = True
    """Whether a poll told of it; False where only somebody's question about this very order did."""
    steps: tuple[StepSeen, ...] = ()
    """The best observation of each step that a look-up told of, in chain order."""

    @property
    def paid_at(self) -> datetime | None:
        """When it was paid, or None where nobody saw it happen.

        Exact where a source knows it, else the update of the row that made it paid. Else the first word of it as paid,
        but only where it was seen unpaid before: a line first met in the back office may have been paid long ago.
        """
        if self.paid_exact is not None or self.paid_update is not None:
            return self.paid_exact or self.paid_update
        witnessed = self.paid_seen and self.unpaid_seen and self.unpaid_seen <= self.paid_seen
        return self.paid_seen if witnessed else None

    @property
    def is_paid(self) -> bool:
        """Whether money came in and was not given back."""
        return self.state is not OrderState.RELEASED and is_paid(self.line, self.state)

    @property
    def is_open(self) -> bool:
        """Paid and neither delivered nor released: its clock runs."""
        return self.is_paid and self.state is not OrderState.DELIVERED

    def clock_start(self, campaign: Campaign) -> tuple[datetime, str]:
        """When its clock started, and by which event (`paid` or `created`)."""
        if campaign.sla.clock_starts == "paid" and self.paid_at is not None:
            return self.paid_at, "paid"
        return self.line.created_at, "created"


def observe(line: OrderLine, taken_at: datetime, *, polled: bool = True) -> Tracked:
    """One line as one reading told it."""
    state = state_of(line)
    changed = line.updated_at or taken_at
    under_way = state not in (OrderState.DELIVERED, OrderState.RELEASED) and is_paid(line, state)
    return Tracked(
        line=line,
        read_at=taken_at,
        state=state,
        paid_exact=line.paid_at,
        paid_update=line.updated_at if state is OrderState.PAID else None,
        # an end is no payment: seen after a gap, it would make the delivery look instant
        paid_seen=changed if under_way else None,
        unpaid_seen=_row_time(line) if state is OrderState.UNPAID else None,
        delivered_at=changed if state is OrderState.DELIVERED else None,
        released_at=changed if state is OrderState.RELEASED else None,
        polled=polled,
    )


def join(a: Tracked, b: Tracked) -> Tracked:
    """Everything two beliefs about the same TS know together."""
    newest = _newer(a, b)
    return Tracked(
        line=_with_place(newest.line, a.line, b.line),
        read_at=newest.read_at,
        state=newest.state,
        paid_exact=_first(a.paid_exact, b.paid_exact),
        paid_update=_first(a.paid_update, b.paid_update),
        paid_seen=_first(a.paid_seen, b.paid_seen),
        unpaid_seen=_last(a.unpaid_seen, b.unpaid_seen),
        delivered_at=_first(a.delivered_at, b.delivered_at),
        released_at=_first(a.released_at, b.released_at),
        polled=a.polled or b.polled,
        steps=a.steps if not b.steps else merge_steps(a.steps, b.steps),
    )


def with_steps(tracked: Tracked, steps: tuple[StepSeen, ...]) -> Tracked:
    """The same line with what a look-up saw of its steps."""
    return replace(tracked, steps=merge_steps(tracked.steps, steps))


def merge_steps(a: tuple[StepSeen, ...], b: tuple[StepSeen, ...]) -> tuple[StepSeen, ...]:
    """The best observation of each step: seen beats inferred, done beats failed beats waiting, then the first time."""
    best: dict[Step, StepSeen] = {}
    for seen in (*a, *b):
        held = best.get(seen.step)
        if held is None or _step_rank(seen) > _step_rank(held):
            best[seen.step] = seen
    return tuple(best[step] for step in Step if step in best)


STATE_RANK = {StepState.DONE: 3, StepState.FAILED: 2, StepState.WAITING: 1, StepState.NOT_SEEN: 0}
"""How much an observation of a step says: the higher one stands."""


def _step_rank(seen: StepSeen) -> tuple[int, bool, float, str, str]:
    when = seen.at.timestamp() if seen.at else float("inf")
    if seen.state is not StepState.DONE and seen.at:
        when = -when  # of things not finished the latest word counts, of things done the first
    return (STATE_RANK[seen.state], not seen.inferred, -when, seen.source, seen.note)


def _row_time(line: OrderLine) -> datetime:
    return line.updated_at or line.created_at


def _newer(a: Tracked, b: Tracked) -> Tracked:
    of_a, of_b = (_row_time(a.line), a.read_at), (_row_time(b.line), b.read_at)
    if of_a == of_b:
        return a if _words(a.line) >= _words(b.line) else b
    return a if of_a > of_b else b


def _words(line: OrderLine) -> str:
    """Everything a line says but its place, so that of two words of the same age one always wins."""
    return repr(
        (
            (line.status, line.status_user, line.status_scm, line.status_slave, line.tg_code, line.shop_id),
            (line.quantity, line.amount, line.created_at, line.updated_at, line.paid_at),
        )
    )


def _with_place(line: OrderLine, a: OrderLine, b: OrderLine) -> OrderLine:
    """`line` with page and SKU from whichever word has them: an answer that leaves them out must not unsell a set."""
    page = _greater(a.page_id, b.page_id)
    sku = _greater(a.sku_id, b.sku_id)
    return line if (page, sku) == (line.page_id, line.sku_id) else replace(line, page_id=page, sku_id=sku)


def _greater(a: int | None, b: int | None) -> int | None:
    return b if a is None else a if b is None else max(a, b)


def _first(a: datetime | None, b: datetime | None) -> datetime | None:
    return b if a is None else a if b is None else min(a, b)


def _last(a: datetime | None, b: datetime | None) -> datetime | None:
    return b if a is None else a if b is None else max(a, b)
