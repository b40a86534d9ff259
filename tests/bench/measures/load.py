"""A thousand orders a second: what they cost, and what they send beside five a second, in turns."""

from __future__ import annotations

from statistics import median

from bench.course import Course
from bench.figures import ratio
from bench.measures.steady import rates
from bench.peers import LOAD, RUSH
from bench.table import Row, under

CPU_LIMIT, BYTES_LIMIT = 0.05, 2.0
"""Share of a core, and bytes as a multiple of those at five orders a second."""


def measure(course: Course) -> list[Row]:
    """Processor and bytes."""
    pairs = [(course.watched(LOAD), course.watched(RUSH)) for _ in range(course.pairs)]
    load, rush = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    share = median(window.share for _, window in load)
    sent = ratio(rates(load), rates(rush))
    return [
        Row(
            "1,000 orders/s: processor",
            f"{100 * share:.1f} % of a core",
            f"at 5 orders/s {100 * median(window.share for _, window in rush):.1f} %",
            f"{100 * share:.1f} %",
            f"{100 * CPU_LIMIT:.0f} %",
            under(share, CPU_LIMIT),
            {"ours": share},
        ),
        Row(
            "1,000 orders/s: bytes a second",
            f"{median(rates(load)):.0f}",
            f"at 5 orders/s {median(rates(rush)):.0f}",
            str(sent),
            f"{BYTES_LIMIT:.0f} ×",
            under(sent.middle, BYTES_LIMIT),
            {"ratio": sent.middle, "ours": median(rates(load))},
        ),
    ]
