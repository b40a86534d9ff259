"""Whatever the order in which readings come, and however often, the same is believed, and the sums add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import fields, replace
from store_makers import (
    CAMPAIGN,
    CANCELLED,
    CLOSE,
    CONFIRMED,
    DELIVERED,
    MINUTE,
    MIXED,
    OPEN,
    OTHER_PAGE,
    PAGE,
    PAID,
    REFUNDED,
    SECOND,
    TRANSFERRED,
    UNHEARD_OF,
    UNPAID,
    at,
    empty,
    line,
    told,
)

from evtui.domain.chain import Step, StepSeen, StepState
from evtui.domain.faults import ErrorEntry, fault_key
from evtui.domain.metrics import Chart, ChartPoint, CpuPoint, FleetSize, TargetHealth, TrafficPoint
from evtui.domain.orders import OrderLine, OrderState
from evtui.domain.reading import (
    ChainFacts,
    ChartPoints,
    Coverage,
    CpuPoints,
    ErrorBatch,
    Failure,
    FailureKind,
    FleetSizes,
    Lookup,
    OrderBatch,
    Reading,
    StockLevels,
    TargetHealths,
    Topic,
    TrafficPoints,
    Value,
)
from evtui.domain.stock import StockLevel
from evtui.domain.trip import Exchange, Login, Spent, Trip
from evtui.store import draft
from evtui.store.orders import RECENT_LINES, RELEASED_LINES, OrderBook, Tally, oddity
from evtui.store.reduce import reduce
from evtui.store.series import KEEP_HOURS, Counts, minute_of
from evtui.store.state import LaunchState
from evtui.store.tracked import Tracked, join, observe

WORDS = (UNPAID, PAID, TRANSFERRED, CONFIRMED, DELIVERED, CANCELLED, REFUNDED, MIXED, UNHEARD_OF, ("", "", ""))
CODES = tuple(f"TS240125L{number:06d}" for number in (0, 1, 99, 100, 250, 1000))
GROUPS = ("TG240125L00001", "TG240125L00002", "TG240125L01002")

NEVER = datetime(2099, 1, 1, tzinfo=UTC)
moments = st.integers(-2, 9).map(lambda seconds: at(seconds=7 * seconds))
made = st.sampled_from(
    [at(seconds=-1), OPEN, at(seconds=1), at(5), at(66), CLOSE, CLOSE + SECOND, CLOSE + MINUTE, CLOSE - 30 * SECOND]
)


@st.composite
def lines(draw: st.DrawFn, calm_of_ten: int = 8) -> OrderLine:
    """A word on one of a few lines; mostly the line stays what it is and where, and sometimes a source disagrees."""
    number = draw(st.integers(0, len(CODES) - 1))
    calm = draw(st.integers(0, 9)) < calm_of_ten
    words = draw(st.sampled_from(WORDS))
    return OrderLine(
        ts_code=CODES[number],
        tg_code=GROUPS[number % 3] if calm else draw(st.sampled_from(GROUPS)),
        shop_id=28 if calm else draw(st.sampled_from([28, 29])),
        page_id=PAGE if calm and number % 2 else draw(st.sampled_from([PAGE, OTHER_PAGE, 4711, None])),
        quantity=number % 3 + 1 if calm else draw(st.integers(1, 3)),
        created_at=at(seconds=20 * number) if calm else draw(made),
        updated_at=draw(st.none() | moments | st.just(NEVER)),
        status=words[0],
        status_user=words[1],
        status_scm=words[2],
        status_slave=draw(st.sampled_from(["", "", "", "Fail"])),
        amount=draw(st.sampled_from([None, 1000.0, 19.99, 0.1, 333.335])),
        sku_id=draw(st.sampled_from([None, 7, 8])),
        paid_at=draw(st.none() | st.none() | moments),
    )


steps = st.builds(
    StepSeen,
    st.sampled_from(Step),
    st.sampled_from(StepState),
    st.none() | moments,
    st.sampled_from(["task log", "nlog"]),
    st.booleans(),
)
facts = st.builds(
    ChainFacts,
    st.sampled_from(GROUPS),
    st.lists(st.tuples(st.sampled_from([*CODES, *GROUPS]), steps), max_size=4).map(tuple),
)
levels = st.builds(
    StockLevel,
    st.sampled_from([PAGE, OTHER_PAGE]),
    st.integers(1, 2),
    st.none(),
    st.none(),
    st.none(),
    st.integers(-1, 2),
)
minutes = st.sampled_from([0, 1, 59, 60, 61, -120, 60 * (KEEP_HOURS - 1), 60 * (KEEP_HOURS + 3)]).map(
    lambda minute: OPEN + minute * MINUTE
)
points = st.builds(
    CpuPoint, st.sampled_from(["SCMAPI", "MWeb"]), st.sampled_from(["i-1", "i-2"]), minutes, st.floats(0, 100)
)
machines = st.lists(st.tuples(st.just("SCMAPI"), st.sampled_from(["i-1", "i-2"])), max_size=2, unique=True).map(tuple)
sizes = st.builds(FleetSize, st.sampled_from(["SCMAPI", "MWeb"]), st.integers(0, 1), st.integers(1, 3), st.none())
groups = st.builds(
    TargetHealth, st.sampled_from(["SCMAPI", "MWeb"]), st.sampled_from("ab"), st.integers(0, 2), st.just(2)
)
chart_points = st.builds(ChartPoint, st.sampled_from("ab"), minutes, st.floats(0, 100))
charted = st.lists(st.sampled_from([Chart("a"), Chart("b", "ms", above=3.0)]), unique=True).map(tuple)
trips = st.just(Trip()) | st.builds(
    Trip,
    st.none() | st.sampled_from([0.1, 4.5, 9.0, 12.0, 100.0]),
    st.none() | st.sampled_from([SECOND, MINUTE]),
    st.builds(Spent, st.sampled_from([0.0, 0.25, 0.5]), st.integers(0, 1), st.integers(0, 1)),
    st.none() | st.builds(Login, st.just("profile hk")),
    st.none() | st.builds(Exchange, st.just("GET"), st.sampled_from(["", "200 OK"])),
)


def entry(number: int) -> ErrorEntry:
    """Error `number`: the same id always tells the same."""
    kind = "ab"[number % 2]
    return ErrorEntry(f"{number}", "App", "web", kind, f"failed {number}", at(minutes=number * 37 - 100))


def several(values: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(values, max_size=4).map(tuple)


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    """A reading of any kind, failures included."""
    kinds: list[tuple[Topic | Lookup, st.SearchStrategy[Value | Failure]]] = [
        (Topic.ORDERS, st.builds(OrderBatch, several(lines()), st.none() | moments)),
        (Topic.ORDERS, st.builds(OrderBatch, several(lines()))),
        (Lookup.ORDER_STATUS, st.builds(OrderBatch, several(lines()))),
        (Lookup.TASK_LOG, facts),
        (Topic.STOCK, st.builds(StockLevels, several(levels))),
        (Topic.CPU, st.builds(CpuPoints, several(points), machines)),
        (Topic.TRAFFIC, st.builds(TrafficPoints, several(st.builds(TrafficPoint, minutes, st.floats(0, 1e6))))),
        (Topic.CAPACITY, st.builds(FleetSizes, several(sizes))),
        (Topic.TARGETS, st.builds(TargetHealths, several(groups))),
        (Topic.CHARTS, st.builds(ChartPoints, several(chart_points), charted)),
        (Topic.ERRORS, st.builds(ErrorBatch, several(st.integers(0, 7).map(entry)))),
        (Topic.STOCK, st.builds(Failure, st.sampled_from(FailureKind), st.sampled_from(["refused", "timed out"]))),
    ]
    topic, values = draw(st.sampled_from(kinds))
    coverage = Coverage(seen=draw(st.integers(0, 2)), expected=2, more=draw(st.booleans()))
    fact_time = draw(st.none() | moments)
    return Reading("source", topic, draw(moments), draw(values), fact_time, coverage, draw(trips))


histories = st.lists(readings(), max_size=14)
wild_orders = st.lists(
    st.builds(Reading, st.just("sql"), st.just(Topic.ORDERS), moments, st.builds(OrderBatch, several(lines(2)))),
    min_size=2,
    max_size=8,
)
shuffles = st.randoms(use_true_random=False)


def jumbled(history: list[Reading], random: Random) -> list[Reading]:
    """The same readings in another order, some of them heard again."""
    again = history + [reading for reading in history if random.random() < 0.4]
    random.shuffle(again)
    return again


@given(histories, shuffles)
@settings(max_examples=70, deadline=None)
def test_the_order_of_readings_does_not_matter(history: list[Reading], random: Random) -> None:
    assert told(history, empty()) == told(jumbled(history, random), empty())


@given(wild_orders, shuffles)
@settings(max_examples=80, deadline=None)
def test_nor_does_it_where_the_feed_is_full(history: list[Reading], random: Random) -> None:
    with patch.multiple(draft, RECENT_LINES=2, RELEASED_LINES=1):
        straight = told(history, empty())
        assert straight == told(jumbled(history, random), empty())
    check(straight, recent=2, released=1)


@given(st.lists(st.tuples(st.integers(0, 2), st.booleans(), st.integers(0, 5)), min_size=3, max_size=8), shuffles)
@settings(max_examples=100, deadline=None)
def test_nor_where_lines_are_given_back_and_taken_again(words: list[tuple[int, bool, int]], random: Random) -> None:
    history = [
        Reading(
            "sql",
            Topic.ORDERS,
            at(minutes=10),
            OrderBatch((line(number, CANCELLED if back else PAID, updated_at=at(minutes=minute)),)),
        )
        for number, back, minute in words
    ]
    with patch.object(draft, "RELEASED_LINES", 1):
        straight = told(history, empty())
        assert straight == told(jumbled(history, random), empty())
    check(straight, released=1)


@given(st.lists(st.tuples(st.integers(0, 1), st.floats(0, 2), st.integers(0, 1)), min_size=2, max_size=6), shuffles)
@settings(max_examples=60, deadline=None)
def test_nor_where_readings_of_one_moment_disagree(words: list[tuple[int, float, int]], random: Random) -> None:
    history = [
        reading
        for minute, value, second in words
        for reading in (
            Reading("x", Topic.CPU, at(seconds=second), CpuPoints((CpuPoint("SCMAPI", "i-1", at(minute), value),))),
            Reading("x", Topic.TRAFFIC, at(seconds=second), TrafficPoints((TrafficPoint(at(minute), value),))),
            Reading("x", Topic.CAPACITY, at(seconds=second), FleetSizes((FleetSize("SCMAPI", 1, int(value), minute),))),
            Reading("x", Topic.CAPACITY, at(seconds=second), FleetSizes(()), coverage=Coverage(seen=minute)),
        )
    ]
    assert told(history, empty()) == told(jumbled(history, random), empty())


taken = st.tuples(st.sampled_from([0.1, 4.5, 9.0, 12.0, 100.0]), st.booleans())


@given(st.lists(taken, min_size=1, max_size=6), shuffles)
@settings(max_examples=60, deadline=None)
def test_the_last_word_on_a_question_tells_how_it_went(words: list[tuple[float, bool]], random: Random) -> None:
    history = [
        Reading("x", Topic.STOCK, OPEN, StockLevels(()) if well else Failure(FailureKind.DOWN, "why"), trip=Trip(took))
        for took, well in words
    ]
    state = told(jumbled(history, random), empty())
    assert state == told(history, empty())
    assert state.sources[Topic.STOCK].trip == (OPEN, Trip(max(took for took, _ in words)))


@given(histories)
@settings(max_examples=70, deadline=None)
def test_sums_are_those_of_the_lines(history: list[Reading]) -> None:
    check(told(history, empty()))


@given(histories, readings())
@settings(max_examples=40, deadline=None)
def test_a_state_once_given_out_does_not_change(history: list[Reading], late: Reading) -> None:
    state = told(history, empty())
    reduce(state, late)
    assert state == told(history, empty())


@given(histories, st.sampled_from(Topic), moments, st.sampled_from(FailureKind))
@settings(max_examples=30, deadline=None)
def test_a_failure_changes_nothing_but_its_source(
    history: list[Reading], topic: Topic, moment: datetime, kind: FailureKind
) -> None:
    before = told(history, empty())
    later = reduce(before, Reading("source", topic, moment, Failure(kind, "why")))
    assert {
        each.name for each in fields(LaunchState) if getattr(before, each.name) is not getattr(later, each.name)
    } == {"sources"}
    assert {each: seen for each, seen in later.sources.items() if each is not topic} == {
        each: seen for each, seen in before.sources.items() if each is not topic
    }


words = st.tuples(lines(), moments, st.booleans(), st.none() | moments)


@given(st.lists(words, min_size=3, max_size=3))
@settings(max_examples=100, deadline=None)
def test_words_on_one_line_are_joined_alike_in_any_way(
    words: list[tuple[OrderLine, datetime, bool, datetime | None]],
) -> None:
    a, b, c = (
        observe(replace(word, ts_code=CODES[0]), moment, polled=polled, since=since)
        for word, moment, polled, since in words
    )
    assert join(a, b) == join(b, a)
    assert join(a, a) == a
    assert join(join(a, b), c) == join(a, join(b, c))


@given(st.lists(st.tuples(st.sampled_from([0, 1, 59, 60, 150]), st.integers(-1, 1)), max_size=30))
@settings(max_examples=40, deadline=None)
def test_counts_are_what_was_added(changes: list[tuple[int, int]]) -> None:
    counts, plain = Counts(), Counter[int]()
    for start in range(0, len(changes), 4):
        chunk: dict[int, int] = {}
        for minute, difference in changes[start : start + 4]:
            chunk[minute] = chunk.get(minute, 0) + difference
        counts = counts.add(chunk)
        plain.update(chunk)
    assert counts.total == sum(plain.values())
    assert {minute: n for hour in counts.hours.values() for minute, n in hour.items()} == {
        minute: n for minute, n in plain.items() if n
    }
    assert counts.between(1, 60) == plain[1] + plain[59]


def check(state: LaunchState, recent: int = RECENT_LINES, released: int = RELEASED_LINES) -> None:
    """Every sum and list of the book, worked out again the slow way."""
    book = state.orders
    known = sorted(book.lines(), key=lambda tracked: tracked.line.ts_code)
    assert book.count == len(known) == len({tracked.line.ts_code for tracked in known})
    assert dict(book.tallies) == dict(tallies(known))
    assert {page: flat(counts) for page, counts in book.sales.items()} == sold_by_minute(known)
    listed = [each for each in known if each.polled or not oddity(each, CAMPAIGN)]
    assert list(book.recent) == sorted(place(each) for each in listed)[-recent:]
    assert list(book.open) == sorted(
        (each.clock_start(CAMPAIGN)[0].timestamp(), each.line.ts_code)
        for each in listed
        if each.is_open and each.line.shop_id == 28 and each.line.page_id != 4711
    )
    valid = [each for each in known if not oddity(each, CAMPAIGN)]
    unpaid = [each for each in valid if each.state is OrderState.RELEASED and not ever_paid(each)]
    assert book.first == min((place(each) for each in valid if each not in unpaid), default=None)
    back = [each for each in valid if each.state is OrderState.RELEASED and each.released_at]
    assert (
        list(book.released)
        == sorted((each.released_at.timestamp(), each.line.ts_code) for each in back if each.released_at)[-released:]
    )
    odd = [each for each in listed if each not in valid]
    assert book.odd == Counter(oddity(each, CAMPAIGN) for each in odd)
    assert book.first_odd == min(map(place, odd), default=None)
    assert book.placed == len(listed)
    check_groups(book, known)
    counted = sum(fault.counts.total for fault in state.faults.faults.values())
    assert counted == sum(len(ids) for ids in state.faults.seen.values())
    assert all(fault_key(fault.newest) == key == fault_key(fault.first) for key, fault in state.faults.faults.items())


def check_groups(book: OrderBook, known: list[Tracked]) -> None:
    for group in GROUPS:
        assert [each.line.ts_code for each in book.group(group)] == [
            each.line.ts_code for each in known if each.line.tg_code == group
        ]
    assert sum(map(len, book.groups.values())) == len(known)


def ever_paid(tracked: Tracked) -> bool:
    """Whether any word of the line told of money."""
    refunded = "RefundFinish" in (tracked.line.status, tracked.line.status_user)
    return refunded or bool(tracked.line.paid_at or tracked.paid_exact or tracked.paid_seen or tracked.delivered_at)


def place(tracked: Tracked) -> tuple[float, str]:
    return (tracked.line.created_at.timestamp(), tracked.line.ts_code)


def flat(counts: Counts) -> dict[int, int]:
    return {minute: n for hour in counts.hours.values() for minute, n in hour.items()}


def tallies(known: list[Tracked]) -> Iterator[tuple[int, Tally]]:
    """What the contract's words come to, line by line."""
    for product in CAMPAIGN.products:
        of_page = [each for each in known if each.line.page_id == product.page_id and each.line.shop_id == 28]
        inside = [each for each in of_page if OPEN <= each.line.created_at <= CLOSE]
        paid = [each for each in inside if each.is_paid]
        gone = [each for each in inside if each.state is OrderState.RELEASED]
        closing = [
            each
            for each in of_page
            if timedelta() <= each.line.created_at - CLOSE < MINUTE and (each.polled or each in inside)
        ]
        tally = Tally(
            lines=len(inside),
            in_flight=sum(each.line.quantity for each in inside if each not in paid and each not in gone),
            sold=sum(each.line.quantity for each in paid),
            released=sum(each.line.quantity for each in gone),
            delivered=sum(each.line.quantity for each in inside if each.state is OrderState.DELIVERED),
            revenue_cents=sum(cents(each, product.price or 0.0) for each in paid),
            last_minute=sum(each.line.quantity for each in closing),
        )
        if tally != Tally():
            yield product.page_id, tally


def cents(tracked: Tracked, price: float) -> int:
    amount = tracked.line.amount
    return round((price * tracked.line.quantity if amount is None else amount) * 100)


def sold_by_minute(known: list[Tracked]) -> dict[int, dict[int, int]]:
    found: dict[int, Counter[int]] = {}
    for each in known:
        if each.is_paid and each.line.page_id is not None and not oddity(each, CAMPAIGN):
            minute = minute_of(each.paid_at or each.line.created_at)
            found.setdefault(each.line.page_id, Counter())[minute] += each.line.quantity
    return {page: dict(counter) for page, counter in found.items()}
