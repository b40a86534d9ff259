"""A platform whose every text is hostile: through the door that providers use, into every field there is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Self

from evtui.clock import Clock, ManualClock
from evtui.config.load import example_path, load
from evtui.domain.campaign import Campaign
from evtui.domain.chain import Step, StepSeen, StepState
from evtui.domain.faults import ErrorEntry
from evtui.domain.metrics import CpuPoint, FleetSize, TrafficPoint
from evtui.domain.orders import OrderLine
from evtui.domain.reading import (
    Answer,
    ChainFacts,
    Coverage,
    CpuPoints,
    ErrorBatch,
    FailureKind,
    FleetSizes,
    Lookup,
    OrderBatch,
    StockLevels,
    Topic,
    TrafficPoints,
    Value,
)
from evtui.domain.stock import StockLevel
from evtui.domain.trip import Exchange, Login
from evtui.providers.base import Context, Question, Settings, SourceError
from evtui.redact import admit
from evtui.session import Session

OPENS = datetime(2024, 1, 25, 2, tzinfo=UTC)
NOW = OPENS + timedelta(minutes=30)
TG = "TG240125L00001"
"""A group that holds one line for every text."""


def order_lines(texts: Sequence[str]) -> tuple[OrderLine, ...]:
    """For every text a line with a good code and hostile words, and one whose codes are hostile too."""
    lines = []
    for number, text in enumerate(map(admit, texts)):
        at = OPENS + timedelta(seconds=number)
        words: dict[str, Any] = {"status": text, "status_user": text, "status_scm": text, "status_slave": text}
        common: dict[str, Any] = {"shop_id": 28, "page_id": 370478, "quantity": 1, "created_at": at, "updated_at": at}
        lines.append(OrderLine(ts_code=f"TS240125L{number:06d}", tg_code=TG, **common, **words))
        lines.append(OrderLine(ts_code=f"{text}{number}", tg_code=text, **common, **words))
    return tuple(lines)


def steps(texts: Sequence[str]) -> tuple[tuple[str, StepSeen], ...]:
    """An observation of every step of every line, with a hostile source and note."""
    return tuple(
        (f"TS240125L{number:06d}", StepSeen(step=step, state=state, at=NOW, source=text, note=text))
        for number, text in enumerate(map(admit, texts))
        for step, state in zip(Step, [*StepState] * 3, strict=False)
    )


def values(texts: Sequence[str]) -> dict[Topic, Value]:
    """What the sources say: every text in every field that holds one."""
    known = [admit(text) for text in texts]
    return {
        Topic.STOCK: StockLevels(levels=(StockLevel(page_id=370478, sku_id=1, total=9, reg=1, cancel=0, selling=8),)),
        Topic.ORDERS: OrderBatch(lines=order_lines(texts)),
        Topic.CPU: CpuPoints(
            points=tuple(
                CpuPoint(service=text, machine=text, minute=NOW - timedelta(minutes=2), percent=95.0) for text in known
            ),
            machines=tuple((text, text) for text in known),
        ),
        Topic.TRAFFIC: TrafficPoints(points=(TrafficPoint(minute=NOW - timedelta(minutes=2), requests=9.0),)),
        Topic.CAPACITY: FleetSizes(
            sizes=tuple(FleetSize(service=text, fixed=1, desired=2, in_service=0) for text in known)
        ),
        Topic.ERRORS: ErrorBatch(
            entries=tuple(
                ErrorEntry(
                    error_id=f"{text}{number}",
                    application=text,
                    host=text,
                    type=text,
                    message=text,
                    at=OPENS + timedelta(seconds=number),
                    status_code=500,
                    source=text,
                )
                for number, text in enumerate(known)
            )
        ),
    }


class HostileProvider:
    """Answers every topic and look-up out of the corpus; with `failing`, every answer is a failure in its words."""

    Settings: ClassVar[type[Settings]] = Settings
    topics: ClassVar[frozenset[Topic]] = frozenset(Topic)
    lookups: ClassVar[frozenset[Lookup]] = frozenset(Lookup)

    def __init__(self, texts: Sequence[str], failing: FailureKind | None = None) -> None:
        self.texts = tuple(texts)
        self.failing = failing
        self._said = values(texts)

    @classmethod
    def open(cls, settings: Any, context: Context) -> Self:
        return cls(())

    def _fail(self) -> None:
        if self.failing is not None:
            words = admit(" ".join(self.texts))
            login, exchange = self._had()
            raise SourceError(self.failing, words, words, login=login, exchange=exchange)

    def _had(self) -> tuple[Login, Exchange]:
        """In whose name it was asked, and the exchange: its text keeps its line breaks."""
        words, lines = admit(" ".join(self.texts)), admit("\n".join(self.texts), 2_000)
        return Login(words, NOW, remedy=words), Exchange(lines, lines, NOW)

    async def poll(self, topic: Topic, cursor: object) -> Answer:
        self._fail()
        note = admit(" ".join(self.texts))
        coverage = Coverage(seen=1, expected=2, note=note)
        login, exchange = self._had()
        return Answer(self._said[topic], fact_time=NOW, coverage=coverage, login=login, exchange=exchange)

    async def look_up(self, lookup: Lookup, question: Question) -> Answer:
        self._fail()
        if lookup is Lookup.ORDER_STATUS:
            return Answer(self._said[Topic.ORDERS], fact_time=NOW)
        return Answer(ChainFacts(tg_code=TG, steps=steps(self.texts)), fact_time=NOW)

    async def aclose(self) -> None:
        """Nothing to close."""


def session(provider: HostileProvider, clock: Clock | None = None) -> Session:
    """The shipped campaign with this provider behind every source."""
    file = load(example_path())
    providers = {source.topic: (source, provider) for source in (*file.sources, *file.lookups)}
    return Session(file, clock or ManualClock(NOW), providers, "")


def campaign() -> Campaign:
    """The shipped plan."""
    return load(example_path()).campaign
