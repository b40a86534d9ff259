"""Every fault at every source, one after another, while the others go on: one source tells of it, in words, until it
is over; then it catches up by itself, and nothing is missing or there twice."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from itertools import pairwise
from pathlib import Path

import moto_server
import pytest
from certificates import Certificates
from fault_cells import CELLS, SKEW, Cell
from fault_site import (
    API,
    AUTOSCALING,
    CLOUDWATCH,
    ELB,
    ELMAH,
    GRAFANA,
    GRAFANA_CHARTS,
    PROGRAM,
    PROMETHEUS,
    PROMETHEUS_CPU,
    SQL_TABLES,
    Site,
    Source,
)
from launch_site import QUICK_S, Watch, figures, says, undisturbed, watched
from names import Names

from evtui.collector import schedule
from evtui.domain.reading import FailureKind, Topic
from evtui.providers import _aws
from evtui.store.state import SourceState

pytest_plugins = ("fault_fixtures",)

OTHERS_S = 2.0
"""Seconds of wall time between two polls of the sources that are well."""

LAUNCHES: Mapping[str, tuple[dict[Topic, Source], dict[Topic, Source]]] = {
    "machines": (
        {Topic.CPU: CLOUDWATCH, Topic.CAPACITY: AUTOSCALING, Topic.CHARTS: PROMETHEUS, Topic.ORDERS: API},
        {Topic.TRAFFIC: GRAFANA, Topic.STOCK: SQL_TABLES, Topic.ERRORS: ELMAH},
    ),
    "requests": (
        {
            Topic.TRAFFIC: CLOUDWATCH,
            Topic.TARGETS: ELB,
            Topic.CHARTS: GRAFANA_CHARTS,
            Topic.STOCK: PROGRAM,
            Topic.ORDERS: SQL_TABLES,
            Topic.ERRORS: ELMAH,
        },
        {Topic.CAPACITY: AUTOSCALING, Topic.CPU: PROMETHEUS_CPU},
    ),
}
"""Sources that fail in turns, and those beside them that are well all the time."""


def told(watch: Watch, topic: Topic, cell: Cell, asked_at: datetime) -> bool:
    """Whether the source is as the cell says, and says so in its words."""
    now = watch.health(topic)
    if cell.kind is not None:
        state = SourceState.AUTH if cell.kind is FailureKind.AUTH else SourceState.DOWN
        return now.state is state and says(cell.words, now.why)
    seen = watch.session.state.sources[topic]
    if now.state is not SourceState.OK or seen.taken_at is None or seen.trip is None or seen.taken_at < asked_at:
        return False
    server_at = seen.trip[1].exchange.server_at if seen.trip[1].exchange else None
    skewed = server_at is not None and server_at - seen.taken_at >= SKEW
    return says(cell.words, now.coverage.note) and skewed == cell.skewed


async def go_through(site: Site, watch: Watch, topic: Topic, cells: tuple[Cell, ...]) -> None:
    """Every cell of one source, one after another."""
    for cell in cells:
        seen = len(watch.failed(topic))
        fault = cell.at(site.clock.now)
        site.fail(topic, fault)
        # a human asks again at once; what follows, the source does by itself
        watch.session.ask_again(topic)
        what = f"{topic}: {fault.name}: {cell.words}"
        asked_at = site.clock.now()
        await watch.until(partial(told, watch, topic, cell, asked_at), what, topic)
        if cell.kind is not None:
            # a fault that the deadline outran was told of as late first
            assert cell.kind in {failure.kind for failure in watch.failed(topic)[seen:]}, what
        site.heal(topic, fault)
        await watch.until(lambda: watch.health(topic).state is SourceState.OK, f"{topic}: the end of {fault.name}")


def kept_pace(watch: Watch, topic: Topic) -> None:
    """A source that was well all the time was asked all the time, and nobody else's trouble was laid at its door."""
    assert not watch.failed(topic), topic
    times = watch.times[topic]
    assert all(later - earlier < 2 * OTHERS_S for earlier, later in pairwise(times)), topic


# a connection that is reset while TLS begins, or that is still being made when its question is given up, is dropped
# open by the standard library and collected with what asked for it. test_no_leaks counts what stays open
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("launch", LAUNCHES)
async def test_sources_fail_in_every_way(
    launch: str,
    tmp_path: Path,
    certificates: Certificates,
    aws: moto_server.Platform,
    environ: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(schedule, "MIN_WALL_S", QUICK_S)
    monkeypatch.setattr(schedule, "AUTH_RETRY_S", QUICK_S)
    # the second try is for the SDK's own tests: it may come a second later
    monkeypatch.setattr(_aws, "ATTEMPTS", 1)
    failing, well = LAUNCHES[launch]
    site = Site(tmp_path, certificates, Names(monkeypatch), aws, failing | well, frozenset(failing))
    try:
        async with watched(site.file, site.clock) as watch:
            rounds = (go_through(site, watch, topic, CELLS[source.provider]) for topic, source in failing.items())
            ends = await asyncio.gather(*rounds, return_exceptions=True)
            faults = [str(end) for end in ends if end is not None]
            assert not faults, "\n".join(faults)
            for topic in well:
                kept_pace(watch, topic)
            for topic in watch.times:
                watch.session.ask_again(topic)
            await watch.until(lambda: caught_up(watch, site.clock.now()), "the newest minutes")
            expected = figures(await undisturbed(site.file, site.clock))
            assert figures(watch.session.state) == expected
    finally:
        site.close()
        gc.collect()  # what the line above the test speaks of is to be found here, not in the next test


def caught_up(watch: Watch, now: datetime) -> bool:
    """Whether each has been asked at this very moment of the launch, and has told all."""
    seen = watch.session.state.sources.values()
    return all(each.taken_at == now and not each.coverage.more for each in seen)
