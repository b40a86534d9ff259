"""The keys of a source with `provider = "prometheus"` or `"grafana"`, and what can be said against them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from evtui.config.notes import nearest
from evtui.domain.campaign import Campaign
from evtui.domain.metrics import Chart
from evtui.domain.reading import Lookup, Topic
from evtui.errors import UsageError
from evtui.providers.http_access import HttpAccess
from evtui.providers.objections import Objections, limit_faults
from evtui.redact import admit
from evtui.text import one_line

LONGEST_SETTLE_S = 6 * 3600.0
"""Most that is asked for again at every poll: samples that come later than that are no matter of settling."""

_UID = re.compile(r"[A-Za-z0-9_-]{1,40}")


class ChartQuery(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`[[sources.charts.series]]`: one chart and the PromQL behind it."""

    name: Annotated[str, Meta(examples=["payments paid"])]
    query: Annotated[str, Meta(examples=["sum(rate(paid_total[1m]))"])]
    """Looks back over one minute, such as `sum(rate(paid_total[1m]))`, and gives one series."""
    unit: str = ""
    below: float | None = None
    """From this value down it is a problem."""
    above: float | None = None
    """From this value up it is a problem."""
    sum: bool = False
    """Whether several series are added up; otherwise an answer with several is not shown."""

    @property
    def chart(self) -> Chart:
        """What is drawn."""
        return Chart(_plain(self.name), _plain(self.unit), self.below, self.above)


class PrometheusSettings(HttpAccess, frozen=True, kw_only=True):
    """`[sources.traffic]`, `[sources.cpu]` and `[sources.charts]` of a Prometheus. Times in seconds."""

    query: str = ""
    """PromQL for traffic (requests in one minute; series are added up) or CPU (percent, one series a machine)."""
    series: tuple[ChartQuery, ...] = ()
    """PromQL for charts."""
    service: str = ""
    """Service whose CPU `query` tells of."""
    service_label: str = ""
    """Label that names the service, where `query` tells of several."""
    machine_label: str = "instance"
    """Label that names the machine."""
    settle: float = 180.0
    """How far back every poll asks again, for samples that come late."""


class GrafanaSettings(PrometheusSettings, frozen=True, kw_only=True):
    """The same through a Grafana, which passes the question on to one of its data sources."""

    datasource_uid: Annotated[str, Meta(examples=["P1809F7CD0C75ACF3"])]
    """Uid of the Prometheus data source, as its address in Grafana ends."""
    org_id: int | None = None
    """Organisation the data source belongs to; left out: the token's own."""


def _plain(text: str) -> str:
    return one_line(admit(text, 60))


def check(settings: PrometheusSettings, topic: Topic | Lookup | None) -> None:
    """Look whether these settings can work for `topic`; None: for any.

    Raises:
        SettingsError: everything that cannot, with what would be right.
    """
    found = Objections()
    if bool(settings.query.strip()) == bool(settings.series):
        key = "query: " if settings.query.strip() else ""
        found.add(f"{key}exactly one of query (traffic, cpu) and series (charts) has to be given")
    elif topic is Topic.CHARTS and not settings.series:
        found.add("query: charts take a [[sources.charts.series]] each, with name and query")
    elif topic in (Topic.TRAFFIC, Topic.CPU) and not settings.query:
        found.add(f"series: {topic} is told by one query; series belong to [sources.charts]")
    if topic is Topic.CPU and not (settings.service or settings.service_label):
        found.add(
            "query: cpu needs service, the one it is of, or service_label, the label that names it; neither is given"
        )
    if "?" in settings.url or re.search(r"/api/(v1|datasources)\b", settings.url):
        found.add("url: leave out what begins with /api or ?; it is put behind the address of the server")
    if settings.service and settings.service_label:
        found.add(
            "service_label: service and service_label exclude each other: one service, or a label that tells which"
        )
    if not 0 <= settings.settle <= LONGEST_SETTLE_S:
        found.add(f"settle: {settings.settle:g} has to be between 0 and {LONGEST_SETTLE_S:g} seconds")
    twins = Counter(series.chart.name for series in settings.series)
    for index, series in enumerate(settings.series):
        name = series.chart.name
        if name and twins[name] > 1:
            found.add(f"series[{index}].name: {twins[name]} charts are called {name!r}; give each a name of its own")
        for sentence in _against(series):
            found.add(f"series[{index}].{sentence}")
    if isinstance(settings, GrafanaSettings):
        for sentence in _against_grafana(settings):
            found.add(sentence)
    found.settle()


def check_service(settings: PrometheusSettings, campaign: Campaign) -> None:
    """Look whether the service is one of the campaign: figures of any other are left out.

    Raises:
        UsageError: it is none.
    """
    if settings.service and campaign.service(settings.service) is None:
        names = [each.name for each in campaign.services]
        guess = nearest(settings.service, names)
        hint = f'did you mean "{guess}"?' if guess else f"there are: {', '.join(names) or 'none'}"
        raise UsageError(f"service: no service is called {admit(settings.service, 60)!r}; {hint}")


def _against(series: ChartQuery) -> Iterator[str]:
    if not series.chart.name:
        yield 'name: it is empty; write what the chart is called, such as "payments paid"'
    if not series.query.strip():
        yield "query: it is empty; write the PromQL of the chart"
    yield from limit_faults(series.below, series.above)


def _against_grafana(settings: GrafanaSettings) -> Iterator[str]:
    if not _UID.fullmatch(settings.datasource_uid):
        yield (
            f"datasource_uid: {admit(settings.datasource_uid, 60)!r} is no uid; it is the end of the data source's "
            "address in Grafana, letters, digits, - and _"
        )
    if settings.org_id is not None and settings.org_id < 1:
        yield f"org_id: {settings.org_id} is no organisation; they are counted from 1"


def access(settings: PrometheusSettings) -> HttpAccess:
    """How to ask: what every question carries included."""
    if isinstance(settings, GrafanaSettings) and settings.org_id is not None:
        return msgspec.structs.replace(settings, headers={**settings.headers, "X-Grafana-Org-Id": str(settings.org_id)})
    return settings


def path(settings: PrometheusSettings) -> str:
    """What stands behind `url`."""
    if isinstance(settings, GrafanaSettings):
        return f"api/datasources/proxy/uid/{settings.datasource_uid}/api/v1/query_range"
    return "api/v1/query_range"
