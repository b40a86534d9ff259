"""The steps a voucher order passes, in order, and one observation of one step."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class Step(StrEnum):
    """Stable ids of the chain, in its order."""

    CREATED = "created"
    PAID = "paid"
    TRANSFERRED = "transferred"
    ORDER_CREATED = "order_created"
    VALIDITY = "validity"
    TASK = "task"
    ISSUER_GET = "issuer_get"
    VIP_MEMBER = "vip_member"
    DELIVERED = "delivered"


class StepState(StrEnum):
    """What is known of a step; NOT_SEEN is what was never observed, which is neither good nor bad."""

    DONE = "done"
    FAILED = "failed"
    WAITING = "waiting"
    NOT_SEEN = "not_seen"


class StepSeen(Struct, frozen=True):
    """One observation of one step of one line; `source` names the endpoint or table, `note` quotes what it said."""

    step: Step
    state: StepState
    at: datetime | None
    source: str
    inferred: bool = False
    note: str = ""
