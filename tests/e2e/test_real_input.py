"""Real tables and real files, by campaign file alone: the screen, the report and an order tell their truth."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from live_launch import DELIVERED, EXAMPLE, PAID, Launch
from program import Program

from evtui.clock import SystemClock
from evtui.commands import report as report_command
from evtui.report.model import Format
from evtui.session import Session, open_session

pytest_plugins = ("program_fixture", "launch_fixtures")

FIGURES = ("sold", "in_flight", "released", "delivered", "opening", "remaining_reported", "remaining_computed", "drift")
AT_FIRST = {
    370490: (2, 0, 0, 0, 4800, 4798, 4798, 0),
    370480: (1, 0, 1, 0, 7200, 7199, 7199, 0),
    370478: (1, 1, 0, 1, 4500, 4498, 4498, 0),
}


@pytest.fixture
def file(evtui: Program, launch: Launch, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The campaign file of the launch in SQLite."""
    monkeypatch.setenv("SHOP_DB", launch.url)
    return evtui.write(launch.campaign())


def figures(answer: Mapping[str, Any]) -> dict[int, tuple[Any, ...]]:
    """Page -> its figures, in the order of FIGURES."""
    return {product["page_id"]: tuple(product[name] for name in FIGURES) for product in answer["products"]}


def test_the_screen_shows_what_the_tables_and_the_folder_hold(evtui: Program, launch: Launch, file: Path) -> None:
    ran = evtui("--config", str(file)).sound()
    assert (ran.code, ran.err) == (0, "")
    assert "DEMO" not in ran.out
    assert all(launch.code("TG", *order) in ran.out for order in ((1, 2.5), (2, 10), (3, 38), (4, 12)))
    assert launch.code("TG", 5, 12) not in ran.out
    for page, (sold, in_flight, *_, left, _, _) in AT_FIRST.items():
        row = next(line for line in ran.out.splitlines() if f"{page} $" in line)
        assert re.search(rf" {left:,} +{sold} +{in_flight} +0 ", row), row
    assert "TimeoutException" in ran.out
    assert "NEW" in ran.out
    assert f"first  {launch.code('TG', 1, 2.5)}" in ran.out
    assert "no answer" not in ran.out


def test_the_report_counts_every_set_once(evtui: Program, launch: Launch, file: Path) -> None:
    ran = evtui("--config", str(file), "report", "--style", "full", "--format", "json").sound()
    assert ran.code == 0
    answer = json.loads(ran.out)
    assert figures(answer) == AT_FIRST
    first = answer["first_order"]
    assert (first["tg_code"], first["page_id"]) == (launch.code("TG", 1, 2.5), 370478)
    assert (first["created_at"], first["delivered_at"]) == (launch.at(2.5).isoformat(), launch.at(8.5).isoformat())
    assert answer["overdue"] == []
    assert answer["errors"]["special"] == 3
    counts = {group["type"]: group["count"] for group in answer["errors"]["groups"]}
    assert counts["System.TimeoutException"] == 3
    states = {source["name"]: source["state"] for source in answer["sources"]}
    assert [states[name] for name in ("stock", "orders", "errors")] == ["ok", "ok", "ok"]
    assert states["cpu"] == "unknown"


def test_the_agreed_lines_tell_of_the_folder(evtui: Program, file: Path) -> None:
    ran = evtui("--config", str(file), "report").sound()
    assert ran.code == 0
    assert ran.out.splitlines()[-1] == "Elmah: 特殊錯誤 3 筆 (TimeoutException x 3)"
    assert "warning: cpu: no source is configured" in ran.err


def test_an_order_shows_its_lines_from_the_table(evtui: Program, launch: Launch, file: Path) -> None:
    tg_code = launch.code("TG", 2, 10)
    ran = evtui("--config", str(file), "order", tg_code, "--json").sound()
    assert ran.code == 0
    answer = json.loads(ran.out)
    assert answer["tg_code"] == tg_code
    assert [(line["ts_code"], line["page_id"], line["quantity"]) for line in answer["lines"]] == [
        (launch.code("TS", 2, 10), 370490, 2),
        (launch.code("TS", 3, 10), 370480, 1),
    ]
    assert {line["status_user"] for line in answer["lines"]} == {"WaitingToShipping"}
    by_line = json.loads(evtui("--config", str(file), "order", launch.code("TS", 3, 10), "--json").sound().out)
    assert [line["ts_code"] for line in by_line["lines"]] == [line["ts_code"] for line in answer["lines"]]


def test_exit_codes_follow_the_table(evtui: Program, launch: Launch, file: Path) -> None:
    def code_of(code: str) -> int:
        return evtui("--config", str(file), "order", code).sound().code

    assert code_of(launch.code("TG", 1, 2.5)) == 0
    assert code_of(launch.code("TG", 4, 12)) == 0
    assert code_of(launch.code("TG", 99, 12)) == 3
    assert code_of(launch.code("TG", 5, 12)) == 1  # it is another shop's, and says so
    strict = launch.campaign().replace('deliver_within = "1h"', 'deliver_within = "20m"')
    file.write_text(strict.replace('warn_at = ["30m", "45m"]', 'warn_at = ["10m"]'), encoding="utf-8")
    assert code_of(launch.code("TG", 2, 10)) == 1
    report = json.loads(evtui("--config", str(file), "report", "--format", "json").out)
    assert [late["ts_code"] for late in report["overdue"]] == [launch.code("TS", 2, 10), launch.code("TS", 3, 10)]


