"""Orders on their way: when they are late, which was first, and what is known of their steps."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace
from store_makers import (
    CAMPAIGN,
    CANCELLED,
    CONFIRMED,
    DELIVERED,
    MINUTE,
    MIXED,
    PAID,
    REFUNDED,
    SECOND,
    TRANSFERRED,
    UNHEARD_OF,
    UNPAID,
    after,
    at,
    empty,
    line,
    orders,
    seen_paid,
)

from evtui.domain.campaign import HOUR, Sla
from evtui.domain.chain import Step, StepSeen, StepState
from evtui.domain.orders import OrderState
from evtui.domain.reading import ChainFacts, Lookup, OrderBatch, Reading, Topic
from evtui.store.delivery import ChainStep, age, chain, first_order, newest, overdue
from evtui.store.state import LaunchState
from evtui.store.tracked import Tracked

TINY = timedelta(microseconds=1)
ONE = line(1).ts_code


def known(state: LaunchState, number: int = 1) -> Tracked:
    found = state.orders.get(line(number).ts_code)
    assert found is not None
    return found


def late(state: LaunchState, now: datetime) -> list[tuple[str, timedelta, str]]:
    return [(each.tracked.line.ts_code, each.age, each.clock) for each in overdue(state, now)]


def facts(*seen: StepSeen, code: str = ONE) -> Reading:
    told = ChainFacts(line(1).tg_code, tuple((code, each) for each in seen))
    return Reading("athena", Lookup.TASK_LOG, at(30), told)


class TestOverdue:
    """Paid, neither delivered nor given back, and past the limit."""

    @pytest.mark.parametrize(("past", "listed"), [(-TINY, False), (timedelta(), False), (TINY, True)])
    def test_at_the_limit_it_is_not_late_and_past_it_it_is(self, past: timedelta, listed: bool) -> None:
        state = after(*seen_paid(1, at(1), created_at=at(0)))
        expected = [(ONE, HOUR + past, "paid")] if listed else []
        assert late(state, at(61) + past) == expected

    def test_the_row_says_which_event_its_clock_counts_from(self) -> None:
        state = after(orders(line(1, CONFIRMED)), *seen_paid(2, at(2)))
        assert late(state, at(70)) == [
            (ONE, 70 * MINUTE - SECOND, "created"),
            (line(2).ts_code, 68 * MINUTE, "paid"),
        ]

    def test_the_campaign_may_count_from_the_making(self) -> None:
        start = empty(replace(CAMPAIGN, sla=Sla(clock_starts="created")))
        state = after(*seen_paid(1, at(2)), start=start)
        assert late(state, at(61)) == [(ONE, 61 * MINUTE - SECOND, "created")]

    def test_oldest_first(self) -> None:
        state = after(orders(*(line(number) for number in (5, 3, 9))))
        assert [code for code, _, _ in late(state, at(90))] == [line(number).ts_code for number in (3, 5, 9)]

    @pytest.mark.parametrize("words", [DELIVERED, CANCELLED, REFUNDED])
    def test_facts_take_a_line_off_the_list(self, words: tuple[str, ...]) -> None:
        state = after(orders(line(1)))
        assert late(state, at(90))
        assert not late(after(orders(line(1, words, updated_at=at(80))), start=state), at(90))

    @pytest.mark.parametrize("words", [PAID, TRANSFERRED, CONFIRMED, MIXED, UNHEARD_OF])
    def test_every_other_paid_state_stays(self, words: tuple[str, ...]) -> None:
        assert late(after(orders(line(1, words))), at(90))

    def test_nobody_waits_for_what_was_never_paid(self) -> None:
        assert not late(after(orders(line(1, UNPAID))), at(90))

    def test_stopped_by_order_failed_stays_until_refunded(self) -> None:
        state = after(orders(line(1, TRANSFERRED, status_slave="Fail")))
        assert late(state, at(90))
        assert not late(after(orders(line(1, REFUNDED, updated_at=at(80))), start=state), at(90))

    def test_others_orders_are_not_ours_to_deliver(self) -> None:
        assert not late(after(orders(line(1, shop_id=29), line(2, page_id=4711))), at(90))

    def test_ours_outside_the_window_are(self) -> None:
        assert late(after(orders(line(1, created_at=at(-1)))), at(90))


class TestPayment:
    """When a line was paid, by the best there is, or that nobody saw it."""

    def test_the_exact_time_stands(self) -> None:
        state = after(
            orders(line(1, PAID, updated_at=at(2))), orders(line(1, CONFIRMED, updated_at=at(3), paid_at=at(1)))
        )
        assert known(state).paid_at == at(1)

    def test_else_the_update_that_made_it_paid(self) -> None:
        state = after(*seen_paid(1, at(2)), orders(line(1, CONFIRMED, updated_at=at(3))))
        assert known(state).paid_at == at(2)

    @pytest.mark.parametrize("words", [PAID, TRANSFERRED, CONFIRMED])
    def test_a_row_touched_again_and_again_does_not_start_its_clock_anew(self, words: tuple[str, ...]) -> None:
        touches = (orders(line(1, words, updated_at=at(minute))) for minute in (70, 75, 80))
        assert late(after(*touches), at(81)) == [(ONE, 81 * MINUTE - SECOND, "created")]

    def test_what_was_last_known_to_be_unpaid_two_minutes_before_counts_from_then(self) -> None:
        for gap, paid in ((119 * SECOND, at(10) - SECOND), (121 * SECOND, at(10) - 121 * SECOND)):
            state = after(
                orders(line(1, UNPAID), taken_at=at(10) - gap),
                orders(line(1, CONFIRMED, updated_at=at(10) - SECOND), taken_at=at(10)),
            )
            assert known(state).paid_at == paid

    @pytest.mark.parametrize("touched", [at(9), at(10), at(12), at(seconds=3)])
    def test_an_update_outside_the_two_readings_is_not_believed(self, touched: datetime) -> None:
        state = after(
            orders(line(1, UNPAID), taken_at=at(10)), orders(line(1, PAID, updated_at=touched), taken_at=at(11))
        )
        assert known(state).paid_at == at(10)

    def test_a_poll_that_told_nothing_of_it_saw_it_unpaid_still(self) -> None:
        batch = OrderBatch((line(1, PAID, updated_at=at(9)),), since=at(8, 58))
        paid = Reading("sql", Topic.ORDERS, at(9, 2), batch)
        state = after(orders(line(1, UNPAID), taken_at=at(1)), paid)
        assert known(state).paid_at == at(9)

    def test_a_look_up_that_lags_behind_does_not_unpay_it(self) -> None:
        lagging = orders(line(1, UNPAID), taken_at=at(3), topic=Lookup.ORDER_STATUS)
        assert known(after(*seen_paid(1, at(2)), lagging)).paid_at == at(2)

    def test_else_the_first_word_of_it_as_paid_after_it_was_seen_unpaid(self) -> None:
        seen = (
            orders(line(1, UNPAID), taken_at=at(1)),
            orders(line(1, TRANSFERRED, updated_at=at(2)), taken_at=at(2, 1)),
        )
        assert known(after(*seen)).paid_at == at(2)
        assert known(after(*seen, orders(line(1, CONFIRMED, updated_at=at(3))))).paid_at == at(2)

    @pytest.mark.parametrize("touched", [at(2), at(119, 50)])
    def test_a_gap_in_the_watching_does_not_put_the_payment_off(self, touched: datetime) -> None:
        state = after(
            orders(line(1, UNPAID), taken_at=at(1)),
            orders(line(1, CONFIRMED, updated_at=touched), taken_at=at(120)),
        )
        assert late(state, at(120)) == [(ONE, 119 * MINUTE, "paid")]

    def test_without_update_times_the_reading_dates_it(self) -> None:
        state = after(
            orders(line(1, UNPAID, updated_at=None), taken_at=at(1)),
            orders(line(1, TRANSFERRED, updated_at=None), taken_at=at(2)),
            orders(line(1, TRANSFERRED, updated_at=None), taken_at=at(3)),
        )
        assert known(state).paid_at == at(2)

    def test_first_met_in_the_back_office_it_is_not_known(self) -> None:
        assert known(after(orders(line(1, TRANSFERRED)))).paid_at is None

    def test_the_delivery_is_no_payment(self) -> None:
        state = after(orders(line(1, UNPAID)), orders(line(1, DELIVERED, updated_at=at(8))))
        assert known(state).paid_at is None
        assert age(known(state), state, at(90)) == 8 * MINUTE - SECOND


class TestAge:
    """Now less the clock's start while open, then how long it took."""

    def test_runs_while_open(self) -> None:
        state = after(*seen_paid(1, at(1)))
        assert age(known(state), state, at(31)) == 30 * MINUTE

    @pytest.mark.parametrize("words", [DELIVERED, CANCELLED, REFUNDED])
    def test_stops_at_the_end(self, words: tuple[str, ...]) -> None:
        state = after(*seen_paid(1, at(1)), orders(line(1, words, updated_at=at(7))))
        assert age(known(state), state, at(90)) == 6 * MINUTE

    def test_is_never_below_zero(self) -> None:
        state = after(*seen_paid(1, at(1)))
        assert age(known(state), state, at(0.5)) == timedelta()


