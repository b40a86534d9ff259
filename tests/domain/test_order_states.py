"""What status words mean: the few known combinations, and unknown for everything else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.domain.orders import (
    DELIVERED_WORDS,
    RELEASED_WORDS,
    TRANSFER_WORDS,
    UNPAID_WORDS,
    OrderLine,
    OrderState,
    is_paid,
    state_of,
)

NOW = datetime(2024, 1, 25, 2, 0, tzinfo=UTC)
KNOWN = ["", "Hide", "OrderProcessing", "WaitingToShipping", "ConfirmedToShipping", "Fail", "Sparkling"]
WORDS = sorted({*KNOWN, *DELIVERED_WORDS, *RELEASED_WORDS, *UNPAID_WORDS, *TRANSFER_WORDS})
words = st.sampled_from(WORDS)


def line(status: str, user: str, scm: str, slave: str = "", paid_at: datetime | None = None) -> OrderLine:
    return OrderLine("TS1", "TG1", 28, 1, 1, NOW, NOW, status, user, scm, slave, paid_at=paid_at)


@pytest.mark.parametrize(
    ("status", "user", "scm", "state", "paid"),
    [
        ("New", "WaitingToPay", "Hide", OrderState.UNPAID, False),
        ("WaitingTo3DAuth", "WaitingToPay", "Hide", OrderState.UNPAID, False),
        ("WaitingToPay", "", "", OrderState.UNPAID, False),
        ("WaitingToCreditCheck", "", "", OrderState.UNPAID, False),
        ("WaitingToTrans", "OrderProcessing", "Hide", OrderState.PAID, True),
        ("TransIsProcessing", "OrderProcessing", "Hide", OrderState.PAID, True),
        ("TransToERPFail", "OrderProcessing", "Hide", OrderState.PAID, True),
        ("WaitingToShipping", "WaitingToShipping", "WaitingToShipping", OrderState.TRANSFERRED, True),
        ("ConfirmedToShipping", "ConfirmedToShipping", "ConfirmedToShipping", OrderState.CONFIRMED, True),
        ("ConfirmedToShipping", "WaitingToShipping", "ConfirmedToShipping", OrderState.UNKNOWN, True),
        ("ShippingFinish", "ShippingFinish", "ShippingFinish", OrderState.DELIVERED, True),
        ("Finish", "Finish", "Finish", OrderState.DELIVERED, True),
        ("Finish", "", "", OrderState.DELIVERED, True),
        ("Cancel", "Cancel", "Cancel", OrderState.RELEASED, False),
        ("Overdue", "WaitingToPay", "Hide", OrderState.RELEASED, False),
        ("CreditCheckFail", "WaitingToPay", "Hide", OrderState.RELEASED, False),
        ("WaitingToShipping", "Cancel", "WaitingToShipping", OrderState.RELEASED, False),
        ("RefundFinish", "RefundFinish", "RefundFinish", OrderState.RELEASED, True),
        ("RefundProcessing", "RefundProcessing", "RefundProcessing", OrderState.UNKNOWN, True),
        ("Fail", "OrderProcessing", "Hide", OrderState.FAILED, True),
        ("Sparkling", "Sparkling", "Sparkling", OrderState.UNKNOWN, True),
        ("", "", "", OrderState.UNKNOWN, False),
    ],
)
def test_words_are_sorted_into_states(status: str, user: str, scm: str, state: OrderState, paid: bool) -> None:
    told = line(status, user, scm)
    assert (state_of(told), is_paid(told)) == (state, paid)


def test_order_failed_stands_over_where_it_had_got_to_but_not_over_the_refund() -> None:
    assert state_of(line("WaitingToShipping", "WaitingToShipping", "WaitingToShipping", "Fail")) is OrderState.FAILED
    assert state_of(line("RefundFinish", "RefundFinish", "RefundFinish", "Fail")) is OrderState.RELEASED


def test_a_known_time_of_payment_settles_it() -> None:
    assert is_paid(line("WaitingToPay", "WaitingToPay", "Hide", paid_at=NOW))


@given(words, words, words)
def test_a_word_nobody_knows_is_never_taken_for_a_delivery(status: str, user: str, scm: str) -> None:
    if state_of(line(status, user, scm)) is OrderState.DELIVERED:
        assert user in DELIVERED_WORDS or (not user and status in DELIVERED_WORDS)


@given(words, words, words)
def test_the_pair_that_forbids_a_second_run_is_never_taken_for_the_one_that_allows_it(
    status: str, user: str, scm: str
) -> None:
    state = state_of(line(status, user, scm))
    if state is OrderState.TRANSFERRED:
        assert (user, scm) == ("WaitingToShipping", "WaitingToShipping")
    if state is OrderState.CONFIRMED:
        assert (user, scm) == ("ConfirmedToShipping", "ConfirmedToShipping")


@given(words, words, words)
def test_the_state_may_be_given_to_save_the_work(status: str, user: str, scm: str) -> None:
    told = line(status, user, scm)
    assert is_paid(told, state_of(told)) is is_paid(told)


@given(words, words, words, words, st.sampled_from([str.upper, str.lower, str.title]))
def test_the_case_of_a_word_does_not_matter(
    status: str, user: str, scm: str, slave: str, recased: Callable[[str], str]
) -> None:
    written = line(status, user, scm, slave)
    other = line(recased(status), recased(user), recased(scm), recased(slave))
    assert (state_of(other), is_paid(other)) == (state_of(written), is_paid(written))
    assert other.status_user == recased(user), "and it is shown as it is written"
