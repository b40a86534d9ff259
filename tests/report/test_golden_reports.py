"""The bytes of a report: what people paste every half hour must not move by a space."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from launches import (
    CAMPAIGN,
    CONFIRMED,
    MINUTE,
    NOW,
    OPENS,
    Launch,
    cpu_points,
    error,
    order,
    requests,
    with_report,
)
from msgspec.structs import replace

from evtui.domain.campaign import Service
from evtui.domain.reading import ErrorBatch, Failure, FailureKind, OrderBatch, Topic
from evtui.report.build import build
from evtui.report.model import Format, Style
from evtui.report.render import render

GOLDEN = Path(__file__).with_name("golden")
HOUR = timedelta(hours=1)
ALL_OLD = dict.fromkeys(Topic, HOUR)

SQL = "System.Data.SqlClient.SqlException"
SPECIAL = ErrorBatch(
    (
        error(1, SQL),
        error(2, SQL, "another text"),
        error(3, SQL),
        error(4, "System.TimeoutException"),
        error(5, "System.TimeoutException"),
        error(6, "System.Net.WebException"),
        error(7, "System.Known", at=OPENS - HOUR),
        error(8, "System.Known"),
    )
)
FOUR_TYPES = ErrorBatch(tuple(error(number, f"Shop.{letter}Exception") for number, letter in enumerate("DBCA")))

TAIPEI = replace(
    CAMPAIGN,
    market="TW",
    name="春節禮券",
    zone=ZoneInfo("Asia/Taipei"),
    services=(Service("Front", planned_fixed=2),),
)
BUSY = Launch(
    campaign=with_report(unit="套"),
    orders=OrderBatch((order(words=CONFIRMED), order(43, 5 * MINUTE, page_id=370490, quantity=2))),
    traffic=requests(1000.0, OPENS - HOUR, 1380.0, NOW),
)

CASES = {
    "strict-calm": Launch(),
    "strict-spaced": Launch(campaign=with_report(blank_lines=True)),
    "strict-no-cpu": Launch(cpu=None),
    "strict-special": Launch(errors=SPECIAL),
    "strict-many-special": Launch(errors=FOUR_TYPES),
    "strict-all-stale": Launch(ages=ALL_OLD),
    "strict-other-market": Launch(
        campaign=TAIPEI, cpu=cpu_points({"Front": (40.0, 41.0)}, OPENS - HOUR, NOW - 2 * MINUTE)
    ),
    "full-calm": Launch(),
    "full-busy": BUSY,
    "full-all-stale": Launch(ages=ALL_OLD),
    "full-silent": Launch(orders=OrderBatch(())),
    "ledger-calm": Launch(),
}


@pytest.mark.parametrize("name", CASES)
def test_text_is_byte_for_byte(name: str) -> None:
    report = build(CASES[name].state(), NOW)
    text = render(report, Style(name.split("-")[0]), Format.TEXT)
    assert text.encode() == (GOLDEN / f"{name}.txt").read_bytes()


def test_every_golden_file_is_compared() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(CASES)


def test_markdown_is_the_text_in_a_block_with_the_warnings_below() -> None:
    state = Launch(cpu=Failure(FailureKind.DOWN, "refused by [aws]")).state()
    text = render(build(state, NOW), Style.STRICT, Format.MARKDOWN)
    assert text.encode() == (GOLDEN / "strict-warned.md").read_bytes()


@pytest.mark.parametrize("style", Style)
def test_markdown_holds_the_text_unchanged(style: Style) -> None:
    report = build(BUSY.state(), NOW)
    text = render(report, style, Format.TEXT)
    assert f"```text\n{text}```\n" in render(report, style, Format.MARKDOWN)
