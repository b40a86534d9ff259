"""The provider on real folders: what is read, when, and how it says what is missing."""

from __future__ import annotations

import asyncio
import os
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from elmah_writer import Written, elmah_bytes, elmah_name, elmah_time, numbered, put

from evtui.clock import ManualClock
from evtui.domain.campaign import Campaign, Product, Shop
from evtui.domain.codes import parse_code
from evtui.domain.faults import ErrorEntry
from evtui.domain.reading import Answer, ErrorBatch, FailureKind, Lookup, Topic
from evtui.errors import UsageError
from evtui.providers import registry
from evtui.providers.base import Context, Question, SourceError
from evtui.providers.elmah import ElmahProvider, ElmahSettings
from evtui.providers.elmah_folder import LARGEST, PATIENCE, FolderCursor, Limits, Scope, look_at

OPENS = datetime(2024, 1, 25, 2, 0, tzinfo=UTC)
NOW = datetime(2024, 1, 25, 2, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)
CAMPAIGN = Campaign(
    id="launch",
    name="Launch",
    market="HK",
    environment="PROD",
    zone=ZoneInfo("Asia/Hong_Kong"),
    currency="HKD",
    shop=Shop(28, "Shop"),
    products=(Product(1, "Voucher", "V", 100.0, 1, OPENS, OPENS + timedelta(days=9), 10),),
)


def some(count: int, start: datetime = NOW - timedelta(minutes=20)) -> list[Written]:
    return [numbered(number, start + number * SECOND) for number in range(count)]


@dataclass
class Watch:
    """A provider, its clock and the cursor that goes from poll to poll."""

    folder: Path
    settings: dict[str, object] = field(default_factory=dict)
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOW))
    cursor: object = None

    async def poll(self) -> Answer:
        settings = msgspec.convert({"folder": str(self.folder), **self.settings}, ElmahSettings)
        provider = ElmahProvider.open(settings, Context(CAMPAIGN, self.clock, {}))
        answer = await provider.poll(Topic.ERRORS, self.cursor)
        self.cursor = answer.cursor
        return answer

    async def messages(self) -> list[str]:
        return [entry.message for entry in entries(await self.poll())]

    async def failure(self) -> SourceError:
        with pytest.raises(SourceError) as caught:
            await self.poll()
        return caught.value


def entries(answer: Answer) -> tuple[ErrorEntry, ...]:
    assert isinstance(answer.value, ErrorBatch)
    return answer.value.entries