class TestFirstOrder:
    """The first order that counts, pinned."""

    def test_none_while_there_is_none(self) -> None:
        assert first_order(after(orders(line(1, created_at=at(-1)), line(2, shop_id=29))), at(5)) is None

    def test_is_the_earliest_made_whenever_heard_of(self) -> None:
        state = after(orders(line(9)), orders(line(3)), orders(line(5)))
        found = first_order(state, at(5))
        assert found is not None
        assert (found.tracked.line.ts_code, found.after_open) == (line(3).ts_code, 3 * SECOND)
        assert found.delivered_at is None

    def test_is_followed_until_delivered(self) -> None:
        state = after(*seen_paid(3, at(1)), orders(line(3, DELIVERED, updated_at=at(7))))
        found = first_order(state, at(60))
        assert found is not None
        assert (found.delivered_at, found.age) == (at(7), 6 * MINUTE)

    def test_is_not_one_that_was_given_back_unpaid(self) -> None:
        refused = ("CreditCheckFail", "CreditCheckFail", "Hide")
        state = after(orders(line(3, UNPAID), line(7)), orders(line(3, refused, updated_at=at(2))))
        found = first_order(state, at(5))
        assert found is not None
        assert found.tracked.line.ts_code == line(7).ts_code
        assert first_order(after(orders(line(3, CANCELLED))), at(5)) is None

    def test_stays_the_first_when_it_was_paid_and_given_back(self) -> None:
        state = after(orders(line(3), line(7)), orders(line(3, CANCELLED, updated_at=at(2))))
        found = first_order(state, at(5))
        assert found is not None
        assert found.tracked.line.ts_code == line(3).ts_code

    def test_gives_way_when_it_turns_out_not_to_count(self) -> None:
        state = after(orders(line(3), line(7)), orders(line(3, shop_id=29, updated_at=at(2))))
        found = first_order(state, at(5))
        assert found is not None
        assert found.tracked.line.ts_code == line(7).ts_code


