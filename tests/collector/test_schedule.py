"""When a source is asked next."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.collector.schedule import (
    AUTH_RETRY_S,
    JITTER,
    MAX_BACKOFF_S,
    MAX_DEADLINE_S,
    MIN_WALL_S,
    REST_S,
    deadline,
    rest_after,
    wait_after,
    wall_cadence,
)
from evtui.domain.reading import FailureKind

cadences = st.floats(MIN_WALL_S, 3600)
chances = st.floats(0, 1, exclude_max=True)
failures = st.integers(1, 10_000)
kinds = st.sampled_from(FailureKind)
UP, DOWN = 1 + JITTER / 2, 1 - JITTER / 2


@given(cadences)
def test_a_deadline_is_shorter_than_the_cadence_and_bounded(cadence: float) -> None:
    assert 0 < deadline(cadence) < cadence
    assert deadline(cadence) <= MAX_DEADLINE_S


@given(cadences, cadences)
def test_a_rarer_poll_has_no_shorter_deadline(one: float, other: float) -> None:
    assert deadline(min(one, other)) <= deadline(max(one, other))


@given(cadences, chances)
def test_after_an_answer_the_cadence_holds(cadence: float, chance: float) -> None:
    assert cadence * DOWN <= wait_after(cadence, 0, None, chance) <= cadence * UP


@given(cadences, failures, kinds, chances)
def test_after_failures_it_is_asked_no_more_often_and_yet_again(
    cadence: float, count: int, kind: FailureKind, chance: float
) -> None:
    wait = wait_after(cadence, count, kind, chance)
    assert cadence * DOWN <= wait <= max(cadence, MAX_BACKOFF_S) * UP


@given(cadences, failures, st.sampled_from([FailureKind.DOWN, FailureKind.DATA]), chances)
def test_more_failures_never_make_it_sooner(cadence: float, count: int, kind: FailureKind, chance: float) -> None:
    assert wait_after(cadence, count, kind, chance) <= wait_after(cadence, count + 1, kind, chance)


@given(cadences, failures, chances)
def test_a_refused_login_is_tried_at_its_own_pace(cadence: float, count: int, chance: float) -> None:
    base = max(AUTH_RETRY_S, cadence)
    assert base * DOWN <= wait_after(cadence, count, FailureKind.AUTH, chance) <= base * UP


@given(cadences, st.integers(0, 20), kinds, chances, chances)
def test_chance_only_spreads(cadence: float, count: int, kind: FailureKind, one: float, other: float) -> None:
    low, high = (wait_after(cadence, count, kind, chance) for chance in sorted((one, other)))
    assert low <= high <= low * UP / DOWN * (1 + 1e-9)


@pytest.mark.parametrize(("count", "seconds"), [(0, 5), (1, 5), (2, 10), (3, 20), (4, 40), (5, 60), (500, 60)])
def test_the_wait_doubles_up_to_a_minute(count: int, seconds: float) -> None:
    assert wait_after(5, count, FailureKind.DOWN if count else None, 0.5) == seconds


@pytest.mark.parametrize(
    ("every", "speed", "seconds"), [(5, 1, 5), (60, 20, 3), (5, 60, MIN_WALL_S), (5, 0, 5), (0.1, 0, 1)]
)
def test_launch_seconds_become_wall_seconds(every: float, speed: float, seconds: float) -> None:
    assert wall_cadence(every, speed) == seconds


@given(st.floats(0, 100))
def test_between_two_parts_everybody_else_gets_as_long_but_no_longer_than_keys_need(took: float) -> None:
    rest = rest_after(took) - took
    assert 0 <= rest <= REST_S * (1 + 1e-9)
    assert took > REST_S or rest == took
