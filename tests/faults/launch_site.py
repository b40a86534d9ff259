"""A launch whose every source is a real one: servers behind proxies that can fail, tables, a folder, a program.

The platform's side is a list of things that happened. Each source tells of them in its own way, so what a session
believes after any number of faults can be held against what one believes that never met any.
"""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from evtui.clock import ManualClock
from evtui.domain.reading import Failure, Reading, Topic
from evtui.session import Session, open_session
from evtui.store.state import Health, LaunchState, SourceState, health

OPENS = datetime(2024, 1, 25, 2, tzinfo=UTC)
START = OPENS + timedelta(minutes=20)
MINUTE = timedelta(minutes=1)
SPEED = 3.0
"""Launch seconds in a second of these tests: `every = "1s"` is the shortest a campaign file can say."""

QUICK_S = 0.3
"""Shortest pause between two polls here, and the pause after a refused login."""

PATIENCE_S = 20.0
"""Seconds until a condition that never comes true fails the test: the machine may be busy with others."""

CAMPAIGN = """\
version = 1
[campaign]
id = "faults"
name = "Faults"
market = "HK"
environment = "QA"
timezone = "Asia/Hong_Kong"
currency = "HKD"
shop = { id = 28, name = "CUAPP" }
estimate = { days = 2, sets = 300, max_revenue = 400000 }

[[products]]
page_id = 370478
name = "One"
price = 500
on_sale = 2024-01-25T10:00:00
off_sale = 2024-01-26T10:00:00
stock = 4500
skus = [13]

[[services]]
name = "SCMAPI"
fixed = ["@fixed"]
auto_scaling_group = "scmapi-asg"
planned = { fixed = 1, scaled = 2 }
load_balancer = "@balancer"

[errors]
baseline = "30m"
"""


class Passing(ManualClock):
    """Moves when told, for sources that are asked as if it ran."""

    speed = SPEED


class Happened:
    """What the platform knows: orders in the order of their last change, as its JSON has them."""

    def __init__(self) -> None:
        self.orders: list[dict[str, Any]] = []

    def order(self, at: datetime) -> None:
        """One more, paid and delivered at once."""
        number = len(self.orders) + 1
        self.orders.append(
            {
                "code": f"TS240125L{number:06d}",
                "group": f"TG240125L{number:05d}",
                "shop": 28,
                "page": 370478,
                "sets": 1 + number % 2,
                "amount": 500.0 * (1 + number % 2),
                "user": "ShippingFinish",
                "scm": "ShippingFinish",
                "at": at.isoformat(),
                "updated": at.isoformat(),
            }
        )


def requests_in(minute: int) -> float:
    """What the platform's meters said of a minute since the epoch."""
    return 50.0 + minute % 17


