"""The order page and the report page over a real session: painted at once, filled as answers come."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from cockpit_pilot import LATE_MORNING, Driven, Gated, Odd, cockpit, simulated, wired

from evtui.clock import ManualClock
from evtui.commands import report as command
from evtui.domain.reading import Answer, FailureKind, Lookup, Topic
from evtui.providers.base import Provider, Question, SourceError
from evtui.report.model import Style
from evtui.terminal.clipboard import osc52
from evtui.tui.screens.go_to import GoTo
from evtui.tui.screens.order import OrderPage
from evtui.tui.screens.report import ReportPage

FIRST_PAINT_S = 0.1
"""An order page stands on the screen within this time of the key, whatever the sources do."""

BUSY = 4
"""Programs that may share the processor before the limit says nothing about this one."""


def lookups(provider: Provider) -> Mapping[Topic | Lookup, Provider]:
    return dict.fromkeys(Lookup, provider)


class Refused(Odd):
    """Look-ups fail, each in its own way."""

    async def look_up(self, lookup: Lookup, question: Question) -> Answer:
        if lookup is Lookup.TASK_LOG:
            raise SourceError(FailureKind.AUTH, "the token has expired", "run the login")
        if lookup is Lookup.API_LOG:
            raise RuntimeError("a fault of the provider's own")
        return await self.usual.look_up(lookup, question)


async def opened(driven: Driven, code: str) -> None:
    await driven.press("g")
    await driven.until(lambda: isinstance(driven.app.screen, GoTo), "the question")
    await driven.terminal(code)
    await driven.press("enter")
    await driven.until(lambda: isinstance(driven.app.screen, OrderPage), "the page")
    await driven.settle()


async def test_an_order_page_is_painted_within_a_tenth_of_a_second_though_nobody_answers() -> None:
    clock = ManualClock(LATE_MORNING)
    silent = Gated(simulated(clock, "stuck"))
    async with cockpit(session=wired(clock, "stuck", lookups(silent))) as driven:
        code = driven.app.view().late[0].tracked.line.tg_code
        driven.app.watching = True
        waits, work = [], []
        for _ in range(5):
            driven.app.frames.clear()
            pressed, worked = time.perf_counter(), time.process_time()
            await driven.terminal("\r")
            shown = [at for at, frame in driven.app.frames if f"Order {code}" in frame and "not seen" in frame]
            assert shown
            waits.append(shown[0] - pressed)
            work.append(time.process_time() - worked)
            assert f"Order {code}" in driven.page
            assert "asking order_status" in driven.page
            assert "not seen" in driven.page
            await driven.press("escape")
        print(f"first paint after the key: {', '.join(f'{wait * 1000:.0f}' for wait in waits)} ms")
        # on a machine with other things to do, the share of it that was ours is what can be held to
        assert min(waits) < max(FIRST_PAINT_S, BUSY * min(work))


async def test_it_fills_as_answers_come() -> None:
    clock = ManualClock(LATE_MORNING)
    gated = Gated(simulated(clock, "vip"))
    async with cockpit(session=wired(clock, "vip", lookups(gated)), size=(120, 50)) as driven:
        line = next(each.tracked.line for each in driven.app.view().late)
        await opened(driven, line.ts_code)
        before = driven.page
        assert "asking order_status, payment_log, task_log, api_log" in before
        assert before.count("not seen") >= 5
        gated.gate.set()
        await driven.until(lambda: "answered: order_status" in driven.page, "the answers")
        after = driven.page
        assert after.count("not seen") < before.count("not seen")
        assert "VipMemberInfo" in after
        assert Lookup.VALIDITY not in gated.asked, "it touches production and needs a yes"


async def test_an_order_only_the_look_up_knows_is_shown_without_entering_the_feed() -> None:
    clock = ManualClock(LATE_MORNING)
    known = simulated(clock, "stuck")
    deaf = Gated(known)
    async with cockpit(session=wired(clock, "stuck", {Topic.ORDERS: deaf, **lookups(known)})) as driven:
        line = driven.app.view().late[0].tracked.line
        await opened(driven, "TG240125A00001")
        await driven.until(lambda: "no source knows this order" in driven.page, "the end of asking")
        await driven.press("escape")
        await opened(driven, line.tg_code)
        assert line.ts_code in driven.page


async def test_a_look_up_that_fails_says_so_and_the_others_answer() -> None:
    clock = ManualClock(LATE_MORNING)
    refused = Refused(simulated(clock, "stuck"))
    async with cockpit(session=wired(clock, "stuck", lookups(refused)), size=(120, 50)) as driven:
        await opened(driven, driven.app.view().late[0].tracked.line.tg_code)
        await driven.until(lambda: "answered: order_status, payment_log" in driven.page, "the answers")
        assert "task_log: auth: the token has expired" in driven.page
        assert "api_log: data: " in driven.page
        assert "a fault of the provider's own" not in driven.page


async def test_a_page_left_early_leaves_nothing_behind() -> None:
    clock = ManualClock(LATE_MORNING)
    gated = Gated(simulated(clock, "stuck"))
    async with cockpit(session=wired(clock, "stuck", lookups(gated))) as driven:
        for _ in range(3):
            await driven.press("enter")
            await driven.press("escape")
        gated.gate.set()
        driven.app.tick()
        await driven.settle()
        await driven.until(lambda: not [each for each in asyncio.all_tasks() if "simulated " in each.get_name()])
        assert driven.app.is_running
        assert "STALE" not in driven.box("orders")


# --- the report ----------------------------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of one's own, so that nothing is written into the real one."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    for name in ("TMUX", "STY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    return tmp_path


def sent_to(driven: Driven, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is written to the terminal from now on."""
    written: list[str] = []
    monkeypatch.setattr(driven.app._driver, "write", written.append)
    return written


