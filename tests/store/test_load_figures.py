"""CPU, traffic and fleet: one common minute, gaps that stay gaps, and never a zero nobody measured."""

from __future__ import annotations

from datetime import datetime

import pytest
from msgspec.structs import replace
from store_makers import MINUTE, OPEN, after, at, cpu, empty, traffic

from evtui.domain.metrics import CpuPoint, TrafficPoint
from evtui.domain.reading import Coverage, CpuPoints, Reading, TrafficPoints
from evtui.store.load import (
    cpu_history,
    cpu_now,
    cpu_window,
    report_window,
    services,
    traffic_history,
)
from evtui.store.load import traffic as traffic_figures
from evtui.store.series import KEEP_HOURS, minute_of

FOUR = ("i-1", "i-2", "i-3", "i-4")


def minutes(machines: tuple[str, ...] = (), **points: dict[int, float]) -> Reading:
    """A CPU reading of SCMAPI: minutes after opening -> percent, by machine (`i_1` is i-1)."""
    told = tuple(
        CpuPoint("SCMAPI", name.replace("_", "-"), at(minute), percent)
        for name, of_machine in points.items()
        for minute, percent in of_machine.items()
    )
    return cpu(at(30), CpuPoints(told, tuple(("SCMAPI", machine) for machine in machines)))


def requests(points: dict[int, float]) -> Reading:
    """A traffic reading: minutes after opening -> requests."""
    return traffic(at(30), TrafficPoints(tuple(TrafficPoint(at(minute), each) for minute, each in points.items())))


class TestCpuNow:
    """Mean, maximum and count all belong to one minute."""

    def test_all_machines(self) -> None:
        state = after(minutes(FOUR, i_1={5: 10.0}, i_2={5: 20.0}, i_3={5: 30.0}, i_4={5: 80.0}))
        found = cpu_now(state, "SCMAPI", at(7))
        assert (found.minute, found.mean, found.max) == (at(5), 35.0, 80.0)
        assert (found.reporting, found.expected) == (4, 4)

    def test_a_minute_that_all_reported_beats_a_newer_one_that_some_did(self) -> None:
        state = after(minutes(("i-1", "i-2"), i_1={4: 10.0, 5: 50.0}, i_2={4: 20.0}))
        found = cpu_now(state, "SCMAPI", at(7))
        assert (found.minute, found.mean, found.reporting) == (at(4), 15.0, 2)

    def test_one_that_has_fallen_silent_is_missed_before_long(self) -> None:
        state = after(minutes(FOUR, i_1=dict.fromkeys(range(9), 10.0), i_2={0: 90.0}))
        found = cpu_now(state, "SCMAPI", at(9))
        assert (found.minute, found.mean, found.reporting, found.expected) == (at(8), 10.0, 1, 4)

    def test_three_of_four(self) -> None:
        state = after(minutes(FOUR, i_1={5: 10.0}, i_2={5: 20.0}, i_3={5: 30.0}))
        found = cpu_now(state, "SCMAPI", at(7))
        assert (found.mean, found.reporting, found.expected) == (20.0, 3, 4)
        assert found.machines == (("i-1", 10.0), ("i-2", 20.0), ("i-3", 30.0), ("i-4", None))

    def test_one_that_is_gone_is_not_waited_for(self) -> None:
        state = after(minutes(("i-1",), i_1={5: 10.0}, i_2={5: 90.0}))
        found = cpu_now(state, "SCMAPI", at(7))
        assert (found.mean, found.max, found.reporting, found.expected) == (10.0, 10.0, 1, 1)

    def test_without_a_list_of_machines_the_plan_says_how_many(self) -> None:
        found = cpu_now(after(minutes(i_1={5: 10.0})), "SCMAPI", at(7))
        assert (found.reporting, found.expected) == (1, 4)

    def test_a_list_that_lacks_a_group_takes_none_off_the_plan(self) -> None:
        whole = minutes(("i-1",), i_1={5: 10.0})
        lacking = replace(whole, coverage=Coverage(1, 1, "configuration error: no Auto Scaling group asg-x"))
        assert cpu_now(after(whole), "SCMAPI", at(7)).expected == 1
        assert cpu_now(after(lacking), "SCMAPI", at(7)).expected == 4

    def test_nothing_heard_is_nothing_known(self) -> None:
        found = cpu_now(after(minutes(FOUR)), "SCMAPI", at(7))
        assert (found.minute, found.mean, found.max, found.reporting, found.expected) == (None, None, None, 0, 4)

    def test_a_later_reading_corrects_a_minute(self) -> None:
        corrected = cpu(at(31), CpuPoints((CpuPoint("SCMAPI", "i-1", at(5), 60.0),)))
        for state in (after(minutes(i_1={5: 10.0}), corrected), after(corrected, minutes(i_1={5: 10.0}))):
            assert cpu_now(state, "SCMAPI", at(7)).mean == 60.0


