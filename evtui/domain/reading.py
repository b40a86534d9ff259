"""The one thing that travels: what a source said about a topic at a moment, or why it said nothing.

provider.poll() -> Answer      what a provider returns
collector       -> Reading     the answer with its source and time, or a Failure in place of a value
store           -> state       by `reduce`, which never asks which provider it was

How an answer was had (what was sent, what it cost, whose login) is in `domain.trip`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from evtui.domain.chain import StepSeen
from evtui.domain.faults import ErrorEntry
from evtui.domain.metrics import Chart, ChartPoint, CpuPoint, FleetSize, TargetHealth, TrafficPoint
from evtui.domain.orders import OrderLine
from evtui.domain.stock import StockLevel
from evtui.domain.trip import Exchange, Login, Spent, Trip


class Topic(StrEnum):
    """What is polled; the names are those of `[sources.<topic>]`."""

    STOCK = "stock"
    ORDERS = "orders"
    CPU = "cpu"
    TRAFFIC = "traffic"
    CAPACITY = "capacity"
    ERRORS = "errors"
    TARGETS = "targets"
    CHARTS = "charts"


class Lookup(StrEnum):
    """What is asked about one order; the names are those of `[lookups.<name>]`."""

    ORDER_STATUS = "order_status"
    API_LOG = "api_log"
    PAYMENT_LOG = "payment_log"
    TASK_LOG = "task_log"
    VALIDITY = "validity"


class FailureKind(StrEnum):
    """Why a source gave no value."""

    AUTH = "auth"
    """Credentials missing, expired or refused: a person has to log in."""
    DOWN = "down"
    """Refused, timed out, locked, vanished: it may come back by itself."""
    DATA = "data"
    """It answered, but not with what was agreed: schema changed, garbage, wrong type."""


class Failure(Struct, frozen=True):
    """No value, and why; `remedy` is the one thing a person can do, such as a login command."""

    kind: FailureKind
    why: str
    remedy: str = ""


class Coverage(Struct, frozen=True):
    """How much of the whole a value covers: `seen` of `expected` (None where nobody knows), and a remark in words."""

    seen: int | None = None
    expected: int | None = None
    note: str = ""
    more: bool = False
    """Whether the source holds more that only the next poll will bring: sums over it are not complete yet."""
    remark: str = ""
    """What is worth knowing although nothing is missing."""
    apart: timedelta | None = None
    """How far apart its newest facts lie, where that is more than the time between two questions."""


class StockLevels(Struct, frozen=True):
    """Every SKU of the campaign's pages, at one moment."""

    levels: tuple[StockLevel, ...]


class OrderBatch(Struct, frozen=True):
    """Lines that are new or changed since the cursor; any line may come again."""

    lines: tuple[OrderLine, ...]
    since: datetime | None = None
    """When the last whole answer was asked for that this one goes on from: what is not in here was the same then. None
    where that is not known."""


class ChainFacts(Struct, frozen=True):
    """What a look-up found out about the steps of some lines; `steps` pairs a TS code with an observation."""

    tg_code: str
    steps: tuple[tuple[str, StepSeen], ...]


class CpuPoints(Struct, frozen=True):
    """Complete minutes of CPU since the cursor; `machines` lists (service, machine) that should be reporting now."""

    points: tuple[CpuPoint, ...]
    machines: tuple[tuple[str, str], ...] = ()


class TrafficPoints(Struct, frozen=True):
    """Complete minutes of traffic since the cursor."""

    points: tuple[TrafficPoint, ...]


class FleetSizes(Struct, frozen=True):
    """Machines of every service that was asked about."""

    sizes: tuple[FleetSize, ...]


class TargetHealths(Struct, frozen=True):
    """Target health of every service that was asked about."""

    groups: tuple[TargetHealth, ...]


class ChartPoints(Struct, frozen=True):
    """Complete minutes of every chart since the cursor; `charts` are all that the source tells of."""

    points: tuple[ChartPoint, ...]
    charts: tuple[Chart, ...]


class ErrorBatch(Struct, frozen=True):
    """Errors that are new since the cursor; an error may come again under the same id."""

    entries: tuple[ErrorEntry, ...]


Value = (
    StockLevels
    | OrderBatch
    | ChainFacts
    | CpuPoints
    | TrafficPoints
    | FleetSizes
    | ErrorBatch
    | TargetHealths
    | ChartPoints
)


class Answer(Struct, frozen=True):
    """What a provider returns from one poll or look-up.

    `fact_time` is the time of the newest fact known to the source, None when it holds none yet. `cursor` is handed back
    at the next poll: the provider keeps no position of its own, so an answer that arrives too late and is dropped loses
    nothing.
    """

    value: Value
    fact_time: datetime | None = None
    coverage: Coverage = Coverage()
    cursor: object = None
    spent: Spent = Spent()
    login: Login | None = None
    exchange: Exchange | None = None
    """The last question that was sent for it, and what came back."""


class Reading(Struct, frozen=True):
    """What travels from the collector to the journal and the store."""

    source: str
    topic: Topic | Lookup
    taken_at: datetime
    value: Value | Failure
    fact_time: datetime | None = None
    coverage: Coverage = Coverage()
    trip: Trip = Trip()
