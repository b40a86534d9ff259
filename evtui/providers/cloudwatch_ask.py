"""GetMetricData: questions within its limits, and answers taken apart. Nothing it left out is taken for told."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from evtui.domain.reading import FailureKind
from evtui.domain.trip import Exchange, Login, Spent
from evtui.providers._aws import Aws, Told
from evtui.providers.base import SourceError
from evtui.providers.cloudwatch_spans import Ask, minute_of, moment_of
from evtui.redact import admit

QUERIES = 500
"""Series in one question: CloudWatch refuses more."""

PAGES = 40
"""Pages of one answer; one that goes on beyond this is not going to end."""

AT_ONCE = 20
"""Series taken apart before the event loop gets its turn: a few milliseconds."""

COMPLETE = "Complete"
"""The status of a series of which all was told."""


class Metric(Struct, frozen=True):
    """What CloudWatch calls a series."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    stat: str


class Heard(Struct, frozen=True):
    """The answer to one `Ask`."""

    ask: Ask
    points: dict[str, dict[int, float]]
    """key -> minute -> value; a sample that stands for five minutes is in here five times."""
    failed: dict[str, str]
    """key -> why it was not told in full."""


class Round(Struct):
    """The answers of one poll, and how they were had."""

    heard: list[Heard]
    notes: list[str]
    spent: Spent = Spent()
    exchange: Exchange | None = None
    login: Login | None = None
    region: str = ""
    """The region that was asked last."""


async def fetch(aws: Aws, metrics: Mapping[str, Metric], asks: Sequence[Ask], price: float, into: Round) -> None:
    """Ask one after the other, newest first; `price` is in US dollars a thousand metrics.

    When the network goes while something has been told already, that much is kept and the rest stays to be asked for.

    Raises:
        SourceError: nothing was told, or the answer is none; what was spent by then is in it.
    """
    broken = ""
    for ask in asks:
        for part in _parts(ask):
            if broken:
                into.heard.append(Heard(part, {}, dict.fromkeys(part.keys, broken)))
                continue
            try:
                into.heard.append(await _answer(aws, metrics, part, price, into))
            except SourceError as error:
                error.spent = into.spent + error.spent
                if error.kind is not FailureKind.DOWN or not into.heard:
                    raise
                broken = error.why
                into.heard.append(Heard(part, {}, dict.fromkeys(part.keys, broken)))


def _parts(ask: Ask) -> Iterator[Ask]:
    for first in range(0, len(ask.keys), QUERIES):
        yield Ask(ask.keys[first : first + QUERIES], ask.start, ask.end, ask.step)


async def _answer(aws: Aws, metrics: Mapping[str, Metric], ask: Ask, price: float, into: Round) -> Heard:
    params: dict[str, Any] = {
        "MetricDataQueries": [_query(number, metrics[key], ask.step) for number, key in enumerate(ask.keys)],
        "StartTime": moment_of(ask.start),
        "EndTime": moment_of(ask.end),
    }
    points: dict[str, dict[int, float]] = {key: {} for key in ask.keys}
    states: dict[str, str] = dict.fromkeys(ask.keys, "no answer")
    keys = {f"m{number}": key for number, key in enumerate(ask.keys)}
    token = ""
    for _ in range(PAGES):
        told = await aws.call("cloudwatch", "get_metric_data", **params, **({"NextToken": token} if token else {}))
        # whether pages are billed again is not said anywhere: counted, so that the sum is never too small
        into.spent += Spent(usd=len(ask.keys) * price / 1000, metrics=len(ask.keys))
        into.exchange, into.login, into.region = told.exchange, told.login or into.login, told.region
        into.notes.extend(_messages(told.answer))
        for number, result in enumerate(_results(told), 1):
            key, found = _series(result, keys, ask, metrics, told)
            states[key] = admit(str(result.get("StatusCode") or COMPLETE), 40)
            points[key].update(found)
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)
        before, token = token, told.answer.get("NextToken") or ""
        if not token:
            break
        if token == before:
            raise _strange("answered the same page twice", told)
    failed = {key: state for key, state in states.items() if state != COMPLETE}
    if token:
        failed = dict.fromkeys(ask.keys, f"more than {PAGES} pages")
    return Heard(ask, points, failed)


def _query(number: int, metric: Metric, step: int) -> dict[str, Any]:
    return {
        "Id": f"m{number}",
        "MetricStat": {
            "Metric": {
                "Namespace": metric.namespace,
                "MetricName": metric.name,
                "Dimensions": [{"Name": name, "Value": value} for name, value in metric.dimensions],
            },
            "Period": 60 * step,
            "Stat": metric.stat,
        },
        "ReturnData": True,
    }


def _results(told: Told) -> list[Any]:
    results = told.answer.get("MetricDataResults")
    if not isinstance(results, list):
        raise _strange("answered GetMetricData without results", told)
    return results


def _series(
    result: Mapping[str, Any], keys: Mapping[str, str], ask: Ask, metrics: Mapping[str, Metric], told: Told
) -> tuple[str, dict[int, float]]:
    """Which series a result is, and minute -> value of those minutes that were asked for and are over."""
    key = keys.get(result.get("Id", ""))
    times, values = result.get("Timestamps", []), result.get("Values", [])
    if key is None or len(times) != len(values):
        raise _strange("answered GetMetricData with series that were not asked for or do not fit", told)
    # by the server's clock a minute may not be over yet although it is by ours
    server_at = told.exchange.server_at
    over = ask.end if server_at is None else min(ask.end, minute_of(server_at))
    share = ask.step if metrics[key].stat in ("Sum", "SampleCount") else 1
    points: dict[int, float] = {}
    for at, value in zip(times, values, strict=True):
        if not isinstance(at, datetime) or not isinstance(value, int | float):
            raise _strange("answered GetMetricData with times or values that are none", told)
        minute = minute_of(at)
        if ask.start <= minute and minute + ask.step <= over and math.isfinite(value):
            points.update(dict.fromkeys(range(minute, minute + ask.step), float(value) / share))
    return key, points


def _messages(answer: Mapping[str, Any]) -> Iterator[str]:
    messages = answer.get("Messages")
    for message in messages if isinstance(messages, list) else ():
        if isinstance(message, dict):
            yield admit(": ".join(str(message[key]) for key in ("Code", "Value") if message.get(key)), 200)


def _strange(what: str, told: Told) -> SourceError:
    return SourceError(
        FailureKind.DATA,
        f"CloudWatch {what}",
        "look at endpoint_url and the proxy",
        login=told.login,
        exchange=told.exchange,
    )
