"""All sources together: one that fails or hangs holds up no other, and look-ups have a deadline."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from provider_makers import NOTHING, SOON, START, Deed, Readings, Scripted, batch, poller, until

from evtui.clock import ManualClock
from evtui.collector import collector as collector_module
from evtui.collector.collector import Collector
from evtui.collector.poller import Poller
from evtui.domain.codes import parse_code
from evtui.domain.reading import Answer, Coverage, Failure, FailureKind, Lookup, OrderBatch, Reading, Topic
from evtui.providers._threads import URGENT
from evtui.providers.base import Question, SourceError

QUESTION = Question(parse_code("TS240125L000123"))


async def never() -> Answer:
    await asyncio.Event().wait()
    return NOTHING


def asking(deed: Deed, *sinks: Readings) -> tuple[Collector, Scripted]:
    """A collector with one look-up."""
    provider = Scripted(deed)
    return Collector((), {Lookup.ORDER_STATUS: ("scripted", provider)}, ManualClock(START), sinks), provider


async def test_every_source_is_asked_once() -> None:
    one, _ = poller(lambda *_: NOTHING, topic=Topic.STOCK)
    two, _ = poller(lambda *_: 1 / 0, topic=Topic.CPU)
    readings = await Collector((one, two), {}, ManualClock(START), ()).poll_all()
    assert [reading.topic for reading in readings] == [Topic.STOCK, Topic.CPU]
    assert [isinstance(reading.value, Failure) for reading in readings] == [False, True]


async def test_asked_but_once_a_slow_source_gets_longer_than_its_cadence() -> None:
    gate = asyncio.Event()

    async def slowly() -> Answer:
        await gate.wait()
        return NOTHING

    polled, _ = poller(lambda *_: slowly(), cadence_s=0.001)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(late := asyncio.ensure_future(asked(polled))), 0.05)
    gate.set()
    (reading,) = await late
    assert reading.value == NOTHING.value


async def asked(polled: Poller) -> tuple[Reading, ...]:
    return await Collector((polled,), {}, ManualClock(START), ()).poll_all()


def in_parts(n: int, _: object) -> Answer:
    """A past that is told in three parts."""
    return Answer(OrderBatch(()), coverage=Coverage(seen=n, expected=3, more=n < 3), cursor=n)


async def test_what_is_told_in_parts_is_asked_for_until_it_is_whole() -> None:
    readings = Readings()
    polled, provider = poller(in_parts, readings, topic=Topic.ORDERS)
    (last,) = await Collector((polled,), {}, ManualClock(START), ()).poll_all()
    assert provider.cursors == [None, 1, 2]
    assert last is readings[-1]
    assert not last.coverage.more


async def test_one_part_repeated_for_ever_is_not_waited_for() -> None:
    polled, provider = poller(lambda *_: in_parts(1, None), topic=Topic.ORDERS)
    (last,) = await Collector((polled,), {}, ManualClock(START), ()).poll_all()
    assert provider.cursors == [None, 1]
    assert last.coverage.more


async def test_nor_does_polling_wait_between_the_parts() -> None:
    readings = Readings()
    polled, provider = poller(in_parts, readings, topic=Topic.ORDERS, cadence_s=3600.0)
    collector = Collector((polled,), {}, ManualClock(START), ())
    collector.start()
    await readings.until(lambda heard: len(heard) == 3)
    await collector.stop()
    assert provider.cursors == [None, 1, 2]


async def test_one_that_hangs_and_one_that_stumbles_hold_up_nobody() -> None:
    readings = Readings()
    good, _ = poller(lambda *_: NOTHING, readings, topic=Topic.CPU)
    bad, _ = poller(lambda *_: 1 / 0, readings, topic=Topic.ERRORS)
    hung, hanging = poller(lambda *_: never(), readings, topic=Topic.TRAFFIC)
    collector = Collector((bad, hung, good), {}, ManualClock(START), (readings,))
    collector.start()
    await readings.until(lambda heard: sum(reading.topic is Topic.CPU for reading in heard) >= 3)
    await readings.until(lambda heard: {reading.topic for reading in heard} >= {Topic.ERRORS, Topic.TRAFFIC})
    await collector.stop()
    assert hanging.most_under_way == 1
    assert hanging.under_way == 0
    heard = len(readings)
    await asyncio.sleep(0)
    assert len(readings) == heard


async def test_stopping_does_not_wait_for_one_that_will_not_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector_module, "STOP_GRACE_S", 0.01)
    gate = asyncio.Event()

    async def deaf() -> Answer:
        while not gate.is_set():
            try:
                await gate.wait()
            except asyncio.CancelledError:
                continue
        return NOTHING

    readings = Readings()
    polled, provider = poller(lambda *_: deaf(), readings, cadence_s=SOON)
    collector = Collector((polled,), {}, ManualClock(START), (readings,))
    collector.start()
    await until(lambda: provider.under_way == 1)
    async with asyncio.timeout(SOON):
        await collector.stop()
    assert provider.under_way == 1
    gate.set()
    await until(lambda: provider.under_way == 0)
    assert readings == []


async def test_a_human_wakes_every_source() -> None:
    readings = Readings()
    pollers = [
        poller(lambda *_: NOTHING, readings, topic=topic, cadence_s=3600.0)[0] for topic in (Topic.CPU, Topic.STOCK)
    ]
    collector = Collector(pollers, {}, ManualClock(START), ())
    collector.start()
    await readings.until(lambda heard: len(heard) == 2)
    collector.wake()
    await readings.until(lambda heard: len(heard) == 4)
    await collector.stop()
    assert sorted(reading.topic for reading in readings) == ["cpu", "cpu", "stock", "stock"]


class TestLookUps:
    """One question about one order."""

    async def test_the_answer_is_handed_on_and_returned(self) -> None:
        readings = Readings()
        collector, _ = asking(lambda *_: batch(None), readings)
        reading = await collector.look_up(Lookup.ORDER_STATUS, QUESTION)
        assert (reading.source, reading.topic, reading.value) == ("scripted", Lookup.ORDER_STATUS, OrderBatch(()))
        assert readings == [reading]
        assert collector.lookups == {Lookup.ORDER_STATUS}

    async def test_a_question_nobody_answers_says_what_is_missing(self) -> None:
        readings = Readings()
        collector, _ = asking(lambda *_: batch(None), readings)
        reading = await collector.look_up(Lookup.TASK_LOG, QUESTION)
        assert reading.value == Failure(FailureKind.DOWN, "no [lookups.task_log] is configured")
        assert readings == []

    async def test_it_has_a_deadline(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(collector_module, "LOOKUP_DEADLINE_S", 0.01)
        readings = Readings()
        collector, provider = asking(lambda *_: never(), readings)
        reading = await collector.look_up(Lookup.ORDER_STATUS, QUESTION)
        assert reading.value == Failure(FailureKind.DOWN, "no answer within 0 s")
        assert readings == [reading]
        await until(lambda: provider.broken_off == 1)

    async def test_a_refusal_and_a_stumble_are_readings(self) -> None:
        def refuse(*_: object) -> Answer:
            raise SourceError(FailureKind.AUTH, "log in", "aws sso login")

        collector, provider = asking(refuse)
        reading = await collector.look_up(Lookup.ORDER_STATUS, QUESTION)
        assert reading.value == Failure(FailureKind.AUTH, "log in", "aws sso login")
        provider.deed = lambda *_: 1 / 0
        value = (await collector.look_up(Lookup.ORDER_STATUS, QUESTION)).value
        assert isinstance(value, Failure)
        assert value.kind is FailureKind.DATA

    async def test_an_answer_that_is_refused_is_a_failure(self) -> None:
        def refuse(_: Reading) -> None:
            raise OverflowError

        collector = Collector(
            (), {Lookup.ORDER_STATUS: ("it", Scripted(lambda *_: NOTHING))}, ManualClock(START), [refuse]
        )
        value = (await collector.look_up(Lookup.ORDER_STATUS, QUESTION)).value
        assert isinstance(value, Failure)
        assert value.kind is FailureKind.DATA

    async def test_closing_the_page_breaks_the_question_off(self) -> None:
        readings = Readings()
        collector, provider = asking(lambda *_: never(), readings)
        asked = asyncio.create_task(collector.look_up(Lookup.ORDER_STATUS, QUESTION))
        await until(lambda: provider.under_way == 1)
        asked.cancel()
        await until(lambda: provider.broken_off == 1)
        with pytest.raises(asyncio.CancelledError):
            await asked
        assert readings == []


class TestLookUpsThatFail:
    """A look-up that fails again and again is left alone, unless a human insists."""

    async def failing(self, times: int, *sinks: Readings) -> tuple[Collector, Scripted, ManualClock]:
        """A look-up that failed so often and would answer now."""
        clock, provider = ManualClock(START), Scripted(lambda *_: 1 / 0)
        answering = Scripted(lambda *_: NOTHING)
        lookups = {Lookup.ORDER_STATUS: ("it", provider), Lookup.TASK_LOG: ("other", answering)}
        collector = Collector((), lookups, clock, sinks, ZoneInfo("Asia/Hong_Kong"))
        for _ in range(times):
            await collector.look_up(Lookup.ORDER_STATUS, QUESTION, insist=True)
        provider.deed = lambda *_: NOTHING
        return collector, provider, clock

    async def test_nothing_is_sent_and_the_words_say_until_when(self) -> None:
        readings = Readings()
        collector, provider, _ = await self.failing(3, readings)
        reading = await collector.look_up(Lookup.ORDER_STATUS, QUESTION)
        assert isinstance(reading.value, Failure)
        assert reading.value.why.startswith("left alone until 10:01:00 after 3 failures; the last: the it provider")
        assert len(provider.cursors) == len(readings) == 3

    async def test_two_failures_are_none(self) -> None:
        collector, _, _ = await self.failing(2)
        assert (await collector.look_up(Lookup.ORDER_STATUS, QUESTION)).value == NOTHING.value

    async def test_others_are_asked_as_ever(self) -> None:
        collector, _, _ = await self.failing(5)
        assert (await collector.look_up(Lookup.TASK_LOG, QUESTION)).value == NOTHING.value

    async def test_a_human_is_always_sent_for_and_an_answer_makes_it_good(self) -> None:
        collector, provider, _ = await self.failing(3)
        assert (await collector.look_up(Lookup.ORDER_STATUS, QUESTION, insist=True)).value == NOTHING.value
        assert (await collector.look_up(Lookup.ORDER_STATUS, QUESTION)).value == NOTHING.value
        assert len(provider.cursors) == 5

    async def test_after_the_rest_one_question_tries_it(self) -> None:
        collector, provider, clock = await self.failing(3)
        clock.advance(timedelta(seconds=61))
        provider.deed = lambda *_: 1 / 0
        await collector.look_up(Lookup.ORDER_STATUS, QUESTION)
        reading = await collector.look_up(Lookup.ORDER_STATUS, QUESTION)
        assert isinstance(reading.value, Failure)
        assert "left alone until 10:03:01 after 4 failures" in reading.value.why
        assert len(provider.cursors) == 4

    async def test_a_deadline_that_passed_is_a_failure(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(collector_module, "LOOKUP_DEADLINE_S", 0.01)
        collector, provider = asking(lambda *_: never())
        for _ in range(4):
            await collector.look_up(Lookup.ORDER_STATUS, QUESTION)
        assert len(provider.cursors) == 3

    async def test_what_a_person_can_do_stays_said(self) -> None:
        def refuse(*_: object) -> Answer:
            raise SourceError(FailureKind.AUTH, "expired", "aws sso login")

        collector, _ = asking(refuse)
        for _ in range(3):
            await collector.look_up(Lookup.ORDER_STATUS, QUESTION)
        value = (await collector.look_up(Lookup.ORDER_STATUS, QUESTION)).value
        assert isinstance(value, Failure)
        assert value.remedy == "aws sso login"
        assert value.why == "left alone until 02:00:30 after 3 failures; the last: expired"

    async def test_a_look_up_goes_before_routine_questions(self) -> None:
        urgent: list[bool] = []

        def deed(*_: object) -> Answer:
            urgent.append(URGENT.get())
            return NOTHING

        collector, _ = asking(deed)
        await collector.look_up(Lookup.ORDER_STATUS, QUESTION)
        assert urgent == [True]
