"""How much memory a store of so many lines takes, the program's own modules with it."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from bench.inside.launch import PER_SECOND, store, told


def main(count: int) -> None:
    """Prints MiB held at a fifth and at the end, the highest in between, and seconds of processor time."""
    book = store()
    fifth, spent = 0.0, 0.0
    for second, readings in enumerate(told(count), 1):
        began = time.process_time()
        for reading in readings:
            book.apply(reading)
        spent += time.process_time() - began
        if second == count // 5 // PER_SECOND:
            fifth = _held()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"fifth": fifth, "end": _held(), "peak": peak, "seconds": spent}))


def _held() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main(int(sys.argv[1]))