class TestCpuWindow:
    """A window is the mean of its minutes' means; a minute nobody reported is not in it."""

    def test_means_and_extremes(self) -> None:
        state = after(minutes(("i-1", "i-2"), i_1={0: 10.0, 1: 20.0, 5: 60.0}, i_2={0: 30.0, 5: 100.0}))
        found = cpu_window(state, "SCMAPI", at(0), at(6))
        assert (found.mean, found.low, found.high, found.max) == (40.0, 20.0, 80.0, 100.0)
        assert (found.reporting, found.expected, found.since) == (2, 2, at(0))

    def test_the_end_is_not_part_of_it(self) -> None:
        state = after(minutes(i_1={0: 10.0, 1: 20.0, 2: 90.0}))
        assert cpu_window(state, "SCMAPI", at(1), at(2)).mean == 20.0

    def test_says_since_when_it_knows(self) -> None:
        assert cpu_window(after(minutes(i_1={9: 10.0})), "SCMAPI", at(0), at(30)).since == at(9)

    def test_nothing_reported(self) -> None:
        found = cpu_window(after(minutes(FOUR, i_1={0: 10.0})), "SCMAPI", at(10), at(20))
        assert (found.mean, found.low, found.high, found.max, found.reporting) == (None, None, None, None, 0)

    def test_the_last_hour_stands_against_the_same_hour_of_the_day_before(self) -> None:
        day = 24 * 60
        points = dict.fromkeys(range(60), 300.0) | {minute - day: 200.0 for minute in range(30, 60)}
        found = traffic_figures(after(requests({**points, -1 - day: 9_999.0, 60 - day: 9_999.0})), at(0), at(60))
        assert (found.last_hour, found.yesterday) == (300.0, 200.0)
        assert traffic_figures(after(requests(points)), at(day), at(day + 60)).yesterday == 300.0
        found = traffic_figures(after(requests({0: 1.0})), at(0), at(60))
        assert (found.last_hour, found.yesterday) == (1.0, None)

    def test_history_leaves_gaps(self) -> None:
        state = after(minutes(i_1={0: 10.0, 2: 20.0}, i_2={2: 40.0}))
        start = minute_of(OPEN)
        assert cpu_history(state, "SCMAPI", at(0), at(5)) == {start: 10.0, start + 2: 30.0}


class TestTraffic:
    """Requests a minute, against as long a time before opening."""

    @pytest.mark.parametrize(("during", "change"), [(138.0, 0.38), (100.0, 0.0), (50.0, -0.5)])
    def test_change_is_against_the_same_length_before_opening(self, during: float, change: float) -> None:
        before = {-10: 90.0, -1: 110.0, -11: 9_999.0}
        found = traffic_figures(after(requests({**before, 0: during, 9: during, 10: 9_999.0})), at(0), at(10))
        assert (found.per_minute, found.baseline) == (during, 100.0)
        assert found.change == pytest.approx(change)

    def test_no_baseline_is_no_change(self) -> None:
        found = traffic_figures(after(requests({0: 100.0})), at(0), at(10))
        assert (found.per_minute, found.baseline, found.change) == (100.0, None, None)

    def test_a_baseline_of_nothing_cannot_be_risen_from(self) -> None:
        assert traffic_figures(after(requests({-1: 0.0, 0: 100.0})), at(0), at(10)).change is None

    def test_before_opening_there_is_nothing_to_compare(self) -> None:
        found = traffic_figures(after(requests({-61: 50.0, -30: 100.0})), at(-60), OPEN)
        assert (found.per_minute, found.change) == (100.0, None)

    def test_the_newest_minute_is_named(self) -> None:
        found = traffic_figures(after(requests({0: 1.0, 25: 7.0})), at(0), at(10))
        assert (found.newest, found.minute) == (7.0, at(25))

    def test_history_leaves_gaps(self) -> None:
        start = minute_of(OPEN)
        assert traffic_history(after(requests({0: 1.0, 3: 2.0})), at(0), at(10)) == {start: 1.0, start + 3: 2.0}

    def test_two_days_are_kept_and_no_more(self) -> None:
        state = after(requests({0: 1.0}), requests({60 * KEEP_HOURS: 2.0}))
        assert state.traffic.oldest == minute_of(OPEN)
        assert (
            after(requests({60 * KEEP_HOURS + 60: 3.0}), start=state).traffic.oldest
            == minute_of(OPEN) + 60 * KEEP_HOURS
        )


@pytest.mark.parametrize(
    ("now", "window", "expected"),
    [
        (at(90), None, (OPEN, at(90))),
        (at(90), 30 * MINUTE, (at(60), at(90))),
        (at(-5), None, (at(-65), at(-5))),
        (OPEN, None, (at(-60), OPEN)),
    ],
)
def test_a_report_speaks_of_the_time_since_opening(
    now: datetime, window: object, expected: tuple[datetime, datetime]
) -> None:
    assert report_window(empty(), now, window) == expected  # type: ignore[arg-type]


def test_services_that_nobody_planned_come_last() -> None:
    state = after(cpu(at(1), CpuPoints((CpuPoint("Surprise", "i-9", at(0), 1.0),))))
    assert services(state) == ("SCMAPI", "MWeb", "Surprise")
