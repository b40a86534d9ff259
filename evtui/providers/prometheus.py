"""Minutes of traffic, CPU and further charts from a Prometheus, asked directly or through a Grafana's data source.

Anything that answers `query_range` as Prometheus does will do, such as VictoriaMetrics, Mimir or Thanos. Every query
has a position of its own in the cursor, so one that fails holds no other up and misses nothing. Nothing is written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from msgspec import Struct, field

from evtui.domain.metrics import ChartPoint, TrafficPoint
from evtui.domain.reading import (
    Answer,
    ChartPoints,
    Coverage,
    FailureKind,
    Lookup,
    Topic,
    TrafficPoints,
    Value,
)
from evtui.providers import base
from evtui.providers._http import Http, Reply
from evtui.providers.base import Context, Question, SourceError
from evtui.providers.objections import Objections
from evtui.providers.prometheus_answer import PUT_RIGHT, STEP_S, Told, read, silent, summed
from evtui.providers.prometheus_cpu import Fleet, cpu_points
from evtui.providers.prometheus_settings import (
    ChartQuery,
    GrafanaSettings,
    PrometheusSettings,
    access,
    check,
    check_service,
    path,
)
from evtui.providers.prometheus_window import MOST_POINTS, MOST_POINTS_A_MACHINE, Position, after, next_span

AT_ONCE = 4
"""Queries under way at once: a dozen charts are there within a second or two, and the server has room for others."""


class Cursor(Struct, frozen=True):
    """How far each query has been told of, by its text, and the machines that were seen."""

    positions: Mapping[str, Position] = field(default_factory=dict)
    fleet: Fleet = Fleet()


class Round(Struct, frozen=True):
    """One query's answer: its series, where it stands now, and how it was had."""

    told: Told
    position: Position
    reply: Reply


class PrometheusProvider:
    """Polls `traffic`, `cpu` and `charts` by `query_range`."""

    Settings: ClassVar[type[base.Settings]] = PrometheusSettings
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.TRAFFIC, Topic.CPU, Topic.CHARTS})
    lookups: ClassVar[frozenset[Lookup]] = frozenset()
    kind: ClassVar[str] = "prometheus"

    def __init__(self, settings: PrometheusSettings, context: Context, http: Http) -> None:
        self._settings = settings
        self._context = context
        self._http = http
        self._path = path(settings)
        self._gate = asyncio.Semaphore(AT_ONCE)

    @classmethod
    def open(cls, settings: Any, context: Context) -> Self:
        """A provider for the server the settings name; it is not asked yet.

        Raises:
            UsageError: settings that cannot work.
        """
        found = Objections()
        with found:
            check(settings, context.topic)
        with found:
            check_service(settings, context.campaign)
        with found:
            http = Http.open(access(settings), context, kind=cls.kind, remedy=PUT_RIGHT)
        found.settle()
        return cls(settings, context, http)

    async def poll(self, topic: Topic, cursor: object) -> Answer:
        """Minutes that ended since `cursor`, and those that may have changed; `fact_time` is the end of the newest.

        Raises:
            SourceError: the server gave no usable answer to any query.
        """
        before = cursor if isinstance(cursor, Cursor) else Cursor()
        if topic is Topic.CHARTS:
            return await self._charts(before)
        if topic not in self.topics:
            raise SourceError(FailureKind.DATA, f"{self.kind} tells of no {topic}")
        query = self._settings.query
        if not query:
            raise _lacking(topic, 'query = "…"')
        if topic is Topic.TRAFFIC:
            return self._traffic(query, await self._ask(query, before))
        if not (self._settings.service or self._settings.service_label):
            raise _lacking(topic, 'service = "…" or service_label = "…"')
        return self._cpu(query, before, await self._ask(query, before, MOST_POINTS_A_MACHINE))

    async def look_up(self, lookup: Lookup, question: Question) -> Answer:
        """Never answers: figures know no orders.

        Raises:
            SourceError: always, DATA.
        """
        raise SourceError(FailureKind.DATA, f"{self.kind} answers no {lookup} look-up")

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._http.aclose()

    async def _ask(self, query: str, cursor: Cursor, most: int = MOST_POINTS) -> Round:
        """The next part of one query."""
        now = self._context.clock.now()
        before = cursor.positions.get(query)
        since = self._context.campaign.history_start(now)
        span, rest = next_span(before, since, now, timedelta(seconds=self._settings.settle), most)
        params = {
            "query": query,
            "start": f"{span.start.timestamp():.0f}",
            "end": f"{span.end.timestamp():.0f}",
            "step": str(STEP_S),
            "timeout": f"{self._settings.timeout * 1000:.0f}ms",
        }
        async with self._gate:
            document, reply = await self._http.json("GET", self._path, params=params)
        # a server whose clock is behind makes up what it does not know yet from the last it knows
        known_until = now if reply.server_at is None else min(now, reply.server_at)
        try:
            told = await asyncio.to_thread(read, document, known_until)
        except SourceError as error:
            why = f"{self._http.name} {error.why}"
            raise SourceError(error.kind, why, error.remedy, login=reply.login, exchange=reply.exchange) from None
        return Round(told, after(before, span, rest, known_until=known_until), reply)

    def _traffic(self, query: str, made: Round) -> Answer:
        total = summed(made.told.lines)
        points = tuple(TrafficPoint(minute, value) for minute, value in sorted(total.items()) if value >= 0)
        notes = [*made.told.notes, silent(made.told)]
        if len(points) < len(total):
            notes.append(f"{len(total) - len(points):,} minutes below zero, left out")
        notes.append(_nothing(made))
        position = made.position.telling(point.minute for point in points)
        return _answer(TrafficPoints(points), (made,), notes, Cursor({query: position}))

    def _cpu(self, query: str, before: Cursor, made: Round) -> Answer:
        value, fleet, notes = cpu_points(made.told, self._settings, self._context.campaign, before.fleet)
        if not fleet.seen:
            notes = [*filter(None, [_nothing(made)]), *notes]
        if made.told.lines and not value.machines and made.told.newest is not None:
            why = f"{self._http.name} tells of no machine of the campaign: {'; '.join(notes)}"
            remedy = (
                "put machine_label right" if self._settings.service else "put service_label and machine_label right"
            )
            reply = made.reply
            raise SourceError(FailureKind.DATA, why, remedy, login=reply.login, exchange=reply.exchange)
        position = made.position.telling(point.minute for point in value.points)
        return _answer(value, (made,), [*made.told.notes, *notes], Cursor({query: position}, fleet))

    async def _charts(self, before: Cursor) -> Answer:
        series = self._settings.series
        if not series:
            raise _lacking(Topic.CHARTS, "a [[sources.charts.series]] for each chart")
        results = await asyncio.gather(*(self._attempt(each.query, before) for each in series))
        failures = [result for result in results if isinstance(result, SourceError)]
        # a login, and being asked to stay away, concern the server and not one query
        grave = [error for error in failures if error.kind is FailureKind.AUTH or error.retry_after is not None]
        if grave or len(failures) == len(results):
            raise (grave or failures)[0]
        return self._charted(series, results, before)

    async def _attempt(self, query: str, before: Cursor) -> Round | SourceError:
        try:
            return await self._ask(query, before)
        except SourceError as error:
            return error

    def _charted(self, series: Sequence[ChartQuery], results: Sequence[Round | SourceError], before: Cursor) -> Answer:
        points: list[ChartPoint] = []
        notes: list[str] = []
        positions = dict(before.positions)
        made: list[Round] = []
        told = 0
        for each, result in zip(series, results, strict=True):
            name = each.chart.name
            if isinstance(result, SourceError):
                notes.append(f"{name}: {result.why}")
                continue
            made.append(result)
            values, remarks = _values(each, result)
            positions[each.query] = position = result.position.telling(values)
            told += position.newest is not None
            points += (ChartPoint(name, minute, value) for minute, value in sorted(values.items()))
            notes += (f"{name}: {remark}" for remark in remarks)
        value = ChartPoints(tuple(points), tuple(each.chart for each in series))
        return _answer(value, made, notes, Cursor(positions), told, len(series))


