"""Which orders stand in the feed: all there ever were, or those a filter leaves; where the engineer is among them.

Pure but for the finder. Everything is read by the page: a feed of a million orders costs what a screen of them costs.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from evtui.store import history
from evtui.store.orders import place
from evtui.store.places import Place
from evtui.store.state import LaunchState
from evtui.store.tracked import Tracked
from evtui.tui.rows import Count, Everything, Listed, Rows
from evtui.tui.view import View

if TYPE_CHECKING:
    from evtui.store.search import Search

PINNED_SHARE = 3
"""At most one row in this many is given to pinned overdue lines, so that the flow stays visible below them."""

FOUND = 5_000
"""Older lines that a filter keeps for scrolling: whoever has more than that needs another word, not more rows."""

SLICE = 1_500
"""Lines that a filter looks at in one go: some milliseconds, so that no key waits for it."""


class Cursor(Struct, frozen=True):
    """Where the engineer is in the feed."""

    anchor: Place | None = None
    """Place of the newest line when the feed was frozen; None: it follows."""
    code: str = ""
    """TS code of the selected line: it stays selected where a late answer puts a line above it."""
    index: int = 0
    """Row it stood in, for when it no longer belongs to the feed."""
    top: str = ""
    """TS code of the first row below the pinned ones; empty: the newest."""
    pinned: tuple[str, ...] = ()
    """The lines that were pinned when the feed was frozen: what is overdue since then waits, and is counted."""

    @property
    def following(self) -> bool:
        """Whether new lines move the feed."""
        return self.anchor is None


class Found(Struct, frozen=True):
    """What a filter left of the lines too old to be looked through at every drawing."""

    search: Search
    places: tuple[Place, ...] = ()
    """Where they stand, the newest first; at most `FOUND` of them."""
    count: Count = Count(0, exact=False)


class Finder:
    """Looks through those older lines slice by slice.

    Holds one state while it does, and begins again with a newer one when it is through. Lines that newer ones push out
    of memory meanwhile are looked at as they go, so that none is lost between the two.
    """

    def __init__(self, search: Search) -> None:
        self.found = Found(search)
        self._state: LaunchState | None = None
        self._rest: Place | None = None
        self._places: list[Place] = []
        self._counted = 0
        self._covered: Place | None = None
        """The newest line that was looked at; None: there was nothing old."""
        self._floor: Place | None = None
        """Where those in memory begin, as it was then."""
        self._behind = False
        """Whether lines were pushed out faster than they are looked at."""
        self._once = False
        """Whether everything has been looked through once."""

    @property
    def busy(self) -> bool:
        """Whether there is something to be found out that somebody waits for."""
        return not self.found.count.exact

    def work(self, state: LaunchState, now: datetime) -> None:
        """Look at the next slice."""
        floor = state.orders.recent[0] if state.orders.recent else None
        if floor is not None and self._floor is not None and (self._behind or floor > self._floor):
            self._follow(state, now, floor)
        self._floor = floor
        if self._state is None:
            if self._behind:  # what is known has a gap, which looking through everything closes
                self._behind = self._once = False
            self._state, self._rest, self._places, self._counted = state, floor, [], 0
            older = history.descending(state.orders, state.campaign, floor) if floor else iter(())
            self._covered = next((at for at, _ in older), None)
        held, search = self._state, self.found.search
        if self._rest is not None:
            part = history.scan(held, self._rest, _matcher(search, held, now), SLICE)
            self._counted += len(part.found)
            wanted = part.found[: max(FOUND - len(self._places), 0)]
            self._places += [at for line in wanted if (at := place(line, held.campaign))]
            self._rest = part.rest
        done = self._rest is None
        if done or not self._once:
            self._tell(self._places, self._counted, exact=done and not self._behind)
        if done:
            self._state, self._once = None, True

    def _follow(self, state: LaunchState, now: datetime, floor: Place) -> None:
        """Look at the lines that newer ones have pushed out since the last slice: those above `_covered`."""
        above = history.ascending(state.orders, state.campaign, self._covered or (float("-inf"), ""))
        gone = list(islice(takewhile(lambda each: each[0] < floor, above), SLICE))
        self._behind = len(gone) == SLICE
        wanted = _matcher(self.found.search, state, now)
        news = [at for at, line in reversed(gone) if wanted(line)]
        if gone:
            self._covered = gone[-1][0]
        self._places, self._counted = [*news, *self._places][:FOUND], self._counted + len(news)
        if self._once:
            known = self.found
            self._tell([*news, *known.places], known.count.number + len(news), exact=not self._behind)

    def _tell(self, places: Sequence[Place], number: int, *, exact: bool) -> None:
        self.found = Found(self.found.search, tuple(places[:FOUND]), Count(number, exact))


class Reader:
    """Reads the feed, once for everything that asks about the same moment: a key does so several times."""

    def __init__(self) -> None:
        self._asked: tuple[View, Place | None, Found | None, bool] | None = None
        self._rows: Rows = Listed((), lambda line: None)

    def rows(self, view: View, cursor: Cursor, found: Found | None, *, overdue_only: bool) -> Rows:
        """What `rows_of` says, without looking through everything again."""
        asked, held = (view, cursor.anchor, found, overdue_only), self._asked
        if held is None or held[0] is not view or held[2] is not found or held[1::2] != asked[1::2]:
            self._rows, self._asked = rows_of(view, cursor, found, overdue_only=overdue_only), asked
        return self._rows


def rows_of(view: View, cursor: Cursor, found: Found | None, *, overdue_only: bool) -> Rows:
    """What the feed holds now; `found` is what its filter found, None where there is no filter."""
    if overdue_only:
        late = [each.tracked for each in view.late]
        if found is not None:
            late = list(filter(_matcher(found.search, view.state, view.now), late))
        return Listed(late, lambda line: (line.clock_start(view.campaign)[0].timestamp(), line.line.ts_code))
    if found is None:
        return Everything(view.state, cursor.anchor)
    recent, orders, anchor = view.state.orders.recent, view.state.orders, cursor.anchor
    newest = recent if anchor is None else recent[: bisect_right(recent, anchor)]
    floor = recent[0] if recent else (0.0, "")
    older = [at for at in found.places if at < floor and (anchor is None or at <= anchor)]
    lines = (line for _, code in (*reversed(newest), *older) if (line := orders.get(code)))
    shown = list(filter(_matcher(found.search, view.state, view.now), lines))
    count = Count(len(shown), found.count.exact)
    if found.count.number > FOUND:  # more than are kept
        count = Count(len(shown) + found.count.number - len(older), found.count.exact)
    return Listed(shown, lambda line: place(line, view.campaign), count, newest_first=True)


def _matcher(search: Search, state: LaunchState, now: datetime) -> Callable[[Tracked], bool]:
    from evtui.store.search import matches  # nobody searches while the screen is yet to come up

    return lambda line: matches(search, line, state, now)


class Page(Struct, frozen=True):
    """The rows on the screen: pinned lines, then the flow, and the row of the selection among both (-1: none)."""

    pinned: tuple[Tracked, ...]
    flow: tuple[Tracked, ...]
    selected: int

    @property
    def lines(self) -> tuple[Tracked, ...]:
        """Every row, top to bottom."""
        return self.pinned + self.flow


def pinned_now(view: View, rows: int) -> tuple[str, ...]:
    """TS codes of the overdue lines that stand above the flow of a feed of `rows` rows, the oldest first."""
    return tuple(each.tracked.line.ts_code for each in view.late[: max(rows // PINNED_SHARE, 1)])


def page(view: View, cursor: Cursor, held: Rows, rows: int, *, pins: bool = True) -> Page:
    """What `rows` rows show; with `pins`, overdue lines stand above the rest."""
    orders = view.state.orders
    codes = _pinned(cursor, rows) if not cursor.following else pinned_now(view, rows) if pins else ()
    pinned = tuple(line for code in codes if (line := orders.get(code)))
    room = rows - len(pinned)
    flow = _flow(held, orders.get(cursor.top) if cursor.top else None, codes, room)
    if cursor.following or not (pinned or flow):
        return Page(pinned, flow, -1)
    chosen = orders.get(cursor.code)
    if chosen is not None and cursor.code not in codes and not held.holds(chosen):
        # it does not belong to the feed any more: the next one takes its place
        chosen = next(iter(held.below(chosen, 1) or held.above(chosen, 1)), chosen)
    found = _row_of(chosen, (*pinned, *flow))
    if found < 0 and chosen is not None and held.holds(chosen):  # the pane is smaller than it was, or zoomed
        again = showing(cursor, held, rows, chosen, low=True)
        flow = _flow(held, orders.get(again.top), codes, room)
        found = _row_of(chosen, (*pinned, *flow))
    return Page(pinned, flow, found if found >= 0 else min(cursor.index, len(pinned) + len(flow) - 1))


def _pinned(cursor: Cursor, rows: int) -> tuple[str, ...]:
    """The lines pinned when the feed was frozen, as far as a pane that is smaller now has rows for them."""
    return cursor.pinned[: max(rows // PINNED_SHARE, 1)] if rows > 1 else ()


def _row_of(line: Tracked | None, lines: Sequence[Tracked]) -> int:
    code = line.line.ts_code if line else ""
    return next((row for row, each in enumerate(lines) if each.line.ts_code == code), -1)


def _flow(held: Rows, top: Tracked | None, pinned: tuple[str, ...], room: int) -> tuple[Tracked, ...]:
    """The lines below the pinned ones from `top` on, or from the very first; where those end, the last there are."""
    if room < 1:
        return ()
    if top is None:
        return _without(pinned, held.first(room + len(pinned)))[:room]
    below = held.below(top, room + len(pinned))
    flow = _without(pinned, (top, *below) if held.holds(top) else below)[:room]
    if len(flow) < room:
        flow = (*_without(pinned, held.above(top, room + len(pinned)))[len(flow) - room :], *flow)
    return flow


def _without(codes: Sequence[str], lines: Sequence[Tracked]) -> tuple[Tracked, ...]:
    return tuple([each for each in lines if each.line.ts_code not in codes])


def frozen(view: View, held: Rows, rows: int, *, pins: bool = True) -> Cursor:
    """The feed held still as it stands, its first row selected."""
    recent = view.state.orders.recent
    pinned = pinned_now(view, rows) if pins else ()
    first = (*pinned, *(each.line.ts_code for each in held.first(1)), "")[0]
    return Cursor(recent[-1] if recent else (0.0, ""), first, pinned=pinned)


def moved(view: View, cursor: Cursor, held: Rows, rows: int, by: int) -> Cursor:
    """The selection `by` rows further down, or up where it is negative; the page follows it."""
    shown = page(view, cursor, held, rows)
    if not shown.lines:
        return cursor
    pinned = len(shown.pinned)
    codes = [each.line.ts_code for each in shown.pinned]
    target = shown.selected + by
    if (shown.selected < pinned and target < pinned) or not shown.flow:
        return _at(cursor, shown, max(target, 0))
    if pinned <= target < len(shown.lines):
        return _at(cursor, shown, target)
    if target >= len(shown.lines):
        further = target - len(shown.lines) + 1
        beyond = _without(codes, held.below(shown.flow[-1], further + pinned))[:further]
        return showing(cursor, held, rows, beyond[-1], low=True) if beyond else _at(cursor, shown, len(shown.lines) - 1)
    wanted = pinned - target  # lines of the flow to go up beyond the first one on the page
    nearer = _without(codes, held.above(shown.flow[0], wanted + pinned))[-wanted:]
    if len(nearer) >= wanted:
        return showing(cursor, held, rows, nearer[0])
    top = (*nearer, *shown.flow)[0]
    row = max(pinned - (wanted - len(nearer)), 0)
    line = shown.pinned[row] if pinned else top
    return replace(cursor, code=line.line.ts_code, top=top.line.ts_code, index=row)


def _at(cursor: Cursor, shown: Page, row: int) -> Cursor:
    row = min(row, len(shown.lines) - 1)
    top = shown.flow[0].line.ts_code if shown.flow else cursor.top
    return replace(cursor, code=shown.lines[row].line.ts_code, top=top, index=row)


def showing(cursor: Cursor, held: Rows, rows: int, line: Tracked, *, low: bool = False) -> Cursor:
    """A line selected and on the page: in its first row below the pinned ones, or with `low` in its last."""
    pinned = len(_pinned(cursor, rows))
    room = max(rows - pinned, 1)
    top = line
    if low:
        above = held.above(line, room - 1)
        top = above[0] if above else line
    return replace(cursor, code=line.line.ts_code, top=top.line.ts_code, index=pinned + (room - 1 if low else 0))


def at_time(state: LaunchState, moment: datetime) -> Tracked | None:
    """The newest line that was made by then, or else the oldest there is."""
    found = history.older(state, (moment.timestamp(), "\U0010ffff"), 1)
    return found[0] if found else next(iter(history.newer(state, (float("-inf"), ""), 1)), None)
