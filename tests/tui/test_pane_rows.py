"""Rows that one of can be chosen: the chosen one is seen and looks it, whatever the order and the room."""

from __future__ import annotations

import pytest
from desk_launch import (
    CONFIRMED,
    MINUTE,
    OPENS,
    QUIET,
    Said,
    box_lines,
    down,
    error,
    errors,
    line,
    orders,
    plan,
    seen,
    shelves,
    text,
)
from hypothesis import given
from hypothesis import strategies as st

from evtui.domain.reading import Topic
from evtui.tui.desk import Desk
from evtui.tui.lines import Line, plain
from evtui.tui.look import Pane
from evtui.tui.paint import errors as errors_pane
from evtui.tui.paint import stock
from evtui.tui.paint.columns import column, fitting, folding, row_of
from evtui.tui.paint.rows import in_sight
from evtui.tui.view import View

FAULTS = [
    error(
        n, f"message {chr(65 + n)}", after=n * MINUTE if n < 3 else -(30 + n) * MINUTE, application=f"App.{chr(90 - n)}"
    )
    for n in range(12)
]
MORE = [error(100 + n, "message F", after=-(50 + n) * MINUTE, application="App.U") for n in range(5)]
SOLD: Said = {
    **QUIET,
    Topic.STOCK: shelves(*(3000 + 100 * (n * 7 % 12) for n in range(12))),
    Topic.ORDERS: orders(
        *(line(n, after=(40 + n % 40) * MINUTE, words=CONFIRMED, page_id=1 + n * n % 12) for n in range(200))
    ),
    Topic.ERRORS: errors(*FAULTS, *MORE),
}
MANY = seen(SOLD, plan(12, 2))
SIZES = [(80, 24), (120, 36), (200, 50), (60, 14)]
CHOSEN = pytest.mark.parametrize("size", SIZES, ids=str)


def chosen(shown: View, pane: str, size: tuple[int, int], look: Pane, *, zoomed: bool) -> list[str]:
    desk = Desk(focus=pane, zoomed=zoomed, panes={pane: look})
    drawn = box_lines(shown, pane, *size, desk)
    parts = ["".join(run for run, style in each if style == "selected") for each in drawn]
    return [part for part in parts if part]


@CHOSEN
@pytest.mark.parametrize("zoomed", [False, True])
@pytest.mark.parametrize("sort", stock.SORTS)
def test_the_chosen_product_is_seen(size: tuple[int, int], zoomed: bool, sort: str) -> None:
    look = Pane(sort=sort)
    names = {str(product.page_id): product.label[:5] for product in MANY.campaign.products}
    for key in stock.keys(MANY, look):
        [row] = chosen(MANY, "stock", size, Pane(key, sort), zoomed=zoomed)
        assert row.split()[0] == key or names[key] in row


@CHOSEN
@pytest.mark.parametrize("zoomed", [False, True])
@pytest.mark.parametrize("sort", errors_pane.SORTS)
def test_the_chosen_fault_is_seen(size: tuple[int, int], zoomed: bool, sort: str) -> None:
    keys = errors_pane.keys(MANY, Pane(sort=sort))
    assert len(set(keys)) == len(keys) == 12
    rows = [chosen(MANY, "errors", size, Pane(key, sort), zoomed=zoomed) for key in keys]
    assert all(len(each) == 1 for each in rows)
    assert len({tuple(each) for each in rows}) == 12


def test_a_row_that_is_gone_is_not_chosen() -> None:
    for pane in ("stock", "errors"):
        assert chosen(MANY, pane, (80, 24), Pane("nothing of that name"), zoomed=False) == []
        assert chosen(MANY, pane, (80, 24), Pane(), zoomed=True) == []


def test_a_chosen_row_stays_seen_where_the_source_is_down() -> None:
    gone = seen({**SOLD, Topic.ERRORS: down()}, plan(12, 2))
    assert errors_pane.keys(gone, Pane()) == ()
    late = seen(SOLD, plan(12, 2), now=OPENS + 200 * MINUTE)
    assert len(chosen(late, "stock", (120, 36), Pane("5"), zoomed=False)) == 1


def by(sort: str) -> tuple[str, ...]:
    return stock.keys(MANY, Pane(sort=sort))


def test_the_orders_of_the_products() -> None:
    figures = {str(each.product.page_id): each for each in MANY.products if each.product}
    assert by("plan") == by("") == tuple(figures)
    lefts = [figures[key].remaining_reported or 0 for key in by("left")]
    assert lefts == sorted(lefts)
    solds = [figures[key].sold or 0 for key in by("sold")]
    assert solds == sorted(solds, reverse=True)
    paces = [figures[key].velocity[-1].sold for key in by("pace")]
    assert paces == sorted(paces, reverse=True)
    outs = [figures[key].forecast.at for key in by("sell-out")]
    known = [at for at in outs if at]
    assert known == sorted(known)
    assert outs[: len(known)] == known


