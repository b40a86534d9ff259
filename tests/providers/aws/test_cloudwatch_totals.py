"""Requests of several load balancers: a sum only where it is known, and never a zero for an outage."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from evtui.providers.cloudwatch_traffic import LULL, totals

counts = st.dictionaries(st.integers(0, 60), st.integers(1, 9).map(float), max_size=40)


def busy(start: int, end: int, value: float = 5.0) -> dict[int, float]:
    return dict.fromkeys(range(start, end), value)


def test_a_minute_counts_when_every_balancer_told_of_it() -> None:
    assert totals([busy(0, 10), busy(0, 8, 2.0)], 100) == busy(0, 8, 7.0)


def test_a_lull_between_two_samples_is_no_requests() -> None:
    quiet = {0: 1.0, LULL + 1: 1.0}
    assert totals([busy(0, 20), quiet], 100) == {0: 6.0, **busy(1, LULL + 1), LULL + 1: 6.0}


def test_a_silence_longer_than_a_lull_is_a_gap() -> None:
    away = {0: 1.0, LULL + 2: 1.0}
    assert totals([busy(0, 20), away], 100) == {0: 6.0, LULL + 2: 6.0}


def test_a_sample_that_may_still_come_is_waited_for() -> None:
    assert totals([busy(0, 10), {7: 1.0, 9: 1.0}], 8) == {7: 6.0, 9: 6.0}
    assert totals([busy(0, 10), {7: 1.0, 9: 1.0}], 9) == {7: 6.0, 8: 5.0, 9: 6.0}


def test_a_minute_that_nobody_told_of_is_a_gap() -> None:
    assert totals([busy(0, 3) | busy(5, 8), busy(0, 3) | busy(5, 8)], 100) == busy(0, 3, 10.0) | busy(5, 8, 10.0)


def test_one_balancer_has_no_lulls() -> None:
    assert totals([{0: 1.0, 2: 3.0}], 100) == {0: 1.0, 2: 3.0}


def test_a_balancer_that_never_told_anything_leaves_no_sum() -> None:
    assert totals([busy(0, 10), {}], 100) == {}


@given(st.lists(counts, min_size=1, max_size=3), st.integers(0, 70))
def test_a_sum_is_never_less_than_what_was_told_and_never_made_of_nothing(
    told: list[dict[int, float]], settled: int
) -> None:
    for minute, total in totals(told, settled).items():
        assert total == sum(each.get(minute, 0.0) for each in told)
        assert total > 0
    everywhere = set.intersection(*({*each} for each in told))
    assert everywhere <= totals(told, settled).keys()
