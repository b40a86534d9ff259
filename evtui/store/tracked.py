"""What we believe about one order line, merged from every time any source told of it.

The merge is a join: commutative, associative and idempotent, so readings may come in any order, late or twice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from evtui.domain.campaign import Campaign
from evtui.domain.chain import Step, StepSeen, StepState
from evtui.domain.orders import OrderLine, OrderState, is_paid, state_of


@dataclass(frozen=True, slots=True)
class Tracked:
    """One TS. `line` is the newest word on it; the rest is what only a history of words can tell."""

    line: OrderLine
    read_at: datetime
    """When the newest word was read."""
    state: OrderState
    paid_exact: datetime | None = None
    paid_update: datetime | None = None
    """Update time of the row while it stood in the first status after payment."""
    paid_seen: datetime | None = None
    """When it was first seen paid."""
    unpaid_seen: datetime | None = None
    """When it was last seen unpaid."""
    delivered_at: datetime | None = None
    released_at: datetime | None = None
    steps: tuple[StepSeen, ...] = ()
    """The best observation of each step that a look-up told of, in chain order."""

    @property
    def paid_at(self) -> datetime | None:
        """When it was paid, or None where nobody saw it: first read already paid, from a source without a paid time."""
        if self.paid_exact is not None or self.paid_update is not None:
            return self.paid_exact or self.paid_update
        witnessed = self.paid_seen and self.unpaid_seen and self.unpaid_seen <= self.paid_seen
        return self.paid_seen if witnessed else None

    @property
    def is_paid(self) -> bool:
        """Whether money came in and was not given back."""
        return self.state is not OrderState.RELEASED and is_paid(self.line)

    @property
    def is_open(self) -> bool:
        """Paid and neither delivered nor released: its clock runs."""
        return self.is_paid and self.state is not OrderState.DELIVERED

    def clock_start(self, campaign: Campaign) -> tuple[datetime, str]:
        """When its clock started, and by which event (`paid` or `created`)."""
        if campaign.sla.clock_starts == "paid" and self.paid_at is not None:
            return self.paid_at, "paid"
        return self.line.created_at, "created"


def observe(line: OrderLine, taken_at: datetime) -> Tracked:
    """One line as one reading told it."""
    state = state_of(line)
    changed = line.updated_at or taken_at
    paid = is_paid(line)
    return Tracked(
        line=line,
        read_at=taken_at,
        state=state,
        paid_exact=line.paid_at,
        paid_update=line.updated_at if state is OrderState.PAID else None,
        paid_seen=taken_at if paid else None,
        unpaid_seen=taken_at if state is OrderState.UNPAID else None,
        delivered_at=changed if state is OrderState.DELIVERED else None,
        released_at=changed if state is OrderState.RELEASED else None,
    )


def join(a: Tracked, b: Tracked) -> Tracked:
    """Everything two beliefs about the same TS know together."""
    newest = max(a, b, key=_age)
    return Tracked(
        line=newest.line,
        read_at=newest.read_at,
        state=newest.state,
        paid_exact=_first(a.paid_exact, b.paid_exact),
        paid_update=_first(a.paid_update, b.paid_update),
        paid_seen=_first(a.paid_seen, b.paid_seen),
        unpaid_seen=_last(a.unpaid_seen, b.unpaid_seen),
        delivered_at=_first(a.delivered_at, b.delivered_at),
        released_at=_first(a.released_at, b.released_at),
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


_STATE_RANK = {StepState.DONE: 3, StepState.FAILED: 2, StepState.WAITING: 1, StepState.NOT_SEEN: 0}


def _step_rank(seen: StepSeen) -> tuple[int, bool, float, str, str]:
    when = seen.at.timestamp() if seen.at else float("inf")
    if seen.state is not StepState.DONE and seen.at:
        when = -when  # of things not finished the latest word counts, of things done the first
    return (_STATE_RANK[seen.state], not seen.inferred, -when, seen.source, seen.note)


def _age(tracked: Tracked) -> tuple[datetime, datetime, tuple[str, ...]]:
    line = tracked.line
    words = (line.status, line.status_user, line.status_scm, line.status_slave, repr(line))
    return (line.updated_at or line.created_at, tracked.read_at, words)


def _first(a: datetime | None, b: datetime | None) -> datetime | None:
    return b if a is None else a if b is None else min(a, b)


def _last(a: datetime | None, b: datetime | None) -> datetime | None:
    return b if a is None else a if b is None else max(a, b)
