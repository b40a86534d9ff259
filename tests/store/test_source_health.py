"""The five states of a source, which never look alike."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import permutations

import pytest
from msgspec.structs import replace
from store_makers import CAMPAIGN, OPEN, SECOND, after, at, empty, failed, line, orders

from evtui.domain.reading import Coverage, CpuPoints, Failure, FailureKind, Lookup, Reading, Topic
from evtui.domain.trip import Trip
from evtui.store.drift import orders_known_until
from evtui.store.state import LaunchState, SourceState, health, healths, topics
from evtui.store.store import Store

TINY = timedelta(microseconds=1)


def state_of(state: LaunchState, now: datetime) -> SourceState:
    return health(state, Topic.ORDERS, now).state


def test_without_a_source_nothing_is_known() -> None:
    found = health(LaunchState(CAMPAIGN), Topic.ORDERS, at(1))
    assert (found.state, found.why, found.usable) == (SourceState.UNKNOWN, "no source is configured", False)


def test_nor_before_its_first_answer() -> None:
    found = health(empty(), Topic.ORDERS, at(1))
    assert (found.state, found.fact_age, found.read_age) == (SourceState.UNKNOWN, None, None)


def test_an_answer_makes_it_ok_and_gives_it_ages() -> None:
    reading = replace(orders(taken_at=at(1)), fact_time=at(1) - 2 * SECOND, coverage=Coverage(3, 4, "one is away"))
    found = health(after(reading), Topic.ORDERS, at(1, 3))
    assert (found.state, found.usable) == (SourceState.OK, True)
    assert (found.fact_age, found.read_age) == (5 * SECOND, 3 * SECOND)
    assert found.coverage == Coverage(3, 4, "one is away")


@pytest.mark.parametrize("delay", [timedelta(), 180 * SECOND])
@pytest.mark.parametrize(
    ("past", "state"), [(-TINY, SourceState.OK), (timedelta(), SourceState.OK), (TINY, SourceState.STALE)]
)
def test_stale_is_past_two_polls_and_the_usual_delay(delay: timedelta, past: timedelta, state: SourceState) -> None:
    told = replace(orders(taken_at=at(9)), fact_time=at(5))
    assert state_of(after(told, start=empty(delay=delay)), at(5) + 10 * SECOND + delay + past) is state


def test_without_a_fact_the_answer_itself_grows_stale() -> None:
    told = after(orders(taken_at=at(5)))
    assert state_of(told, at(5, 10)) is SourceState.OK
    assert state_of(told, at(5, 11)) is SourceState.STALE


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (FailureKind.AUTH, SourceState.AUTH),
        (FailureKind.DOWN, SourceState.DOWN),
        (FailureKind.DATA, SourceState.DOWN),
    ],
)
def test_a_failure_says_whether_a_person_has_to_log_in(kind: FailureKind, state: SourceState) -> None:
    failure = Failure(kind, "refused", "aws sso login")
    told = after(orders(taken_at=at(1)), Reading("x", Topic.ORDERS, at(2), failure))
    found = health(told, Topic.ORDERS, at(2))
    assert (found.state, found.why, found.remedy, found.usable) == (state, "refused", "aws sso login", False)
    assert found.read_age == 60 * SECOND


def test_an_answer_ends_it_whichever_is_heard_of_first() -> None:
    failure, answer = failed(Topic.ORDERS, at(1)), orders(taken_at=at(2))
    assert state_of(after(failure, answer), at(2)) is SourceState.OK
    assert state_of(after(answer, failure), at(2)) is SourceState.OK
    assert state_of(after(answer, failed(Topic.ORDERS, at(3))), at(3)) is SourceState.DOWN


def test_an_answer_after_its_deadline_outdoes_the_failure_to_come_in_time() -> None:
    assert state_of(after(failed(Topic.ORDERS, at(1)), orders(taken_at=at(1))), at(1)) is SourceState.OK


def test_a_refusal_says_more_than_a_missed_deadline_of_the_same_question() -> None:
    late = failed(Topic.ORDERS, at(1), FailureKind.DOWN, "no answer within 4 s")
    refusal = failed(Topic.ORDERS, at(1), FailureKind.AUTH)
    assert state_of(after(late, refusal), at(1)) is state_of(after(refusal, late), at(1)) is SourceState.AUTH


@pytest.mark.parametrize("why", ["aaa: slow down", "zzz: slow down"])
def test_what_a_source_said_late_stands_for_the_words_that_filled_its_place(why: str) -> None:
    stopgap, landed = (failed(Topic.ORDERS, at(1), why=each) for each in ("no answer within 4 s", why))
    told = (replace(stopgap, trip=Trip(4.0)), replace(landed, trip=Trip(6.5)))
    for order in permutations(told):
        assert health(after(*order), Topic.ORDERS, at(2)).why == why


def test_a_source_whose_facts_lie_apart_is_not_stale_between_them() -> None:
    minute = timedelta(minutes=1)
    reading = replace(orders(taken_at=at(1)), fact_time=at(1), coverage=Coverage(apart=5 * minute))
    assert state_of(after(reading), at(1) + 10 * minute) is SourceState.OK
    assert state_of(after(reading), at(1) + 10 * minute + TINY) is SourceState.STALE


def test_one_source_is_not_another() -> None:
    told = after(orders(taken_at=at(1)), failed(Topic.STOCK, at(1)))
    assert state_of(told, at(1)) is SourceState.OK
    assert health(told, Topic.STOCK, at(1)).state is SourceState.DOWN


def test_a_look_up_that_fails_says_nothing_of_the_polls() -> None:
    told = after(Reading("x", Lookup.ORDER_STATUS, at(1), Failure(FailureKind.DOWN, "gone")))
    assert told.sources == {}


def test_a_clock_set_back_gives_no_negative_ages() -> None:
    found = health(after(orders(taken_at=at(5))), Topic.ORDERS, at(4))
    assert (found.state, found.read_age) == (SourceState.OK, timedelta())


def test_the_store_tells_its_listeners_once_the_state_is_new() -> None:
    store = Store(CAMPAIGN)
    heard: list[tuple[Reading, int]] = []
    store.listen(lambda reading: heard.append((reading, store.state.orders.count)))
    before = store.state
    reading = orders(line(1))
    store.apply(reading)
    assert heard == [(reading, 1)]
    assert (before.orders.count, store.state.orders.count) == (0, 1)


def test_a_past_told_in_parts_at_one_moment_is_whole_in_the_end() -> None:
    parts = [Reading("sql", Topic.CPU, OPEN, CpuPoints(()), coverage=Coverage(more=more)) for more in (True, False)]
    for readings in (parts, parts[::-1]):
        assert not after(*readings).sources[Topic.CPU].coverage.more


def part(moment: datetime, *, more: bool) -> Reading:
    """An answer of the orders' source that leaves something for the next one, or nothing."""
    return replace(orders(taken_at=moment), fact_time=moment, coverage=Coverage(more=more))


