"""`evtui check`: good files, files wrong in many places, and what is no campaign file at all."""

from __future__ import annotations

import json

import pytest
from program import EXAMPLE, Program, Ran

from evtui.config.load import example_path

pytest_plugins = ("program_fixture",)

TEN_MISTAKES = (
    ("version = 1 ", "version = 2 "),
    ('timezone = "Asia/Hong_Kong"', 'timezone = "Asia/Hongkong"'),
    ('market = "HK"', "market = 5"),
    ("price = 1000\ncodes_per_set = 3", "prize = 1000\ncodes_per_set = 3"),
    ("off_sale = 2024-02-09T23:59:00\nstock = 7200", "off_sale = 2024-01-09T23:59:00\nstock = 7200"),
    ("stock = 4500", "stock = -4500"),
    ('deliver_within = "1h"', 'deliver_within = "soon"'),
    ('style = "strict"', 'style = "strikt"'),
    ("factor = 3.0", "faktor = 3.0"),
    ('[sources.stock]\nprovider = "simulated"', '[sources.stok]\nprovider = "simulated"'),
)


def check(evtui: Program, raw: bytes, *more: str) -> Ran:
    path = evtui.folder / "launch.toml"
    path.write_bytes(raw)
    return evtui("--config", str(path), "check", "--offline", *more).sound()


def test_the_example_is_without_problems(evtui: Program) -> None:
    ran = check(evtui, EXAMPLE.encode())
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith("no problems, 7 findings (0 A, 3 B, 4 C)\n")
    shipped = evtui("check", "--offline", "--demo").sound()
    assert shipped.out == ran.out.replace(str(evtui.folder / "launch.toml"), str(example_path()))


def test_ten_mistakes_are_ten_problems_in_the_order_of_the_file(evtui: Program) -> None:
    text = EXAMPLE
    for right, wrong in TEN_MISTAKES:
        assert right in text
        text = text.replace(right, wrong, 1)
    ran = check(evtui, text.encode(), "--json")
    assert (ran.code, ran.err) == (2, "")
    problems = json.loads(ran.out)["problems"]
    lines = [problem["line"] for problem in problems]
    assert lines == sorted(lines)
    assert len(set(lines)) >= 10
    wrong_lines = {number for number, line in enumerate(text.splitlines(), 1) if line not in EXAMPLE.splitlines()}
    assert wrong_lines <= set(lines)
    plain = check(evtui, text.encode())
    assert plain.code == 2
    assert all(f"launch.toml:{number}:" in plain.out for number in lines)


def test_the_other_commands_refuse_such_a_file_with_the_same_sentences(evtui: Program) -> None:
    text = EXAMPLE.replace('market = "HK"', "market = 5").replace("stock = 4500", "stock = -4500")
    checked = [line for line in check(evtui, text.encode()).out.splitlines() if "launch.toml:" in line][:2]
    path = str(evtui.folder / "launch.toml")
    for command in ((), ("report",), ("order", "TG240125L00025")):
        ran = evtui("--config", path, *command).sound()
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.splitlines() == [f"evtui: {line}" for line in checked]


GARBAGE = {
    "empty": b"",
    "binary": bytes(range(256)) * 64,
    "nul": b"\0" * 4096,
    "utf-16": EXAMPLE.encode("utf-16"),
    "brackets": b"a = " + b"[" * 100_000,
    "escapes": b'\x1b]0;owned\x07 = "\x1b[2J"',
    "10 MB of one letter": b"a" * 10_000_000,
    "10 MB of keys": b"".join(b"key%d = 1\n" % number for number in range(700_000)),
    "cut in a line": EXAMPLE.encode().partition(b"-02-09T")[0],
    "json": b'{"version": 1}',
}


@pytest.mark.parametrize("name", GARBAGE)
def test_what_is_no_campaign_file_ends_with_two(evtui: Program, name: str) -> None:
    raw = GARBAGE[name]
    ran = check(evtui, raw)
    assert (ran.code, ran.err) == (2, "")
    assert len(ran.out) < 100_000
    used = evtui("--config", str(evtui.folder / "launch.toml")).sound()
    assert (used.code, used.out) == (2, "")


def test_a_folder_and_nothing_at_all_are_told_apart(evtui: Program) -> None:
    folder = evtui("--config", ".", "check", "--offline").sound()
    assert (folder.code, folder.err) == (2, "")
    assert "is a folder" in folder.out
    assert evtui("--config", "none.toml", "check", "--offline").refused() == '--config: there is no file "none.toml"'
    assert evtui("check", "--offline").refused().startswith("no campaign file: name one with --config FILE")


def test_the_rehearsal_asks_every_source_of_the_simulation(evtui: Program) -> None:
    ran = evtui("check", "--demo", "--at", "2024-01-25T10:40").sound()
    assert (ran.code, ran.err) == (0, "")
    sources = ran.out.splitlines()[-14:]
    assert "ok     stock         simulated  reached · authorised · 3 SKUs · newest fact 0s ago" in sources
    assert "ok     cpu           simulated  reached · authorised · 8/8 machines, more to come · newest fact" in ran.out
    assert sum(line.startswith("--     ") for line in sources) == 5
    assert sources[-1] == "8 sources asked: 8 ok"


def test_scenarios_need_the_demo_and_the_demo_brings_its_own_file(evtui: Program) -> None:
    assert evtui("check", "--seed", "2").refused() == "--seed says what the simulation plays: it needs --demo"
    assert evtui("--config", "x", "check", "--demo").refused().startswith("--config and the demo exclude each other")
    assert evtui("check").refused().startswith("no campaign file: name one with --config FILE")


def test_the_policy_is_asked_for_alone(evtui: Program) -> None:
    assert evtui("check", "--iam", "--json").refused().startswith("--iam prints a policy in JSON and asks nobody")
    assert evtui("check", "--iam", "--demo").refused().endswith("asks AWS: there is nothing to permit")


def test_providers_are_judged_as_the_cockpit_judges_them(evtui: Program) -> None:
    text = EXAMPLE.replace('[sources.cpu]\nprovider = "simulated"', '[sources.cpu]\nprovider = "elmah"\nfoldr = "x"')
    ran = check(evtui, text.encode())
    assert ran.code == 2
    assert '"elmah" does not answer cpu; it answers errors' in ran.out
    assert 'did you mean "folder"?' in ran.out
    used = evtui("--config", str(evtui.folder / "launch.toml")).sound()
    said = [line.removeprefix("evtui: ") for line in used.err.splitlines()]
    assert said == ran.out.splitlines()[: len(said)]
    assert len(said) == 2
