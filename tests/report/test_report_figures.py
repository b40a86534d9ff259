"""What a report says and what it refuses to say."""

from __future__ import annotations

from datetime import timedelta

import pytest
from launches import (
    CALM_CPU,
    CONFIRMED,
    MINUTE,
    NOW,
    OPENS,
    UNPAID,
    Launch,
    cpu_points,
    error,
    order,
    requests,
    with_report,
)
from msgspec.structs import replace

from evtui.domain.campaign import Campaign
from evtui.domain.metrics import CpuPoint
from evtui.domain.reading import (
    Coverage,
    CpuPoints,
    ErrorBatch,
    Failure,
    FailureKind,
    OrderBatch,
    Reading,
    StockLevels,
    Topic,
    Value,
)
from evtui.domain.stock import StockLevel
from evtui.report.build import build
from evtui.report.model import Format, Report, Style
from evtui.report.render import render
from evtui.store.reduce import reduce

HOUR = timedelta(hours=1)
BLANK = "監控開賣當下流量" + "\uff3f" * 4 + "。"
MEND = "it is broken (it never answered); to put it right: mend it"


def full(report: Report) -> list[str]:
    return render(report, Style.FULL, Format.TEXT).splitlines()


def test_calm_launch_warns_of_nothing() -> None:
    report = build(Launch().state(), NOW)
    assert report.warnings == ()
    assert [report.unknown(style) for style in Style] == [(), (), ()]
    assert report.window == timedelta(minutes=30)


@pytest.mark.parametrize(
    ("rate", "sentence"),
    [
        (1000.0, "監控開賣當下流量無明顯增加。"),
        (1199.0, "監控開賣當下流量無明顯增加。"),
        (1200.0, "監控開賣當下流量增加 20%。"),
        (400.0, "監控開賣當下流量無明顯增加。"),
    ],
)
def test_traffic_sentence_follows_the_rule(rate: float, sentence: str) -> None:
    state = Launch(traffic=requests(1000.0, OPENS - HOUR, rate, NOW)).state()
    assert full(build(state, NOW))[0] == sentence


def test_traffic_threshold_is_the_campaigns() -> None:
    state = Launch(campaign=with_report(traffic_threshold=0.05)).state()
    assert full(build(state, NOW))[0] == "監控開賣當下流量增加 10%。"


def test_traffic_without_a_source_leaves_a_blank_and_says_so() -> None:
    report = build(Launch(traffic=None).state(), NOW)
    assert full(report)[0] == BLANK
    assert report.warnings == ("traffic: no source is configured; fill in the sentence by hand",)
    assert report.warnings_for(Style.STRICT) == ()
    assert report.unknown(Style.FULL) == ()


@pytest.mark.parametrize(
    ("levels", "band"),
    [((10.0, 20.0), (10, 20)), ((10.1, 19.9), (10, 20)), ((14.0, 14.0), (10, 15)), ((10.0, 10.0), (10, 15)),
     ((100.0, 100.0), (95, 100)), ((0.0, 0.0), (0, 5)), ((3.0, 101.0), (0, 100))],
)  # fmt: skip
def test_cpu_band_is_rounded_outward(levels: tuple[float, float], band: tuple[int, int]) -> None:
    cpu = cpu_points({"MWeb": levels[:1], "SCMAPI": levels[1:]}, OPENS, NOW)
    assert build(Launch(cpu=cpu).state(), NOW).cpu_band == band


@pytest.mark.parametrize(("mean", "printed"), [(12.4, "12"), (12.5, "13"), (13.5, "14"), (0.2, "0")])
def test_percent_is_rounded_as_people_round(mean: float, printed: str) -> None:
    state = Launch(cpu=cpu_points({"MWeb": (mean,), "SCMAPI": (mean,)}, OPENS, NOW)).state()
    assert f"MWeb CPU 平均: {printed} %\n" in render(build(state, NOW), Style.STRICT, Format.TEXT)


def test_first_order_is_followed_until_it_ends() -> None:
    lines = [
        full(build(Launch(orders=OrderBatch((line,))).state(), NOW))[3]
        for line in (order(words=CONFIRMED), order(), order(words=("RefundFinish",) * 3))
    ]
    assert lines == ["尚未完成取票 (27 分 34 秒)", "且已完成取票", "但已取消或退款"]


def test_unpaid_orders_are_in_flight_and_not_sold() -> None:
    report = build(Launch(orders=OrderBatch((order(words=UNPAID),))).state(), NOW)
    assert "目前監控尚未賣出" in full(report)
    assert report.products[2].in_flight == 1


