"""The manners of a whole session: as a campaign file has it, so its sources are asked."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace
from provider_makers import NOTHING, Deed, Scripted, until

from evtui.clock import ManualClock
from evtui.config.load import CampaignFile, SourceConfig, example_path, load
from evtui.domain.campaign import Budget
from evtui.domain.codes import parse_code
from evtui.domain.phases import Cadence, calendar_day, steady
from evtui.domain.reading import Answer, CpuPoints, Failure, FailureKind, Lookup, Reading, Topic
from evtui.domain.trip import Spent
from evtui.providers.base import Provider, SourceError
from evtui.report.sources import source_figures
from evtui.session import Session
from evtui.store.spending import forecast, spent_today
from evtui.store.state import SourceState, health

CODE = parse_code("TG240125L00001")
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def launch(cadence: Cadence, ceiling: float = 5.0) -> CampaignFile:
    """The shipped launch with one source of CPU, and its look-ups."""
    file = load(example_path())
    campaign = replace(file.campaign, budget=Budget(ceiling))
    return replace(file, campaign=campaign, sources=(SourceConfig(Topic.CPU, "it", cadence, None, {}),))


def session(file: CampaignFile, clock: ManualClock, deed: Deed) -> tuple[Session, Scripted]:
    """A session all of whose sources and look-ups do `deed`."""
    provider = Scripted(deed)
    return Session(file, clock, {each.topic: (each, provider) for each in (*file.sources, *file.lookups)}, ""), provider


PHASED = launch(Cadence(before=MINUTE, opening=5 * SECOND, closed=10 * MINUTE))
OPENS, CLOSES = PHASED.campaign.opens, PHASED.campaign.closes


async def polled(watched: Session) -> Reading:
    """One round of polling, at the pace of the moment."""
    (poller,) = watched.collector._pollers
    return await poller.poll_once()


async def test_a_source_is_stale_by_the_pace_of_the_phase() -> None:
    clock = ManualClock(OPENS - 2 * HOUR)
    watched, _ = session(PHASED, clock, lambda *_: Answer(CpuPoints(()), fact_time=clock.now(), cursor=1))
    late = watched.state.specs[Topic.CPU].delay
    assert watched.state.specs[Topic.CPU].cadence == 5 * SECOND
    for moment, every in ((OPENS - 2 * HOUR, MINUTE), (OPENS, 5 * SECOND), (CLOSES + HOUR, 10 * MINUTE)):
        clock.set(moment)
        assert (await polled(watched)).trip.every == every
        assert watched.statuses()[0].every == every
        clock.advance(2 * every + late)
        assert health(watched.state, Topic.CPU, clock.now()).state is SourceState.OK
        clock.advance(SECOND)
        assert health(watched.state, Topic.CPU, clock.now()).state is SourceState.STALE


async def test_what_is_dear_is_slowed_and_the_day_stays_below_its_ceiling() -> None:
    clock, ceiling = ManualClock(OPENS), 1.0
    dear = Answer(CpuPoints(()), cursor=1, spent=Spent(0.005, 500))
    watched, provider = session(launch(steady(MINUTE), ceiling), clock, lambda *_: dear)
    while clock.now() < OPENS + 14 * HOUR:
        await polled(watched)
        clock.advance(watched.statuses()[0].every)
    night = OPENS + 14 * HOUR - SECOND
    assert 0.9 * ceiling <= spent_today(watched.state, Topic.CPU, night).usd <= ceiling + 2 * 0.005
    assert forecast(watched.state, Topic.CPU, night) <= ceiling + 3 * 0.005
    assert 180 <= len(provider.cursors) <= 202
    assert watched.statuses()[0].slowed > 1


def foreseen(watched: Session, now: datetime) -> float:
    """USD that the one source will have cost at midnight, as it is shown."""
    return source_figures(watched.state, watched.statuses(), now)[0].whole_day


@pytest.mark.parametrize("every", [5 * SECOND, MINUTE])
async def test_the_first_question_already_says_what_the_day_will_cost(every: timedelta) -> None:
    clock, price = ManualClock(OPENS), 0.0001
    cheap = Answer(CpuPoints(()), cursor=1, spent=Spent(price, 10))
    watched, _ = session(launch(steady(every)), clock, lambda *_: cheap)
    assert foreseen(watched, OPENS) == 0
    await polled(watched)
    left = calendar_day(OPENS, watched.campaign.zone)[1] - OPENS
    assert foreseen(watched, OPENS) == pytest.approx(price * (1 + left / every))
    for question in range(2, 6):
        clock.advance(SECOND)
        await polled(watched)
        now = clock.now()
        assert foreseen(watched, now) == pytest.approx(price * (question + (left - (now - OPENS)) / every))


async def test_the_forecast_knows_the_phases_to_come() -> None:
    clock, price = ManualClock(OPENS - 2 * HOUR), 0.0001
    cheap = Answer(CpuPoints(()), cursor=1, spent=Spent(price, 10))
    watched, _ = session(PHASED, clock, lambda *_: cheap)
    await polled(watched)
    slow = price * (calendar_day(OPENS, watched.campaign.zone)[1] - clock.now()) / MINUTE
    assert foreseen(watched, clock.now()) > price + slow


async def test_a_human_has_one_source_asked_again() -> None:
    watched, provider = session(PHASED, ManualClock(OPENS), lambda *_: Answer(CpuPoints(()), cursor=1))
    async with watched:
        watched.collector.start()
        await until(lambda: len(provider.cursors) == 1)
        watched.ask_again(Topic.STOCK)
        watched.ask_again(Topic.CPU)
        await until(lambda: len(provider.cursors) == 2)
    assert provider.cursors == [None, 1]


class TestALoginIsBack:
    """Sources that share a login, and one of them is let in again."""

    class Account:
        """Lets nobody in until somebody logs in."""

        def __init__(self) -> None:
            self.open = False
            self.kind = FailureKind.AUTH

        def ask(self, *_: object) -> Answer:
            if not self.open:
                raise SourceError(self.kind, "half a key")
            return NOTHING

    def watched(self, account: Account) -> tuple[Session, dict[Topic, Scripted]]:
        topics = (Topic.CPU, Topic.TRAFFIC, Topic.STOCK)
        deeds = dict(zip(topics, (account.ask, account.ask, lambda *_: NOTHING), strict=True))
        providers = {topic: Scripted(deeds[topic]) for topic in topics}
        configs = {topic: SourceConfig(topic, "it", steady(HOUR), None, {}) for topic in topics}
        file = replace(load(example_path()), sources=tuple(configs.values()))
        opened: dict[Topic | Lookup, tuple[SourceConfig, Provider]] = {
            topic: (configs[topic], providers[topic]) for topic in topics
        }
        return Session(file, ManualClock(OPENS), opened, ""), providers

    async def test_one_that_is_let_in_again_wakes_those_that_are_still_shut_out(self) -> None:
        account = self.Account()
        watched, providers = self.watched(account)
        async with watched:
            watched.collector.start()
            await until(lambda: len(watched.state.sources) == 3)
            account.open = True
            watched.ask_again(Topic.TRAFFIC)
            await until(lambda: watched.state.sources[Topic.CPU].taken_at is not None)
            await until(lambda: not any(status.asking for status in watched.statuses()))
        assert [len(provider.cursors) for provider in providers.values()] == [2, 2, 1]

    async def test_what_fails_otherwise_is_left_at_its_own_pace(self) -> None:
        account = self.Account()
        account.kind = FailureKind.DOWN
        watched, providers = self.watched(account)
        async with watched:
            watched.collector.start()
            await until(lambda: len(watched.state.sources) == 3)
            account.open = True
            watched.ask_again(Topic.TRAFFIC)
            await until(lambda: len(providers[Topic.TRAFFIC].cursors) == 2)
            await until(lambda: not any(status.asking for status in watched.statuses()))
        assert len(providers[Topic.CPU].cursors) == 1


class TestQuestionsAboutAnOrder:
    """Look-ups that fail, once an order is opened again and again."""

    async def test_are_answered_in_words_after_three_failures_unless_a_human_insists(self) -> None:
        watched, provider = session(PHASED, ManualClock(OPENS), lambda *_: 1 / 0)
        for _ in range(3):
            await watched.ask_about(CODE)
        sent = len(provider.cursors)
        told: list[Reading] = []
        answers = await watched.ask_about(CODE, tell=told.append)
        assert len(provider.cursors) == sent
        assert sorted(reading.topic for reading in told) == sorted(reading.topic for reading in answers)
        values = [reading.value for reading in answers]
        assert all(isinstance(value, Failure) and "left alone until 10:01:00" in value.why for value in values)
        provider.deed = lambda *_: NOTHING
        assert all(reading.value == NOTHING.value for reading in await watched.ask_about(CODE, insist=True))
        assert len(provider.cursors) == sent + len(answers)

    async def test_what_needs_a_yes_was_asked_for_by_a_human(self) -> None:
        watched, provider = session(PHASED, ManualClock(OPENS), lambda *_: 1 / 0)
        for _ in range(5):
            await watched.ask_about(CODE, also=(Lookup.VALIDITY,))
        # four look-ups that run by themselves, three times each, and the fifth every time
        assert len(provider.cursors) == 4 * 3 + 5
