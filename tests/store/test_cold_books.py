"""A book that lies on disk for the most part is believed, asked and changed like one in memory."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from store_makers import CAMPAIGN, CANCELLED, CONFIRMED, DELIVERED, PAID, after, at, empty, line, orders, told
from test_reduce_properties import check, histories, jumbled, lines, moments, readings, shuffles, steps

from evtui.domain.chain import Step, StepSeen, StepState
from evtui.domain.orders import OrderLine, OrderState
from evtui.domain.reading import ChainFacts, Lookup, Reading
from evtui.store.coding import GROUPS, LINES
from evtui.store.cold import Scratch, ShelfError
from evtui.store.delivery import overdue
from evtui.store.freeze import BITE, PATIENCE, Freezer, Room
from evtui.store.orders import OrderBook
from evtui.store.state import LaunchState
from evtui.store.store import Store
from evtui.store.tracked import Tracked, merge_steps, observe, with_steps

NO_ROOM = Room(lines=0, open=0, groups=0)
rooms = st.builds(Room, st.integers(0, 3), st.integers(0, 2), st.integers(0, 2))


class Drawer:
    """Bytes in a dict, for as long as nobody says that it is full or broken."""

    def __init__(self) -> None:
        self.held: dict[int, bytes] = {}
        self.taken = 0
        self.reads = 0
        self.full = self.broken = ""

    def put(self, data: bytes) -> int:
        if self.full:
            raise ShelfError(self.full)
        self.taken += 1
        self.held[self.taken] = data
        return self.taken

    def get(self, number: int) -> bytes:
        if self.broken:
            raise ShelfError(self.broken)
        self.reads += 1
        return self.held[number]

    def drop(self, number: int) -> None:
        del self.held[number]


def kept(history: Iterable[Reading], freezer: Freezer) -> LaunchState:
    """What a store with little room believes after these readings."""
    store = Store(CAMPAIGN, empty().specs.values(), freezer)
    for reading in history:
        store.apply(reading)
    return store.state


def flood(count: int, words: tuple[str, ...] = DELIVERED, start: int = 0) -> Reading:
    return orders(*(line(start + number, words) for number in range(count)), taken_at=at(300))


@given(histories, rooms, shuffles)
@settings(max_examples=60, deadline=None)
def test_the_same_is_believed_with_hardly_any_room(history: list[Reading], room: Room, random: Random) -> None:
    cold, hot = kept(history, Freezer(room, Drawer())), told(history, empty())
    assert cold == hot
    assert hot == cold
    assert kept(jumbled(history, random), Freezer(NO_ROOM, Drawer())) == cold
    check(cold)


@given(histories, st.lists(readings(), min_size=1, max_size=4))
@settings(max_examples=30, deadline=None)
def test_a_state_from_before_stays_readable(history: list[Reading], late: list[Reading]) -> None:
    store = Store(CAMPAIGN, empty().specs.values(), Freezer(NO_ROOM, Drawer()))
    states = []
    for reading in history + late:
        store.apply(reading)
        states.append(store.state)
    for number, state in enumerate(states, 1):
        assert state == told((history + late)[:number], empty())


@given(histories)
@settings(max_examples=20, deadline=None)
def test_books_that_differ_are_not_equal_on_disk_either(history: list[Reading]) -> None:
    cold = kept(history, Freezer(NO_ROOM, Drawer()))
    more = orders(line(7777))
    assert kept([*history, more], Freezer(NO_ROOM, Drawer())) != cold
    assert told([*history, more], empty()).orders.buckets != cold.orders.buckets


words = st.builds(observe, lines(2), moments, polled=st.booleans(), since=st.none() | moments)
known = st.builds(with_steps, words, st.lists(steps, max_size=3).map(lambda seen: merge_steps((), tuple(seen))))


@given(st.dictionaries(st.integers(0, 120), known, min_size=1, max_size=6))
@settings(max_examples=80, deadline=None)
def test_lines_come_back_as_they_were(some: dict[int, Tracked]) -> None:
    bucket = {
        each.line.ts_code: each
        for each in (replace(each, line=replace(each.line, ts_code=f"TS{number}")) for number, each in some.items())
    }
    assert LINES.decode(LINES.encode(bucket)) == bucket


@given(st.dictionaries(st.text(max_size=5), st.lists(st.text(max_size=5), max_size=3).map(tuple)))
def test_groups_come_back_as_they_were(bucket: dict[str, tuple[str, ...]]) -> None:
    assert GROUPS.decode(GROUPS.encode(bucket)) == bucket


def test_a_cold_bucket_is_equal_to_what_it_was_made_of() -> None:
    state = kept([flood(250)], Freezer(NO_ROOM, Drawer()))
    book = state.orders
    assert book.buckets.held == 0
    for key, cold in book.buckets.cold.items():
        plain = {f"{key}{number:02d}" for number in range(len(cold))}
        assert set(cold) == plain
        assert cold == {code: observe(line(int(code[-6:]), DELIVERED), at(300)) for code in plain}
    assert book.get("TS240125L000249") == observe(line(249, DELIVERED), at(300))
    assert book.get("TS240125L000250") is None
    assert [each.line.ts_code for each in book.group(line(7).tg_code)] == ["TS240125L000006", "TS240125L000007"]
    assert not book.group("TG240125L99999")


def test_memory_is_bounded_and_what_is_still_open_stays_in_it() -> None:
    room = Room(lines=500, open=20, groups=100)
    store = Store(CAMPAIGN, freezer=Freezer(room, Drawer()))
    for batch in range(40):
        store.apply(flood(200, DELIVERED, 250 * batch))
        store.apply(orders(*(line(250 * batch + 200 + number, CONFIRMED) for number in range(1)), taken_at=at(300)))
        held = store.state.orders.buckets
        assert held.held <= room.lines + 250
        assert held.kept_count == sum(map(len, held.kept.values())) <= room.open
        assert held.held == sum(map(len, held.hot.values()))
        assert store.state.orders.groups.held <= room.groups + 125
    assert store.state.orders.count == 40 * 201
    assert len(store.state.orders.open) == 40
    kept_open = [each for values in held.kept.values() for each in values.values()]
    assert kept_open
    assert all(each.is_open for each in kept_open)


def test_what_no_state_refers_to_any_more_is_dropped() -> None:
    drawer = Drawer()
    store = Store(CAMPAIGN, freezer=Freezer(NO_ROOM, drawer))
    store.apply(flood(300, PAID))
    before = store.state
    store.apply(flood(300, DELIVERED))
    book = store.state.orders
    while book.buckets.held:
        store.apply(flood(0))
        book = store.state.orders
    old = before.orders
    assert {each.state for each in old.lines()} == {observe(line(1, PAID), at(300)).state}
    assert len(drawer.held) > len(book.buckets.cold) + len(book.groups.cold)
    del before, old
    gc.collect()
    store.apply(flood(0))
    assert len(drawer.held) == len(store.state.orders.buckets.cold) + len(store.state.orders.groups.cold)


def test_a_full_disk_is_said_and_everything_goes_on_in_memory() -> None:
    drawer = Drawer()
    store = Store(CAMPAIGN, freezer=Freezer(Room(lines=100, open=0, groups=100), drawer))
    store.apply(flood(300))
    assert not store.trouble
    drawer.full = "database or disk is full"
    store.apply(flood(600, DELIVERED, 300))
    assert "database or disk is full" in store.trouble
    assert "stays in memory" in store.trouble
    assert store.state.orders.count == 900
    drawer.full = ""
    for _ in range(PATIENCE + 1):
        store.apply(flood(0))
    assert not store.trouble
    assert store.state == after(flood(300), flood(600, DELIVERED, 300), *[flood(0)] * PATIENCE, start=bare())


def bare() -> LaunchState:
    return LaunchState(CAMPAIGN)


def test_a_file_that_cannot_be_read_is_said() -> None:
    drawer = Drawer()
    store = Store(CAMPAIGN, freezer=Freezer(NO_ROOM, drawer))
    store.apply(flood(300))
    drawer.broken = "disk I/O error"
    assert store.state.orders.get("TS240125L000007") is None
    assert "disk I/O error" in store.trouble
    assert "missing" in store.trouble


def test_overdue_lines_that_cannot_be_read_are_named_all_the_same() -> None:
    drawer = Drawer()
    store = Store(CAMPAIGN, freezer=Freezer(NO_ROOM, drawer))
    store.apply(flood(3, CONFIRMED))
    drawer.broken = "disk I/O error"
    late = overdue(store.state, at(300))
    assert [each.tracked.line.ts_code for each in late] == [line(number).ts_code for number in range(3)]
    assert {each.tracked.state for each in late} == {OrderState.UNKNOWN}


def test_a_value_that_has_no_bytes_stays_in_memory() -> None:
    store = Store(CAMPAIGN, freezer=Freezer(NO_ROOM, Drawer()))
    huge = line(1, DELIVERED, quantity=2**70)
    store.apply(orders(huge))
    assert store.trouble
    assert store.state == after(orders(huge), start=bare())


def test_nothing_is_written_while_there_is_room() -> None:
    drawer = Drawer()
    store = Store(CAMPAIGN, freezer=Freezer(Room(lines=300, open=0, groups=300), drawer))
    store.apply(flood(300))
    assert not drawer.held
    store.apply(flood(1, DELIVERED, 300))
    assert 0 < len(drawer.held) <= BITE


def test_a_question_about_an_order_on_disk_reaches_its_steps() -> None:
    first = flood(300)
    asked = Reading("log", Lookup.TASK_LOG, at(301), facts_about(line(7)))
    later = orders(line(7, CANCELLED, updated_at=at(302)), taken_at=at(303))
    cold = kept([first, asked, later], Freezer(NO_ROOM, Drawer()))
    assert cold == told([later, asked, first], empty())
    found = cold.orders.get(line(7).ts_code)
    assert found is not None
    assert found.steps
    assert found.released_at == at(302)


def facts_about(about: OrderLine) -> ChainFacts:
    seen = StepSeen(Step.TASK, StepState.DONE, at(200), "task log")
    return ChainFacts(about.tg_code, ((about.ts_code, seen),))


@given(st.lists(st.tuples(st.integers(0, 5), st.binary(max_size=2000)), max_size=40))
@settings(max_examples=40, deadline=None)
def test_the_file_gives_back_what_was_put_and_uses_room_again(moves: list[tuple[int, bytes]]) -> None:
    file, held = Scratch(), dict[int, bytes]()
    for drop, data in moves:
        if drop == 0 and held:
            file.drop(held.popitem()[0])
        number = file.put(data)
        assert number not in held
        held[number] = data
        assert {number: file.get(number) for number in held} == held


def test_a_file_without_what_is_asked_for_says_so() -> None:
    file = Scratch()
    with pytest.raises(ShelfError):
        file.get(1)
    number = file.put(b"some")
    with pytest.raises(ShelfError):
        file.get(number + (9 << 20))


LIMITED = """
import resource, sys
sys.path.insert(0, sys.argv[1])
from store_makers import CAMPAIGN, DELIVERED, at, line, orders
from evtui.store.delivery import overdue
from evtui.store.freeze import Freezer, Room
from evtui.store.store import Store

store = Store(CAMPAIGN, freezer=Freezer(Room(lines=1000, open=0, groups=1000)))
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
for start in range(0, 60_000, 2_000):
    store.apply(orders(*(line(start + n, DELIVERED) for n in range(2_000)), taken_at=at(300)))
book = store.state.orders
assert book.buckets.cold, "something was written while there was room"
lost = [n for n in range(0, 60_000, 37) if book.get(f"TS240125L{n:06d}") is None]
print(book.count, len(lost), store.trouble)
"""


def test_a_real_file_without_room_loses_nothing() -> None:
    here = __file__.rpartition("/")[0]
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, here], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == ""
    assert done.stdout.startswith("60000 0 the temporary file cannot be written (")


def test_an_empty_book_has_nothing() -> None:
    book = OrderBook()
    assert book == OrderBook()
    assert list(book.lines()) == []
    assert book.get("TS240125L000001") is None
