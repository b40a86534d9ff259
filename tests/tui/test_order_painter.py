"""The order page's lines: what is known, what was not seen, and what nobody answered."""

from __future__ import annotations

from typing import Any

import pytest
from desk_launch import (
    CANCELLED,
    CONFIRMED,
    FAILED,
    MINUTE,
    NOW,
    PAID,
    QUIET,
    SECOND,
    TRANSFERRED,
    UNPAID,
    WORDS,
    believed,
    down,
    line,
    orders,
)
from msgspec.structs import replace
from rich.cells import cell_len

from evtui.domain.chain import Step, StepSeen, StepState
from evtui.domain.reading import ChainFacts, Lookup, OrderBatch, Reading, Topic
from evtui.store.reduce import reduce
from evtui.tui.lines import plain, text_of
from evtui.tui.paint.order import Asked, paint, title
from evtui.tui.themes import NAMES
from evtui.tui.view import View, view

TG = "TG240125L00001"


def known(*steps: StepSeen, **changes: Any) -> View:
    """One order line with these observations."""
    state = believed({**QUIET, Topic.ORDERS: orders(line(1, **changes))})
    facts = ChainFacts(TG, tuple(("TS240125L000001", step) for step in steps))
    return view(reduce(state, Reading("table", Lookup.API_LOG, NOW, facts, NOW)), NOW)


def page(present: View, asked: Asked | None = None, cells: int = 104) -> str:
    return text_of(paint(present, TG, TG, asked or Asked(), cells))


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("cells", [1, 20, 78, 104])
def test_a_page_for_every_state(words: tuple[str, str, str], cells: int) -> None:
    drawn = paint(known(words=words), TG, TG, Asked(), cells)
    assert all(style in NAMES for each in drawn for _, style in each)
    assert any("TS240125L000001" in plain(each) for each in drawn)


def test_the_chain_with_times_and_durations_and_not_seen() -> None:
    steps = (
        StepSeen(Step.ORDER_CREATED, StepState.DONE, NOW - 80 * MINUTE, "API log"),
        StepSeen(Step.VALIDITY, StepState.DONE, NOW - 80 * MINUTE + 2 * SECOND, "API log"),
        StepSeen(Step.VIP_MEMBER, StepState.WAITING, None, "API log", note="not yet"),
    )
    rows = page(known(*steps, words=CONFIRMED)).splitlines()
    of = {name: next(row for row in rows if name in row) for name in ("created", "CheckIsValid", "SalesOrder/Get")}
    assert "10:02:26" in of["created"]
    assert "+2s" in of["CheckIsValid"]
    assert "not seen" in of["SalesOrder/Get"]
    vip = next(row for row in rows if "VipMemberInfo" in row)
    assert "time unknown" in vip
    assert "not yet" in vip
    delivered = next(row for row in rows if "delivered" in row)
    assert "not seen" in delivered
    assert "API log" in of["CheckIsValid"]


def test_what_was_concluded_is_marked() -> None:
    assert "inferred" in page(known(words=TRANSFERRED))


@pytest.mark.parametrize(
    ("words", "clock"),
    [(PAID, "clock: created"), (CONFIRMED, "clock: created"), (UNPAID, "clock: created")],
)
def test_the_clock_and_where_it_started(words: tuple[str, str, str], clock: str) -> None:
    assert clock in page(known(words=words, took=24 * SECOND))


def test_overdue_says_of_what() -> None:
    assert "OVERDUE" in page(known(words=TRANSFERRED))
    assert " of 60m00s" in page(known(words=TRANSFERRED))
    assert "OVERDUE" not in page(known(words=CANCELLED))


def test_both_statuses_and_their_absence() -> None:
    drawn = page(known(words=("WaitingToShipping", "ConfirmedToShipping", "")))
    assert "User ConfirmedToShipping" in drawn
    assert "SCM --" in drawn
    assert "read 11:31:14" in drawn


def test_failed_and_foreign() -> None:
    drawn = page(known(words=FAILED, after=80 * MINUTE, took=SECOND, shop_id=41, amount=1234.5, quantity=3))
    assert "FAILED" in drawn
    assert "shop 41, not 28" in drawn
    assert "HKD 1,234.50" in drawn
    assert "×3" in drawn


def test_every_line_of_the_group_on_its_own() -> None:
    lines = orders(line(1), line(2, words=PAID, tg_code=TG), line(3, words=CANCELLED, tg_code=TG))
    present = view(believed({**QUIET, Topic.ORDERS: lines}), NOW)
    drawn = page(present)
    assert [code for code in ("TS240125L000001", "TS240125L000002", "TS240125L000003") if code in drawn] == [
        "TS240125L000001",
        "TS240125L000002",
        "TS240125L000003",
    ]
    assert drawn.count("SalesOrder/Get") == 3
    assert TG in title(present, TG, present.state.orders.group(TG))


def test_pending_answered_and_failed_are_told_apart() -> None:
    failed = Reading("table", Lookup.TASK_LOG, NOW, down("the partition is missing"))
    answered = Reading("table", Lookup.API_LOG, NOW, ChainFacts(TG, ()))
    drawn = page(known(), Asked((Lookup.PAYMENT_LOG,), (answered, failed)))
    assert "asking payment_log" in drawn
    assert "task_log: down: the partition is missing" in drawn
    assert "answered: api_log" in page(known(), Asked((), (answered, failed)))
    assert "no look-ups are configured" in page(known())


def test_an_order_nobody_knows() -> None:
    present = view(believed(QUIET), NOW)
    asking = text_of(paint(present, TG, None, Asked((Lookup.ORDER_STATUS,)), 104))
    assert f"{TG}: asking the sources" in asking
    empty = Reading("table", Lookup.ORDER_STATUS, NOW, OrderBatch(()))
    assert "no source knows this order" in text_of(paint(present, TG, None, Asked((), (empty,)), 104))
    late = Reading("table", Lookup.ORDER_STATUS, NOW, down("no answer within 10 s"))
    unanswered = text_of(paint(present, TG, None, Asked((), (late,)), 104))
    assert "no answer within 10 s" in unanswered
    assert "no source knows" not in unanswered, "nobody answered, so nobody can say that nobody knows it"


def test_long_notes_stay_in_their_line() -> None:
    steps = (StepSeen(Step.TASK, StepState.FAILED, NOW, "Athena", note="失敗" * 300),)
    drawn = paint(known(*steps), TG, TG, Asked(), 78)
    task = next(each for each in drawn if "EVoucherOrderCreated" in plain(each))
    assert cell_len(plain(task)) <= 78
    assert plain(task).endswith("…")
    assert "✗" in plain(task)


def test_a_page_in_another_currency() -> None:
    present = known(amount=9_999_999.0)
    other = replace(present, state=replace(present.state, campaign=replace(present.campaign, currency="MYR")))
    assert "MYR 9,999,999.00" in page(other)
