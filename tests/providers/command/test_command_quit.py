"""Whoever ends the program ends what it runs: a script that listens to no signal does not outlive it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from test_documented_examples import replaced

HANGS = "#!/bin/sh\ntrap '' TERM HUP INT\necho $$ > begun\nsleep 61536002 & sleep 61536002\n"


def alive() -> list[str]:
    listed = subprocess.run(["ps", "-A", "-o", "stat=,args="], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if "sleep 61536002" in line and not line.startswith("Z")]


@pytest.mark.parametrize(
    ("command", "number"), [("report", signal.SIGINT), ("report", signal.SIGTERM), ("check", signal.SIGHUP)]
)
def test_a_signal_ends_the_program_and_what_it_runs(command: str, number: signal.Signals, tmp_path: Path) -> None:
    (tmp_path / "evtui.toml").write_text(replaced("capacity", "command"), encoding="utf-8")
    (tmp_path / "capacity.sh").write_text(HANGS, encoding="utf-8")
    (tmp_path / "capacity.sh").chmod(0o755)
    argv = [sys.executable, "-m", "evtui", "--config", str(tmp_path / "evtui.toml"), command]
    environ = os.environ | {"SHOP_TOKEN": "x", "XDG_STATE_HOME": str(tmp_path), "HOME": str(tmp_path)}
    with subprocess.Popen(argv, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as program:
        until = time.monotonic() + 20
        while len(alive()) < 2 and time.monotonic() < until:
            time.sleep(0.02)
        assert len(alive()) == 2
        began = time.monotonic()
        program.send_signal(number)
        assert program.wait(10) == 128 + number
    while alive() and time.monotonic() < began + 10:
        time.sleep(0.02)
    assert alive() == []
    assert time.monotonic() - began < 2
