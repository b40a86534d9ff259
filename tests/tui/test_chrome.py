"""The lines around the panes: header, first order, alert strip, footer, tabs."""

from __future__ import annotations

from datetime import datetime

import pytest
from desk_launch import (
    CLOSES,
    DELIVERED,
    MINUTE,
    NOW,
    OPENS,
    PAID,
    QUIET,
    SECOND,
    TRANSFERRED,
    Said,
    believed,
    box_lines,
    down,
    line,
    orders,
    plan,
    seen,
    text,
)
from msgspec.structs import replace
from rich.cells import cell_len

from evtui.domain.reading import FailureKind, Topic
from evtui.store.state import LaunchState, SourceSpec
from evtui.tui.actions import DESK, ORDER, REPORT, TEXT, Action
from evtui.tui.desk import Desk
from evtui.tui.keymap import KeyMap
from evtui.tui.lines import plain
from evtui.tui.paint import chrome
from evtui.tui.paint.chrome import alert_lines
from evtui.tui.view import view

LATE: Said = {**QUIET, Topic.ORDERS: orders(line(7, after=5 * MINUTE, words=TRANSFERRED, took=None))}


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (OPENS - 5 * MINUTE, "T-00:05:00"),
        (OPENS - 2 * 24 * 60 * MINUTE, "T-2d 00:00:00"),
        (OPENS, "day 1/16 open +00:00:00"),
        (NOW, "day 1/16 open +01:31:14"),
        (CLOSES, "day 16/16 open +15d 13:59:00"),
        (CLOSES + 90 * SECOND, "closed +00:01:30"),
    ],
)
def test_the_campaign_clock(now: datetime, words: str) -> None:
    header = " ".join(text(seen(QUIET, at=now), "header", 160).split())
    assert words in header
    assert "HKT" in header
    assert "HK 28 CUAPP" in header
    assert "PROD" in header


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 300])
@pytest.mark.parametrize("scenario", ["", "saturated"])
def test_header_and_time_fit(width: int, scenario: str) -> None:
    present = replace(seen(QUIET), scenario=scenario)
    drawn = text(present, "header", width, 24)
    assert cell_len(drawn) == width
    if width >= 80:
        assert "11:31:14" in drawn
    if scenario:
        assert "DEMO" in drawn
        assert "PROD" not in drawn


def test_every_source_has_its_light() -> None:
    words: Said = {
        **QUIET,
        Topic.STOCK: down(kind=FailureKind.AUTH),
        Topic.ORDERS: down(),
        Topic.CPU: None,
        Topic.TRAFFIC: down(),
    }
    drawn = text(view(believed(words), NOW), "header", 160)
    assert "stock AUTH" in drawn
    assert "orders DOWN" in drawn
    assert "cpu --" in drawn
    assert "traffic DOWN" in drawn
    assert "errors <5s" in drawn
    assert "STALE" in text(seen(QUIET, now=NOW + 10 * MINUTE), "header", 160)


def test_narrow_headers_name_what_is_not_well_and_say_so_when_all_is() -> None:
    assert "all live" in text(seen(QUIET), "header", 80, 24)
    drawn = text(seen({**QUIET, Topic.ORDERS: down()}), "header", 80, 24)
    assert "orders DOWN" in drawn
    assert "all live" not in drawn


@pytest.mark.parametrize(
    ("facts", "at", "words"),
    [
        (QUIET, OPENS - MINUTE, "the sale is not open yet"),
        (QUIET, NOW, "no order yet, 91m14s after opening"),
        ({**QUIET, Topic.ORDERS: down()}, NOW, "unknown: the orders source is not answering"),
    ],
)
def test_no_first_order_says_why(facts: Said, at: datetime, words: str) -> None:
    assert words in text(seen(facts, at=at), "first")


def test_nobody_is_said_not_to_answer_where_no_orders_source_is_configured() -> None:
    nobody = view(LaunchState(plan(), {Topic.STOCK: SourceSpec(Topic.STOCK, "table", MINUTE)}), NOW)
    assert "unknown: no orders source is configured" in text(nobody, "first")


@pytest.mark.parametrize(
    ("words", "end"),
    [
        (PAID, "not delivered yet, 88m48s"),
        (TRANSFERRED, "not delivered yet, 8"),
        (DELIVERED, "delivered 10:08:35 in 6m09s"),
        (("RefundFinish",) * 3, "cancelled or refunded"),
    ],
)
def test_the_first_order_is_pinned_until_its_end(words: tuple[str, str, str], end: str) -> None:
    first = line(1, words=words)
    later = [line(n, after=n * MINUTE) for n in range(5, 30)]
    drawn = text(seen({**QUIET, Topic.ORDERS: orders(*later, first)}), "first")
    assert "TG240125L00001 10:02:26 (+02:26)" in drawn
    assert end in drawn


