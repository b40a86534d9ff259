"""Where a line stands is the same worked out anew, and short cuts through the sums lead where the long way does."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from store_makers import (
    CAMPAIGN,
    CANCELLED,
    DELIVERED,
    OTHER_PAGE,
    PAGE,
    PAID,
    REFUNDED,
    SECOND,
    TRANSFERRED,
    UNPAID,
    at,
    line,
)

from evtui.store.account import Account, only_delivered, open_account
from evtui.store.orders import Tally
from evtui.store.series import Counts
from evtui.store.standing import Ground
from evtui.store.tracked import Tracked, join, observe

GROUND = Ground(CAMPAIGN)


@st.composite
def beliefs(draw: st.DrawFn) -> Tracked:
    """One word on line 7: in time or not, ours or not, in any state."""
    words = draw(st.sampled_from([UNPAID, PAID, TRANSFERRED, DELIVERED, CANCELLED, REFUNDED]))
    read = draw(st.integers(0, 30))
    told = line(
        7,
        words,
        page_id=draw(st.sampled_from([PAGE, PAGE, OTHER_PAGE, 4711, None])),
        shop_id=draw(st.sampled_from([28, 28, 28, 29])),
        quantity=draw(st.sampled_from([1, 1, 2])),
        amount=draw(st.sampled_from([None, 99.5])),
        created_at=at(seconds=draw(st.sampled_from([7, 7, -5]))),
        updated_at=at(seconds=read),
        paid_at=draw(st.sampled_from([None, None, at(seconds=70)])),
    )
    return observe(told, at(seconds=read) + SECOND, polled=draw(st.booleans()))


@given(beliefs(), beliefs())
@settings(max_examples=300, deadline=None)
def test_a_line_stands_where_it_would_if_nothing_had_been_known(old: Tracked, word: Tracked) -> None:
    new = join(old, word)
    assert GROUND.stand_again(new, old, GROUND.stand(old)) == GROUND.stand(new)


@given(beliefs(), beliefs())
@settings(max_examples=300, deadline=None)
def test_what_is_only_delivered_changes_nothing_else(old: Tracked, word: Tracked) -> None:
    new = join(old, word)
    before = GROUND.stand(old)
    after = GROUND.stand_again(new, old, before)
    if not only_delivered(old, before, new, after):
        return
    assert after.product is not None
    assert (before.odd, before.bought, before.released) == (after.odd, after.bought, after.released)
    account = open_account(after.product)
    account.count(old, before, -1)
    account.count(new, after, +1)
    plain: Account = open_account(after.product)
    plain.delivered = account.delivered
    assert account.tally(Tally()) == plain.tally(Tally())
    assert account.counts(Counts()) == Counts()


def test_an_order_that_is_paid_and_then_delivered_is_only_delivered() -> None:
    old = observe(line(7, PAID, paid_at=at(seconds=7)), at(1))
    new = join(old, observe(line(7, DELIVERED, paid_at=at(seconds=7)), at(2)))
    before = GROUND.stand(old)
    after = GROUND.stand_again(new, old, before)
    assert only_delivered(old, before, new, after)
    assert (before.open, after.open) == ((at(seconds=7).timestamp(), old.line.ts_code), None)