def test_window_of_the_first_report_is_since_open_and_may_be_set() -> None:
    cpu = CpuPoints(tuple(CpuPoint("MWeb", "m", OPENS + n * MINUTE, 10.0 if n < 15 else 30.0) for n in range(30)))
    state = Launch(cpu=cpu).state()
    means = [build(state, NOW, window).services[0].cpu_mean for window in (None, timedelta(minutes=15))]
    assert means == [20.0, 30.0]


def test_errors_outside_the_window_are_not_counted() -> None:
    state = Launch(errors=ErrorBatch((error(1, "A.New"), error(2, "A.New", at=NOW - MINUTE)))).state()
    counts = [build(state, NOW, window).errors.special for window in (None, 10 * MINUTE)]
    assert counts == [2, 1]


@pytest.mark.parametrize(
    ("kind", "age", "said"),
    [
        (None, 6 * MINUTE, "errors (table) is stale: its newest fact is 6m00s old"),
        (
            FailureKind.DOWN,
            MINUTE,
            f"errors (table) is down: {MEND}",
        ),
        (
            FailureKind.AUTH,
            MINUTE,
            f"errors (table) refuses the login: {MEND}",
        ),
    ],
)
def test_a_source_that_is_not_well_gives_no_number(kind: FailureKind | None, age: timedelta, said: str) -> None:
    value: Value | Failure = Failure(kind, "it is broken", "mend it") if kind else ErrorBatch((error(1, "A.New"),))
    report = build(Launch(errors=value, ages={Topic.ERRORS: age}).state(), NOW)
    assert report.errors.special is None
    assert report.warnings == (said,)
    assert render(report, Style.STRICT, Format.TEXT).endswith("\nElmah: --\n")
    assert report.unknown(Style.STRICT) == ("errors.special",)


def test_a_source_that_failed_after_answering_says_when_it_last_answered() -> None:
    state = Launch(ages={Topic.ORDERS: 2 * MINUTE}).state()
    state = reduce(state, Reading("table", Topic.ORDERS, NOW, Failure(FailureKind.DOWN, "locked")))
    report = build(state, NOW)
    assert report.warnings == ("orders (table) is down: locked (last answer 2m00s ago)",)
    assert report.first_order is None
    assert report.overdue is None
    assert report.whys["overdue"] == "orders is down: locked"
    assert {product.sold for product in report.products} == {None}
    assert [product.opening for product in report.products] == [4800, 7200, 4500]


def test_stock_and_orders_fail_apart() -> None:
    report = build(Launch(stock=Failure(FailureKind.DOWN, "refused")).state(), NOW)
    product = report.products[2]
    assert (product.sold, product.remaining_computed) == (1, 4499)
    assert (product.remaining_reported, product.drift, product.sold_out_at) == (None, None, None)
    assert product.whys["drift"] == "stock is down: refused"


def test_machines_that_fell_silent_are_missed() -> None:
    points = cpu_points(CALM_CPU, OPENS, NOW - 2 * MINUTE)
    silent = {"SCMAPI-2", "SCMAPI-3"}
    kept = tuple(p for p in points.points if p.machine not in silent or p.minute < OPENS + 15 * MINUTE)
    report = build(Launch(cpu=CpuPoints(kept, points.machines)).state(), NOW)
    assert report.warnings == ("SCMAPI: the CPU mean covers 2 of 4 machines",)
    assert (report.services[1].machines_reporting, report.services[1].machines_expected) == (2, 4)


def test_a_fleet_smaller_than_planned_is_named() -> None:
    report = build(Launch(cpu=cpu_points({"MWeb": (9.0, 9.0), "SCMAPI": (9.0, 9.0)}, OPENS, NOW)).state(), NOW)
    assert report.warnings == ("SCMAPI: 2 machines are there, the plan says 4",)


def test_a_window_longer_than_the_data_is_named() -> None:
    state = Launch(traffic=None, cpu=cpu_points(CALM_CPU, OPENS + 10 * MINUTE, NOW)).state()
    said = "CPU figures begin at 2024-01-25 10:10:00, the window at 2024-01-25 10:00:00"
    assert build(state, NOW).warnings[:2] == (f"MWeb: {said}", f"SCMAPI: {said}")


def test_holes_in_the_window_are_named() -> None:
    points = cpu_points(CALM_CPU, OPENS, NOW)
    kept = tuple(p for p in points.points if not 5 * MINUTE <= p.minute - OPENS < 15 * MINUTE)
    report = build(Launch(cpu=CpuPoints(kept, points.machines)).state(), NOW)
    assert report.warnings == tuple(f"{name}: CPU figures miss 10 of 30 minutes" for name in ("MWeb", "SCMAPI"))


