"""`evtui report`: styles, formats, windows, files and the exit codes scripts rely on."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from program import EXAMPLE, Program

pytest_plugins = ("program_fixture",)

STRICT = """\
[HK] CUAPP電子票券監控回報
MWeb CPU 平均: 14 %
SCMAPI CPU 平均: 15 %
Elmah: 無特殊錯誤
"""
ERRORS_ONLY = EXAMPLE[: EXAMPLE.index("[sources.stock]")] + '[sources.errors]\nprovider = "elmah"\nfolder = "elmah"\n'
"""A campaign whose only source is a folder."""


def test_strict_is_the_four_agreed_lines(evtui: Program) -> None:
    assert evtui("report", "--demo").sound() == (0, STRICT, "")
    assert evtui("report", "--demo", "--style", "strict", "--format", "text").out == STRICT


@pytest.mark.parametrize("form", ["text", "markdown", "json"])
@pytest.mark.parametrize("style", ["strict", "full", "ledger"])
def test_every_style_in_every_format_is_the_same_twice(evtui: Program, style: str, form: str) -> None:
    first = evtui("report", "--demo", "--style", style, "--format", form).sound()
    assert (first.code, first.err) == (0, "")
    assert evtui("report", "--demo", "--style", style, "--format", form) == first


def test_json_has_what_scripts_were_promised(evtui: Program) -> None:
    answer = json.loads(evtui("report", "--demo", "--format", "json").out)
    assert list(answer) == [
        *("version", "campaign", "as_of", "window_s", "products", "services", "traffic", "errors", "first_order"),
        *("overdue", "sources"),
    ]
    assert (answer["version"], answer["as_of"]) == (1, "2024-01-25T10:30:00+08:00")
    assert answer["first_order"]["tg_code"] == "TG240125L00025"
    assert [product["page_id"] for product in answer["products"]] == [370490, 370480, 370478]
    names = [source["name"] for source in answer["sources"]]
    assert names[:6] == ["stock", "orders", "cpu", "traffic", "capacity", "errors"]


@pytest.mark.parametrize(
    ("window", "seconds"), [("30m", 1800), ("90s", 90), ("1h30m", 5400), ("2d", 172_800), (" 5m ", 300)]
)
def test_windows_are_durations(evtui: Program, window: str, seconds: int) -> None:
    ran = evtui("report", "--demo", "--format", "json", "--window", window).sound()
    assert json.loads(ran.out)["window_s"] == seconds


@pytest.mark.parametrize(
    "window", ["", "0m", "0s", "5", "m", "-5m", "1.5h", "5m3h", "\uff15m", "9999999d", "x" * 10_000, "5m\x1b[2J", "5 m"]
)
def test_windows_that_are_none_are_refused(evtui: Program, window: str) -> None:
    assert evtui("report", "--demo", f"--window={window}").refused().startswith('--window "')


def test_out_writes_the_file_and_leaves_stdout_empty(evtui: Program) -> None:
    path = evtui.folder / "report.txt"
    assert evtui("report", "--demo", "--out", str(path)).sound() == (0, "", "")
    assert path.read_text(encoding="utf-8") == STRICT


def test_out_replaces_a_file_whole_and_keeps_its_rights(evtui: Program) -> None:
    path = evtui.write("x" * 10_000, "report.txt")
    path.chmod(0o640)
    assert evtui("report", "--demo", "--out", "report.txt").code == 0
    assert path.read_text(encoding="utf-8") == STRICT
    assert path.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in evtui.folder.iterdir()] == ["report.txt"]


def test_out_to_a_folder_is_refused(evtui: Program) -> None:
    assert "cannot be written" in evtui("report", "--demo", "--out", ".").refused()
    assert evtui("report", "--demo", "--out", "").refused() == "--out: the name of the file is empty"
    assert "cannot be written" in evtui("report", "--demo", "--out", "x" * 300).refused()


def test_out_below_a_file_is_refused(evtui: Program) -> None:
    evtui.write("", "file")
    assert "cannot be written" in evtui("report", "--demo", "--out", "file/report.txt").refused()


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_out_into_a_folder_without_the_right_is_refused(evtui: Program) -> None:
    folder = evtui.folder / "locked"
    folder.mkdir(mode=0o500)
    assert "Permission denied" in evtui("report", "--demo", "--out", "locked/report.txt").refused()


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no file system that refuses even the superuser")
def test_out_where_nobody_may_write_is_refused(evtui: Program) -> None:
    assert "cannot be written" in evtui("report", "--demo", "--out", "/proc/report.txt").refused()


def test_what_is_missing_is_a_dash_and_a_warning(evtui: Program) -> None:
    (evtui.folder / "elmah").mkdir()
    path = str(evtui.write(ERRORS_ONLY))
    ran = evtui("--config", path, "report").sound()
    assert ran.code == 0
    assert ran.out.splitlines()[1:] == ["MWeb CPU 平均: -- %", "SCMAPI CPU 平均: -- %", "Elmah: 無特殊錯誤"]
    assert "warning: " in ran.err
    fresh = evtui("--config", path, "report", "--require-fresh").sound()
    assert (fresh.code, fresh.out) == (3, ran.out)
    assert evtui("report", "--demo", "--require-fresh").code == 0


def test_a_source_that_is_down_is_not_fresh(evtui: Program) -> None:
    path = str(evtui.write(ERRORS_ONLY))
    ran = evtui("--config", path, "report", "--require-fresh").sound()
    assert ran.code == 3
    assert ran.out.endswith("Elmah: --\n")
    assert "there is no folder" in ran.err


def test_a_report_needs_a_campaign_file_or_the_demo(evtui: Program) -> None:
    assert (
        evtui("report").refused() == "no campaign file: name one with --config FILE, or use --demo for the simulation"
    )


@pytest.mark.parametrize("option", ["--scenario=rush", "--seed=2", "--at=2024-01-25T11:00", "--speed=2"])
def test_options_of_the_simulation_need_the_simulation(evtui: Program, option: str) -> None:
    evtui.write(EXAMPLE, "evtui.toml")
    name = option.partition("=")[0]
    assert evtui("report", option).refused() == f"{name} says what the simulation plays: it needs --demo"


def test_a_template_folder_of_somebody_who_does_not_exist_is_refused(evtui: Program) -> None:
    path = evtui.write(EXAMPLE.replace('# templates = "templates"', 'templates = "~nobody-of-that-name/x"'))
    assert "is not a folder" in evtui("--config", str(path), "report").refused()


def test_a_later_command_line_is_not_offered_yet(evtui: Program) -> None:
    assert "no such option '--recording'" in evtui("report", "--recording", "x.sqlite").refused()
