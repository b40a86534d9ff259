"""When a source is asked next. Pure: no clock is read here."""

from __future__ import annotations

from evtui.domain.reading import FailureKind

MIN_WALL_S = 1.0
"""Seconds of wall time between two polls at the least, however fast the launch is played."""

MAX_BACKOFF_S = 60.0
"""Longest wait after the first few failures, give or take the jitter: most are over within a minute."""

LEFT_ALONE_AFTER = 5
"""Failures in a row after which a source is left alone and only probed: whatever ails it will take its time."""

MAX_PROBE_S = 300.0
"""Longest wait between two probes of a source that is left alone: one that is back is noticed within five minutes, or
at once by whoever asks for it."""

MAX_RETRY_AFTER_S = 900.0
"""Longest wait that a source may ask for: none goes dark for the rest of a launch because it asked for a day."""

AUTH_RETRY_S = 30.0
"""Wait after a refused login, however rarely the source is asked otherwise: a login made in another window is noticed
soon, and no account is locked by asking."""

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


def left_alone(failures: int, kind: FailureKind | None) -> bool:
    """Whether a source that failed so often in a row is only probed; one that waits for a login keeps its pace."""
    return failures >= LEFT_ALONE_AFTER and kind is not FailureKind.AUTH


def wait_after(cadence_s: float, failures: int, kind: FailureKind | None, chance: float) -> float:
    """Seconds until the next poll; `failures` in a row double it, `chance` in [0, 1) spreads it."""
    if kind is FailureKind.AUTH:
        base = AUTH_RETRY_S
    elif failures == 0:
        base = cadence_s
    else:
        tried = min(failures, LEFT_ALONE_AFTER - 1)
        base = min(cadence_s * 2.0 ** (tried - 1), MAX_BACKOFF_S)
        if left_alone(failures, kind):
            base = min(max(base, cadence_s) * 2.0 ** min(failures - tried, 16), MAX_PROBE_S)
        base = max(base, cadence_s)
    return base * (1 + JITTER * (chance - 0.5))


def until_turn(wait_s: float, turn_s: float | None, chance: float) -> float:
    """`wait_s`, cut short where the pace turns in `turn_s` seconds: a slow phase must not outlast its end."""
    return wait_s if turn_s is None else min(wait_s, turn_s + MIN_WALL_S * chance)


def asked_for(retry_after: float | None) -> float:
    """Seconds that a source is left alone because it asked for it; never less than that, up to the longest."""
    return min(max(retry_after or 0.0, 0.0), MAX_RETRY_AFTER_S)


def rest_after(took_s: float) -> float:
    """Seconds from the question for one part to that for the next, where asking and taking it in took `took_s`.

    The loop gets as long to itself as it was held, and no longer than keys need: a source that tells faster than the
    launch makes orders is caught up with.
    """
    return took_s + min(took_s, REST_S)
