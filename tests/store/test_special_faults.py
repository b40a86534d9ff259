"""Which errors the report must speak of."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from store_makers import CAMPAIGN, OPEN, SECOND, after, at, empty, error, errors

from evtui.domain.campaign import ErrorPolicy, IgnoreRule
from evtui.domain.faults import ErrorEntry, fault_key
from evtui.domain.reading import Reading
from evtui.store import faults
from evtui.store.faults import OTHER_SHAPE
from evtui.store.special import MIN_RISEN, FaultFigures, fault_figures

DAY = 24 * 60


def spread(count: int, start: float, minutes: float, first: int = 0) -> Reading:
    """`count` errors of one kind, evenly over `minutes` from `start`, in minutes after opening."""
    return errors(*(error(first + number, at(start + minutes * number / count)) for number in range(count)))


def only(*readings: Reading, minute: float = 60, ignore: tuple[IgnoreRule, ...] = ()) -> FaultFigures:
    """The figures of the only fault there is."""
    start = empty(replace(CAMPAIGN, errors=ErrorPolicy(ignore=ignore)))
    (figures,) = fault_figures(after(*readings, start=start), at(minute))
    return figures


def test_one_that_was_never_seen_before_opening_is_new() -> None:
    found = only(spread(1, 5, 1))
    assert (found.status, found.special, found.count, found.baseline, found.since_open) == ("new", True, 1, 0, 1)


def test_one_that_was_is_known() -> None:
    found = only(spread(1, -5, 1), spread(1, 5, 1, first=100))
    assert (found.status, found.special, found.count, found.baseline, found.since_open) == ("known", False, 2, 1, 1)


def test_what_lies_further_back_than_the_baseline_does_not_make_it_known() -> None:
    assert only(spread(1, -DAY - 1, 1), spread(1, 5, 1, first=100)).status == "new"


@pytest.mark.parametrize(("since", "status"), [(3, "known"), (MIN_RISEN, "risen")])
def test_a_rise_takes_a_few_errors(since: int, status: str) -> None:
    assert only(spread(1, -DAY, DAY), spread(since, 1, 50, first=100)).status == status


@pytest.mark.parametrize(("since", "status"), [(30, "known"), (31, "risen")])
def test_a_rise_is_beyond_the_factor(since: int, status: str) -> None:
    ten_an_hour = spread(240, -DAY, DAY)
    assert only(ten_an_hour, spread(since, 0, 59, first=1000), minute=59).status == status


@pytest.mark.parametrize(("count", "minute", "status"), [(40, 3 * DAY, "risen"), (39, 3 * DAY, "known")])
def test_a_storm_late_in_the_sale_does_not_drown_in_the_mean(count: int, minute: int, status: str) -> None:
    ten_an_hour = spread(240, -DAY, DAY)
    storm = spread(count, minute - 59, 59, first=1000)
    assert only(ten_an_hour, storm, minute=minute).status == status


def test_a_few_errors_are_no_storm() -> None:
    rare = spread(1, -DAY, DAY)
    assert only(rare, spread(9, 9 * DAY - 59, 59, first=10), minute=9 * DAY).status == "known"
    assert only(rare, spread(10, 9 * DAY - 59, 59, first=10), minute=9 * DAY).status == "risen"


def test_before_opening_nothing_is_special() -> None:
    found = only(spread(9, -5, 1), minute=-1)
    assert (found.status, found.since_open, found.in_window) == ("known", 0, 0)


@pytest.mark.parametrize(
    ("rule", "status"),
    [
        (IgnoreRule(message="*[late]*"), "ignored"),
        (IgnoreRule(message="it is [?ate]"), "ignored"),
        (IgnoreRule(type="System.TimeoutException", message="*"), "ignored"),
        (IgnoreRule(type="System.Timeout*", message="*"), "new"),
        (IgnoreRule(message="*[l]ate*"), "new"),
        (IgnoreRule(message="*[LATE]*"), "new"),
    ],
)
def test_what_is_to_be_ignored_is(rule: IgnoreRule, status: str) -> None:
    assert only(errors(error(1, at(1), message="it is [late]")), ignore=(rule,)).status == status


def test_an_error_heard_of_twice_counts_once() -> None:
    again = errors(error(1, at(1)), error(1, at(1)), error(2, at(1)))
    assert only(again, again).count == 2


def test_two_applications_may_use_one_id() -> None:
    state = after(errors(error(1, at(1)), error(1, at(1), application="Other")))
    assert [figures.count for figures in fault_figures(state, at(5))] == [1, 1]


def test_first_and_newest_do_not_depend_on_when_they_were_heard_of() -> None:
    found = only(errors(error(2, at(2))), errors(error(3, at(3)), error(1, at(1))))
    assert (found.fault.first.at, found.fault.newest.at) == (at(1), at(3))


def test_the_window_counts_from_its_start() -> None:
    state = after(spread(10, 0, 10))
    (found,) = fault_figures(state, at(20), start=at(5))
    assert (found.since_open, found.in_window) == (10, 5)


def test_special_ones_come_first_and_then_the_newest() -> None:
    known = [error(1, at(-9), type="Known"), error(2, at(9), type="Known")]
    new = [error(3, at(2), type="Older"), error(4, at(3), type="Newer")]
    found = fault_figures(after(errors(*known, *new)), at(10))
    assert [(figures.fault.key.type, figures.status) for figures in found] == [
        ("Newer", "new"),
        ("Older", "new"),
        ("Known", "known"),
    ]


def test_a_flood_of_new_texts_takes_no_more_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "MAX_FAULTS", 3)
    names = ("ant", "bee", "cat", "dog", "eel", "fox")
    flood: list[ErrorEntry] = [error(number, OPEN + number * SECOND, message=name) for number, name in enumerate(names)]
    state = after(errors(*flood))
    counts = {key.shape: fault.counts.total for key, fault in state.faults.faults.items()}
    assert counts == {"ant": 1, "bee": 1, "cat": 1, OTHER_SHAPE: 3}
    assert fault_key(flood[0]) in state.faults.faults
