"""`evtui check` with sources that hang: what is known is told at once, and an interrupt ends it at once."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import pytest
from json_server import JsonServer, SilentPort, Told
from program import EXAMPLE, Program

pytest_plugins = ("program_fixture",)

HEAD = EXAMPLE.partition("# --- Sources: what is polled")[0]
SOURCES = """
[sources.traffic]
provider = "prometheus"
url = "http://127.0.0.1:{port}"
query = "up"

[sources.stock]
provider = "simulated"
"""


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_an_interrupt_ends_it_at_once(evtui: Program, words: tuple[str, ...]) -> None:
    with SilentPort() as silent:
        path = evtui.write(HEAD + SOURCES.format(port=silent.port))
        asking = subprocess.Popen(
            [sys.executable, "-m", "evtui", "--config", str(path), "check", *words],
            cwd=evtui.folder,
            env=evtui.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # as a shell leaves it: a test runner in the background may have had it ignored
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        assert asking.stdout is not None
        try:
            _come(silent)
            told = "" if words else _until(asking, "ok     stock")
            began = time.monotonic()
            asking.send_signal(signal.SIGINT)
            rest, err = asking.communicate(timeout=10)
            took = time.monotonic() - began
        finally:
            asking.kill()
    assert (asking.returncode, err.strip()) == (130, "")
    assert "traffic" not in told + rest
    assert took < 2


def _come(silent: SilentPort) -> None:
    """Wait until somebody has called there."""
    until = time.monotonic() + 20
    while not silent._held:
        assert time.monotonic() < until
        time.sleep(0.01)


def _until(asking: subprocess.Popen[str], word: str) -> str:
    assert asking.stdout is not None
    told = ""
    while word not in told:
        line = asking.stdout.readline()
        assert line, told
        told += line
    return told


def test_each_end_has_its_exit_code(evtui: Program) -> None:
    with JsonServer(Told(503)) as down, JsonServer(Told(401)) as locked:
        evtui.write(HEAD + SOURCES.format(port=down.port), "evtui.toml")
        ran = evtui("check").sound()
        assert (ran.code, ran.err) == (3, "")
        assert "down   traffic  prometheus  reached · no answer: " in ran.out
        evtui.write(HEAD + SOURCES.format(port=locked.port), "evtui.toml")
        ran = evtui("check", "--json").sound()
        source = json.loads(ran.out)["sources"][0]
        assert (ran.code, source["state"], source["reached"], source["authorised"]) == (1, "auth", True, False)
        assert source["remedy"]
    ran = evtui("check").sound()
    assert ran.code == 3
    assert "down   traffic  prometheus  not reached: " in ran.out
