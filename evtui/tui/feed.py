"""Which orders stand in the feed: all there ever were, or those a filter leaves; where the engineer is among them.

Pure but for the finder. Everything is read by the page: a feed of a million orders costs what a screen of them costs.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from evtui.store import history
from evtui.store.places import Place
from evtui.store.search import Search, matches
from evtui.store.state import LaunchState
from evtui.store.tracked import Tracked
from evtui.tui.rows import Count, Everything, Listed, Rows
from evtui.tui.view import View

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
    """What a filter left of the lines too old to be looked through at every drawing: TS codes, the newest first."""

    search: Search
    codes: tuple[str, ...] = ()
    """At most `FOUND` of them."""
    count: Count = Count(0, exact=False)


class Finder:
    """Looks through those older lines slice by slice.

    Holds one state while it does, and begins again with a newer one when it is through.
    """

    def __init__(self, search: Search) -> None:
        self.found = Found(search)
        self._state: LaunchState | None = None
        self._rest: Place | None = None
        self._codes: list[str] = []
        self._counted = 0

    @property
    def busy(self) -> bool:
        """Whether the first look through everything is still going on."""
        return not self.found.count.exact

    def work(self, state: LaunchState, now: datetime) -> None:
        """Look at the next slice."""
        if self._state is None:
            recent = state.orders.recent
            self._state, self._codes, self._counted = state, [], 0
            self._rest = recent[0] if recent else None
        held, search = self._state, self.found.search
        if self._rest is not None:
            part = history.scan(held, self._rest, lambda line: matches(search, line, held, now), SLICE)
            self._counted += len(part.found)
            self._codes += [each.line.ts_code for each in part.found[: max(FOUND - len(self._codes), 0)]]
            self._rest = part.rest
        done = self._rest is None
        if done or self.busy:
            self.found = Found(search, tuple(self._codes), Count(self._counted, exact=done))
        if done:
            self._state = None


def rows_of(view: View, cursor: Cursor, found: Found | None, *, overdue_only: bool) -> Rows:
    """What the feed holds now; `found` is what its filter found, None where there is no filter."""
    if overdue_only:
        late = [each.tracked for each in view.late]
        return Listed(late if found is None else [each for each in late if _wanted(found.search, each, view)])
    if found is None:
        return Everything(view.state, cursor.anchor)
    recent = view.state.orders.recent
    newest = recent if cursor.anchor is None else recent[: bisect_right(recent, cursor.anchor)]
    orders = view.state.orders
    fresh = [line for _, code in reversed(newest) if (line := orders.get(code)) and _wanted(found.search, line, view)]
    older = [line for code in found.codes if (line := orders.get(code)) and _wanted(found.search, line, view)]
    return Listed([*fresh, *older], Count(len(fresh) + found.count.number, found.count.exact))


def _wanted(search: Search, line: Tracked, view: View) -> bool:
    return matches(search, line, view.state, view.now)


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
    late = tuple(each.tracked.line.ts_code for each in view.late)
    return late[: max(rows // PINNED_SHARE, 1)] if rows > 1 else late[:rows]


def page(view: View, cursor: Cursor, held: Rows, rows: int, *, pins: bool = True) -> Page:
    """What `rows` rows show; with `pins`, overdue lines stand above the rest."""
    orders = view.state.orders
    codes = cursor.pinned if not cursor.following else pinned_now(view, rows) if pins else ()
    pinned = tuple(line for code in codes if (line := orders.get(code)))
    top = orders.get(cursor.top) if cursor.top else None
    flow = _flow(held, top, codes, rows - len(pinned))
    lines = (*pinned, *flow)
    if cursor.following or not lines:
        return Page(pinned, flow, -1)
    found = next((row for row, line in enumerate(lines) if line.line.ts_code == cursor.code), -1)
    chosen = orders.get(cursor.code)
    if found < 0 and chosen is not None and held.holds(chosen):  # the pane is smaller than it was, or zoomed
        again = showing(cursor, held, rows, chosen, low=True)
        flow = _flow(held, orders.get(again.top), codes, rows - len(pinned))
        lines = (*pinned, *flow)
        found = next((row for row, line in enumerate(lines) if line.line.ts_code == cursor.code), -1)
    return Page(pinned, flow, found if found >= 0 else min(cursor.index, len(lines) - 1))


def _flow(held: Rows, top: Tracked | None, pinned: tuple[str, ...], room: int) -> tuple[Tracked, ...]:
    """The lines below the pinned ones from `top` on, or from the very first."""
    if room < 1:
        return ()
    if top is not None and held.holds(top):
        flow = [top, *held.below(top, room - 1 + len(pinned))]
    else:
        flow = list(held.first(room + len(pinned)))
    return tuple([line for line in flow if line.line.ts_code not in pinned][:room])


def frozen(view: View, held: Rows, rows: int, *, pins: bool = True) -> Cursor:
    """The feed held still as it stands, its first row selected."""
    recent = view.state.orders.recent
    cursor = Cursor(recent[-1] if recent else (0.0, ""), pinned=pinned_now(view, rows) if pins else ())
    shown = page(view, cursor, held, rows, pins=pins)
    return replace(cursor, code=shown.lines[0].line.ts_code if shown.lines else "")


def moved(view: View, cursor: Cursor, held: Rows, rows: int, by: int) -> Cursor:
    """The selection `by` rows further down, or up where it is negative; the page follows it."""
    shown = page(view, cursor, held, rows)
    if not shown.lines:
        return cursor
    pinned = len(shown.pinned)
    target = shown.selected + by
    if (shown.selected < pinned and target < pinned) or not shown.flow:
        return _at(cursor, shown, max(target, 0))
    if pinned <= target < len(shown.lines):
        return _at(cursor, shown, target)
    if target >= len(shown.lines):
        beyond = _flowing(held.below(shown.flow[-1], target - len(shown.lines) + 1 + pinned), shown)
        beyond = beyond[: target - len(shown.lines) + 1]
        return showing(cursor, held, rows, beyond[-1], low=True) if beyond else _at(cursor, shown, -1)
    wanted = pinned - target  # lines of the flow to go up beyond the first one on the page
    nearer = _flowing(held.above(shown.flow[0], wanted + pinned), shown)[-wanted:]
    if len(nearer) >= wanted:
        return showing(cursor, held, rows, nearer[0])
    first = replace(cursor, top=nearer[0].line.ts_code) if nearer else cursor
    up = max(pinned - (wanted - len(nearer)), 0)
    return _at(first, shown, up) if pinned else replace(first, code=(nearer or shown.flow)[0].line.ts_code, index=0)


def _at(cursor: Cursor, shown: Page, row: int) -> Cursor:
    row = min(row, len(shown.lines) - 1) if row >= 0 else len(shown.lines) - 1
    return replace(cursor, code=shown.lines[row].line.ts_code, index=row)


def _flowing(lines: Sequence[Tracked], shown: Page) -> list[Tracked]:
    codes = {each.line.ts_code for each in shown.pinned}
    return [each for each in lines if each.line.ts_code not in codes]


def showing(cursor: Cursor, held: Rows, rows: int, line: Tracked, *, low: bool = False) -> Cursor:
    """A line selected and on the page: in its first row below the pinned ones, or with `low` in its last."""
    pinned = len(cursor.pinned)
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
