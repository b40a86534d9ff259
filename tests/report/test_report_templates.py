"""Templates a user brings along, whole and broken."""

from __future__ import annotations

from pathlib import Path

import pytest
from launches import CAMPAIGN, NOW, Launch, with_report
from msgspec.structs import replace

from evtui.errors import UsageError
from evtui.report.build import build
from evtui.report.model import Format, Style
from evtui.report.render import render, templates_of

REPORT = build(Launch().state(), NOW)


def strict(folder: Path) -> str:
    return render(REPORT, Style.STRICT, Format.TEXT, folder)


def write(folder: Path, text: str, name: str = "strict.text.j2") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_template_of_the_same_name_replaces_the_shipped_one(tmp_path: Path) -> None:
    loop = "{% for s in report.services %}{{ s.name }}={{ s.cpu_mean | percent }};{% endfor %}"
    write(tmp_path, "{{ report.name }}\n" + loop)
    assert strict(tmp_path) == "CUAPP電子票券\nMWeb=12;SCMAPI=15;\n"


def test_the_others_stay_and_include_the_replaced_one(tmp_path: Path) -> None:
    write(tmp_path, "mine")
    assert render(REPORT, Style.FULL, Format.TEXT, tmp_path).endswith("送$38電子購物禮券\n\nmine\n")
    assert render(REPORT, Style.STRICT, Format.MARKDOWN, tmp_path) == "```text\nmine\n```\n"


@pytest.mark.parametrize("text", ["a\r\nb\r\n\r\n", "\ufeffa\nb", "a\nb\n\n\n"])
def test_line_ends_and_byte_order_marks_of_any_editor_are_taken(tmp_path: Path, text: str) -> None:
    (tmp_path / "strict.text.j2").write_bytes(text.encode())
    assert strict(tmp_path) == "a\nb\n"


def test_unknown_prints_as_two_dashes_without_being_asked(tmp_path: Path) -> None:
    write(tmp_path, "{{ report.services[0].cpu_mean }}")
    report = build(Launch(cpu=None).state(), NOW)
    assert render(report, Style.STRICT, Format.TEXT, tmp_path) == "--\n"


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("a\n{% if %}", 2, "Expected an expression"),
        ("a\n\n{% for x in report.services %}\n", 3, "Unexpected end of template"),
        ("a\n{{ reprot.name }}", 2, "'reprot' is undefined"),
        ("{{ report.nmae }}", 1, "has no attribute 'nmae'"),
        ("a\nb\n{{ report.__class__.__mro__ }}", 3, "is unsafe"),
        ("{{ report.unknown.__func__.__globals__ }}", 1, "is unsafe"),
        ("\n{{ 1 / 0 }}", 2, "division by zero"),
        ("\n\n{{ report.sold + 'x' }}", 3, "unsupported operand"),
        ("{{ report.name | no_such }}", 1, "No filter named 'no_such'"),
        ("{% include '/etc/passwd' %}", 1, "there is no template /etc/passwd"),
        ("{% include '../secret' %}", 1, "there is no template ../secret"),
        ("{% include 'strict.text.j2' %}", 1, "recursion"),
        ("{{ report.name | stamp }}", 1, "astimezone"),
        ("{% for n in range(999999999) %}{% endfor %}", 1, "Range too big"),
    ],
)
def test_a_broken_template_is_named_with_its_line(tmp_path: Path, text: str, line: int, what: str) -> None:
    write(tmp_path, text)
    with pytest.raises(UsageError) as caught:
        strict(tmp_path)
    said = str(caught.value)
    assert said.startswith(f"report template {tmp_path / 'strict.text.j2'}, line {line}: ")
    assert what in said
    assert "\n" not in said


def test_a_broken_include_blames_the_file_that_is_broken(tmp_path: Path) -> None:
    write(tmp_path, "one\n{{ nothing }}")
    with pytest.raises(UsageError, match=r"strict\.text\.j2, line 2"):
        render(REPORT, Style.FULL, Format.MARKDOWN, tmp_path)


def test_a_template_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "strict.text.j2").write_bytes(b"\xb3\xf8\xff")
    with pytest.raises(UsageError, match="not UTF-8"):
        strict(tmp_path)


def test_the_folder_is_beside_the_campaign_file(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    assert templates_of(with_report(templates="mine"), tmp_path / "evtui.toml") == tmp_path / "mine"


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a folder"):
        templates_of(with_report(templates="gone"), tmp_path / "evtui.toml")


def test_without_a_setting_the_users_own_folder_is_taken_if_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evtui.report.render.config_dir", lambda: tmp_path)
    assert templates_of(CAMPAIGN, Path("evtui.toml")) is None
    (tmp_path / "templates").mkdir()
    assert templates_of(replace(CAMPAIGN), Path("evtui.toml")) == tmp_path / "templates"
