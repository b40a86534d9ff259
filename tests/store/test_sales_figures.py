"""Stock and sales: every figure by hand, and unknown where something was not told."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace
from store_makers import (
    CAMPAIGN,
    CANCELLED,
    CLOSE,
    CONFIRMED,
    DELIVERED,
    MINUTE,
    OTHER_PAGE,
    PAGE,
    PAID,
    PRODUCTS,
    REFUNDED,
    SECOND,
    UNPAID,
    after,
    at,
    empty,
    line,
    orders,
    seen_paid,
    stock,
)

from evtui.domain.orders import OrderLine
from evtui.domain.reading import Coverage, Lookup, Reading, StockLevels, Topic
from evtui.domain.stock import StockLevel
from evtui.store.sales import Outlook, ProductFigures, product_figures, total_figures
from evtui.store.state import LaunchState

NOW = at(30)


def figures(*readings: Reading, now: datetime = NOW, start: LaunchState | None = None) -> ProductFigures:
    """Figures of the first product."""
    return product_figures(after(*readings, start=start), now)[0]


def sold(count: int, until: datetime) -> tuple[OrderLine, ...]:
    """`count` sales, one a second, the last of them paid ten seconds before `until`."""
    begin = until - (count + 20) * SECOND
    return tuple(line(number, created_at=begin + number * SECOND) for number in range(count))


def test_each_line_counts_where_its_state_says() -> None:
    found = figures(
        orders(
            line(1, UNPAID, quantity=2),
            line(2, PAID, quantity=3, amount=2999.99),
            line(3, CONFIRMED),
            line(4, DELIVERED, quantity=4),
            line(5, CANCELLED, quantity=5),
            line(6, REFUNDED, quantity=6),
        )
    )
    assert (found.sold, found.in_flight, found.released, found.delivered) == (8, 2, 11, 4)
    assert found.revenue == 2999.99 + 1000 + 4000
    assert found.remaining_computed == 90
    assert found.sell_through == 0.08
    assert not found.oversold


def test_what_is_of_no_concern_is_not_counted() -> None:
    strangers = (line(1, shop_id=29), line(2, page_id=4711), line(3, page_id=None))
    outside = (line(4, created_at=at(seconds=-1)), line(5, created_at=CLOSE + 5 * MINUTE))
    state = after(orders(*strangers, *outside, line(6)))
    assert product_figures(state, NOW)[0].sold == 1
    assert set(state.orders.odd) == {
        "another shop",
        "page not sold here",
        "page not known",
        "before open",
        "after close",
    }


def test_asking_about_a_strange_order_makes_it_no_concern_of_ours() -> None:
    state = after(orders(line(1, shop_id=29), topic=Lookup.ORDER_STATUS))
    assert not state.orders.odd
    assert not state.orders.recent
    assert not state.orders.open
    known = state.orders.get(line(1).ts_code)
    assert known is not None
    assert known.line.shop_id == 29
    polled = after(orders(line(1, shop_id=29)), start=state)
    assert polled.orders.odd


def test_an_answer_without_a_page_does_not_unsell() -> None:
    told = orders(line(1, DELIVERED, page_id=None, updated_at=at(5)), topic=Lookup.ORDER_STATUS)
    found = figures(orders(line(1)), told)
    assert (found.sold, found.delivered) == (1, 1)


def test_nothing_is_known_before_anybody_answered() -> None:
    found = figures()
    assert (found.sold, found.in_flight, found.revenue, found.remaining_reported, found.drift) == (None,) * 5
    assert found.opening == 100
    assert found.remaining_computed is None
    assert found.sell_through is None
    assert found.forecast.outlook is Outlook.UNKNOWN


def test_no_orders_are_none_sold_once_the_source_has_answered() -> None:
    found = figures(orders(taken_at=NOW))
    assert (found.sold, found.in_flight, found.revenue) == (0, 0, 0.0)


def test_revenue_is_unknown_while_one_price_is() -> None:
    unpriced = replace(CAMPAIGN, products=(replace(PRODUCTS[0], price=None), PRODUCTS[1]))
    start = empty(unpriced)
    assert figures(orders(line(1, amount=10.0)), start=start).revenue == 10.0
    assert figures(orders(line(1, amount=10.0), line(2)), start=start).revenue is None
    assert figures(orders(line(1, amount=10.0), line(2, UNPAID)), start=start).revenue == 10.0


@pytest.mark.parametrize("amount", [19.99, 0.1, 1.1])
def test_cents_do_not_drift(amount: float) -> None:
    many = tuple(line(number, amount=amount) for number in range(1000))
    assert figures(orders(*many)).revenue == round(amount * 1000, 2)


def test_the_total_is_the_sum_and_unknown_with_an_unknown_part() -> None:
    state = after(orders(line(1), line(2, page_id=OTHER_PAGE)), orders(taken_at=NOW), stock(at(20), (PAGE, 99)))
    products = product_figures(state, NOW)
    total = total_figures(state, products, NOW)
    assert (total.opening, total.sold, total.revenue) == (150, 2, 1500.0)
    assert products[0].remaining_reported == 99
    assert total.remaining_reported is None
    assert total.drift is None
    assert [velocity.sold for velocity in total.velocity] == [0, 0, 2]
    both = after(stock(at(21), (PAGE, 99), (OTHER_PAGE, 49)), start=state)
    assert total_figures(both, product_figures(both, NOW), NOW).remaining_reported == 148


def test_opening_falls_back_on_what_the_table_says() -> None:
    unplanned = replace(CAMPAIGN, products=(replace(PRODUCTS[0], stock=None), PRODUCTS[1]))
    found = figures(stock(at(1), (PAGE, 60), total=80), start=empty(unplanned))
    assert (found.opening, found.reported_total) == (80, 80)
    silent = figures(stock(at(1), (PAGE, 60), total=None), start=empty(unplanned))
    assert (silent.opening, silent.reported_total, silent.drift) == (None, None, None)


@pytest.mark.parametrize(
    ("quantity", "left", "oversold"), [(100, 0, False), (101, 0, True), (1, -1, True), (99, 1, False)]
)
def test_oversold_is_more_than_there_was_or_less_than_none(quantity: int, left: int, oversold: bool) -> None:
    assert figures(orders(line(1, quantity=quantity)), stock(at(20), (PAGE, left))).oversold is oversold


@pytest.mark.parametrize(
    ("made", "counted"),
    [
        (CLOSE - SECOND, 0),
        (CLOSE, 1),
        (CLOSE + SECOND, 1),
        (CLOSE + 59 * SECOND, 1),
        (CLOSE + 60 * SECOND, 0),
    ],
)
def test_the_minute_the_sale_closes_in_is_counted_apart(made: datetime, counted: int) -> None:
    found = figures(orders(line(1, created_at=made), line(2)))
    assert found.last_minute == counted
    assert found.sold == (2 if made <= CLOSE else 1)


class TestDrift:
    """Opening = remaining + sold + in flight, held against each other as of one moment."""

    def test_the_ledger_holds(self) -> None:
        found = figures(orders(line(1), line(2, UNPAID, quantity=2), taken_at=at(10)), stock(at(9), (PAGE, 97)))
        assert found.drift == 0

    @pytest.mark.parametrize(("left", "drift"), [(98, -1), (97, 0), (90, 7)])
    def test_what_is_missing_shows(self, left: int, drift: int) -> None:
        found = figures(orders(line(1, quantity=3), taken_at=at(10)), stock(at(9), (PAGE, left)))
        assert found.drift == drift

    def test_orders_made_after_the_stock_was_read_are_left_out(self) -> None:
        lines = (line(1), line(2, created_at=at(9.5), quantity=4), line(3, UNPAID, created_at=at(9.6)))
        assert figures(orders(*lines, taken_at=at(10)), stock(at(9), (PAGE, 99))).drift == 0

    def test_what_was_given_back_after_the_stock_was_read_was_still_taken(self) -> None:
        before = line(1, CANCELLED, created_at=at(5), updated_at=at(9.5), quantity=2)
        between = line(2, CANCELLED, created_at=at(9.2), updated_at=at(9.5), quantity=3)
        earlier = line(3, CANCELLED, created_at=at(5), updated_at=at(8), quantity=4)
        assert figures(orders(before, between, earlier, taken_at=at(10)), stock(at(9), (PAGE, 98))).drift == 0

    def test_in_a_rush_a_moment_s_grace_is_not_taken_where_an_older_reading_of_the_stock_will_do(self) -> None:
        seen = (orders(line(1), taken_at=at(10)), stock(at(10, 0.4), (PAGE, 50)))
        assert figures(*seen).drift == 49  # a single round asks both side by side
        assert figures(*seen, stock(at(9), (PAGE, 99))).drift == 0

    def test_stock_newer_than_the_orders_waits_for_them(self) -> None:
        seen = (orders(line(1), taken_at=at(10)), stock(at(9), (PAGE, 99)))
        assert figures(*seen, stock(at(11), (PAGE, 50))).drift == 0
        assert figures(*seen, stock(at(11), (PAGE, 50)), orders(taken_at=at(12))).drift == 49

    def test_only_stock_newer_than_the_orders_says_nothing(self) -> None:
        assert figures(orders(line(1), taken_at=at(10)), stock(at(11), (PAGE, 50))).drift is None

    def test_orders_that_come_late_are_waited_for(self) -> None:
        slow = empty(delay=MINUTE)
        assert figures(orders(line(1), taken_at=at(10)), stock(at(9.5), (PAGE, 50)), start=slow).drift is None
        assert figures(orders(line(1), taken_at=at(10)), stock(at(9), (PAGE, 99)), start=slow).drift == 0

    def test_orders_still_being_told_are_waited_for(self) -> None:
        part = replace(orders(line(1), taken_at=at(10)), coverage=Coverage(more=True))
        rest = orders(line(2), taken_at=at(11))
        assert figures(stock(at(9), (PAGE, 98)), part).drift is None
        assert figures(stock(at(9), (PAGE, 98)), part, rest).drift == 0

    def test_lines_that_do_not_count_do_not_move_it(self) -> None:
        late = line(2, created_at=CLOSE + 10 * SECOND)
        taken = CLOSE + MINUTE
        seen = (orders(line(1), late, taken_at=taken), stock(CLOSE + SECOND, (PAGE, 99)))
        assert figures(*seen, now=taken).drift == 0

    def test_nothing_is_said_where_the_feed_does_not_reach_back(self) -> None:
        lines = tuple(line(number, created_at=at(1, number / 10)) for number in range(2001))
        seen = orders(*lines, taken_at=at(10))
        assert figures(seen, stock(at(0.5), (PAGE, 100))).drift is None
        assert figures(seen, stock(at(9), (PAGE, -1901))).drift == 0


class TestVelocity:
    """Sets a minute over 5, 15 and 60 minutes."""

    def test_windows_end_with_the_present_minute(self) -> None:
        made = [at(minute, 20) for minute in (0, 15, 16, 25, 26, 30)]
        lines = (line(number, created_at=moment) for number, moment in enumerate(made))
        found = figures(orders(*lines), now=at(30, 45))
        assert [velocity.sold for velocity in found.velocity] == [2, 4, 6]
        assert [velocity.minutes for velocity in found.velocity] == [5, 15, 30.75]
        assert [velocity.span for velocity in found.velocity] == [4.75, 14.75, 30.75]

    def test_the_rate_is_that_of_the_minutes_covered(self) -> None:
        for seconds in (0, 1, 30, 59):
            made = range(0, 2400 + seconds, 6)
            steady = (line(number, CONFIRMED, created_at=at(seconds=number)) for number in made)
            found = figures(orders(*steady), now=at(40, seconds))
            assert [velocity.per_minute for velocity in found.velocity] == [pytest.approx(10, rel=0.06)] * 3

    def test_just_after_open_the_time_is_that_since_open(self) -> None:
        found = figures(orders(*sold(8, at(seconds=40))), now=at(seconds=40))
        assert {velocity.minutes for velocity in found.velocity} == {40 / 60}
        assert [velocity.per_minute for velocity in found.velocity] == [pytest.approx(12)] * 3

    def test_before_open_there_is_no_rate(self) -> None:
        found = figures(orders(line(1, created_at=at(-5))), now=at(-1))
        assert [(velocity.minutes, velocity.sold, velocity.per_minute) for velocity in found.velocity] == [
            (0.0, 0, None)
        ] * 3

    @pytest.mark.parametrize(("count", "rate"), [(4, None), (5, pytest.approx(5 / 4))])
    def test_a_few_sales_are_no_rate(self, count: int, rate: float | None) -> None:
        assert figures(orders(*sold(count, NOW))).velocity[0].per_minute == rate

    def test_sales_count_in_the_minute_they_were_paid(self) -> None:
        paid_late = seen_paid(1, at(28), created_at=at(2))
        assert [velocity.sold for velocity in figures(*paid_late).velocity] == [1, 1, 1]

    def test_a_refund_takes_the_sale_back(self) -> None:
        found = figures(orders(line(1), line(2)), orders(line(1, REFUNDED, updated_at=at(5)), taken_at=NOW))
        assert [velocity.sold for velocity in found.velocity] == [0, 0, 1]

    def test_a_silent_source_is_no_sale_that_slows_down(self) -> None:
        told = (orders(*sold(8, at(9)), taken_at=at(10)),)
        assert figures(*told, now=at(40)).velocity == figures(*told, now=at(10)).velocity

    def test_a_sale_that_turns_out_to_be_of_another_minute_moves(self) -> None:
        late = figures(
            orders(line(1, CONFIRMED, updated_at=at(29)), taken_at=at(29)), *seen_paid(1, at(28)), now=at(29)
        )
        assert [velocity.sold for velocity in late.velocity] == [1, 1, 1]


class TestVanishedStock:
    """A reading of the stock is the whole truth of its moment."""

    def test_what_the_newest_reading_leaves_out_is_not_known(self) -> None:
        told = (stock(at(4), (PAGE, 9), (OTHER_PAGE, 5)), stock(at(5), (OTHER_PAGE, 5)))
        for readings in (told, told[::-1]):
            state = after(orders(*sold(91, at(4))), *readings)
            gone, there = product_figures(state, at(6))
            assert (gone.remaining_reported, gone.reported_total, gone.drift) == (None, None, None)
            assert there.remaining_reported == 5
            assert total_figures(state, (gone, there), at(6)).remaining_reported is None
            assert [figures.vanished for figures in (gone, there)] == [1, 0]

    def test_nor_is_a_page_of_which_one_sku_is_left_out(self) -> None:
        one, other = (StockLevel(PAGE, sku, 50, None, None, 9) for sku in (1, 2))
        both = Reading("sql", Topic.STOCK, at(4), StockLevels((one, other)))
        part = Reading("sql", Topic.STOCK, at(5), StockLevels((one,)))
        assert figures(both).remaining_reported == 18
        assert figures(both, part).remaining_reported is None
        assert figures(both, part, replace(both, taken_at=at(6))).remaining_reported == 18

    def test_an_empty_answer_leaves_nothing(self) -> None:
        assert figures(stock(at(4), (PAGE, 9)), stock(at(5))).remaining_reported is None


class TestForecast:
    """When it sells out, or why nobody can tell."""

    def test_not_open(self) -> None:
        assert figures(now=at(-1)).forecast.outlook is Outlook.NOT_OPEN

    def test_too_few(self) -> None:
        assert figures(orders(*sold(9, NOW))).forecast.outlook is Outlook.TOO_FEW

    def test_none(self) -> None:
        assert figures(orders(taken_at=NOW)).forecast.outlook is Outlook.NOT_AT_THIS_RATE

    def test_not_before_the_close(self) -> None:
        now = CLOSE - 10 * MINUTE
        assert figures(orders(*sold(20, now)), now=now).forecast.outlook is Outlook.NOT_AT_THIS_RATE

    def test_expected_with_a_range(self) -> None:
        forecast = figures(orders(*sold(25, NOW)), stock(NOW, (PAGE, 75))).forecast
        assert forecast.outlook is Outlook.EXPECTED
        assert forecast.at == NOW + timedelta(minutes=75 * 30 / 25)
        spread = 1.96 * 5
        assert forecast.earliest is not None
        assert forecast.latest is not None
        assert abs(forecast.earliest - NOW - timedelta(minutes=75 * 30 / (25 + spread))) < SECOND
        assert abs(forecast.latest - NOW - timedelta(minutes=75 * 30 / (25 - spread))) < SECOND

    def test_the_slow_end_may_lie_beyond_the_close(self) -> None:
        now = CLOSE - 60 * MINUTE
        forecast = figures(orders(*sold(25, now)), stock(now, (PAGE, 24)), now=now).forecast
        assert forecast.at == now + timedelta(minutes=24 * 59 / 25)
        assert forecast.latest is None

    def test_what_is_left_is_worked_out_where_no_stock_is_read(self) -> None:
        assert figures(orders(*sold(25, NOW))).forecast.at == NOW + timedelta(minutes=75 * 30 / 25)

    def test_sold_out(self) -> None:
        readings = [stock(at(minute), (PAGE, left)) for minute, left in ((3, 1), (4, 0), (5, 0), (6, -1))]
        found = figures(orders(*sold(100, NOW)), *readings)
        assert found.forecast.outlook is Outlook.SOLD_OUT
        assert found.sold_out_at == at(4)

    def test_sold_out_before_anybody_looked_has_no_time(self) -> None:
        found = figures(orders(), stock(at(4), (PAGE, 0)), stock(at(5), (PAGE, 0)))
        assert found.forecast.outlook is Outlook.SOLD_OUT
        assert (found.sold_out_at, found.sold_out_by) == (None, at(4))

    def test_not_filled_in_before_its_sale_is_not_sold_out(self) -> None:
        readings = [stock(at(minute), (PAGE, left)) for minute, left in ((-9, 0), (-5, 100), (8, 0))]
        assert figures(*readings).sold_out_at == at(8)
        assert figures(*readings[::-1]).sold_out_at == at(8)

    def test_a_page_is_sold_out_with_the_last_of_its_skus(self) -> None:
        def read(minute: int, one: int, other: int) -> Reading:
            levels = (StockLevel(PAGE, 1, 50, None, None, one), StockLevel(PAGE, 2, 50, None, None, other))
            return Reading("sql", Topic.STOCK, at(minute), StockLevels(levels))

        assert figures(read(3, 1, 0), read(4, 0, 0)).sold_out_at == at(4)
        assert figures(read(2, 0, 1), read(3, 1, 0), read(4, 0, 0)).sold_out_at is None, "one of them was filled up"

    def test_given_back_is_not_sold_out(self) -> None:
        found = figures(orders(*sold(99, NOW)), stock(at(4), (PAGE, 0)), stock(at(5), (PAGE, 1)))
        assert found.sold_out_at is None
        assert found.forecast.outlook is Outlook.EXPECTED


class TestLastingDrift:
    """A difference that two stock readings show is no sale caught between two tables."""

    def test_one_reading_is_not_enough_and_two_are(self) -> None:
        first = (orders(line(1), taken_at=at(20)), stock(at(20), (PAGE, 90)))
        assert (figures(*first).drift, figures(*first).drift_held) == (9, False)
        again = (*first, orders(taken_at=at(21)), stock(at(21), (PAGE, 90)))
        assert (figures(*again).drift, figures(*again).drift_held) == (9, True)

    def test_one_that_changed_does_not_last_yet(self) -> None:
        moved = (
            *(orders(line(1), taken_at=at(20)), stock(at(20), (PAGE, 90))),
            *(orders(taken_at=at(21)), stock(at(21), (PAGE, 80))),
        )
        assert (figures(*moved).drift, figures(*moved).drift_held) == (19, False)

    def test_after_the_close_nothing_is_forecast(self) -> None:
        assert figures(orders(line(1)), now=CAMPAIGN.closes + MINUTE).forecast.outlook is Outlook.CLOSED
