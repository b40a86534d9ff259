"""Leaving alone a question that keeps failing, so that nobody waits for it in vain. Pure: no clock is read here."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from msgspec import Struct

from evtui.collector.schedule import AUTH_RETRY_S, asked_for
from evtui.domain.reading import Failure, FailureKind

TRIES = 3
"""Failures in a row after which a look-up is left alone: opening one order more would not make it answer."""

FIRST_REST_S = 60.0
"""Seconds it is left alone at first; doubled by every failure that follows."""

LONGEST_REST_S = 300.0
"""Seconds it is left alone at most: one that is back is noticed within a few orders."""


class Breaker(Struct, frozen=True):
    """What became of one kind of question lately."""

    failures: int = 0
    """In a row."""
    until: datetime | None = None
    """Until when it is left alone, in launch time."""
    last: Failure | None = None

    def open_at(self, now: datetime) -> bool:
        """Whether it is left alone at `now`."""
        return self.until is not None and now < self.until

    def failed(self, failure: Failure, now: datetime, speed: float, retry_after: float | None) -> Breaker:
        """After one failure more; `retry_after` are seconds that the source itself asked for."""
        failures = self.failures + 1
        rest = asked_for(retry_after)
        if failures >= TRIES:
            usual = min(FIRST_REST_S * 2.0 ** min(failures - TRIES, 16), LONGEST_REST_S)
            rest = max(rest, AUTH_RETRY_S if failure.kind is FailureKind.AUTH else usual)
        return Breaker(failures, now + timedelta(seconds=rest * (speed or 1)) if rest > 0 else None, failure)

    def words(self, zone: tzinfo) -> str:
        """Why nothing is sent, with the time of day in `zone`; only for one that is left alone."""
        until = f"{self.until.astimezone(zone):%H:%M:%S}" if self.until else "it is asked for"
        times = "failure" if self.failures == 1 else "failures"
        last = f"; the last: {self.last.why}" if self.last else ""
        return f"left alone until {until} after {self.failures} {times}{last}"
