"""The selection in the feed, moved by anybody any way, over any book: it is a row of the feed and on the page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from desk_launch import CONFIRMED, DELIVERED, MINUTE, NOW, OPENS, TRANSFERRED
from feed_reader import Launch, Reader, codes, place_of, polls, rooms, sold, told
from hypothesis import given, settings
from hypothesis import strategies as st

from evtui.domain.orders import OrderLine
from evtui.store.freeze import Room
from evtui.tui.desk import Desk
from evtui.tui.feed import Cursor, at_time
from evtui.tui.paint.orders import note

FILTERS = ("", "", "status:waiting", "product:1", "-cancelled", "nothing has this")
sizes = st.integers(1, 24)
steps = st.integers(-30, 30)


@st.composite
def readers(draw: st.DrawFn, filters: tuple[str, ...] = FILTERS) -> Reader:
    launch = told(Launch(draw(rooms)), draw(st.lists(polls, max_size=5)))
    launch.now += draw(st.integers(0, 40)) * MINUTE
    return Reader(launch, draw(sizes), draw(st.sampled_from(filters)), overdue_only=draw(st.booleans()))


@given(readers(), st.lists(steps, max_size=12))
@settings(max_examples=150, deadline=None)
def test_any_steps_keep_the_selection_a_row_and_on_the_page(reader: Reader, moves: list[int]) -> None:
    reader.check()
    reader.move(0)
    reader.check()
    row = reader.sequence().index(reader.chosen) if reader.chosen else 0
    assert row == 0 or reader.rows == 1  # what is overdue is all that the smallest pane shows
    for by in moves:
        order = reader.sequence()
        reader.move(by)
        reader.check()
        row = max(0, min(row + by, len(order) - 1))
        assert reader.chosen == (order[row] if order else "")


@given(readers(), st.integers(0, 40), st.integers(1, 30))
@settings(max_examples=80, deadline=None)
def test_down_and_up_again_is_where_one_was(reader: Reader, start: int, by: int) -> None:
    reader.move(0)
    reader.move(start)
    before, order = reader.chosen, reader.sequence()
    if before and order.index(before) + by < len(order):
        for _ in range(by):
            reader.move(1)
        assert reader.chosen == order[order.index(before) + by]
        for _ in range(by):
            reader.move(-1)
        assert reader.chosen == before


@given(readers(("",)), st.integers(0, 60), st.lists(polls, min_size=1, max_size=4), st.integers(0, 90))
@settings(max_examples=100, deadline=None)
def test_what_comes_meanwhile_moves_neither_the_selection_nor_the_pinned(
    reader: Reader, start: int, news: list[list[OrderLine]], minutes: int
) -> None:
    reader.overdue_only = False
    reader.move(0)
    reader.move(start)
    chosen, pinned = reader.chosen, codes(reader.page.pinned)
    if not chosen:  # nothing was sold yet: there is nothing to hold still
        return
    for each in news:
        reader.launch.tell(each)
        reader.check()
        assert (reader.chosen, codes(reader.page.pinned)) == (chosen, pinned)
    reader.launch.now += minutes * MINUTE
    reader.check()
    assert reader.chosen == chosen
    order = reader.sequence()
    reader.move(1)
    assert reader.chosen == order[min(order.index(chosen) + 1, len(order) - 1)]


@given(readers(), st.integers(0, 60), st.lists(sizes, min_size=1, max_size=4))
@settings(max_examples=100, deadline=None)
def test_a_smaller_or_larger_pane_shows_the_same_selection(reader: Reader, start: int, others: list[int]) -> None:
    reader.move(0)
    reader.move(start)
    chosen = reader.chosen
    for rows in others:
        reader.rows = rows
        reader.check()
        assert reader.chosen == chosen


@given(readers(), st.integers(0, 60), polls)
@settings(max_examples=60, deadline=None)
def test_the_row_number_is_exact(reader: Reader, start: int, news: list[OrderLine]) -> None:
    reader.move(0)
    reader.move(start)
    reader.launch.tell(news)
    reader.search_to_the_end()
    shown, held = reader.page, reader.held
    desk = Desk("orders", cursor=reader.cursor, found=reader.found, overdue_only=reader.overdue_only)
    words = note(reader.view, desk, held, shown)
    everything = codes(held.first(10_000))
    if reader.cursor.following or not shown.lines or shown.selected < len(shown.pinned):
        assert " of " not in words
        return
    row = everything.index(reader.chosen)
    assert held.row(shown.lines[shown.selected]) == row
    assert (f"{row + 1:,} of {len(everything):,}" in words) == (row >= len(shown.flow))
    if not reader.narrowed:
        anchor = reader.cursor.anchor
        assert anchor is not None
        known = [each for each in reader.launch.whole() if _stands(each) <= anchor]
        assert codes(known) == everything


def _stands(tracked: object) -> tuple[float, str]:
    made, code = place_of(tracked)  # type: ignore[arg-type]
    return made.timestamp(), code


@given(st.lists(polls, max_size=4), rooms, st.integers(-200, 20_000))
@settings(max_examples=60, deadline=None)
def test_the_line_at_a_time_is_the_newest_made_by_then(
    answers: list[list[OrderLine]], room: Room, seconds: int
) -> None:
    launch = told(Launch(room), answers)
    moment = OPENS + timedelta(seconds=seconds)
    known = launch.whole()
    by_then = [each for each in known if each.line.created_at <= moment]
    expected = by_then[0] if by_then else known[-1] if known else None
    assert at_time(launch.state, moment) == expected


# --- what a filter leaves, while the answer to it changes -------------------------------------------------------------


def waiting(count: int) -> Launch:
    launch = Launch()
    launch.tell(sold(serial, TRANSFERRED) for serial in range(count))
    return launch


@pytest.mark.parametrize(("filter", "overdue_only"), [("status:waiting", False), ("", True)])
def test_a_selected_line_that_leaves_the_filter_costs_one_row_and_not_the_place(
    filter: str, overdue_only: bool
) -> None:
    launch = waiting(80)
    launch.now += timedelta(hours=9)
    for back in (0, 3, 7, 12):
        reader = Reader(launch, 8, filter, overdue_only=overdue_only)
        reader.move(0)
        reader.move(40)
        reader.move(-back)
        before = codes(reader.page.lines)
        gone, row = reader.chosen, reader.page.selected
        launch.tell([sold(int(gone[-6:]), DELIVERED)])
        after = codes(reader.page.lines)
        assert gone not in after
        assert len(set(before) & set(after)) == 7
        # the next one stands where it stood, and that is where one goes on
        order = reader.sequence()
        assert abs(reader.page.selected - row) <= 1
        chosen = reader.chosen
        reader.move(1)
        assert reader.chosen == order[order.index(chosen) + 1]
        launch.tell([sold(int(gone[-6:]), TRANSFERRED)])


@pytest.mark.parametrize(("filter", "overdue_only"), [("status:waiting", False), ("", True)])
def test_the_first_row_of_the_page_may_leave_too(filter: str, overdue_only: bool) -> None:
    launch = waiting(80)
    launch.now += timedelta(hours=9)
    reader = Reader(launch, 8, filter, overdue_only=overdue_only)
    reader.move(0)
    reader.move(40)
    before, chosen = codes(reader.page.lines), reader.chosen
    launch.tell([sold(int(before[0][-6:]), DELIVERED)])
    assert reader.chosen == chosen
    assert len(set(before) & set(codes(reader.page.lines))) == 7


@given(
    st.booleans(),
    st.sampled_from(["", "status:waiting"]),
    st.lists(st.integers(-20, 20) | st.sets(st.integers(0, 60), min_size=1, max_size=9), max_size=12),
)
@settings(max_examples=80, deadline=None)
def test_however_many_lines_leave_and_come_back(overdue_only: bool, filter: str, deeds: list[int | set[int]]) -> None:
    launch = waiting(60)
    launch.now += timedelta(minutes=20)
    reader = Reader(launch, 7, filter, overdue_only=overdue_only)
    reader.move(0)
    for deed in deeds:
        if isinstance(deed, int):
            reader.move(deed)
            assert not reader.page.lines or reader.chosen == reader.cursor.code
        else:
            known = {each.line.ts_code for each in launch.whole() if each.is_open}
            serials = {int(code[-6:]) for code in known}
            launch.tell([sold(serial, DELIVERED if serial in serials else CONFIRMED) for serial in deed])
            # one that comes back is selected again, as long as nobody moved
            assert reader.cursor.code not in reader.sequence() or reader.chosen == reader.cursor.code
        reader.check()


def test_a_feed_that_follows_shows_the_newest_and_pins_the_oldest_overdue() -> None:
    launch = waiting(80)
    reader = Reader(launch, 9)
    reader.check()
    shown = reader.page
    late = [each.tracked.line.ts_code for each in reader.view.late]
    assert codes(shown.pinned) == late[:3]
    assert codes(shown.flow) == [code for code in codes(launch.whole()) if code not in late[:3]][:6]
    assert shown.selected == -1
    launch.tell([sold(88, TRANSFERRED)])
    assert codes(reader.page.flow)[0] == sold(88, TRANSFERRED).ts_code


def test_an_empty_feed_has_nothing_to_select() -> None:
    reader = Reader(Launch(), 9)
    for by in (0, 1, -1, 30):
        reader.move(by)
        assert reader.cursor == Cursor()
        assert reader.page.lines == ()
    assert at_time(reader.launch.state, NOW) is None
