"""How politely one source is asked: rests it asks for, probes, a human's question, turns of phase, gaps filled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from provider_makers import NOTHING, START, Deed, Readings, Scripted, batch, until

from evtui.clock import ManualClock
from evtui.collector import poller as poller_module
from evtui.collector.budget import Meter
from evtui.collector.collector import Collector
from evtui.collector.pace import Launch, Pace, Plan, Rate
from evtui.collector.poller import ABANDON_AFTER, Poller
from evtui.collector.schedule import AUTH_RETRY_S, LEFT_ALONE_AFTER, MAX_RETRY_AFTER_S
from evtui.domain.campaign import Campaign, Product, Shop
from evtui.domain.orders import OrderLine
from evtui.domain.phases import Cadence, timetable
from evtui.domain.reading import Answer, Coverage, Failure, FailureKind, OrderBatch, Reading, Topic
from evtui.providers._threads import URGENT
from evtui.providers.base import SourceError
from evtui.store.state import SourceSpec
from evtui.store.store import Store

DAY = timedelta(days=1)
ZONE = ZoneInfo("Asia/Hong_Kong")
CAMPAIGN = Campaign(
    "x", "X", "HK", "TEST", ZONE, "HKD", Shop(28, "S"), (Product(1, "a", "a", 1.0, 1, START, START + DAY, 100),)
)


class SteppedClock(ManualClock):
    """Moves when told, and says that it runs: what is planned on it can be read off."""

    speed = 1.0


def steadily(seconds: float, turn_s: float | None = None) -> Pace:
    return lambda _: Rate(timedelta(seconds=seconds), seconds, turn_s=turn_s)


def refuse(kind: FailureKind = FailureKind.DOWN, retry_after: float | None = None) -> Answer:
    raise SourceError(kind, "refused", retry_after=retry_after)


def asked(deed: Deed, *sinks: Callable[[Reading], None], pace: Pace | None = None) -> tuple[Poller, Scripted]:
    """A poller without chance."""
    provider, clock = Scripted(deed), SteppedClock(START)
    return Poller(Topic.ORDERS, "it", provider, clock, sinks, pace or steadily(60), lambda: 0.5), provider


@asynccontextmanager
async def polling(polled: Poller) -> AsyncIterator[None]:
    task = asyncio.create_task(polled.run())
    try:
        yield
    finally:
        task.cancel()
        polled.abandon()
        await asyncio.gather(task, return_exceptions=True)


async def resting(polled: Poller) -> float:
    """Seconds that the poller rests now, once it does."""
    at: datetime | None = None

    def rests() -> bool:
        nonlocal at
        at = polled.status().next_at
        return at is not None

    await until(rests)
    assert at is not None
    return (at - START).total_seconds()


class TestRest:
    """How long a source is left in peace."""

    @pytest.mark.parametrize(("wanted", "rest"), [(200, 200), (10, 60), (10**6, MAX_RETRY_AFTER_S)])
    async def test_a_source_gets_the_rest_it_asked_for(self, wanted: float, rest: float) -> None:
        polled, _ = asked(lambda *_: refuse(retry_after=wanted))
        async with polling(polled):
            assert await resting(polled) == pytest.approx(rest, abs=0.5)

    async def test_however_long_its_answer_took_it_is_never_asked_sooner(self) -> None:
        async def slowly() -> Answer:
            await asyncio.sleep(0.05)
            return refuse(retry_after=70)

        polled, _ = asked(lambda *_: slowly())
        async with polling(polled):
            assert await resting(polled) >= 70

    async def test_a_rest_is_over_with_the_next_answer(self) -> None:
        polled, _ = asked(lambda n, _: refuse(retry_after=500) if n == 1 else NOTHING)
        async with polling(polled):
            await resting(polled)
            polled.wake()
            await until(lambda: polled.status().failures == 0)
            assert await resting(polled) == pytest.approx(60, abs=0.5)

    async def test_a_login_is_looked_for_soon_however_rarely_the_source_is_asked(self) -> None:
        polled, _ = asked(lambda *_: refuse(FailureKind.AUTH), pace=steadily(900))
        async with polling(polled):
            assert await resting(polled) == pytest.approx(AUTH_RETRY_S, abs=0.5)

    async def test_a_slow_phase_does_not_outlast_its_end(self) -> None:
        polled, _ = asked(lambda *_: NOTHING, pace=steadily(3600, turn_s=100))
        async with polling(polled):
            assert 100 - 0.5 <= await resting(polled) <= 101

    async def test_a_failing_source_keeps_its_growing_waits_over_the_turn(self) -> None:
        polled, _ = asked(lambda *_: refuse(), pace=steadily(60, turn_s=1))
        async with polling(polled):
            assert await resting(polled) == pytest.approx(60, abs=0.5)

    @pytest.mark.parametrize(("turn_s", "rest"), [(900, 900), (60, 300), (7200, 3600)])
    async def test_one_failure_in_a_slow_phase_does_not_outlast_its_end_by_much(
        self, turn_s: float, rest: float
    ) -> None:
        polled, _ = asked(lambda *_: refuse(), pace=steadily(3600, turn_s))
        async with polling(polled):
            assert await resting(polled) == pytest.approx(rest, abs=1)


class TestLeftAlone:
    """A source that fails again and again."""

    async def failed(self, polled: Poller, times: int) -> None:
        for _ in range(times):
            await polled.poll_once()

    async def test_is_only_probed_and_says_so(self) -> None:
        polled, _ = asked(lambda *_: refuse())
        await self.failed(polled, LEFT_ALONE_AFTER - 1)
        assert not polled.status().left_alone
        await self.failed(polled, 1)
        assert polled.status().left_alone
        assert polled.status().failures == LEFT_ALONE_AFTER
        async with polling(polled):
            assert await resting(polled) == pytest.approx(240, abs=0.5)

    async def test_a_human_has_it_probed_at_once_and_one_answer_ends_it(self) -> None:
        polled, provider = asked(lambda n, _: NOTHING if n > LEFT_ALONE_AFTER + 1 else refuse())
        await self.failed(polled, LEFT_ALONE_AFTER)
        async with polling(polled):
            await resting(polled)
            polled.wake()
            await until(lambda: len(provider.cursors) == LEFT_ALONE_AFTER + 2)
            assert await resting(polled) == pytest.approx(60, abs=0.5)
        assert (polled.status().failures, polled.status().left_alone) == (0, False)

    async def test_one_that_waits_for_a_login_is_not(self) -> None:
        polled, _ = asked(lambda *_: refuse(FailureKind.AUTH))
        await self.failed(polled, LEFT_ALONE_AFTER + 3)
        assert (polled.status().failures, polled.status().left_alone) == (LEFT_ALONE_AFTER + 3, False)

    async def test_one_that_hangs_counts_when_it_is_given_up(self) -> None:
        gate = asyncio.Event()

        async def hang() -> Answer:
            await gate.wait()
            return NOTHING

        polled, _ = asked(lambda *_: hang(), pace=steadily(0.001))
        await self.failed(polled, ABANDON_AFTER * 2)
        assert polled.status().failures == 2
        polled.abandon()


class TestStatus:
    """What the source screen is told."""

    async def test_of_one_that_is_being_asked(self) -> None:
        gate = asyncio.Event()

        async def hang() -> Answer:
            await gate.wait()
            return NOTHING

        polled, provider = asked(lambda *_: hang())
        assert polled.status().asking is None
        async with polling(polled):
            await until(lambda: provider.under_way == 1)
            status = polled.status()
            assert (status.topic, status.asking, status.next_at) == (Topic.ORDERS, START, None)
            assert status.every == timedelta(seconds=60)
            gate.set()
            await resting(polled)
            assert polled.status().asking is None

    async def test_of_one_that_is_slowed(self) -> None:
        polled, _ = asked(lambda *_: NOTHING, pace=lambda _: Rate(timedelta(seconds=120), 120, 2.0))
        await polled.poll_once()
        assert (polled.status().every, polled.status().slowed) == (timedelta(seconds=120), 2.0)

    async def test_a_reading_carries_the_pace_unless_it_was_asked_for_once(self) -> None:
        polled, _ = asked(lambda *_: NOTHING)
        assert (await polled.poll_once()).trip.every == timedelta(seconds=60)
        assert (await polled.poll_once(30)).trip.every is None

    async def test_of_all_in_order(self) -> None:
        clock = SteppedClock(START)
        pollers = [
            Poller(topic, "it", Scripted(lambda *_: NOTHING), clock, (), steadily(60))
            for topic in (Topic.STOCK, Topic.CPU)
        ]
        collector = Collector(pollers, {}, clock, ())
        assert [status.topic for status in collector.statuses()] == [Topic.STOCK, Topic.CPU]


class TestWaking:
    """A human asks for one source."""

    async def test_only_that_one_is_asked_again(self) -> None:
        readings, clock = Readings(), SteppedClock(START)
        pollers = [
            Poller(topic, "it", Scripted(lambda *_: NOTHING), clock, (readings,), steadily(3600))
            for topic in (Topic.STOCK, Topic.CPU)
        ]
        collector = Collector(pollers, {}, clock, ())
        collector.start()
        await readings.until(lambda heard: len(heard) == 2)
        collector.wake(Topic.CPU)
        await readings.until(lambda heard: len(heard) == 3)
        await collector.stop()
        assert [reading.topic for reading in readings] == [Topic.STOCK, Topic.CPU, Topic.CPU]

    async def test_the_question_a_human_asked_for_is_urgent_and_the_next_one_is_not(self) -> None:
        urgent: list[bool] = []

        def deed(*_: object) -> Answer:
            urgent.append(URGENT.get())
            return NOTHING

        polled, _ = asked(deed)
        await polled.poll_once()
        polled.wake()
        await polled.poll_once()
        await polled.poll_once()
        assert urgent == [False, True, False]


class TestAHumanAsksWhatFails:
    """Whoever asks again and again is not made to wait for it."""

    async def test_its_failures_count_for_nothing_and_the_schedule_stands(self) -> None:
        readings = Readings()
        polled, _ = asked(lambda *_: refuse(), readings)
        async with polling(polled):
            planned = await resting(polled)
            for already in range(1, 9):
                polled.wake()
                await readings.until(lambda heard, already=already: len(heard) == already + 1)  # type: ignore[misc]
                assert await resting(polled) <= planned
            status = polled.status()
        assert (status.failures, status.left_alone) == (1, False)
        assert planned == pytest.approx(60, abs=0.5)

    async def test_one_that_never_answers_in_time_changes_nothing_either(self) -> None:
        async def never() -> Answer:
            await asyncio.Event().wait()
            return NOTHING

        readings = Readings()
        pace = [steadily(60)]
        polled, _ = asked(lambda n, _: NOTHING if n == 1 else never(), readings, pace=lambda now: pace[0](now))
        async with polling(polled):
            assert await resting(polled) == pytest.approx(60, abs=0.5)
            pace[0] = steadily(0.01)
            polled.wake()
            await readings.until(lambda heard: len(heard) == 2)
            assert 50 < await resting(polled) <= 60
            assert polled.status().failures == 0

    async def test_a_login_it_finds_missing_is_looked_for_soon(self) -> None:
        readings = Readings()
        polled, _ = asked(lambda n, _: NOTHING if n == 1 else refuse(FailureKind.AUTH), readings, pace=steadily(900))
        async with polling(polled):
            await resting(polled)
            polled.wake()
            await readings.until(lambda heard: len(heard) == 2)
            assert await resting(polled) == pytest.approx(AUTH_RETRY_S, abs=0.5)

    async def test_the_rest_the_source_asks_for_is_kept(self) -> None:
        readings = Readings()
        polled, _ = asked(lambda n, _: NOTHING if n == 1 else refuse(retry_after=200), readings)
        async with polling(polled):
            await resting(polled)
            polled.wake()
            await readings.until(lambda heard: len(heard) == 2)
            assert await resting(polled) == pytest.approx(200, abs=0.5)


async def test_the_pace_follows_the_launch() -> None:
    clock = SteppedClock(START - timedelta(hours=2))
    cadence = Cadence(*(timedelta(seconds=each) for each in (60, 5, 10, 300)))
    launch = Launch(timetable(CAMPAIGN), START + DAY, lambda: False, clock.speed, Meter(5.0, ZONE))
    polled = Poller(Topic.STOCK, "it", Scripted(lambda *_: NOTHING), clock, (), Plan(Topic.STOCK, cadence, launch))
    paces = []
    for moment in (START - timedelta(hours=2), START, START + timedelta(hours=2), START + DAY):
        clock.set(moment)
        reading = await polled.poll_once()
        assert reading.trip.every is not None
        paces.append(reading.trip.every.total_seconds())
    assert paces == [60, 5, 10, 300]


def line(number: int) -> OrderLine:
    words = ("WaitingToShipping",) * 3
    return OrderLine(f"TS240125L{number:06d}", "TG240125L00001", 28, 1, 1, START, START, *words, amount=1.0)


class TestGaps:
    """What happened while a source was away is told exactly once when it is back."""

    @staticmethod
    def ledger(away: set[int], at_once: int, made: Callable[[int], int]) -> Deed:
        """A source that numbers its lines, tells `at_once` at most, and fails at the questions in `away`.

        At the nth question `made(n)` lines exist.
        """

        def deed(n: int, cursor: object) -> Answer:
            if n in away:
                return refuse()
            told = cursor if isinstance(cursor, int) else 0
            upto = min(made(n), told + at_once)
            lines = tuple(line(number) for number in range(told, upto))
            return Answer(OrderBatch(lines), START, Coverage(more=upto < made(n)), cursor=upto)

        return deed

    @given(st.sets(st.integers(1, 20)), st.integers(3, 9))
    def test_everything_comes_once_however_long_the_source_was_away(self, away: set[int], at_once: int) -> None:
        told: list[str] = []

        def hear(reading: Reading) -> None:
            if isinstance(reading.value, OrderBatch):
                told.extend(each.ts_code for each in reading.value.lines)

        async def play() -> Store:
            store = Store(CAMPAIGN, [SourceSpec(Topic.ORDERS, "it", timedelta(seconds=5))])
            polled, _ = asked(self.ledger(away, at_once, lambda n: 3 * min(n, 20)), store.apply, hear)
            for _ in range(21):
                await polled.poll_once()
            while (await polled.poll_once()).coverage.more:
                pass
            return store

        store = asyncio.run(play())
        assert told == [line(number).ts_code for number in range(60)]
        assert store.state.orders.tallies[1].sold == 60

    async def test_the_parts_of_a_gap_follow_one_another_quickly(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(poller_module, "wait_after", lambda *_: 3600.0)
        readings = Readings()
        polled, _ = asked(self.ledger({2, 3, 4}, 5, lambda n: 3 if n == 1 else 48), readings)
        for _ in range(4):
            await polled.poll_once()
        async with polling(polled):
            await readings.until(lambda heard: len(heard) == 4 + 9)
            assert await resting(polled) > 3000
        assert [isinstance(reading.value, Failure) for reading in readings] == [False] + [True] * 3 + [False] * 9
        assert [reading.coverage.more for reading in readings[4:]] == [True] * 8 + [False]

    async def test_an_answer_nobody_waited_for_moves_nothing(self) -> None:
        gate = asyncio.Event()

        async def late(cursor: object) -> Answer:
            await gate.wait()
            return batch(99)

        polled, provider = asked(lambda n, cursor: late(cursor) if n == 2 else batch(n), pace=steadily(0.001))
        await polled.poll_once()
        await polled.poll_once()
        polled.abandon()
        gate.set()
        await polled.poll_once()
        assert provider.cursors == [None, 1, 1]
