"""A zoomed pane tells everything it knows, and every figure under a word that says what it is."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from desk_launch import (
    CLOSES,
    CONFIRMED,
    DELIVERED,
    MINUTE,
    NAMES,
    NOW,
    OPENS,
    QUIET,
    SECOND,
    UNPAID,
    Said,
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
from msgspec.structs import replace
from rich.cells import cell_len

from evtui.alerts.notebook import Mark, Notebook
from evtui.domain.reading import CpuPoints, Topic, TrafficPoints
from evtui.tui.desk import Desk
from evtui.tui.look import Pane
from evtui.tui.paint import errors as errors_pane
from evtui.tui.paint import load_words, stock_sales, stock_zoom
from evtui.tui.view import View

HOUR = timedelta(hours=1)
SIZES = pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 36), (200, 50), (300, 100)])
SOLD: Said = {
    **QUIET,
    Topic.STOCK: shelves(4490, 4500, 4500, total=4600),
    Topic.ORDERS: orders(
        *(line(n, after=30 * MINUTE + n * SECOND, words=CONFIRMED, amount=480.0) for n in range(8)),
        *(line(n, after=32 * MINUTE, words=DELIVERED, amount=480.0) for n in range(10, 12)),
        line(20, words=UNPAID),
    ),
}


def zoomed(shown: View, pane: str, width: int = 200, height: int = 50, selected: str = "", sort: str = "") -> str:
    desk = Desk(focus=pane, zoomed=True, panes={pane: Pane(selected, sort)})
    return text(shown, pane, width, height, desk)


def figures(drawn: str, head: str, page: str) -> str:
    """What stands under this head for this product; the two lie on lines of one place in their blocks."""
    rows = [row.strip("│") for row in drawn.splitlines()[1:-1]]
    starts = [index for index, row in enumerate(rows) if row[:7].strip()]
    block = next(index for index in starts if rows[index].split()[0] == page)
    at = next(index for index, row in enumerate(rows[: starts[1]]) if f" {head}" in row)
    end = cell_len(rows[at][: rows[at].index(f" {head}") + 1 + len(head)])
    row, cells = rows[block + at], 0
    for index, char in enumerate(row):
        cells += cell_len(char)
        if cells == end:
            return row[: index + 1].rsplit(maxsplit=1)[-1]
    raise AssertionError(f"nothing stands under {head}")


@SIZES
def test_every_figure_of_a_product_stands_under_its_head(width: int, height: int) -> None:
    drawn = zoomed(seen(SOLD), "stock", width, height)
    expected = {
        "opening": "4,500",
        "reported": "4,600",
        "left": "4,490",
        "sold": "10",
        "in flight": "1",
        "released": "0",
        "delivered": "2",
        "HK$ sold": "4,800",
        "codes owed": "48",
    }
    assert {head: figures(drawn, head, "1") for head in expected} == expected
    assert figures(drawn, "codes owed", "total") == "48"
    assert figures(drawn, "in flight", "total") == "1"
    assert NAMES[0] in drawn
    assert "on sale 01-25 10:00 · off sale 02-09 23:59" in drawn


def test_the_opening_is_told_twice_only_where_the_table_says_something_else() -> None:
    assert "reported" not in zoomed(seen(QUIET), "stock")
    assert "reported" in zoomed(seen(SOLD), "stock")


def test_windows_that_differ_have_columns() -> None:
    campaign = plan()
    late = replace(campaign.products[1], on_sale=OPENS + 30 * MINUTE)
    campaign = replace(campaign, products=(campaign.products[0], late))
    drawn = zoomed(seen(SOLD, campaign), "stock", 300)
    head = next(row for row in drawn.splitlines() if "on sale" in row)
    assert "off sale" in head
    assert "01-25 10:30" in next(row for row in drawn.splitlines() if row.startswith("│2 "))


def test_codes_are_owed_only_where_it_is_known_how_many_a_set_has() -> None:
    campaign = plan()
    bare = replace(campaign, products=tuple(replace(each, codes_per_set=None) for each in campaign.products))
    assert "codes owed" not in zoomed(seen(SOLD, bare), "stock").replace("codes owed: ", "")
    half = replace(campaign, products=(replace(campaign.products[0], codes_per_set=None), *campaign.products[1:]))
    assert figures(zoomed(seen(SOLD, half), "stock"), "codes owed", "1") == "--"
    assert figures(zoomed(seen(SOLD, half), "stock"), "codes owed", "total") == "--"


def test_what_is_unknown_is_not_zero_there_either() -> None:
    drawn = zoomed(seen(dict.fromkeys(QUIET, down())), "stock")
    for head in ("left", "sold", "in flight", "released", "delivered", "codes owed"):
        assert figures(drawn, head, "1") == "--"


def test_sales_are_drawn_minute_by_minute_and_nothing_before_the_sale() -> None:
    shown = seen(SOLD)
    drawn = zoomed(shown, "stock")
    assert "sets sold a minute" in drawn
    assert "most 8 a minute" in drawn
    rows = [row for row in drawn.splitlines() if row.startswith("│1 ") or "a minute" in row or "▁" in row]
    assert any("█" in row for row in rows)
    start = stock_sales.graphs(shown, shown.campaign.products, 300, 5)[1]
    graph = start[1][0]
    assert len(graph.strip()) == 92, "a mark for each minute since opening, and blanks before"


@pytest.mark.parametrize("now", [OPENS - MINUTE, CLOSES + 10 * HOUR])
def test_no_sales_are_drawn_where_there_was_no_sale(now: datetime) -> None:
    assert "sets sold a minute" not in zoomed(seen(SOLD, at=now), "stock")


def test_nothing_is_drawn_of_sales_nobody_told_of() -> None:
    silent = seen({**QUIET, Topic.ORDERS: None})
    assert stock_sales.graphs(silent, silent.campaign.products, 120, 5) == []


def test_the_heads_are_explained_where_there_is_room() -> None:
    assert "codes owed: of sets sold and not delivered" in zoomed(seen(SOLD), "stock")


@pytest.mark.parametrize(("width", "height"), [(stock_zoom.NARROWEST - 10, 24), (60, 14)])
def test_a_stock_pane_too_small_for_columns_stays_as_it_is(width: int, height: int) -> None:
    assert "left" in zoomed(seen(SOLD), "stock", width, height)


SILENT = cpu("服務Svc0", 11.0, 33.0, 88.0, None)


def test_machines_stand_singly_with_their_graphs() -> None:
    drawn = zoomed(seen({**QUIET, Topic.CPU: SILENT}), "cpu", 120, 36)
    for name, level in (("i-0", "11 %"), ("i-1", "33 %"), ("i-2", "88 %")):
        row = next(row for row in drawn.splitlines() if f" {name} " in row)
        assert level in row
        assert "min" in row
    assert "never reported" in next(row for row in drawn.splitlines() if " i-3 " in row)


def test_since_when_a_machine_is_silent() -> None:
    early = cpu("服務Svc0", 20.0, 30.0, minutes=range(30, 60))
    late = cpu("服務Svc0", 20.0, minutes=range(1, 30))
    both = CpuPoints(early.points + late.points, early.machines)
    for width in (80, 200):
        row = next(row for row in zoomed(seen({**QUIET, Topic.CPU: both}), "cpu", width).splitlines() if " i-1 " in row)
        assert "no report since 11:02" in row
        assert "▂" in row, "what it reported before stays"


def test_a_service_says_how_many_report_and_how_it_was_since_opening() -> None:
    drawn = zoomed(seen({**QUIET, Topic.CPU: SILENT}), "cpu")
    assert "44 % (3/4) max 88" in drawn
    assert "min 11 at 11:30" in drawn
    assert "since 10:32 44 % (44–44)" in drawn
    assert "busiest machine 88 %" in drawn


def test_traffic_stands_against_what_was_before_opening() -> None:
    points = requests(900.0).points + requests(600.0, range(95, 300)).points
    told: Said = {**QUIET, Topic.TRAFFIC: TrafficPoints(points)}
    for width, height in ((80, 24), (200, 50)):
        drawn = zoomed(seen(told), "cpu", width, height)
        assert "traffic 900/min +50 %" in drawn
        assert "before opening 600/min" in drawn
    assert "graph up to 900/min" in drawn


def test_machines_that_do_not_fit_are_counted_and_those_in_trouble_fit() -> None:
    campaign = plan(services=6)
    told = [cpu(f"服務Svc{n}", 10.0, 20.0, None if n == 5 else 97.0 if n == 4 else 30.0) for n in range(6)]
    points = CpuPoints(
        tuple(point for each in told for point in each.points),
        tuple(machine for each in told for machine in each.machines or ()),
    )
    drawn = zoomed(seen({**QUIET, Topic.CPU: points}, campaign), "cpu", 80, 24)
    assert "never reported" in drawn
    assert " 97 %" in drawn
    shown = sum(" i-" in row for row in drawn.splitlines())
    assert f"+{18 - shown} machines" in drawn


def test_marks_stand_on_the_axis_and_below_it_in_full() -> None:
    notes = Notebook((Mark(NOW - 20 * MINUTE, "看到第一個異常\nfirst odd one", "anne"),))
    shown = replace(seen(QUIET), notebook=notes)
    drawn = zoomed(shown, "cpu", 200, 50)
    axis = next(row for row in drawn.splitlines() if "0–100 %" in row)
    assert "┆看到第一個異常" in axis
    assert "01-25 11:11 看到第一個異常 first odd one (mark by anne)" in drawn
    assert "01-25 10:00 open" in drawn
    assert "┆看到" in text(shown, "cpu", 200, 50)


def test_what_happened_in_one_minute_stands_in_rows() -> None:
    notes = Notebook(tuple(Mark(NOW - 20 * MINUTE + n * SECOND, f"mark {n}", "me") for n in range(3)))
    drawn = zoomed(replace(seen(QUIET), notebook=notes), "cpu", 200, 50).splitlines()
    places = {cell_len(row[: row.index(f"┆mark {n}")]) for n in range(3) for row in drawn if f"┆mark {n}" in row}
    assert len(places) == 1
    assert sum("┆mark" in row for row in drawn) == 3


LONG = "Transaction was deadlocked " * 30
FAULTS = errors(
    *(error(n, f"known {n} is gone", after=-60 * MINUTE, type="System.Web.KnownException") for n in range(7)),
    *(
        error(n, LONG, after=10 * MINUTE + n * SECOND, type="System.Data.DeadlockException", host="web7")
        for n in range(20, 23)
    ),
    error(30, "fresh", after=90 * MINUTE, type="System.Data.DeadlockException", status_code=None),
)


@SIZES
def test_a_fault_is_told_whole(width: int, height: int) -> None:
    drawn = zoomed(seen({**QUIET, Topic.ERRORS: FAULTS}), "errors", width, height)
    assert "since open" in drawn.splitlines()[1]
    rows = drawn.splitlines()
    old = next(index for index, row in enumerate(rows) if "System.Data.DeadlockException" in row and "web7" in row)
    counts = next(row for row in rows[old::-1] if "01-25 10:10" in row)
    assert counts.strip("│").split()[:4] == ["NEW", "3", "0", "0"]
    assert counts.count("01-25 10:10") == 2
    assert " 500" in counts
    known = next(row for row in rows if "01-25 09:00" in row)
    assert known.strip("│").split()[:3] == ["0", "7", "0"]
    assert "NineYi.ScmApiV2 on web1" in drawn


def test_a_long_message_is_folded_and_bounded_unless_it_is_chosen() -> None:
    shown = seen({**QUIET, Topic.ERRORS: FAULTS})
    calm = zoomed(shown, "errors", 80, 40)
    assert re.sub(r"[│\s]", "", calm).count("deadlocked") < 30
    assert "…" in calm
    chosen = next(key for key in errors_pane.keys(shown, Pane()) if "Transaction" in key)
    whole = zoomed(shown, "errors", 80, 40, selected=chosen)
    assert re.sub(r"[│\s]", "", whole).count("deadlocked") == 30


def test_an_error_pane_too_narrow_for_columns_stays_as_it_is() -> None:
    assert "since open" not in zoomed(seen({**QUIET, Topic.ERRORS: FAULTS}), "errors", 70, 20)


def test_what_is_said_beside_a_graph_needs_no_figures() -> None:
    shown = seen(dict.fromkeys(QUIET))
    assert load_words.traffic(shown) == ([" traffic -- no answer yet"], "dim")


def test_zoomed_panes_fit_whatever_is_told() -> None:
    everything: dict[Topic, Any] = {**SOLD, Topic.ERRORS: FAULTS, Topic.CPU: SILENT}
    for products in (1, 4, 12):
        shown = seen(everything, plan(products, 6))
        for pane in ("stock", "cpu", "errors"):
            for width, height in ((40, 10), (52, 16), (80, 24), (120, 36), (200, 50), (300, 100)):
                for row in zoomed(shown, pane, width, height, selected="9").splitlines():
                    assert cell_len(row) == width
