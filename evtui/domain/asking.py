"""How a source is being asked at this moment: what the collector knows of it that no reading carries."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from evtui.domain.reading import Topic


class Status(Struct, frozen=True):
    """One source between two questions or in the middle of one. Times are launch time, aware UTC."""

    topic: Topic
    every: timedelta
    """The pace it is asked at, the slowing of a dear source included; delays after failures are not in it."""
    next_at: datetime | None = None
    """When it is asked next by itself; None before polling begins, while a question is under way, and on a clock that
    stands still."""
    failures: int = 0
    """Questions in a row that failed."""
    left_alone: bool = False
    """Whether it failed so often that it is only probed now and then."""
    slowed: float = 1.0
    """How many times more rarely it is asked than planned, to keep the day's cost under the ceiling."""
    asking: datetime | None = None
    """Since when a question is under way; None: none is."""
    ahead: float | None = None
    """USD that the questions planned for the rest of the day cost; None where nobody works that out."""