class Meters:
    """An HTTP server of the platform: `/orders?since=`, and `query_range` as Prometheus and Grafana answer it."""

    def __init__(self, happened: Happened, clock: ManualClock) -> None:
        answers: dict[str, Callable[[Mapping[str, str]], object]] = {
            "/orders": lambda query: self._orders(query.get("since", "")),
            "/api/v1/query_range": self._range,
            "/api/datasources/proxy/uid/prom/api/v1/query_range": self._range,
        }

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                body = json.dumps(answers[parts.path](query)).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                return

        self._happened = happened
        self._clock = clock
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = ("127.0.0.1", self._server.server_port)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _orders(self, since: str) -> object:
        start = datetime.fromisoformat(since) if since else OPENS - timedelta(days=1)
        rows = [row for row in self._happened.orders if datetime.fromisoformat(row["updated"]) >= start]
        return {"code": 0, "data": {"items": rows}}

    def _range(self, query: Mapping[str, str]) -> object:
        start, end, step = (int(query[name]) for name in ("start", "end", "step"))
        end = min(end, int(self._clock.now().timestamp()))
        values = [[at, str(requests_in(at // 60))] for at in range(start, end + 1, step)]
        result = [{"metric": {"instance": "one"}, "values": values}] if values else []
        return {"status": "success", "data": {"resultType": "matrix", "result": result}}


class Watch:
    """A session that polls, and everything its sources said."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.readings: list[Reading] = []
        self.times: dict[Topic, list[float]] = {topic: [] for topic in session.state.specs}
        """When each source was heard of, in seconds of the loop."""
        self._came = asyncio.Event()
        session.store.listen(self._hear)

    def _hear(self, reading: Reading) -> None:
        self.readings.append(reading)
        assert isinstance(reading.topic, Topic)
        self.times[reading.topic].append(asyncio.get_running_loop().time())
        self._came.set()

    def health(self, topic: Topic) -> Health:
        return health(self.session.state, topic, self.session.clock.now())

    def failed(self, topic: Topic) -> list[Failure]:
        """Every failure of a source so far."""
        return [each.value for each in self.readings if each.topic is topic and isinstance(each.value, Failure)]

    def well(self, *, but: Topic | None = None) -> bool:
        """Whether every source is, or all others are."""
        return all(self.health(topic).state is SourceState.OK for topic in self.times if topic is not but)

    async def until(self, holds: Callable[[], object], what: str, again: Topic | None = None) -> None:
        """Return once `holds`; looked at after every reading. Meanwhile somebody asks `again` every second."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not holds():
                    self._came.clear()
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._came.wait(), 1.0 if again else None)
                    if again and not self._came.is_set():
                        self.session.ask_again(again)
        except TimeoutError:
            raise AssertionError(f"{what} did not come: {self._now()}") from None

    def _now(self) -> str:
        states = {str(topic): self.health(topic) for topic in self.times}
        return "; ".join(f"{name} {now.state}: {now.why} ({now.coverage.note})" for name, now in states.items())


def campaign_file(folder: Path, tables: Mapping[Topic, str], names: Mapping[str, str] | None = None) -> Path:
    """A campaign with these `[sources.<topic>]`; `names` for what its services are called at AWS."""
    text = CAMPAIGN
    for name, value in {
        "fixed": "i-0123456789abcdef0",
        "balancer": "app/scm/0123456789abcdef",
        **(names or {}),
    }.items():
        text = text.replace(f"@{name}", value)
    for topic, table in tables.items():
        text += f"\n[sources.{topic}]\n{table}"
    path = folder / "launch.toml"
    path.write_text(text, encoding="utf-8")
    return path


def paced(table: str, every: str, *, patient: bool = False) -> str:
    """A table with its pace; a patient one never counts as stale while others are looked at."""
    head = f'every = "{every}"\n' + ('delay = "6h"\n' if patient else "")
    return head + table


@asynccontextmanager
async def watched(file: Path, clock: ManualClock) -> AsyncIterator[Watch]:
    """A session on the file whose every source has told all it knows, and that polls until the end of the block."""
    async with open_session(file, clock) as session:
        await _told_all(session)
        watch = Watch(session)
        session.collector.start()
        yield watch


async def undisturbed(file: Path, clock: ManualClock) -> LaunchState:
    """What a session believes that asks everything now and meets no fault."""
    async with open_session(file, clock) as session:
        await _told_all(session)
        return session.state


async def _told_all(session: Session) -> None:
    """Ask everything, again and again: the first questions load libraries, which takes longer than answers may here."""
    now, state = session.clock.now(), session.state
    async with asyncio.timeout(PATIENCE_S):
        while not all(health(session.state, topic, now).state is SourceState.OK for topic in state.specs):
            await session.refresh()


def figures(state: LaunchState) -> dict[str, object]:
    """Whatever was told, without the times at which it was heard."""
    last = int((START + timedelta(days=2)).timestamp() // 60)
    first = last - 4 * 24 * 60
    book = state.orders
    return {
        "orders": (book.count, dict(book.tallies), dict(book.sales)),
        "cpu": {name: series.between(first, last) for name, series in state.cpu.items()},
        "traffic": state.traffic.between(first, last),
        "charts": {name: series.between(first, last) for name, series in state.charts.items()},
        "errors": {key: fault.counts for key, fault in state.faults.faults.items()},
        "stock": {key: seen.level for key, seen in state.stock.items()},
        "fleet": {name: size for name, (_, size) in state.fleet.items()},
        "targets": {key: group for key, (_, group) in state.targets.items()},
    }


def says(pattern: str, text: str) -> bool:
    """Whether the text has these words in it."""
    return re.search(pattern, text) is not None
