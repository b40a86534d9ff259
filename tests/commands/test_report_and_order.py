"""`evtui report` and `evtui order` on whole sessions: text, warnings, exit codes."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Self

import pytest

from evtui.clock import ManualClock
from evtui.commands import order as order_command
from evtui.commands import report as report_command
from evtui.commands.output import Output
from evtui.config.load import CampaignFile, SourceConfig, example_path, load
from evtui.domain.codes import parse_code
from evtui.domain.orders import OrderLine
from evtui.domain.phases import Cadence
from evtui.domain.reading import Answer, FailureKind, Lookup, OrderBatch, Topic
from evtui.errors import Exit, UsageError
from evtui.providers import base
from evtui.providers.base import Context, Provider, Question, SourceError
from evtui.report.build import build
from evtui.report.model import Format, Style
from evtui.report.render import render
from evtui.session import Demo, Session, open_session

Command = Callable[[Session], Awaitable[Output]]
OPENS = datetime.fromisoformat("2024-01-25T10:00:00+08:00")


def at(minutes: float) -> datetime:
    return OPENS + timedelta(minutes=minutes)


def demo(command: Command, minutes: float = 30, scenario: str = "calm", path: Path | None = None) -> Output:
    async def watch() -> Output:
        async with open_session(path or example_path(), ManualClock(at(minutes)), Demo(scenario)) as session:
            return await command(session)

    return asyncio.run(watch())


class Table:
    """Orders from a list, with a source and a look-up that can be made to fail."""

    Settings: ClassVar[type[base.Settings]] = base.Settings
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.ORDERS})
    lookups: ClassVar[frozenset[Lookup]] = frozenset({Lookup.ORDER_STATUS})

    def __init__(self, lines: tuple[OrderLine, ...], now: datetime, broken: frozenset[Topic | Lookup]) -> None:
        self._lines = lines
        self._now = now
        self._broken = broken

    @classmethod
    def open(cls, settings: Any, context: Context) -> Self:
        return cls((), context.clock.now(), frozenset())

    async def poll(self, topic: Topic, cursor: object) -> Answer:
        return self._answer(topic, self._lines)

    async def look_up(self, lookup: Lookup, question: Question) -> Answer:
        wanted = str(question.code)
        groups = {line.tg_code for line in self._lines if wanted in (line.tg_code, line.ts_code)}
        return self._answer(lookup, tuple(line for line in self._lines if line.tg_code in groups))

    def _answer(self, topic: Topic | Lookup, lines: tuple[OrderLine, ...]) -> Answer:
        if topic in self._broken:
            raise SourceError(FailureKind.DOWN, "refused", "start it again")
        return Answer(OrderBatch(lines), self._now)

    async def aclose(self) -> None:
        return None


def line(status: str, serial: int = 7, made: float = 2, shop_id: int = 28) -> OrderLine:
    made_at = at(made)
    ts_code, tg_code = f"TS240125L{serial:06d}", "TG240125L00007"
    return OrderLine(
        ts_code, tg_code, shop_id, 370478, 1, made_at, made_at + timedelta(minutes=1), status, status, status
    )


def ask(
    *lines: OrderLine,
    code: str = "TG240125L00007",
    minutes: float = 30,
    broken: frozenset[Topic | Lookup] = frozenset(),
    as_json: bool = False,
) -> Output:
    async def watch() -> Output:
        example = load(example_path())
        sources = (SourceConfig(Topic.ORDERS, "table", Cadence(), None, {}),)
        lookups = (SourceConfig(Lookup.ORDER_STATUS, "table", Cadence(), None, {}),)
        file = CampaignFile(example.path, example.campaign, sources, lookups, example.places)
        table = Table(lines, at(minutes), broken)
        both = (*sources, *lookups)
        providers: dict[Topic | Lookup, tuple[SourceConfig, Provider]] = {each.topic: (each, table) for each in both}
        async with Session(file, ManualClock(at(minutes)), providers, "") as session:
            return await order_command.run(session, parse_code(code), as_json)

    return asyncio.run(watch())


def test_the_seed_days_first_report() -> None:
    found = demo(lambda session: report_command.run(session, Style.FULL))
    lines = found.text.splitlines()
    assert lines[:6] == [
        "監控開賣當下流量無明顯增加。",
        "CPU 大約10-20%",
        "第一筆交易 於 2024-01-25 10:02:26 進來",
        "且已完成取票",
        "目前監控只有賣出 1 張券",
        "$500電子購物禮券 ($100X5張) 送$38電子購物禮券",
    ]
    assert (found.warnings, found.exit) == ((), Exit.OK)


def test_the_style_is_the_campaign_files_unless_given() -> None:
    found = demo(lambda session: report_command.run(session))
    lines = found.text.splitlines()
    assert lines[0] == "[HK] CUAPP電子票券監控回報"
    assert lines[-1] == "Elmah: 無特殊錯誤"
    assert len(lines) == 4


def test_the_command_prints_what_the_screen_would() -> None:
    screens: list[str] = []

    async def both(session: Session) -> Output:
        printed = await report_command.run(session, Style.FULL)
        screens.append(render(build(session.state, session.clock.now()), Style.FULL, Format.TEXT))
        return printed

    assert [demo(both).text] == screens


@pytest.mark.parametrize(("fresh", "exit_code"), [(False, Exit.OK), (True, Exit.UNREACHABLE)])
def test_a_source_that_refuses_is_a_warning_or_an_exit(fresh: bool, exit_code: Exit) -> None:
    found = demo(lambda session: report_command.run(session, Style.STRICT, require_fresh=fresh), 22, "outage")
    assert found.text.endswith("\nElmah: --\n")
    assert found.exit is exit_code
    assert any("refuses the login" in warning for warning in found.warnings)


def test_json_demands_every_source_that_is_set_up() -> None:
    def run(session: Session) -> Awaitable[Output]:
        return report_command.run(session, Style.STRICT, Format.JSON, require_fresh=True)

    found = demo(run, 16, "outage")
    assert found.exit is Exit.UNREACHABLE
    assert json.loads(found.text)["products"][0]["remaining_reported_why"].startswith("stock is down: ")
    assert demo(run).exit is Exit.OK


def test_out_takes_the_text_and_leaves_stdout_empty(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    found = demo(lambda session: report_command.run(session, out=path))
    assert found.text == ""
    assert path.read_text(encoding="utf-8").startswith("[HK] CUAPP電子票券監控回報\n")


def test_templates_beside_the_campaign_file_are_used(tmp_path: Path) -> None:
    path = tmp_path / "evtui.toml"
    text = example_path().read_text(encoding="utf-8").replace("[report]\n", '[report]\ntemplates = "mine"\n')
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="mine is not a folder"):
        demo(lambda session: report_command.run(session), path=path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "strict.text.j2").write_text("{{ report.sold }} sold")
    assert demo(lambda session: report_command.run(session, Style.STRICT), path=path).text == "1 sold\n"


@pytest.mark.parametrize(
    ("status", "minutes", "exit_code"),
    [
        ("ShippingFinish", 300, Exit.OK),
        ("Cancel", 300, Exit.OK),
        ("WaitingToShipping", 30, Exit.OK),
        ("WaitingToShipping", 63, Exit.ACTION),
        ("ConfirmedToShipping", 63, Exit.ACTION),
        ("Fail", 3, Exit.ACTION),
        ("NeverSeenBefore", 3, Exit.ACTION),
    ],
)
def test_an_order_exits_by_what_has_to_be_done(status: str, minutes: float, exit_code: Exit) -> None:
    found = ask(line(status), minutes=minutes)
    assert found.exit is exit_code
    assert found.text.startswith("TG240125L00007 · 1 line · shop 28 CUAPP")
    assert found.warnings == ()


def test_a_code_with_a_suffix_finds_the_line_it_was_cut_from() -> None:
    whole = ask(line("ShippingFinish"), code="TS240125L000007", broken=frozenset({Lookup.ORDER_STATUS}))
    cut = ask(line("ShippingFinish"), code="TS240125L000007C-160027", broken=frozenset({Lookup.ORDER_STATUS}))
    assert cut == whole


def test_a_line_code_opens_the_whole_group() -> None:
    found = ask(line("ShippingFinish", 7), line("Cancel", 8), code="TS240125L000008")
    assert "\nTS240125L000007  " in found.text
    assert "\nTS240125L000008  " in found.text


def test_an_order_of_another_shop_is_action() -> None:
    found = ask(line("ShippingFinish", shop_id=12))
    assert found.exit is Exit.ACTION
    assert "belongs to shop 12, not 28 CUAPP" in found.text


@pytest.mark.parametrize("as_json", [False, True])
def test_an_order_nobody_knows_names_the_hour_searched(as_json: bool) -> None:
    found = ask(line("Cancel"), code="TG240125M00001", as_json=as_json)
    said = (
        "TG240125M00001 is not known to any source: searched the orders made 2024-01-25 11:00 to 12:00 (Asia/Hong_Kong)"
    )
    assert (found.exit, found.warnings) == (Exit.UNREACHABLE, (said,))
    if as_json:
        assert json.loads(found.text)["worst_why"] == said
    else:
        assert found.text == ""


def test_a_failed_look_up_falls_back_on_the_orders_source() -> None:
    found = ask(line("ShippingFinish"), broken=frozenset({Lookup.ORDER_STATUS}))
    assert found.exit is Exit.OK
    assert found.warnings == ("order_status (table) gave no answer: refused; to put it right: start it again",)


def test_when_nothing_answers_the_order_could_not_be_looked_up() -> None:
    found = ask(line("ShippingFinish"), broken=frozenset({Lookup.ORDER_STATUS, Topic.ORDERS}))
    assert (found.exit, found.text) == (Exit.UNREACHABLE, "")
    assert "could not be looked up: no source of orders answered" in found.warnings[-1]


def test_a_demo_order_shows_its_chain() -> None:
    found = demo(lambda session: order_command.run(session, parse_code("TS240125L000080"), as_json=True))
    (only,) = json.loads(found.text)["lines"]
    seen = {step["id"] for step in only["steps"] if step["state"] == "done"}
    assert {"created", "paid", "transferred", "task", "delivered"} <= seen
    assert found.exit is Exit.OK


@pytest.mark.parametrize("command", ["report", "order"])
def test_the_heavy_packages_stay_out(command: str) -> None:
    call = "run(s, Style.FULL)" if command == "report" else "run(s, parse_code('TS240125L000080'))"
    program = f"""
import asyncio, sys
from datetime import datetime
from evtui.clock import ManualClock
from evtui.commands.{command} import run
from evtui.config.load import example_path
from evtui.domain.codes import parse_code
from evtui.report.model import Style
from evtui.session import Demo, open_session
async def main():
    clock = ManualClock(datetime.fromisoformat("2024-01-25T10:30:00+08:00"))
    async with open_session(example_path(), clock, Demo()) as s:
        assert (await {call}).text
asyncio.run(main())
heavy = {{"textual", "rich", "boto3", "botocore", "pyathena", "httpx", "sqlalchemy", "click"}}
print(sorted(heavy & sys.modules.keys()), "jinja2" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["[]", str(command == "report")]
