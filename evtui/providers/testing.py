"""The contract of a provider as tests, for built-in ones and for those of other packages.

A package subclasses `ProviderContract` in a test module, names its provider and its settings, and says how its source
is made to fail, to hang and to carry a text; pytest finds the tests by their names, and so does any other runner.
Nothing here needs pytest: what does not apply raises `unittest.SkipTest` with its reason.

    class TestQueueDepth(ProviderContract):
        provider = QueueDepth

        @pytest.fixture(autouse=True)
        def source(self, tmp_path):
            self.path = tmp_path / "depth.json"
            self.path.write_text("[]")

        def table(self):
            return {"file": str(self.path)}

        def make_fail(self):
            self.path.unlink()
"""

from __future__ import annotations

import asyncio
import io
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Hashable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, ClassVar, TypeVar
from unittest import SkipTest
from zoneinfo import ZoneInfo

from evtui.clock import Clock, ManualClock
from evtui.config.notes import Notes
from evtui.config.positions import Places
from evtui.config.validate import read
from evtui.domain.campaign import Campaign, Product, Service, Shop
from evtui.domain.codes import parse_code
from evtui.domain.reading import Lookup, Topic
from evtui.providers._facts import news
from evtui.providers._guard import touches
from evtui.providers._judge import (
    HOSTILE,
    MARK,
    judge_answer,
    judge_refusal,
    judge_texts,
    judge_threads,
    refusal,
    texts_of,
)
from evtui.providers._threads import DaemonExecutor
from evtui.providers.base import Context, Provider, Question, Settings
from evtui.providers.registry import shape_faults

T = TypeVar("T")

OPENS = datetime(2024, 1, 25, 2, tzinfo=UTC)
"""When the suite's launch opens."""

PATIENCE_S = 20.0
"""Seconds in which a source that works has answered whatever it is asked."""

HANGING_S = 0.3
"""Seconds without an answer after which a question counts as hanging."""

LETTING_GO_S = 2.0
"""Seconds a provider gets to notice that it was cancelled, and its threads to end."""

ROUNDS = 200
"""Parts in which a source may tell its past."""


