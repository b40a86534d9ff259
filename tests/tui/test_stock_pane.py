"""The stock pane, fact by fact; and that unknown is never zero, there or elsewhere."""

from __future__ import annotations

from typing import Any

import pytest
from desk_launch import (
    CLOSES,
    CONFIRMED,
    MINUTE,
    NAMES,
    OPENS,
    QUIET,
    SECOND,
    Said,
    boxes,
    down,
    line,
    orders,
    plan,
    seen,
    shelves,
    text,
)
from rich.cells import cell_len

from evtui.domain.orders import OrderLine
from evtui.domain.reading import StockLevels, Topic
from evtui.domain.stock import StockLevel
from evtui.tui.compose import draw
from evtui.tui.desk import Desk
from evtui.tui.lines import plain


def shown(pane: str, *, width: int = 120, height: int = 36, desk: Desk | None = None, **said: Any) -> str:
    """A pane of a quiet launch with these facts changed, by topic name."""
    facts: Said = {**QUIET, **{Topic(topic): value for topic, value in said.items()}}
    return text(seen(facts), pane, width, height, desk)


def figures(row: str) -> list[str]:
    return row.strip("│").split()


@pytest.mark.parametrize("silent", [None, down()])
def test_what_no_source_told_is_not_zero(silent: object) -> None:
    """Columns of a product's row: page, label, left, sold, in flight, difference, outlook."""
    nothing: Said = dict.fromkeys(QUIET, silent)  # type: ignore[arg-type]
    row = next(row for row in text(seen(nothing), "stock").splitlines() if row.startswith("│2 "))
    assert figures(row)[-5:] == ["--", "--", "--", "--", "--"]
    total = next(row for row in text(seen(nothing), "stock").splitlines() if row.startswith("│total"))
    assert figures(total)[1] == "--"
    assert figures(total)[-4:] == ["--"] * 4
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
        (5, 0, "gone", "sold out"),
        (5, -2, "OVER!", "OVERSOLD"),
    ],
)
def test_when_it_sells_out(count: int, left: int, narrow: str, roomy: str) -> None:
    facts: dict[str, Any] = {"orders": orders(*sales(count)), "stock": shelves(left, 4500, 4500)}
    assert narrow in shown("stock", **facts).splitlines()[2]
    assert roomy in shown("stock", width=240, height=50, **facts).splitlines()[2]


def test_before_and_after_the_sale() -> None:
    before = seen(QUIET, at=OPENS - 5 * MINUTE)
    assert "opens in 00:05:00" in text(before, "stock")
    assert "not yet" in text(before, "stock").splitlines()[2]
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
    assert "+5" in plain(row)
    assert any("+5" in run and style == "alert" for run, style in row)


def test_one_sku_that_is_unknown_leaves_the_sum_unknown() -> None:
    levels = StockLevels((StockLevel(1, 1, None, None, None, 10), StockLevel(1, 2, 20, 0, 0, 20)))
    campaign = plan(products=1, stock=None)
    present = seen({**QUIET, Topic.STOCK: levels, Topic.ORDERS: orders()}, campaign)
    row = text(present, "stock").splitlines()[2]
    assert " 30 " in row
    assert "--" in row
