"""The keys of a source with `provider = "cloudwatch"`."""

from __future__ import annotations

from collections import Counter
from typing import Literal

import msgspec
from msgspec import Struct

from evtui.errors import UsageError
from evtui.providers._aws import AwsSettings
from evtui.redact import admit

LIST_PRICE = 0.01
"""US dollars for a thousand metrics asked for with GetMetricData, as listed for most regions."""


class ChartSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[[sources.charts.series]]`: one metric that is drawn beside CPU and traffic."""

    name: str
    namespace: str
    """Such as `AWS/SQS`."""
    metric: str
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


def check(settings: CloudWatchSettings) -> None:
    """Raises UsageError for settings that cannot work, in one sentence."""
    if not 0 <= settings.usd_per_1000_metrics < float("inf"):
        raise UsageError(
            f"usd_per_1000_metrics: {settings.usd_per_1000_metrics:g} is no price; US dollars, such as 0.01"
        )
    for name, count in Counter(series.name for series in settings.series).items():
        if count > 1:
            raise UsageError(f"series: {count} are called {admit(name, 80)!r}; each needs a name of its own")
    for place, series in enumerate(settings.series, 1):
        for key in ("name", "namespace", "metric", "stat"):
            if not getattr(series, key).strip():
                raise UsageError(f"series {place}: {key} is empty; write what CloudWatch calls it, such as AWS/SQS")
