"""One source asked one real, read-only question, and the answer taken apart: reached, authorised, of the right shape.

What a source could not be asked about stays None: a wrong password says that it was reached and nothing of the shape.
"""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from evtui.clock import Clock
from evtui.collector.pace import USUAL
from evtui.collector.question import Flight
from evtui.commands.check import count
from evtui.config.load import SourceConfig
from evtui.domain.phases import Phase
from evtui.domain.reading import (
    Answer,
    ChartPoints,
    CpuPoints,
    ErrorBatch,
    Failure,
    FailureKind,
    FleetSizes,
    OrderBatch,
    Reading,
    StockLevels,
    TargetHealths,
    Topic,
    TrafficPoints,
    Value,
)
from evtui.domain.trip import LOGIN_NEAR, Login
from evtui.providers.base import Provider
from evtui.session import delay_of
from evtui.store.reduce import heard
from evtui.store.state import SourceSeen, SourceSpec, SourceState, health_of

SKEW_LIMIT_S = 30.0
"""Seconds between a source's clock and ours from which ages on the screen mislead, and signed requests are near their
refusal."""

WHOLE = frozenset(Topic) - {Topic.ERRORS}
"""Topics of which nothing may be left out: what is, the campaign file or the platform has wrong. A folder of errors
holds files that are being written, were cut short or belong to others, and nobody can do anything about it."""

BY_MINUTE = frozenset((Topic.CPU, Topic.TRAFFIC, Topic.CHARTS))
"""Topics that have a fact every minute, whatever the launch is doing: none at all is a wrong name somewhere."""

SET_CLOCK = "one of the two clocks is wrong: see that this machine's is set by NTP"
"""What a person does about a skew."""


class Probe(Struct, frozen=True):
    """What one poll of a source showed."""

    topic: Topic
    provider: str
    state: SourceState
    reached: bool | None
    authorised: bool | None
    shape: bool | None
    told: str
    """What the answer holds, in words such as `4/4 machines`; empty for none."""
    partial: bool
    """Whether it left out something that the campaign file names, or some of what it holds."""
    more: bool
    """Whether it holds more that was not asked for, such as older minutes; it is not partial for that."""
    why: str
    remedies: tuple[str, ...]
    took_s: float | None
    skew_s: float | None
    """The source's clock less ours."""
    fact_age: timedelta | None
    login: Login | None
    login_left: timedelta | None
    """Until the login ends; None where it renews itself, has no end, or there is none."""
    usd: float

    @property
    def skewed(self) -> bool:
        """Whether the two clocks are too far apart."""
        return self.skew_s is not None and abs(self.skew_s) > SKEW_LIMIT_S

    @property
    def ending(self) -> bool:
        """Whether the login ends too soon for a launch, or is over."""
        return self.login_left is not None and self.login_left <= LOGIN_NEAR

    @property
    def unreachable(self) -> bool:
        """Whether it gave no answer, and may give one later by itself."""
        return self.state is SourceState.DOWN and self.shape is None

    @property
    def wants_action(self) -> bool:
        """Whether somebody has to do something about it."""
        failing = self.state is not SourceState.OK and not self.unreachable
        return failing or self.partial or self.skewed or self.ending


async def probe(source: SourceConfig, provider: Provider, clock: Clock, limit: float) -> Probe:
    """Ask `source` everything it knows, once, for `limit` seconds at most. Never raises for what a source does."""
    topic = Topic(source.topic)

    def send() -> Awaitable[Answer]:
        return provider.poll(topic, None)

    flight = Flight(send, source.provider, topic, clock)
    try:
        landed = await flight.landed(limit)
    finally:
        flight.cancel()
    reading = flight.reading if landed else flight.failed(f"no answer within {limit:.0f} s")
    return judge(source, reading, clock.now())


def judge(source: SourceConfig, reading: Reading, now: datetime) -> Probe:
    """`reading`, the first of `source`, taken apart at `now`."""
    trip, value = reading.trip, reading.value
    seen = heard(SourceSeen(), reading)
    # whether it was fresh when it was asked for, at the pace of an opening; its age is as of now
    fresh = health_of(seen, _spec(source), reading.taken_at)
    reached, authorised, shape = _stages(reading)
    failure = value if isinstance(value, Failure) else None
    judged = Probe(
        Topic(source.topic),
        source.provider,
        fresh.state,
        reached,
        authorised,
        shape,
        told="" if isinstance(value, Failure) else _told(value, reading),
        partial=failure is None and _partial(reading),
        more=reading.coverage.more,
        why=fresh.why,
        remedies=(),
        took_s=trip.took_s,
        skew_s=trip.skew_s(reading.taken_at),
        fact_age=health_of(seen, _spec(source), now).fact_age,
        login=trip.login,
        login_left=trip.login.due(now) if trip.login else None,
        usd=trip.spent.usd,
    )
    return _with_remedies(judged, failure)


def _with_remedies(judged: Probe, failure: Failure | None) -> Probe:
    said = [failure.remedy] if failure else []
    if judged.skewed:
        said.append(SET_CLOCK)
    if judged.ending and judged.login is not None:
        said.append(judged.login.remedy)
    return replace(judged, remedies=tuple(dict.fromkeys(filter(None, said))))


def _spec(source: SourceConfig) -> SourceSpec:
    topic = Topic(source.topic)
    every = source.every.at(Phase.OPENING) or USUAL[topic][Phase.OPENING]
    return SourceSpec(topic, source.provider, every, delay_of(topic, source))


def _partial(reading: Reading) -> bool:
    coverage, topic = reading.coverage, reading.topic
    short = coverage.expected is not None and (coverage.seen or 0) < coverage.expected
    silent = topic in BY_MINUTE and reading.fact_time is None
    return topic in WHOLE and (short or silent or bool(coverage.note))


def _stages(reading: Reading) -> tuple[bool | None, bool | None, bool | None]:
    """(reached, authorised, shape)."""
    if not isinstance(reading.value, Failure):
        return True, True, True
    exchange = reading.trip.exchange
    answered = exchange is not None and bool(exchange.got)
    match reading.value.kind:
        case FailureKind.AUTH:
            return answered or None, False, None
        case FailureKind.DATA:
            return answered or None, answered or None, False
        case FailureKind.DOWN:
            return answered, None, None


def _told(value: Value, reading: Reading) -> str:
    seen, expected = reading.coverage.seen, reading.coverage.expected
    part = f"{'?' if seen is None else seen}/{expected}" if expected is not None else ""
    if isinstance(value, CpuPoints) and part:
        words = [f"{part} machines"]
    else:
        words = [_counted(value), f"{part} covered" if part else ""]
    words += [reading.coverage.note, reading.coverage.remark, "more to come" if reading.coverage.more else ""]
    return ", ".join(filter(None, words))


def _counted(value: Value) -> str:
    match value:
        case StockLevels(levels):
            return count(len(levels), "SKU")
        case OrderBatch(lines):
            return count(len(lines), "order line")
        case ErrorBatch(entries):
            return count(len(entries), "error")
        case FleetSizes(sizes):
            return count(len(sizes), "service")
        case TargetHealths(groups):
            return count(len(groups), "target group")
        case ChartPoints(_, charts):
            return count(len(charts), "chart")
        case CpuPoints(points) | TrafficPoints(points):
            return count(len({point.minute for point in points}), "minute")
        case _:
            return ""
