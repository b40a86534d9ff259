"""The contract suite itself: who keeps to everything passes, and each breach is found by the test for it."""

from __future__ import annotations

import asyncio
import inspect
import socket
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Self
from unittest import SkipTest

import pytest

from evtui.domain.faults import ErrorEntry
from evtui.domain.reading import Answer, Coverage, ErrorBatch, FailureKind, Lookup, StockLevels, Topic
from evtui.domain.trip import Spent
from evtui.providers import base, registry
from evtui.providers._guard import touches
from evtui.providers.base import Context, Question, SourceError
from evtui.providers.testing import OPENS, ProviderContract
from evtui.redact import admit


class NoKeys(base.Settings, frozen=True, kw_only=True):
    """No settings."""


class AnyKeys(base.Settings, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """Takes everything."""


class Source:
    """What the provider reads from; the test that holds it says how it is."""

    def __init__(self) -> None:
        self.fails = False
        self.hangs = False
        self.texts = ["a", "b"]


def entry(number: int, text: str, at: datetime = OPENS) -> ErrorEntry:
    return ErrorEntry(str(number), "app", "host", "Type", text, at)


class Sound(base.Provider):
    """Keeps to everything."""

    Settings: ClassVar[type[base.Settings]] = NoKeys
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.ERRORS})
    lookups: ClassVar[frozenset[Lookup]] = frozenset()
    source: ClassVar[Source]

    @classmethod
    def open(cls, settings: Any, context: Context) -> Self:
        return cls()

    async def poll(self, topic: Topic, cursor: object) -> Answer:
        if self.source.fails:
            raise SourceError(FailureKind.DOWN, "the log does not answer", "look at it")
        if self.source.hangs:
            await asyncio.Event().wait()
        return self.answer(cursor)

    def answer(self, cursor: object) -> Answer:
        start = cursor if isinstance(cursor, int) else 0
        entries = tuple(entry(number, admit(text)) for number, text in enumerate(self.source.texts))
        return Answer(ErrorBatch(entries[start : start + 1]), OPENS, Coverage(more=start < 1), min(start + 1, 2))

    async def look_up(self, lookup: Lookup, question: Question) -> Answer:
        raise SourceError(FailureKind.DATA, "it knows no orders")

    async def aclose(self) -> None:
        return


class OpensFiles(Sound):
    @classmethod
    def open(cls, settings: Any, context: Context) -> Self:
        Path("/etc/hostname").exists()
        with open("/proc/self/status", encoding="utf-8"):
            return cls()


class Connects(Sound):
    @classmethod
    def open(cls, settings: Any, context: Context) -> Self:
        with socket.socket() as door:
            door.connect_ex(("127.0.0.1", 9))
        return cls()


class WrongValue(Sound):
    def answer(self, cursor: object) -> Answer:
        return Answer(StockLevels(()), OPENS)


class NaiveTimes(Sound):
    def answer(self, cursor: object) -> Answer:
        return Answer(ErrorBatch((entry(1, "a", OPENS.replace(tzinfo=None)),)), OPENS)


class RawTexts(Sound):
    def answer(self, cursor: object) -> Answer:
        return Answer(ErrorBatch(tuple(entry(number, text) for number, text in enumerate(self.source.texts))), OPENS)


class TellsAgain(Sound):
    def answer(self, cursor: object) -> Answer:
        return super().answer(None)


class MakesUp(Sound):
    told = 0

    def answer(self, cursor: object) -> Answer:
        self.told += 1
        return Answer(ErrorBatch((entry(self.told, "a"),)), OPENS)


class Remembers(Sound):
    """Has its position in itself."""

    def __init__(self) -> None:
        self.position = 0

    def answer(self, cursor: object) -> Answer:
        answer = super().answer(self.position)
        self.position += 1
        return answer


class RefusesCompany(Sound):
    busy = False

    async def poll(self, topic: Topic, cursor: object) -> Answer:
        if self.busy:
            raise SourceError(FailureKind.DOWN, "one at a time")
        self.busy = True
        try:
            await asyncio.sleep(0)
            return await super().poll(topic, cursor)
        finally:
            self.busy = False


class ClosesOnce(Sound):
    closed = False

    async def aclose(self) -> None:
        assert not self.closed
        self.closed = True


class RawErrors(Sound):
    async def poll(self, topic: Topic, cursor: object) -> Answer:
        if self.source.fails:
            raise OSError("no")
        return await super().poll(topic, cursor)


class DirtyWords(Sound):
    async def poll(self, topic: Topic, cursor: object) -> Answer:
        if self.source.fails:
            raise SourceError(FailureKind.DOWN, "Traceback (most recent call last):\n\x1b[2J")
        return await super().poll(topic, cursor)


class HeedsNothing(Sound):
    async def poll(self, topic: Topic, cursor: object) -> Answer:
        if self.source.hangs:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                raise SourceError(FailureKind.DOWN, "never mind") from None
        return await super().poll(topic, cursor)


