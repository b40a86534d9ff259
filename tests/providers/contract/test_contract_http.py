"""Sources that speak HTTP keep the contract: an API of somebody's own, Prometheus, and Prometheus behind Grafana."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, ClassVar
from unittest import SkipTest

import pytest
from json_server import Asked, JsonServer, SilentPort, Told, told
from prometheus_server import TOKEN, GrafanaServer, PrometheusServer

from evtui.clock import Clock, ManualClock
from evtui.domain.reading import Lookup, Topic
from evtui.providers.http import HttpProvider
from evtui.providers.prometheus import GrafanaProvider, PrometheusProvider
from evtui.providers.testing import OPENS, ProviderContract


class OverHttp(ProviderContract):
    """What they have in common: a server that can be swapped for one that refuses, and for one that says nothing."""

    url = ""

    @pytest.fixture(autouse=True)
    def wire(self) -> Iterator[None]:
        with SilentPort() as self.silent, JsonServer(Told(503, b"<html>\x1b[2J</html>")) as self.broken:
            yield

    def make_fail(self) -> None:
        self.url = self.broken.url

    def make_hang(self) -> None:
        self.url = f"http://127.0.0.1:{self.silent.port}"


ERROR = {"id": "1", "kind": "System.Exception", "text": "no", "time": (OPENS + timedelta(minutes=3)).isoformat()}
LINE = {"ts": "TS240125L000001", "tg": "TG240125L00001", "qty": 1, "at": ERROR["time"], "status": "Finish", "page": 1}


class TestHttp(OverHttp):
    """An API that tells of errors."""

    provider = HttpProvider
    topics = frozenset({Topic.ERRORS})
    lookups: ClassVar[frozenset[Lookup] | None] = frozenset()
    overlap = 2

    @pytest.fixture(autouse=True)
    def api(self, wire: None) -> Iterator[None]:
        self.rows: list[dict[str, Any]] = [ERROR, ERROR | {"id": "2"}]
        with JsonServer(self.answer) as server:
            self.url = server.url
            yield

    def answer(self, asked: Asked) -> Told:
        return told([LINE] if "order" in asked.query else self.rows)

    def table(self) -> Mapping[str, object]:
        fields = {"error_id": "id", "type": "kind", "message": "text", "at": "time", "source": "kind"}
        return {"url": self.url, "query": {"since": "{since}"}, "map": {"fields": fields}}

    def make_say(self, text: str) -> None:
        self.rows = [ERROR | {"text": text, "kind": text}]


class TestHttpLookUp(TestHttp):
    """The same API asked about one order."""

    topics = frozenset()

    def table(self) -> Mapping[str, object]:
        fields = {"ts_code": "ts", "tg_code": "tg", "quantity": "qty"}
        fields |= {"created_at": "at", "status_user": "status", "page_id": "page"}
        return {"url": self.url, "query": {"order": "{code}"}, "map": {"fields": fields}}

    def make_say(self, text: str) -> None:
        raise SkipTest("only polls are made to say something")


class TestPrometheus(OverHttp):
    """Traffic, by a query."""

    provider = PrometheusProvider
    topics = frozenset({Topic.TRAFFIC})
    overlap = 10
    server: PrometheusServer

    @pytest.fixture(autouse=True)
    def prometheus(self, wire: None) -> Iterator[None]:
        with PrometheusServer() as self.server:
            self.server.series["q"] = [({"az": "a"}, lambda at: "40")]
            self.url = self.server.url
            yield

    def table(self) -> Mapping[str, object]:
        return {"url": self.url, "query": "q"}

    def clock(self) -> Clock:
        return ManualClock(OPENS + timedelta(minutes=30, seconds=20))


class TestPrometheusMachines(TestPrometheus):
    """CPU by machine, whose names come from the labels."""

    topics = frozenset({Topic.CPU})

    def table(self) -> Mapping[str, object]:
        return {"url": self.url, "query": "q", "service": "SCMAPI", "machine_label": "az"}

    def make_say(self, text: str) -> None:
        self.server.series["q"] = [({"az": text}, lambda at: "40")]


class TestGrafana(TestPrometheus):
    """Charts, by way of a Grafana."""

    provider = GrafanaProvider
    topics = frozenset({Topic.CHARTS})

    @pytest.fixture(autouse=True)
    def grafana(self, prometheus: None) -> Iterator[None]:
        with GrafanaServer(self.server.url) as grafana:
            self.url = grafana.url
            yield

    def environ(self) -> Mapping[str, str]:
        return {"GRAFANA_TOKEN": TOKEN}

    def table(self) -> Mapping[str, object]:
        series = [{"name": "paid", "query": "q", "unit": "%"}]
        auth = {"env": "GRAFANA_TOKEN"}
        return {"url": self.url, "datasource_uid": "prom-1", "series": series, "auth": auth}
