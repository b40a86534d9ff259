"""What is asked for next: never the same twice, never less than is missing, whatever came late or not at all."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from evtui.providers.cloudwatch_spans import (
    BASIC,
    PART,
    POINTS,
    RECENT,
    RETENTION,
    SETTLE,
    Ask,
    Progress,
    Span,
    advance,
    every_five,
    joined,
    news,
    plan,
    within,
    without,
)

NOW = 30_000_000
WANTED = ((NOW - 2880, NOW),)

spans = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=6)


def minutes(found: tuple[Span, ...] | list[Span]) -> set[int]:
    return {minute for start, end in found for minute in range(start, end)}


@given(spans)
def test_joined_are_the_same_minutes_ascending_and_apart(some: list[Span]) -> None:
    found = joined(some)
    assert minutes(found) == minutes(some)
    assert all(before[1] < after[0] for before, after in pairwise(found))


@given(spans, spans)
def test_without_and_within_are_what_they_are_of_sets(some: list[Span], others: list[Span]) -> None:
    assert minutes(without(some, others)) == minutes(some) - minutes(others)
    assert minutes(within(some, 10, 20)) == minutes(some) & {*range(10, 20)}


class Source:
    """One series whose sample of each minute arrives some minutes late, or never, and calls that fail."""

    def __init__(self, late: list[int | None], step: int = 1) -> None:
        self.late = late
        self.progress = Progress(step=step)
        self.told: list[tuple[int, float]] = []
        self.first = True

    def arrival(self, minute: int) -> int | None:
        late = self.late[minute % len(self.late)]
        return None if late is None else minute + 1 + late

    def poll(self, now: int, *, fails: bool = False) -> list[Ask]:
        wanted = ((NOW - 300, now),)
        asks, _ = plan({"a": self.progress}, wanted, now, first=self.first)
        if fails:
            return asks
        self.first = False
        for ask in asks:
            came = {
                minute: float(minute)
                for minute in range(ask.start, ask.end)
                if (at := self.arrival(minute)) is not None and at <= now
            }
            self.told += news(self.progress, came).items()
            self.progress = advance(self.progress, (ask.start, ask.end), came, wanted, now)
        return asks


@given(
    late=st.lists(st.one_of(st.none(), st.integers(0, SETTLE - 1)), min_size=1, max_size=7),
    rounds=st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=1, max_size=25),
    gap=st.integers(0, 200),
)
def test_every_sample_is_told_once_however_late_it_was(
    late: list[int | None], rounds: list[tuple[int, bool]], gap: int
) -> None:
    source, now = Source(late), NOW
    for place, (passed, fails) in enumerate(rounds):
        now += passed + (gap if place == len(rounds) // 2 else 0)
        assert all(ask.end <= now for ask in source.poll(now, fails=fails))
    now += SETTLE
    source.poll(now)
    source.poll(now)
    expected = {minute for minute in range(NOW - 300, now) if (at := source.arrival(minute)) is not None and at <= now}
    assert len(source.told) == len({minute for minute, _ in source.told})
    # what lies further back than the last hours comes with the polls after, a part each
    assert {minute for minute, _ in source.told} == expected


@given(st.lists(st.integers(0, 1), min_size=1, max_size=8))
def test_any_split_of_a_delivery_leads_to_the_same_progress(cut: list[int]) -> None:
    points = {NOW - 40 + place: float(place) for place in range(35)}
    whole = advance(Progress(), (NOW - 40, NOW), points, WANTED, NOW)
    parts = Progress()
    for turn, keep in enumerate((*cut, *(1 - each for each in cut), 1)):
        some = {minute: value for minute, value in points.items() if minute % len(cut) == turn % len(cut) or keep}
        parts = advance(parts, None, some, WANTED, NOW)
    assert advance(parts, (NOW - 40, NOW), points, WANTED, NOW) == whole


def test_a_settled_minute_is_asked_for_no_more() -> None:
    after = advance(Progress(), (NOW - 2880, NOW), {}, WANTED, NOW)
    assert after.done == ((NOW - 2880, NOW - SETTLE),)
    asks, more = plan({"a": after}, WANTED, NOW, first=False)
    assert asks == [Ask(("a",), NOW - SETTLE, NOW)]
    assert not more


def test_minutes_that_are_held_are_asked_for_only_where_values_change() -> None:
    held = advance(Progress(), (NOW - 2880, NOW), dict.fromkeys(range(NOW - 20, NOW - 2), 1.0), WANTED, NOW)
    assert plan({"a": held}, WANTED, NOW, first=False)[0] == [Ask(("a",), NOW - 2, NOW)]
    assert plan({"a": held}, WANTED, NOW, first=False, revised=True)[0] == [Ask(("a",), NOW - SETTLE, NOW)]


def test_a_changed_value_is_news() -> None:
    held = Progress(held={NOW - 2: 1.0, NOW - 1: 2.0})
    assert news(held, {NOW - 2: 1.0, NOW - 1: 3.0}) == {NOW - 1: 3.0}


def test_the_past_comes_newest_first_a_day_at_a_time() -> None:
    once = advance(Progress(), (NOW - RECENT, NOW), {}, WANTED, NOW)
    asks, more = plan({"a": once}, WANTED, NOW, first=False)
    assert asks[1] == Ask(("a",), NOW - RECENT - PART, NOW - RECENT)
    assert more


def test_five_hundred_series_of_the_past_stay_under_what_one_answer_may_hold() -> None:
    series = {f"i-{number}": advance(Progress(), (NOW - RECENT, NOW), {}, WANTED, NOW) for number in range(500)}
    asks, more = plan(series, WANTED, NOW, first=False)
    assert len(asks) == 2
    assert all(len(ask.keys) * (ask.end - ask.start) <= POINTS for ask in asks)
    assert more


def test_a_silent_series_costs_no_question_of_its_own() -> None:
    heard = advance(Progress(), (NOW - 2880, NOW), dict.fromkeys(range(NOW - 20, NOW), 1.0), WANTED, NOW)
    silent = advance(Progress(), (NOW - 2880, NOW), {}, WANTED, NOW)
    asks, _ = plan({"a": heard, "b": silent}, ((NOW - 2880, NOW + 1),), NOW + 1, first=False)
    assert asks == [Ask(("a", "b"), NOW - SETTLE, NOW + 1)]


def test_minutes_older_than_they_are_kept_are_asked_for_in_fives() -> None:
    opening = NOW - RETENTION - 2000
    wanted = ((opening, opening + PART), (NOW - 2880, NOW))
    told = advance(Progress(), (NOW - 2880, NOW), {}, wanted, NOW)
    asks, more = plan({"a": told}, wanted, NOW, first=False)
    assert asks[1].step == BASIC
    assert asks[1].end == opening + PART
    assert not more


def test_samples_five_minutes_apart_are_basic_monitoring() -> None:
    assert every_five([3, 8, 13, 18]) is True
    assert every_five([3, 8, 13, 14]) is False
    assert every_five([3, 8]) is None
