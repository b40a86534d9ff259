"""Whatever the sources say, there is a report, and its agreed lines stand where they always stand."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from launches import CANCELLED, CONFIRMED, DELIVERED, MINUTE, MIXED, NOW, OPENS, UNPAID, Launch, error, order

from evtui.domain.metrics import CpuPoint, TrafficPoint
from evtui.domain.reading import (
    CpuPoints,
    ErrorBatch,
    Failure,
    FailureKind,
    OrderBatch,
    StockLevels,
    Topic,
    TrafficPoints,
)
from evtui.domain.stock import StockLevel
from evtui.redact import admit
from evtui.report.build import build
from evtui.report.model import Format, Style
from evtui.report.render import render

WORDS = (UNPAID, CONFIRMED, DELIVERED, CANCELLED, MIXED, ("", "", ""), ("Weird", "Weird", "Weird"))
PAGES = (370490, 370480, 370478, 999, None)
TEXT = st.text(max_size=40).map(admit)
FLOATS = st.floats(-10, 1e6) | st.just(float("nan")) | st.just(float("inf"))
SPANS = st.integers(-7_200, 7_200).map(lambda s: timedelta(seconds=s))
FAILURES = st.builds(Failure, st.sampled_from(FailureKind), TEXT, TEXT)

ORDERS = st.lists(
    st.builds(
        order,
        st.integers(0, 99),
        SPANS,
        st.sampled_from(WORDS),
        st.sampled_from(PAGES),
        quantity=st.integers(0, 9_999),
        shop_id=st.sampled_from((28, 12)),
    ),
    max_size=12,
).map(lambda lines: OrderBatch(tuple(lines)))
STOCK = st.lists(
    st.builds(
        StockLevel,
        st.sampled_from((370490, 370480, 999)),
        st.integers(1, 3),
        st.none() | st.integers(0, 9_999),
        st.none() | st.integers(0, 9_999),
        st.none() | st.integers(0, 9_999),
        st.integers(-99, 9_999),
    ),
    max_size=6,
).map(lambda levels: StockLevels(tuple(levels)))
MINUTES = st.integers(-120, 30).map(lambda n: OPENS + n * MINUTE)
CPU = st.lists(
    st.builds(CpuPoint, st.sampled_from(("MWeb", "SCMAPI", "Other")), st.sampled_from("abc"), MINUTES, FLOATS),
    max_size=20,
).map(lambda points: CpuPoints(tuple(points)))
TRAFFIC = st.lists(st.builds(TrafficPoint, MINUTES, FLOATS), max_size=20).map(
    lambda points: TrafficPoints(tuple(points))
)
ERRORS = st.lists(
    st.builds(error, st.integers(0, 99), TEXT, TEXT, SPANS.map(lambda span: OPENS + span)), max_size=10
).map(lambda entries: ErrorBatch(tuple(entries)))
AGES = st.dictionaries(st.sampled_from(Topic), st.integers(0, 900).map(lambda s: timedelta(seconds=s)))

LAUNCHES = st.builds(
    Launch,
    orders=st.none() | FAILURES | ORDERS,
    stock=st.none() | FAILURES | STOCK,
    cpu=st.none() | FAILURES | CPU,
    traffic=st.none() | FAILURES | TRAFFIC,
    errors=st.none() | FAILURES | ERRORS,
    ages=AGES,
)
STRICT = re.compile(
    r"\[HK\] CUAPP電子票券監控回報\n"
    r"MWeb CPU 平均: (--|-?\d+) %\n"
    r"SCMAPI CPU 平均: (--|-?\d+) %\n"
    r"Elmah: (--|無特殊錯誤|特殊錯誤 [1-9]\d* 筆 \([^\n]+ x [1-9]\d*(, …)?\))\n"
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(launch=LAUNCHES, window=st.none() | st.integers(0, 10_000).map(lambda s: timedelta(seconds=s)))
def test_any_launch_has_a_report(launch: Launch, window: timedelta | None) -> None:
    report = build(launch.state(), NOW, window)
    strict = render(report, Style.STRICT, Format.TEXT)
    assert STRICT.fullmatch(strict), strict
    full = render(report, Style.FULL, Format.TEXT)
    assert full.endswith(f"\n\n{strict}")
    assert all("\n" not in warning for warning in report.warnings)
    assert bool(report.unknown(Style.STRICT)) == ("--" in strict.replace("x --", ""))
    ledger = render(report, Style.LEDGER, Format.TEXT)
    markdown = render(report, Style.LEDGER, Format.MARKDOWN)
    assert ledger in markdown
    json.loads(render(report, Style.FULL, Format.JSON), parse_constant=_refuse)


def _refuse(word: str) -> Any:
    raise AssertionError(f"{word} is not JSON")