class TestNewestWord:
    """Of two words on a line the one read later stands."""

    @pytest.mark.parametrize("dated", [at(1), at(60 * 24 * 365 * 75)])
    def test_whatever_the_row_says_of_its_own_time(self, dated: datetime) -> None:
        words = (
            orders(line(1, CONFIRMED, updated_at=dated), taken_at=at(2)),
            orders(line(1, DELIVERED, updated_at=at(seconds=30)), taken_at=at(3)),
        )
        for readings in (words, words[::-1]):
            assert known(after(*readings)).state is OrderState.DELIVERED

    def test_that_of_a_look_up_too(self) -> None:
        asked = orders(line(1, CONFIRMED, updated_at=at(1)), taken_at=at(3), topic=Lookup.ORDER_STATUS)
        polled = orders(line(1, TRANSFERRED, updated_at=at(2)), taken_at=at(2))
        assert known(after(asked, polled)).state is OrderState.CONFIRMED

    def test_a_row_without_its_making_was_made_at_its_first_update(self) -> None:
        touched = [at(minute) for minute in (5, 3, 9)]
        words = [orders(line(1, PAID, created_at=moment, updated_at=moment)) for moment in touched]
        assert known(after(*words)).line.created_at == at(3)
        assert overdue(after(*words), at(64))


@pytest.mark.parametrize("count", [0, 1, 1200])
def test_the_overdue_are_a_sequence_however_many(count: int) -> None:
    state = after(orders(*(line(number, PAID) for number in range(count)), line(4000, PAID), taken_at=at(70)))
    found = overdue(state, at(60 + 60))
    codes = [line(number).ts_code for number in range(count)]
    assert len(found) == count
    assert [each.tracked.line.ts_code for each in found] == codes
    assert [found[index].tracked.line.ts_code for index in range(-count, count)] == codes + codes
    assert [each.tracked.line.ts_code for each in found[:3]] == codes[:3]
    assert [each.age for each in found[-1:]] == [at(120) - at(seconds=count - 1)][:count]
    for beyond in (count, -count - 1):
        with pytest.raises(IndexError):
            found[beyond]


def test_the_feed_is_newest_first() -> None:
    state = after(orders(line(3), line(1), line(2)))
    assert [each.line.ts_code for each in newest(state)] == [line(number).ts_code for number in (3, 2, 1)]


