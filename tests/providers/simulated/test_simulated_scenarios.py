"""What each scenario promises."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from statistics import mean

import pytest
from simulated_launch import CLOSES, OPENS, Launch, at, hong_kong, malaysia

from evtui.domain.chain import StepState
from evtui.domain.faults import fault_key
from evtui.domain.orders import OrderLine, OrderState, state_of
from evtui.domain.reading import ErrorBatch, FailureKind, Lookup, OrderBatch, Topic
from evtui.errors import UsageError
from evtui.providers.base import Context, SourceError
from evtui.providers.simulated.provider import SimulatedProvider, SimulatedSettings
from evtui.providers.simulated.scenario import SCENARIOS


def late(launch: Launch, state: OrderState, age: timedelta) -> list[OrderLine]:
    """Lines in this state that were paid at least so long ago."""
    now = launch.clock.now()
    return [
        line
        for line in launch.lines().values()
        if state_of(line) is state and line.paid_at is not None and now - line.paid_at >= age
    ]


def test_calm_is_the_day_of_the_seed() -> None:
    launch = Launch("calm", at(10, 2, 25))
    assert launch.lines() == {}
    (line,) = launch.until(at(10, 2, 26)).lines().values()
    assert (line.page_id, line.quantity, line.created_at) == (370478, 1, at(10, 2, 26))
    assert state_of(line) is OrderState.UNPAID
    (before,) = launch.until(at(10, 8, 34)).lines().values()
    assert state_of(before) is OrderState.CONFIRMED
    (delivered,) = launch.until(at(10, 31)).lines().values()
    assert state_of(delivered) is OrderState.DELIVERED
    assert delivered.updated_at == at(10, 2, 26) + timedelta(minutes=6, seconds=9)
    assert [level.selling for level in launch.stock()] == [4800, 7200, 4499]
    assert 5 <= len(launch.until(at(14)).lines()) <= 60


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_calm_machines_and_visitors_stay_calm(seed: int) -> None:
    launch = Launch("calm", at(11, 30), seed=seed)
    percents = [point.percent for point in launch.cpu().points if point.minute >= OPENS - timedelta(hours=2)]
    assert min(percents) >= 10
    assert max(percents) <= 20
    points = launch.traffic().points
    before = mean(p.requests for p in points if OPENS - timedelta(minutes=30) <= p.minute < OPENS)
    after = mean(p.requests for p in points if p.minute >= OPENS)
    assert abs(after / before - 1) < 0.2


@pytest.mark.parametrize("scenario", ["calm", "silent"])
def test_quiet_days_have_no_error_the_day_before_did_not_have(scenario: str) -> None:
    entries = Launch(scenario, at(13)).errors().entries
    known = {fault_key(entry) for entry in entries if entry.at < OPENS}
    after = {fault_key(entry) for entry in entries if entry.at >= OPENS}
    assert after
    assert after <= known


@pytest.mark.parametrize("scenario", sorted(set(SCENARIOS) - {"calm", "silent"}))
def test_incidents_show_in_the_error_log(scenario: str) -> None:
    entries = Launch(scenario, at(10, 30)).errors().entries
    known = {fault_key(entry) for entry in entries if entry.at < OPENS}
    assert {fault_key(entry) for entry in entries} - known


def test_rush_sells_about_five_orders_a_second_until_sold_out() -> None:
    launch = Launch("rush", at(10, 30))
    groups = {line.tg_code for line in launch.lines().values()}
    assert 4.8 < len(groups) / 1800 < 5.2
    assert 0 in [level.selling for level in launch.until(at(10, 45)).stock()]
    assert mean(p.percent for p in launch.cpu().points if p.minute >= at(10, 10)) > 30


@pytest.mark.parametrize("seed", [1, 7])
@pytest.mark.parametrize(
    ("scenario", "state"),
    [
        ("stuck", OrderState.TRANSFERRED),
        ("confirmed", OrderState.CONFIRMED),
        ("mixed", OrderState.UNKNOWN),
        ("invalid", OrderState.FAILED),
        ("vip", OrderState.CONFIRMED),
    ],
)
def test_at_least_three_orders_are_in_trouble(scenario: str, state: OrderState, seed: int) -> None:
    launch = Launch(scenario, at(10, 30), seed=seed)
    early = {line.tg_code for line in late(launch, state, timedelta(minutes=19))}
    assert len(early) >= 3
    assert {line.tg_code for line in late(launch.until(at(11, 15)), state, timedelta(hours=1))} == early
    assert len({line.tg_code for line in late(launch.until(at(15)), state, timedelta(hours=4))}) >= len(early)


def test_incident_days_have_a_brisk_flow_besides() -> None:
    for scenario in ("stuck", "confirmed", "mixed", "invalid", "vip", "saturated", "outage"):
        made = {line.tg_code for line in Launch(scenario, at(10, 30)).lines().values()}
        assert 220 < len(made) < 380, scenario


def test_stuck_has_fresh_cases_at_the_first_report_and_no_task_for_any() -> None:
    launch = Launch("stuck", at(10, 30))
    fresh = [line for line in launch.lines().values() if at(10, 28, 50) <= line.created_at <= at(10, 29, 40)]
    launch.until(at(10, 45))
    stuck = [line for line in fresh if state_of(launch.lines()[line.ts_code]) is OrderState.TRANSFERRED]
    assert len(stuck) >= 3
    for line in late(launch, OrderState.TRANSFERRED, timedelta(minutes=5)):
        told = {seen.step.value for ts, seen in launch.steps(Lookup.TASK_LOG, line.tg_code) if ts == line.ts_code}
        assert told == {"order_created"}


def test_confirmed_has_a_succeeded_task_and_an_issuer_that_saw_the_member() -> None:
    launch = Launch("confirmed", at(11, 15))
    for line in late(launch, OrderState.CONFIRMED, timedelta(hours=1)):
        task = [s for ts, s in launch.steps(Lookup.TASK_LOG, line.ts_code) if ts == line.ts_code and s.step == "task"]
        calls = [s for ts, s in launch.steps(Lookup.API_LOG, line.ts_code) if ts == line.ts_code]
        assert [seen.state for seen in task] == [StepState.DONE]
        assert any(seen.step == "issuer_get" and "present" in seen.note for seen in calls)


def test_mixed_has_both_directions_and_a_sibling_that_is_fine() -> None:
    launch = Launch("mixed", at(11, 15))
    lines = late(launch, OrderState.UNKNOWN, timedelta(hours=1))
    assert {(line.status_user, line.status_scm) for line in lines} == {
        ("WaitingToShipping", "ConfirmedToShipping"),
        ("ConfirmedToShipping", "WaitingToShipping"),
    }
    siblings = [state_of(each) for line in lines for each in launch.status(line.tg_code)]
    assert OrderState.DELIVERED in siblings


def test_invalid_stops_the_chain() -> None:
    launch = Launch("invalid", at(11, 15))
    for line in late(launch, OrderState.FAILED, timedelta(hours=1)):
        assert line.status_slave == "Fail"
        judged = [seen for ts, seen in launch.steps(Lookup.VALIDITY, line.ts_code) if ts == line.ts_code]
        assert [(seen.state, seen.note) for seen in judged] == [(StepState.FAILED, "Invalid")]
        events = [seen.note for ts, seen in launch.steps(Lookup.TASK_LOG, line.ts_code) if ts == line.ts_code]
        assert events == ["OrderCreated", "OrderFailed"]


def test_vip_is_asked_for_every_five_minutes_in_vain() -> None:
    launch = Launch("vip", at(10, 40))
    found = 0
    for line in late(launch, OrderState.CONFIRMED, timedelta(minutes=25)):
        calls = [
            s for ts, s in launch.steps(Lookup.API_LOG, line.ts_code) if ts == line.ts_code and s.step == "issuer_get"
        ]
        times = [seen.at for seen in calls if seen.at is not None]
        assert len(times) >= 6
        assert {b - a for a, b in pairwise(times)} == {timedelta(minutes=5)}
        assert all("null" in seen.note for seen in calls)
        found += 1
    assert found >= 3


def test_saturated_is_one_machine_under_a_calm_mean() -> None:
    points = [p for p in Launch("saturated", at(10, 30)).cpu().points if p.minute == at(10, 20)]
    scm = sorted(p.percent for p in points if p.service == "SCMAPI")
    assert len(scm) == 4
    assert 93 <= scm[-1] <= 97
    assert scm[-2] < 25
    assert mean(scm) < 40
    assert max(p.percent for p in points if p.service == "MWeb") < 25


def test_silent_has_visitors_and_no_orders() -> None:
    launch = Launch("silent", at(12))
    assert launch.lines() == {}
    points = launch.traffic().points
    assert mean(p.requests for p in points if p.minute >= OPENS) > 1_500


def test_oversold_goes_below_zero_and_stays_there() -> None:
    launch = Launch("oversold", at(10, 10))
    assert launch.stock()[-1].selling > 0
    for moment in (at(10, 30), at(11), at(11, 35)):
        levels = launch.until(moment).stock()
        assert levels[-1].selling < 0
        assert all(level.selling > 0 for level in levels[:-1])


@pytest.mark.parametrize(
    ("topic", "start", "end", "kind"),
    [
        (Topic.ORDERS, 10, 15, FailureKind.DOWN),
        (Topic.STOCK, 12, 18, FailureKind.DOWN),
        (Topic.ERRORS, 20, 28, FailureKind.AUTH),
    ],
)
def test_outage_by_the_clock(topic: Topic, start: int, end: int, kind: FailureKind) -> None:
    launch = Launch("outage", OPENS + timedelta(minutes=start, seconds=-1))
    cursor = launch.poll(topic).cursor
    for seconds in (0, (end - start) * 60 - 1):
        launch.until(OPENS + timedelta(minutes=start, seconds=seconds))
        with pytest.raises(SourceError) as caught:
            launch.poll(topic, cursor)
        assert caught.value.kind is kind
        assert bool(caught.value.remedy) == (kind is FailureKind.AUTH)
    back = launch.until(OPENS + timedelta(minutes=end)).poll(topic, cursor).value
    if isinstance(back, ErrorBatch):
        missed = OPENS + timedelta(minutes=start, seconds=-1)
        assert back.entries == tuple(entry for entry in launch.errors().entries if entry.at > missed)
    if isinstance(back, OrderBatch):
        made = [line for line in back.lines if line.created_at >= OPENS + timedelta(minutes=start)]
        assert len(made) > 20, "what was ordered meanwhile comes once the source is back"


def test_outage_silences_half_the_fleet_for_a_while() -> None:
    launch = Launch("outage", at(10, 30))
    answer = launch.poll(Topic.CPU)
    assert (answer.coverage.seen, answer.coverage.expected) == (4, 8)
    assert len(launch.cpu().machines) == 8
    recovered = launch.until(at(10, 45)).poll(Topic.CPU)
    assert (recovered.coverage.seen, recovered.coverage.expected) == (8, 8)


def test_unknown_scenario_and_seed_are_usage_errors() -> None:
    launch = Launch("calm", OPENS)
    for options in ({"scenario": "calmer"}, {"seed": "many"}):
        context = Context(launch.campaign, launch.clock, {}, options=options)
        with pytest.raises(UsageError) as caught:
            SimulatedProvider.open(SimulatedSettings(), context)
        assert str(next(iter(options.values()))) in str(caught.value)
    settings = SimulatedSettings(scenario="nope")
    with pytest.raises(UsageError, match=r"nope.*calm, rush, stuck"):
        SimulatedProvider.open(settings, Context(launch.campaign, launch.clock, {}))
    # the command line goes before the campaign file
    SimulatedProvider.open(settings, Context(launch.campaign, launch.clock, {}, options={"scenario": "vip"}))


@pytest.mark.parametrize("scenario", sorted(SCENARIOS))
def test_every_scenario_runs_on_a_two_hour_sale_of_another_market(scenario: str) -> None:
    small = malaysia()
    launch = Launch(scenario, small.closes + timedelta(hours=1), small)
    (first, second) = launch.stock()
    assert first.total == second.total == 25
    assert {service for service, _ in launch.cpu().machines} == {"Api"}
    assert len(launch.cpu().machines) == 4


@pytest.mark.parametrize("scenario", ["calm", "stuck"])
def test_the_last_day_of_a_long_sale_still_has_sets_to_sell(scenario: str) -> None:
    launch = Launch(scenario, CLOSES, hong_kong(services=(), promotions=()))
    assert min(level.selling for level in launch.stock()) > 0
    assert len({line.created_at.date() for line in launch.lines().values()}) == 16
    assert launch.cpu().points == ()
