"""One order as data: every line (TS) of a group (TG) on its own, for it is lines that get stuck, never groups."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from evtui.domain.orders import OrderState
from evtui.report.words import word
from evtui.store.delivery import ChainStep, age, chain
from evtui.store.state import LaunchState
from evtui.store.tracked import Tracked

WAITING = frozenset({OrderState.UNPAID, OrderState.PAID, OrderState.TRANSFERRED, OrderState.CONFIRMED})
"""States that end by themselves when all goes well."""

ENDED = frozenset({OrderState.DELIVERED, OrderState.RELEASED})
"""States after which nothing is owed to the customer."""


class LineView(Struct, frozen=True):
    """One TS. `age` runs from `clock_start` while the line is open, and is the time it took once it has ended."""

    ts_code: str
    page_id: int | None
    label: str
    """Short name of the product, empty for a page that is not sold here."""
    quantity: int
    amount: float | None
    state: OrderState
    status: str
    status_user: str
    status_scm: str
    steps: tuple[ChainStep, ...]
    clock: str
    """Event the age counts from: `paid`, or `created` where no payment was seen."""
    clock_start: datetime
    age: timedelta
    limit: timedelta
    read_at: datetime
    """When its newest word was read."""
    paid: bool
    other_shop: str = ""
    """Whose line it is, where it is not of the campaign's shop."""

    @property
    def past_limit(self) -> bool:
        """Whether something is still owed after the limit."""
        return self.state not in ENDED and self.age > self.limit

    @property
    def overdue(self) -> bool:
        """Paid, neither delivered nor released, and past the limit."""
        return self.paid and self.past_limit

    @property
    def calm(self) -> bool:
        """Whether nobody has to do anything about it."""
        if self.other_shop:
            return False
        return self.state in ENDED or (self.state in WAITING and not self.past_limit)


class OrderView(Struct, frozen=True):
    """An order at `as_of`. `lines` are in code order and never empty."""

    tg_code: str
    as_of: datetime
    zone: ZoneInfo
    shop: str
    lines: tuple[LineView, ...]

    @property
    def calm(self) -> bool:
        """Whether nobody has to do anything about any line."""
        return all(line.calm for line in self.lines)


def order_view(state: LaunchState, tg_code: str, now: datetime) -> OrderView | None:
    """What is believed about every line of a group, or None where nobody told of it."""
    lines = tuple(_line(state, tracked, now) for tracked in state.orders.group(tg_code))
    if not lines:
        return None
    campaign = state.campaign
    return OrderView(tg_code, now, campaign.zone, word(f"{campaign.shop.id} {campaign.shop.name}"), lines)


def _line(state: LaunchState, tracked: Tracked, now: datetime) -> LineView:
    campaign = state.campaign
    line = tracked.line
    product = campaign.product(line.page_id)
    start, clock = tracked.clock_start(campaign)
    mine = line.shop_id == campaign.shop.id
    return LineView(
        ts_code=line.ts_code,
        page_id=line.page_id,
        label=word(product.label or product.name) if product else "",
        quantity=line.quantity,
        amount=line.amount,
        state=tracked.state,
        status=line.status,
        status_user=line.status_user,
        status_scm=line.status_scm,
        steps=chain(tracked),
        clock=clock,
        clock_start=start,
        age=age(tracked, state, now),
        limit=campaign.sla.deliver_within,
        read_at=tracked.read_at,
        paid=tracked.is_paid,
        other_shop="" if mine else f"shop {line.shop_id}, not {word(f'{campaign.shop.id} {campaign.shop.name}')}",
    )
