"""One order written out: every line on its own, as text and as JSON."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from launches import CANCELLED, CONFIRMED, DELIVERED, MINUTE, MIXED, NOW, OPENS, TRANSFERRED, UNPAID, Launch, order

from evtui.domain.chain import Step, StepSeen, StepState
from evtui.domain.reading import ChainFacts, Lookup, OrderBatch, Reading
from evtui.report.order import OrderView, order_view
from evtui.report.order_text import render_order, unknown_order_json
from evtui.store.reduce import reduce
from evtui.text import cell_width

FAILED = ("Fail", "OrderProcessing", "Fail")


def view(*lines: Any, now: Any = NOW, facts: tuple[tuple[str, StepSeen], ...] = ()) -> OrderView:
    state = Launch(orders=OrderBatch(lines)).state()
    if facts:
        state = reduce(state, Reading("table", Lookup.TASK_LOG, NOW, ChainFacts("TG240125L00001", facts)))
    found = order_view(state, "TG240125L00001", now)
    assert found is not None
    return found


def pair() -> OrderView:
    """A delivered line beside one that is stuck, with one step a look-up told of."""
    task = StepSeen(Step.TASK, StepState.FAILED, OPENS + 4 * MINUTE, "nmq 任務表", note="[retry] 逾時")
    return view(
        order(2, words=TRANSFERRED, group=1, page_id=370490, took=MINUTE),
        order(1, group=1),
        order(9, group=7),
        facts=(("TS240125L000002", task),),
    )


def test_every_line_of_the_group_and_no_other() -> None:
    assert [line.ts_code for line in pair().lines] == ["TS240125L000001", "TS240125L000002"]
    assert order_view(Launch().state(), "TG240125L99999", NOW) is None


@pytest.mark.parametrize(
    ("words", "after_open", "calm", "overdue"),
    [
        (DELIVERED, 300, True, False),
        (CANCELLED, 300, True, False),
        (UNPAID, 30, True, False),
        (UNPAID, 300, False, False),
        (CONFIRMED, 30, True, False),
        (CONFIRMED, 63, False, True),
        (TRANSFERRED, 62, True, False),
        (FAILED, 5, False, False),
        (MIXED, 5, False, False),
        (("", "", ""), 5, False, False),
    ],
)
def test_what_asks_for_action(words: tuple[str, str, str], after_open: int, calm: bool, overdue: bool) -> None:
    found = view(order(1, words=words), now=OPENS + after_open * MINUTE)
    assert (found.calm, found.lines[0].overdue) == (calm, overdue)


def test_one_bad_line_is_enough() -> None:
    assert not view(order(1, group=1), order(2, words=MIXED, group=1)).calm


def test_an_order_of_another_shop_says_whose_it_is() -> None:
    found = view(order(1, shop_id=12))
    assert not found.calm
    assert "  belongs to shop 12, not 28 CUAPP\n" in render_order(found, as_json=False)


def test_text_shows_the_chain_with_what_was_not_seen() -> None:
    lines = render_order(pair(), as_json=False).splitlines()
    assert lines[0] == "TG240125L00001 · 2 lines · shop 28 CUAPP · 2024-01-25 10:30:00 Asia/Hong_Kong"
    assert lines[2:5] == [
        "TS240125L000001  $500 (100×5)+38 (370478) × 1",
        "  delivered in 6m09s",
        "  clock from created 2024-01-25 10:02:26, limit 1h",
    ]
    assert "  transferred, 27m34s old" in lines
    assert "    order created  not seen" in lines
    (task,) = [line for line in lines if "逾時" in line]
    assert task.split() == [*("task", "failed", "2024-01-25", "10:04:00", "34s", "nmq", "任務表", "[retry]", "逾時")]


def test_columns_are_aligned_by_cells() -> None:
    block = render_order(pair(), as_json=False).split("\n\n")[2].splitlines()
    head = next(line for line in block if "step" in line)
    edge = cell_width(head[: head.index("source")])
    (created,) = [line for line in block if line.startswith("    created")]
    (task,) = [line for line in block if line.startswith("    task")]
    assert cell_width(created[: created.index("order status")]) == edge
    assert cell_width(task[: task.index("nmq")]) == edge


def test_json_has_the_agreed_keys_and_a_why_for_every_null() -> None:
    text = render_order(pair(), as_json=True)
    found = json.loads(text)
    assert text.endswith("}\n")
    assert (found["version"], found["tg_code"], found["worst"]) == (1, "TG240125L00001", None)
    assert found["worst_why"] == "the runbook is not part of this version"
    stuck = found["lines"][1]
    expected = {
        "ts_code",
        "page_id",
        "quantity",
        "status_user",
        "status_scm",
        "steps",
        "evidence",
        "decision",
        "notice",
    }
    assert expected <= stuck.keys()
    assert (stuck["evidence"], stuck["decision"]) == ([], None)
    assert stuck["age_s"] == 1654
    assert [step["id"] for step in stuck["steps"]] == [str(step) for step in Step]
    task = stuck["steps"][5]
    assert (task["state"], task["at"], task["source"]) == ("failed", "2024-01-25T10:04:00+08:00", "nmq 任務表")
    for part in (found, stuck, *stuck["steps"]):
        assert [key for key, value in part.items() if value is None and not part.get(f"{key}_why")] == []


def test_a_step_done_ahead_of_its_turn_has_no_duration() -> None:
    done = [
        ("TS240125L000001", StepSeen(step, StepState.DONE, OPENS + minutes * MINUTE, "log"))
        for step, minutes in ((Step.TASK, 5), (Step.ISSUER_GET, 8), (Step.VIP_MEMBER, 6))
    ]
    found = json.loads(render_order(view(order(1), facts=tuple(done)), as_json=True))
    steps = {step["id"]: step for step in found["lines"][0]["steps"]}
    assert steps["issuer_get"]["took_s"] == 180
    assert all(step["took_s"] is None or step["took_s"] >= 0 for step in steps.values())


def test_an_unknown_order_is_json_too() -> None:
    found = json.loads(unknown_order_json("TG240125L00001", "nobody knows it"))
    assert found == {
        "version": 1,
        "code": "TG240125L00001",
        "tg_code": None,
        "tg_code_why": "nobody knows it",
        "worst": None,
        "worst_why": "nobody knows it",
        "lines": [],
    }


def test_long_ages_stay_short() -> None:
    found = view(order(1, words=TRANSFERRED), now=OPENS + timedelta(hours=30))
    assert "transferred, 29h57m old · OVERDUE" in render_order(found, as_json=False)
