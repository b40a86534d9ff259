"""CPU, traffic, capacity and errors of the simulated world."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from simulated_launch import OPENS, Launch, at, hong_kong

from evtui.domain.campaign import Product
from evtui.domain.faults import fault_key
from evtui.domain.metrics import CpuPoint
from evtui.domain.reading import CpuPoints, ErrorBatch, Topic, TrafficPoints
from evtui.providers.simulated.provider import FIRST_MINUTES
from evtui.providers.simulated.scenario import SCENARIOS
from evtui.redact import admit

DAY = timedelta(hours=24)


@pytest.mark.parametrize("now", [at(6), at(10, 30), at(22)])
def test_a_day_of_past_exists_at_any_start(now: datetime) -> None:
    launch = Launch("calm", now)
    start = launch.campaign.history_start(launch.clock.now())
    assert min(point.minute for point in launch.cpu().points) == start
    minutes = sorted(point.minute for point in launch.traffic().points)
    assert minutes[0] == start
    assert {b - a for a, b in pairwise(minutes)} == {timedelta(minutes=1)}
    times = [entry.at for entry in launch.errors().entries]
    assert times == sorted(times)
    assert start <= times[0] < start + timedelta(minutes=30)


def test_one_point_a_machine_and_complete_minute_a_little_late() -> None:
    launch = Launch("stuck", at(10, 30, 59))
    answer = launch.poll(Topic.CPU)
    value = answer.value
    assert isinstance(value, CpuPoints)
    newest = at(10, 28)
    assert max(point.minute for point in value.points) == newest
    assert answer.fact_time == newest + timedelta(minutes=1)
    last = {(point.service, point.machine) for point in value.points if point.minute == newest}
    assert last == set(value.machines)
    assert Counter(service for service, _ in value.machines) == {"MWeb": 4, "SCMAPI": 4}
    assert ("SCMAPI", "i-0123456789abcdef0") in last
    assert max(Counter((p.machine, p.minute) for p in value.points).values()) == 1
    assert all(0 <= point.percent <= 100 for point in value.points)


def test_points_made_in_bulk_are_ordinary_points() -> None:
    point = Launch("calm", at(10, 30)).cpu().points[0]
    assert point == CpuPoint(point.service, point.machine, point.minute, point.percent)
    assert hash(point) == hash(CpuPoint(point.service, point.machine, point.minute, point.percent))
    with pytest.raises(AttributeError):
        point.percent = 1.0  # type: ignore[misc]


@pytest.mark.parametrize("scenario", ["calm", "rush", "saturated", "vip"])
def test_minutes_and_errors_come_once_and_add_up(scenario: str) -> None:
    launch = Launch(scenario, OPENS + timedelta(minutes=5))
    cursors: dict[Topic, object] = dict.fromkeys((Topic.CPU, Topic.TRAFFIC, Topic.ERRORS))
    seen: dict[Topic, list[object]] = {topic: [] for topic in cursors}
    for seconds in (0, 5, 61, 400, 1500):
        launch.until(OPENS + timedelta(minutes=5, seconds=seconds))
        for topic, cursor in cursors.items():
            answer = launch.poll(topic, cursor)
            cursors[topic] = answer.cursor
            assert answer.fact_time is not None
            match answer.value:
                case CpuPoints(points) | TrafficPoints(points):
                    seen[topic] += points
                case ErrorBatch(entries):
                    seen[topic] += entries
    for values in seen.values():
        assert len(values) == len(set(values))
    assert set(seen[Topic.CPU]) == set(launch.cpu().points)
    assert set(seen[Topic.TRAFFIC]) == set(launch.traffic().points)
    assert set(seen[Topic.ERRORS]) == set(launch.errors().entries)


def test_machines_of_the_launch_come_into_service_before_it() -> None:
    launch = Launch("calm", at(7))
    scm = launch.capacity().sizes[1]
    assert (scm.service, scm.fixed, scm.desired, scm.in_service) == ("SCMAPI", 1, 1, 1)
    assert len(launch.cpu().machines) == 6
    scm = launch.until(at(10)).capacity().sizes[1]
    assert (scm.fixed, scm.desired, scm.in_service) == (1, 3, 3)
    assert len(launch.cpu().machines) == 8


def test_machine_ids_are_stable_across_scenarios_and_look_real() -> None:
    calm, rush = (Launch(name, at(10, 30)).cpu().machines for name in ("calm", "rush"))
    assert calm == rush
    assert all(len(machine) == 19 and machine.startswith("i-0") for _, machine in calm)


def test_promotions_and_nights_show_in_the_traffic() -> None:
    launch = Launch("stuck", at(11, 30))
    by_minute = {point.minute: point.requests for point in launch.traffic().points}
    assert by_minute[at(11, 1)] > 1.1 * by_minute[at(10, 58)]
    assert by_minute[at(4)] < 0.5 * by_minute[at(9, 30)]


def test_error_ids_are_unique_and_texts_pass_the_fence_unchanged() -> None:
    for scenario in SCENARIOS:
        entries = Launch(scenario, at(11, 35)).errors().entries
        assert len({entry.error_id for entry in entries}) == len(entries)
        kinds = {fault_key(entry): entry.message for entry in entries}
        assert all(admit(message) == message for message in kinds.values())
        assert all(len(entry.error_id) == 36 for entry in entries)
        assert any(not entry.message.isascii() for entry in entries)


def test_errors_quote_codes_of_orders_that_exist() -> None:
    launch = Launch("invalid", at(10, 30))
    quoted = [e.message.split()[1] for e in launch.errors().entries if e.message.startswith("CheckIsValid")]
    assert len(quoted) >= 3
    assert set(quoted) <= launch.lines().keys()


def test_products_may_open_at_different_times() -> None:
    first, *others = hong_kong().products
    later = Product(first.page_id, "", "", 1.0, 1, at(12), first.off_sale, 100)
    campaign = hong_kong(products=(*others, later))
    lines = Launch("rush", at(12, 30), campaign).lines().values()
    assert min(line.created_at for line in lines if line.page_id == later.page_id) >= at(12)
    assert any(line.page_id == later.page_id for line in lines)
    calm = Launch("calm", at(10, 30), campaign).lines().values()
    assert [line.page_id for line in calm] == [others[-1].page_id]


def test_the_first_answer_is_short_and_the_second_brings_the_day_before() -> None:
    launch = Launch("calm", at(10, 30))
    first, second = launch.told(Topic.CPU)
    assert isinstance(first.value, CpuPoints)
    assert isinstance(second.value, CpuPoints)
    assert len({point.minute for point in first.value.points}) == FIRST_MINUTES
    assert min(point.minute for point in second.value.points) <= at(10, 30) - timedelta(hours=24)
    assert not {point.minute for point in first.value.points} & {point.minute for point in second.value.points}
    assert launch.poll(Topic.CPU, second.cursor).value == CpuPoints((), second.value.machines)
