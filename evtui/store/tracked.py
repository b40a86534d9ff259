"""What we believe about one order line, merged from every time any source told of it.

The merge is a join: commutative, associative and idempotent, so readings may come in any order, late or twice.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from evtui.domain.campaign import Campaign
from evtui.domain.chain import Step, StepSeen, StepState
from evtui.domain.orders import OrderLine, OrderState, is_paid, state_of

WITNESSED = timedelta(minutes=2)
"""Longest time between the last word of a line as unpaid and the first as paid for which the row's own time is taken:
after a longer one the row may have been touched again since, and a deadline must never start too late."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)

# looked up in the enumeration for every word on every line, they take a tenth of the time of all
_UNPAID, _DELIVERED, _RELEASED = OrderState.UNPAID, OrderState.DELIVERED, OrderState.RELEASED


class PaidSeen(Struct, frozen=True, order=True, gc=False):
    """A word of a line as paid and still on its way; of several the first counts."""

    read_at: datetime
    changed: datetime
    """Update time of the row, else of the reading."""
    since: datetime
    """The reading that this one goes on from: until then the line was as it had been told last."""


class Tracked(Struct, frozen=True, gc=False):
    """One TS. `line` is the newest word on it; the rest is what only a history of words can tell."""

    line: OrderLine
    read_at: datetime
    """When the newest word was read."""
    state: OrderState
    paid_exact: datetime | None = None
    paid_seen: PaidSeen | None = None
    """When it was first seen paid and still on its way."""
    unpaid_seen: tuple[datetime, datetime] | None = None
    """When it was first and last read as unpaid."""
    delivered_at: datetime | None = None
    released_at: datetime | None = None
    polled: bool = True
    """Whether a poll told of it; False where only somebody's question about this very order did."""
    steps: tuple[StepSeen, ...] = ()
    """The best observation of each step that a look-up told of, in chain order."""

    @property
    def paid_at(self) -> datetime | None:
        """When it was paid, or None where nobody saw it happen.

        Exact where a source knows it. Else it lies between two readings, the last that told of the line as unpaid and
        the first as paid; without the former it may have been paid long ago, whenever the row was touched last. The
        row's update time is taken where the two are close together and it lies between them, else the early end.
        """
        if self.paid_exact is not None or self.paid_seen is None or self.unpaid_seen is None:
            return self.paid_exact
        first, last = self.unpaid_seen
        paid = self.paid_seen
        unpaid = last if last < paid.read_at else first
        if unpaid >= paid.read_at:
            return None
        unpaid = max(unpaid, paid.since)
        witnessed = paid.read_at - unpaid <= WITNESSED and unpaid < paid.changed <= paid.read_at
        return paid.changed if witnessed else unpaid

    @property
    def is_paid(self) -> bool:
        """Whether money came in and was not given back."""
        return self.state is not _RELEASED and is_paid(self.line, self.state)

    @property
    def is_open(self) -> bool:
        """Paid and neither delivered nor released: its clock runs."""
        return self.state is not _DELIVERED and self.is_paid

    @property
    def came_to_nothing(self) -> bool:
        """Whether it was given back without anybody having seen it paid."""
        if self.state is not _RELEASED or is_paid(self.line, self.state):
            return False
        return self.paid_exact is None and self.paid_seen is None and self.delivered_at is None

    def clock_start(self, campaign: Campaign) -> tuple[datetime, str]:
        """When its clock started, and by which event (`paid` or `created`)."""
        if campaign.sla.clock_starts == "paid" and self.paid_at is not None:
            return self.paid_at, "paid"
        return self.line.created_at, "created"