def test_a_round_told_in_parts_lacks_nothing_while_the_round_before_it_was_whole() -> None:
    readings = [part(at(1), more=False), part(at(1, 5), more=True), part(at(1, 5.1), more=True)]
    for told_in in permutations(readings):
        state = after(*told_in)
        assert not health(state, Topic.ORDERS, at(1, 6)).coverage.more
        known = orders_known_until(state)
        assert known is not None
        assert at(1) <= known < at(1, 5)
    known = orders_known_until(after(*readings, part(at(1, 5.2), more=False)))
    assert known is not None
    assert known >= at(1, 5.2)


@pytest.mark.parametrize("before", [(), (part(at(1), more=False),)])
def test_a_past_that_takes_longer_than_a_round_is_partial_until_it_is_told(before: tuple[Reading, ...]) -> None:
    state = after(*before, part(at(5), more=True))
    assert health(state, Topic.ORDERS, at(5)).coverage.more
    assert (orders_known_until(state) is None) == (not before)
    assert not health(after(part(at(5, 1), more=False), start=state), Topic.ORDERS, at(5, 2)).coverage.more


@pytest.mark.parametrize("topic", [Topic.TARGETS, Topic.CHARTS])
def test_topics_that_many_launches_do_without_are_spoken_of_where_they_are(topic: Topic) -> None:
    usual = tuple(each for each in Topic if each not in (Topic.TARGETS, Topic.CHARTS))
    nothing = LaunchState(CAMPAIGN)
    assert topics(nothing) == usual
    configured = replace(nothing, specs={topic: empty().specs[topic]})
    assert topics(configured) == (*usual, topic)
    # as a journal of somebody else's campaign file may hold it
    assert tuple(healths(after(failed(topic, OPEN), start=nothing), OPEN)) == (*usual, topic)
