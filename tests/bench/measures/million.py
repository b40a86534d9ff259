"""Memory after a million orders: in a store by itself, and in the cockpit under a thousand orders a second in haste."""

from __future__ import annotations

from collections.abc import Iterator

from bench.course import Course
from bench.measures.inside import inside
from bench.peers import FLOOD
from bench.table import Row, under
from bench.terminal import Session

LINES = 1_000_000
LIMIT_MIB = 100
FLOOD_S = 100.0
"""Seconds in which ten thousand orders a second make a million."""


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
        early = session.resident()
        window = session.watch(FLOOD_S)
        late = session.resident()
        session.quit()
    course.others.append(window.others)
    return Row(
        f"memory after {FLOOD_S:.0f} s of 10,000 orders/s, cockpit",
        f"{late:.0f} MiB",
        f"at its start {early:.0f} MiB",
        f"{late:.0f} MiB, {100 * window.share:.0f} % of a core",
        f"{LIMIT_MIB} MiB",
        under(late, LIMIT_MIB),
        {"late": late, "early": early, "share": window.share},
    )
