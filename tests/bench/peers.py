"""The programs that are measured, each as people run it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from bench.terminal import Command

ROOT = Path(__file__).parents[2]
"""The project's folder."""

PYTHON = str(ROOT / ".venv/bin/python")
"""The interpreter of the program's own installation."""

_EVTUI = str(ROOT / ".venv/bin/evtui")
_ORDER = r"\d\d:\d\d:\d\d T[GSM]\d{6}[A-Z]\d{5}"
"""A line of the feed."""

_TOLD = "partial"
"""While this is in a border a source has not told everything yet."""

_PANES = (r"SCMAPI.* \d+ %", r"Exception")
"""Every source has answered: machines have figures, errors are listed."""

# what the cockpit is run on: the day of the demo, the night before it, five orders a second
CALM = Command("evtui, calm", (_EVTUI, "demo"), (*_PANES, _ORDER), _TOLD)
NIGHT = Command("evtui, night before", (_EVTUI, "demo", "--at", "2024-01-25T03:00:05"), _PANES, _TOLD)
RUSH = Command(
    "evtui, rush", (_EVTUI, "demo", "--scenario", "rush", "--at", "2024-01-25T10:10:05"), (*_PANES, _ORDER), _TOLD
)
IDLE = Command("evtui, third day", (_EVTUI, "demo", "--at", "2024-01-27T15:00:05"), (*_PANES, _ORDER), _TOLD)
"""A full feed, and an order every quarter of an hour."""

LOAD = Command("evtui, load", (_EVTUI, "demo", "--scenario", "load"), (*_PANES, _ORDER), _TOLD)
"""A thousand orders a second."""

FLOOD = Command("evtui, flood", (_EVTUI, "demo", "--scenario", "load", "--speed", "10"), LOAD.complete)
"""A thousand orders a second of its own time, which runs ten times as fast; what it has not been told is not waited
for."""

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
