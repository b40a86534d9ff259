"""`evtui check --offline`: what it prints and how it ends."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, ClassVar

import pytest

from evtui.commands import check
from evtui.config.load import example_path
from evtui.domain.reading import Lookup, Topic
from evtui.errors import Exit, UsageError
from evtui.providers.base import Provider, Settings

EXAMPLE = example_path().read_text(encoding="utf-8")


class Options(Settings, kw_only=True, frozen=True):
    """A provider's settings."""

    folder: str = ""


class Everything:
    """Stands for a provider that answers all topics; opened, never asked."""

    Settings = Options
    topics: ClassVar[frozenset[Topic]] = frozenset(Topic)
    lookups: ClassVar[frozenset[Lookup]] = frozenset(Lookup)

    @classmethod
    def open(cls, settings: object, context: object) -> Everything:
        return cls()


class ErrorsOnly(Everything):
    topics = frozenset({Topic.ERRORS})
    lookups = frozenset()


def offered(name: str) -> type[Provider]:
    if name == "sql":
        raise UsageError("provider 'sql' cannot be loaded: No module named 'sqlalchemy'")
    return ErrorsOnly if name == "elmah" else Everything  # type: ignore[return-value]


def run_offline(path: Path, **choices: Any) -> tuple[str, Exit]:
    """Text and exit code."""
    output = check.run_offline(path, **choices)
    return output.text, output.exit


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "launch.toml"


def test_the_example_passes_with_its_findings() -> None:
    text, code = run_offline(example_path(), as_json=False, load=offered)
    assert code is Exit.OK
    assert text.startswith("F-01 B  Planned sets and stock disagree\n        The estimate says 16,000 sets")
    assert text.endswith("cuapp-cny-2024.toml: no problems, 7 findings (0 A, 3 B, 4 C)\n")
    assert not text.endswith("\n\n")


def test_problems_end_with_two_and_come_with_their_place(file: Path) -> None:
    file.write_text(
        EXAMPLE.replace("timezone =", "# timezone =").replace("2024-02-09", "2024-01-09", 1), encoding="utf-8"
    )
    text, code = run_offline(file, as_json=False, load=offered)
    assert code is Exit.USAGE
    lines = text.splitlines()
    assert ': campaign.timezone: is missing; write for example `timezone = "Asia/Hong_Kong"`' in lines[0]
    assert "products[0].off_sale: the sale ends (2024-01-09T23:59:00) before it starts" in lines[1]
    assert lines[-1] == f"{file}: 2 problems, findings are looked for once the file can be read"


def test_json_says_the_same(file: Path) -> None:
    file.write_text(EXAMPLE.replace('market = "HK"', "market = 5"), encoding="utf-8")
    text, code = run_offline(file, as_json=True, load=offered)
    answer = json.loads(text)
    assert code is Exit.USAGE
    assert (answer["version"], answer["file"], answer["findings"]) == (1, str(file), [])
    assert answer["problems"] == [
        {
            "file": str(file),
            "line": EXAMPLE[: EXAMPLE.index("market =")].count("\n") + 1,
            "column": 1,
            "key": "campaign.market",
            "message": "expected text in quotes, not empty, got the number 5",
        }
    ]
    answer = json.loads(run_offline(example_path(), as_json=True, load=offered)[0])
    assert answer["problems"] == []
    assert set(answer["findings"][0]) == {"id", "severity", "title", "detail", "key"}


def test_providers_and_their_settings_are_judged_at_once(file: Path) -> None:
    text = EXAMPLE.replace('[sources.stock]\nprovider = "simulated"', '[sources.stock]\nprovider = "simulatd"')
    text = text.replace('[sources.cpu]\nprovider = "simulated"', '[sources.cpu]\nprovider = "elmah"\nfoldr = "x"')
    text = text.replace('[lookups.api_log]\nprovider = "simulated"', '[lookups.api_log]\nprovider = "sql"')
    file.write_text(text, encoding="utf-8")
    answer, code = run_offline(file, as_json=True, load=offered)
    found = json.loads(answer)
    assert code is Exit.USAGE
    assert [(item["key"], item["message"]) for item in found["problems"]] == [
        ("sources.stock.provider", 'there is no provider "simulatd"; did you mean "simulated"?'),
        ("sources.cpu.provider", '"elmah" does not answer cpu; it answers errors'),
        ("sources.cpu.foldr", 'unknown key; did you mean "folder"?'),
        ("lookups.api_log.provider", "provider 'sql' cannot be loaded: No module named 'sqlalchemy'"),
    ]
    assert len(found["findings"]) == 7


