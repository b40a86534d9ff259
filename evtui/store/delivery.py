"""Orders on their way to the customer, read off the state: the feed, the overdue, the first order, the chain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import overload

from msgspec import Struct

from evtui.domain.chain import Step, StepSeen, StepState
from evtui.domain.orders import OrderState
from evtui.store.places import Place
from evtui.store.state import LaunchState
from evtui.store.tracked import STATE_RANK, Tracked, unread


class Overdue(Struct, frozen=True):
    """A paid line past its limit. `clock` names the event its age counts from."""

    tracked: Tracked
    age: timedelta
    clock: str


class Late(Sequence[Overdue]):
    """Every line that is overdue at one moment, oldest first, each worked out when it is asked for.

    Of a hundred thousand that nobody delivers a screen shows a few; none is left out of the count.
    """

    __slots__ = ("_count", "_now", "_state")

    def __init__(self, state: LaunchState, now: datetime) -> None:
        self._state, self._now = state, now
        self._count = state.orders.open.before((now - state.campaign.sla.deliver_within).timestamp())

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Overdue]:
        return map(self._one, islice(self._state.orders.open, self._count))

    @overload
    def __getitem__(self, index: int) -> Overdue: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Overdue, ...]: ...
    def __getitem__(self, index: int | slice) -> Overdue | tuple[Overdue, ...]:
        places = self._state.orders.open
        if isinstance(index, slice):
            return tuple(self._one(places[at]) for at in range(*index.indices(self._count)))
        if not -self._count <= index < self._count:
            raise IndexError(index)
        return self._one(places[index % self._count])

    def _one(self, at: Place) -> Overdue:
        start, ts_code = at
        tracked = self._state.orders.get(ts_code) or unread(ts_code, start)
        passed = timedelta(seconds=self._now.timestamp() - start)
        return Overdue(tracked, passed, tracked.clock_start(self._state.campaign)[1])


class FirstOrder(Struct, frozen=True):
    """The first valid order of the campaign; `age` runs until it is delivered or released."""

    tracked: Tracked
    after_open: timedelta
    age: timedelta

    @property
    def delivered_at(self) -> datetime | None:
        """When it was delivered, or None while it is not."""
        return self.tracked.delivered_at if self.tracked.state is OrderState.DELIVERED else None


class ChainStep(Struct, frozen=True):
    """One step of one line as the order page shows it; `took` is the time since the steps done before it.

    It is None where a time is missing, and where two sources' times contradict the order of the steps.
    """

    step: Step
    state: StepState
    at: datetime | None
    took: timedelta | None
    source: str
    inferred: bool = False
    note: str = ""


def age(tracked: Tracked, state: LaunchState, now: datetime) -> timedelta:
    """Now less the clock start while the line is open; once it is delivered or released, how long that took."""
    start, _ = tracked.clock_start(state.campaign)
    ended = None
    if tracked.state is OrderState.DELIVERED:
        ended = tracked.delivered_at
    elif tracked.state is OrderState.RELEASED:
        ended = tracked.released_at
    return max((ended or now) - start, timedelta())


def overdue(state: LaunchState, now: datetime) -> Late:
    """Every open line whose age has passed the limit, oldest first. Only facts take a line off this list."""
    return Late(state, now)


def newest(state: LaunchState) -> Iterator[Tracked]:
    """Lines from the newest to the oldest that the feed holds."""
    for _, ts_code in reversed(state.orders.recent):
        tracked = state.orders.get(ts_code)
        if tracked is not None:
            yield tracked


def first_order(state: LaunchState, now: datetime) -> FirstOrder | None:
    """The pinned first order, or None while there is none."""
    if state.orders.first is None:
        return None
    tracked = state.orders.get(state.orders.first[1])
    if tracked is None:
        return None
    return FirstOrder(tracked, tracked.line.created_at - state.campaign.opens, age(tracked, state, now))


def chain(tracked: Tracked) -> tuple[ChainStep, ...]:
    """Every step of the line's chain, in order; what nobody observed is NOT_SEEN, whatever came after it."""
    known = {seen.step: seen for seen in tracked.steps}
    for seen in _from_statuses(tracked):
        held = known.get(seen.step)
        if held is None or STATE_RANK[held.state] < STATE_RANK[seen.state]:
            known[seen.step] = seen
    steps: list[ChainStep] = []
    before: datetime | None = None
    for step in Step:
        found = known.get(step)
        if found is None:
            steps.append(ChainStep(step, StepState.NOT_SEEN, None, None, ""))
            continue
        took = found.at - before if found.at and before and found.at >= before else None
        if found.at and found.state is StepState.DONE:
            before = max(before or found.at, found.at)
        steps.append(ChainStep(step, found.state, found.at, took, found.source, found.inferred, found.note))
    return tuple(steps)


def _from_statuses(tracked: Tracked) -> Iterator[StepSeen]:
    """What the status words of the big table themselves tell of the chain."""
    source = "order status"
    line = tracked.line
    yield StepSeen(Step.CREATED, StepState.DONE, line.created_at, source)
    if tracked.is_paid or tracked.paid_at is not None:
        exact = tracked.paid_exact is not None
        yield StepSeen(Step.PAID, StepState.DONE, tracked.paid_at, source, inferred=not exact)
    elif tracked.state is OrderState.UNPAID:
        yield StepSeen(Step.PAID, StepState.WAITING, None, source)
    beyond = (OrderState.TRANSFERRED, OrderState.CONFIRMED, OrderState.DELIVERED)
    if tracked.state in beyond:
        at = line.updated_at if tracked.state is OrderState.TRANSFERRED else None
        yield StepSeen(Step.TRANSFERRED, StepState.DONE, at, source, inferred=True)
    if tracked.state is OrderState.FAILED:
        yield StepSeen(Step.VALIDITY, StepState.FAILED, line.updated_at, source, inferred=True, note="OrderFailed")
    if tracked.state is OrderState.DELIVERED:
        yield StepSeen(Step.DELIVERED, StepState.DONE, tracked.delivered_at, source, inferred=True)
