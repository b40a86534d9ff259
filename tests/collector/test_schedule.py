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
    MAX_PROBE_S,
    MAX_RETRY_AFTER_S,
    MIN_WALL_S,
    REST_S,
    asked_for,
    deadline,
    left_alone,
    rest_after,
    until_turn,
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


@given(cadences, failures, st.sampled_from([FailureKind.DOWN, FailureKind.DATA]), chances)
def test_after_failures_it_is_asked_no_more_often_and_yet_again(
    cadence: float, count: int, kind: FailureKind, chance: float
) -> None:
    wait = wait_after(cadence, count, kind, chance)
    longest = MAX_PROBE_S if left_alone(count, kind) else MAX_BACKOFF_S
    assert cadence * DOWN <= wait <= max(cadence, longest) * UP


@given(cadences, failures, st.sampled_from([FailureKind.DOWN, FailureKind.DATA]), chances)
def test_more_failures_never_make_it_sooner(cadence: float, count: int, kind: FailureKind, chance: float) -> None:
    assert wait_after(cadence, count, kind, chance) <= wait_after(cadence, count + 1, kind, chance)


@given(cadences, failures, chances)
def test_a_refused_login_is_tried_at_its_own_pace(cadence: float, count: int, chance: float) -> None:
    assert AUTH_RETRY_S * DOWN <= wait_after(cadence, count, FailureKind.AUTH, chance) <= AUTH_RETRY_S * UP
    assert not left_alone(count, FailureKind.AUTH)


@given(st.one_of(st.none(), st.floats(-10, 1e9)))
def test_a_source_gets_the_rest_it_asked_for_but_not_for_ever(retry_after: float | None) -> None:
    rest = asked_for(retry_after)
    assert 0 <= rest <= MAX_RETRY_AFTER_S
    assert retry_after is None or rest >= min(retry_after, MAX_RETRY_AFTER_S)


@given(cadences, st.one_of(st.none(), st.floats(0, 1e6)), chances)
def test_a_pace_does_not_outlast_its_phase(wait: float, turn: float | None, chance: float) -> None:
    cut = until_turn(wait, turn, chance)
    assert cut <= wait
    assert turn is None or cut == wait or turn <= cut <= turn + MIN_WALL_S


@given(cadences, st.integers(0, 20), kinds, chances, chances)
def test_chance_only_spreads(cadence: float, count: int, kind: FailureKind, one: float, other: float) -> None:
    low, high = (wait_after(cadence, count, kind, chance) for chance in sorted((one, other)))
    assert low <= high <= low * UP / DOWN * (1 + 1e-9)


@pytest.mark.parametrize(
    ("count", "seconds"), [(0, 5), (1, 5), (2, 10), (3, 20), (4, 40), (5, 80), (7, 300), (500, 300)]
)
def test_the_wait_doubles_up_to_five_minutes(count: int, seconds: float) -> None:
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
