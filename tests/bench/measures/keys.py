"""From a key to the frame that shows what it did: the selection in the feed, up and down in turns."""

from __future__ import annotations

import random
from collections.abc import Iterator

from bench.course import Course
from bench.figures import percentile
from bench.peers import IDLE, LOAD
from bench.recording import Answered, Box, answered
from bench.table import Row, under
from bench.terminal import Command, Session

KEYS = 300
"""Enough for a 99th percentile that is not simply the slowest."""

EVERY_S = (0.09, 0.13)
"""Between two keys, by chance, so that they meet every moment of the program's own second."""

LIMIT_MS = 30.0
"""What 99 of a hundred keys must keep to: two pictures of a usual screen."""

FEED = Box(1, 56, 33, 30)
"""Where the feed shows its selection at 120 by 36; the styles there change with it and with nothing else."""

_PAUSE_S = 0.5
"""Time that the last key gets."""

_FOCUS = b"2j"
"""Turns to the orders and selects the first, so that every key that counts has somewhere to go."""


def measure(course: Course) -> Iterator[Row]:
    """With nothing going on, and with a thousand orders a second."""
    yield _row("key to paint, idle", _struck(course, IDLE))
    yield _row("key to paint, 1,000 orders/s", _struck(course, LOAD))


def _struck(course: Course, command: Command) -> Answered:
    chance = random.Random(1)
    with Session(command) as session:
        session.settle()
        session.send(_FOCUS)
        session.listen(1.0)
        for number in range(KEYS):
            session.press(b"jk"[number % 2 :][:1])
            session.listen(chance.uniform(*EVERY_S))
        session.listen(_PAUSE_S)
        course.others.append(session.cost().others)
        return answered(session.recording, FEED)


def _row(name: str, found: Answered) -> Row:
    ms = [1000 * each for each in found.seconds if each is not None]
    lost = len(found.seconds) - len(ms)
    if not ms:
        return Row(name, f"all {lost} keys lost", limit=f"p99 {LIMIT_MS:.0f} ms", met=False, raw={"lost": lost})
    middle, worst = percentile(ms, 50), percentile(ms, 99)
    asides = f", {found.unasked} changes unasked" if found.unasked else ""
    return Row(
        name,
        f"p50 {middle:.1f} ms, p99 {worst:.1f} ms",
        "",
        f"p99 {worst:.1f} ms, {lost} of {len(found.seconds)} lost{asides}",
        f"p99 {LIMIT_MS:.0f} ms",
        under(worst, LIMIT_MS) and not lost,
        {"p50": middle, "p99": worst, "lost": lost, "unasked": found.unasked},
    )
