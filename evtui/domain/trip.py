"""How an answer was had: what was sent and what came back, how long it took, what it cost, and in whose name."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import isfinite

from msgspec import Struct

LOGIN_NEAR = timedelta(minutes=30)
"""Time left of a login from which it is shown wherever its source is: time to log in again without a gap."""


class Spent(Struct, frozen=True):
    """What one question cost. `usd` is the list price; a source that costs nothing leaves all at zero."""

    usd: float = 0.0
    metrics: int = 0
    """CloudWatch metrics that were asked for: each is billed."""
    scanned: int = 0
    """Bytes that Athena read."""

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.usd + other.usd, self.metrics + other.metrics, self.scanned + other.scanned)


class Login(Struct, frozen=True):
    """In whose name a source is asked, and for how long. Holds no secret."""

    who: str
    """Such as `profile prod-hk (sso)` or `environment`."""
    expires: datetime | None = None
    """When it ends; None: never, or nobody knows."""
    renews: bool = False
    """Whether it is renewed by itself, so that its end needs nobody."""
    remedy: str = ""
    """What a person does to have a new one, such as `aws sso login --profile prod-hk`."""

    def due(self, now: datetime) -> timedelta | None:
        """Time until a person has to log in again, negative once that is past; None: nobody has to, or nobody knows."""
        return None if self.expires is None or self.renews else self.expires - now

    def is_ending(self, now: datetime) -> bool:
        """Whether somebody has to log in again within `LOGIN_NEAR`."""
        due = self.due(now)
        return due is not None and due <= LOGIN_NEAR


class Exchange(Struct, frozen=True):
    """One question and its answer in words, cleaned and masked: nothing secret or personal is in it."""

    asked: str
    """What was sent, such as `GET https://host/path?shop=28`; lines."""
    got: str
    """What came back, such as `200 OK, 1,204 bytes` and the beginning of the body; lines. Empty: nothing came."""
    server_at: datetime | None = None
    """What the server said the time was when it answered."""


class Trip(Struct, frozen=True):
    """What the collector noted about one question, whether it was answered or not."""

    took_s: float | None = None
    """Seconds of wall time until there was an answer or a failure."""
    every: timedelta | None = None
    """The pace at which the source was being asked then, in launch time; None: it was asked once."""
    spent: Spent = Spent()
    login: Login | None = None
    exchange: Exchange | None = None
    held_s: float = 0.0
    """Seconds for which the source's own code kept the screen and every other source waiting; 0: not noticeably."""

    def skew_s(self, sent_at: datetime) -> float | None:
        """Seconds the source's clock is ahead of ours, read half-way between question and answer; None: not told."""
        if self.exchange is None or self.exchange.server_at is None:
            return None
        took = self.took_s if self.took_s is not None and isfinite(self.took_s) else 0.0
        return (self.exchange.server_at - sent_at).total_seconds() - took / 2
