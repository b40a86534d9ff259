"""CloudWatch and Auto Scaling as they are at a launch: late samples, pages, statuses and limits, over loopback HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from moto_server import REGION
from msgspec import Struct

from evtui.clock import ManualClock
from evtui.domain.campaign import Campaign, Product, Service, Shop
from evtui.domain.metrics import CpuPoint
from evtui.domain.reading import Answer, CpuPoints, Reading, Topic
from evtui.providers.base import Context
from evtui.providers.cloudwatch import CloudWatchProvider
from evtui.providers.cloudwatch_settings import CloudWatchSettings
from evtui.providers.cloudwatch_spans import minute_of
from evtui.store.reduce import reduce
from evtui.store.state import LaunchState

ZONE = ZoneInfo("Asia/Hong_Kong")
OPEN = datetime(2024, 1, 25, 2, 0, tzinfo=UTC)
CLOSE = datetime(2024, 2, 9, 15, 59, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NOW = OPEN + timedelta(minutes=31, seconds=40)

GROUP = "scm-asg"
BALANCER = "app/scm/0123456789abcdef"


def campaign(*services: Service) -> Campaign:
    """A launch with these services."""
    product = Product(370490, "$1000", "a", 1000.0, 3, OPEN, CLOSE, 100)
    return Campaign("launch", "Launch", "HK", "TEST", ZONE, "HKD", Shop(28, "Shop"), (product,), services=services)


SCM = Service("SCMAPI", ("i-fixed",), GROUP, load_balancer=BALANCER)


SHARED: dict[Any, Any] = {}
"""What sources share: tests do, too, since the SDK takes half a second to begin."""


def provider(url: str, clock: ManualClock, *services: Service, **settings: Any) -> CloudWatchProvider:
    """The provider, opened as a session would."""
    known = CloudWatchSettings(endpoint_url=url, region=REGION, **settings)
    return CloudWatchProvider.open(known, Context(campaign(*(services or (SCM,))), clock, {}, shared=SHARED))


class Watch:
    """Polls one topic again and again as the collector does: the cursor goes on from answer to answer."""

    def __init__(
        self, source: CloudWatchProvider, topic: Topic, clock: ManualClock, services: tuple[Service, ...] = ()
    ):
        self.source = source
        self.topic = topic
        self.clock = clock
        self.cursor: object = None
        self.state = LaunchState(campaign(*(services or (SCM,))))
        self.points: list[Any] = []

    async def poll(self, minutes: float = 0) -> Answer:
        """Ask once, after so many minutes."""
        self.clock.advance(minutes * MINUTE)
        answer = await self.source.poll(self.topic, self.cursor)
        self.cursor = answer.cursor
        reading = Reading("cloudwatch", self.topic, self.clock.now(), answer.value, answer.fact_time, answer.coverage)
        self.state = reduce(self.state, reading)
        self.points += getattr(answer.value, "points", ())
        return answer


def by_machine(answer: Answer) -> dict[str, dict[int, float]]:
    """machine -> minutes after opening -> percent."""
    assert isinstance(answer.value, CpuPoints)
    return sorted_out(answer.value.points)


def sorted_out(points: list[CpuPoint] | tuple[CpuPoint, ...]) -> dict[str, dict[int, float]]:
    """machine -> minutes after opening -> percent."""
    found: dict[str, dict[int, float]] = {}
    for point in points:
        found.setdefault(point.machine, {})[minute_of(point.minute) - minute_of(OPEN)] = point.percent
    return found


class Question(Struct, frozen=True):
    """One GetMetricData as it came; minutes after opening, `names` the last dimension's value of each series."""

    names: tuple[str, ...]
    start: int
    end: int
    step: int


