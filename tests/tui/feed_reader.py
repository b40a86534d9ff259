"""Launches of many orders, in memory or on disk, and somebody who reads their feed as the main screen lets one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from desk_launch import (
    CANCELLED,
    CONFIRMED,
    DELIVERED,
    MINUTE,
    NOW,
    PAID,
    SECOND,
    TRANSFERRED,
    UNPAID,
    line,
    orders,
    plan,
)
from hypothesis import strategies as st

from evtui.domain.orders import OrderLine
from evtui.domain.reading import Reading, Topic
from evtui.store.freeze import Freezer, Room
from evtui.store.search import parse
from evtui.store.state import LaunchState, SourceSpec
from evtui.store.store import Store
from evtui.store.tracked import Tracked
from evtui.tui.feed import Cursor, Finder, Found, Page, frozen, moved, page, rows_of, showing
from evtui.tui.rows import Rows
from evtui.tui.view import View, view

SERIALS = 90
"""Orders of a small launch, one a minute; the oldest third of them is overdue unless something came of it."""

RANGES = ("TS240125L{:06d}", "TS240125A{:06d}", "MS240125L{:06d}")
WORDS = (DELIVERED, TRANSFERRED, CONFIRMED, UNPAID, PAID, CANCELLED)


def sold(serial: int, words: tuple[str, str, str], kind: int = 0) -> OrderLine:
    """Line `serial` of a range of codes: made at the same moment whoever tells of it."""
    after = serial * MINUTE + kind * 7 * SECOND
    return line(serial, after, words, None, ts_code=RANGES[kind].format(serial), page_id=1 + serial % 3)


lines = st.builds(sold, st.integers(0, SERIALS), st.sampled_from(WORDS), st.integers(0, 2))
"""Any line."""

polls = st.lists(lines, min_size=1, max_size=25)
"""Lines told of in one answer: new ones, late ones, and news of old ones."""

rooms = st.builds(Room, st.sampled_from([0, 5, 40_000]), st.integers(0, 3), st.integers(0, 3))
"""How much of a book stays in memory: next to nothing, or all."""


class Launch:
    """A store that is told things, and its clock."""

    def __init__(self, room: Room | None = None) -> None:
        specs = [SourceSpec(topic, "table", MINUTE, timedelta()) for topic in Topic]
        self.store = Store(plan(), specs, Freezer(room))
        self.now = NOW

    def tell(self, sold: Iterable[OrderLine]) -> None:
        """An answer of the order source."""
        self.now += SECOND
        self.store.apply(Reading("table", Topic.ORDERS, self.now, orders(*sold), self.now))

    @property
    def state(self) -> LaunchState:
        return self.store.state

    def whole(self) -> list[Tracked]:
        """Every line there is, the newest first, the slow way."""
        return sorted(self.state.orders.lines(), key=place_of, reverse=True)


def place_of(tracked: Tracked) -> tuple[datetime, str]:
    return (tracked.line.created_at, tracked.line.ts_code)


def codes(tracked: Iterable[Tracked]) -> list[str]:
    return [each.line.ts_code for each in tracked]


class Reader:
    """Somebody at a feed of `rows` rows, doing what the keys of the main screen do."""

    def __init__(self, launch: Launch, rows: int, filter: str = "", *, overdue_only: bool = False) -> None:
        self.launch = launch
        self.rows = rows
        self.cursor = Cursor()
        self.overdue_only = overdue_only
        self._finder = Finder(parse(filter)) if filter else None
        self.search_to_the_end()

    @property
    def view(self) -> View:
        return view(self.launch.state, self.launch.now)

    @property
    def narrowed(self) -> bool:
        return self.overdue_only or self._finder is not None

    @property
    def found(self) -> Found | None:
        return self._finder.found if self._finder else None

    def watch(self, finder: Finder) -> None:
        """Show what this finder has found by now."""
        self._finder = finder

    def search_to_the_end(self) -> None:
        """Whatever the filter has to look through, it has looked through."""
        while self._finder is not None:
            self._finder.work(self.launch.state, self.launch.now)
            if not self._finder.busy:
                return

    @property
    def held(self) -> Rows:
        return rows_of(self.view, self.cursor, self.found, overdue_only=self.overdue_only)

    @property
    def page(self) -> Page:
        return page(self.view, self.cursor, self.held, self.rows, pins=not self.narrowed)

    @property
    def chosen(self) -> str:
        shown = self.page
        return shown.lines[shown.selected].line.ts_code if shown.selected >= 0 else ""

    def sequence(self) -> list[str]:
        """Every row one can come to, top to bottom: the pinned ones, then the rest."""
        pinned = codes(self.page.pinned)
        return pinned + [code for code in codes(self.held.first(10_000)) if code not in pinned]

    def move(self, by: int) -> None:
        if self.cursor.following:
            cursor = frozen(self.view, self.held, self.rows, pins=not self.narrowed)
            self.cursor = cursor if cursor.code else self.cursor
        else:
            self.cursor = moved(self.view, self.cursor, self.held, self.rows, by)

    def select(self, tracked: Tracked, *, low: bool = False) -> None:
        if self.cursor.following:
            self.cursor = frozen(self.view, self.held, self.rows, pins=not self.narrowed)
        self.cursor = showing(self.cursor, self.held, self.rows, tracked, low=low)

    def check(self) -> None:
        """What always holds of the page."""
        shown, held = self.page, self.held
        on_page = codes(shown.lines)
        assert len(on_page) == len(set(on_page)) <= self.rows
        assert not set(codes(shown.pinned)) & set(codes(shown.flow))
        assert all(held.holds(each) for each in shown.flow)
        order = self.sequence()
        flow = codes(shown.flow)
        if flow:  # rows that follow one another, none left out
            start = order.index(flow[0])
            assert order[start : start + len(flow)] == flow
        if self.cursor.following:
            assert shown.selected == -1
        elif on_page:
            assert 0 <= shown.selected < len(on_page)


def told(launch: Launch, polls: Sequence[Sequence[OrderLine]]) -> Launch:
    for each in polls:
        launch.tell(each)
    return launch