def test_what_a_source_left_out_is_named() -> None:
    state = Launch(coverage={Topic.ERRORS: Coverage(9, 12, "three files could not be read")}).state()
    assert build(state, NOW).warnings == ("errors (table) is partial: 9 of 12, three files could not be read",)


def test_a_machine_that_reports_no_number_is_no_number() -> None:
    points = cpu_points(CALM_CPU, OPENS, NOW)
    odd = tuple(replace(p, percent=float("nan")) if p.service == "MWeb" else p for p in points.points)
    report = build(Launch(cpu=CpuPoints(odd, points.machines)).state(), NOW)
    assert report.services[0].cpu_mean is None
    assert "MWeb CPU 平均: -- %" in render(report, Style.STRICT, Format.TEXT)


def test_before_opening_the_last_hour_is_reported() -> None:
    now = OPENS - 30 * MINUTE
    state = Launch(now=now, orders=OrderBatch(())).state()
    report = build(state, now)
    assert (report.start, report.sold) == (now - HOUR, 0)
    assert report.traffic.whys["change"] == "not open yet"


def test_selling_out_is_dated_between_the_last_order_and_the_reading() -> None:
    last = order(43, 20 * MINUTE, quantity=4499)
    gone = StockLevels((StockLevel(370478, 3, 4500, 4500, 0, 0),))
    product = build(Launch(orders=OrderBatch((order(), last)), stock=gone).state(), NOW).products[2]
    assert (product.sold_out_at, product.whys["sold_out_at"]) == (
        None,
        "it was sold out already when its stock was first read",
    )
    assert product.sold_out_range == (OPENS + 20 * MINUTE, NOW)


def test_the_ledger_adds_up_while_stock_lags_behind_orders() -> None:
    late = order(43, 29 * MINUTE, quantity=3)
    lagging = Launch(orders=OrderBatch((order(), late)), ages={Topic.STOCK: timedelta(seconds=90)})
    product = build(lagging.state(), NOW).products[2]
    assert (product.drift, product.timing) == (0, -3)
    text = render(build(lagging.state(), NOW), Style.LEDGER, Format.TEXT)
    sheet = text.split("\n\n")[3].splitlines()[1:]
    figures = [int(line.split()[-1]) for line in sheet]
    assert sum(figures[:-1]) == figures[-1] == 4500
    assert len(figures) == 6


def test_a_line_break_in_a_name_adds_no_line() -> None:
    campaign: Campaign = replace(Launch().campaign, name="CU\nAPP\u202e", market="H\r\nK")
    lines = render(build(Launch(campaign=campaign).state(), NOW), Style.STRICT, Format.TEXT).splitlines()
    assert lines[0] == "[H K] CU APP<U+202E>監控回報"
    assert len(lines) == 4


PARTIAL_ORDERS = ("sold", "in_flight", "released", "delivered", "drift")


def test_orders_that_are_not_yet_all_told_are_not_added_up() -> None:
    told = Launch(coverage={Topic.ORDERS: Coverage(more=True)}).state()
    report = build(told, NOW)
    for name in PARTIAL_ORDERS:
        assert getattr(report.products[2], name) is None
        assert report.products[2].whys[name] == "orders is not yet all told"
    assert (report.sold, report.first_order, report.overdue) == (None, None, None)
    assert "orders (table) is partial: it is not yet all told" in report.warnings
    assert "products.370478.sold" in report.unknown(Style.LEDGER)
    assert "目前監控只有賣出 -- 張券" in full(report)


def test_orders_of_which_rows_are_left_out_keep_their_sum_and_say_so() -> None:
    note = "2 unreadable rows left out: quantity is empty"
    report = build(Launch(coverage={Topic.ORDERS: Coverage(note=note)}).state(), NOW)
    assert report.sold == 1
    assert f"orders (table) is partial: {note}" in report.warnings
    partial = {source.name: source.partial for source in report.sources}
    assert (partial[Topic.ORDERS], partial[Topic.STOCK]) == (note, None)


def test_on_the_third_day_traffic_is_still_held_against_the_hours_before_opening() -> None:
    now = OPENS + timedelta(hours=74)
    launch = Launch(
        now=now,
        cpu=cpu_points(CALM_CPU, OPENS, now - 2 * MINUTE),
        traffic=requests(1000.0, OPENS - timedelta(hours=24), 1500.0, now - 2 * MINUTE),
    )
    report = build(launch.state(), now)
    assert report.traffic.baseline == 1000.0
    assert report.traffic.change == 0.5
    assert any(text.startswith("MWeb: CPU figures begin at 2024-01-26 ") for text in report.warnings)