def test_what_comes_between_two_polls_counts_once(evtui: Program, launch: Launch, file: Path) -> None:
    async def watch() -> list[dict[str, Any]]:
        answers = []
        async with open_session(file, SystemClock()) as session:
            answers.append(await tell(session))
            launch.order(6, 7, 39, sku_id=14, quantity=3, **PAID)
            launch.sell(14, 3)
            launch.shop.write(pay(launch, 4))
            launch.error("System.TimeoutException", "No answer from the issuer in 99 s", 39)
            answers += [await tell(session), await tell(session)]
        return answers

    first, second, third = asyncio.run(watch())
    assert figures(first) == AT_FIRST
    after = AT_FIRST | {370478: (5, 0, 0, 2, 4500, 4495, 4495, 0)}
    assert figures(second) == after
    assert figures(third) == after
    assert [answer["errors"]["special"] for answer in (first, second, third)] == [3, 4, 4]


def test_a_table_that_goes_away_takes_only_its_own_figures(evtui: Program, launch: Launch, file: Path) -> None:
    async def watch() -> list[dict[str, Any]]:
        async with open_session(file, SystemClock()) as session:
            answers = [await tell(session)]
            launch.shop.write('ALTER TABLE "OrderSlaveFlow" RENAME TO "Elsewhere"')
            launch.error("System.TimeoutException", "No answer from the issuer in 99 s", 39)
            answers.append(await tell(session))
            launch.shop.write('ALTER TABLE "Elsewhere" RENAME TO "OrderSlaveFlow"')
            return [*answers, await tell(session)]

    before, without, after = asyncio.run(watch())
    assert figures(after) == figures(before) == AT_FIRST
    assert all(sold is None and reported for sold, *_, reported, _, _ in figures(without).values())
    states = {source["name"]: source for source in without["sources"]}
    assert "OrderSlaveFlow" in states["orders"]["why"]
    assert (states["stock"]["state"], states["errors"]["state"]) == ("ok", "ok")
    assert without["errors"]["special"] == 4


def test_the_example_works_when_its_comments_are_taken_away(
    evtui: Program, launch: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = EXAMPLE
    for table in ("stock", "orders", "errors"):
        text, gone = re.subn(rf'^\[sources\.{table}\]\nprovider = "simulated"\nevery = "\d+s"\n', "", text, flags=re.M)
        assert gone == 1
    start, end = text.index("# [sources.stock]"), text.index("# --- Look-ups")
    block = re.sub(r"^# ?(?=\[|\w+ = )", "", text[start:end], flags=re.M)
    text = (text[:start] + block + text[end:]).replace("/var/log/elmah", str(launch.elmah))
    path = evtui.write(launch.in_the_present(text))
    assert evtui("--config", str(path), "check", "--offline").sound().code == 0
    assert evtui("--config", str(path), "report").err.count("is not set") == 2
    monkeypatch.setenv("EVTUI_WEBSTOREDB_URL", launch.url)
    monkeypatch.setenv("EVTUI_ERPDB_URL", launch.url)
    ran = evtui("--config", str(path), "report", "--format", "json").sound()
    assert ran.code == 0
    answer = json.loads(ran.out)
    assert figures(answer) == AT_FIRST
    assert answer["errors"]["special"] == 3
    assert {source["name"]: source["state"] for source in answer["sources"]} == dict.fromkeys(
        ("stock", "orders", "cpu", "traffic", "capacity", "errors", "targets", "charts"), "ok"
    )


def test_the_same_from_postgresql(evtui: Program, postgres_launch: Launch, monkeypatch: pytest.MonkeyPatch) -> None:
    launch = postgres_launch
    monkeypatch.setenv("SHOP_DB", launch.url)
    path = evtui.write(launch.campaign())
    answer = json.loads(evtui("--config", str(path), "report", "--format", "json").sound().out)
    assert figures(answer) == AT_FIRST
    assert answer["errors"]["special"] == 3
    tg_code = launch.code("TG", 2, 10)
    assert len(json.loads(evtui("--config", str(path), "order", tg_code, "--json").sound().out)["lines"]) == 2
    assert tg_code in evtui("--config", str(path)).sound().out

    async def watch() -> list[dict[str, Any]]:
        async with open_session(path, SystemClock()) as session:
            answers = [await tell(session)]
            launch.order(6, 7, 39, sku_id=14, quantity=3, **PAID)
            launch.sell(14, 3)
            return [*answers, await tell(session), await tell(session)]

    assert [figures(told)[370478][0] for told in asyncio.run(watch())] == [1, 4, 4]


def pay(launch: Launch, line: int) -> Any:
    """The unpaid order is paid and delivered, as the platform would note it."""
    columns = launch.shop.orders.c
    now = launch.at(39.5).replace(tzinfo=None)
    return (
        launch.shop.orders.update()
        .where(columns.OrderSlaveFlow_TradesOrderSlaveCode == launch.code("TS", line, 38))
        .values(
            OrderSlaveFlow_StatusDef=DELIVERED["status"],
            OrderSlaveFlow_StatusForUserDef=DELIVERED["status_user"],
            OrderSlaveFlow_StatusForSCMDef=DELIVERED["status_scm"],
            OrderSlaveFlow_UpdatedDateTime=now,
        )
    )


async def tell(session: Session) -> dict[str, Any]:
    """Ask every source once, and report."""
    answer: dict[str, Any] = json.loads((await report_command.run(session, fmt=Format.JSON)).text)
    return answer
