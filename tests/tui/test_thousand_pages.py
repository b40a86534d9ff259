"""A launch of a thousand sale pages on five hundred machines: drawn at any size, and in time."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest
from desk_launch import MINUTE, NOW, PAID, Said, believed, errors, line, orders, plan, requests, text

from evtui.domain.metrics import CpuPoint
from evtui.domain.reading import CpuPoints, StockLevels, Topic
from evtui.domain.stock import StockLevel
from evtui.report.build import build
from evtui.report.model import Format, Style
from evtui.report.render import render
from evtui.tui.compose import picture, snapshot
from evtui.tui.desk import Desk
from evtui.tui.lines import plain
from evtui.tui.view import View, view

PRODUCTS, MACHINES, SERVICES = 1_000, 500, 10
SIZES = ((120, 36), (80, 24), (40, 10))
PANES = ("stock", "orders", "cpu", "errors")


def launch(products: int = PRODUCTS) -> View:
    """Every source alive: three SKUs a page, an order of each page, an hour of each machine."""
    start = NOW.replace(second=0, microsecond=0)
    named = [(f"服務Svc{each % SERVICES}", f"i-{each:04}") for each in range(MACHINES)]
    points = tuple(
        CpuPoint(service, machine, start - back * MINUTE, 20.0) for service, machine in named for back in range(4, 64)
    )
    pages = range(1, products + 1)
    levels = (StockLevel(page, page * 10 + sku, 1_500, 1, 0, 1_499) for page in pages for sku in (1, 2, 3))
    placed = (line(page, timedelta(seconds=page), PAID, page_id=page) for page in pages)
    said: Said = {
        Topic.STOCK: StockLevels(tuple(levels)),
        Topic.ORDERS: orders(*placed),
        Topic.CPU: CpuPoints(points, tuple(named)),
        Topic.TRAFFIC: requests(900.0),
        Topic.ERRORS: errors(),
    }
    return view(believed(said, plan(products, SERVICES)), NOW)


@pytest.fixture(scope="module")
def shown() -> View:
    return launch()


@pytest.mark.parametrize("zoomed", [False, True])
@pytest.mark.parametrize("focus", PANES)
@pytest.mark.parametrize("size", SIZES)
def test_every_pane_is_drawn_at_every_size(shown: View, size: tuple[int, int], focus: str, zoomed: bool) -> None:
    width, height = size
    lines = [plain(drawn) for drawn in picture(shown, Desk(focus=focus, zoomed=zoomed), width, height)]
    assert len(lines) == height
    assert len("".join(lines)) > width


@pytest.mark.parametrize("size", SIZES[:2])
def test_the_zoomed_stock_shows_what_fits_and_says_how_many_more(shown: View, size: tuple[int, int]) -> None:
    told = text(shown, "stock", *size, desk=Desk(focus="stock", zoomed=True))
    more = re.search(r"\+([\d,]+) products", told)
    assert more is not None
    fit = PRODUCTS - int(more[1].replace(",", ""))
    assert fit >= 3
    for page in range(1, fit + 1):
        assert re.search(rf"^│ ?{page} ", told, re.MULTILINE)
    assert "total" in told


def test_the_last_product_can_be_gone_to(shown: View) -> None:
    desk = Desk(focus="stock", zoomed=True).with_pane("stock", selected=str(PRODUCTS))
    assert f"{PRODUCTS} " in text(shown, "stock", desk=desk)


def test_a_tick_of_ten_times_the_products_costs_about_ten_times_as_much() -> None:
    took = []
    for count in (PRODUCTS // 10, PRODUCTS):
        state, best = launch(count).state, 1e9
        for _ in range(3):
            began = time.process_time()
            for zoomed in (False, True):
                picture(view(state, NOW), Desk(zoomed=zoomed), 120, 36)
            best = min(best, time.process_time() - began)
        took.append(best)
    assert took[1] < 25 * took[0]


def test_report_and_plain_snapshot_tell_of_all(shown: View) -> None:
    assert re.search(r"\+9\d\d products", snapshot(shown))
    report = build(shown.state, NOW)
    for style in Style:
        assert render(report, style, Format.TEXT)
    assert str(PRODUCTS) in render(report, Style.LEDGER, Format.TEXT)
