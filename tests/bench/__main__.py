"""`make bench`: takes the measures one after the other and prints the table.

Not a test: figures of a shared machine are for people to judge. It fails only where something could not be measured.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from bench.course import Course
from bench.measures import keys, load, million, start, steady, still, ticks
from bench.peers import PYTHON, ROOT
from bench.table import Row, as_json, markdown, plain
from bench.terminal import SIZE, BenchError

MEASURES: Mapping[str, Callable[[Course], Iterable[Row]]] = {
    "start": start.measure,
    "steady": steady.measure,
    "still": still.measure,
    "load": load.measure,
    "ticks": ticks.measure,
    "keys": keys.measure,
    "million": million.measure,
}
"""Measures by the name they are chosen by, in the order they are taken."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 where a measure could not be taken, 0 otherwise."""
    options = _parser().parse_args(arguments)
    subprocess.run([PYTHON, "-m", "compileall", "-q", ROOT / "evtui", ROOT / "tests/bench"], check=True)
    course = Course(options.pairs, options.window)
    rows: list[Row] = []
    failed = False
    for name in options.only:
        began = time.monotonic()
        try:
            for row in MEASURES[name](course):
                rows.append(row)  # noqa: PERF402 - what was measured before an error counts
        except BenchError as error:
            rows.append(Row(name, figure="not measured"))
            print(f"{name}: {error}", file=sys.stderr)
            failed = True
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    print(f"{course.pairs} pairs in turns, medians (lowest–highest), windows of {course.window_s:.0f} s, ", end="")
    print(f"{SIZE[0]}×{SIZE[1]}. {course.weather()}\n")
    print(markdown(rows) if options.markdown else plain(rows))
    if options.json:
        options.json.write_text(as_json(rows, course.others) + "\n", encoding="utf-8")
    return int(failed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench", description="Measure the cockpit beside its peers.")
    parser.add_argument("--only", type=_chosen, default=list(MEASURES), metavar="A,B", help=", ".join(MEASURES))
    parser.add_argument("--pairs", type=int, default=Course.pairs, help="runs of each program")
    parser.add_argument("--window", type=float, default=Course.window_s, metavar="S", help="seconds each is watched")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything measured")
    parser.add_argument("--markdown", action="store_true", help="print the table for a page")
    return parser


def _chosen(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if unknown := [name for name in names if name not in MEASURES]:
        raise argparse.ArgumentTypeError(f"no such measure: {', '.join(unknown)}; there are {', '.join(MEASURES)}")
    return names


if __name__ == "__main__":
    sys.exit(main())
