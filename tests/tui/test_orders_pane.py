"""The order feed: states, overdue lines, the selection."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from desk_launch import (
    CANCELLED,
    CONFIRMED,
    DELIVERED,
    FAILED,
    MINUTE,
    MIXED,
    NOW,
    OPENS,
    PAID,
    QUIET,
    SECOND,
    TRANSFERRED,
    UNPAID,
    Said,
    believed,
    boxes,
    down,
    line,
    orders,
    seen,
    text,
)
from msgspec.structs import replace

from evtui.domain.chain import Step, StepSeen, StepState
from evtui.domain.reading import ChainFacts, Lookup, Reading, Topic
from evtui.store.reduce import reduce
from evtui.tui.compose import draw
from evtui.tui.desk import Desk
from evtui.tui.feed import Cursor, moved
from evtui.tui.lines import plain
from evtui.tui.rows import Everything
from evtui.tui.view import View, view

OVERDUE = line(7, after=5 * MINUTE, words=TRANSFERRED, took=None)
"""Waiting since five past ten: 86 minutes."""


def shown(pane: str, *, width: int = 120, height: int = 36, desk: Desk | None = None, **said: Any) -> str:
    """A pane of a quiet launch with these facts changed, by topic name."""
    facts: Said = {**QUIET, **{Topic(topic): value for topic, value in said.items()}}
    return text(seen(facts), pane, width, height, desk)


@pytest.mark.parametrize(
    ("words", "word"),
    [
        (UNPAID, "unpaid"),
        (PAID, "paid"),
        (TRANSFERRED, "transferred"),
        (CONFIRMED, "confirmed"),
        (DELIVERED, "delivered"),
        (CANCELLED, "cancelled"),
        (FAILED, "FAILED"),
        (MIXED, "Confirmed"),
        (("", "", ""), "--"),
        (("新狀態",) * 3, "新狀態"),
    ],
)
def test_the_state_in_words(words: tuple[str, str, str], word: str) -> None:
    assert word in shown("orders", orders=orders(line(1, after=80 * MINUTE, words=words))).splitlines()[2]


def test_a_delivered_line_says_how_long_it_took_and_a_released_one_nothing() -> None:
    rows = shown("orders", orders=orders(line(1), line(2, after=3 * MINUTE, words=CANCELLED))).splitlines()
    assert "in 6m09s" in rows[3]
    assert rows[2].rstrip("│ ").endswith("cancelled")


def test_overdue_lines_are_pinned_above_the_flow_and_marked() -> None:
    fresh = [line(n, after=80 * MINUTE + n * SECOND, words=PAID, took=SECOND) for n in range(10, 60)]
    rows = shown("orders", orders=orders(OVERDUE, *fresh)).splitlines()
    assert rows[2].startswith("│!10:05:00 TG240125L00007")
    assert "OVERDUE" in rows[2]
    assert "86m14s" in rows[2]
    assert "TG240125L00059" in rows[3]
    assert sum("TG240125L00007" in row for row in rows) == 1


def test_pinned_lines_leave_the_flow_two_thirds_and_the_rest_are_counted() -> None:
    late = [line(n, after=n * SECOND, words=TRANSFERRED, took=None) for n in range(1, 60)]
    fresh = [line(n, after=80 * MINUTE, words=PAID, took=SECOND) for n in range(60, 99)]
    for width, height in ((120, 36), (80, 24)):
        drawn = shown("orders", width=width, height=height, orders=orders(*late, *fresh))
        rows = drawn.splitlines()
        assert "· 59 overdue" in rows[0]
        pinned = sum(row.startswith("│!") for row in rows)
        assert 0 < pinned <= len(rows) // 3
    assert "TG240125L00001" in rows[1]


def test_a_warning_before_the_limit() -> None:
    rows = shown("orders", orders=orders(line(1, after=50 * MINUTE, words=TRANSFERRED, took=None))).splitlines()
    assert rows[2].startswith("│~10:50:00")
    assert "transferred" in rows[2]


def test_the_task_and_the_member_question_are_words_of_their_own() -> None:
    state = believed({**QUIET, Topic.ORDERS: orders(OVERDUE, line(8, after=70 * MINUTE, words=CONFIRMED))})
    for code, step, step_state in (("7", Step.TASK, StepState.DONE), ("8", Step.VIP_MEMBER, StepState.WAITING)):
        observed = StepSeen(step, step_state, NOW, "table")
        facts = ChainFacts(f"TG240125L0000{code}", ((f"TS240125L00000{code}", observed),))
        state = reduce(state, Reading("table", Lookup.TASK_LOG, NOW, facts, NOW))
    early = text(view(state, OPENS + 30 * MINUTE), "orders", 160)
    assert "task done" in early
    assert "awaits vip" in early


@pytest.mark.parametrize(
    ("at", "words"), [(OPENS - MINUTE, "the sale is not open"), (NOW, "no orders yet; the feed is alive")]
)
def test_no_orders_say_why(at: datetime, words: str) -> None:
    assert words in text(seen(QUIET, at=at), "orders")


def test_a_dead_feed_is_not_a_quiet_one() -> None:
    assert "no orders known: connection refused" in shown("orders", orders=down())


def held(at_index: int, said: Said, later: Said, size: tuple[int, int] = (120, 36)) -> tuple[View, Desk]:
    """The view after `later`, with the selection made before it."""
    state = believed(said)
    cursor = Cursor(state.orders.recent[-1])
    rows = Everything(state, cursor.anchor)
    cursor = moved(view(state, NOW), replace(cursor, code=rows.first(1)[0].line.ts_code), rows, 30, at_index)
    desk = Desk("orders", cursor=cursor)
    return view(believed(later, before=state, at=NOW + SECOND), NOW + SECOND), desk


def test_a_selection_holds_the_feed_and_counts_what_waits() -> None:
    before = [line(n, after=80 * MINUTE + n * SECOND, words=PAID, took=SECOND) for n in range(1, 9)]
    after = [line(n, after=90 * MINUTE + n * SECOND, words=PAID, took=SECOND) for n in range(9, 21)]
    present, desk = held(2, {**QUIET, Topic.ORDERS: orders(*before)}, {Topic.ORDERS: orders(*after)})
    rows = text(present, "orders", desk=desk).splitlines()
    assert "+12 new" in rows[0]
    assert "TG240125L00008" in rows[2]
    assert "follow" not in rows[0]
    selected = [
        row for row in draw(present, desk, "orders", boxes(present)["orders"]) if ("selected" in dict(row).values())
    ]
    assert [plain(row)[11:25] for row in selected] == ["TG240125L00006"]
    following = text(present, "orders", desk=Desk("orders")).splitlines()
    assert "TG240125L00020" in following[2]
    assert "follow" in following[0]


def test_a_held_feed_with_nothing_new_says_held() -> None:
    present, desk = held(0, {**QUIET, Topic.ORDERS: orders(line())}, {})
    assert "held" in text(present, "orders", desk=desk)


def test_a_selection_below_the_last_row_scrolls() -> None:
    many = [line(n, after=n * 10 * SECOND, words=DELIVERED) for n in range(1, 200)]
    present, desk = held(120, {**QUIET, Topic.ORDERS: orders(*many)}, {})
    rows = draw(present, desk, "orders", boxes(present)["orders"])
    assert any("selected" in dict(row).values() for row in rows)
    assert "TG240125L00079" in "".join(plain(row) for row in rows)
