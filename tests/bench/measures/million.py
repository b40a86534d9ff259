"""Memory after a million orders: in a store by itself, and in the cockpit in a flood of them."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

from bench.course import Course
from bench.measures.inside import inside
from bench.peers import FLOOD
from bench.table import Row, under
from bench.terminal import Session

LINES = 1_000_000
"""Orders of a very large launch."""

LIMIT_MIB = 100
"""What may be held then."""

_TOTAL = re.compile(r"total\b.*?(?:[\d,]{4,}) +([\d,]+) +\d")
"""The line of sums: left, sold, in flight."""

FLOOD_S = 120.0
"""Longest wait for a million orders on the screen."""

LOOK_S = 2.0
"""How often the screen is looked at meanwhile."""


def measure(course: Course) -> Iterator[Row]:
    """Both."""
    yield _store()
    yield _cockpit(course)


def _store() -> Row:
    figures = inside("growth", LINES)
    end, peak = figures["end"], figures["peak"]
    each_us = 1e6 * figures["seconds"] / (2 * LINES)
    return Row(
        "memory after a million orders, store alone",
        f"{end:.0f} MiB (most {peak:.0f})",
        f"at 200,000 {figures['fifth']:.0f} MiB",
        f"{end:.0f} MiB, {each_us:.0f} µs a telling",
        f"{LIMIT_MIB} MiB",
        under(end, LIMIT_MIB),
        figures,
    )


def _cockpit(course: Course) -> Row:
    with Session(FLOOD) as session:
        session.settle()
        early, began = session.resident(), time.monotonic()
        sold = 0
        while sold < LINES and time.monotonic() - began < FLOOD_S:
            session.listen(LOOK_S)
            sold = _sold(session.text())
        passed, late = time.monotonic() - began, session.resident()
        window = session.cost()
        session.quit()
    course.others.append(window.others)
    within = under(late, LIMIT_MIB)
    return Row(
        f"memory after {passed:.0f} s of orders in a flood, cockpit",
        f"{late:.0f} MiB",
        f"at its start {early:.0f} MiB",
        f"{late:.0f} MiB at {sold:,} sold, {100 * window.share:.0f} % of a core",
        f"{LIMIT_MIB} MiB",
        # fewer orders say something only where they are too much already
        within if sold >= LINES or not within else None,
        {"late": late, "early": early, "share": window.share, "sold": sold, "seconds": passed},
    )


def _sold(text: str) -> int:
    """The sum of what was sold, as the screen tells it; 0 where it does not."""
    found = _TOTAL.search(text)
    return int(found[1].replace(",", "")) if found else 0