class CloudWatch:
    """What the server knows and how it behaves. Minutes count from opening."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.samples: dict[str, dict[int, float]] = {}
        """dimension value -> minute -> value."""
        self.hidden: dict[str, set[int]] = {}
        """Samples that are on their way still."""
        self.groups: dict[str, list[tuple[str, str]]] = {}
        """group -> (instance id, lifecycle state)."""
        self.states: dict[str, str] = {}
        """dimension value -> status that its series is answered with, and without samples."""
        self.messages: list[dict[str, str]] = []
        self.page = 0
        """Samples on a page; 0: all."""
        self.same_page = False
        self.refusals: list[tuple[str, int, str]] = []
        """(operation, HTTP status, code) of the next calls of that operation; status 200: answered as ever."""
        self.always: bytes | None = None
        """What every question about metrics is answered with."""
        self.date: datetime | None = None
        """The server's clock, where it is not this machine's."""
        self.asked: list[Question] = []

    def tell(self, name: str, start: int, end: int, value: float = 10.0, every: int = 1) -> None:
        """Samples of a series in [start, end)."""
        self.samples.setdefault(name, {}).update(dict.fromkeys(range(start, end, every), value))

    def answer(self, operation: str, body: bytes) -> tuple[int, str, bytes]:
        """(HTTP status, content type, body)."""
        for place, (of, status, code) in enumerate(self.refusals):
            if of == operation:
                del self.refusals[place]
                if status != 200:
                    return _refusal(operation, status, code)
                break
        if operation == "GetMetricData":
            if self.always is not None:
                return 200, "application/x-amz-json-1.0", self.always
            return self._metrics(json.loads(body))
        return 200, "text/xml", self._described(parse_qs(body.decode())).encode()

    def _metrics(self, asked: Mapping[str, Any]) -> tuple[int, str, bytes]:
        queries = asked["MetricDataQueries"]
        start, end = (int(asked[key]) // 60 - minute_of(OPEN) for key in ("StartTime", "EndTime"))
        names = tuple(_name(query) for query in queries)
        step = queries[0]["MetricStat"]["Period"] // 60
        if len(queries) > 500 or len(queries) * (end - start) // step > 100_800:
            return _refusal("GetMetricData", 400, "ValidationError")
        offset = int(asked.get("NextToken", "0"))
        if not offset:
            self.asked.append(Question(names, start, end, step))
        results = []
        room = self.page or 1 << 30
        skipped = offset
        whole = True
        for query, name in zip(queries, names, strict=True):
            found = [] if name in self.states else self._series(name, start, end, step, query["MetricStat"]["Stat"])
            rest = found[skipped:]
            skipped = max(skipped - len(found), 0)
            told, room = rest[:room], max(room - len(rest), 0)
            whole = whole and len(told) == len(rest)
            results.append(
                {
                    "Id": query["Id"],
                    "Label": name,
                    "Timestamps": [(minute + minute_of(OPEN)) * 60 for minute, _ in told],
                    "Values": [value for _, value in told],
                    "StatusCode": self.states.get(name, "Complete" if len(told) == len(rest) else "PartialData"),
                }
            )
        answer: dict[str, Any] = {"MetricDataResults": results, "Messages": self.messages}
        if not whole:
            answer["NextToken"] = str(offset + (0 if self.same_page and offset else self.page))
        return 200, "application/x-amz-json-1.0", json.dumps(answer).encode()

    def _series(self, name: str, start: int, end: int, step: int, stat: str) -> list[tuple[int, float]]:
        bins: dict[int, list[float]] = {}
        for minute, value in self.samples.get(name, {}).items():
            # minutes count from an opening on the hour, so fives are aligned as CloudWatch aligns them
            if start <= minute < end and minute not in self.hidden.get(name, ()):
                bins.setdefault(minute // step * step, []).append(value)
        return [
            (minute, sum(values) if stat == "Sum" else sum(values) / len(values))
            for minute, values in sorted(bins.items(), reverse=True)
        ]

    def _described(self, asked: Mapping[str, list[str]]) -> str:
        wanted = [value for key, (value, *_) in asked.items() if key.startswith("AutoScalingGroupNames")]
        groups = "".join(
            f"<member><AutoScalingGroupName>{name}</AutoScalingGroupName><Instances>"
            + "".join(
                f"<member><InstanceId>{machine}</InstanceId><LifecycleState>{state}</LifecycleState></member>"
                for machine, state in self.groups[name]
            )
            + "</Instances></member>"
            for name in wanted
            if name in self.groups
        )
        return (
            '<DescribeAutoScalingGroupsResponse xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/">'
            f"<DescribeAutoScalingGroupsResult><AutoScalingGroups>{groups}</AutoScalingGroups>"
            "</DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>"
        )


def _name(query: Mapping[str, Any]) -> str:
    name: str = query["MetricStat"]["Metric"]["Dimensions"][-1]["Value"]
    return name


def _refusal(operation: str, status: int, code: str) -> tuple[int, str, bytes]:
    if operation == "GetMetricData":
        return status, "application/x-amz-json-1.0", json.dumps({"__type": code, "message": "as it is"}).encode()
    body = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>as it is</Message></Error>"
    return status, "text/xml", f"<ErrorResponse>{body}</ErrorResponse>".encode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    known: CloudWatch


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        target = self.headers.get("X-Amz-Target", "")
        operation = target.rpartition(".")[2] or parse_qs(body.decode())["Action"][0]
        status, kind, told = self.server.known.answer(operation, body)
        date = self.server.known.date
        self.send_response_only(status)
        self.send_header("Date", self.date_time_string() if date is None else format_datetime(date, usegmt=True))
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


class Place:
    """Where the server stands; what it knows is another's with every test."""

    def __init__(self, server: _Server) -> None:
        self._server = server

    def fresh(self) -> CloudWatch:
        """A server that knows nothing yet, at the address of the one before."""
        self._server.known = CloudWatch(f"http://127.0.0.1:{self._server.server_port}")
        return self._server.known


@contextmanager
def cloud_watch() -> Iterator[Place]:
    """A running server."""
    server = _Server(("127.0.0.1", 0), _Handler)
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield Place(server)
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