def test_a_wrong_source_hides_neither_the_others_nor_the_findings(file: Path) -> None:
    head = example_path().read_text(encoding="utf-8").partition("# --- Sources: what is polled")[0]
    tables = (
        '[sources.stock]\nprovider = "http"\nevery = 5\nurl = "x"\nmethod = "DELETE"\ntimeout = 0.0\n'
        'map = { rows = "a[", fields = { page_id = "a", selling = "b" } }\n'
        '[sources.errors]\nprovider = "elmah"\nsince = "yesterday"\ntoken = "x"\n'
        '[sources.charts]\nprovider = "prometheus"\nurl = "http://h"\nquery = "up"\nseries = 5\nsettle = -1.0\n'
    )
    file.write_text(head + tables, encoding="utf-8")
    answer = json.loads(run_offline(file, as_json=True)[0])
    assert {problem["key"] for problem in answer["problems"]} == {
        *(f"sources.stock.{key}" for key in ("every", "url", "method", "timeout", "map.rows")),
        *(f"sources.errors.{key}" for key in ("folder", "since", "token")),
        *("sources.charts.series", "sources.charts.settle"),
    }
    assert answer["findings"]


def test_a_source_that_is_switched_off_may_be_anything(file: Path) -> None:
    text = EXAMPLE.replace(
        '[sources.stock]\nprovider = "simulated"', '[sources.stock]\nenabled = false\nprovider = "x"'
    )
    file.write_text(text, encoding="utf-8")
    assert run_offline(file, as_json=False, load=offered)[1] is Exit.OK


def test_a_grave_finding_ends_with_one_until_acknowledged(file: Path) -> None:
    text = EXAMPLE.replace(
        '[lookups.task_log]\nprovider = "simulated"', '[lookups.task_log]\nprovider = "x"\ndatabase = "y"'
    )
    file.write_text(text.replace('"x"\n', '"x"\nenabled = false\n'), encoding="utf-8")
    assert run_offline(file, as_json=False, load=offered)[1] is Exit.ACTION
    text, code = run_offline(file, as_json=False, acknowledged={"F-10"}, load=offered)
    assert code is Exit.OK
    assert "F-10 A  The zone of a date partition is not said (acknowledged)\n" in text


@pytest.mark.parametrize("raw", [b"", b"\0", b"\xff", b"a = " + b"[" * 3000, b"[[[[", b"!"])
def test_what_is_no_campaign_file_ends_with_two(file: Path, raw: bytes) -> None:
    file.write_bytes(raw)
    text, code = run_offline(file, as_json=False, load=offered)
    assert code is Exit.USAGE
    assert text.endswith(": 1 problem, findings are looked for once the file can be read\n")
    assert run_offline(file.with_name("none.toml"), as_json=True, load=offered)[1] is Exit.USAGE


def test_what_a_provider_refuses_is_a_problem_of_the_file_and_unset_variables_are_not(tmp_path: Path) -> None:
    text = example_path().read_text()
    for topic, table in (
        ("stock", 'provider = "sql"'),
        ("orders", 'provider = "sql"\nurl_env = "NOT_SET"'),
        ("errors", 'provider = "elmah"\nfolder = "x"\nsince = "yesterday"'),
    ):
        whole = re.compile(rf"^\[sources\.{topic}\]\n.*?(?=^\[)", re.DOTALL | re.MULTILINE)
        text = whole.sub(f"[sources.{topic}]\n{table}\n\n", text)
    path = tmp_path / "launch.toml"
    path.write_text(text)

    text, code = run_offline(path, as_json=False)

    assert code is Exit.USAGE
    assert "sources.stock" in text
    assert "exactly one of url_env, url_file and url" in text
    assert "'yesterday' is not a time" in text
    assert "NOT_SET" not in text
