"""`evtui order CODE`: codes as people type them, codes that cannot be, and what scripts read."""

from __future__ import annotations

import json

import pytest
from program import EXAMPLE, Program

pytest_plugins = ("program_fixture",)

FIRST = "TG240125L00025"
FULL_WIDTH = FIRST.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
"""As an input method left in full width types it."""

STEPS = ["created", "paid", "transferred", "order_created", "validity", "task", "issuer_get", "vip_member", "delivered"]
LINE = ["ts_code", "page_id", "quantity", "status_user", "status_scm", "steps", "evidence", "decision", "notice"]


def test_a_delivered_order_ends_with_nought(evtui: Program) -> None:
    ran = evtui("order", FIRST, "--demo").sound()
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"{FIRST} · 1 line · shop ")
    assert "delivered in 5m53s" in ran.out


@pytest.mark.parametrize("typed", ["tg240125l00025", " TG240125L00025 ", FULL_WIDTH, "tG240125l00025\n"])
def test_codes_are_read_as_people_type_them(evtui: Program, typed: str) -> None:
    assert evtui("order", typed, "--demo") == evtui("order", FIRST, "--demo")


def test_a_slave_code_shows_its_whole_order(evtui: Program) -> None:
    answer = json.loads(evtui("order", FIRST, "--demo", "--json").out)
    ts_code = answer["lines"][0]["ts_code"]
    assert json.loads(evtui("order", ts_code, "--demo", "--json").out) == answer


def test_json_has_what_scripts_were_promised(evtui: Program) -> None:
    ran = evtui("order", FIRST, "--demo", "--json").sound()
    assert ran == evtui("order", FIRST, "--demo", "--json")
    answer = json.loads(ran.out)
    assert {"version", "tg_code", "worst", "lines"} <= set(answer)
    assert (answer["version"], answer["tg_code"]) == (1, FIRST)
    for line in answer["lines"]:
        assert {
            "ts_code",
            "page_id",
            "quantity",
            "status_user",
            "status_scm",
            "steps",
            "evidence",
            "decision",
            "notice",
        } <= set(line)
        assert [step["id"] for step in line["steps"]] == STEPS
        assert {step["state"] for step in line["steps"]} <= {"done", "failed", "waiting", "not_seen"}
    for part in _objects(answer):
        for name, value in part.items():
            assert (value is None) == (f"{name}_why" in part) or name.endswith("_why"), name


def test_an_order_that_is_late_asks_for_action(evtui: Program) -> None:
    world = ("--demo", "--scenario", "stuck", "--at", "2024-01-25T12:30")
    late = json.loads(evtui("report", "--format", "json", *world).out)["overdue"]
    assert late
    ran = evtui("order", late[0]["tg_code"], *world).sound()
    assert ran.code == 1
    assert "OVERDUE" in ran.out


def test_the_look_up_that_is_not_free_waits_for_a_yes(evtui: Program) -> None:
    asked = json.loads(evtui("order", FIRST, "--demo", "--json", "--yes").out)["lines"][0]["steps"]
    unasked = json.loads(evtui("order", FIRST, "--demo", "--json").out)["lines"][0]["steps"]
    validity = STEPS.index("validity")
    assert asked[validity] != unasked[validity]
    assert asked[validity]["state"] == "done"


def test_an_order_nobody_knows_is_an_answer_that_could_not_be_had(evtui: Program) -> None:
    ran = evtui("order", "TG240125K99999", "--demo").sound()
    assert (ran.code, ran.out) == (3, "")
    assert "TG240125K99999" in ran.err
    assert "2024-01-25 09:00 to 10:00 (Asia/Hong_Kong)" in ran.err
    ran = evtui("order", "TG240125K99999", "--demo", "--json").sound()
    answer = json.loads(ran.out)
    assert (ran.code, answer["tg_code"], answer["lines"]) == (3, None, [])
    assert answer["tg_code_why"]


def test_the_impossible_hour_is_named(evtui: Program) -> None:
    sentence = evtui("order", "TG240125I00001", "--demo").refused()
    assert sentence.startswith("TG240125I00001 cannot exist: there is no hour I")


@pytest.mark.parametrize(
    "code",
    [
        *("", " ", "x' OR 1=1", "TG240125O00001", "TG241325L00001", "TG240230L00001", "TG240125L0001"),
        *("TG240125L0000001", "TG240125L00025; ls", "TG240125L00025 TG240125L00026", "--", "[/x]", "電子票券"),
        *("\x1b]52;c;eA==\x07TG240125L00025", "TG240125L00025\x00", "\udcff", "٣" * 14, "A" * 10_000, "\n" * 10_000),
    ],
)  # fmt: skip
@pytest.mark.parametrize("more", [(), ("--json",)], ids=["text", "json"])
def test_codes_that_cannot_be_are_refused(evtui: Program, code: str, more: tuple[str, ...]) -> None:
    sentence = evtui("order", "--demo", *more, "--", code).refused()
    assert "order code" in sentence or "cannot exist" in sentence


def test_an_impossible_code_is_refused_before_the_campaign_file_is_read(evtui: Program) -> None:
    path = evtui.write("broken [")
    assert evtui("--config", str(path), "order", "TG240125I00001").refused().startswith("TG240125I00001 cannot exist")


def test_an_order_needs_a_code_and_only_one(evtui: Program) -> None:
    assert evtui("order").refused() == "missing argument 'CODE' (see evtui order --help)"
    assert "unexpected extra argument" in evtui("order", FIRST, FIRST).refused()


def test_where_nobody_can_be_asked_the_answer_is_three(evtui: Program) -> None:
    sources = '[sources.errors]\nprovider = "elmah"\nfolder = "elmah"\n'
    path = evtui.write(EXAMPLE[: EXAMPLE.index("[sources.stock]")] + sources)
    ran = evtui("--config", str(path), "order", FIRST).sound()
    assert (ran.code, ran.out) == (3, "")
    assert "could not be looked up" in ran.err


def _objects(value: object) -> list[dict[str, object]]:
    if isinstance(value, dict):
        return [value, *(found for part in value.values() for found in _objects(part))]
    return [found for part in value for found in _objects(part)] if isinstance(value, list) else []
