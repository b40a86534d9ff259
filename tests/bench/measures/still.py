"""The stillest screen there is: the night before opening, when only the clock, the countdown and the ages move."""

from __future__ import annotations

from statistics import median

from bench.course import Course
from bench.measures.steady import rates
from bench.peers import BARE, NIGHT
from bench.table import Row, under

RUNS = 3
"""Nothing happens, so they hardly differ."""

LIMIT = 80
"""Bytes a second: a clock, and what is as old as its seconds."""


def measure(course: Course) -> list[Row]:
    """Bytes a second, and what a simple encoder would have sent."""
    night = [course.watched(NIGHT) for _ in range(RUNS)]
    bare = [course.watched(BARE)]
    sent = median(rates(night))
    least = median(rates(night, minimal=True))
    return [
        Row(
            "night before opening: bytes a second",
            f"{sent:.0f}",
            f"minimal {least:.0f}, bare Textual {median(rates(bare)):.0f}",
            f"{sent:.0f} B/s",
            f"{LIMIT} B/s",
            under(sent, LIMIT),
            {"ours": sent, "minimal": least, "bare": median(rates(bare))},
        )
    ]
