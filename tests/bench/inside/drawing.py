"""What a tick costs with a thousand lines and with a hundred thousand: five new ones come, everything is drawn."""

from __future__ import annotations

import gc
import json
import sys
import time
from datetime import timedelta
from statistics import median

from bench.inside.launch import BEHIND, OPEN, PAID, PER_SECOND, answer, store, told
from evtui.store.store import Store
from evtui.tui.compose import snapshot
from evtui.tui.view import view

NEW = 5
"""Lines that every tick brings."""

ROUNDS = 40
"""Ticks that count, at each size."""

WIDTH, HEIGHT = 120, 36


def main(sizes: list[int]) -> None:
    """Prints the median milliseconds of a tick for each size, the sizes taken in turns."""
    stores = {size: _filled(size) for size in sizes}
    gc.collect()
    gc.freeze()
    spent: dict[int, list[float]] = {size: [] for size in sizes}
    for number in range(ROUNDS + 5):
        for size, book in stores.items():
            passed = _tick(book, size, number)
            if number >= 5:  # what is computed once was computed by then
                spent[size].append(passed)
    print(json.dumps({size: 1000 * median(times) for size, times in spent.items()}))


def _filled(size: int) -> Store:
    book = store()
    for readings in told(size):
        for reading in readings:
            book.apply(reading)
    return book


def _tick(book: Store, size: int, number: int) -> float:
    second = -(-size // PER_SECOND) + BEHIND + number
    reading = answer(size + NEW * number, NEW, second, PAID)
    began = time.perf_counter()
    book.apply(reading)
    snapshot(view(book.state, OPEN + timedelta(seconds=second)), WIDTH, HEIGHT)
    return time.perf_counter() - began


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1:]])
