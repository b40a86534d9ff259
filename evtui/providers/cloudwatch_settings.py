"""The keys of a source with `provider = "cloudwatch"`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from evtui.config.notes import nearest
from evtui.domain.campaign import Campaign
from evtui.domain.reading import Lookup, Topic
from evtui.providers._aws import AwsSettings
from evtui.providers.objections import Objections, limit_faults
from evtui.redact import admit

LIST_PRICE = 0.01
"""US dollars for a thousand metrics asked for with GetMetricData, as listed for most regions."""


_STATS = ("Average", "Sum", "Minimum", "Maximum", "SampleCount", "IQM")
_SHORT = {"avg": "Average", "mean": "Average", "min": "Minimum", "max": "Maximum", "count": "SampleCount"}
_PART = r"\d{1,2}(?:\.\d{1,10})?|100(?:\.0{1,10})?"
_STAT = re.compile(
    rf"{'|'.join(_STATS)}|(?:p|tm|wm|tc|ts)(?:{_PART})|(?:TM|WM|TC|TS|PR)\((?=[^)]*\d)[\d.]*%?:[\d.]*%?\)"
)


class ChartSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[[sources.charts.series]]`: one metric that is drawn beside CPU and traffic."""

    name: Annotated[str, Meta(examples=["queue age"])]
    namespace: Annotated[str, Meta(examples=["AWS/SQS"])]
    """Such as `AWS/SQS`."""
    metric: Annotated[str, Meta(examples=["ApproximateAgeOfOldestMessage"])]
    """Such as `ApproximateAgeOfOldestMessage`."""
    dimensions: dict[str, str] = msgspec.field(default_factory=dict)
    stat: str = "Average"
    """Such as `Sum`, `Maximum` or `p99`."""
    unit: str = ""
    """What stands behind its figures on the screen; CloudWatch is not asked for a unit."""
    below: float | None = None
    """From this value down it is a problem."""
    above: float | None = None
    """From this value up it is a problem."""


class CloudWatchSettings(AwsSettings, frozen=True, kw_only=True):
    """`[sources.cpu]`, `[sources.traffic]` and `[sources.charts]` with `provider = "cloudwatch"`."""

    monitoring: Literal["auto", "detailed", "basic"] = "auto"
    """How often machines report: every minute, every five, or found out for each."""
    usd_per_1000_metrics: float = LIST_PRICE
    series: tuple[ChartSettings, ...] = ()


def check(settings: CloudWatchSettings, topic: Topic | Lookup | None, campaign: Campaign) -> None:
    """Look whether these settings and the services of the launch can work for `topic`; None: for any.

    Raises:
        SettingsError: everything that cannot, with what would be right.
    """
    found = Objections()
    if not 0 <= settings.usd_per_1000_metrics < float("inf"):
        found.add(f"usd_per_1000_metrics: {settings.usd_per_1000_metrics:g} is no price; US dollars, such as 0.01")
    if topic is Topic.CHARTS and not settings.series:
        found.add("series: there is no chart; write a [[sources.charts.series]] each, with name, namespace and metric")
    if settings.series and topic in (Topic.CPU, Topic.TRAFFIC):
        found.add(f"series: {topic} is told without; series belong to [sources.charts]")
    if topic is Topic.CPU and not any(service.fixed or service.auto_scaling_group for service in campaign.services):
        found.add("services: none has auto_scaling_group or fixed, so there are no machines to ask about")
    if topic is Topic.TRAFFIC and not any(service.load_balancer for service in campaign.services):
        found.add('services: none has load_balancer, such as "app/NAME/ID", so there are no requests to ask about')
    twins = Counter(series.name for series in settings.series)
    for place, series in enumerate(settings.series):
        if twins[series.name] > 1 and series.name.strip():
            name = admit(series.name, 80)
            found.add(f"series[{place}].name: {twins[series.name]} are called {name!r}; each needs a name of its own")
        for sentence in _against(series):
            found.add(f"series[{place}].{sentence}")
    found.settle()


def _against(series: ChartSettings) -> Iterator[str]:
    for key, example in (("name", "queue age"), ("namespace", "AWS/SQS"), ("metric", "NumberOfMessagesSent")):
        if not getattr(series, key).strip():
            yield f'{key}: it is empty; write for example "{example}"'
    if not _STAT.fullmatch(series.stat):
        guess = _SHORT.get(series.stat.strip().casefold()) or nearest(series.stat, _STATS)
        hint = f'did you mean "{guess}"?' if guess else f"there are {', '.join(_STATS)}, p99 and the like"
        yield f"stat: CloudWatch has no statistic {admit(series.stat, 40)!r}; {hint}"
    yield from limit_faults(series.below, series.above)
