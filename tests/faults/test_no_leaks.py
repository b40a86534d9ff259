"""A thousand questions to each source, good and failing in turns, leave nothing behind: no thread, socket or memory."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path

import aws_faults
import moto_server
import pytest
import wire_faults
from certificates import Certificates
from fault_cells import CELLS
from fault_proxy import Asked, Fault, Told
from fault_site import (
    API,
    AUTOSCALING,
    CLOUDWATCH,
    ELB,
    ELMAH,
    PROGRAM,
    PROMETHEUS,
    SQL_TABLES,
    Site,
    Source,
    Trouble,
)
from msgspec import Struct
from msgspec.structs import astuple
from names import Names

from evtui.domain.reading import Topic
from evtui.providers import _aws
from evtui.session import Session, open_session

pytest_plugins = ("fault_fixtures",)

POLLS = 1_000
SAMPLE = 100
"""Questions between two looks at what the process holds. The first hundred make what is made once; of the next three
and of the last three looks the middle counts."""

BLOCKS_A_POLL = 1.5
"""Pieces of memory that a question may leave behind on average: one struct and its texts are more than that."""

RESIDENT_MB = 15.0
"""Megabytes that the process may have grown by, beside what the small pieces say: answers that are kept whole."""

POOL = 3
"""Threads that the pool may have gained: it grows with what is asked at once, up to a bound of its own."""

SETTLE_S = 3.0
"""Seconds that threads and sockets of the test's own servers get to end."""

SOURCES: Mapping[str, tuple[Topic, Source]] = {
    "cloudwatch cpu": (Topic.CPU, CLOUDWATCH),
    "cloudwatch traffic": (Topic.TRAFFIC, CLOUDWATCH),
    "autoscaling": (Topic.CAPACITY, AUTOSCALING),
    "elb": (Topic.TARGETS, ELB),
    "http": (Topic.ORDERS, API),
    "prometheus": (Topic.CHARTS, PROMETHEUS),
    "elmah": (Topic.ERRORS, ELMAH),
    "sql": (Topic.STOCK, SQL_TABLES),
    "command": (Topic.STOCK, PROGRAM),
}

RARE = 100
"""Questions between two expired logins: after each, the SDK is set up anew."""

OF_THE_WIRE = (
    *(wire_faults.BROKEN, wire_faults.CAPTIVE, wire_faults.EMPTY, wire_faults.TRUNCATED, wire_faults.BUSY),
    *(wire_faults.FORBIDDEN, wire_faults.LOGIN, wire_faults.UNAVAILABLE),
)
OF_AWS = (
    *(wire_faults.BROKEN, wire_faults.CAPTIVE, wire_faults.TRUNCATED, aws_faults.THROTTLED, aws_faults.WRONG_TYPES),
    wire_faults.UNAVAILABLE,
)


class Left(Struct, frozen=True):
    """What a process holds."""

    threads: int
    pool: int
    """Threads of the loop's executor."""
    files: int
    blocks: int
    resident_mb: float


def left() -> Left:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    files = len(os.listdir("/proc/self/fd"))
    pool = sum(thread.name.startswith("evtui-io") for thread in threading.enumerate())
    return Left(
        threading.active_count() - pool, pool, files, sys.getallocatedblocks(), pages * os.sysconf("SC_PAGESIZE") / 1e6
    )


def in_turns(faults: tuple[Fault, ...], rare: Fault | None = None) -> Fault:
    """Every other question is answered, from memory as soon as the upstream told once; the others fail in turns."""
    known: dict[str, Told] = {}
    numbers = count()

    def answer(asked: Asked, upstream: Callable[[], Told]) -> Told:
        what = asked.headers.get("x-amz-target", "") or str(asked.body.partition(b"Action=")[2].partition(b"&")[0])
        if what not in known:
            known[what] = upstream()
        number = next(numbers)
        if rare and number % RARE == RARE - 1:
            return rare.answer(asked, lambda: known[what])
        if number // 2 % 2:
            return faults[number // 4 % len(faults)].answer(asked, lambda: known[what])
        return known[what]

    return Fault("in turns", answer=answer)


async def ask(session: Session, site: Site, topic: Topic, number: int, troubles: tuple[Trouble, ...]) -> None:
    """Once, with what is wrong in every tenth case."""
    trouble = troubles[number // 10 % len(troubles)] if troubles and number % 10 == 9 else None
    if trouble:
        trouble.begin(site)
    await session.refresh()
    if trouble:
        trouble.end(site)


@pytest.mark.parametrize("name", SOURCES)
async def test_a_thousand_questions_leave_nothing_behind(
    name: str,
    tmp_path: Path,
    certificates: Certificates,
    aws: moto_server.Platform,
    environ: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_aws, "ATTEMPTS", 1)
    topic, source = SOURCES[name]
    site = Site(tmp_path, certificates, Names(monkeypatch), aws, {topic: source}, frozenset({topic}), tls=False)
    troubles = tuple(
        cell.fault for cell in CELLS[source.provider] if isinstance(cell.fault, Trouble) and cell.fault.name != "hangs"
    )
    if topic in site.proxies:
        own = source.server == "moto"
        site.proxies[topic].switch(in_turns(OF_AWS if own else OF_THE_WIRE, aws_faults.EXPIRED if own else None))
    try:
        async with open_session(site.file, site.clock) as session:
            began = time.monotonic()
            answers: list[bool] = []
            session.store.listen(lambda reading: answers.append(not hasattr(reading.value, "kind")))
            held: list[Left] = []
            for number in range(POLLS):
                await ask(session, site, topic, number, troubles)
                if number % SAMPLE == SAMPLE - 1:
                    # a login thrown away a moment ago took thousands of pieces with it: look while there is one
                    while not answers[-1]:
                        await ask(session, site, topic, 0, ())
                    held.append(await settled(held[0] if held else None))
            before, after = middle(held[1:4]), middle(held[-3:])
            took = time.monotonic() - began
            print(f"{name}: {took:.1f} s, {sum(answers)} good, {before} -> {after}", [each.blocks for each in held])
    finally:
        site.close()
    assert len(answers) >= POLLS
    assert 0.2 * POLLS < sum(answers) < 0.98 * POLLS
    assert after.threads <= before.threads
    assert after.pool <= before.pool + POOL
    assert after.files <= before.files
    assert after.blocks - before.blocks < BLOCKS_A_POLL * (POLLS - 4 * SAMPLE)
    assert after.resident_mb - before.resident_mb < RESIDENT_MB


async def settled(before: Left | None) -> Left:
    """What is left once threads and sockets had the time to end."""
    end = time.monotonic() + SETTLE_S
    now = left()
    while before and (now.threads > before.threads or now.files > before.files) and time.monotonic() < end:
        await asyncio.sleep(0.02)
        now = left()
    return now


def middle(samples: Sequence[Left]) -> Left:
    """The middle of each figure: a login that was thrown away a moment ago makes one sample small."""
    columns = zip(*(astuple(sample) for sample in samples), strict=True)
    return Left(*(sorted(column)[len(column) // 2] for column in columns))
