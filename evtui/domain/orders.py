"""An order line as a source tells it, and what its status words mean.

Statuses are the platform's own words and stay as they are; `state_of` sorts the known ones into the few states the
launch turns on. A word nobody has seen before makes the state UNKNOWN, never one of the others.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from msgspec import Struct


class OrderState(StrEnum):
    """Where a line stands on its way to the customer."""

    UNPAID = "unpaid"
    """Stock reserved, payment not seen: in flight."""
    PAID = "paid"
    """Paid, not yet handed to the back office."""
    TRANSFERRED = "transferred"
    """In the back office, voucher not requested: both statuses WaitingToShipping."""
    CONFIRMED = "confirmed"
    """Voucher requested from the issuer: both statuses ConfirmedToShipping."""
    DELIVERED = "delivered"
    RELEASED = "released"
    """Cancelled, expired or refunded: back in stock."""
    FAILED = "failed"
    """Stopped by OrderFailed; stays open until refunded."""
    UNKNOWN = "unknown"
    """Statuses that disagree or were never seen before; shown as they are."""


DELIVERED_WORDS = frozenset({"ShippingFinish", "Finish"})
RELEASED_WORDS = frozenset({"Cancel", "Overdue", "RefundFinish", "CreditCheckFail"})
UNPAID_WORDS = frozenset({"New", "WaitingTo3DAuth", "WaitingToPay", "WaitingToCreditCheck"})
TRANSFER_WORDS = frozenset({"WaitingToTrans", "TransIsProcessing", "TransToERPFail", "WaitingToThirdPartyTrans"})


class OrderLine(Struct, frozen=True, gc=False):
    """One TS of one TG, as one source saw it at one moment (the big table's row, or an API's answer).

    Units: `quantity` in sets, `amount` in the campaign's currency; times aware UTC.
    """

    ts_code: str
    tg_code: str
    shop_id: int
    page_id: int | None
    quantity: int
    created_at: datetime
    updated_at: datetime | None
    status: str
    """`OrderSlaveFlow_StatusDef`."""
    status_user: str
    """`OrderSlaveFlow_StatusForUserDef`."""
    status_scm: str
    """`OrderSlaveFlow_StatusForSCMDef`."""
    status_slave: str = ""
    """`OrderSlaveFlow_SalesOrderSlaveStatusDef`; `Fail` is what CheckIsValid calls Invalid."""
    amount: float | None = None
    sku_id: int | None = None
    paid_at: datetime | None = None
    """Exact time of payment, from the few sources that know it."""


def state_of(line: OrderLine) -> OrderState:
    """Sort a line's status words into a state, in whatever case they are written; the words decide, no clock does."""
    return _sorted(line.status, line.status_user, line.status_scm, line.status_slave)


def _folded(words: frozenset[str]) -> frozenset[str]:
    return frozenset(word.casefold() for word in words)


_DELIVERED, _RELEASED = _folded(DELIVERED_WORDS), _folded(RELEASED_WORDS)
_UNPAID, _TRANSFER = _folded(UNPAID_WORDS), _folded(TRANSFER_WORDS)


@lru_cache(maxsize=4096)
def _sorted(status: str, user: str, scm: str, slave: str) -> OrderState:
    """The state of some words; a few dozen combinations stand on thousands of lines."""
    status, user, scm, slave = status.casefold(), user.casefold(), scm.casefold(), slave.casefold()
    words = {status, user, scm} - {"", "hide"}
    if words & _RELEASED:
        return OrderState.RELEASED
    if slave == "fail" or "fail" in words:
        return OrderState.FAILED
    if user in _DELIVERED or (status in _DELIVERED and not user):
        return OrderState.DELIVERED
    if user == "waitingtopay" or (not user and status in _UNPAID):
        return OrderState.UNPAID
    if user == scm == "waitingtoshipping":
        return OrderState.TRANSFERRED
    if user == scm == "confirmedtoshipping":
        return OrderState.CONFIRMED
    if status in _TRANSFER and user == "orderprocessing":
        return OrderState.PAID
    return OrderState.UNKNOWN


def is_paid(line: OrderLine, state: OrderState | None = None) -> bool:
    """Whether the line's words say it was paid: StatusForUserDef has left WaitingToPay, or a payment time is known.

    `state` saves sorting the words again where the caller has done it.
    """
    if line.paid_at is not None:
        return True
    state = state or state_of(line)
    if state is OrderState.UNPAID:
        return False
    if state is OrderState.DELIVERED:
        return True
    if state is OrderState.RELEASED:
        return "refundfinish" in (line.status_user.casefold(), line.status.casefold())
    return bool(line.status_user)
