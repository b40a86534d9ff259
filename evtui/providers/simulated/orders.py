"""One order line of the simulated world: its journey through the chain, and how a table would show it at any moment.

A journey is fixed when the order is made. Asking for a later moment only reveals more of it, which is why it does not
matter how often, or in what order, anybody looks.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct

from evtui.domain.orders import OrderLine
from evtui.providers.simulated.draw import MINUTE, SECOND, to_moment

NEVER = 1 << 62
"""The time of a step that will not happen; later than any clock, so that comparing is enough."""

ISSUER_RETRY = 300 * SECOND
"""How long the issuer waits before it asks again for an order without VipMemberId."""

PAY_WITHIN = 15 * MINUTE
"""After this an unpaid order expires and its sets go back on sale."""


class Fate(StrEnum):
    """How a journey ends."""

    DELIVERED = "delivered"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    STUCK = "stuck"
    """Handed over, but no voucher task is ever made."""
    CONFIRMED = "confirmed"
    """The issuer has everything it needs and never delivers."""
    MIXED_USER = "mixed_user"
    """Only the customer's status moves on."""
    MIXED_SCM = "mixed_scm"
    """Only the supplier's status moves on."""
    INVALID = "invalid"
    VIP = "vip"
    """The issuer asks again and again and never sees a VipMemberId."""


Words = tuple[str, str, str, str]
"""The four status words of a line: its own, the customer's, the supplier's, the issuer's."""


class Journey(Struct, frozen=True):
    """When a line passes each step, in milliseconds; NEVER for what does not happen."""

    fate: Fate
    created: int
    paid: int = NEVER
    transferred: int = NEVER
    event: int = NEVER
    judged: int = NEVER
    """When CheckIsValid stops saying Checking."""
    task: int = NEVER
    first_get: int = NEVER
    vip: int = NEVER
    """When VipMemberInfo is there."""
    second_get: int = NEVER
    delivered: int = NEVER
    released: int = NEVER


class SimLine(Struct, frozen=True):
    """One line as the world keeps it."""

    ts_code: str
    tg_code: str
    tm_code: str
    page_id: int
    sku_id: int
    quantity: int
    amount: float | None
    journey: Journey


_UNPAID = ("WaitingToPay", "WaitingToPay", "Hide", "")
PAID: Words = ("WaitingToTrans", "OrderProcessing", "Hide", "")
_WAITING = ("WaitingToShipping", "WaitingToShipping", "WaitingToShipping", "WaitingToShipping")
_CONFIRMED = ("ConfirmedToShipping", "ConfirmedToShipping", "ConfirmedToShipping", "ConfirmedToShipping")
_ONLY_USER = ("ConfirmedToShipping", "ConfirmedToShipping", "WaitingToShipping", "ConfirmedToShipping")
_ONLY_SCM = ("WaitingToShipping", "WaitingToShipping", "ConfirmedToShipping", "WaitingToShipping")
_INVALID = ("WaitingToShipping", "WaitingToShipping", "WaitingToShipping", "Fail")
DELIVERED: Words = ("ShippingFinish", "ShippingFinish", "Finish", "Finish")
_EXPIRED = ("Cancel", "Cancel", "Hide", "")
_CANCELLED = ("Cancel", "Cancel", "Cancel", "Cancel")
_REFUNDED = ("RefundFinish", "RefundFinish", "RefundFinish", "Finish")

_REQUESTED = {Fate.MIXED_USER: _ONLY_USER, Fate.MIXED_SCM: _ONLY_SCM}
_GONE = {Fate.EXPIRED: _EXPIRED, Fate.CANCELLED: _CANCELLED, Fate.REFUNDED: _REFUNDED}


def travel(created: int, fate: Fate, draw: Callable[[], float]) -> Journey:
    """A journey with the usual times, a little different each time, that ends as `fate` says."""
    if fate is Fate.EXPIRED:
        return Journey(fate, created, released=created + PAY_WITHIN + int(draw() * 20_000))
    paid = created + 16_000 + int(draw() * 4_000)
    transferred = paid + 15_000 + int(draw() * 4_000)
    event = transferred + SECOND
    judged = event + 8_000 + int(draw() * 4_000)
    if fate is Fate.INVALID or fate is Fate.STUCK:
        return Journey(fate, created, paid, transferred, event, judged)
    task = event + 14_500 + int(draw() * 3_000)
    first = task + 9_000 + int(draw() * 5_000)
    at_once = draw() < _AT_ONCE or fate in _ISSUER_READY
    extra = int(draw() * 20_000)
    if fate is Fate.VIP:
        return Journey(fate, created, paid, transferred, event, judged, task, first)
    if fate is Fate.CANCELLED:
        gone = first + 10_000 + int(draw() * 240_000)
        return Journey(fate, created, paid, transferred, event, judged, task, first, first + 9_000, released=gone)
    if at_once:
        vip, second, delivered = first - 3_000, NEVER, first + 4_000 + extra // 2
    else:
        vip, second = first + 10_000 + extra, first + ISSUER_RETRY
        delivered = second + 5_000 + extra
    if fate is Fate.REFUNDED:
        gone = delivered + 15 * MINUTE + int(draw() * 75 * MINUTE)
        return Journey(fate, created, paid, transferred, event, judged, task, first, vip, second, delivered, gone)
    if fate is not Fate.DELIVERED:
        delivered = NEVER
    return Journey(fate, created, paid, transferred, event, judged, task, first, vip, second, delivered)


_AT_ONCE = 0.3
"""Share of orders whose VipMemberInfo is there before the issuer first asks: about a minute instead of six."""

_ISSUER_READY = frozenset({Fate.CONFIRMED, Fate.MIXED_USER, Fate.MIXED_SCM})
"""Troubles that have nothing to do with VipMemberInfo: the issuer sees it the first time it asks."""

_FIRST_ORDER = (16, 33, 34, 45, 50, 62, 80, 362, 369)


def first_order(created: int) -> Journey:
    """The journey of the calm day's first order, to the second: delivered 6 min 9 s after it was made."""
    return Journey(Fate.DELIVERED, created, *(created + after * SECOND for after in _FIRST_ORDER))


def change_times(journey: Journey) -> list[int]:
    """Every moment at which a line's row changes, its making included, in order."""
    judged = journey.judged if journey.fate is Fate.INVALID else NEVER
    steps = (journey.created, journey.paid, journey.transferred, judged, journey.task, journey.delivered)
    return [at for at in (*steps, journey.released) if at != NEVER]


def standing(journey: Journey, at: int) -> tuple[Words, int]:
    """The status words of a line at a moment not before its making, and since when they stand."""
    if journey.released <= at:
        return _GONE[journey.fate], journey.released
    if journey.delivered <= at:
        return DELIVERED, journey.delivered
    if journey.task <= at:
        return _REQUESTED.get(journey.fate, _CONFIRMED), journey.task
    if journey.fate is Fate.INVALID and journey.judged <= at:
        return _INVALID, journey.judged
    if journey.transferred <= at:
        return _WAITING, journey.transferred
    if journey.paid <= at:
        return PAID, journey.paid
    return _UNPAID, journey.created


def line_at(line: SimLine, shop_id: int, at: int) -> OrderLine:
    """The row a table would hold for this line at a moment not before its making."""
    journey = line.journey
    words, since = standing(journey, at)
    return OrderLine(
        line.ts_code,
        line.tg_code,
        shop_id,
        line.page_id,
        line.quantity,
        to_moment(journey.created),
        to_moment(since),
        *words,
        line.amount,
        line.sku_id,
        to_moment(journey.paid) if journey.paid <= at else None,
    )
