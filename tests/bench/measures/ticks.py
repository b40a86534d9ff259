"""What a tick costs when the book is long: five new lines told, everything looked at, 120 by 36 cells drawn."""

from __future__ import annotations

from bench.course import Course
from bench.measures.inside import inside
from bench.table import Row, under

FEW, MANY = 1_000, 100_000
"""Lines in the book."""

LIMIT = 1.3
"""How much dearer a tick may be in the long book."""


def measure(course: Course) -> list[Row]:
    """Both in one process, in turns."""
    ms = inside("drawing", FEW, MANY)
    few, many = ms[str(FEW)], ms[str(MANY)]
    return [
        Row(
            "a tick at 100,000 lines",
            f"{many:.2f} ms",
            f"at 1,000 lines {few:.2f} ms",
            f"{many / few:.2f} ×",
            f"{LIMIT} ×",
            under(many / few, LIMIT),
            {"ratio": many / few, "many_ms": many, "few_ms": few},
        )
    ]
