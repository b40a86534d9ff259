"""The one frozen tree of what is believed about a launch, and the state of each source in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct, field
from msgspec.structs import replace

from evtui.domain.campaign import Campaign
from evtui.domain.metrics import Chart, FleetSize, TargetHealth
from evtui.domain.reading import Coverage, Failure, FailureKind, Topic
from evtui.domain.stock import StockLevel
from evtui.domain.trip import Login, Trip
from evtui.store.faults import FaultBook
from evtui.store.orders import OrderBook
from evtui.store.series import Series
from evtui.store.spending import Spending


class SourceState(StrEnum):
    """The five states of a source, which never look alike."""

    OK = "ok"
    STALE = "stale"
    AUTH = "auth"
    DOWN = "down"
    UNKNOWN = "unknown"
    """Never answered, or not configured."""


class SourceSpec(Struct, frozen=True):
    """How a source was configured. `cadence` and `delay` are in launch time."""

    topic: Topic
    provider: str
    cadence: timedelta
    """The shortest time between two questions that any phase of the launch has."""
    delay: timedelta = timedelta()
    """How late its facts usually are."""
    longest: timedelta = timedelta()
    """The longest time between two questions that any phase has; none where nobody said."""


class SourceSeen(Struct, frozen=True):
    """What a source last said, good and bad."""

    taken_at: datetime | None = None
    """When the newest question was sent that was answered."""
    fact_time: datetime | None = None
    coverage: Coverage = Coverage()
    whole_at: datetime | None = None
    """When the newest question was sent whose answer left nothing for the next one."""
    failed_at: datetime | None = None
    """When the newest question was sent that failed."""
    failure: Failure | None = None
    failed_after: float = 0.0
    """Seconds of wall time from that question to the failure: of two words about one question, the later one stands."""
    trip: tuple[datetime, Trip] | None = None
    """When the newest question was sent, answered or not, and how it went."""
    reach: Series = Series()
    """Minute by minute, whether it answered (1) or failed (0); a minute without an end to a question is missing."""
    spending: Spending = Spending()

    @property
    def login(self) -> Login | None:
        """In whose name it was asked last."""
        return None if self.trip is None else self.trip[1].login


class Health(Struct, frozen=True):
    """A source at one moment. Ages are time deltas to now; None where there is nothing to measure from."""

    topic: Topic
    state: SourceState
    fact_age: timedelta | None = None
    read_age: timedelta | None = None
    why: str = ""
    remedy: str = ""
    coverage: Coverage = Coverage()

    @property
    def usable(self) -> bool:
        """Whether its last value may be shown as present truth."""
        return self.state is SourceState.OK


STOCK_READINGS = 4
"""Readings kept of each SKU: enough to find one that is not newer than the orders it is held against."""


class StockSeen(Struct, frozen=True):
    """The last few words on one SKU as (fact time, level), oldest first."""

    readings: tuple[tuple[datetime, StockLevel], ...]
    read_at: datetime
    """When the newest reading was taken that told of it."""
    stocked_at: datetime | None = None
    """When it was first read with something left."""
    gone_by: datetime | None = None
    """When it was first read as sold out, not before its sale."""

    @property
    def level(self) -> StockLevel:
        """The newest word."""
        return self.readings[-1][1]

    def level_at(self, moment: datetime) -> tuple[datetime, StockLevel] | None:
        """The newest word that is not newer than `moment`."""
        # asked three times a tick for every SKU: a generator costs twice as much
        for reading in reversed(self.readings):
            if reading[0] <= moment:
                return reading
        return None


class LaunchState(Struct, frozen=True):
    """Everything believed at one moment; equal contents are equal whatever the order of the readings."""

    campaign: Campaign
    specs: Mapping[Topic, SourceSpec] = field(default_factory=dict)
    sources: Mapping[Topic, SourceSeen] = field(default_factory=dict)
    orders: OrderBook = OrderBook()
    stock: Mapping[tuple[int, int], StockSeen] = field(default_factory=dict)
    """Every SKU ever told of, by (page, SKU)."""
    stock_read_at: datetime | None = None
    """When the newest reading of the stock was taken: it is the whole truth, so what it left out is not known."""
    cpu: Mapping[tuple[str, str], Series] = field(default_factory=dict)
    """Percent per minute of (service, machine)."""
    machines: tuple[datetime, tuple[tuple[str, str], ...]] | None = None
    """(read at, machines that should be reporting)."""
    traffic: Series = Series()
    fleet: Mapping[str, tuple[datetime, FleetSize]] = field(default_factory=dict)
    targets: Mapping[tuple[str, str], tuple[datetime, TargetHealth]] = field(default_factory=dict)
    """(read at, health) of every target group, by (service, group)."""
    charts: Mapping[str, Series] = field(default_factory=dict)
    """Value per minute of each further chart."""
    charted: tuple[datetime, tuple[Chart, ...]] | None = None
    """(read at, charts there are)."""
    faults: FaultBook = FaultBook()


_IF_WATCHED = frozenset((Topic.TARGETS, Topic.CHARTS))
"""Topics that many launches do without: where nothing is known of them, nothing is missing."""


def topics(state: LaunchState) -> tuple[Topic, ...]:
    """The topics there are to speak of: those every launch has, others where they are configured or were told of."""
    return tuple(topic for topic in Topic if topic not in _IF_WATCHED or topic in state.specs or topic in state.sources)


def healths(state: LaunchState, now: datetime) -> dict[Topic, Health]:
    """The state of the source of each of `topics`."""
    return {topic: health(state, topic, now) for topic in topics(state)}


def health(state: LaunchState, topic: Topic, now: datetime) -> Health:
    """The state of the source of `topic` at `now`, with its ages and the reason in words."""
    spec = state.specs.get(topic)
    if spec is None:
        return Health(topic, SourceState.UNKNOWN, why="no source is configured")
    return health_of(state.sources.get(topic, SourceSeen()), spec, now)


def health_of(seen: SourceSeen, spec: SourceSpec, now: datetime) -> Health:
    """The same for a source by itself."""
    fact_age = None if seen.fact_time is None else max(now - seen.fact_time, timedelta())
    read_age = None if seen.taken_at is None else max(now - seen.taken_at, timedelta())

    def as_health(kind: SourceState, why: str = "", remedy: str = "") -> Health:
        return Health(spec.topic, kind, fact_age, read_age, why, remedy, _coverage(seen, spec))

    failure, failed_at = seen.failure, seen.failed_at
    # both times are those of the question: an answer that came after its deadline outdoes the failure to come in time
    if failure is not None and failed_at is not None and (seen.taken_at is None or failed_at > seen.taken_at):
        auth = failure.kind is FailureKind.AUTH
        return as_health(SourceState.AUTH if auth else SourceState.DOWN, failure.why, failure.remedy)
    if seen.taken_at is None:
        return as_health(SourceState.UNKNOWN, "no answer yet")
    newest = seen.fact_time or seen.taken_at
    if now - newest > 2 * _cadence(seen, spec) + spec.delay:
        return as_health(SourceState.STALE, "its newest fact is older than two polls")
    return as_health(SourceState.OK)


def _cadence(seen: SourceSeen, spec: SourceSpec) -> timedelta:
    """The pace of its facts: a source that was being asked more rarely, or that has facts more rarely, is not late."""
    asked = seen.trip[1].every if seen.trip else None
    return max(spec.cadence, asked or spec.cadence, seen.coverage.apart or spec.cadence)


def _coverage(seen: SourceSeen, spec: SourceSpec) -> Coverage:
    """How much the source told; a round told in parts lacks nothing as long as the round before it was whole."""
    recent = 2 * _cadence(seen, spec)
    if seen.coverage.more and seen.taken_at and seen.whole_at and seen.taken_at - seen.whole_at <= recent:
        return replace(seen.coverage, more=False)
    return seen.coverage