class Openings:
    """What the provider opens, as the interpreter itself reports it; `then` runs just before the next opening."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.then: Callable[[], None] | None = None
        self.listening = False
        sys.addaudithook(self._heard)  # there for good: the interpreter takes no hook back

    def _heard(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self.listening or event != "open":
            return
        path, mode, _ = arguments
        if mode is None and str(path).endswith(".xml"):  # os.open; what the test itself writes has a mode
            self.names.append(Path(str(path)).name)
            then, self.then = self.then, None
            if then is not None:
                then()


@pytest.fixture(scope="module")
def interpreter() -> Openings:
    return Openings()


@pytest.fixture
def openings(interpreter: Openings) -> Iterator[Openings]:
    interpreter.names.clear()
    interpreter.then = None
    interpreter.listening = True
    yield interpreter
    interpreter.listening = False


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    return Watch(tmp_path)


async def test_errors_come_newest_first_and_once(watch: Watch) -> None:
    for error in some(3):
        put(watch.folder, error)
    first = await watch.poll()
    assert [entry.message for entry in entries(first)] == ["fault 2", "fault 1", "fault 0"]
    assert (first.coverage.seen, first.coverage.expected, first.coverage.note) == (3, 3, "")
    put(watch.folder, numbered(7, NOW))
    assert await watch.messages() == ["fault 7"]
    assert await watch.messages() == []


async def test_an_answer_that_was_dropped_loses_nothing(watch: Watch) -> None:
    put(watch.folder, numbered(1, NOW))
    before = (await watch.poll()).cursor
    put(watch.folder, numbered(2, NOW))
    assert await watch.messages() == ["fault 2"]
    watch.cursor = before
    assert await watch.messages() == ["fault 2"]


async def test_the_listing_is_the_newest_fact(watch: Watch) -> None:
    quiet = await watch.poll()
    assert (quiet.fact_time, entries(quiet), quiet.coverage.seen, quiet.coverage.expected) == (NOW, (), 0, 0)
    put(watch.folder, numbered(1, NOW - timedelta(hours=3)))
    assert (await watch.poll()).fact_time == NOW


async def test_known_files_are_never_opened_again(watch: Watch, openings: Openings) -> None:
    paths = [put(watch.folder, error) for error in some(5)]
    (watch.folder / "other.xml").write_bytes(b"<test/>")
    await watch.poll()
    assert sorted(openings.names) == sorted([*(path.name for path in paths), "other.xml"])
    await watch.poll()
    new = put(watch.folder, numbered(7, NOW))
    await watch.poll()
    assert openings.names[6:] == [new.name]


async def test_the_order_of_the_folder_does_not_matter(tmp_path: Path) -> None:
    errors = some(40)
    told = []
    for seed in range(3):
        folder = tmp_path / str(seed)
        folder.mkdir()
        random.Random(seed).shuffle(errors)
        for error in errors:
            put(folder, error)
        told.append(entries(await Watch(folder).poll()))
    assert told[0] == told[1] == told[2]


async def test_the_cursor_is_a_value(watch: Watch) -> None:
    put(watch.folder, numbered(1, NOW))
    cursor = (await watch.poll()).cursor
    assert isinstance(cursor, FolderCursor)
    with pytest.raises(AttributeError):
        cursor.done = {}  # type: ignore[misc]
    with pytest.raises(TypeError):
        cursor.done["x"] = next(iter(cursor.done.values()))  # type: ignore[index]
    put(watch.folder, numbered(2, NOW))
    await watch.poll()
    assert len(cursor.done) == 1


async def test_names_that_left_the_folder_leave_the_cursor(watch: Watch) -> None:
    paths = [put(watch.folder, error) for error in some(4)]
    broken = watch.folder / elmah_name(NOW, None)
    broken.write_bytes(b"<error")
    await watch.poll()
    for path in (*paths[:3], broken):
        path.unlink()
    answer = await watch.poll()
    cursor = answer.cursor
    assert isinstance(cursor, FolderCursor)
    assert (set(cursor.done), set(cursor.waiting)) == ({paths[3].name}, set())
    assert (answer.coverage.seen, answer.coverage.expected) == (1, 1)


class TestHowFarBack:
    async def test_the_baseline_before_opening_by_default(self, watch: Watch) -> None:
        starts = CAMPAIGN.history_start(NOW)
        put(watch.folder, numbered(1, starts))
        put(watch.folder, numbered(2, starts - timedelta(microseconds=1)))
        put(watch.folder, numbered(3, starts - SECOND))
        answer = await watch.poll()
        assert [entry.message for entry in entries(answer)] == ["fault 1"]

    async def test_older_files_are_never_opened(self, watch: Watch, openings: Openings) -> None:
        for age in (25, 26, 24 * 4000):
            (watch.folder / elmah_name(OPENS - timedelta(hours=age), None)).write_bytes(b"not even XML")
        answer = await watch.poll()
        assert (answer.coverage.expected, answer.coverage.note) == (0, "")
        assert openings.names == []

    async def test_what_is_older_inside_is_not_told(self, watch: Watch) -> None:
        put(watch.folder, numbered(1, NOW))
        put(watch.folder, numbered(2, NOW + timedelta(milliseconds=500)))
        (watch.folder / "copied.xml").write_bytes(elmah_bytes(numbered(3, NOW - timedelta(days=400))))
        watch.settings["since"] = (NOW + timedelta(milliseconds=200)).isoformat()
        assert await watch.messages() == ["fault 2"]

    @pytest.mark.parametrize(
        ("since", "expected"),
        [
            ("all", ["fault 2", "fault 1", "fault 0"]),
            ("2024-01-20", ["fault 2"]),  # midnight in Hong Kong is 16:00 the day before in UTC
            ("2024-01-19T16:00:01Z", []),
            ("2024-01-19T23:00:00", ["fault 2", "fault 1"]),
        ],
    )
    async def test_since(self, watch: Watch, since: str, expected: list[str]) -> None:
        moments = ("2011-04-10T15:55:11Z", "2024-01-19T15:59:59Z", "2024-01-19T16:00:00Z")
        for number, moment in enumerate(moments):
            put(watch.folder, numbered(number, datetime.fromisoformat(moment)))
        watch.settings["since"] = since
        assert await watch.messages() == expected

    async def test_a_name_without_a_time_goes_by_the_time_of_the_file(self, watch: Watch) -> None:
        old, new = watch.folder / "old.xml", watch.folder / "NEW.XML"
        for path in (old, new):
            path.write_bytes(b"<error/>")
        os.utime(old, (0, 0))
        os.utime(new, (NOW.timestamp(), NOW.timestamp()))
        (entry,) = entries(await watch.poll())
        assert (entry.error_id, entry.at) == ("NEW.XML", NOW)

    async def test_times_without_a_zone(self, watch: Watch) -> None:
        naive = elmah_time(NOW).removesuffix("Z").encode()
        (watch.folder / elmah_name(NOW, None)).write_bytes(b'<error time="' + naive + b'"/>')
        watch.settings |= {"since": "all", "time_zone": "America/New_York"}
        (entry,) = entries(await watch.poll())
        assert entry.at == NOW + timedelta(hours=5)


async def test_one_application_only(watch: Watch) -> None:
    for number, application in enumerate(("/LM/W3SVC/1/ROOT", "/LM/W3SVC/1/ROOT/sub", "", "/lm/w3svc/1/root")):
        put(watch.folder, replace(numbered(number, NOW), application=application))
    watch.settings["application"] = "/LM/W3SVC/1/ROOT"
    answer = await watch.poll()
    assert [entry.message for entry in entries(answer)] == ["fault 0"]
    assert (answer.coverage.seen, answer.coverage.expected) == (4, 4)
    watch.settings["application"] = ""
    watch.cursor = None
    assert await watch.messages() == ["fault 2"]


class TestUnfinishedFiles:
    async def test_half_written_then_completed(self, watch: Watch) -> None:
        data = elmah_bytes(numbered(5, NOW))
        path = watch.folder / elmah_name(NOW, str(numbered(5, NOW).error_id))
        for end in (0, 20, len(data) - 2):
            path.write_bytes(data[:end])
            answer = await watch.poll()
            assert entries(answer) == ()
            assert (answer.coverage.seen, answer.coverage.expected) == (0, 1)
            assert answer.coverage.note == "1 still being written"
            watch.clock.advance(PATIENCE - SECOND)
        path.write_bytes(data)
        assert await watch.messages() == ["fault 5"]
        answer = await watch.poll()
        assert (entries(answer), answer.coverage.seen, answer.coverage.note) == ((), 1, "")

    async def test_given_up_after_a_minute_without_a_change(self, watch: Watch) -> None:
        name = elmah_name(NOW, None)
        (watch.folder / name).write_bytes(b"<error message=")
        await watch.poll()
        watch.clock.advance(PATIENCE - SECOND)
        assert (await watch.poll()).coverage.note == "1 still being written"
        watch.clock.advance(SECOND)
        for _ in range(2):
            answer = await watch.poll()
            assert (answer.coverage.seen, answer.coverage.expected) == (0, 1)
            assert answer.coverage.note == f"1 unreadable ({name})"
            watch.clock.advance(PATIENCE)

    async def test_opened_when_new_and_when_it_is_given_up_and_not_in_between(
        self, watch: Watch, openings: Openings
    ) -> None:
        (watch.folder / elmah_name(NOW, None)).write_bytes(b"<error message=")
        opened = []
        for _ in range(5):
            await watch.poll()
            opened.append(len(openings.names))
            watch.clock.advance(PATIENCE / 2)
        assert opened == [1, 1, 2, 2, 2]

    async def test_tried_again_if_it_changes_after_all(self, watch: Watch) -> None:
        path = watch.folder / elmah_name(NOW, None)
        path.write_bytes(b"<error message=")
        await watch.poll()
        watch.clock.advance(PATIENCE)
        await watch.poll()
        path.write_bytes(elmah_bytes(numbered(5, NOW)))
        assert await watch.messages() == ["fault 5"]
        assert (await watch.poll()).coverage.note == ""

    async def test_a_file_cut_behind_its_root_tag_is_told_when_it_is_given_up(self, watch: Watch) -> None:
        data = elmah_bytes(replace(numbered(5, NOW), form={"page": ("370490",)}))
        (watch.folder / elmah_name(NOW, None)).write_bytes(data[: data.index(b">") + 9])
        assert await watch.messages() == []
        watch.clock.advance(PATIENCE)
        answer = await watch.poll()
        assert [entry.message for entry in entries(answer)] == ["fault 5"]
        assert (answer.coverage.seen, answer.coverage.expected, answer.coverage.note) == (1, 1, "1 cut short")
        watch.clock.advance(PATIENCE)
        assert await watch.messages() == []

    async def test_a_clock_set_back_does_not_make_it_wait_for_hours(self, watch: Watch) -> None:
        (watch.folder / elmah_name(NOW, None)).write_bytes(b"<error")
        await watch.poll()
        watch.clock.advance(timedelta(hours=-3))
        assert "unreadable" in (await watch.poll()).coverage.note

    async def test_files_written_and_removed_while_polling(self, watch: Watch) -> None:
        errors = some(150)
        stop = threading.Event()

        def write() -> None:
            for number, error in enumerate(errors):
                data = elmah_bytes(error)
                with (watch.folder / elmah_name(error.at or NOW, error.error_id)).open("wb") as file:
                    file.write(data[: number % len(data)])
                    file.flush()
                    time.sleep(0.0005)
                    file.write(data[number % len(data) :])
                passing = put(watch.folder, replace(numbered(10_000 + number, NOW), message="passing"))
                passing.unlink()
            stop.set()

        writer = threading.Thread(target=write)
        writer.start()
        told: list[str] = []
        polls = 0
        while not stop.is_set():
            told += await watch.messages()
            polls += 1
        writer.join()
        told += await watch.messages()
        assert polls > 1
        told = [message for message in told if message != "passing"]
        assert sorted(told) == sorted(error.message for error in errors)
        answer = await watch.poll()
        assert (answer.coverage.seen, answer.coverage.expected, answer.coverage.note) == (150, 150, "")


class TestWhatIsNotAnError:
    async def test_a_file_that_goes_between_listing_and_opening_is_no_error(
        self, watch: Watch, openings: Openings
    ) -> None:
        first, second = (put(watch.folder, error) for error in some(2))
        openings.then = first.unlink  # the newer file is opened first
        answer = await watch.poll()
        assert openings.names == [second.name, first.name]
        assert [entry.message for entry in entries(answer)] == ["fault 1"]
        assert (answer.coverage.seen, answer.coverage.expected, answer.coverage.note) == (1, 1, "")

    async def test_a_file_that_grows_beyond_the_limit_while_it_is_opened(
        self, watch: Watch, openings: Openings
    ) -> None:
        path = watch.folder / "grows.xml"
        path.write_bytes(b"<error>")
        openings.then = lambda: os.truncate(path, LARGEST + 1)
        assert (await watch.poll()).coverage.note == "1 over 5 MB (grows.xml)"

    async def test_a_name_that_leads_nowhere_is_no_error(self, watch: Watch) -> None:
        (watch.folder / elmah_name(NOW, None)).symlink_to(watch.folder / "gone.xml")
        answer = await watch.poll()
        assert (entries(answer), answer.coverage.expected, answer.coverage.note) == ((), 0, "")

    async def test_a_link_that_comes_to_lead_somewhere_is_read(self, watch: Watch) -> None:
        target = watch.folder / "target"
        (watch.folder / elmah_name(NOW, None)).symlink_to(target)
        await watch.poll()
        target.write_bytes(elmah_bytes(numbered(1, NOW)))
        assert await watch.messages() == ["fault 1"]

    async def test_what_is_no_regular_file_is_passed_over(self, watch: Watch) -> None:
        os.mkfifo(watch.folder / elmah_name(NOW, None))
        (watch.folder / "folder.xml").mkdir()
        (watch.folder / "loop.xml").symlink_to(watch.folder / "loop.xml")
        (watch.folder / "error.xml.tmp").write_bytes(b"<error/>")
        async with asyncio.timeout(5):
            answer = await watch.poll()
        assert (entries(answer), answer.coverage.expected, answer.coverage.note) == ((), 0, "")

    async def test_xml_that_is_not_elmah_is_counted_apart(self, watch: Watch) -> None:
        put(watch.folder, numbered(1, NOW))
        (watch.folder / "error-test.xml").write_bytes(b"<test/>")
        for _ in range(2):
            answer = await watch.poll()
            assert (answer.coverage.seen, answer.coverage.expected) == (1, 1)
            assert answer.coverage.note == "1 not ELMAH (error-test.xml)"

    async def test_document_types_and_depth_are_refused_at_once(self, watch: Watch) -> None:
        (watch.folder / "bomb.xml").write_bytes(b'<!DOCTYPE error [<!ENTITY a "a">]><error/>')
        (watch.folder / "deep.xml").write_bytes(b"<error>" + b"<a>" * 30_000)
        answer = await watch.poll()
        assert (entries(answer), answer.coverage.seen, answer.coverage.expected) == ((), 0, 2)
        assert answer.coverage.note == "1 refused for a document type (bomb.xml); 1 nested too deep (deep.xml)"

    async def test_files_over_5_mb_are_refused_unread(self, watch: Watch) -> None:
        fitting = elmah_bytes(numbered(1, NOW))
        (watch.folder / "fits.xml").write_bytes(fitting + b" " * (LARGEST - len(fitting)))
        large = watch.folder / "large.xml"
        large.write_bytes(fitting)
        os.truncate(large, 10**12)  # mostly holes: reading it would end the test
        answer = await watch.poll()
        assert [entry.message for entry in entries(answer)] == ["fault 1"]
        assert (answer.coverage.seen, answer.coverage.expected) == (1, 2)
        assert answer.coverage.note == "1 over 5 MB (large.xml)"

    async def test_illegal_characters_are_counted(self, watch: Watch) -> None:
        put(watch.folder, replace(numbered(1, NOW), message="\x1b]0;title\x07"))
        answer = await watch.poll()
        assert [entry.message for entry in entries(answer)] == ["\ufffd]0;title\ufffd"]
        assert (answer.coverage.seen, answer.coverage.note) == (1, "1 with illegal characters")

    async def test_names_in_the_remark_are_cleaned_and_few(self, watch: Watch) -> None:
        for name in ("\x1b[2J.xml", "0\udcff.xml", "1.xml", "2.xml"):
            (watch.folder / name).write_bytes(b"<test/>")
        note = (await watch.poll()).coverage.note
        assert note == "4 not ELMAH (␛[2J.xml, 0<U+DCFF>.xml, 1.xml, …)"


class TestLimits:
    SCOPE = Scope(None, None, UTC)

    def looks(self, folder: Path, limits: Limits) -> list[list[str]]:
        cursor, found = FolderCursor(), []
        for _ in range(10):
            look = look_at(str(folder), cursor, self.SCOPE, NOW, limits)
            cursor = look.cursor
            found.append([entry.message for entry in look.entries])
            if not look.coverage.note:
                break
        return found

    def test_so_many_files_in_a_look_newest_first(self, tmp_path: Path) -> None:
        for error in some(5):
            put(tmp_path, error)
        assert self.looks(tmp_path, Limits(files=2)) == [["fault 4", "fault 3"], ["fault 2", "fault 1"], ["fault 0"]]

    def test_the_coverage_says_what_is_to_come(self, tmp_path: Path) -> None:
        for error in some(5):
            put(tmp_path, error)
        coverage = look_at(str(tmp_path), FolderCursor(), self.SCOPE, NOW, Limits(files=2)).coverage
        assert (coverage.seen, coverage.expected, coverage.note) == (2, 5, "3 older files to come")

    def test_a_slow_folder_is_read_piece_by_piece(self, tmp_path: Path) -> None:
        for error in some(3):
            put(tmp_path, error)
        assert self.looks(tmp_path, Limits(seconds=0)) == [["fault 2"], ["fault 1"], ["fault 0"]]

    def test_files_that_wait_are_not_forgotten_by_a_full_look(self, tmp_path: Path) -> None:
        (tmp_path / elmah_name(NOW, None)).write_bytes(b"<error")
        cursor = look_at(str(tmp_path), FolderCursor(), self.SCOPE, NOW).cursor
        for error in some(3):
            put(tmp_path, error)
        look = look_at(str(tmp_path), cursor, self.SCOPE, NOW + PATIENCE, Limits(files=2))
        assert look.cursor.waiting == cursor.waiting
        assert look.coverage.note == "1 older files to come; 1 still being written"
        last = look_at(str(tmp_path), look.cursor, self.SCOPE, NOW + PATIENCE)
        assert last.coverage.note.startswith("1 unreadable")

    async def test_ten_thousand_files(self, watch: Watch) -> None:
        for error in some(10_000, NOW - timedelta(hours=3)):
            put(watch.folder, error)
        told: list[str] = []
        for _ in range(60):  # a slow machine may need several polls
            answer = await watch.poll()
            told += [entry.message for entry in entries(answer)]
            if answer.coverage.seen == answer.coverage.expected:
                break
        assert len(told) == len(set(told)) == 10_000
        spent = []
        for _ in range(5):
            began = time.perf_counter()
            assert await watch.messages() == []
            spent.append(time.perf_counter() - began)
        assert min(spent) < 0.05


@contextmanager
def unprivileged() -> Iterator[None]:
    """Without the rights of root, which may open everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