def observe(line: OrderLine, taken_at: datetime, *, polled: bool = True, since: datetime | None = None) -> Tracked:
    """One line as one reading told it, which tells all that changed from the reading at `since` on."""
    state = state_of(line)
    changed = line.updated_at or taken_at
    delivered, released = state is _DELIVERED, state is _RELEASED
    # an end is no payment: seen after a gap, it would make the delivery look instant
    under_way = not delivered and not released and is_paid(line, state)
    return Tracked(
        line,
        taken_at,
        state,
        line.paid_at,
        PaidSeen(taken_at, changed, since or _LONG_AGO) if under_way else None,
        (taken_at, taken_at) if state is _UNPAID else None,
        changed if delivered else None,
        changed if released else None,
        polled,
    )


def unread(ts_code: str, made: float) -> Tracked:
    """What stands for a line whose belief cannot be read back from disk: its code and nothing else."""
    moment = datetime.fromtimestamp(made, UTC)
    return observe(OrderLine(ts_code, "", 0, None, 0, moment, None, "", "", ""), moment)


def join(a: Tracked, b: Tracked) -> Tracked:
    """Everything two beliefs about the same TS know together."""
    # the later reading stands: a row's own time may go back, where the clocks of two writers differ
    later = a if a.read_at > b.read_at else b
    newest = later if a.read_at != b.read_at else _newer(a, b)
    # most words add to one or two of these: asking first is cheaper than joining what is not there
    return Tracked(
        _completed(newest.line, a.line, b.line),
        newest.read_at,
        newest.state,
        a.paid_exact if b.paid_exact is None else _first(a.paid_exact, b.paid_exact),
        a.paid_seen if b.paid_seen is None else _first(a.paid_seen, b.paid_seen),
        a.unpaid_seen if b.unpaid_seen is None else _both(a.unpaid_seen, b.unpaid_seen),
        a.delivered_at if b.delivered_at is None else _first(a.delivered_at, b.delivered_at),
        a.released_at if b.released_at is None else _first(a.released_at, b.released_at),
        a.polled or b.polled,
        a.steps if not b.steps else merge_steps(a.steps, b.steps),
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


def _newer(a: Tracked, b: Tracked) -> Tracked:
    """Of two words read at one moment that on the younger row, else the one that compares higher."""
    of_a, of_b = a.line.updated_at or _LONG_AGO, b.line.updated_at or _LONG_AGO
    if of_a != of_b:
        return a if of_a > of_b else b
    return a if _words(a.line) >= _words(b.line) else b


def _words(line: OrderLine) -> tuple[object, ...]:
    """Everything of a line but what `_completed` fills in, so that of two words of the same age one always wins.

    Only values that compare, and alike however a number or a time is written.
    """
    return (
        (line.status, line.status_user, line.status_scm, line.status_slave, line.tg_code, line.shop_id, line.quantity),
        (line.amount is not None, line.amount or 0.0),
        (line.paid_at is not None, line.paid_at or _LONG_AGO),
    )


def _completed(line: OrderLine, a: OrderLine, b: OrderLine) -> OrderLine:
    """`line` with what another word knows better.

    Page and SKU come from whichever has them: an answer that leaves them out must not unsell a set. It was made at the
    earliest time told: a row that does not hold it tells its last update instead, and that moves.
    """
    if a.created_at == b.created_at and a.page_id == b.page_id and a.sku_id == b.sku_id:
        return line
    page = _greater(a.page_id, b.page_id)
    sku = _greater(a.sku_id, b.sku_id)
    made = min(a.created_at, b.created_at)
    if (page, sku, made) == (line.page_id, line.sku_id, line.created_at):
        return line
    return replace(line, page_id=page, sku_id=sku, created_at=made)


def _greater(a: int | None, b: int | None) -> int | None:
    return b if a is None else a if b is None else max(a, b)


_Time = TypeVar("_Time", datetime, PaidSeen)


def _first(a: _Time | None, b: _Time) -> _Time:
    return b if a is None else min(a, b)


def _both(a: tuple[datetime, datetime] | None, b: tuple[datetime, datetime]) -> tuple[datetime, datetime]:
    return b if a is None else (min(a[0], b[0]), max(a[1], b[1]))
