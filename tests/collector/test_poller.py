"""One source polled: single flight, deadlines, late answers, growing waits, and nothing that ends the polling."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from provider_makers import NOTHING, SOON, START, Readings, Scripted, batch, poller, steadily, until

from evtui.alerts.platform import source_alerts
from evtui.clock import ManualClock
from evtui.collector import poller as poller_module
from evtui.collector.poller import ABANDON_AFTER, Poller
from evtui.domain.campaign import Campaign, Product, Shop
from evtui.domain.orders import OrderLine
from evtui.domain.reading import Answer, Coverage, Failure, FailureKind, OrderBatch, Reading, Topic
from evtui.domain.trip import Exchange, Login
from evtui.providers.base import SourceError
from evtui.store.state import SourceSpec, SourceState, health
from evtui.store.store import Store

DAY = timedelta(days=1)
NAIVE = START.replace(tzinfo=None)
CAMPAIGN = Campaign(
    "launch",
    "Launch",
    "HK",
    "TEST",
    ZoneInfo("Asia/Hong_Kong"),
    "HKD",
    Shop(28, "Shop"),
    (Product(1, "$1000", "a", 1000.0, 1, START - DAY, START + DAY, 100),),
)


def line(number: int, amount: float) -> OrderLine:
    """A paid line."""
    words = ("WaitingToShipping",) * 3
    code = f"TS240125L{number:06d}"
    return OrderLine(code, "TG240125L00001", 28, 1, 1, START, START, *words, amount=amount)


def why(reading: Reading) -> tuple[FailureKind, str]:
    assert isinstance(reading.value, Failure)
    return (reading.value.kind, reading.value.why)


@asynccontextmanager
async def running(polled: Poller) -> AsyncIterator[None]:
    task = asyncio.create_task(polled.run())
    try:
        yield
    finally:
        task.cancel()
        polled.abandon()
        await asyncio.gather(task, return_exceptions=True)


def hanging(gate: asyncio.Event, answer: Answer) -> Callable[[int, object], Awaitable[Answer]]:
    """Does not answer until the gate opens."""

    async def wait() -> Answer:
        await gate.wait()
        return answer

    return lambda _, __: wait()


async def test_an_answer_becomes_a_reading_and_its_cursor_comes_back() -> None:
    readings = Readings()
    polled, provider = poller(lambda n, _: Answer(NOTHING.value, fact_time=START, cursor=f"c{n}"), readings)
    reading = await polled.poll_once()
    assert reading == Reading("scripted", Topic.STOCK, START, NOTHING.value, START, trip=reading.trip)
    assert reading.trip.took_s is not None
    await polled.poll_once()
    assert provider.cursors == [None, "c1"]
    assert len(readings) == 2


async def test_a_reading_carries_the_time_the_question_was_sent() -> None:
    clock = ManualClock(START)

    async def slowly() -> Answer:
        clock.advance(timedelta(seconds=3))
        return NOTHING

    polled = Poller(Topic.STOCK, "scripted", Scripted(lambda *_: slowly()), clock, (), steadily(1.0))
    assert (await polled.poll_once()).taken_at == START


class TestHanging:
    """A provider that does not answer."""

    async def test_a_missed_deadline_is_a_failure_and_the_poll_goes_on(self) -> None:
        gate = asyncio.Event()
        polled, provider = poller(hanging(gate, NOTHING))
        for _ in range(3):
            assert why(await polled.poll_once()) == (FailureKind.DOWN, "no answer within 0 s")
        assert (provider.most_under_way, len(provider.cursors)) == (1, 1)
        polled.abandon()

    async def test_the_late_answer_is_taken_once_and_its_cursor_kept(self) -> None:
        gate, readings = asyncio.Event(), Readings()
        polled, provider = poller(hanging(gate, batch("late")), readings)
        await polled.poll_once()
        gate.set()
        assert (await polled.poll_once()).value == batch("late").value
        await polled.poll_once()
        assert provider.cursors == [None, "late"]
        assert [isinstance(reading.value, Failure) for reading in readings] == [True, False, False]

    async def test_the_failure_and_the_late_answer_tell_of_the_same_moment(self) -> None:
        gate, clock = asyncio.Event(), ManualClock(START)
        polled = Poller(Topic.STOCK, "scripted", Scripted(hanging(gate, NOTHING)), clock, (), steadily(0.02))
        missed = await polled.poll_once()
        clock.advance(timedelta(minutes=1))
        gate.set()
        assert missed.taken_at == (await polled.poll_once()).taken_at == START

    async def test_a_late_answer_is_not_kept_waiting_for_the_next_round(self) -> None:
        gate, readings = asyncio.Event(), Readings()
        polled, provider = poller(hanging(gate, NOTHING), readings, cadence_s=0.2)
        began = asyncio.get_running_loop().time()
        async with running(polled):
            await readings.until(lambda heard: len(heard) == 1)
            gate.set()
            await readings.until(lambda heard: len(heard) == 2)
            assert asyncio.get_running_loop().time() - began < 3 * 0.2
        assert not isinstance(readings[1].value, Failure)
        assert provider.most_under_way == 1

    async def test_after_many_deadlines_it_is_given_up_and_asked_anew_from_the_old_cursor(self) -> None:
        gate = asyncio.Event()

        def deed(n: int, _: object) -> object:
            return batch("first") if n == 1 else hanging(gate, batch("lost"))(n, _)

        polled, provider = poller(deed, cadence_s=0.005)
        await polled.poll_once()
        for _ in range(ABANDON_AFTER):
            assert isinstance((await polled.poll_once()).value, Failure)
        await until(lambda: provider.broken_off == 1)
        await polled.poll_once()
        assert provider.cursors == [None, "first", "first"]
        polled.abandon()

    async def test_one_that_is_given_up_is_left_in_peace_as_after_any_failure(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(poller_module, "wait_after", lambda *_: 3600.0)
        polled, provider = poller(hanging(asyncio.Event(), NOTHING), cadence_s=0.005)
        for _ in range(ABANDON_AFTER - 1):
            await polled.poll_once()
        async with running(polled):
            await until(lambda: provider.broken_off == 1)
            for _ in range(20):
                await asyncio.sleep(0)
        assert len(provider.cursors) == 1

    async def test_one_that_is_asked_rarely_is_given_up_by_the_time_it_took(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(poller_module, "ABANDON_S", 0.02)
        polled, provider = poller(hanging(asyncio.Event(), NOTHING), cadence_s=0.015)
        await polled.poll_once()
        assert polled.status().asking == START
        await polled.poll_once()
        assert (polled.status().asking, polled.status().failures) == (None, 1)
        await until(lambda: provider.broken_off == 1)

    async def test_giving_up_does_not_wait_for_one_that_will_not_let_go(self) -> None:
        gate = asyncio.Event()

        async def deaf() -> Answer:
            while not gate.is_set():
                try:
                    await gate.wait()
                except asyncio.CancelledError:
                    continue
            return batch("from the grave")

        polled, provider = poller(lambda n, _: deaf() if n == 1 else batch("new"), cadence_s=0.005)
        for _ in range(ABANDON_AFTER):
            await polled.poll_once()
        await polled.poll_once()
        gate.set()
        await until(lambda: provider.under_way == 0)
        await polled.poll_once()
        assert provider.cursors == [None, None, "new"]

    async def test_what_is_abandoned_is_heard_of_no_more(self) -> None:
        gate, readings = asyncio.Event(), Readings()
        polled, provider = poller(hanging(gate, NOTHING), readings, cadence_s=SOON)
        asked = asyncio.create_task(polled.poll_once())
        await until(lambda: provider.under_way == 1)
        polled.abandon()
        await asyncio.gather(asked, return_exceptions=True)
        await until(lambda: provider.broken_off == 1)
        assert readings == []
        provider.deed = lambda *_: NOTHING
        await polled.poll_once()
        assert [reading.value for reading in readings] == [NOTHING.value]


async def test_two_who_ask_at_once_share_one_answer() -> None:
    gate, readings = asyncio.Event(), Readings()
    polled, provider = poller(hanging(gate, NOTHING), readings, cadence_s=SOON)
    both = [asyncio.create_task(polled.poll_once()) for _ in range(2)]
    await until(lambda: provider.under_way == 1)
    gate.set()
    first, second = await asyncio.gather(*both)
    assert first is second
    assert (len(readings), len(provider.cursors)) == (1, 1)


async def test_one_who_stops_waiting_does_not_take_the_answer_from_the_other() -> None:
    gate = asyncio.Event()
    polled, provider = poller(hanging(gate, NOTHING), cadence_s=SOON)
    one, other = (asyncio.create_task(polled.poll_once()) for _ in range(2))
    await until(lambda: provider.under_way == 1)
    one.cancel()
    gate.set()
    assert (await other).value == NOTHING.value


class TestFailures:
    """Whatever a provider does, there is a reading, and the cursor is the last good one."""

    async def test_a_source_error_is_handed_on(self) -> None:
        def deed(n: int, _: object) -> Answer:
            if n == 2:
                raise SourceError(FailureKind.AUTH, "the session has run out", "aws sso login")
            return batch(n)

        polled, provider = poller(deed)
        await polled.poll_once()
        assert (await polled.poll_once()).value == Failure(FailureKind.AUTH, "the session has run out", "aws sso login")
        await polled.poll_once()
        assert provider.cursors == [None, 1, 1]

    @pytest.mark.parametrize("deed", [lambda *_: 1 / 0, lambda *_: None, lambda *_: "an answer"])
    async def test_an_unforeseen_one_is_bad_data_and_logged_without_its_text(
        self, deed: Callable[[int, object], object], caplog: pytest.LogCaptureFixture
    ) -> None:
        polled, _ = poller(deed)
        with caplog.at_level(logging.ERROR):
            kind, text = why(await polled.poll_once())
        assert kind is FailureKind.DATA
        assert "scripted" in text
        assert "provider_makers.py" in caplog.text or "question.py" in caplog.text
        assert "division" not in caplog.text

    async def test_a_provider_that_cancels_itself_has_not_answered(self) -> None:
        async def quit_() -> Answer:
            raise asyncio.CancelledError

        polled, provider = poller(lambda n, _: quit_() if n == 1 else NOTHING)
        assert why(await polled.poll_once()) == (FailureKind.DOWN, "the scripted provider broke off")
        assert (await polled.poll_once()).value == NOTHING.value
        assert len(provider.cursors) == 2

    @pytest.mark.parametrize(
        "answer",
        [
            Answer(OrderBatch(()), NAIVE),
            Answer(OrderBatch(()), login=Login("me", NAIVE)),
            Answer(OrderBatch(()), exchange=Exchange("GET", "200", NAIVE)),
            SourceError(FailureKind.DOWN, "gone", login=Login("me", NAIVE)),
        ],
    )
    async def test_a_time_without_a_zone_reaches_nobody(self, answer: Answer | SourceError) -> None:
        def deed(*_: object) -> Answer:
            if isinstance(answer, SourceError):
                raise answer
            return answer

        store = Store(CAMPAIGN, [SourceSpec(Topic.ORDERS, "scripted", timedelta(seconds=5))])
        polled, _ = poller(deed, store.apply, topic=Topic.ORDERS)
        kind, text = why(await polled.poll_once())
        assert (kind, text) == (
            FailureKind.DATA,
            "the scripted provider stumbled (TimeWithoutZone); the log knows more",
        )
        assert health(store.state, Topic.ORDERS, START).state is SourceState.DOWN
        assert list(source_alerts(store.state, START))

    async def test_a_sink_that_fails_keeps_nothing_from_the_others(self, caplog: pytest.LogCaptureFixture) -> None:
        def full_disk(_: Reading) -> None:
            raise OSError("/secret/path: no space left")

        readings = Readings()
        polled, _ = poller(lambda *_: NOTHING, full_disk, readings)
        await polled.poll_once()
        await polled.poll_once()
        assert [isinstance(reading.value, Failure) for reading in readings] == [False, True] * 2
        assert "OSError" in caplog.text
        assert "secret" not in caplog.text

    async def test_what_a_sink_refuses_is_a_failure_and_comes_again_from_the_same_place(self) -> None:
        store = Store(CAMPAIGN, [SourceSpec(Topic.ORDERS, "scripted", timedelta(seconds=5))])
        amounts = [1000.0, 1e307, 1000.0]

        def deed(n: int, _: object) -> Answer:
            return Answer(OrderBatch((line(n, amount=amounts[n - 1]),)), cursor=n)

        polled, provider = poller(deed, store.apply, topic=Topic.ORDERS)
        await polled.poll_once()
        kind, text = why(await polled.poll_once())
        assert kind is FailureKind.DATA
        assert text == "its answer could not be taken in (OverflowError); the log knows more"
        await polled.poll_once()
        assert provider.cursors == [None, 1, 1]
        assert [each.line.ts_code for each in store.state.orders.lines()] == ["TS240125L000001", "TS240125L000003"]

    async def test_a_refused_answer_makes_its_source_fail(self) -> None:
        clock = ManualClock(START)
        store = Store(CAMPAIGN, [SourceSpec(Topic.ORDERS, "scripted", timedelta(seconds=5))])
        amounts = iter((1000.0, 1e307))
        provider = Scripted(lambda *_: Answer(OrderBatch((line(1, amount=next(amounts)),))))
        polled = Poller(Topic.ORDERS, "scripted", provider, clock, (store.apply,), steadily(1.0))
        await polled.poll_once()
        assert health(store.state, Topic.ORDERS, clock.now()).state is SourceState.OK
        clock.advance(timedelta(seconds=5))
        await polled.poll_once()
        assert health(store.state, Topic.ORDERS, clock.now()).state is SourceState.DOWN


class TestPace:
    """How long `run` waits between two polls."""

    @pytest.fixture
    def waits(self, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, FailureKind | None]]:
        """What the schedule was asked with; it answers with no wait at all."""
        asked: list[tuple[int, FailureKind | None]] = []

        def wait_after(cadence_s: float, failures: int, kind: FailureKind | None, chance: float) -> float:
            assert 0 <= chance < 1
            asked.append((failures, kind))
            return 0.0

        monkeypatch.setattr(poller_module, "wait_after", wait_after)
        return asked

    async def test_failures_in_a_row_are_counted_until_an_answer_comes(
        self, waits: list[tuple[int, FailureKind | None]]
    ) -> None:
        def deed(n: int, _: object) -> Answer:
            if n in (2, 3):
                raise SourceError(FailureKind.DOWN, "refused")
            if n == 4:
                raise SourceError(FailureKind.AUTH, "refused")
            return NOTHING

        readings = Readings()
        polled, _ = poller(deed, readings)
        async with running(polled):
            await readings.until(lambda heard: len(heard) >= 6)
        down, auth = FailureKind.DOWN, FailureKind.AUTH
        assert waits[:5] == [(0, None), (1, down), (2, down), (3, auth), (0, None)]

    async def test_waiting_for_one_answer_is_no_failure_until_it_is_given_up(
        self, waits: list[tuple[int, FailureKind | None]]
    ) -> None:
        readings = Readings()
        polled, _ = poller(hanging(asyncio.Event(), NOTHING), readings, cadence_s=0.005)
        async with running(polled):
            await readings.until(lambda heard: len(heard) > ABANDON_AFTER)
        assert waits[:ABANDON_AFTER] == [(0, None)] * (ABANDON_AFTER - 1) + [(1, FailureKind.DOWN)]

    async def test_a_human_need_not_wait(self) -> None:
        readings = Readings()
        polled, provider = poller(lambda *_: NOTHING, readings, cadence_s=3600.0)
        async with running(polled):
            await readings.until(lambda heard: len(heard) == 1)
            polled.wake()
            await readings.until(lambda heard: len(heard) == 2)
        assert len(provider.cursors) == 2

    async def test_who_asks_while_an_answer_is_under_way_gets_another_one(self) -> None:
        gate, readings = asyncio.Event(), Readings()
        polled, provider = poller(hanging(gate, NOTHING), readings, cadence_s=3600.0)
        async with running(polled):
            await until(lambda: provider.under_way == 1)
            polled.wake()
            gate.set()
            await readings.until(lambda heard: len(heard) == 2)
        assert provider.most_under_way == 1


class TestParts:
    """A source that has more to tell than one answer holds."""

    @pytest.fixture(autouse=True)
    def no_first_frame(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """There is no screen to be drawn after the first part."""
        monkeypatch.setattr(poller_module, "MORE_WAIT_S", 0.0)

    @staticmethod
    def part(n: int, last: int) -> Answer:
        return Answer(OrderBatch((line(n, 1000.0),)), START, Coverage(more=n < last), cursor=n)

    async def test_parts_follow_one_another_without_waiting_for_the_next_round(self) -> None:
        store = Store(CAMPAIGN, [SourceSpec(Topic.ORDERS, "scripted", timedelta(hours=1))])
        readings = Readings()
        polled, provider = poller(
            lambda n, _: self.part(n, 40), store.apply, readings, cadence_s=3600.0, topic=Topic.ORDERS
        )
        async with running(polled):
            await readings.until(lambda heard: len(heard) == 40)
        assert provider.cursors == [None, *range(1, 40)]
        assert provider.most_under_way == 1
        assert [reading.coverage.more for reading in readings] == [True] * 39 + [False]
        assert store.state.orders.tallies[1].sold == 40

    async def test_the_screen_is_drawn_after_the_first_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(poller_module, "MORE_WAIT_S", 0.2)
        times: list[float] = []
        loop = asyncio.get_running_loop()
        readings = Readings()
        polled, _ = poller(
            lambda n, _: self.part(n, 3), lambda _: times.append(loop.time()), readings, cadence_s=3600.0
        )
        async with running(polled):
            await readings.until(lambda heard: len(heard) == 3)
        assert times[1] - times[0] >= 0.19
        assert times[2] - times[1] < times[1] - times[0]

    async def test_others_get_their_turn_between_two_parts(self) -> None:
        took, readings, turns = 0.01, Readings(), [0]
        loop = asyncio.get_running_loop()
        heard_at: list[int] = []

        def slow(_: Reading) -> None:
            until_ = loop.time() + took
            while loop.time() < until_:
                pass
            heard_at.append(turns[0])

        polled, _ = poller(lambda n, _: self.part(n, 9), slow, readings, cadence_s=3600.0)

        async def other() -> None:
            while True:
                await asyncio.sleep(took / 20)
                turns[0] += 1

        busy = asyncio.create_task(other())
        async with running(polled):
            await readings.until(lambda heard: len(heard) == 9)
        busy.cancel()
        assert min(later - earlier for earlier, later in pairwise(heard_at[1:])) >= 2

    async def test_a_part_that_failed_is_asked_for_again_at_the_pace_of_failures(self) -> None:
        def deed(n: int, _: object) -> Answer:
            if n == 3:
                raise SourceError(FailureKind.DOWN, "gone")
            return self.part(n, 5)

        readings = Readings()
        polled, provider = poller(deed, readings, cadence_s=3600.0)
        async with running(polled):
            await readings.until(lambda heard: len(heard) == 3)
            polled.wake()
            await readings.until(lambda heard: len(heard) == 5)
        assert provider.cursors == [None, 1, 2, 2, 4]

    async def test_one_part_repeated_for_ever_is_asked_for_at_the_usual_pace(self) -> None:
        readings = Readings()
        polled, provider = poller(lambda *_: self.part(1, 9), readings, cadence_s=3600.0)
        async with running(polled):
            await readings.until(lambda heard: len(heard) == 2)
            await until(lambda: polled.status().asking is None)
            for _ in range(20):
                await asyncio.sleep(0.001)
        assert provider.cursors == [None, 1]
