"""The history is every line that has a place in the feed, sorted, however the book lies: in memory, on disk or both."""

from __future__ import annotations

from collections.abc import Callable
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st
from store_makers import CAMPAIGN, CANCELLED, DELIVERED, PAID, after, at, empty, line, orders
from test_cold_books import NO_ROOM, Drawer
from test_reduce_properties import histories

from evtui.domain.orders import OrderLine
from evtui.domain.reading import Lookup, Reading
from evtui.store import cold
from evtui.store.freeze import Freezer, Room
from evtui.store.history import length, newer, older, position, scan
from evtui.store.orders import oddity
from evtui.store.places import Place, Places, move
from evtui.store.state import LaunchState
from evtui.store.store import Store
from evtui.store.tracked import Tracked

RANGES = ("TS240125L{:06d}", "TS240125M{:06d}", "MS240125L{:06d}", "TS240125L{:05d}", "XS{:06d}C-16")


@st.composite
def sold(draw: st.DrawFn) -> OrderLine:
    """A line of one of several ranges of codes, made a few minutes from when its number says; some are of elsewhere."""
    number = draw(st.integers(0, 400))
    made = at(seconds=number + draw(st.sampled_from([0, 0, 0, -200, 150, 31.5])))
    return line(
        number,
        draw(st.sampled_from([PAID, DELIVERED, CANCELLED])),
        ts_code=draw(st.sampled_from(RANGES)).format(number),
        created_at=made,
        shop_id=draw(st.sampled_from([28, 28, 28, 29])),
    )


polls = st.builds(
    lambda sold, asked, second: orders(
        *sold, taken_at=at(60, second), **({"topic": Lookup.ORDER_STATUS} if asked else {})
    ),
    st.lists(sold(), min_size=1, max_size=12),
    st.sampled_from([False, False, True]),
    st.integers(0, 3),
)
rooms = st.builds(Room, st.sampled_from([0, 3, 20, 10_000]), st.integers(0, 3), st.integers(0, 3))


def believed(history: list[Reading], room: Room, drawer: Drawer | None = None) -> LaunchState:
    store = Store(CAMPAIGN, empty().specs.values(), Freezer(room, drawer or Drawer()))
    for reading in history:
        store.apply(reading)
    return store.state


def place_of(tracked: Tracked) -> Place:
    return (tracked.line.created_at.timestamp(), tracked.line.ts_code)


def whole(state: LaunchState) -> list[Tracked]:
    """The history the slow way."""
    listed = [each for each in state.orders.lines() if each.polled or not oddity(each, CAMPAIGN)]
    return sorted(listed, key=place_of, reverse=True)


@given(st.lists(polls, max_size=12), rooms, st.integers(1, 7), st.data())
@settings(max_examples=80, deadline=None)
def test_history_is_every_line_sorted(history: list[Reading], room: Room, page: int, data: st.DataObject) -> None:
    state = believed(history, room)
    known = whole(state)
    assert length(state) == len(known)
    assert list(older(state, None, 1000)) == known
    assert [place_of(each) for each in known][: len(state.orders.recent)] == list(state.orders.recent)[::-1]
    anywhere = st.tuples(st.integers(-200, 600).map(lambda second: at(seconds=second).timestamp()), st.just("TS"))
    here = data.draw(st.sampled_from([place_of(each) for each in known]) | anywhere if known else anywhere)
    above = [each for each in known if place_of(each) > here]
    below = [each for each in known if place_of(each) < here]
    assert list(older(state, here, page)) == below[:page]
    assert list(newer(state, here, page)) == above[-page:]
    assert position(state, here) == len(above)


@given(histories, rooms)
@settings(max_examples=40, deadline=None)
def test_it_is_so_where_sources_disagree_about_everything(history: list[Reading], room: Room) -> None:
    state = believed(history, room)
    known = whole(state)
    assert list(older(state, None, 100)) == known
    assert length(state) == len(known)
    for row, each in enumerate(known):
        assert position(state, place_of(each)) == row
        assert list(newer(state, place_of(each), 2)) == known[max(row - 2, 0) : row]


