"""Look-ups tell the same story as the topics."""

from __future__ import annotations

from datetime import timedelta

import pytest
from simulated_launch import Launch, at

from evtui.domain.chain import Step, StepSeen, StepState
from evtui.domain.orders import OrderState, state_of
from evtui.domain.reading import Lookup

CHAIN_LOOKUPS = [lookup for lookup in Lookup if lookup is not Lookup.ORDER_STATUS]


def chain(launch: Launch, ts_code: str) -> dict[Step, StepSeen]:
    """The latest observation of every step of one line."""
    found = [seen for lookup in CHAIN_LOOKUPS for code, seen in launch.steps(lookup, ts_code) if code == ts_code]
    return {seen.step: seen for seen in found}


def test_the_calm_day_s_first_order_passed_every_step_at_its_time() -> None:
    launch = Launch("calm", at(10, 30))
    (line,) = launch.lines().values()
    created = line.created_at
    seconds = {
        step: (seen.at - created).total_seconds()
        for step, seen in chain(launch, line.ts_code).items()
        if seen.at is not None and seen.state is StepState.DONE
    }
    assert seconds == {
        Step.PAID: 16,
        Step.TRANSFERRED: 33,
        Step.ORDER_CREATED: 34,
        Step.VALIDITY: 45,
        Step.TASK: 50,
        Step.ISSUER_GET: 362,
        Step.VIP_MEMBER: 80,
    }
    calls = [seen for _, seen in launch.steps(Lookup.API_LOG, line.tg_code) if seen.step is Step.ISSUER_GET]
    assert [(seen.at, seen.state) for seen in calls] == [
        (created + timedelta(seconds=62), StepState.WAITING),
        (created + timedelta(seconds=362), StepState.DONE),
    ]


def test_order_status_gives_the_whole_group_for_either_code() -> None:
    launch = Launch("stuck", at(10, 30))
    lines = launch.lines()
    twins = [line for line in lines.values() if sum(o.tg_code == line.tg_code for o in lines.values()) == 2]
    assert twins
    for line in twins[:6]:
        expected = {each for each in lines.values() if each.tg_code == line.tg_code}
        assert set(launch.status(line.tg_code)) == expected
        assert set(launch.status(line.ts_code)) == expected
        assert set(launch.status(f"{line.ts_code}C-160027")) == expected


@pytest.mark.parametrize("scenario", ["stuck", "confirmed", "mixed", "invalid", "vip"])
def test_look_ups_agree_with_the_status_words(scenario: str) -> None:
    launch = Launch(scenario, at(10, 30))
    for line in list(launch.lines().values())[::7]:
        seen = chain(launch, line.ts_code)
        assert all(each.at is None or each.at <= at(10, 30) for each in seen.values())
        assert all(each.source.startswith("simulated ") for each in seen.values())
        paid = seen[Step.PAID]
        assert (paid.state is StepState.DONE) == (line.paid_at is not None)
        if line.paid_at is not None:
            assert paid.at == line.paid_at
        state = state_of(line)
        if state in (OrderState.CONFIRMED, OrderState.DELIVERED):
            assert seen[Step.TASK].state is StepState.DONE
        if state in (OrderState.UNPAID, OrderState.PAID):
            assert seen[Step.VALIDITY].note == "Checking"
            assert Step.ORDER_CREATED not in seen
        if state is OrderState.CONFIRMED:
            assert seen[Step.TASK].at == line.updated_at
        if state is OrderState.DELIVERED:
            assert seen[Step.VIP_MEMBER].state is StepState.DONE


def test_orders_nobody_knows_and_orders_not_yet_made_are_empty() -> None:
    launch = Launch("stuck", at(10, 30))
    newest = max(launch.lines().values(), key=lambda line: line.created_at)
    launch.until(newest.created_at - timedelta(seconds=1))
    for code in (newest.tg_code, "TG240125L99999", "TS240125L999999"):
        assert launch.status(code) == ()
        assert all(launch.steps(lookup, code) == () for lookup in CHAIN_LOOKUPS)
