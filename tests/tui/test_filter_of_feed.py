"""What a filter leaves of the feed: over everything that ever happened, while it goes on, and as it is typed."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import patch

import pytest
from cockpit_pilot import Driven, cockpit, step
from desk_launch import DELIVERED, MINUTE, SECOND, TRANSFERRED, line
from feed_reader import Launch, Reader, codes, polls, rooms
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.events import Paste

from evtui.domain.orders import OrderLine
from evtui.store import draft
from evtui.store.freeze import Room
from evtui.store.search import matches, parse
from evtui.tui import feed
from evtui.tui.feed import Finder
from evtui.tui.screens.desk import DeskScreen
from evtui.tui.screens.filter import FilterPrompt

COLD = Room(lines=0, open=0, groups=0)
MANY = 30_000


def many(first: int, count: int) -> list[OrderLine]:
    """Lines of a busy sale, ten a second; every tenth waits."""
    return [
        line(
            number,
            timedelta(seconds=number / 10),
            TRANSFERRED if number % 10 == 0 else DELIVERED,
            None,
            ts_code=f"TS240125L{number:06d}",
            tg_code=f"TG240125L{number % 100_000:05d}",
        )
        for number in range(first, first + count)
    ]


@pytest.fixture(scope="module")
def launch() -> Launch:
    """Thirty thousand lines, all but the newest on disk."""
    made = Launch(COLD)
    for first in range(0, MANY, 1_000):
        made.tell(many(first, 1_000))
    assert made.state.orders.buckets.held < 10_000
    return made


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        ("status:waiting", MANY // 10),
        ("TG240125L00042", 1),
        ("ＴＧ２４０１２５Ｌ０００４２", 1),
        ("超長商品名稱", 0),
        ("product:1 -status:waiting", MANY - MANY // 10),
        ("age>", MANY),
        ("nothing has this", 0),
    ],
)
def test_a_count_is_a_lower_bound_while_it_searches_and_exact_after(launch: Launch, filter: str, expected: int) -> None:
    search = parse(filter)
    if search.empty:  # an unfinished field leaves nothing out
        assert Reader(launch, 20).held.count().number == expected
        return
    finder = Finder(search)
    reader = Reader(launch, 20)
    shown: list[int] = []
    for _ in range(MANY // feed.SLICE + 2):
        reader.watch(finder)
        count = reader.held.count()
        if not finder.busy:
            break
        assert str(count).startswith("≥")
        assert count.number <= expected
        shown.append(count.number)
        finder.work(launch.state, launch.now)
    assert not finder.busy
    assert str(reader.held.count()) == f"{expected:,}"
    assert shown == sorted(shown)
    assert len(shown) > 10


def test_the_oldest_that_matches_can_be_scrolled_to_and_found_by_row(launch: Launch) -> None:
    reader = Reader(launch, 20, "status:waiting")
    reader.move(0)
    reader.move(-5)
    assert reader.page.selected == 0
    reader.move(MANY)
    last = reader.held.last()
    assert last is not None
    assert reader.chosen == last.line.ts_code == "TS240125L000000"
    assert reader.held.row(last) == MANY // 10 - 1
    reader.check()


@given(rooms, st.lists(polls, min_size=1, max_size=5), st.integers(1, 9), st.integers(5, 40))
@settings(max_examples=40, deadline=None)
def test_no_line_is_lost_between_memory_and_what_was_looked_through(
    room: Room, answers: list[list[OrderLine]], kept: int, slice_: int
) -> None:
    with patch.object(draft, "RECENT_LINES", kept), patch.object(feed, "SLICE", slice_):
        launch = Launch(room)
        search = parse("-cancelled")
        finder, reader = Finder(search), Reader(launch, 9)
        for number, answer in enumerate(answers):
            # no code twice and none out of turn: so that nothing but the passing of lines changes what there is
            fresh = {each.ts_code: _later(each, number) for each in answer}
            launch.tell(fresh.values())
            finder.work(launch.state, launch.now)
            reader.watch(finder)
            shown = codes(reader.held.first(10_000))
            wanted = [each for each in launch.whole() if matches(search, each, launch.state, launch.now)]
            assert len(shown) == len(set(shown))
            assert [code for code in codes(wanted) if code in shown] == shown
            assert reader.held.count().number <= len(wanted)
            if not finder.busy:
                assert shown == codes(wanted)
                assert str(reader.held.count()) == str(len(wanted))
        for _ in range(2 * len(launch.whole()) // slice_ + 3):
            finder.work(launch.state, launch.now)
        reader.watch(finder)
        assert not finder.busy
        wanted = [each for each in launch.whole() if matches(search, each, launch.state, launch.now)]
        assert codes(reader.held.first(10_000)) == codes(wanted)


def _later(sold: OrderLine, poll: int) -> OrderLine:
    number = poll * 1_000 + int(sold.ts_code[-6:])
    ts_code = f"{sold.ts_code[:-6]}{number:06d}"
    words = (sold.status, sold.status_user, sold.status_scm)
    return line(number, number * SECOND, words, None, ts_code=ts_code)


def test_a_change_of_what_is_old_is_seen_in_the_next_look_through(launch: Launch) -> None:
    finder, reader = Finder(parse("TG240125L00010 status:waiting")), Reader(launch, 9)
    while finder.busy:
        finder.work(launch.state, launch.now)
    reader.watch(finder)
    assert reader.held.count().number == 1
    launch.tell([line(10, SECOND, DELIVERED, None, ts_code="TS240125L000010", tg_code="TG240125L00010")])
    finder.work(launch.state, launch.now)
    reader.watch(finder)
    assert str(reader.held.count()) == "0"
    assert not reader.held.first(9)


# --- typed ------------------------------------------------------------------------------------------------------------


async def typed(driven: Driven, text: str) -> None:
    await driven.press("slash")
    await driven.until(lambda: isinstance(driven.app.screen, FilterPrompt), "the prompt")
    if text:
        await driven.terminal(text)


def quiet(driven: Driven) -> dict[str, str]:
    """Every box but the one whose source may still be answering."""
    return {name: text for name, text in driven.boxes().items() if name != "cpu"}


def note(driven: Driven) -> str:
    return driven.box("orders").splitlines()[0]


def orders_shown(driven: Driven) -> list[str]:
    return [row for row in driven.box("orders").splitlines() if "TG2" in row]


async def test_each_letter_narrows_the_feed_and_the_prompt_is_seen() -> None:
    async with cockpit("stuck") as driven:
        assert len(orders_shown(driven)) > 5
        code = driven.desk._page().lines[-1].line.tg_code
        await typed(driven, code[:-1])
        counted = [len(orders_shown(driven))]
        await driven.terminal(code[-1])
        counted.append(len(orders_shown(driven)))
        assert counted[0] >= counted[1] >= 1
        assert f"/{code}"[:12] in note(driven)
        assert code in driven.screen.splitlines()[-1]
        await driven.press("enter")
        assert isinstance(driven.app.screen, DeskScreen)
        assert all(code in row for row in orders_shown(driven))
        step(driven, MINUTE)
        assert f"/{code}"[:12] in note(driven)


async def test_full_width_letters_and_chinese_find_what_they_mean() -> None:
    async with cockpit("stuck") as driven:
        label = driven.session.campaign.products[0].label
        await typed(driven, "ＳＴＡＴＵＳ：ｗａｉｔｉｎｇ")
        wide = orders_shown(driven)
        await driven.press("escape")
        await typed(driven, "status:waiting")
        assert orders_shown(driven) == wide
        assert wide
        await driven.press("escape")
        await typed(driven, "電子")
        assert all(label in row or "×" in row for row in orders_shown(driven)[:1])
        await driven.press("ctrl+u")
        await driven.terminal("沒有這種東西")
        assert "no order matches" in driven.box("orders")
        assert "0" in note(driven)


UNFINISHED = (
    "age>",
    "status:",
    "product:",
    'x"',
    '"',
    "-",
    "is:",
    "stage:",
    "qty>",
    "age>4x",
    "-age",
    "::",
    "<>",
    "is:o",
)


@pytest.mark.parametrize("text", UNFINISHED)
async def test_what_is_not_finished_does_no_harm(text: str) -> None:
    async with cockpit("stuck", wait=False) as driven:
        await typed(driven, text)
        assert isinstance(driven.app.screen, FilterPrompt)
        assert text in driven.screen.splitlines()[-1]
        await driven.press("enter")
        assert isinstance(driven.app.screen, DeskScreen)
        await driven.press("escape")


async def test_escape_in_the_prompt_is_as_if_it_had_never_been_asked() -> None:
    async with cockpit("stuck") as driven:
        await typed(driven, "status:waiting")
        await driven.press("enter", "j", "j", "j")
        before, selected = quiet(driven), driven.selected()
        assert selected
        await typed(driven, " TG-nothing")
        assert driven.boxes()["orders"] != before["orders"]
        await driven.press("escape")
        assert quiet(driven) == before
        assert driven.selected() == selected
        await typed(driven, "")
        await driven.press("escape")
        assert driven.selected() == selected


async def test_enter_on_nothing_shows_all_and_escape_lets_go_step_by_step() -> None:
    async with cockpit("stuck") as driven:
        await driven.press("2")
        unfiltered = driven.box("orders")
        await typed(driven, "status:waiting")
        await driven.press("enter")
        assert driven.box("orders") != unfiltered
        await driven.press("slash", "ctrl+u", "enter")
        assert driven.box("orders") == unfiltered
        await typed(driven, "status:waiting")
        await driven.press("enter", "o", "j")
        assert "/overdue status:waiting" in note(driven)
        for expected in ("/overdue status:waiting", "follow"):
            await driven.press("escape")
            assert expected in note(driven)
        assert driven.box("orders") == unfiltered


async def test_a_word_that_looks_like_a_field_is_explained() -> None:
    async with cockpit("stuck", size=(140, 30)) as driven:
        await typed(driven, "colour:red")
        assert "is no field" in driven.screen
        await driven.press("ctrl+u")
        assert "is no field" not in driven.screen


async def test_what_is_pasted_into_the_filter_is_cleaned_and_shown() -> None:
    async with cockpit("stuck") as driven:
        await typed(driven, "")
        driven.app.post_message(Paste("\x1b]52;c;eA==\x07status:waiting\n\u202e"))
        await driven.settle()
        assert not {"\x1b", "\x07", "\u202e"} & set(driven.desk._set.filter)
        assert not {"\x1b", "\x07", "\u202e"} & set(driven.screen)
        await driven.press("enter")
        assert "no order matches" in driven.box("orders")
