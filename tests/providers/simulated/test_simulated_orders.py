"""Orders and stock of the simulated world: one truth, however it is asked for."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import UTC, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated_launch import HONG_KONG, OPENS, Launch, at, batch, finish, malaysia

from evtui.domain.codes import parse_code
from evtui.domain.orders import OrderLine, OrderState, state_of
from evtui.domain.reading import Topic
from evtui.providers.simulated.draw import to_ms
from evtui.providers.simulated.provider import SimulatedProvider, SimulatedSettings
from evtui.providers.simulated.scenario import SCENARIOS

END = at(10, 40)


def watched(scenario: str, seed: int, gaps: list[float]) -> dict[str, OrderLine]:
    """What a table looks like to someone who polls at these intervals (seconds) up to END."""
    launch = Launch(scenario, OPENS - timedelta(minutes=1), seed=seed)
    known: dict[str, OrderLine] = {}
    cursor: object = None
    moments = [OPENS]
    for gap in gaps:
        moments.append(moments[-1] + timedelta(seconds=gap))
    for moment in [each for each in moments if each < END] + [END]:
        answer = launch.until(moment).poll(Topic.ORDERS, cursor)
        cursor = answer.cursor
        for line in batch(answer):
            before = known.get(line.ts_code)
            assert before is None or (before.updated_at or OPENS) < (line.updated_at or OPENS)
            known[line.ts_code] = line
    return known


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(sorted(set(SCENARIOS) - {"outage", "rush", "oversold"})),
    st.integers(0, 50),
    st.lists(st.floats(0, 600), max_size=12),
)
def test_polling_pattern_never_changes_the_truth(scenario: str, seed: int, gaps: list[float]) -> None:
    assert watched(scenario, seed, gaps) == Launch(scenario, END, seed=seed).lines()


def test_polling_every_five_seconds_tells_every_state_a_line_goes_through() -> None:
    launch = Launch("confirmed", OPENS)
    history: dict[str, list[OrderState]] = defaultdict(list)
    cursor: object = None
    for second in range(0, 1500, 5):
        answer = launch.until(OPENS + timedelta(seconds=second)).poll(Topic.ORDERS, cursor)
        cursor = answer.cursor
        for line in batch(answer):
            history[line.ts_code].append(state_of(line))
    whole = [OrderState.UNPAID, OrderState.PAID, OrderState.TRANSFERRED, OrderState.CONFIRMED, OrderState.DELIVERED]
    assert sum(states == whole for states in history.values()) > 50
    assert all(len(set(states)) == len(states) for states in history.values()), "a state was told twice"


def test_nothing_is_told_twice_and_a_clock_set_back_tells_nothing() -> None:
    launch = Launch("stuck", at(10, 20))
    first = launch.poll(Topic.ORDERS)
    assert batch(launch.poll(Topic.ORDERS, first.cursor)) == ()
    early = launch.until(at(10, 10)).poll(Topic.ORDERS, first.cursor)
    assert batch(early) == ()
    later = {line.ts_code for line in batch(launch.until(at(10, 21)).poll(Topic.ORDERS, early.cursor))}
    expected = {
        code for code, line in launch.lines().items() if line.updated_at is not None and line.updated_at > at(10, 20)
    }
    assert later == expected
    assert later


def test_sources_of_one_session_share_one_world() -> None:
    launch = Launch("rush", at(10, 5))
    other = SimulatedProvider.open(SimulatedSettings(), launch.context)
    launch.poll(Topic.ORDERS)
    (played,) = launch.context.shared.values()
    assert not played.world.behind(to_ms(launch.clock.now()))
    assert finish(other.poll(Topic.STOCK, None)) == launch.poll(Topic.STOCK)
    assert list(launch.context.shared.values()) == [played]


async def test_sources_asked_at_once_while_the_world_catches_up_agree() -> None:
    launch = Launch("rush", at(10, 20))
    polls = [launch.provider.poll(topic, None) for topic in (Topic.ORDERS, Topic.STOCK, Topic.ORDERS)]
    first, stock, second = await asyncio.gather(*polls)
    assert first == second
    assert stock.value == Launch("rush", at(10, 20)).poll(Topic.STOCK).value


def test_seeds_and_scenarios_differ() -> None:
    assert Launch("stuck", END, seed=1).lines() != Launch("stuck", END, seed=2).lines()
    assert Launch("stuck", END).lines().keys() != Launch("vip", END).lines().keys()


@pytest.mark.parametrize("scenario", sorted(SCENARIOS))
def test_stock_agrees_with_the_orders_at_every_moment(scenario: str) -> None:
    launch = Launch(scenario, at(11))
    launch.stock()  # from here on the world knows more than it tells
    for minute in (3, 19, 31, 59):
        launch.until(OPENS + timedelta(minutes=minute, seconds=7))
        compare_stock_with_orders(launch, scenario)


def compare_stock_with_orders(launch: Launch, scenario: str) -> None:
    open_sets: dict[int | None, int] = defaultdict(int)
    released: dict[int | None, int] = defaultdict(int)
    for line in launch.lines().values():
        (released if state_of(line) is OrderState.RELEASED else open_sets)[line.sku_id] += line.quantity
    for level in launch.stock():
        assert level.total is not None
        assert level.reg is not None
        assert level.cancel is not None
        assert level.total - level.selling == level.reg - level.cancel == open_sets[level.sku_id]
        assert level.cancel == released[level.sku_id]
        assert level.selling >= 0 or scenario == "oversold"


def test_codes_are_unique_and_name_their_hour() -> None:
    lines = Launch("rush", at(11, 2)).lines()
    groups: dict[str, set[object]] = defaultdict(set)
    for line in lines.values():
        for code in (parse_code(line.ts_code), parse_code(line.tg_code)):
            local = line.created_at.astimezone(HONG_KONG)
            assert (code.day, code.hour) == (local.date(), local.hour)
        groups[line.tg_code].add(line.created_at)
    assert all(len(moments) == 1 for moments in groups.values())
    assert {parse_code(code).hour for code in lines} == {10, 11}
    serials = sorted(int(parse_code(code).serial) for code in groups if parse_code(code).hour == 10)
    assert serials[-1] - serials[0] > len(serials), "other shops use serials too"
    assert all(code[2:] != line.tg_code[2:] for code, line in lines.items())


def test_some_orders_have_two_lines_and_some_lines_several_sets() -> None:
    lines = Launch("stuck", at(10, 30)).lines().values()
    assert len({line.tg_code for line in lines}) < len(lines)
    assert {1, 2} <= {line.quantity for line in lines}
    assert all(line.amount == line.quantity * (500 if line.page_id == 370478 else 1000) for line in lines)
    assert all(line.shop_id == 28 for line in lines)


def test_unpaid_orders_expire_and_paid_ones_say_when_they_were_paid() -> None:
    lines = Launch("stuck", at(11)).lines().values()
    expired = [line for line in lines if line.status == "Cancel" and line.paid_at is None]
    assert len(expired) > 10
    assert all(
        line.updated_at is not None and line.updated_at - line.created_at >= timedelta(minutes=15) for line in expired
    )
    paid = [line.paid_at - line.created_at for line in lines if line.paid_at is not None]
    assert all(timedelta(seconds=16) <= took <= timedelta(seconds=20) for took in paid)


def test_another_market_with_fifty_pieces() -> None:
    campaign = malaysia()
    launch = Launch("invalid", campaign.opens + timedelta(minutes=90), campaign)
    lines = launch.lines().values()
    assert {line.ts_code[:2] for line in lines} == {"MS"}
    assert {line.tg_code[:2] for line in lines} == {"MG"}
    assert all(parse_code(line.ts_code).hour == line.created_at.astimezone(campaign.zone).hour for line in lines)
    assert [(level.sku_id, level.total) for level in launch.stock()] == [(71, 25), (72, 25)]
    assert all(level.selling >= 0 for level in launch.stock())
    assert sum(state_of(line) is OrderState.FAILED for line in lines) >= 3
    assert all(campaign.opens <= line.created_at <= campaign.closes for line in lines)


def test_nothing_is_sold_outside_a_product_s_own_window() -> None:
    campaign = malaysia()
    launch = Launch("rush", campaign.closes + timedelta(hours=3), campaign)
    assert launch.lines()
    assert all(line.created_at <= campaign.closes for line in launch.lines().values())
    assert launch.until(campaign.opens - timedelta(seconds=1)).lines() == {}


def test_changes_carry_their_own_time() -> None:
    now = at(10, 33, 20)
    for line in Launch("mixed", now).lines().values():
        assert line.updated_at is not None
        assert line.created_at <= line.updated_at <= now
        assert line.created_at.tzinfo is UTC
