"""Where the program gets the time from: injected everywhere, so tests, demos and replays own it.

All times inside the program are aware UTC datetimes; a zone is applied only where something is printed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

LOCALTIME = "/etc/localtime"
"""Where a machine says its own zone: a link into the zone database."""


class Clock(Protocol):
    """The time of the launch being watched."""

    @property
    def speed(self) -> float:
        """Launch seconds that pass in one wall second; 0 when the clock stands still."""

    def now(self) -> datetime:
        """The present moment, aware, UTC."""


class SystemClock:
    """The machine's own clock."""

    speed: float = 1.0

    def now(self) -> datetime:
        return datetime.now(UTC)


class ManualClock:
    """A clock that moves only when told: tests, and commands that stand still at a given time."""

    speed: float = 0.0

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        """Move on; a negative step is allowed, since real clocks are stepped back too."""
        self._now += by

    def set(self, to: datetime) -> None:
        """Jump to a moment."""
        self._now = to.astimezone(UTC)


class RunningClock:
    """Starts at a given moment and runs on at `speed` launch seconds a wall second."""

    def __init__(self, start: datetime, speed: float = 1.0) -> None:
        self._start = start.astimezone(UTC)
        self.speed = speed
        self._began = time.monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=(time.monotonic() - self._began) * self.speed)


def local_zone(environ: Mapping[str, str], link: str = LOCALTIME) -> ZoneInfo | None:
    """The zone of this machine, as `$TZ` or its settings name it; None where neither does."""
    name = environ.get("TZ", "").lstrip(":")
    if not name:
        try:
            name = os.readlink(link).rpartition("zoneinfo/")[2]
        except OSError:
            return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # a rule such as `HKT-8`, or a name that the machine's database lacks
        return None
