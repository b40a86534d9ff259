"""How many messages wait in a queue, minute by minute, from a JSON file that something else writes.

    {"queue": "issue-vouchers", "depth": [["2024-01-25T02:00:00Z", 17], ["2024-01-25T02:01:00Z", 42]]}

An example of a provider in a package of its own. In a campaign file:

    [sources.charts]
    provider = "queue-depth"
    file = "depth.json"
    above = 500.0
"""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Self

import msgspec

from evtui.domain.metrics import Chart, ChartPoint
from evtui.domain.reading import Answer, ChartPoints, FailureKind, Lookup, Topic
from evtui.errors import UsageError
from evtui.providers import base
from evtui.providers.base import Context, Question, SourceError
from evtui.redact import admit

LONGEST = 10_000_000
"""Bytes of a file that are read: a year of minutes is half of that."""


class QueueDepthSettings(base.Settings, frozen=True, kw_only=True):
    """`[sources.charts]` with `provider = "queue-depth"`."""

    file: str
    """The JSON file; a relative path starts at the campaign file."""
    above: float | None = None
    """Messages from which on it is a problem."""


class Depths(msgspec.Struct):
    """The file."""

    queue: str
    depth: list[tuple[datetime, float]]


class QueueDepthProvider:
    """Polls `charts` from a file; a cursor is the newest minute told."""

    Settings: ClassVar[type[base.Settings]] = QueueDepthSettings
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.CHARTS})
    lookups: ClassVar[frozenset[Lookup]] = frozenset()

    def __init__(self, path: str, above: float | None) -> None:
        self._path = path
        self._above = above

    @classmethod
    def open(cls, settings: QueueDepthSettings, context: Context) -> Self:
        """Looks at the settings only.

        Raises:
            UsageError: `file` is empty.
        """
        if not settings.file.strip():
            raise UsageError("sources.charts.file is empty: write the path of the JSON file")
        return cls(os.path.join(context.folder, settings.file), settings.above)

    async def poll(self, topic: Topic, cursor: object) -> Answer:
        """Every minute after `cursor`.

        Raises:
            SourceError: DOWN for a file that cannot be read, DATA for one that holds something else.
        """
        depths = await asyncio.to_thread(self._read)
        name = admit(depths.queue)
        after = cursor if isinstance(cursor, datetime) else datetime.min.replace(tzinfo=UTC)
        minutes = {at.astimezone(UTC).replace(second=0, microsecond=0): depth for at, depth in depths.depth}
        newest = max(minutes, default=None)
        points = tuple(ChartPoint(name, minute, minutes[minute]) for minute in sorted(minutes) if minute > after)
        value = ChartPoints(points, (Chart(name, "messages", above=self._above),))
        return Answer(value, newest and newest + timedelta(minutes=1), cursor=newest)

    def _read(self) -> Depths:
        shown = admit(self._path, 200)
        try:
            with open(self._path, "rb") as file:
                return msgspec.json.decode(file.read(LONGEST), type=Depths)
        except OSError as error:
            raise SourceError(FailureKind.DOWN, f"{shown} cannot be read: {error.strerror}") from None
        except msgspec.DecodeError as error:
            why = f"{shown} is not what was agreed: {admit(error, 200)}"
            raise SourceError(FailureKind.DATA, " ".join(why.split())) from None

    async def look_up(self, lookup: Lookup, question: Question) -> Answer:
        """Raises SourceError, always: a queue knows no orders."""
        raise SourceError(FailureKind.DATA, f"a queue answers no {lookup}")

    async def aclose(self) -> None:
        """The file is closed as soon as it is read."""
