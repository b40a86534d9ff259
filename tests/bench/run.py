"""`make bench`: the cockpit beside its peer, in turns, so that a busy machine is busy for both. Prints ratios.

Not a test: figures of a shared machine are for people to judge. Linux only (/proc).
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

from terminal import Run, run

PAIRS = 5
WATCH_S = 10.0
PEER = (sys.executable, str(Path(__file__).with_name("peer.py")))
CALM = (sys.executable, "-m", "evtui", "demo")
RUSH = (sys.executable, "-m", "evtui", "demo", "--scenario", "rush", "--at", "2024-01-25T10:10")


def main() -> None:
    """Measure and print."""
    run(PEER, "READY", 0.1)
    run(CALM, "delivered", 0.1)
    pairs = [(run(CALM, "delivered", WATCH_S), run(PEER, "READY", WATCH_S)) for _ in range(PAIRS)]
    calm, peer = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    ratios = sorted(ours.settled_s / theirs.settled_s for ours, theirs in pairs)
    rush = [run(RUSH, "unpaid", WATCH_S) for _ in range(3)]
    rows = [
        (
            "start to first complete frame",
            f"{statistics.median(ratios):.2f} × bare Textual",
            f"{ratios[0]:.2f}–{ratios[-1]:.2f}",
        ),
        ("start, bytes", f"{_median(calm, 'start_bytes') / 1000:.1f} KB", ""),
        ("calm, bytes a second", f"{_median(calm, 'bytes_per_s'):.0f}", f"bare {_median(peer, 'bytes_per_s'):.0f}"),
        ("rush, bytes a second", f"{_median(rush, 'bytes_per_s'):.0f}", "five orders a second"),
        ("rush, processor", f"{100 * _median(rush, 'cpu_share'):.1f} % of a core", ""),
        ("quit", f"{_median(calm, 'quit_s'):.2f} s", f"bare {_median(peer, 'quit_s'):.2f} s"),
    ]
    print(f"{PAIRS} pairs in turns, medians, 120×36")
    for name, value, remark in rows:
        print(f"{name:<32}{value:<26}{remark}")


def _median(runs: Sequence[Run], what: str) -> float:
    return statistics.median(float(getattr(each, what)) for each in runs)


if __name__ == "__main__":
    main()
