"""Campaigns built by hand, and a simulated source on a clock that moves when told."""

from __future__ import annotations

from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from evtui.clock import ManualClock
from evtui.domain.campaign import Campaign, Product, Promotion, Service, Shop
from evtui.domain.chain import StepSeen
from evtui.domain.codes import parse_code
from evtui.domain.orders import OrderLine
from evtui.domain.reading import (
    Answer,
    ChainFacts,
    CpuPoints,
    ErrorBatch,
    FleetSizes,
    Lookup,
    OrderBatch,
    StockLevels,
    Topic,
    TrafficPoints,
)
from evtui.domain.stock import StockLevel
from evtui.providers.base import Context, Question
from evtui.providers.simulated.provider import SimulatedProvider, SimulatedSettings

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
OPENS = datetime(2024, 1, 25, 10, tzinfo=HONG_KONG).astimezone(UTC)
CLOSES = datetime(2024, 2, 9, 23, 59, tzinfo=HONG_KONG).astimezone(UTC)


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    """A time of the opening day in Hong Kong."""
    return datetime(2024, 1, 25, hour, minute, second, tzinfo=HONG_KONG).astimezone(UTC)


def hong_kong(**changes: Any) -> Campaign:
    """Three products, two services, one promotion."""
    plan = ((370490, 1000.0, 3, 4800), (370480, 1000.0, 11, 7200), (370478, 500.0, 6, 4500))
    values: dict[str, Any] = {
        "id": "hk",
        "name": "CUAPP",
        "market": "HK",
        "environment": "PROD",
        "zone": HONG_KONG,
        "currency": "HKD",
        "shop": Shop(28, "CUAPP"),
        "products": tuple(
            Product(page, f"page {page}", str(page), price, codes, OPENS, CLOSES, stock)
            for page, price, codes, stock in plan
        ),
        "promotions": (Promotion(at(11), "push"), Promotion(None, "some day")),
        "services": (
            Service("MWeb"),
            Service("SCMAPI", ("i-0123456789abcdef0",), "asg", 1, 3, before_fixed=1, before_scaled=1),
        ),
    }
    return Campaign(**{**values, **changes})


def malaysia() -> Campaign:
    """One product of 50 pieces for two hours, other codes, another zone, two SKUs, a service without a plan."""
    zone = ZoneInfo("Asia/Kuala_Lumpur")
    opens = datetime(2025, 3, 1, 20, tzinfo=zone).astimezone(UTC)
    product = Product(5, "voucher", "V", 10.0, 1, opens, opens + timedelta(hours=2), 50, skus=(71, 72))
    return Campaign(
        id="my",
        name="MY",
        market="MY",
        environment="PROD",
        zone=zone,
        currency="MYR",
        shop=Shop(9, "MY shop"),
        products=(product,),
        code_prefixes=("MG", "MM", "MS"),
        services=(Service("Api"),),
    )


def finish(asked: Coroutine[Any, Any, Answer]) -> Answer:
    """The answer, without an event loop: the simulation awaits nothing but its next turn, and tests ask thousands."""
    while True:
        try:
            asked.send(None)
        except StopIteration as done:
            answer: Answer = done.value
            return answer


class Launch:
    """One session's simulated source; `until` moves its clock."""

    def __init__(self, scenario: str, now: datetime, campaign: Campaign | None = None, seed: int = 1) -> None:
        self.campaign = campaign or hong_kong()
        self.clock = ManualClock(now)
        self.context = Context(self.campaign, self.clock, {}, options={"scenario": scenario, "seed": seed})
        self.provider = SimulatedProvider.open(SimulatedSettings(), self.context)

    def until(self, now: datetime) -> Self:
        self.clock.set(now)
        return self

    def poll(self, topic: Topic, cursor: object = None) -> Answer:
        return finish(self.provider.poll(topic, cursor))

    def lines(self) -> dict[str, OrderLine]:
        """Every line by TS code, as a first poll gives them."""
        return {line.ts_code: line for line in batch(self.poll(Topic.ORDERS))}

    def stock(self) -> tuple[StockLevel, ...]:
        value = self.poll(Topic.STOCK).value
        assert isinstance(value, StockLevels)
        return value.levels

    def told(self, topic: Topic, cursor: object = None) -> list[Answer]:
        """Answers from `cursor` on until the source says that it has told all."""
        answers = [self.poll(topic, cursor)]
        while answers[-1].coverage.more:
            answers.append(self.poll(topic, answers[-1].cursor))
        return answers

    def cpu(self, cursor: object = None) -> CpuPoints:
        values = [answer.value for answer in self.told(Topic.CPU, cursor)]
        points = [point for value in values if isinstance(value, CpuPoints) for point in value.points]
        assert isinstance(values[-1], CpuPoints)
        return CpuPoints(tuple(points), values[-1].machines)

    def traffic(self) -> TrafficPoints:
        values = [answer.value for answer in self.told(Topic.TRAFFIC)]
        return TrafficPoints(
            tuple(point for value in values if isinstance(value, TrafficPoints) for point in value.points)
        )

    def capacity(self) -> FleetSizes:
        value = self.poll(Topic.CAPACITY).value
        assert isinstance(value, FleetSizes)
        return value

    def errors(self) -> ErrorBatch:
        value = self.poll(Topic.ERRORS).value
        assert isinstance(value, ErrorBatch)
        return value

    def status(self, code: str) -> tuple[OrderLine, ...]:
        return batch(finish(self.provider.look_up(Lookup.ORDER_STATUS, Question(parse_code(code)))))

    def steps(self, lookup: Lookup, code: str) -> tuple[tuple[str, StepSeen], ...]:
        value = finish(self.provider.look_up(lookup, Question(parse_code(code)))).value
        assert isinstance(value, ChainFacts)
        return value.steps


def batch(answer: Answer) -> tuple[OrderLine, ...]:
    """The lines of an order answer."""
    assert isinstance(answer.value, OrderBatch)
    return answer.value.lines