class TestChain:
    """The steps of a line, with what nobody observed said to be so."""

    def steps(self, *readings: Reading) -> dict[Step, ChainStep]:
        return {each.step: each for each in chain(known(after(*readings)))}

    def test_has_every_step_in_order(self) -> None:
        assert [each.step for each in chain(known(after(orders(line(1)))))] == list(Step)

    def test_what_was_not_observed_is_not_seen_even_behind_a_later_step(self) -> None:
        steps = self.steps(orders(line(1, DELIVERED)))
        for step in (Step.ORDER_CREATED, Step.VALIDITY, Step.TASK, Step.ISSUER_GET, Step.VIP_MEMBER):
            assert steps[step] == ChainStep(step, StepState.NOT_SEEN, None, None, "")

    def test_what_only_the_status_says_is_inferred(self) -> None:
        steps = self.steps(orders(line(1, DELIVERED, updated_at=at(6))))
        assert (steps[Step.DELIVERED].at, steps[Step.DELIVERED].inferred) == (at(6), True)
        assert (steps[Step.CREATED].at, steps[Step.CREATED].inferred) == (at(seconds=1), False)
        assert (steps[Step.TRANSFERRED].state, steps[Step.TRANSFERRED].at) == (StepState.DONE, None)

    def test_an_observation_beats_the_status(self) -> None:
        seen = StepSeen(Step.DELIVERED, StepState.DONE, at(5), "nlog")
        step = self.steps(orders(line(1, DELIVERED, updated_at=at(6))), facts(seen))[Step.DELIVERED]
        assert (step.at, step.source, step.inferred) == (at(5), "nlog", False)

    def test_took_is_the_time_since_the_step_done_before(self) -> None:
        task = StepSeen(Step.TASK, StepState.DONE, at(3), "task log")
        waiting = StepSeen(Step.ISSUER_GET, StepState.WAITING, at(4), "nlog")
        vip = StepSeen(Step.VIP_MEMBER, StepState.DONE, at(8), "nlog")
        steps = self.steps(orders(line(1, TRANSFERRED, updated_at=at(2))), facts(task, waiting, vip))
        assert steps[Step.CREATED].took is None
        assert steps[Step.TASK].took == MINUTE
        assert steps[Step.ISSUER_GET].took == MINUTE
        assert steps[Step.VIP_MEMBER].took == 5 * MINUTE

    def test_times_that_contradict_the_order_give_no_duration(self) -> None:
        task = StepSeen(Step.TASK, StepState.DONE, at(1), "task log")
        vip = StepSeen(Step.VIP_MEMBER, StepState.DONE, at(8), "nlog")
        steps = self.steps(orders(line(1, TRANSFERRED, updated_at=at(2))), facts(task, vip))
        assert steps[Step.TASK].took is None
        assert steps[Step.VIP_MEMBER].took == 6 * MINUTE

    def test_waits_for_the_payment(self) -> None:
        assert self.steps(orders(line(1, UNPAID)))[Step.PAID].state is StepState.WAITING

    def test_a_payment_known_exactly_is_not_inferred(self) -> None:
        steps = self.steps(orders(line(1, PAID, paid_at=at(0.5))))
        assert (steps[Step.PAID].at, steps[Step.PAID].inferred) == (at(0.5), False)

    def test_stopped_by_order_failed_outdoes_a_check_that_was_not_over(self) -> None:
        checking = StepSeen(Step.VALIDITY, StepState.WAITING, at(1), "CheckIsValid", note="Checking")
        steps = self.steps(facts(checking), orders(line(1, TRANSFERRED, status_slave="Fail")))
        assert (steps[Step.VALIDITY].state, steps[Step.VALIDITY].note) == (StepState.FAILED, "OrderFailed")

    def test_what_is_told_of_the_group_is_told_of_its_lines(self) -> None:
        seen = StepSeen(Step.TASK, StepState.DONE, at(3), "task log")
        told = facts(seen, code=line(1).tg_code)
        assert line(0).tg_code == line(1).tg_code
        for readings in ((told, orders(line(0), line(1))), (orders(line(0), line(1)), told)):
            state = after(*readings)
            assert [known(state, number).steps for number in (0, 1)] == [(seen,), (seen,)]

    def test_asking_again_and_again_takes_no_more_room(self) -> None:
        waiting = [StepSeen(Step.TASK, StepState.WAITING, at(minute), "task log") for minute in range(50)]
        state = after(*(facts(seen) for seen in waiting))
        assert state.orders.facts[line(1).tg_code].steps == ((ONE, waiting[-1]),)
