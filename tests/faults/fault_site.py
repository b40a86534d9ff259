"""All sources of a launch at once, each behind a proxy of its own or in a place of its own that a test can spoil."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import moto_server
from certificates import Certificates
from fault_proxy import NONE, Fault, FaultProxy
from launch_site import MINUTE, OPENS, START, Happened, Meters, Passing, campaign_file, paced
from msgspec import Struct
from names import SUFFIX, Names
from real_sources import Platform

from evtui.domain.reading import Topic

OVER_HTTP = """
url = "https://{topic}.sources.test:{port}{path}"
ca_file = "authority.pem"
auth = {{ env = "FAULTS_TOKEN" }}
timeout = 0.25
connect_timeout = 0.2
"""

OVER_AWS = """
endpoint_url = "https://{topic}.sources.test:{port}"
ca_bundle = "authority.pem"
region = "ap-southeast-1"
connect_timeout = 0.2
read_timeout = 0.2
"""

SQL = """
url = "sqlite:///platform/shop.db"
query_timeout = 0.1
connect_timeout = 0.1
"""

MAP = """
[sources.{topic}.map]
rows = "data.items[]"
ok = "code == `0`"
[sources.{topic}.map.fields]
ts_code = "code"
tg_code = "group"
shop_id = "shop"
page_id = "page"
quantity = "sets"
amount = "amount"
status_user = "user"
status_scm = "scm"
created_at = "at"
updated_at = "updated"
"""

COMMAND = """
command = ["./stock.sh"]
timeout = 0.2
max_bytes = 100000
auth_codes = [77]
remedy = "kinit"
map = {{ fields = {{ page_id = "page", sku_id = "sku", selling = "selling" }} }}
"""

NAME_HANGS = Fault("name look-up hangs")
"""Not of the wire: the resolver is what hangs."""


class Source(Struct, frozen=True):
    """One provider: its part of the campaign file, and the server behind its proxy, if it has one."""

    provider: str
    table: str
    server: str = ""
    path: str = ""


PROMETHEUS = Source("prometheus", 'series = [{{ name = "paid", query = "paid" }}]' + OVER_HTTP, "meters")
PROMETHEUS_CPU = Source("prometheus", 'query = "cpu"\nservice = "SCMAPI"' + OVER_HTTP, "meters")
GRAFANA = Source("grafana", 'query = "requests"\ndatasource_uid = "prom"' + OVER_HTTP, "meters")
GRAFANA_CHARTS = Source("grafana", PROMETHEUS.table.replace("\n", '\ndatasource_uid = "prom"\n', 1), "meters")
CLOUDWATCH = Source("cloudwatch", OVER_AWS, "moto")
AUTOSCALING = Source("autoscaling", OVER_AWS, "moto")
ELB = Source("elb", OVER_AWS, "moto")
API = Source("http", 'path = "/orders"\nquery = {{ since = "{{since}}" }}' + OVER_HTTP + MAP, "meters")
SQL_TABLES = Source("sql", SQL)
ELMAH = Source("elmah", 'folder = "platform/elmah"\n')
PROGRAM = Source("command", COMMAND)


GOOD_SCRIPT = "#!/bin/sh\nexec cat stock.jsonl\n"


class Trouble(Struct, frozen=True):
    """What is wrong with a source that is not asked over a wire."""

    name: str
    begin: Callable[[Site], object]
    end: Callable[[Site], object]


class Site:
    """The launch, with `sources`; those in `quick` are asked several times a second, for they are to fail."""

    def __init__(
        self,
        folder: Path,
        certificates: Certificates,
        names: Names,
        aws: moto_server.Platform,
        sources: Mapping[Topic, Source],
        quick: frozenset[Topic],
        *,
        tls: bool = True,
    ) -> None:
        self.clock = Passing(START)
        self.names = names
        self.happened = Happened()
        self.meters = Meters(self.happened, self.clock)
        (folder / "authority.pem").write_bytes(certificates.trusted.read_bytes())
        (folder / "platform").mkdir()
        self.platform = Platform(folder / "platform")
        self.folder = folder
        self.locks: list[sqlite3.Connection] = []
        self.spoiled: set[Topic] = set()
        """Topics in whose place nobody can write now."""
        self._untold: list[tuple[Topic, int, float]] = []
        self.script(GOOD_SCRIPT)
        self.happen()
        url = urlsplit(aws.url)
        servers = {"meters": self.meters.address, "moto": (str(url.hostname), int(url.port or 0))}
        self.proxies: dict[Topic, FaultProxy] = {}
        tables = {}
        for topic, source in sources.items():
            port = 0
            if source.server:
                agreed = certificates.agreed if tls else None
                proxy = FaultProxy(servers[source.server], tls=agreed, strange=certificates.strange, now=self.clock.now)
                self.proxies[topic] = proxy.__enter__()
                port = proxy.port
            table = source.table.format(topic=topic, port=port, path=source.path)
            if topic not in quick:
                # those that are well have time, however busy the machine is
                table = re.sub(r"timeout = 0\.\d+", "timeout = 1.5", table)
            if not tls:
                table = table.replace("https://", "http://")
            every = ("2s" if source.server == "moto" else "1s") if topic in quick else "6s"
            tables[topic] = f'provider = "{source.provider}"\n' + paced(table, every, patient=topic not in quick)
        self.file = campaign_file(folder, tables, self._at_aws(aws))

    def _at_aws(self, aws: moto_server.Platform) -> Mapping[str, str]:
        """Machines, a group, a load balancer and four hours of their figures; what the campaign file calls them."""
        aws.reset()
        (fixed,) = aws.instances()
        group = aws.group("scmapi-asg", 2, targets=[aws.target_group("scm-targets", [fixed])])
        balancer = aws.load_balancer("scm").partition("loadbalancer/")[2]
        minutes = [OPENS + MINUTE * number for number in range(-30, 240)]
        for machine in (fixed, *group):
            aws.cpu(machine, [(at, 20.0 + at.minute) for at in minutes])
        requests = [(at, 100.0 + at.minute) for at in minutes]
        aws.metric("AWS/ApplicationELB", "RequestCount", {"LoadBalancer": balancer}, requests)
        return {"fixed": fixed, "balancer": balancer}

    def fail(self, topic: Topic, fault: Fault | Trouble) -> None:
        """Time goes on, things happen, and the source cannot tell of them."""
        if isinstance(fault, Trouble):
            self.spoiled.add(topic)
            fault.begin(self)
        elif fault is NAME_HANGS:
            self.names.hang(f"{topic}{SUFFIX}")
            # what is connected already needs no name
            self.proxies[topic].switch(NONE)
        else:
            self.proxies[topic].switch(fault)
        self.clock.advance(MINUTE)
        self.happen()

    def heal(self, topic: Topic, fault: Fault | Trouble) -> None:
        """What was wrong is over."""
        if isinstance(fault, Trouble):
            fault.end(self)
            self.spoiled.discard(topic)
            self._write()
        else:
            self.names.release(f"{topic}{SUFFIX}")
            self.proxies[topic].switch(NONE)

    def happen(self) -> None:
        """One more order and one more error, everywhere where they are told of, as soon as that can be written."""
        now = self.clock.now()
        self.happened.order(now)
        number = len(self.happened.orders)
        minutes = (now - OPENS) / MINUTE
        self._untold += [(Topic.ORDERS, number, minutes), (Topic.ERRORS, number, minutes)]
        (self.folder / "stock.jsonl").write_text(f'{{"page": 370478, "sku": 13, "selling": {4400 - number}}}\n')
        self._write()

    def _write(self) -> None:
        writes = {Topic.ORDERS: self._order, Topic.ERRORS: self.platform.error}
        for topic, number, minutes in self._untold:
            if topic not in self.spoiled:
                writes[topic](number, minutes)
        self._untold = [each for each in self._untold if each[0] in self.spoiled]

    def _order(self, number: int, minutes: float) -> None:
        self.platform.order(number, minutes=minutes)

    def script(self, text: str) -> None:
        """Another program in the place of the one that tells of the stock; an empty one is taken away."""
        path = self.folder / "stock.sh"
        path.unlink(missing_ok=True)
        if text:
            path.write_text(text)
            path.chmod(0o755)

    def close(self) -> None:
        for topic, proxy in self.proxies.items():
            self.names.release(f"{topic}{SUFFIX}")
            proxy.__exit__()
        self.meters.close()
