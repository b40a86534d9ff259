"""Traffic, CPU and charts from a Prometheus over a loopback connection, and what it may answer instead."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

import msgspec
import pytest
from prometheus_launch import MINUTE, NOW, TRAFFIC, at, campaign, minute, prometheus
from prometheus_server import JSON, TOKEN, GrafanaServer, PrometheusServer, refusal

from evtui.clock import ManualClock
from evtui.domain.codes import parse_code
from evtui.domain.metrics import Chart, ChartPoint, CpuPoint
from evtui.domain.reading import Answer, ChartPoints, CpuPoints, FailureKind, Lookup, Topic, TrafficPoints
from evtui.errors import UsageError
from evtui.providers import registry
from evtui.providers.base import Context, Question, SourceError
from evtui.providers.prometheus import GrafanaProvider, PrometheusProvider


@pytest.fixture
def server() -> Iterator[PrometheusServer]:
    with PrometheusServer() as server:
        yield server


def traffic(answer: Answer) -> dict[datetime, float]:
    assert isinstance(answer.value, TrafficPoints)
    return {point.minute: point.requests for point in answer.value.points}


def charted(answer: Answer) -> tuple[ChartPoint, ...]:
    assert isinstance(answer.value, ChartPoints)
    return answer.value.points


def cpu(answer: Answer) -> CpuPoints:
    assert isinstance(answer.value, CpuPoints)
    return answer.value


async def test_traffic_is_added_up_over_series_minute_by_minute(server: PrometheusServer) -> None:
    server.series[TRAFFIC] = [({"az": "a"}, lambda t: "40"), ({"az": "b"}, lambda t: "2.5")]
    async with prometheus(server.url) as asked:
        answer = await asked.poll()
    points = traffic(answer)
    assert set(points.values()) == {42.5}
    # from the baseline on, to the last minute that is over at 02:30:20
    assert (min(points), max(points), len(points)) == (minute(-60), minute(29), 90)
    assert answer.fact_time == minute(30)
    assert (answer.coverage.note, answer.coverage.more) == ("", False)
    assert answer.exchange is not None
    assert answer.exchange.asked.startswith(f"GET {server.url}/api/v1/query_range?query=sum%28increase")
    assert server.asked[0]["step"] == "60"
    assert int(server.asked[0]["start"]) % 60 == int(server.asked[0]["end"]) % 60 == 0


async def test_later_polls_ask_for_new_minutes_and_again_for_those_that_may_change(server: PrometheusServer) -> None:
    late = {at(30): "10"}
    server.series[TRAFFIC] = [({}, lambda t: late.get(t, "100"))]
    async with prometheus(server.url, settle=120) as asked:
        first = traffic(await asked.poll())
        assert first[minute(29)] == 10
        late.clear()
        asked.clock.advance(MINUTE)
        second = traffic(await asked.poll())
    assert second == {minute(n): 100.0 for n in (27, 28, 29, 30)}


async def test_a_long_past_comes_in_parts_the_newest_first_and_every_minute_of_it(server: PrometheusServer) -> None:
    server.series[TRAFFIC] = [({}, lambda t: str(t // 60 % 1000))]
    async with prometheus(server.url, now=NOW + timedelta(days=5), baseline=timedelta(days=1)) as asked:
        answers = await asked.poll_all()
    assert [answer.coverage.more for answer in answers] == [True, True, True, False]
    assert max(traffic(answers[0])) == minute(5 * 1440 + 29)
    told = [point for answer in answers for point in traffic(answer)]
    assert sorted(told) == [minute(n) for n in range(-1440, 5 * 1440 + 30)]
    assert {answer.fact_time for answer in answers} == {minute(5 * 1440 + 30)}
    assert max((int(each["end"]) - int(each["start"])) // 60 for each in server.asked) < 11_000


async def test_new_minutes_come_before_the_rest_of_the_past(server: PrometheusServer) -> None:
    server.series[TRAFFIC] = [({}, lambda t: "1")]
    async with prometheus(server.url, now=NOW + timedelta(days=3)) as asked:
        await asked.poll()
        asked.clock.advance(MINUTE)
        newer = await asked.poll()
        older = await asked.poll()
    assert max(traffic(newer)) == minute(3 * 1440 + 30)
    assert newer.coverage.more
    assert max(traffic(older)) == minute(3 * 1440 + 29 - 2880)


async def test_a_gap_while_nobody_could_ask_is_filled_whole(server: PrometheusServer) -> None:
    server.series[TRAFFIC] = [({}, lambda t: "1")]
    async with prometheus(server.url) as asked:
        await asked.poll()
        server.faults["*"] = refusal(503, "unavailable", "not ready")
        asked.clock.advance(timedelta(days=3))
        with pytest.raises(SourceError):
            await asked.poll()
        server.faults.clear()
        answers = await asked.poll_all()
    told = {point for answer in answers for point in traffic(answer)}
    assert {minute(n) for n in range(27, 3 * 1440 + 30)} <= told


@pytest.mark.parametrize("sample", ["NaN", "+Inf", "-Inf", None])
async def test_what_is_no_number_is_a_gap_and_never_a_zero(sample: str | None, server: PrometheusServer) -> None:
    document = {
        "status": "success",
        "data": {"resultType": "matrix", "result": [{"metric": {}, "values": [[at(10), "7"], [at(11), sample]]}]},
    }
    server.faults["*"] = (200, JSON, msgspec.json.encode(document))
    async with prometheus(server.url) as asked:
        answer = await asked.poll()
    assert traffic(answer) == {minute(9): 7.0}
    assert answer.fact_time == minute(10)


async def test_a_query_that_finds_nothing_says_so_and_tells_of_no_minute(server: PrometheusServer) -> None:
    async with prometheus(server.url) as asked:
        answer = await asked.poll()
    assert (traffic(answer), answer.fact_time) == ({}, None)
    assert answer.coverage.note == "the query finds no series"


async def test_a_series_that_is_silent_at_the_newest_minute_is_spoken_of(server: PrometheusServer) -> None:
    server.series[TRAFFIC] = [({"az": "a"}, lambda t: "4"), ({"az": "b"}, lambda t: "4" if t < at(30) else None)]
    async with prometheus(server.url) as asked:
        answer = await asked.poll()
    assert traffic(answer)[minute(29)] == 4.0
    assert answer.coverage.note == "1 of 2 series have a value for the newest minute"


async def test_a_series_that_ended_long_ago_is_not_missed(server: PrometheusServer) -> None:
    server.series[TRAFFIC] = [({"pod": "a"}, lambda t: "4"), ({"pod": "b"}, lambda t: "4" if t < at(5) else None)]
    async with prometheus(server.url) as asked:
        answer = await asked.poll()
    assert traffic(answer)[minute(0)] == 8.0
    assert answer.coverage.note == ""


async def test_a_chart_counts_as_told_once_it_had_a_point(server: PrometheusServer) -> None:
    server.series = {"paid": [({}, lambda t: "1")], "queue": [({}, lambda t: "NaN")]}
    async with prometheus(server.url, series=[PAID, QUEUE]) as asked:
        first = await asked.poll(Topic.CHARTS)
        server.series["queue"] = [({}, lambda t: "2")]
        asked.clock.advance(MINUTE)
        second = await asked.poll(Topic.CHARTS)
        server.series["paid"] = []
        asked.clock.advance(MINUTE)
        third = await asked.poll(Topic.CHARTS)
    assert [(each.coverage.seen, each.coverage.expected) for each in (first, second, third)] == [(1, 2), (2, 2), (2, 2)]


async def test_warnings_and_remarks_of_the_server_are_passed_on(server: PrometheusServer) -> None:
    server.series[TRAFFIC] = [({}, lambda t: "1")]
    server.extra = {"warnings": ["slow\x1b[31m store"], "infos": ["metric might not be a counter", 7, "c", "d"]}
    async with prometheus(server.url) as asked:
        answer = await asked.poll()
    assert answer.coverage.note == "slow\u241b[31m store; metric might not be a counter; c; 1 more remarks"


async def test_a_server_whose_clock_is_behind_tells_of_no_minute_it_has_not_seen(server: PrometheusServer) -> None:
    server.series[TRAFFIC] = [({}, lambda t: "1")]
    server.headers["Date"] = format_datetime(NOW - timedelta(seconds=90), usegmt=True)
    async with prometheus(server.url, settle=0) as asked:
        first = await asked.poll()
        server.headers["Date"] = format_datetime(NOW, usegmt=True)
        asked.clock.advance(timedelta(seconds=90))
        second = await asked.poll()
    assert max(traffic(first)) == minute(27)
    # 02:28:50 by its clock: what ended then and later is told of once it knows
    assert sorted(traffic(second)) == [minute(27), minute(28), minute(29)]


@pytest.mark.parametrize(
    ("fault", "kind", "why"),
    [
        (
            refusal(400, "bad_data", 'invalid parameter "query": 1:5: parse error\x1b[2J'),
            FailureKind.DATA,
            "parse error␛",
        ),
        (
            refusal(422, "execution", "query processing would load too many samples"),
            FailureKind.DATA,
            "too many samples",
        ),
        (refusal(503, "timeout", "query timed out in expression evaluation"), FailureKind.DOWN, "timed out"),
        (refusal(200, "timeout", "query timed out"), FailureKind.DOWN, "broke off (timeout): query timed out"),
        (refusal(200, "bad_data", "unknown function"), FailureKind.DATA, "cannot answer the query: unknown function"),
        ((200, JSON, b'{"status":"success","data":{"resultType":"vector","result":[]}}'), FailureKind.DATA, "a vector"),
        ((200, JSON, b'{"status":"success"}'), FailureKind.DATA, "does not answer as Prometheus does"),
        ((200, JSON, b"[1, 2]"), FailureKind.DATA, "does not answer as Prometheus does"),
        ((200, JSON, b'{"items": []}'), FailureKind.DATA, "does not answer as Prometheus does"),
        ((200, {"Content-Type": "text/html"}, b"<html>Welcome</html>"), FailureKind.DATA, "a page"),
        ((404, {}, b"404 page not found"), FailureKind.DATA, "nothing at /api/v1/query_range"),
        ((429, {"Retry-After": "17"}, b""), FailureKind.DOWN, "too often"),
        ((200, JSON, b'{"status":"success","data":{"resu'), FailureKind.DOWN, "broke off"),
    ],
)
async def test_faults_are_told_in_words(fault: Any, kind: FailureKind, why: str, server: PrometheusServer) -> None:
    server.faults["*"] = fault
    async with prometheus(server.url) as asked:
        with pytest.raises(SourceError) as caught:
            await asked.poll()
    assert caught.value.kind is kind
    assert why in caught.value.why
    assert server.url.removeprefix("http://") in caught.value.why
    assert "\x1b" not in caught.value.why
    assert caught.value.exchange is not None
    assert caught.value.retry_after == (17 if fault[0] == 429 else None)


async def test_a_fault_goes_on_from_the_name_of_who_was_asked(server: PrometheusServer) -> None:
    for fault, words in (
        ((200, JSON, b'{"items": []}'), "does not answer as Prometheus does: no status"),
        (refusal(200, "bad_data", "unknown function"), "cannot answer the query: unknown function"),
        (refusal(200, "timeout", "query timed out"), "broke off (timeout): query timed out"),
    ):
        server.faults["*"] = fault
        async with prometheus(server.url) as asked:
            with pytest.raises(SourceError) as caught:
                await asked.poll()
        assert caught.value.why == f"prometheus at {server.url.removeprefix('http://')} {words}"


@pytest.mark.parametrize(
    "answer", [(404, {}, b"not found"), (200, {"Content-Type": "text/html"}, b"<html>"), (200, JSON, b"{}")]
)
async def test_an_address_that_is_not_that_of_the_server_has_its_remedy(answer: Any, server: PrometheusServer) -> None:
    server.faults["*"] = answer
    async with prometheus(f"{server.url}/graph") as asked:
        with pytest.raises(SourceError) as caught:
            await asked.poll()
    assert caught.value.kind is FailureKind.DATA
    assert caught.value.remedy == "url has to be the address of the server, without /graph or /api"


async def test_nobody_there_is_down(server: PrometheusServer) -> None:
    async with prometheus("http://127.0.0.1:1") as asked:
        with pytest.raises(SourceError, match="refuses the connection"):
            await asked.poll()


# --- charts ---


PAID = {"name": "paid", "query": "paid", "unit": "%", "below": 90.0}
QUEUE = {"name": "queue", "query": "queue", "above": 500}


async def test_charts_are_told_with_their_limits(server: PrometheusServer) -> None:
    server.series = {"paid": [({}, lambda t: "97.5")], "queue": [({}, lambda t: "12" if t < at(1) else None)]}
    async with prometheus(server.url, series=[PAID, QUEUE], baseline=timedelta(0)) as asked:
        answer = await asked.poll(Topic.CHARTS)
    points = charted(answer)
    assert points == tuple(ChartPoint("paid", minute(n), 97.5) for n in range(30))
    assert isinstance(answer.value, ChartPoints)
    assert answer.value.charts == (Chart("paid", "%", 90.0, None), Chart("queue", "", None, 500.0))
    assert (answer.coverage.seen, answer.coverage.expected) == (1, 2)
    assert answer.coverage.note == "queue: the query finds no series"


async def test_several_series_are_added_up_only_where_that_is_said(server: PrometheusServer) -> None:
    both = [({"pod": "a"}, lambda t: "1"), ({"pod": "b"}, lambda t: "2")]
    server.series = {"paid": both, "queue": both}
    async with prometheus(server.url, series=[PAID, QUEUE | {"sum": True}]) as asked:
        answer = await asked.poll(Topic.CHARTS)
    assert {(point.chart, point.value) for point in charted(answer)} == {("queue", 3.0)}
    assert (answer.coverage.seen, answer.coverage.expected) == (1, 2)
    assert answer.coverage.note == ("paid: 2 series where one is expected: aggregate in the query, or say sum = true")


async def test_one_chart_that_fails_holds_no_other_up_and_misses_nothing(server: PrometheusServer) -> None:
    server.series = {"paid": [({}, lambda t: "1")], "queue": [({}, lambda t: "2")]}
    server.faults["queue"] = refusal(400, "bad_data", "unknown function")
    async with prometheus(server.url, series=[PAID, QUEUE], settle=0) as asked:
        first = await asked.poll(Topic.CHARTS)
        server.faults.clear()
        asked.clock.advance(MINUTE)
        second = await asked.poll(Topic.CHARTS)
    assert {point.chart for point in charted(first)} == {"paid"}
    assert (first.coverage.seen, first.coverage.expected) == (1, 2)
    assert first.coverage.note.startswith("queue: prometheus at ")
    assert "unknown function" in first.coverage.note
    counts = [sum(point.chart == name for point in charted(second)) for name in ("paid", "queue")]
    assert counts == [2, 91]


@pytest.mark.parametrize("fault", [(401, JSON, b"{}"), (429, {"Retry-After": "9"}, b"")])
async def test_what_concerns_the_whole_server_is_no_matter_of_one_chart(fault: Any, server: PrometheusServer) -> None:
    server.series = {"paid": [({}, lambda t: "1")]}
    server.faults["queue"] = fault
    async with prometheus(server.url, series=[PAID, QUEUE]) as asked:
        with pytest.raises(SourceError):
            await asked.poll(Topic.CHARTS)


# --- cpu ---


CPU = "cpu_percent"


async def test_cpu_is_told_by_machine_and_a_silent_one_is_missed(server: PrometheusServer) -> None:
    server.series[CPU] = [
        ({"svc": "SCMAPI", "host": "a"}, lambda t: "40"),
        ({"svc": "SCMAPI", "host": "b"}, lambda t: "60" if t <= at(30) else None),
        ({"svc": "MWeb", "host": "a"}, lambda t: "-0.2"),
        ({"svc": "Other", "host": "a"}, lambda t: "1"),
        ({"svc": "MWeb"}, lambda t: "1"),
        ({"svc": "MWeb", "host": "a", "core": "1"}, lambda t: "1"),
    ]
    async with prometheus(server.url, query=CPU, service_label="svc", machine_label="host") as asked:
        first = await asked.poll(Topic.CPU)
        asked.clock.advance(5 * MINUTE)
        second = await asked.poll(Topic.CPU)
        asked.clock.advance(15 * MINUTE)
        third = await asked.poll(Topic.CPU)
    machines = (("MWeb", "a"), ("SCMAPI", "a"), ("SCMAPI", "b"))
    assert cpu(first).machines == cpu(second).machines == machines
    assert cpu(third).machines == machines[:2]
    assert CpuPoint("SCMAPI", "b", minute(29), 60.0) in cpu(first).points
    assert CpuPoint("MWeb", "a", minute(29), 0.0) in cpu(first).points
    assert {(point.service, point.machine) for point in cpu(first).points} == set(machines)
    assert first.coverage.note == (
        "1 series without svc or host, left out; 1 series of no service of the campaign (Other), left out; "
        "1 further series of a machine, left out"
    )


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ({"service_label": "svc"}, "1 series of no service of the campaign (SCMAPX), left out"),
        ({"service_label": "service"}, "1 series without service or instance, left out"),
        ({"service": "MWeb", "machine_label": "host"}, "1 series without service or host, left out"),
    ],
)
async def test_machines_of_nobody_are_no_answer(keys: dict[str, Any], why: str, server: PrometheusServer) -> None:
    server.series[CPU] = [({"svc": "SCMAPX", "instance": "a"}, lambda t: "40")]
    async with prometheus(server.url, query=CPU, **keys) as asked:
        with pytest.raises(SourceError) as caught:
            await asked.poll(Topic.CPU)
    assert caught.value.kind is FailureKind.DATA
    assert caught.value.why.endswith(f" tells of no machine of the campaign: {why}")
    assert "machine_label" in caught.value.remedy
    assert caught.value.exchange is not None


async def test_what_is_left_out_makes_nothing_look_fresh(server: PrometheusServer) -> None:
    server.series = {
        CPU: [
            ({"svc": "Other", "host": "a"}, lambda t: "40"),
            ({"svc": "MWeb", "host": "a"}, lambda t: "40" if t <= at(10) else None),
        ],
        TRAFFIC: [({}, lambda t: "-1")],
        "paid": [({"pod": "a"}, lambda t: "1"), ({"pod": "b"}, lambda t: "2")],
        "queue": [({}, lambda t: "NaN")],
    }
    async with prometheus(server.url, query=CPU, service_label="svc", machine_label="host") as asked:
        assert (await asked.poll(Topic.CPU)).fact_time == minute(10)
    async with prometheus(server.url) as asked:
        assert (await asked.poll()).fact_time is None
    async with prometheus(server.url, series=[PAID, QUEUE]) as asked:
        answer = await asked.poll(Topic.CHARTS)
    assert answer.fact_time is None
    assert answer.coverage.note.endswith("queue: its series have no figures, only gaps")


async def test_a_query_for_cpu_that_finds_nothing_says_so(server: PrometheusServer) -> None:
    async with prometheus(server.url, query=CPU, service="MWeb") as asked:
        assert (await asked.poll(Topic.CPU)).coverage.note == "the query finds no series"


async def test_cpu_of_one_service_needs_no_label_for_it(server: PrometheusServer) -> None:
    server.series[CPU] = [({"instance": "10.0.0.7:9100"}, lambda t: "250" if t == at(30) else "25")]
    async with prometheus(server.url, query=CPU, service="MWeb") as asked:
        answer = await asked.poll(Topic.CPU)
    assert {(point.service, point.percent) for point in cpu(answer).points} == {("MWeb", 25.0)}
    assert answer.coverage.note == "1 values that are no percentage, left out"


async def test_many_machines_are_told_of_in_parts_that_fit_into_an_answer(server: PrometheusServer) -> None:
    server.series[CPU] = [({"host": str(number)}, lambda t: "33.33333333333333") for number in range(60)]
    async with prometheus(server.url, query=CPU, service="MWeb", machine_label="host", max_bytes=600_000) as asked:
        asked.clock.advance(timedelta(hours=7))
        answers = await asked.poll_all(Topic.CPU)
    told = [(point.machine, point.minute) for answer in answers for point in cpu(answer).points]
    assert len(answers) == 3
    assert len(told) == len(set(told)) == 60 * (8 * 60 + 30)


# --- Grafana ---


async def test_grafana_passes_the_question_on_to_its_data_source(server: PrometheusServer) -> None:
    server.series[TRAFFIC] = [({}, lambda t: "5")]
    with GrafanaServer(server.url) as grafana:
        keys: dict[str, Any] = {"datasource_uid": "prom-1", "org_id": 2, "auth": {"env": "GRAFANA_TOKEN"}}
        async with prometheus(grafana.url, GrafanaProvider, environ={"GRAFANA_TOKEN": TOKEN}, **keys) as asked:
            answer = await asked.poll()
            assert grafana.organisations == ["2"]
            grafana.token = "glsa_another"
            with pytest.raises(SourceError) as caught:
                await asked.poll()
    assert set(traffic(answer).values()) == {5.0}
    assert caught.value.kind is FailureKind.AUTH
    assert "GRAFANA_TOKEN" in caught.value.why + caught.value.remedy
    assert answer.exchange is not None
    assert TOKEN not in f"{answer.exchange} {caught.value.exchange} {caught.value.why} {caught.value.remedy}"
    assert answer.login is not None


async def test_an_unknown_data_source_and_a_prometheus_that_is_gone_are_told_apart(server: PrometheusServer) -> None:
    environ = {"GRAFANA_TOKEN": TOKEN}
    auth = {"env": "GRAFANA_TOKEN"}
    with GrafanaServer("http://127.0.0.1:1") as grafana:
        async with prometheus(grafana.url, GrafanaProvider, environ=environ, auth=auth, datasource_uid="x") as asked:
            with pytest.raises(SourceError, match="Unable to find datasource") as unknown:
                await asked.poll()
        async with prometheus(
            grafana.url, GrafanaProvider, environ=environ, auth=auth, datasource_uid="prom-1"
        ) as asked:
            with pytest.raises(SourceError, match="502: Bad gateway") as gone:
                await asked.poll()
    assert (unknown.value.kind, gone.value.kind) == (FailureKind.DATA, FailureKind.DOWN)


# --- settings ---


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({}, "exactly one"),
        ({"query": "up", "series": [PAID]}, "exactly one"),
        ({"query": "up", "url": "http://host/api/v1/query_range"}, "leave out what begins with /api"),
        ({"query": "up", "url": "http://host/?a=b"}, "leave out what begins with /api"),
        ({"query": "up", "service": "SCMAPX"}, 'no service is called .SCMAPX.; did you mean "SCMAPI"'),
        ({"query": "up", "service": "zzz"}, "there are: SCMAPI, MWeb"),
        ({"query": "up", "service": "a", "service_label": "b"}, "exclude each other"),
        ({"query": "up", "settle": -1}, "settle: -1"),
        ({"series": [PAID | {"name": " "}]}, r"series\[0\]\.name: it is empty"),
        ({"series": [PAID | {"query": ""}]}, r"series\[0\]\.query: it is empty"),
        ({"series": [PAID | {"above": float("nan")}]}, r"series\[0\]\.above: nan"),
        ({"series": [PAID | {"above": 80}]}, r"series\[0\]\.below: 90 has to be less than above, which is 80"),
        ({"series": [PAID, PAID]}, r"series\[1\]\.name: 2 charts are called 'paid'"),
        ({"query": "up", "datasource_uid": "a/../b"}, "is no uid"),
        ({"query": "up", "datasource_uid": "a", "org_id": 0}, "org_id: 0"),
        ({"query": "up", "topic": Topic.CHARTS}, "charts take a"),
        ({"series": [PAID], "topic": Topic.TRAFFIC}, "traffic is told by one query"),
        ({"query": "up", "topic": Topic.CPU}, "query: cpu needs service, the one it is of"),
    ],
)
def test_settings_that_cannot_work_are_refused(keys: dict[str, Any], words: str) -> None:
    name = "grafana" if "datasource_uid" in keys else "prometheus"
    kind = registry.load(name)
    topic = keys.get("topic")
    given = {"url": "http://127.0.0.1:9090", **keys}
    given.pop("topic", None)
    settings = msgspec.convert(given, kind.Settings)
    with pytest.raises(UsageError, match=words):
        kind.open(settings, Context(campaign(), ManualClock(NOW), {}, topic=topic))


@pytest.mark.parametrize(
    ("topic", "keys"),
    [(Topic.CHARTS, {"query": "up"}), (Topic.TRAFFIC, {"series": [PAID]}), (Topic.CPU, {"query": "up"})],
)
async def test_a_topic_without_its_query_is_told_what_to_add(topic: Topic, keys: dict[str, Any]) -> None:
    async with prometheus("http://127.0.0.1:1", **keys) as asked:
        with pytest.raises(SourceError) as caught:
            await asked.poll(topic)
    assert caught.value.kind is FailureKind.DATA
    assert caught.value.remedy.startswith("add ")


async def test_it_knows_neither_stock_nor_orders() -> None:
    async with prometheus("http://127.0.0.1:1") as asked:
        with pytest.raises(SourceError, match="no stock"):
            await asked.poll(Topic.STOCK)
        with pytest.raises(SourceError, match="no order_status look-up"):
            await asked.provider.look_up(Lookup.ORDER_STATUS, Question(parse_code("TG240125L00001")))


def test_one_class_serves_both_names() -> None:
    assert registry.load("prometheus") is PrometheusProvider
    assert issubclass(registry.load("grafana"), PrometheusProvider)
