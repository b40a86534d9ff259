"""What an answer holds, taken apart for the contract suite: its single facts, and every time, text and number in it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping

import msgspec
from msgspec import Struct

from evtui.domain.reading import (
    Answer,
    ChainFacts,
    ChartPoints,
    CpuPoints,
    ErrorBatch,
    FleetSizes,
    Lookup,
    OrderBatch,
    StockLevels,
    TargetHealths,
    Topic,
    TrafficPoints,
    Value,
)

VALUE_OF: Mapping[Topic | Lookup, type] = {
    Topic.STOCK: StockLevels,
    Topic.ORDERS: OrderBatch,
    Topic.CPU: CpuPoints,
    Topic.TRAFFIC: TrafficPoints,
    Topic.CAPACITY: FleetSizes,
    Topic.ERRORS: ErrorBatch,
    Topic.TARGETS: TargetHealths,
    Topic.CHARTS: ChartPoints,
    Lookup.ORDER_STATUS: OrderBatch,
    Lookup.API_LOG: ChainFacts,
    Lookup.PAYMENT_LOG: ChainFacts,
    Lookup.TASK_LOG: ChainFacts,
    Lookup.VALIDITY: ChainFacts,
}
"""The kind of value that each topic and look-up is answered with."""


def news(value: Value) -> tuple[Hashable, ...]:
    """The single facts of a value that tells what is new since a cursor; none of one that tells the whole each time."""
    match value:
        case OrderBatch(lines):
            return lines
        case ErrorBatch(entries):
            return entries
        case CpuPoints(points) | TrafficPoints(points) | ChartPoints(points):
            return points
        case _:
            return ()


def leaves(answer: Answer) -> Iterator[object]:
    """Every plain value in an answer, however deep; the cursor, which is the provider's own, is left out."""
    return _leaves([value for name, value in msgspec.structs.asdict(answer).items() if name != "cursor"])


def _leaves(value: object) -> Iterator[object]:
    if isinstance(value, Struct):
        yield from _leaves(list(msgspec.structs.asdict(value).values()))
    elif isinstance(value, Mapping):
        yield from _leaves([*value.keys(), *value.values()])
    elif isinstance(value, Iterable) and not isinstance(value, str | bytes):
        for item in value:
            yield from _leaves(item)
    else:
        yield value
