"""The four panes: what they say for each kind of fact, and that they fit their box whatever the facts are."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from desk_launch import (
    CANCELLED,
    CLOSES,
    CONFIRMED,
    DELIVERED,
    FAILED,
    MINUTE,
    MIXED,
    NAMES,
    NOW,
    OPENS,
    PAID,
    QUIET,
    SECOND,
    TRANSFERRED,
    UNPAID,
    WORDS,
    Said,
    believed,
    boxes,
    cpu,
    down,
    error,
    errors,
    line,
    orders,
    plan,
    requests,
    seen,
    shelves,
    text,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from evtui.domain.chain import Step, StepSeen, StepState
from evtui.domain.metrics import FleetSize
from evtui.domain.orders import OrderLine
from evtui.domain.reading import ChainFacts, FailureKind, FleetSizes, Lookup, Reading, StockLevels, Topic
from evtui.domain.stock import StockLevel
from evtui.store.reduce import reduce
from evtui.tui.compose import Desk, draw, snapshot
from evtui.tui.layout import PANES
from evtui.tui.lines import plain
from evtui.tui.paint.orders import Cursor
from evtui.tui.themes import STYLES
from evtui.tui.view import View, view

OVERDUE = line(7, after=5 * MINUTE, words=TRANSFERRED, took=None)
"""Waiting since five past ten: 86 minutes."""


def shown(pane: str, *, width: int = 120, height: int = 36, desk: Desk | None = None, **said: Any) -> str:
    """A pane of a quiet launch with these facts changed, by topic name."""
    facts: Said = {**QUIET, **{Topic(topic): value for topic, value in said.items()}}
    return text(seen(facts), pane, width, height, desk)


# --- every fact, every size ----------------------------------------------------------------------------------------


def order_lines() -> st.SearchStrategy[tuple[OrderLine, ...]]:
    seconds = st.integers(-3600, 2_000_000).map(lambda value: timedelta(seconds=value))
    one = st.builds(
        line,
        st.integers(1, 30),
        after=seconds,
        words=st.sampled_from(WORDS),
        took=st.none() | seconds,
        page_id=st.none() | st.integers(1, 6),
        quantity=st.sampled_from([1, 2, 99_999_999]),
        amount=st.none() | st.sampled_from([0.0, 500.0, 9e12]),
        shop_id=st.sampled_from([28, 28, 28, 41]),
    )
    return st.lists(one, max_size=25).map(tuple)


FACTS = st.fixed_dictionaries(
    {
        Topic.STOCK: st.none()
        | st.lists(st.sampled_from([0, -3, 1, 4500, 999_999_999, 2**31 - 1]), max_size=6).map(
            lambda left: shelves(*left)
        ),
        Topic.ORDERS: st.none() | order_lines().map(lambda lines: orders(*lines)),
        Topic.CPU: st.none()
        | st.lists(st.none() | st.floats(0, 100), max_size=5).map(lambda levels: cpu("服務Svc0", *levels)),
        Topic.TRAFFIC: st.none() | st.floats(0, 1e9).map(requests),
        Topic.ERRORS: st.none()
        | st.lists(st.sampled_from(["", "it broke", "錯誤" * 300, "a\nb\tc"]), max_size=12).map(
            lambda texts: errors(*(error(n, message, MINUTE * n) for n, message in enumerate(texts)))
        ),
    }
)
MOMENTS = st.sampled_from(
    [OPENS - timedelta(days=40), OPENS - SECOND, OPENS, OPENS + SECOND, NOW, CLOSES, CLOSES + timedelta(days=400)]
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    FACTS,
    MOMENTS,
    st.tuples(st.integers(1, 240), st.integers(1, 70)),
    st.tuples(st.integers(1, 9), st.integers(0, 6)),
    st.builds(
        Desk,
        st.sampled_from(PANES),
        st.booleans(),
        st.sampled_from([Cursor(), Cursor((NOW.timestamp(), ""), 0), Cursor((0.0, ""), 3), Cursor((9e9, "z"), 99)]),
    ),
)
def test_any_fact_fits_any_box(
    said: Said, now: datetime, size: tuple[int, int], counts: tuple[int, int], desk: Desk
) -> None:
    campaign = plan(*counts, stock=None if counts[1] == 3 else 4500)
    present = seen(said, campaign, at=min(now, NOW), now=now)
    for name, box in boxes(present, *size, desk=desk).items():
        lines = draw(present, desk, name, box)
        assert len(lines) == box.height
        for drawn in lines:
            assert cell_len(plain(drawn)) == box.width
            assert "\n" not in plain(drawn)
            assert {style for _, style in drawn} <= STYLES.keys()


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (50, 12), (30, 5), (1, 1)])
def test_the_plain_snapshot_is_made_of_the_same_boxes(size: tuple[int, int]) -> None:
    present = seen({**QUIET, Topic.ORDERS: orders(OVERDUE)})
    printed = snapshot(present, *size).splitlines()
    assert len(printed) <= size[1]
    assert all(cell_len(row) <= size[0] for row in printed)


# --- unknown is not zero -------------------------------------------------------------------------------------------


def figures(row: str) -> list[str]:
    return row.strip("│").split()


@pytest.mark.parametrize("silent", [None, down()])
def test_what_no_source_told_is_not_zero(silent: object) -> None:
    """Columns of a product's row: page, label, left, sold, in flight, difference, outlook."""
    nothing: Said = dict.fromkeys(QUIET, silent)  # type: ignore[arg-type]
    row = next(row for row in text(seen(nothing), "stock").splitlines() if row.startswith("│2 "))
    assert figures(row)[-5:] == ["--", "--", "--", "--", "--"]
    total = next(row for row in text(seen(nothing), "stock").splitlines() if row.startswith("│total"))
    assert figures(total)[1:5] == ["--"] * 4
    assert " -- (0/4) max --" in text(seen(nothing), "cpu")
    assert "traffic --" in text(seen(nothing), "cpu")
    assert "unknown" in text(seen(nothing), "errors")
    assert "no orders known" in text(seen(nothing), "orders")
    brief = text(seen(nothing), "stock", 80, 24)
    assert brief.count("-- left") == 3
    assert "-- sold" in brief


