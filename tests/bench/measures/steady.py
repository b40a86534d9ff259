"""Five orders a second, watched in turns with glances and htop at one refresh a second."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from bench.course import Course
from bench.figures import ratio
from bench.peers import GLANCES, HTOP, RUSH, installed
from bench.recording import Frame, Recording, frames
from bench.table import Row, under
from bench.terminal import Window

BYTES_LIMIT, REDUNDANCY_LIMIT, FRAMES_LIMIT, CPU_LIMIT, HTOP_LIMIT = 1500, 1.5, 1.1, 0.5, 1.5
"""Bytes a second, multiple of the minimal ones, frames a second, multiples of what glances burns and htop sends."""

Watched = tuple[Recording, Window]


def measure(course: Course) -> list[Row]:
    """Bytes, sent over minimal, frames, processor against glances, bytes against htop."""
    with_htop = installed(HTOP)
    rush: list[Watched] = []
    glances: list[Watched] = []
    htop: list[Watched] = []
    for _ in range(course.pairs):
        rush.append(course.watched(RUSH))
        glances.append(course.watched(GLANCES))
        if with_htop:
            htop.append(course.watched(HTOP))
    return [*_traffic(rush), _processor(rush, glances), _against_htop(rush, htop)]


def rates(runs: Sequence[Watched], minimal: bool = False) -> list[float]:
    """Bytes a second of each run, or those that a simple encoder would have sent."""
    if minimal:
        return [sum(frame.least for frame in drawn(run)) / run[1].seconds for run in runs]
    return [recording.sent(window.before.at, window.after.at) / window.seconds for recording, window in runs]


def drawn(run: Watched) -> list[Frame]:
    """The frames of its window."""
    recording, window = run
    return frames(recording, window.before.at, window.after.at)


def _traffic(runs: Sequence[Watched]) -> list[Row]:
    sent, least = rates(runs), rates(runs, minimal=True)
    redundancy = ratio(sent, least)
    pace = median(len(drawn(run)) / run[1].seconds for run in runs)
    middle = median(sent)
    return [
        Row(
            "5 orders/s: bytes a second",
            f"{middle:.0f}",
            "",
            f"{middle / 1000:.2f} KB/s",
            f"{BYTES_LIMIT / 1000} KB/s",
            under(middle, BYTES_LIMIT),
            {"ours": middle},
        ),
        Row(
            "5 orders/s: sent / minimal cell difference",
            f"{middle:.0f}",
            f"minimal {median(least):.0f}",
            str(redundancy),
            f"{REDUNDANCY_LIMIT} ×",
            under(redundancy.middle, REDUNDANCY_LIMIT),
            {"ratio": redundancy.middle, "minimal": median(least)},
        ),
        Row(
            "5 orders/s: frames a second",
            f"{pace:.2f}",
            "",
            f"{pace:.2f}",
            f"{FRAMES_LIMIT}",
            under(pace, FRAMES_LIMIT),
            {"ours": pace},
        ),
    ]


def _processor(runs: Sequence[Watched], glances: Sequence[Watched]) -> Row:
    ours, theirs = [window.share for _, window in runs], [window.share for _, window in glances]
    share = ratio(ours, theirs)
    return Row(
        "5 orders/s: processor",
        f"{100 * median(ours):.1f} % of a core",
        f"glances {100 * median(theirs):.1f} %",
        str(share),
        f"{CPU_LIMIT} ×",
        under(share.middle, CPU_LIMIT),
        {"ratio": share.middle, "ours": median(ours), "glances": median(theirs)},
    )


def _against_htop(runs: Sequence[Watched], htop: Sequence[Watched]) -> Row:
    name, limit = "5 orders/s: bytes against htop", f"{HTOP_LIMIT} ×"
    if not htop:
        return Row(name, f"{median(rates(runs)):.0f}", "htop not installed", limit=limit)
    sent = ratio(rates(runs), rates(htop))
    return Row(
        name,
        f"{median(rates(runs)):.0f}",
        f"htop {median(rates(htop)):.0f}",
        str(sent),
        limit,
        under(sent.middle, HTOP_LIMIT),
        {"ratio": sent.middle, "htop": median(rates(htop))},
    )