def report_on(driven: Driven, length: int) -> str:
    """The first `length` lines of the report page, without its frame."""
    rows = driven.page.splitlines()[1 : length + 1]
    return "".join(f"{row.strip('│')[1:].rstrip()}\n" for row in rows)


@pytest.mark.parametrize("scenario", ["calm", "stuck"])
async def test_the_report_page_shows_what_the_command_prints(home: Path, scenario: str) -> None:
    clock = ManualClock(LATE_MORNING)
    async with wired(clock, scenario) as printing:
        printed = {style: (await command.run(printing, style)).text for style in (Style.STRICT, Style.FULL)}
    async with cockpit(session=wired(clock, scenario), size=(140, 60)) as driven:
        await driven.press("r")
        await driven.until(lambda: isinstance(driven.app.screen, ReportPage), "the page")
        for style in (Style.STRICT, Style.FULL, Style.STRICT):
            shown = printed[style]
            assert report_on(driven, len(shown.splitlines())) == shown
            assert str(style) in driven.page.splitlines()[0]
            await driven.press("s")


async def test_y_saves_the_very_bytes_and_says_where(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = ManualClock(LATE_MORNING)
    async with wired(clock) as printing:
        printed = (await command.run(printing, Style.STRICT)).text
    async with cockpit(session=wired(clock), size=(140, 40)) as driven:
        written = sent_to(driven, monkeypatch)
        await driven.press("r", "y")
        await driven.until(lambda: "saved " in driven.page, "the word of it")
        assert osc52(printed.encode()) in written
    (file,) = home.rglob("report-*.txt")
    assert file.read_bytes() == printed.encode()
    assert file.name == "report-cuapp-cny-2024-day1-20240125-1131.txt"


async def test_y_again_keeps_one_file_and_another_style_another(home: Path) -> None:
    async with cockpit(size=(140, 40)) as driven:
        await driven.press("r", "y", "y", "s", "y")
        await driven.until(lambda: len(list(home.rglob("report-*.txt"))) == 2, "two files")


async def test_on_a_narrow_terminal_too_the_whole_path_is_said(home: Path) -> None:
    async with cockpit(size=(60, 24)) as driven:
        await driven.press("r", "y")
        (file,) = home.rglob("report-*.txt")
        said = "".join(row.strip("│") for row in driven.page.splitlines())
        assert f"saved {file} · sent to the terminal's clipboard" in said
        assert "Esc back" in said


async def test_what_cannot_be_saved_is_not_called_saved(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = home / "file"
    blocked.write_text("not a folder")
    monkeypatch.setenv("XDG_DATA_HOME", str(blocked))
    async with cockpit(size=(140, 40)) as driven:
        written = sent_to(driven, monkeypatch)
        await driven.press("r", "y")
        await driven.until(lambda: "not saved and not sent: " in driven.page, "the word of it")
        assert "\x1b]52" not in "".join(written)


async def test_the_report_stands_still_while_the_launch_goes_on(home: Path) -> None:
    async with cockpit("stuck", size=(140, 40)) as driven:
        await driven.press("r")
        before = driven.page
        assert isinstance(driven.session.clock, ManualClock)
        driven.session.clock.advance(timedelta(minutes=10))
        await driven.session.refresh()
        driven.app.tick()
        await driven.settle()
        assert driven.page == before
        assert "11:41:14" in driven.box("header")


async def test_a_template_of_the_users_own_that_is_broken_costs_the_page_and_not_the_program(home: Path) -> None:
    folder = home / "xdg_config_home" / "evtui" / "templates"
    folder.mkdir(parents=True)
    (folder / "strict.text.j2").write_text("{{ report.nothing_of_the_kind }}")
    async with cockpit(size=(140, 40)) as driven:
        await driven.press("r")
        assert isinstance(driven.app.screen, ReportPage)
        said = "".join(row.strip("│ ") for row in driven.page.splitlines())
        assert "strict.text.j2, line 1" in said or "strict.text.j2:1" in said
        assert "nothing_of_the_kind" in said
        await driven.press("y")
        (folder / "strict.text.j2").unlink()
        await driven.press("s")
        assert "第一筆交易" in driven.page
        await driven.press("escape")
    assert not list(home.rglob("report-*.txt"))
