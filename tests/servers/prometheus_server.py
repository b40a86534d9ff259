"""Loopback servers in the manner of Prometheus, and of a Grafana in front of one; and the real Prometheus, if any."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

Value = Callable[[int], Any]
"""Seconds since 1970 -> what stands in the answer, or None where there is no sample."""

Reply = tuple[int, Mapping[str, str], bytes]
"""Status, headers, body."""

JSON = {"Content-Type": "application/json"}
TOKEN = "glsa_0123456789abcdef"
MOST_POINTS = 11_000
"""What a real Prometheus gives of one series."""


class _Server:
    """A server in a thread, from `start` to `stop`."""

    def __init__(self) -> None:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 5
            wbufsize = 1 << 16  # head and body in one piece: two would wait for each other

            def do_GET(self) -> None:
                status, headers, body = outer.answer(self.path, dict(self.headers.items()))
                self.send_response_only(status)
                for name, value in ({"Date": self.date_time_string()} | dict(headers)).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def answer(self, path: str, headers: Mapping[str, str]) -> Reply:
        raise NotImplementedError

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)


class PrometheusServer(_Server):
    """`query_range` over functions of time, with the words and statuses of the real one."""

    def __init__(self) -> None:
        super().__init__()
        self.series: dict[str, list[tuple[dict[str, str], Value]]] = {}
        """By the text of the query."""
        self.asked: list[dict[str, str]] = []
        self.extra: dict[str, Any] = {}
        """Put beside the data of every answer, such as `warnings`."""
        self.faults: dict[str, Reply] = {}
        """Answer to a query instead of its data; under "*" to all."""
        self.headers: dict[str, str] = {}

    def answer(self, path: str, headers: Mapping[str, str]) -> Reply:
        parts = urlsplit(path)
        asked = dict(parse_qsl(parts.query))
        self.asked.append(asked)
        query = asked.get("query", "")
        if fault := self.faults.get(query, self.faults.get("*")):
            return fault
        if not parts.path.endswith("/api/v1/query_range"):
            return 404, {}, b"404 page not found"
        start, end, step = int(asked["start"]), int(asked["end"]), int(asked["step"])
        if (end - start) // step > MOST_POINTS:
            return refusal(400, "bad_data", "exceeded maximum resolution of 11,000 points per timeseries.")
        result = [
            {
                "metric": labels,
                "values": [[at, v] for at in range(start, end + 1, step) if (v := value(at)) is not None],
            }
            for labels, value in self.series.get(query, [])
        ]
        result = [line for line in result if line["values"]]
        document = {"status": "success", "data": {"resultType": "matrix", "result": result}} | self.extra
        return 200, JSON | self.headers, json.dumps(document).encode()


def refusal(status: int, kind: str, words: str) -> Reply:
    """Prometheus' own way to say no."""
    return status, JSON, json.dumps({"status": "error", "errorType": kind, "error": words}).encode()


class GrafanaServer(_Server):
    """Lets those through to a Prometheus who show the token and name its uid."""

    def __init__(self, upstream: str, uid: str = "prom-1") -> None:
        super().__init__()
        self._upstream = upstream
        self._prefix = f"/api/datasources/proxy/uid/{uid}"
        self.token = TOKEN
        self.organisations: list[str] = []

    def answer(self, path: str, headers: Mapping[str, str]) -> Reply:
        lowered = {name.casefold(): value for name, value in headers.items()}
        if lowered.get("authorization") != f"Bearer {self.token}":
            return 401, JSON, b'{"message":"Unauthorized"}'
        if not path.startswith(f"{self._prefix}/"):
            return 404, JSON, b'{"message":"Unable to find datasource"}'
        self.organisations.append(lowered.get("x-grafana-org-id", ""))
        try:
            with urllib.request.urlopen(self._upstream + path.removeprefix(self._prefix), timeout=5) as reply:
                return reply.status, JSON, reply.read()
        except urllib.error.HTTPError as error:
            return error.code, JSON, error.read()
        except OSError:
            return 502, JSON, b'{"message":"Bad gateway"}'


@contextmanager
def real_prometheus(folder: Path, samples: str) -> Iterator[str]:
    """The address of a real Prometheus that holds these samples (OpenMetrics text); it scrapes nothing."""
    (folder / "samples.txt").write_text(samples, encoding="utf-8")
    (folder / "prometheus.yml").write_text("scrape_configs: []\n", encoding="utf-8")
    data = folder / "data"
    make = ["promtool", "tsdb", "create-blocks-from", "openmetrics", str(folder / "samples.txt"), str(data)]
    subprocess.run(make, check=True, capture_output=True, timeout=60)
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    options = {
        "config.file": folder / "prometheus.yml",
        "storage.tsdb.path": data,
        "storage.tsdb.retention.time": "100y",
        "web.listen-address": address,
    }
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            ["prometheus", *(f"--{key}={value}" for key, value in options.items())], stderr=log
        ) as process,
    ):
        try:
            _wait_until_ready(f"http://{address}/-/ready")
            yield f"http://{address}"
        finally:
            process.kill()


def has_real_prometheus() -> bool:
    """Whether Prometheus and its tool are on PATH."""
    return shutil.which("prometheus") is not None and shutil.which("promtool") is not None


def _wait_until_ready(url: str) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return