def test_what_is_sold_out_ends_soonest_and_what_is_unknown_comes_last() -> None:
    shown = seen({**QUIET, Topic.STOCK: shelves(100, 0, 100), Topic.ORDERS: orders()})
    assert stock.keys(shown, Pane(sort="sell-out"))[0] == "2"
    gone = seen({**QUIET, Topic.STOCK: shelves(100, 50)})
    assert stock.keys(gone, Pane(sort="left")) == ("2", "1", "3")


def test_the_orders_of_the_faults() -> None:
    usual = errors_pane.keys(MANY, Pane())
    assert usual == errors_pane.keys(MANY, Pane(sort="special"))
    newest = [key[-1] for key in errors_pane.keys(MANY, Pane(sort="newest"))]
    assert newest[:3] == ["C", "B", "A"]
    assert errors_pane.keys(MANY, Pane(sort="most"))[0].endswith("message F")
    apps = [key.split("\0")[0] for key in errors_pane.keys(MANY, Pane(sort="application"))]
    assert apps == sorted(apps)


@pytest.mark.parametrize(("pane", "sort"), [("stock", "sold"), ("errors", "most")])
@CHOSEN
def test_an_order_that_is_not_the_usual_one_is_named(pane: str, sort: str, size: tuple[int, int]) -> None:
    def border(sort: str) -> str:
        return text(MANY, pane, *size, Desk(focus=pane, panes={pane: Pane(sort=sort)})).splitlines()[0]

    assert f"by {sort}" in border(sort)
    assert " by " not in border("")
    assert " by " not in border((stock if pane == "stock" else errors_pane).SORTS[0])


@pytest.mark.parametrize("zoomed", [False, True])
@pytest.mark.parametrize(("pane", "noun"), [("stock", "products"), ("errors", "kinds")])
def test_what_is_out_of_sight_is_counted(pane: str, noun: str, zoomed: bool) -> None:
    desk = Desk(focus=pane, zoomed=zoomed)
    border, *rows = text(MANY, pane, 80, 24, desk).splitlines()
    seen_rows = sum(" on web1 · " in row or "TimeoutException 500" in row for row in rows)
    if pane == "stock":
        keys = stock.keys(MANY, Pane())
        seen_rows = sum(row[1:7].strip() in keys for row in rows) if zoomed else 4
    assert 0 < seen_rows < 12
    assert f"+{12 - seen_rows} {noun}" in border


HEIGHTS = st.lists(st.integers(1, 4), min_size=1, max_size=30)


@given(HEIGHTS, st.integers(0, 20), st.integers(-1, 29))
def test_rows_fill_the_room_and_the_chosen_one_is_there(heights: list[int], room: int, at: int) -> None:
    at = min(at, len(heights) - 1)

    def draw(index: int) -> list[Line]:
        return [((f"{index}.{part}", ""),) for part in range(heights[index])]

    lines, whole = in_sight(len(heights), draw, room, at)
    assert len(lines) <= room
    shown = [plain(each) for each in lines]
    first = int(shown[0].split(".")[0]) if shown else 0
    expected = [plain(each) for index in range(first, len(heights)) for each in draw(index)]
    assert shown == expected[: len(shown)], "rows follow each other without a hole"
    if at >= 0 and room:
        assert ((f"{at}.0", "selected"),) in lines
    else:
        assert all(style == "" for each in lines for _, style in each)
    assert whole == sum(
        f"{index}.{height - 1}" in shown for index, height in enumerate(heights) if f"{index}.0" in shown
    )


RANKS = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 12)), min_size=1, max_size=12)


@given(RANKS, st.integers(1, 100))
def test_columns_that_fit_are_those_of_the_lowest_ranks(ranks: list[tuple[int, int]], cells: int) -> None:
    columns = [column("x" * width, [("1", "")], rank) for rank, width in ranks]
    found = fitting(columns, cells)
    always = [each for each in columns if each.rank == 0]
    assert [each for each in found if each.rank == 0] == always
    if found != always:
        assert sum(each.width for each in found) <= cells
    assert [each for each in columns if any(each is other for other in found)] == found
    out = [each.rank for each in columns if not any(each is other for other in found)]
    assert not out or all(each.rank <= min(out) for each in found)


@given(RANKS, st.integers(20, 100))
def test_columns_are_folded_and_none_is_lost(ranks: list[tuple[int, int]], cells: int) -> None:
    columns = [column("x" * width, [("1", ""), ("2", "head")], rank) for rank, width in ranks]
    lines = folding(columns, cells - 3, cells, 7)
    assert [each for part in lines for each in part] == columns
    assert all(7 + sum(each.width for each in part) <= cells for part in lines[1:])
    assert [plain(row_of(part, 1)).split() for part in lines] == [["2"] * len(part) for part in lines]
