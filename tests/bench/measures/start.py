"""From the command to the first complete screen and, after a rest, to the end; the bare toolkit in turns.

Complete is a screen on which every pane has its figures. The past of CPU and traffic may still be missing then: it is
told in a second answer, and the border says `partial` until it came.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from bench.course import Course
from bench.figures import ratio
from bench.peers import BARE, CALM
from bench.recording import modes_left
from bench.table import Row, under
from bench.terminal import Command, Session

REST_S = 1.5
"""Seconds after which memory is looked at: the start is over and nothing has been watched for long."""

START_LIMIT, BYTES_LIMIT, MEMORY_LIMIT, QUIT_LIMIT = 1.25, 16_000, 1.3, 0.35
"""Multiple of the bare toolkit's start, bytes, multiple of its memory, seconds."""


@dataclass(frozen=True)
class _Life:
    filled_s: float
    start_s: float
    sent: int
    mib: float
    quit_s: float
    left: tuple[str, ...]


def measure(course: Course) -> list[Row]:
    """Start, bytes of the start, memory at rest, quit, modes left on."""
    _life(course, BARE)
    _life(course, CALM)  # byte code written and pages read: a second start is what people see
    lives = [(_life(course, CALM), _life(course, BARE)) for _ in range(course.pairs)]
    ours, bare = [pair[0] for pair in lives], [pair[1] for pair in lives]
    theirs = [each.start_s for each in bare]
    memory = ratio([each.mib for each in ours], [each.mib for each in bare])
    left = sorted({mode for each in ours for mode in each.left})
    left_bare = sorted({mode for each in bare for mode in each.left})
    sent, sent_bare = (median(each.sent for each in lives) for lives in (ours, bare))
    quits, quits_bare = (median(each.quit_s for each in lives) for lives in (ours, bare))
    return [
        _start([each.filled_s for each in ours], theirs),
        Row(
            "start until no border says partial",
            f"{1000 * (whole := median(each.start_s for each in ours)):.0f} ms",
            raw={"ours_s": whole},
        ),
        Row(
            "bytes of the start",
            f"{sent / 1000:.1f} KB",
            f"bare Textual {sent_bare / 1000:.1f} KB",
            f"{sent / 1000:.1f} KB",
            f"{BYTES_LIMIT // 1000} KB",
            under(sent, BYTES_LIMIT),
            {"ours": sent, "bare": sent_bare},
        ),
        Row(
            "memory at rest",
            f"{median(each.mib for each in ours):.1f} MiB",
            f"bare Textual {median(each.mib for each in bare):.1f} MiB",
            str(memory),
            f"{MEMORY_LIMIT} ×",
            under(memory.middle, MEMORY_LIMIT),
            {"ratio": memory.middle, "ours_mib": median(each.mib for each in ours)},
        ),
        Row(
            "quit",
            f"{quits:.2f} s",
            f"bare Textual {quits_bare:.2f} s",
            f"{quits:.2f} s",
            f"{QUIT_LIMIT} s",
            under(quits, QUIT_LIMIT),
            {"ours_s": quits, "bare_s": quits_bare},
        ),
        Row(
            "terminal modes left on",
            " ".join(left) or "none",
            f"bare Textual {' '.join(left_bare) or 'none'}",
            str(len(left)),
            "none",
            not left,
            {"count": len(left)},
        ),
    ]


def _start(ours: list[float], theirs: list[float]) -> Row:
    start = ratio(ours, theirs)
    return Row(
        "start to first complete frame",
        f"{1000 * median(ours):.0f} ms",
        f"bare Textual {1000 * median(theirs):.0f} ms",
        str(start),
        f"{START_LIMIT} ×",
        under(start.middle, START_LIMIT),
        {"ratio": start.middle, "ours_s": median(ours), "bare_s": median(theirs)},
    )


def _life(course: Course, command: Command) -> _Life:
    with Session(command) as session:
        start = session.settle()
        course.others.append(session.cost().others)
        session.listen(REST_S)
        mib = session.resident()
        quit_s = session.quit()
        return _Life(start.filled, start.seconds, start.sent, mib, quit_s, modes_left(session.recording))
