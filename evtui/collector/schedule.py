"""When a source is asked next. Pure: no clock is read here."""

from __future__ import annotations

from evtui.domain.reading import FailureKind

MIN_WALL_S = 1.0
"""Seconds of wall time between two polls at the least, however fast the launch is played."""

MAX_BACKOFF_S = 60.0
"""Longest wait after failures, give or take the jitter: a source that is back is noticed within a minute."""

AUTH_RETRY_S = 30.0
"""Wait after a refused login: a login made in another window is noticed soon, and no account is locked by asking."""

JITTER = 0.1
"""Share of a wait that is left to chance, so that many cockpits do not ask in step."""

MAX_DEADLINE_S = 30.0
"""Longest wait for one answer: beyond it a slow source is told apart from a quiet one, however rarely it is asked."""

MORE_WAIT_S = 1.0
"""Seconds from the first question to a source until it is asked for the rest of a past it told in part: the screen is
drawn in between."""

REST_S = 0.02
"""Longest rest between two later parts: several times what a key takes to show, and little beside a batch."""


def wall_cadence(every_s: float, speed: float) -> float:
    """Seconds of wall time between polls for a cadence in launch seconds at this speed (0: the clock stands still)."""
    return max(every_s / speed if speed > 0 else every_s, MIN_WALL_S)


def deadline(cadence_s: float) -> float:
    """How long one poll may take before it is called late: shorter than the cadence, and bounded."""
    return min(cadence_s * 0.9, MAX_DEADLINE_S)


def wait_after(cadence_s: float, failures: int, kind: FailureKind | None, chance: float) -> float:
    """Seconds until the next poll; `failures` in a row double it, `chance` in [0, 1) spreads it."""
    if failures == 0:
        base = cadence_s
    elif kind is FailureKind.AUTH:
        base = max(AUTH_RETRY_S, cadence_s)
    else:
        base = max(min(cadence_s * 2.0 ** min(failures - 1, 16), MAX_BACKOFF_S), cadence_s)
    return base * (1 + JITTER * (chance - 0.5))


def rest_after(took_s: float) -> float:
    """Seconds from the question for one part to that for the next, where asking and taking it in took `took_s`.

    The loop gets as long to itself as it was held, and no longer than keys need: a source that tells faster than the
    launch makes orders is caught up with.
    """
    return took_s + min(took_s, REST_S)
