"""An order line as a source tells it, and what its status words mean.

Statuses are the platform's own words and stay as they are; `state_of` sorts the known ones into the few states the
launch turns on. A word nobody has seen before makes the state UNKNOWN, never one of the others.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

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


class OrderLine(Struct, frozen=True):
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
    """Sort a line's status words into a state; the words decide, no clock does."""
    words = {line.status, line.status_user, line.status_scm} - {"", "Hide"}
    pair = (line.status_user, line.status_scm)
    if words & RELEASED_WORDS:
        return OrderState.RELEASED
    if line.status_slave == "Fail" or "Fail" in words:
        return OrderState.FAILED
    if pair[0] in DELIVERED_WORDS or (line.status in DELIVERED_WORDS and not pair[0]):
        return OrderState.DELIVERED
    if line.status_user == "WaitingToPay" or (not line.status_user and line.status in UNPAID_WORDS):
        return OrderState.UNPAID
    if pair == ("WaitingToShipping", "WaitingToShipping"):
        return OrderState.TRANSFERRED
    if pair == ("ConfirmedToShipping", "ConfirmedToShipping"):
        return OrderState.CONFIRMED
    if line.status in TRANSFER_WORDS and line.status_user == "OrderProcessing":
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
        return "RefundFinish" in (line.status_user, line.status)
    return bool(line.status_user)
