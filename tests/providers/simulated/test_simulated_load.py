"""The bench's load: any rate, told in small parts, each order twice, and a ledger that always adds up."""

from __future__ import annotations

import time
from collections import defaultdict
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated_launch import CLOSES, OPENS, Launch, at, batch, hong_kong, malaysia

from evtui.clock import ManualClock
from evtui.commands import worlds
from evtui.domain.chain import StepState
from evtui.domain.codes import parse_code
from evtui.domain.orders import OrderLine, OrderState, state_of
from evtui.domain.reading import Lookup, Topic
from evtui.providers.base import Context
from evtui.providers.simulated.load import PART_LINES, stocked
from evtui.providers.simulated.provider import SimulatedProvider, SimulatedSettings
from evtui.providers.simulated.scenario import LOAD, SCENARIOS

START = at(10, 30)
SECOND = timedelta(seconds=1)


class Bench(Launch):
    """The load at some rate, with its stock."""

    def __init__(self, rate: int = 1_000, seed: int = 1) -> None:
        super().__init__("load", START, stocked(hong_kong(), rate), seed)
        asked = {"scenario": "load", "seed": seed, "rate": rate}
        self.clock = ManualClock(START)
        self.context = Context(self.campaign, self.clock, {}, options=asked)
        self.provider = SimulatedProvider.open(SimulatedSettings(), self.context)

    def tellings(self, cursor: object = None) -> tuple[list[OrderLine], object]:
        """Every line told from `cursor` on, and the cursor after them."""
        answers = self.told(Topic.ORDERS, cursor)
        assert max(len(batch(answer)) for answer in answers) <= PART_LINES
        assert [answer.coverage.more for answer in answers] == [True] * (len(answers) - 1) + [False]
        return [line for answer in answers for line in batch(answer)], answers[-1].cursor


def test_each_order_is_told_twice_paid_at_once_and_delivered_soon() -> None:
    bench = Bench()
    _, cursor = bench.tellings()
    history: dict[str, list[OrderLine]] = defaultdict(list)
    for second in range(1, 61):
        lines, cursor = bench.until(START + second * SECOND).tellings(cursor)
        assert len(lines) == 2_000
        for line in lines:
            history[line.ts_code].append(line)
    fresh = [seen for seen in history.values() if START < seen[0].created_at <= START + 20 * SECOND]
    assert len(fresh) == 20_000
    for paid, delivered in fresh:
        assert (state_of(paid), state_of(delivered)) == (OrderState.PAID, OrderState.DELIVERED)
        assert paid.created_at == paid.paid_at == paid.updated_at
        assert delivered.updated_at is not None
        assert 20 * SECOND <= delivered.updated_at - paid.created_at < 40 * SECOND


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 60), st.integers(0, 50), st.lists(st.floats(0, 90), max_size=6))
def test_who_polls_how_never_changes_the_truth(rate: int, seed: int, gaps: list[float]) -> None:
    end = START + timedelta(minutes=3)
    watched, known, cursor, moment = Bench(rate, seed), dict[str, OrderLine](), None, START
    for gap in (*gaps, 600.0):
        lines, cursor = watched.until(min(moment, end)).tellings(cursor)
        known.update((line.ts_code, line) for line in lines)
        moment += timedelta(seconds=gap)
    lines, _ = watched.until(end).tellings(cursor)
    known.update((line.ts_code, line) for line in lines)
    once, _ = Bench(rate, seed).until(end).tellings()
    assert known == {line.ts_code: line for line in once}
    made = [line.created_at for line in known.values()]
    assert min(made) == START - timedelta(minutes=1)
    assert abs(len(known) - rate * 240) <= 1


@pytest.mark.parametrize("rate", [7, 1_000])
def test_stock_and_orders_agree_at_every_moment(rate: int) -> None:
    bench = Bench(rate)
    known: dict[str, OrderLine] = {}
    cursor: object = None
    for second in (0, 1, 3.5, 17, 41):
        lines, cursor = bench.until(START + second * SECOND).tellings(cursor)
        known.update((line.ts_code, line) for line in lines)
        for product, level in zip(bench.campaign.products, bench.stock(), strict=True):
            sold = sum(line.page_id == product.page_id for line in known.values())
            assert (level.total, level.selling, level.reg, level.cancel) == (
                product.stock,
                level.total - sold if level.total is not None else None,
                sold,
                0,
            )