def test_half_of_the_sources_makes_half_of_the_figures() -> None:
    only_orders: Said = {**QUIET, Topic.STOCK: down(), Topic.ORDERS: orders(line())}
    row = next(row for row in text(seen(only_orders), "stock").splitlines() if row.startswith("│1 "))
    assert figures(row)[-6:-1][-4:-1] == ["1", "0", "--"]
    only_stock: Said = {**QUIET, Topic.ORDERS: down()}
    row = next(row for row in text(seen(only_stock), "stock").splitlines() if row.startswith("│1 "))
    assert "4,500" in row
    assert "0" not in figures(row)


def test_an_unpriced_sale_leaves_the_revenue_out() -> None:
    sold = orders(*(line(n, amount=700.0) for n in range(1, 8)))
    assert "HK$ 4,900" in shown("stock", width=200, orders=sold)
    free = plan(products=1)
    lone = seen({**QUIET, Topic.ORDERS: orders(*(line(n, page_id=None) for n in range(1, 8)))}, free)
    assert "HK$ 0" in text(lone, "stock", 200, 50)


# --- stock -----------------------------------------------------------------------------------------------------------


def sales(count: int, page_id: int = 1, quantity: int = 1) -> list[OrderLine]:
    """Sales of the last hour, a minute apart at the most."""
    step = 50 * MINUTE / max(count, 1)
    return [
        line(n, after=35 * MINUTE + n * step, words=CONFIRMED, took=SECOND, page_id=page_id, quantity=quantity)
        for n in range(count)
    ]


@pytest.mark.parametrize(
    ("count", "left", "narrow", "roomy"),
    [
        (0, 4500, "> close", "not at this rate"),
        (3, 4497, "too few", "too few sales"),
        (50, 100, "~", "~"),
        (50, 4_000_000, "> close", "not at this rate"),
        (10, 2**31 - 1, "2,147,483,647", "not at this rate"),
        (5, 0, "@11:31", "sold out 11:31"),
        (5, -2, "OVER!", "OVERSOLD"),
    ],
)
def test_when_it_sells_out(count: int, left: int, narrow: str, roomy: str) -> None:
    facts = {"orders": orders(*sales(count)), "stock": shelves(left, 4500, 4500)}
    assert narrow in shown("stock", **facts).splitlines()[2]
    assert roomy in shown("stock", width=240, height=50, **facts).splitlines()[2]


def test_before_and_after_the_sale() -> None:
    before = seen(QUIET, at=OPENS - 5 * MINUTE)
    assert "opens in 00:05:00" in text(before, "stock")
    assert "10:00" in text(before, "stock").splitlines()[2]
    assert "closes in" in text(seen(QUIET), "stock")
    assert "closed 00:05:00 ago" in text(seen(QUIET, at=CLOSES + 5 * MINUTE), "stock")


