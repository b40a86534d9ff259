"""CPU, traffic and errors, fact by fact."""

from __future__ import annotations

from typing import Any

from desk_launch import (
    MINUTE,
    NOW,
    QUIET,
    SECOND,
    Said,
    believed,
    cpu,
    down,
    error,
    errors,
    plan,
    seen,
    text,
)
from msgspec.structs import replace

from evtui.domain.metrics import FleetSize
from evtui.domain.reading import FleetSizes, Reading, Topic
from evtui.store.reduce import reduce
from evtui.tui.desk import Desk
from evtui.tui.look import Look
from evtui.tui.view import view


def shown(pane: str, *, width: int = 120, height: int = 36, desk: Desk | None = None, **said: Any) -> str:
    """A pane of a quiet launch with these facts changed, by topic name."""
    facts: Said = {**QUIET, **{Topic(topic): value for topic, value in said.items()}}
    return text(seen(facts), pane, width, height, desk)


def test_machines_are_counted_beside_the_mean() -> None:
    drawn = shown("cpu", cpu=cpu("服務Svc0", 10.0, 20.0, 30.0, None))
    assert "20 % (3/4) max 30" in drawn
    assert "-- (0/4) max --" in drawn


def test_nobody_knows_how_many_there_should_be() -> None:
    campaign = plan(services=0)
    bare = believed({**QUIET, Topic.CPU: cpu("Api", 10.0)}, campaign)
    assert "(1/1)" in text(view(bare, NOW), "cpu")


def test_gaps_are_gaps() -> None:
    minutes = [n for n in range(1, 20) if n not in (5, 6, 7)]
    row = shown("cpu", cpu=cpu("服務Svc0", 50.0, minutes=minutes)).splitlines()[1]
    history = row[row.index("▄") : row.rindex("▄") + 1]
    assert "▄   ▄▄▄▄" in history
    assert history.count("▄") == len(minutes)


def test_the_scale_is_the_same_for_all() -> None:
    low = shown("cpu", cpu=cpu("服務Svc0", 10.0)).splitlines()[1]
    high = shown("cpu", cpu=cpu("服務Svc0", 95.0)).splitlines()[1]
    assert "▁▁▁" in low
    assert "███" in high
    assert "max 95!" in high


def test_traffic_without_a_source_says_so() -> None:
    assert "traffic -- connection refused" in shown("cpu", traffic=down())
    assert "traffic 900/min" in shown("cpu")


def test_the_time_axis_names_what_happened() -> None:
    drawn = shown("cpu", width=240, height=50)
    assert "┆會員app push" in drawn or "┆會員" in drawn


def test_a_fleet_that_is_short() -> None:
    state = believed(QUIET)
    sizes = FleetSizes((FleetSize("服務Svc0", 1, 3, 2), FleetSize("服務Svc1", None, None, None)))
    state = reduce(state, Reading("table", Topic.CAPACITY, NOW, sizes, NOW))
    drawn = text(view(state, NOW), "cpu", 120, 50)
    assert "服務Svc0 1+2 in service of 1+3 planned" in drawn
    assert "服務Svc1 ?+-- in service of 1+3 planned" in drawn


def test_faults_are_grouped_counted_and_new_ones_come_first() -> None:
    known = [
        error(n, f"order {n} not found", after=-60 * MINUTE + n * SECOND, type="KnownException") for n in range(12)
    ]
    fresh = [error(n, f"timeout after {n} ms", after=n * MINUTE) for n in range(20, 23)]
    rows = shown("errors", width=160, errors=errors(*known, *fresh)).splitlines()
    assert "NEW" in rows[1]
    assert "×3" in rows[1]
    assert "TimeoutException 500" in rows[1]
    first = next(row for row in rows if "KnownExcep" in row)
    assert "×12" in first
    assert "09:00" in first
    assert "NEW" not in first


def test_no_errors_and_no_error_feed_are_two_things() -> None:
    assert "no errors in the log" in shown("errors")
    assert "errors unknown: connection refused" in shown("errors", errors=down())


def test_kinds_that_do_not_fit_are_counted() -> None:
    many = [error(n, "x", type=f"Type{chr(65 + n)}Exception") for n in range(26)]
    rows = shown("errors", width=80, height=24, errors=errors(*many)).splitlines()
    hidden = 26 - sum("Exception" in row for row in rows)
    assert f"{hidden} " in "".join(rows)
    assert "kinds" in "".join(rows)


def test_services_stand_in_pairs_where_rows_are_few_and_the_traffic_is_told_once() -> None:
    campaign = plan(services=4)
    present = seen(QUIET, campaign)
    drawn = text(present, "cpu", 80, 24)
    assert sum(row.count("服務Sv") for row in drawn.splitlines()) == 2
    assert "traffic 900/min" in drawn.splitlines()[0]
    dense = text(replace(present, look=Look(compact=True)), "cpu", 80, 24).splitlines()
    assert [row.count("服務Sv") for row in dense[1:3]] == [2, 2]
    assert "traffic 900/min" in dense[3]
    assert "traffic 900" not in dense[0]