def test_an_hour_has_more_orders_than_serials_and_no_code_twice() -> None:
    bench = Bench()
    world = bench.context.shared["simulated world", "load", 1].world
    began = bench.tellings()[0][0].created_at
    seen: set[str] = set()
    for minute in range(0, 180, 3):  # a second out of each of these minutes, three hours long
        moment = began + timedelta(minutes=minute)
        after = int(moment.timestamp() * 1000)
        for line in world.lines_changed(after, after + 200):
            for code in (line.tg_code, line.ts_code):
                parsed = parse_code(code)
                assert str(parsed) == code
            if state_of(line) is OrderState.PAID:
                assert line.ts_code not in seen
                assert line.ts_code[2:9] == line.tg_code[2:9]
                seen.add(line.ts_code)
                seen.add(line.tg_code)
    assert len(seen) == 2 * 60 * 200
    letters = {code[2:9] for code in seen}
    assert len(letters) > 60 - 5  # the letter runs on, and the day with it
    bench.until(START + timedelta(hours=3))
    assert min(level.selling for level in bench.stock()) > 20 * 3_600 * 1_000 // 3


@pytest.mark.parametrize("number", [0, 1, 777, 59_999, 150_000])
def test_look_ups_know_every_order_by_either_code(number: int) -> None:
    bench = Bench()
    moment = START - timedelta(minutes=1) + timedelta(milliseconds=number)
    bench.until(max(moment, START))
    world = bench.context.shared["simulated world", "load", 1].world
    made = int(moment.timestamp() * 1000)
    paid = world.lines_changed(made - 1, made)[-1]
    for code in (paid.ts_code, paid.tg_code):
        (line,) = bench.status(code)
        assert (line.ts_code, line.tg_code, line.created_at) == (paid.ts_code, paid.tg_code, moment)
    assert dict(bench.steps(Lookup.PAYMENT_LOG, paid.tg_code))[paid.ts_code].state is StepState.DONE
    bench.until(moment + timedelta(minutes=1))
    (line,) = bench.status(paid.ts_code)
    assert state_of(line) is OrderState.DELIVERED
    assert {seen.state for _, seen in bench.steps(Lookup.API_LOG, paid.tg_code)} == {StepState.DONE}


@pytest.mark.parametrize(
    "code", ["TG240125L99999", "TS240125L999999", "TM240125L00500", "TG990101A00001", "MG240125L00500"]
)
def test_codes_that_no_order_has_are_known_to_nobody(code: str) -> None:
    bench = Bench(rate=10)
    bench.tellings()
    assert bench.status(code) == ()


def test_seeds_differ_and_one_seed_is_one_world() -> None:
    one, same, other = (Bench(50, seed).tellings()[0] for seed in (1, 1, 2))
    assert one == same != other


def test_it_begins_at_opening_and_ends_with_stock_or_sale() -> None:
    early = Launch("load", OPENS - timedelta(hours=1), stocked(hong_kong(), 1_000))
    assert batch(early.poll(Topic.ORDERS)) == ()
    early.until(OPENS + SECOND)
    assert early.lines()
    assert min(line.created_at for line in early.lines().values()) == OPENS
    late = Launch("load", CLOSES - 2 * SECOND, stocked(hong_kong(), 1_000)).until(CLOSES + timedelta(hours=1))
    made = [line for answer in late.told(Topic.ORDERS) for line in batch(answer)]
    assert max(line.created_at for line in made) <= CLOSES
    small = malaysia()
    scarce = Launch("load", small.opens, small).until(small.opens + timedelta(minutes=5))
    assert [level.selling for level in scarce.stock()] == [0, 0]
    told = {line.ts_code for answer in scarce.told(Topic.ORDERS) for line in batch(answer)}
    assert len(told) == small.products[0].stock
    assert {code[:2] for code in told} == {"MS"}


def test_machines_bear_it_and_the_error_log_stays_quiet() -> None:
    bench = Bench().until(START + timedelta(minutes=10))
    assert max(point.percent for point in bench.cpu().points) < 90
    busy = [point.requests for point in bench.traffic().points if point.minute > START]
    assert min(busy) > 10_000
    assert not [entry for entry in bench.errors().entries if "pool" in entry.message]


def test_telling_a_thousand_orders_a_second_costs_next_to_nothing() -> None:
    bench = Bench()
    _, cursor = bench.tellings()
    began = time.process_time()
    lines, _ = bench.until(START + 10 * SECOND).tellings(cursor)
    took = time.process_time() - began
    assert len(lines) == 20_000
    assert took / 10_000 < 60e-6  # 5 µs an order where nothing else runs; a busy machine is no failure


def test_the_command_line_and_the_simulation_mean_the_same_load() -> None:
    assert LOAD.name == worlds.BENCH
    assert LOAD.name not in SCENARIOS