@given(st.lists(polls, max_size=8), rooms, st.integers(1, 9))
@settings(max_examples=40, deadline=None)
def test_a_filter_goes_on_where_it_stopped(history: list[Reading], room: Room, budget: int) -> None:
    state = believed(history, room)
    known, wanted = whole(state), is_paid
    found: list[Tracked] = []
    rest, slices, looked_at = None, 0, 0
    while slices == 0 or rest is not None:
        scanned = scan(state, rest, wanted, budget)
        found += scanned.found
        rest, slices, looked_at = scanned.rest, slices + 1, looked_at + scanned.looked_at
        assert scanned.looked_at <= budget
    assert found == [each for each in known if wanted(each)]
    assert looked_at == len(known)
    assert slices == len(known) // budget + 1


def is_paid(tracked: Tracked) -> bool:
    return tracked.is_paid


def reads(ask: Callable[[], object], drawer: Drawer) -> int:
    before = drawer.reads
    with patch.object(cold, "CACHED_BUCKETS", 0):
        ask()
    return drawer.reads - before


def test_a_page_reads_no_bucket_twice_and_none_that_it_does_not_show() -> None:
    drawer = Drawer()
    lines = [line(number, DELIVERED) for number in range(5_000)]
    others = [line(number, DELIVERED, ts_code=f"TS240125M{number:06d}") for number in range(5_000)]
    state = believed([orders(*lines, *others, taken_at=at(200)), *[orders()] * 20], NO_ROOM, drawer)
    assert not state.orders.buckets.held
    middle = (at(seconds=2_550).timestamp(), "")
    assert reads(lambda: older(state, middle, 40), drawer) == 2
    assert reads(lambda: newer(state, middle, 40), drawer) == 2
    assert reads(lambda: position(state, middle), drawer) == 2
    assert reads(lambda: older(state, None, 400), drawer) <= 6
    assert reads(lambda: length(state), drawer) == 0
    assert position(state, middle) == 2 * (5_000 - 2_550)


def test_only_what_a_question_brought_up_and_does_not_count_is_left_out() -> None:
    asked = orders(line(1, shop_id=29), line(2), topic=Lookup.ORDER_STATUS)
    state = after(asked, orders(line(3, shop_id=29)))
    assert [each.line.ts_code for each in older(state, None, 9)] == [line(3).ts_code, line(2).ts_code]
    assert (length(state), position(state, place_of(newer(state, (0.0, ""), 1)[0]))) == (2, 1)


def test_a_search_for_what_was_pushed_out_reads_the_disk() -> None:
    lines = [line(number, PAID) for number in range(3_000)]
    moved = [line(number, PAID, created_at=at(seconds=-number)) for number in range(2_900, 3_000)]
    state = believed([orders(*lines, taken_at=at(200)), orders(*moved, taken_at=at(201))], NO_ROOM)
    codes = [code for _, code in state.orders.recent]
    assert codes == [line(number).ts_code for number in range(900, 2_900)]
    assert state.orders.first_odd == place_of(older(state, None, 3_000)[-1])


pairs = st.tuples(st.integers(0, 40).map(float), st.sampled_from("abcdefgh"))


@given(st.lists(st.lists(st.tuples(pairs | st.none(), pairs | st.none()), max_size=30), max_size=6))
@settings(max_examples=60, deadline=None)
def test_places_are_a_sorted_list(batches: list[list[tuple[Place | None, Place | None]]]) -> None:
    places, plain = Places(), set[Place]()
    for batch in batches:
        moves: dict[Place, int] = {}
        for leaves, takes in batch:
            gone = leaves if leaves in plain else None
            new = takes if takes is not None and (takes not in plain or takes == gone) else None
            move(moves, gone, new)
            plain -= {gone} if gone else set()
            plain |= {new} if new else set()
        with patch("evtui.store.places._PIECE", 4):
            places = places.moved(moves)
        known = sorted(plain)
        assert list(places) == known
        assert len(places) == len(known)
        assert [places[index] for index in range(-len(known), len(known))] == known + known
        assert places[2:-1] == tuple(known[2:-1])
        assert places == Places((tuple(known),) if known else ())
        assert [places.before(time) for time in range(42)] == [sum(at < time for at, _ in known) for time in range(42)]


def test_places_that_differ_are_not_equal() -> None:
    assert Places((((1.0, "a"), (2.0, "b")),)) != Places((((1.0, "a"), (2.0, "c")),))
    assert Places((((1.0, "a"),),)) != Places()
