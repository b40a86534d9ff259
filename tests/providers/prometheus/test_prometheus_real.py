"""The real Prometheus, where one is installed: what the loopback one pretends is what this one does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from prometheus_launch import NOW, at, minute, prometheus
from prometheus_server import TOKEN, GrafanaServer, has_real_prometheus, real_prometheus

from evtui.domain.metrics import ChartPoint, CpuPoint
from evtui.domain.reading import ChartPoints, CpuPoints, FailureKind, Topic, TrafficPoints
from evtui.providers.base import SourceError
from evtui.providers.prometheus import GrafanaProvider

pytestmark = pytest.mark.skipif(not has_real_prometheus(), reason="no prometheus and promtool on PATH")

FIRST, LAST = -3, 31
"""Minutes after opening between which there are samples, four a minute."""


def samples() -> str:
    """Two counters that gain 15 and 45 a minute, gauges of two machines of which one falls silent, and a NaN."""
    seconds = range(at(FIRST), at(LAST), 15)
    lines = ["# TYPE requests counter"]
    for zone, step in (("a", 3.75), ("b", 11.25)):
        lines += (f'requests_total{{az="{zone}"}} {step * n} {t}' for n, t in enumerate(seconds))
    lines.append("# TYPE cpu gauge")
    lines += (f'cpu{{svc="SCMAPI",instance="a"}} 40 {t}' for t in seconds)
    lines += (f'cpu{{svc="SCMAPI",instance="b"}} 60 {t}' for t in seconds if t <= at(20))
    lines.append("# TYPE paid gauge")
    lines += (f"paid {'NaN' if at(9) < t <= at(10) else 97.5} {t}" for t in seconds)
    return "\n".join([*lines, "# EOF", ""])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with real_prometheus(tmp_path_factory.mktemp("prometheus"), samples()) as url:
        yield url


async def test_requests_of_each_minute_are_what_the_counters_gained(server: str) -> None:
    async with prometheus(server, query="increase(requests_total[1m])") as asked:
        answer = await asked.poll()
    assert isinstance(answer.value, TrafficPoints)
    points = {point.minute: point.requests for point in answer.value.points}
    assert points[minute(29)] == pytest.approx(60)
    assert min(points) == minute(FIRST)
    assert answer.fact_time == minute(30)


async def test_charts_cpu_and_gaps_are_told_as_they_are(server: str) -> None:
    series = [{"name": "paid", "query": "paid"}]
    async with prometheus(server, series=series, baseline=timedelta(0)) as asked:
        value = (await asked.poll(Topic.CHARTS)).value
    assert isinstance(value, ChartPoints)
    assert ChartPoint("paid", minute(8), 97.5) in value.points
    assert minute(9) not in {point.minute for point in value.points}
    async with prometheus(server, query="cpu", service_label="svc") as asked:
        cpu = (await asked.poll(Topic.CPU)).value
    assert isinstance(cpu, CpuPoints)
    assert CpuPoint("SCMAPI", "a", minute(29), 40.0) in cpu.points
    assert cpu.machines == (("SCMAPI", "a"), ("SCMAPI", "b"))


async def test_its_own_words_and_the_length_it_gives_at_most(server: str) -> None:
    async with prometheus(server, query="sum(") as asked:
        with pytest.raises(SourceError, match="parse error") as caught:
            await asked.poll()
    assert caught.value.kind is FailureKind.DATA
    async with prometheus(server, now=NOW + timedelta(days=16)) as asked:
        answers = await asked.poll_all()
    assert not answers[-1].coverage.more


async def test_it_is_reached_through_a_grafana(server: str) -> None:
    with GrafanaServer(server) as grafana:
        async with prometheus(
            grafana.url, GrafanaProvider, environ={"T": TOKEN}, auth={"env": "T"}, datasource_uid="prom-1"
        ) as asked:
            answer = await asked.poll()
    assert isinstance(answer.value, TrafficPoints)
    assert answer.value.points[-1].requests == pytest.approx(60)