class ProviderContract:
    """What every provider keeps to. Subclass it, set `provider`, and override what the source needs."""

    provider: ClassVar[type[Provider]]
    settings: ClassVar[Mapping[str, object]] = {}
    """Keys of its table in a campaign file; see `table`."""
    topics: ClassVar[frozenset[Topic] | None] = None
    """Topics that these settings can be polled for; None: all that the provider has."""
    lookups: ClassVar[frozenset[Lookup] | None] = None
    """Look-ups that these settings can answer; None: all that the provider has."""
    overlap: ClassVar[int] = 0
    """Facts that may be told again after a cursor, for sources that look back for what comes late."""

    def table(self) -> Mapping[str, object]:
        """Its table in a campaign file, without the keys every source has."""
        return self.settings

    def campaign(self) -> Campaign:
        """The launch that is asked about."""
        pages = ((370490, 4800, 1000.0), (370480, 7200, 500.0))
        products = tuple(
            Product(page, f"voucher {page}", str(page), price, 1, OPENS, OPENS + timedelta(days=16), stock)
            for page, stock, price in pages
        )
        services = (Service("SCMAPI", ("i-0bb20000000000001",), "scmapi-asg", 1, 3, load_balancer="app/scm/0123"),)
        zone = ZoneInfo("Asia/Hong_Kong")
        return Campaign(
            "contract", "Vouchers", "HK", "TEST", zone, "HKD", Shop(28, "Shop"), products, services=services
        )

    def clock(self) -> Clock:
        """What time it is; it must stand still while a test runs where answers depend on it."""
        return ManualClock(OPENS + timedelta(minutes=30))

    def environ(self) -> Mapping[str, str]:
        """The environment, where secrets come from."""
        return {}

    def folder(self) -> str:
        """Folder of the campaign file."""
        return "."

    def shared(self) -> dict[Any, Any]:
        """What the sources of one session share; a package whose SDK is slow to begin may keep one."""
        return {}

    def question(self, lookup: Lookup) -> Question:
        """What a look-up is asked about."""
        return Question(parse_code("TG240125L00001"))

    def make_fail(self) -> None:
        """Make the source one that gives no answer."""
        raise SkipTest("nobody said how this source fails")

    def make_hang(self) -> None:
        """Make the source one that takes a question and never answers it."""
        raise SkipTest("nobody said how this source hangs")

    def make_say(self, text: str) -> None:
        """Make the source carry `text` wherever it carries any."""
        raise SkipTest("nobody said where this source carries text")

    # --- what the tests are made of

    def asked_topics(self) -> tuple[Topic, ...]:
        """The topics that are polled here, in the order of `Topic`."""
        chosen = self.provider.topics if self.topics is None else self.topics
        return tuple(topic for topic in Topic if topic in chosen)

    def asked_lookups(self) -> tuple[Lookup, ...]:
        """The look-ups that are sent here, in the order of `Lookup`."""
        chosen = self.provider.lookups if self.lookups is None else self.lookups
        return tuple(lookup for lookup in Lookup if lookup in chosen)

    def _opened(self, topic: Topic | Lookup | None) -> Provider:
        notes = Notes(Places("settings", ""))
        settings: Settings | None = read(dict(self.table()), self.provider.Settings, (), notes)
        assert settings is not None, [problem.message for problem in notes.problems]
        around = (self.campaign(), self.clock(), self.environ(), self.folder())
        return self.provider.open(settings, Context(*around, shared=self.shared(), topic=topic))

    def _run(self, topic: Topic | Lookup, deed: Callable[[Provider], Awaitable[T]], *, hung: bool = False) -> T:
        """`deed` with a provider opened as the program does it: before the loop, which has our executor."""
        before = set(threading.enumerate())
        printed = io.StringIO()

        async def inside() -> T:
            asyncio.get_running_loop().set_default_executor(DaemonExecutor())
            try:
                async with asyncio.timeout(PATIENCE_S):
                    return await deed(provider)
            finally:
                async with asyncio.timeout(LETTING_GO_S):
                    await provider.aclose()

        with redirect_stdout(printed), redirect_stderr(printed):
            provider = self._opened(topic)
            result = asyncio.run(inside())
        assert printed.getvalue() == "", f"it prints: {printed.getvalue()[:200]!r}"
        if not hung:
            judge_threads(before, LETTING_GO_S)
        return result

    def _told(self, topic: Topic, deed: Callable[[Provider, list[Hashable], object], Awaitable[T]]) -> T:
        """`deed` with everything the source has told, and the cursor after it."""

        async def all_of_it(provider: Provider) -> T:
            told: list[Hashable] = []
            cursor: object = None
            for _ in range(ROUNDS):
                answer = await provider.poll(topic, cursor)
                told += news(answer.value)
                cursor = answer.cursor
                if not answer.coverage.more:
                    return await deed(provider, told, cursor)
            raise AssertionError(f"{topic}: there is always more to come")

        return self._run(topic, all_of_it)

    # --- the contract

    def test_it_declares_what_it_must(self) -> None:
        """Settings, topics, look-ups and methods are there, each of its kind."""
        assert shape_faults(self.provider) == ()
        assert set(self.asked_topics()) <= self.provider.topics
        assert set(self.asked_lookups()) <= self.provider.lookups

    def test_open_touches_neither_network_nor_disk(self) -> None:
        """A file with a mistake in another table is told of without anybody being asked."""
        asked: tuple[Topic | Lookup, ...] = (*self.asked_topics(), *self.asked_lookups())
        for topic in asked:
            self._opened(topic)  # what it imports may look around; that is once in a process
            with touches() as seen:
                self._opened(topic)
            assert seen == [], f"{topic}: open touches {seen}"

    def test_settings_nobody_knows_are_refused(self) -> None:
        """A misspelt key is a mistake and not silence."""
        notes = Notes(Places("settings", ""))
        read({**self.table(), "no_such_key_of_anybody": 1}, self.provider.Settings, (), notes)
        assert any("unknown key" in problem.message for problem in notes.problems), "any key is taken"

    def test_every_topic_is_answered_with_its_own_kind_of_value(self) -> None:
        """Times are aware UTC, minutes whole, numbers finite, texts clean."""
        for topic in self.asked_topics():
            judge_answer(topic, self._run(topic, lambda provider, topic=topic: provider.poll(topic, None)))  # type: ignore[misc]

    def test_every_look_up_is_answered_with_its_own_kind_of_value(self) -> None:
        """The same for questions about an order."""
        for lookup in self.asked_lookups():
            question = self.question(lookup)
            answer = self._run(lookup, lambda provider, q=question, on=lookup: provider.look_up(on, q))  # type: ignore[misc]
            judge_answer(lookup, answer)

    def test_a_cursor_goes_on_where_it_was_given_out(self) -> None:
        """Nothing is told again but what `overlap` allows, and nothing is made up."""

        async def again(provider: Provider, told: list[Hashable], cursor: object) -> None:
            twice = sum(count - 1 for count in Counter(told).values())
            assert twice <= self.overlap, f"{twice} facts are told twice on the way"
            repeated = news((await provider.poll(topic, cursor)).value)
            assert set(repeated) <= set(told), "a source that stands still told something new"
            assert len(repeated) <= self.overlap, f"{len(repeated)} facts are told again after a cursor"

        for topic in self.asked_topics():
            self._told(topic, again)

    def test_the_position_is_in_the_cursor_alone(self) -> None:
        """An answer that came too late and was dropped is lost to nobody."""

        async def dropped(provider: Provider) -> None:
            first = await provider.poll(topic, None)
            assert news((await provider.poll(topic, None)).value) == news(first.value), "it remembers what it told"
            second = await provider.poll(topic, first.cursor)
            third = await provider.poll(topic, first.cursor)
            assert news(third.value) == news(second.value), "an answer that was dropped is lost"

        for topic in self.asked_topics():
            self._run(topic, dropped)

    def test_questions_side_by_side_are_answered_alike(self) -> None:
        """Two questions at once do not disturb each other."""

        async def together(provider: Provider) -> None:
            one, other = await asyncio.gather(provider.poll(topic, None), provider.poll(topic, None))
            assert news(one.value) == news(other.value)

        for topic in self.asked_topics():
            self._run(topic, together)

    def test_it_is_closed_twice_and_without_a_question(self) -> None:
        """Closing asks for nothing."""
        for topic in self.asked_topics():
            self._run(topic, lambda provider: provider.aclose())

    def test_a_source_that_fails_says_so_in_clean_words(self) -> None:
        """What goes wrong is a SourceError and one line for the pane."""
        self.make_fail()
        for topic in self.asked_topics():
            error = self._run(topic, lambda provider, topic=topic: refusal(provider, topic))  # type: ignore[misc]
            judge_refusal(error)

    def test_what_hangs_can_be_cancelled(self) -> None:
        """A source that never answers holds up nobody."""
        self.make_hang()

        async def cancel(provider: Provider) -> None:
            asked = asyncio.ensure_future(provider.poll(topic, None))
            await asyncio.wait({asked}, timeout=HANGING_S)
            assert not asked.done(), "it does not hang"
            began = monotonic()
            asked.cancel()
            await asyncio.wait({asked}, timeout=LETTING_GO_S)
            assert asked.cancelled(), "it goes on although it was cancelled"
            assert monotonic() - began < LETTING_GO_S

        for topic in self.asked_topics():
            self._run(topic, cancel, hung=True)

    def test_remote_text_is_clean_and_keeps_no_secret(self) -> None:
        """What the source says reaches no terminal as it is."""
        for hostile in HOSTILE:
            self.make_say(f"{MARK} {hostile}")
            texts: list[str] = []
            for topic in self.asked_topics():
                texts += self._run(topic, lambda provider, topic=topic: texts_of(provider, topic))  # type: ignore[misc]
            judge_texts(texts)
            assert any(MARK in text for text in texts), f"{hostile[:40]!r} never came through"
