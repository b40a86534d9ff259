"""The programs that are measured, each as people run it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from bench.terminal import Command

ROOT = Path(__file__).parents[2]
PYTHON = str(ROOT / ".venv/bin/python")
"""The interpreter of the program's own installation."""

_EVTUI = str(ROOT / ".venv/bin/evtui")
_ORDER = r"T[GSM]\d{6}[A-Z]\d{5}"
_PANES = (r"SCMAPI.* \d+ %", r"Exception")
"""Every source has answered: machines have figures, errors are listed."""

CALM = Command("evtui, calm", (_EVTUI, "demo"), (*_PANES, _ORDER))
NIGHT = Command("evtui, night before", (_EVTUI, "demo", "--at", "2024-01-25T03:00:05"), _PANES)
RUSH = Command("evtui, rush", (_EVTUI, "demo", "--scenario", "rush", "--at", "2024-01-25T10:10:05"), (*_PANES, _ORDER))
IDLE = Command("evtui, third day", (_EVTUI, "demo", "--at", "2024-01-27T15:00:05"), (*_PANES, _ORDER))
"""A full feed, and an order every quarter of an hour."""

LOAD = Command("evtui, load", (_EVTUI, "demo", "--scenario", "load", "--rate", "1000"), (*_PANES, _ORDER))
FLOOD = Command("evtui, flood", (_EVTUI, "demo", "--scenario", "load", "--rate", "10000"), LOAD.complete)

BARE = Command("bare Textual", (PYTHON, str(Path(__file__).with_name("bare.py"))), ("READY",))
GLANCES = Command(
    "glances",
    (str(Path(sys.executable).with_name("glances")), "--time", "1", "--disable-check-update"),
    (r"CPU", r"LOAD|MEM"),
)
HTOP = Command("htop", ("htop", "--delay=10"), (r"PID", r"Load average|Tasks"))


def installed(command: Command) -> bool:
    """Whether the program is there."""
    return shutil.which(command.words[0]) is not None
