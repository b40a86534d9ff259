"""A launch whose figures come from a Prometheus: its plan, its clock and ways to ask."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from evtui.clock import ManualClock
from evtui.domain.campaign import Campaign, ErrorPolicy, Product, Service, Shop
from evtui.domain.reading import Answer, Topic
from evtui.providers.base import Context
from evtui.providers.prometheus import PrometheusProvider

OPENS = datetime(2024, 1, 25, 2, 0, tzinfo=UTC)
NOW = OPENS + timedelta(minutes=30, seconds=20)
MINUTE = timedelta(minutes=1)
TRAFFIC = "sum(increase(requests_total[1m]))"


def campaign(baseline: timedelta = timedelta(hours=1)) -> Campaign:
    return Campaign(
        id="launch",
        name="launch",
        market="HK",
        environment="QA",
        zone=ZoneInfo("Asia/Hong_Kong"),
        currency="HKD",
        shop=Shop(28, "shop"),
        products=(Product(1, "page", "page", 1.0, 1, OPENS, OPENS + timedelta(days=16), 10),),
        services=(Service("SCMAPI"), Service("MWeb")),
        errors=ErrorPolicy(baseline=baseline),
    )


def at(minute: int) -> int:
    """Seconds since 1970 of a moment, in minutes after opening."""
    return int(OPENS.timestamp()) + 60 * minute


def minute(number: int) -> datetime:
    """The minute that begins so long after opening."""
    return OPENS + number * MINUTE


class Asked:
    """A provider under test with its clock; the cursor goes from poll to poll, as the collector has it."""

    def __init__(self, provider: PrometheusProvider, clock: ManualClock) -> None:
        self.provider = provider
        self.clock = clock
        self.cursor: object = None

    async def poll(self, topic: Topic = Topic.TRAFFIC) -> Answer:
        answer = await self.provider.poll(topic, self.cursor)
        self.cursor = answer.cursor
        return answer

    async def poll_all(self, topic: Topic = Topic.TRAFFIC) -> list[Answer]:
        """Polls until there is nothing more for now."""
        answers = [await self.poll(topic)]
        while answers[-1].coverage.more and len(answers) < 50:
            answers.append(await self.poll(topic))
        return answers


@asynccontextmanager
async def prometheus(
    url: str,
    kind: type[PrometheusProvider] = PrometheusProvider,
    *,
    now: datetime = NOW,
    baseline: timedelta = timedelta(hours=1),
    environ: dict[str, str] | None = None,
    **keys: Any,
) -> AsyncIterator[Asked]:
    if "series" not in keys:
        keys.setdefault("query", TRAFFIC)
    clock = ManualClock(now)
    settings = msgspec.convert({"url": url, **keys}, kind.Settings)
    provider = kind.open(settings, Context(campaign(baseline), clock, environ or {}))
    try:
        yield Asked(provider, clock)
    finally:
        await provider.aclose()