class GrafanaProvider(PrometheusProvider):
    """The same through a Grafana: `url` is Grafana's, `datasource_uid` says which Prometheus."""

    Settings: ClassVar[type[base.Settings]] = GrafanaSettings
    kind: ClassVar[str] = "grafana"


def _lacking(topic: Topic, what: str) -> SourceError:
    return SourceError(FailureKind.DATA, f"nothing is configured to be asked for {topic}", f"add {what}")


def _nothing(made: Round) -> str:
    """What is said of a query that never had a figure yet; empty where it has one, or had."""
    if made.position.newest is not None or made.told.newest is not None:
        return ""
    return "its series have no figures, only gaps" if made.told.lines else "the query finds no series"


def _values(each: ChartQuery, made: Round) -> tuple[Mapping[datetime, float], list[str]]:
    """minute -> value of one chart, and what has to be said about it."""
    lines, notes = made.told.lines, list(made.told.notes)
    if each.sum:
        return summed(lines), [*notes, *filter(None, [silent(made.told)])]
    if len(lines) > 1:
        return {}, [*notes, f"{len(lines)} series where one is expected: aggregate in the query, or say sum = true"]
    return lines[0].minutes if lines else {}, [*notes, *filter(None, [_nothing(made)])]


def _answer(
    value: Value,
    made: Sequence[Round],
    notes: Sequence[str],
    cursor: Cursor,
    seen: int | None = None,
    expected: int | None = None,
) -> Answer:
    facts = [position.newest for position in cursor.positions.values() if position.newest is not None]
    more = any(position.older is not None for position in cursor.positions.values())
    coverage = Coverage(seen, expected, "; ".join(filter(None, notes)), more)
    last = made[-1].reply
    return Answer(value, max(facts, default=None), coverage, cursor, login=last.login, exchange=last.exchange)
