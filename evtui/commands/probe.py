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
from evtui.domain.trip import Login
from evtui.providers.base import Provider
from evtui.session import DELAY
from evtui.store.state import SourceState

SKEW_LIMIT_S = 30.0
"""Seconds between a source's clock and ours from which ages on the screen mislead, and signed requests are near their
refusal."""

LOGIN_SOON = timedelta(minutes=30)
"""Time left of a login below which it would end in the middle of an opening."""

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
        return self.login_left is not None and self.login_left <= LOGIN_SOON

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
    age = None if reading.fact_time is None else max(now - reading.fact_time, timedelta())
    reached, authorised, shape = _stages(reading)
    left = None
    if trip.login is not None and trip.login.expires is not None and not trip.login.renews:
        left = trip.login.expires - now
    failure = value if isinstance(value, Failure) else None
    state = _state(failure) if failure else _freshness(source, reading)
    judged = Probe(
        Topic(source.topic),
        source.provider,
        state,
        reached,
        authorised,
        shape,
        told="" if isinstance(value, Failure) else _told(value, reading),
        partial=failure is None and _partial(reading),
        more=reading.coverage.more,
        why=failure.why if failure else "its newest fact is old" if state is SourceState.STALE else "",
        remedies=(),
        took_s=trip.took_s,
        skew_s=_skew_s(reading),
        fact_age=age,
        login=trip.login,
        login_left=left,
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


def _state(failure: Failure) -> SourceState:
    return SourceState.AUTH if failure.kind is FailureKind.AUTH else SourceState.DOWN


def _freshness(source: SourceConfig, reading: Reading) -> SourceState:
    """Whether the answer was fresh when it was asked for, at the pace of an opening."""
    topic = Topic(source.topic)
    delay = source.delay if source.delay is not None else DELAY.get(topic, timedelta())
    every = max(source.every.at(Phase.OPENING) or USUAL[topic][Phase.OPENING], reading.coverage.apart or timedelta())
    old = reading.fact_time is not None and reading.taken_at - reading.fact_time > 2 * every + delay
    return SourceState.STALE if old else SourceState.OK


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


def _skew_s(reading: Reading) -> float | None:
    """The server's clock less ours, which is taken to have been read half-way between question and answer."""
    trip = reading.trip
    if trip.exchange is None or trip.exchange.server_at is None:
        return None
    half = timedelta(seconds=(trip.took_s or 0.0) / 2)
    return (trip.exchange.server_at - (reading.taken_at + half)).total_seconds()


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
            return _count(len(levels), "SKU")
        case OrderBatch(lines):
            return _count(len(lines), "order line")
        case ErrorBatch(entries):
            return _count(len(entries), "error")
        case FleetSizes(sizes):
            return _count(len(sizes), "service")
        case TargetHealths(groups):
            return _count(len(groups), "target group")
        case ChartPoints(_, charts):
            return _count(len(charts), "chart")
        case CpuPoints(points) | TrafficPoints(points):
            return _count(len({point.minute for point in points}), "minute")
        case _:
            return ""


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"
