"""Every source of a launch hangs at once, each in a way of its own, and somebody wants to go home."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import moto_server
import pytest
from hanging import Hanging
from launch_site import campaign_file
from program import environment
from pty_session import PtySession

from evtui.domain.reading import Topic

APP = str(Path(__file__).with_name("hanging_app.py"))
QUIT_S = 1.0
"""Seconds the end may take."""

PATIENCE_S = 30.0
"""Seconds until every source hangs: the SDKs are loaded first."""

AWS = 'region = "ap-southeast-1"\nread_timeout = 50.0\nendpoint_url = "http://{host}:{port}"\n'
KEYRING = 'auth = { command = ["./keyring.sh"] }\n'
ORDERS = """path = "/orders"
[sources.orders.map.fields]
ts_code = "ts"
tg_code = "tg"
page_id = "page"
quantity = "n"
created_at = "at"
status_user = "user"
"""


class Place:
    """A campaign file whose every source hangs, and how to know that they do."""

    def __init__(self, folder: Path, servers: dict[Topic, Hanging]) -> None:
        self.folder = folder
        self._servers = servers
        self.looked_up = folder / "looked-up"
        port = {topic: server.port for topic, server in servers.items()}
        self._script("stock.sh", "trap '' TERM\nsleep 60 &\necho $! >child.new\nmv child.new child\nsleep 60\n")
        self._script("keyring.sh", "echo $$ >keyring.new\nmv keyring.new keyring\nexec sleep 60\n")
        (folder / "elmah").mkdir()
        os.mkfifo(folder / "elmah" / "error-2024-01-25020500Z-00000000-0000-0000-0000-000000000001.xml")
        tables = {
            Topic.STOCK: 'provider = "command"\ncommand = ["./stock.sh"]\ntimeout = 60.0\n'
            'map = { fields = { page_id = "page", selling = "n" } }\n',
            Topic.ORDERS: 'provider = "http"\nurl = "http://orders.hangs.test/"\ntimeout = 60.0\n' + ORDERS,
            Topic.CPU: 'provider = "cloudwatch"\n' + AWS.format(host="127.0.0.1", port=port[Topic.CPU]),
            Topic.CAPACITY: 'provider = "autoscaling"\n' + AWS.format(host="capacity.hangs.test", port=80),
            Topic.TARGETS: 'provider = "elb"\n' + AWS.format(host="127.0.0.1", port=port[Topic.TARGETS]),
            Topic.TRAFFIC: f'provider = "prometheus"\nurl = "http://127.0.0.1:{port[Topic.TRAFFIC]}"\n'
            'query = "requests"\ntimeout = 60.0\n',
            Topic.CHARTS: 'provider = "prometheus"\nurl = "http://127.0.0.1:9"\ntimeout = 60.0\n'
            + KEYRING
            + 'series = [{ name = "paid", query = "paid" }]\n',
            Topic.ERRORS: 'provider = "elmah"\nfolder = "elmah"\n',
        }
        self.file = campaign_file(folder, tables)
        with self.file.open("a", encoding="utf-8") as file:
            server = port[Topic.ORDERS]
            file.write(
                f'\n[lookups.order_status]\nprovider = "sql"\nurl = "postgresql+psycopg://u@127.0.0.1:{server}/d"\n'
            )

    def _script(self, name: str, body: str) -> None:
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{body}")
        path.chmod(0o755)

    def environ(self) -> dict[str, str]:
        return environment(self.folder, moto_server.KEYS | {"AWS_EC2_METADATA_DISABLED": "true"})

    @property
    def hangs(self) -> bool:
        """Whether every source has been asked, and waits."""
        names = self.looked_up.read_text(encoding="utf-8").split() if self.looked_up.exists() else []
        files = [self.folder / "child", self.folder / "keyring"]
        polled = [server for topic, server in self._servers.items() if topic is not Topic.ORDERS]
        return (
            {"orders.hangs.test", "capacity.hangs.test"} <= set(names)
            and all(file.exists() for file in files)
            and all(server.reached for server in polled)
        )

    @property
    def order_hangs(self) -> bool:
        """Whether the look-up of an order waits, too."""
        return self._servers[Topic.ORDERS].reached

    def left_running(self) -> list[str]:
        """Programs that were started for a source and live on."""
        return [name for name in ("child", "keyring") if _lives(int((self.folder / name).read_text()))]


def _lives(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with Hanging() as orders, Hanging() as cpu, Hanging() as targets, Hanging() as traffic:
        servers = {Topic.ORDERS: orders, Topic.CPU: cpu, Topic.TARGETS: targets, Topic.TRAFFIC: traffic}
        yield Place(tmp_path, servers)


def eventually(holds: Callable[[], object], what: str, seconds: float = PATIENCE_S) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, what
        time.sleep(0.01)


@pytest.fixture
def cockpit(place: Place) -> Iterator[PtySession]:
    """The screen, with an order open whose look-up hangs as everything else does."""
    session = PtySession([APP, str(place.looked_up), "--config", str(place.file)], place.environ(), (120, 36))
    try:
        session.shows("1 Stock")
        session.until(lambda: 7 not in session.terminal.modes and 1049 in session.terminal.modes, "the modes")
        end = time.monotonic() + PATIENCE_S
        while not place.hangs:
            assert time.monotonic() < end, (session.terminal.lines, sorted(os.listdir(place.folder)))
            session.pump(0.05)
        session.send("g")
        session.shows("go to which order?")
        session.send("TG240125L00001\r")
        session.until(lambda: place.order_hangs, "the look-up")
        yield session
    finally:
        session.close()


@pytest.mark.parametrize(("end", "code"), [("q", 0), (signal.SIGTERM, 143)], ids=["q", "SIGTERM"])
def test_the_screen_ends_within_a_second(place: Place, cockpit: PtySession, end: str | int, code: int) -> None:
    began = time.monotonic()
    if isinstance(end, str):
        cockpit.send(end)
    else:
        cockpit.process.send_signal(end)
    cockpit.until(lambda: cockpit.process.poll() is not None, "the end")
    took = time.monotonic() - began
    print(f"ended after {took * 1000:.0f} ms")
    assert cockpit.ended() == code
    assert took < QUIT_S
    assert "Traceback" not in cockpit.raw
    assert "Exception" not in cockpit.raw
    assert cockpit.left_as_found()
    eventually(lambda: not place.left_running(), "the end of what was started", 2 * QUIT_S)


@pytest.mark.parametrize("command", ["report", "check"])
def test_an_interrupt_ends_a_command_within_a_second(place: Place, command: str) -> None:
    process = subprocess.Popen(
        [sys.executable, APP, str(place.looked_up), command, "--config", str(place.file)],
        env=place.environ(),
        cwd=place.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        eventually(lambda: place.hangs or process.poll() is not None, "every source hangs")
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=PATIENCE_S)
        took = time.monotonic() - began
    finally:
        process.kill()
        process.communicate()
    print(f"{command} ended after {took * 1000:.0f} ms")
    assert process.returncode == 130, said
    assert took < QUIT_S
    assert b"Traceback" not in said
    eventually(lambda: not place.left_running(), "the end of what was started", 2 * QUIT_S)
