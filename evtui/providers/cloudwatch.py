"""CPU, traffic and charts from CloudWatch: one question a poll for all that is watched, paid for by the metric."""

from __future__ import annotations

from typing import ClassVar, Self

from evtui.clock import Clock
from evtui.domain.campaign import Campaign
from evtui.domain.reading import Answer, FailureKind, Lookup, Topic
from evtui.providers import _aws_groups, base
from evtui.providers._aws import Aws
from evtui.providers.base import Context, Permission, Question, SourceError
from evtui.providers.cloudwatch_charts import poll_charts
from evtui.providers.cloudwatch_cpu import MachineCursor, poll_cpu
from evtui.providers.cloudwatch_round import Asker, Cursor
from evtui.providers.cloudwatch_settings import CloudWatchSettings, check
from evtui.providers.cloudwatch_spans import minute_of
from evtui.providers.cloudwatch_traffic import TrafficCursor, poll_traffic
from evtui.providers.objections import Objections


class CloudWatchProvider:
    """Polls `cpu`, `traffic` and `charts`; cursors say how far each series has been told of."""

    Settings: ClassVar[type[base.Settings]] = CloudWatchSettings
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.CPU, Topic.TRAFFIC, Topic.CHARTS})
    lookups: ClassVar[frozenset[Lookup]] = frozenset()

    def __init__(self, settings: CloudWatchSettings, asker: Asker, clock: Clock) -> None:
        self._settings = settings
        self._asker = asker
        self._clock = clock

    @classmethod
    def open(cls, settings: CloudWatchSettings, context: Context) -> Self:
        """A provider for the machines and load balancers of the campaign; nothing is asked yet.

        Raises:
            SettingsError: settings that cannot work, or nothing of the campaign that could be asked about.
        """
        found = Objections()
        with found:
            check(settings, context.topic, context.campaign)
        with found:
            aws = Aws.open(settings, context)
        found.settle()
        asker = Asker(aws, context.campaign, settings.usd_per_1000_metrics)
        return cls(settings, asker, context.clock)

    @classmethod
    def permissions(cls, settings: CloudWatchSettings, campaign: Campaign) -> tuple[Permission, ...]:
        """Metrics cannot be allowed one by one; groups are described where there are any."""
        metrics = Permission(("cloudwatch:GetMetricData",), "CPU, requests of load balancers, charts")
        return (metrics, _aws_groups.PERMISSION) if _aws_groups.group_names(campaign) else (metrics,)

    async def poll(self, topic: Topic, cursor: object) -> Answer:
        """Minutes that are over and were not told before; the first answer has the last three hours.

        Raises:
            SourceError: CloudWatch told nothing that can be used.
        """
        now = minute_of(self._clock.now())
        match topic:
            case Topic.CPU:
                before = cursor if isinstance(cursor, MachineCursor) else None
                return await poll_cpu(self._asker, self._settings.monitoring, before, now)
            case Topic.TRAFFIC:
                return await poll_traffic(self._asker, cursor if isinstance(cursor, TrafficCursor) else None, now)
            case Topic.CHARTS:
                known = cursor if isinstance(cursor, Cursor) else None
                return await poll_charts(self._asker, self._settings.series, known, now)
            case _:
                raise SourceError(FailureKind.DATA, f"the cloudwatch provider has no {topic}")

    async def look_up(self, lookup: Lookup, question: Question) -> Answer:
        """Answers nothing.

        Raises:
            SourceError: always.
        """
        raise SourceError(FailureKind.DATA, f"the cloudwatch provider does not answer {lookup}")

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._asker.aws.aclose()