class TestTheFolder:
    async def test_missing(self, watch: Watch) -> None:
        watch.folder /= "nowhere"
        failure = await watch.failure()
        assert failure.kind is FailureKind.DOWN
        assert failure.why.startswith("there is no folder")
        assert "sources.errors.folder" in failure.remedy

    async def test_gone_and_back_counts_nothing_twice(self, watch: Watch, tmp_path: Path) -> None:
        watch.folder = tmp_path / "share"
        watch.folder.mkdir()
        put(watch.folder, numbered(1, NOW))
        assert await watch.messages() == ["fault 1"]
        watch.folder.rename(tmp_path / "away")
        assert (await watch.failure()).kind is FailureKind.DOWN
        (tmp_path / "away").rename(watch.folder)
        put(watch.folder, numbered(2, NOW))
        assert await watch.messages() == ["fault 2"]

    async def test_not_a_folder(self, watch: Watch) -> None:
        watch.folder /= "file"
        watch.folder.write_bytes(b"")
        failure = await watch.failure()
        assert (failure.kind, failure.why.endswith("is not a folder")) == (FailureKind.DATA, True)

    async def test_a_loop_of_links(self, watch: Watch) -> None:
        loop = watch.folder / "loop"
        loop.symlink_to(loop)
        watch.folder = loop
        assert (await watch.failure()).kind is FailureKind.DOWN

    async def test_may_not_be_listed(self, watch: Watch) -> None:
        watch.folder.chmod(0)
        try:
            with unprivileged():
                failure = await watch.failure()
        finally:
            watch.folder.chmod(0o700)
        assert failure.kind is FailureKind.AUTH
        assert failure.remedy.startswith("give this account read access to")

    async def test_files_that_may_not_be_opened(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            watch = Watch(Path(name))
            watch.folder.chmod(0o755)
            path = put(watch.folder, numbered(1, NOW))
            path.chmod(0)
            with unprivileged():
                answer = await watch.poll()
                assert answer.coverage.note == f"1 may not be opened ({path.name})"
                watch.clock.advance(PATIENCE)
                for _ in range(2):
                    failure = await watch.failure()
                    assert failure.kind is FailureKind.AUTH
                    assert failure.why.startswith("none of the 1 files")
            path.chmod(0o644)
            with unprivileged():
                assert await watch.messages() == ["fault 1"]

    async def test_some_files_that_may_not_be_opened(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            watch = Watch(Path(name))
            watch.folder.chmod(0o755)
            put(watch.folder, numbered(1, NOW)).chmod(0o644)
            put(watch.folder, numbered(2, NOW)).chmod(0)
            with unprivileged():
                assert await watch.messages() == ["fault 1"]
                watch.clock.advance(PATIENCE)
                coverage = (await watch.poll()).coverage
            assert (coverage.seen, coverage.expected) == (1, 2)
            assert coverage.note.startswith("1 may not be opened")

    async def test_polling_does_not_hold_up_the_loop(self, watch: Watch) -> None:
        for error in some(300):
            put(watch.folder, error)
        poll = asyncio.create_task(watch.poll())
        turns = 0
        while not poll.done():
            await asyncio.sleep(0)
            turns += 1
        assert len(entries(poll.result())) == 300
        assert turns > 3


class TestSettings:
    def opened(self, **settings: object) -> ElmahProvider:
        return ElmahProvider.open(msgspec.convert(settings, ElmahSettings), Context(CAMPAIGN, ManualClock(NOW), {}))

    def test_the_registry_knows_it(self) -> None:
        provider = registry.load("elmah")
        assert provider.topics == {Topic.ERRORS}
        assert not provider.lookups
        assert provider.Settings is ElmahSettings

    async def test_a_relative_folder_starts_at_the_campaign_file(self, tmp_path: Path) -> None:
        (tmp_path / "errors").mkdir()
        put(tmp_path / "errors", numbered(1, NOW))
        context = Context(CAMPAIGN, ManualClock(NOW), {}, folder=str(tmp_path))
        provider = ElmahProvider.open(ElmahSettings(folder="errors"), context)
        assert len(entries(await provider.poll(Topic.ERRORS, None))) == 1
        await provider.aclose()
        await provider.aclose()

    @pytest.mark.parametrize("folder", ["", "  ", "a\0b"])
    def test_folder_must_be_a_path(self, folder: str) -> None:
        with pytest.raises(UsageError, match=r"^folder: .* is no path"):
            self.opened(folder=folder)

    @pytest.mark.parametrize("since", ["", "yesterday", "2024-13-01", "0001-01-01T00:00:00+14:00", "All", "\x1b[2J"])
    def test_since_must_be_a_time(self, since: str) -> None:
        with pytest.raises(UsageError, match=r"^since: .* is not a time") as caught:
            self.opened(folder=".", since=since)
        assert "\x1b" not in str(caught.value)

    @pytest.mark.parametrize("zone", ["", "Mars/Base", "../../etc/passwd", "UTC+8", "a\0b"])
    def test_time_zone_must_be_a_zone(self, zone: str) -> None:
        with pytest.raises(UsageError, match=r"^time_zone: there is no time zone .*; (did you mean|names look like)"):
            self.opened(folder=".", time_zone=zone)

    @pytest.mark.parametrize("settings", [{}, {"folder": 1}, {"folder": ".", "foldr": "."}])
    def test_settings_are_checked(self, settings: dict[str, object]) -> None:
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(settings, ElmahSettings)

    async def test_other_questions_are_refused(self) -> None:
        provider = self.opened(folder=".")
        with pytest.raises(SourceError):
            await provider.poll(Topic.STOCK, None)
        with pytest.raises(SourceError):
            await provider.look_up(Lookup.TASK_LOG, Question(parse_code("TG240125L00042")))

    async def test_a_cursor_of_somebody_else_means_from_the_start(self, watch: Watch) -> None:
        put(watch.folder, numbered(1, NOW))
        watch.cursor = "2024-01-25"
        assert await watch.messages() == ["fault 1"]