def test_millions_keep_their_columns() -> None:
    campaign = plan(stock=9_999_999)
    facts: Said = {
        **QUIET,
        Topic.STOCK: shelves(9_999_999, 1_234_567, 0),
        Topic.ORDERS: orders(*sales(5, quantity=1_000)),
    }
    rows = text(seen(facts, campaign), "stock", 240, 50).splitlines()
    assert "9,999,999" in rows[2]
    assert "1,234,567" in rows[3]
    assert "5,000" in rows[2]
    assert all(cell_len(row) == cell_len(rows[0]) for row in rows)


def test_a_long_chinese_name_is_cut_and_not_the_figures() -> None:
    for width, height in ((120, 36), (100, 30), (80, 24)):
        campaign = plan(products=3)
        rows = text(seen(QUIET, campaign), "stock", width, height).splitlines()
        row = next(row for row in rows if "超長商品名稱" in row)
        assert "…" in row
        assert "4,500" in row
    assert NAMES[2] not in row


def test_a_difference_in_the_ledger_is_signed_and_loud() -> None:
    facts: Said = {**QUIET, Topic.ORDERS: orders(*sales(5)), Topic.STOCK: shelves(4490, 4500, 4500)}
    assert "+5" in text(seen(facts), "stock").splitlines()[2]
    present = seen(facts)
    row = draw(present, Desk(), "stock", boxes(present)["stock"])[2]
    assert ("+5" in plain(row)) and any("+5" in run and style == "alert" for run, style in row)


# --- orders ----------------------------------------------------------------------------------------------------------


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
    assert "awaiting vip" in early


@pytest.mark.parametrize(
    ("at", "words"), [(OPENS - MINUTE, "the sale is not open"), (NOW, "no orders yet; the feed is alive")]
)
def test_no_orders_say_why(at: datetime, words: str) -> None:
    assert words in text(seen(QUIET, at=at), "orders")


def test_a_dead_feed_is_not_a_quiet_one() -> None:
    assert "no orders known: connection refused" in shown("orders", orders=down())


# --- a selection -------------------------------------------------------------------------------------------------------


def held(at_index: int, said: Said, later: Said, size: tuple[int, int] = (120, 36)) -> tuple[View, Desk]:
    """The view after `later`, with the selection made before it."""
    state = believed(said)
    desk = Desk("orders", cursor=Cursor(state.orders.recent[-1], at_index))
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


# --- CPU and traffic ---------------------------------------------------------------------------------------------------


def test_machines_are_counted_beside_the_mean() -> None:
    drawn = shown("cpu", cpu=cpu("服務Svc0", 10.0, 20.0, 30.0, None))
    assert "20 % (3/4) max 30" in drawn
    assert "-- (0/4) max --" in drawn


def test_nobody_knows_how_many_there_should_be() -> None:
    campaign = plan(services=0)
    bare = believed({**QUIET, Topic.CPU: cpu("Api", 10.0)}, campaign)
    assert "(1/1)" in text(view(bare, NOW), "cpu")


def test_gaps_are_gaps() -> None:
    minutes = [n for n in range(1, 20) if n not in (5, 6, 7)]
    row = shown("cpu", cpu=cpu("服務Svc0", 50.0, minutes=minutes)).splitlines()[1]
    history = row[row.index("▄") : row.rindex("▄") + 1]
    assert "▄   ▄▄▄▄" in history
    assert history.count("▄") == len(minutes)


def test_the_scale_is_the_same_for_all() -> None:
    low = shown("cpu", cpu=cpu("服務Svc0", 10.0)).splitlines()[1]
    high = shown("cpu", cpu=cpu("服務Svc0", 95.0)).splitlines()[1]
    assert "▁▁▁" in low
    assert "███" in high
    assert "max 95!" in high


def test_traffic_without_a_source_says_so() -> None:
    assert "traffic -- connection refused" in shown("cpu", traffic=down())
    assert "traffic 900/min" in shown("cpu")


def test_the_time_axis_names_what_happened() -> None:
    drawn = shown("cpu", width=240, height=50)
    assert "┆會員app push" in drawn or "┆會員" in drawn


def test_a_fleet_that_is_short() -> None:
    state = believed(QUIET)
    sizes = FleetSizes((FleetSize("服務Svc0", 1, 3, 2), FleetSize("服務Svc1", None, None, None)))
    state = reduce(state, Reading("table", Topic.CAPACITY, NOW, sizes, NOW))
    drawn = text(view(state, NOW), "cpu", 120, 50)
    assert "服務Svc0 1+2 in service of 1+3 planned" in drawn
    assert "服務Svc1 ?+-- in service of 1+3 planned" in drawn