class Prints(Sound):
    def answer(self, cursor: object) -> Answer:
        sys.stdout.write("got it")
        return super().answer(cursor)


class LeavesThreads(Sound):
    ended: ClassVar[threading.Event]

    def answer(self, cursor: object) -> Answer:
        threading.Thread(target=self.ended.wait, daemon=True).start()
        return super().answer(cursor)


class NeverDone(Sound):
    def answer(self, cursor: object) -> Answer:
        return Answer(ErrorBatch(()), OPENS, Coverage(more=True))


class PaysBack(Sound):
    def answer(self, cursor: object) -> Answer:
        return Answer(ErrorBatch(()), OPENS, Coverage(3, 2), spent=Spent(usd=-1.0))


class TakesAnyKey(Sound):
    Settings = AnyKeys


class NoTopics(Sound):
    topics = frozenset({"errors"})  # type: ignore[arg-type]


def suite(of: type[Sound]) -> ProviderContract:
    """The contract over a source of its own."""
    source = Source()

    class Contract(ProviderContract):
        provider = type(of.__name__, (of,), {"source": source, "ended": threading.Event()})

        def make_fail(self) -> None:
            source.fails = True

        def make_hang(self) -> None:
            source.hangs = True

        def make_say(self, text: str) -> None:
            source.texts = [text]

    return Contract()


TESTS = tuple(name for name, _ in inspect.getmembers(ProviderContract, inspect.isfunction) if name.startswith("test_"))

BREACHES: dict[type[Sound], str] = {
    NoTopics: "test_it_declares_what_it_must",
    OpensFiles: "test_open_touches_neither_network_nor_disk",
    Connects: "test_open_touches_neither_network_nor_disk",
    TakesAnyKey: "test_settings_nobody_knows_are_refused",
    WrongValue: "test_every_topic_is_answered_with_its_own_kind_of_value",
    NaiveTimes: "test_every_topic_is_answered_with_its_own_kind_of_value",
    PaysBack: "test_every_topic_is_answered_with_its_own_kind_of_value",
    Prints: "test_every_topic_is_answered_with_its_own_kind_of_value",
    LeavesThreads: "test_every_topic_is_answered_with_its_own_kind_of_value",
    TellsAgain: "test_a_cursor_goes_on_where_it_was_given_out",
    NeverDone: "test_a_cursor_goes_on_where_it_was_given_out",
    MakesUp: "test_a_cursor_goes_on_where_it_was_given_out",
    Remembers: "test_the_position_is_in_the_cursor_alone",
    RefusesCompany: "test_questions_side_by_side_are_answered_alike",
    ClosesOnce: "test_it_is_closed_twice_and_without_a_question",
    RawErrors: "test_a_source_that_fails_says_so_in_clean_words",
    DirtyWords: "test_a_source_that_fails_says_so_in_clean_words",
    HeedsNothing: "test_what_hangs_can_be_cancelled",
    RawTexts: "test_remote_text_is_clean_and_keeps_no_secret",
}


@pytest.mark.parametrize("name", TESTS)
def test_a_sound_provider_passes(name: str) -> None:
    getattr(suite(Sound), name)()


@pytest.mark.parametrize("of", BREACHES)
def test_every_breach_is_found(of: type[Sound], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evtui.providers.testing.LETTING_GO_S", 0.05)
    held = suite(of)
    with pytest.raises((AssertionError, OSError, SourceError)):
        getattr(held, BREACHES[of])()
    held.provider.ended.set()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "name",
    [
        "test_a_source_that_fails_says_so_in_clean_words",
        "test_what_hangs_can_be_cancelled",
        "test_remote_text_is_clean_and_keeps_no_secret",
    ],
)
def test_what_nobody_said_how_to_do_is_skipped(name: str) -> None:
    class Silent(ProviderContract):
        provider = Sound

    with pytest.raises(SkipTest, match="nobody said"):
        getattr(Silent(), name)()


@pytest.fixture
def somewhere(tmp_path: Path) -> Path:
    path = tmp_path / "facts.json"
    path.write_text("[]", encoding="utf-8")
    return path


LOOKS: dict[str, Callable[[Path], object]] = {
    "open": lambda path: path.read_text(encoding="utf-8"),
    "os.listdir": lambda path: list(path.parent.iterdir()),
    "socket.getaddrinfo": lambda path: socket.getaddrinfo("127.0.0.1", 9),
}


@pytest.mark.parametrize("event", LOOKS)
def test_the_guard_hears_what_leaves_memory(event: str, somewhere: Path) -> None:
    with touches() as seen:
        LOOKS[event](somewhere)
    assert [each.partition(" ")[0] for each in seen] == [event]
    with touches() as seen:
        assert timedelta(1) > timedelta()
    LOOKS[event](somewhere)
    assert seen == []


def test_every_built_in_provider_is_held_to_the_contract() -> None:
    """A provider that comes with the program has a contract test in this folder."""
    tests = "\n".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    classes = [target.partition(":")[2] for target in registry.BUILT_IN.values()]
    assert [name for name in classes if f"provider = {name}\n" not in tests] == []