def test_a_first_order_that_counts_is_of_this_shop_and_this_sale() -> None:
    strangers = (line(1, after=-MINUTE), line(2, after=SECOND, shop_id=41), line(3, after=2 * SECOND, page_id=99))
    drawn = text(seen({**QUIET, Topic.ORDERS: orders(*strangers, line(4))}), "first")
    assert "TG240125L00004" in drawn


def test_the_worst_alert_is_in_the_strip_and_the_others_are_counted() -> None:
    assert "nothing needs you" in text(seen({**QUIET, Topic.ORDERS: orders(line())}), "alert")
    drawn = text(seen({**LATE, Topic.STOCK: down(), Topic.ERRORS: down()}), "alert")
    assert drawn.startswith("!1 overdue · TG240125L00007 both WaitingToShipping · Enter opens it")
    assert drawn.rstrip().endswith("1 more")


def test_a_count_stands_before_the_words() -> None:
    late = [line(n, after=n * SECOND, words=TRANSFERRED, took=None) for n in range(1, 4)]
    assert text(seen({**QUIET, Topic.ORDERS: orders(*late)}), "alert").startswith("!3 overdue")


def test_enter_is_offered_only_for_what_enter_opens() -> None:
    late, odd = line(7, after=5 * MINUTE, words=TRANSFERRED, took=None), line(3, words=PAID, shop_id=41)
    for lines, urgent in (((late,), late.tg_code), ((odd,), odd.ts_code), ((late, odd), late.tg_code)):
        present = seen({**QUIET, Topic.ORDERS: orders(*lines)})
        assert present.urgent == urgent
        assert present.alerts[0].code == urgent
        assert "Enter opens it" in text(present, "alert")
    assert seen(QUIET).urgent == ""
    assert "Enter" not in text(seen(QUIET), "alert")


def test_below_forty_columns_only_the_alert_is_left() -> None:
    drawn = box_lines(seen(LATE), "alert", 39, 24)
    assert len(drawn) == 1
    assert plain(drawn[0]).startswith("!1 overdue · TG240125L00007")
    assert cell_len(plain(drawn[0])) == 39


def test_tabs_name_all_panes_and_mark_the_one_shown() -> None:
    drawn = box_lines(seen(QUIET), "tabs", 60, 20, Desk(focus="cpu"))[0]
    assert all(name in plain(drawn) for name in ("1 Stock", "2 Orders", "3 CPU", "4 Errors"))
    assert [run.strip() for run, style in drawn if style == "selected"] == ["3 CPU · traffic"]


@pytest.mark.parametrize("actions", [DESK, ORDER, REPORT, TEXT])
@pytest.mark.parametrize("width", range(1, 130, 7))
def test_a_footer_offers_whole_words_only(actions: tuple[Action, ...], width: int) -> None:
    offers = KeyMap().footer(actions, seen(QUIET), Desk())
    assert offers
    drawn = plain(chrome.footer(offers, width)).strip()
    whole = [f"{key} {what}" for key, what in offers]
    shown = drawn.split("  ") if drawn else []
    assert shown == [each for each in whole if each in shown]
    if width > 35:
        assert {"? help", "q quit"} <= set(shown)


def test_a_campaign_of_one_minute_and_of_a_year() -> None:
    for products in (1, 9):
        present = seen(QUIET, plan(products=products), at=OPENS + 400 * 24 * 60 * MINUTE)
        assert cell_len(text(present, "header", 80, 24)) == 80
        assert "closed" in text(present, "stock", 80, 24)


def test_n_turns_the_strip_to_the_next_alert_and_round_again() -> None:
    present = seen({**LATE, Topic.STOCK: down(), Topic.ERRORS: down()})
    strips = [plain(alert_lines(present, 120, 1, turned)[0]) for turned in range(4)]
    assert len(present.alerts) == 3
    assert len(set(strips[:3])) == 3
    assert strips[3] == strips[0]
    assert all("2 more" in strip for strip in strips)
    assert present.target(0) == "TG240125L00007"
    assert present.target(1) == "TG240125L00007"


def test_the_age_of_a_source_that_is_well_grows_in_steps() -> None:
    ages = [(0, "<5s"), (4, "<5s"), (5, "<10s"), (59, "<60s"), (60, "1m"), (119, "1m"), (120, "2m")]
    for seconds, words in ages:
        assert f"stock {words} " in text(seen(QUIET, now=NOW + seconds * SECOND), "header", 160)