# --- errors --------------------------------------------------------------------------------------------------------------


def test_faults_are_grouped_counted_and_new_ones_come_first() -> None:
    known = [
        error(n, f"order {n} not found", after=-60 * MINUTE + n * SECOND, type="KnownException") for n in range(12)
    ]
    fresh = [error(n, f"timeout after {n} ms", after=n * MINUTE) for n in range(20, 23)]
    rows = shown("errors", width=160, errors=errors(*known, *fresh)).splitlines()
    assert "NEW" in rows[1]
    assert "×3" in rows[1]
    assert "TimeoutException 500" in rows[1]
    first = next(row for row in rows if "KnownExcep" in row)
    assert "×12" in first
    assert "known" in first
    assert "NEW" not in first


def test_no_errors_and_no_error_feed_are_two_things() -> None:
    assert "no errors in the log" in shown("errors")
    assert "errors unknown: connection refused" in shown("errors", errors=down())


def test_kinds_that_do_not_fit_are_counted() -> None:
    many = [error(n, "x", type=f"Type{chr(65 + n)}Exception") for n in range(26)]
    rows = shown("errors", width=80, height=24, errors=errors(*many)).splitlines()
    hidden = 26 - sum("Exception" in row for row in rows)
    assert f"{hidden} " in "".join(rows)
    assert "kinds" in "".join(rows)


# --- a source that is not well ---------------------------------------------------------------------------------------------


TOPIC_OF = {"stock": Topic.STOCK, "orders": Topic.ORDERS, "cpu": Topic.CPU, "errors": Topic.ERRORS}
BUSY: Said = {
    Topic.STOCK: shelves(4400, 4500, 4500),
    Topic.ORDERS: orders(OVERDUE, line(8)),
    Topic.CPU: cpu("服務Svc0", 33.0),
    Topic.TRAFFIC: requests(777.0),
    Topic.ERRORS: errors(error(1, "it broke")),
}
LASTING = {"stock": "4,400", "orders": "TG240125L00008", "cpu": "33 %", "errors": "TimeoutException"}


@pytest.mark.parametrize("pane", PANES)
@pytest.mark.parametrize(
    ("kind", "word"), [(FailureKind.AUTH, "AUTH 40s"), (FailureKind.DOWN, "DOWN 40s"), (FailureKind.DATA, "DOWN 40s")]
)
def test_a_failing_source_dims_its_pane_and_keeps_its_values(pane: str, kind: FailureKind, word: str) -> None:
    later = NOW + 40 * SECOND
    state = believed({TOPIC_OF[pane]: down(kind=kind)}, before=believed(BUSY), at=later)
    present = view(state, later)
    drawn = draw(present, Desk(focus=""), pane, boxes(present)[pane])
    assert word in plain(drawn[0])
    assert LASTING[pane] in "".join(map(plain, drawn))
    for row in drawn[1:-1]:
        assert {style for run, style in row if run.strip(" │")} <= {"dim"}


@pytest.mark.parametrize("pane", PANES)
def test_a_late_source_is_stale_with_its_age(pane: str) -> None:
    present = seen(BUSY, now=NOW + 10 * MINUTE)
    drawn = draw(present, Desk(focus=""), pane, boxes(present)[pane])
    assert "STALE 10m00s" in plain(drawn[0])
    assert LASTING[pane] in "".join(map(plain, drawn))


@pytest.mark.parametrize("pane", PANES)
def test_the_states_of_a_source_never_look_alike(pane: str) -> None:
    topic = TOPIC_OF[pane]
    old = believed(BUSY)
    later = NOW + 10 * MINUTE
    others = {other: value for other, value in BUSY.items() if other is not topic}
    views = [
        view(believed(BUSY, before=old, at=later), later),
        view(believed(others, before=old, at=later), later),
        view(believed({**others, topic: down(kind=FailureKind.AUTH)}, before=old, at=later), later),
        view(believed({**others, topic: down()}, before=old, at=later), later),
        view(believed({**BUSY, topic: None}, at=later), later),
    ]
    borders = {text(present, pane).splitlines()[0] for present in views}
    assert len(borders) == 5


def test_one_sku_that_is_unknown_leaves_the_sum_unknown() -> None:
    levels = StockLevels((StockLevel(1, 1, None, None, None, 10), StockLevel(1, 2, 20, 0, 0, 20)))
    campaign = plan(products=1, stock=None)
    present = seen({**QUIET, Topic.STOCK: levels, Topic.ORDERS: orders()}, campaign)
    row = text(present, "stock").splitlines()[2]
    assert " 30 " in row
    assert "--" in row
