"""The live preflight: one question to every source, one line for each, and the exit code that goes with them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from plugin_folder import Plugins

from evtui.clock import ManualClock
from evtui.commands import live_check
from evtui.commands.live_check import World
from evtui.commands.probe import Probe, judge, probe
from evtui.config.load import SourceConfig, example_path
from evtui.domain.phases import Cadence
from evtui.domain.reading import (
    Answer,
    ChartPoints,
    Coverage,
    CpuPoints,
    ErrorBatch,
    Failure,
    FailureKind,
    FleetSizes,
    OrderBatch,
    Reading,
    StockLevels,
    Topic,
    TrafficPoints,
    Value,
)
from evtui.domain.trip import Exchange, Login, Spent, Trip
from evtui.errors import Exit
from evtui.providers.base import SourceError
from evtui.store.state import SourceState

pytest_plugins = ("plugin_fixture",)

NOW = datetime(2024, 1, 25, 2, 30, tzinfo=UTC)
HEAD = example_path().read_text(encoding="utf-8").partition("# --- Sources: what is polled")[0]
"""The example without its sources."""


def source(topic: Topic = Topic.CPU, **given: Any) -> SourceConfig:
    return SourceConfig(topic, "cloudwatch", Cadence(), given.get("delay"), {}, True)


def reading(value: Value | Failure, topic: Topic = Topic.CPU, **given: Any) -> Reading:
    return Reading("cloudwatch", topic, NOW, value, **given)


def failed(kind: FailureKind, got: str | None = None) -> Probe:
    exchange = None if got is None else Exchange("GET /", got)
    return judge(source(), reading(Failure(kind, "words", "do this"), trip=Trip(exchange=exchange)), NOW)


def line(found: Probe) -> str:
    return "\n".join(live_check._lines(found, (6, 12)))


def test_a_good_answer_is_told_with_everything_that_is_known() -> None:
    login = Login("profile x (sso)", NOW + timedelta(hours=7, minutes=52))
    trip = Trip(
        took_s=2.0, spent=Spent(usd=0.000012), login=login, exchange=Exchange("q", "a", NOW + timedelta(seconds=1.3))
    )
    found = judge(
        source(),
        reading(CpuPoints(()), fact_time=NOW - timedelta(minutes=2), coverage=Coverage(4, 4), trip=trip),
        NOW,
    )
    assert (found.state, found.reached, found.authorised, found.shape) == (SourceState.OK, True, True, True)
    assert line(found) == (
        "ok     cpu   cloudwatch  reached · authorised · 4/4 machines · newest fact 2m00s ago · clock +0.3 s"
        " · login 7h52m left · US$0.000012"
    )
    assert not found.wants_action


@pytest.mark.parametrize(
    ("kind", "got", "stages", "words"),
    [
        (FailureKind.AUTH, None, (None, False, None), "not authorised: words"),
        (FailureKind.AUTH, "403", (True, False, None), "reached · not authorised: words"),
        (FailureKind.DOWN, None, (False, None, None), "not reached: words"),
        (FailureKind.DOWN, "", (False, None, None), "not reached: words"),
        (FailureKind.DOWN, "503", (True, None, None), "reached · no answer: words"),
        (FailureKind.DATA, None, (None, None, False), "not as agreed: words"),
        (FailureKind.DATA, "200", (True, True, False), "reached · authorised · not as agreed: words"),
    ],
)
def test_each_failing_stage_has_its_words(
    kind: FailureKind, got: str | None, stages: tuple[bool | None, ...], words: str
) -> None:
    found = failed(kind, got)
    assert (found.reached, found.authorised, found.shape) == stages
    first, second = line(found).splitlines()
    assert first.endswith(f"  cloudwatch  {words}")
    assert second == "       -> do this"
    assert found.unreachable is (kind is FailureKind.DOWN)
    assert found.wants_action is (kind is not FailureKind.DOWN)


def test_old_facts_wrong_clocks_and_ending_logins_want_somebody() -> None:
    old = judge(source(), reading(CpuPoints(()), fact_time=NOW - timedelta(minutes=6)), NOW)
    assert (old.state, old.wants_action, old.shape) == (SourceState.STALE, True, True)
    assert judge(source(), reading(CpuPoints(()), fact_time=NOW - timedelta(minutes=5)), NOW).state is SourceState.OK
    sparse = Coverage(apart=timedelta(minutes=5))
    for age, state in ((13, SourceState.OK), (14, SourceState.STALE)):
        fives = reading(CpuPoints(()), fact_time=NOW - timedelta(minutes=age), coverage=sparse)
        assert judge(source(), fives, NOW).state is state
    late = judge(source(delay=timedelta(minutes=9)), reading(CpuPoints(()), fact_time=NOW - timedelta(minutes=6)), NOW)
    assert late.state is SourceState.OK

    fast = Trip(exchange=Exchange("q", "a", NOW + timedelta(seconds=90)))
    skewed = judge(source(), reading(CpuPoints(()), trip=fast), NOW)
    assert (skewed.skew_s, skewed.wants_action) == (90.0, True)
    assert "clock +90.0 s (over 30 s)" in line(skewed)
    assert "NTP" in line(skewed)

    def login(left: int, renews: bool = False) -> Probe:
        name = Login("profile x", NOW + timedelta(minutes=left), renews, "aws sso login --profile x")
        return judge(source(), reading(CpuPoints(()), fact_time=NOW, trip=Trip(login=name)), NOW)

    assert login(31).wants_action is False
    assert "login 30m00s left\n       -> aws sso login --profile x" in line(login(30))
    assert "login is over" in line(login(-1))
    assert login(5, renews=True).wants_action is False
    assert "login renews itself" in line(login(5, renews=True))


@pytest.mark.parametrize(
    ("topic", "seen", "partial"),
    [(Topic.CPU, 3, True), (Topic.CPU, 4, True), (Topic.CPU, None, True), (Topic.ERRORS, 3, False)],
)
def test_a_part_of_what_the_file_names_wants_somebody(topic: Topic, seen: int | None, partial: bool) -> None:
    told = reading(CpuPoints(()), topic, coverage=Coverage(seen, 4, "one is silent"), fact_time=NOW)
    found = judge(source(topic), told, NOW)
    assert found.wants_action is partial
    assert line(found).startswith("part   " if partial else "ok     ")
    assert "machines, one is silent" in line(found)
    assert (found.state, found.shape) == (SourceState.OK, True)


LEFT_OUT = Coverage(note="3 unreadable rows left out")


@pytest.mark.parametrize(
    ("value", "topic", "coverage", "fact_time", "partial"),
    [
        (OrderBatch(()), Topic.ORDERS, LEFT_OUT, NOW, True),
        (OrderBatch(()), Topic.ORDERS, Coverage(more=True), None, False),
        (OrderBatch(()), Topic.ORDERS, Coverage(remark="no order yet"), None, False),
        (ErrorBatch(()), Topic.ERRORS, LEFT_OUT, NOW, False),
        (FleetSizes(()), Topic.CAPACITY, Coverage(1, 2), NOW, True),
        (FleetSizes(()), Topic.CAPACITY, Coverage(2, 2), NOW, False),
        (CpuPoints(()), Topic.CPU, Coverage(), None, True),
        (TrafficPoints(()), Topic.TRAFFIC, Coverage(), None, True),
        (ChartPoints((), ()), Topic.CHARTS, Coverage(more=True), None, True),
        (ChartPoints((), ()), Topic.CHARTS, Coverage(0, 1), NOW, True),
        (ChartPoints((), ()), Topic.CHARTS, Coverage(1, 1, more=True), NOW, False),
    ],
)
def test_what_yields_nothing_or_leaves_something_out_wants_somebody(
    value: Value, topic: Topic, coverage: Coverage, fact_time: datetime | None, partial: bool
) -> None:
    found = judge(source(topic), reading(value, topic, coverage=coverage, fact_time=fact_time), NOW)
    assert (found.partial, found.wants_action, found.more) == (partial, partial, coverage.more)
    assert line(found).startswith("part   " if partial else "ok     ")


def test_remote_words_stay_on_one_line() -> None:
    broken = judge(source(), reading(Failure(FailureKind.DOWN, "a\nb\x1b[2J", "c\nd")), NOW)
    assert len(line(broken).splitlines()) == 2
    assert "\x1b" not in line(broken)


class Asked:
    """A source that does one thing when it is polled."""

    def __init__(self, deed: Callable[[], Any]) -> None:
        self.deed = deed

    async def poll(self, topic: Topic, cursor: object) -> Answer:
        result = self.deed()
        answer = await result if asyncio.iscoroutine(result) else result
        assert isinstance(answer, Answer)
        return answer


async def ask(deed: Callable[[], Any], limit: float = 5.0) -> Probe:
    return await probe(source(), Asked(deed), ManualClock(NOW), limit)  # type: ignore[arg-type]


def refuse() -> Answer:
    raise SourceError(FailureKind.AUTH, "no", "log in", exchange=Exchange("q", "403", NOW))


async def test_a_probe_ends_whatever_the_source_does() -> None:
    async def hang() -> Answer:
        await asyncio.Event().wait()
        raise AssertionError

    hung = await ask(hang, 0.01)
    assert (hung.state, hung.unreachable, hung.why) == (SourceState.DOWN, True, "no answer within 0 s")
    refused = await ask(refuse)
    assert (refused.state, refused.reached, refused.remedies) == (SourceState.AUTH, True, ("log in",))
    stumbled = await ask(lambda: 1 / 0)
    assert stumbled.shape is False
    assert "ZeroDivisionError" in stumbled.why
    assert (await ask(lambda: Answer(FleetSizes(()), NOW))).told == "no services"


EXITS = {
    "": Exit.OK,
    "down": Exit.UNREACHABLE,
    "auth": Exit.ACTION,
    "data": Exit.ACTION,
    "down auth": Exit.ACTION,
    "stale": Exit.ACTION,
}


@pytest.mark.parametrize("faults", EXITS)
def test_a_person_comes_before_a_retry(faults: str) -> None:
    good = judge(source(Topic.STOCK), reading(StockLevels(()), Topic.STOCK, fact_time=NOW), NOW)
    old = judge(source(), reading(CpuPoints(()), fact_time=NOW - timedelta(hours=1)), NOW)
    probes = [good, *(old if word == "stale" else failed(FailureKind(word)) for word in faults.split())]
    assert live_check._exit(Exit.OK, probes) is EXITS[faults]
    assert live_check._exit(Exit.USAGE, probes) is Exit.USAGE
    assert live_check._exit(Exit.ACTION, probes) is Exit.ACTION


def run(path: Path, *, as_json: bool = False) -> tuple[str, Exit]:
    told: list[str] = []
    output = live_check.run(path, World(ManualClock(NOW)), as_json=as_json, tell=told.append)
    return "".join(told) + output.text, output.exit


def campaign_file(folder: Path, sources: str) -> Path:
    path = folder / "launch.toml"
    path.write_text(HEAD + sources, encoding="utf-8")
    return path


def test_what_can_be_asked_is_asked_beside_what_is_wrong(tmp_path: Path) -> None:
    path = campaign_file(
        tmp_path,
        '[sources.stock]\nprovider = "simulated"\nsead = 1\n'
        '[sources.capacity]\nprovider = "simulated"\n'
        '[sources.traffic]\nprovider = "nobody"\nenabled = false\n'
        '[sources.errors]\nprovider = "elmah"\nfolder = "none"\n'
        '[lookups.validity]\nprovider = "simulated"\n',
    )
    text, code = run(path)
    assert code is Exit.USAGE
    assert "sources.stock.sead: unknown key" in text
    assert "ok     capacity  simulated  reached · authorised · 2 services" in text
    assert "down   errors    elmah      not reached: there is no folder" in text
    assert "--     validity  simulated  a look-up" in text
    assert text.endswith("2 sources asked: 1 down, 1 ok\n")
    assert "traffic" not in text.partition("capacity  ")[2]
    path.write_text(path.read_text(encoding="utf-8").replace("sead = 1\n", ""), encoding="utf-8")
    assert run(path)[1] is Exit.UNREACHABLE
    (tmp_path / "none").mkdir()
    assert run(path)[1] is Exit.OK


def test_json_says_what_is_unknown_and_why(tmp_path: Path) -> None:
    path = campaign_file(
        tmp_path,
        '[sources.capacity]\nprovider = "simulated"\n[sources.errors]\nprovider = "elmah"\nfolder = "none"\n'
        '[lookups.validity]\nprovider = "simulated"\n',
    )
    text, code = run(path, as_json=True)
    answer = json.loads(text)
    assert code is Exit.UNREACHABLE
    good, bad = answer["sources"]
    assert (good["name"], good["state"], good["shape"], good["fact_age_s"]) == ("capacity", "ok", True, 0)
    assert good["skew_s"] is None
    assert good["skew_s_why"]
    assert (bad["name"], bad["state"], bad["reached"], bad["shape"]) == ("errors", "down", False, None)
    assert bad["shape_why"] == bad["why"] != ""
    for each in answer["sources"]:
        assert {f"{name}_why" for name, value in each.items() if value is None} <= set(each)
    assert answer["lookups"] == [{"name": "validity", "provider": "simulated"}]
    assert {"version", "file", "problems", "findings", "screen"} <= set(answer)


def test_a_file_that_cannot_be_used_asks_nobody(tmp_path: Path) -> None:
    path = tmp_path / "launch.toml"
    path.write_text("version = 1\n", encoding="utf-8")
    text, code = run(path)
    assert code is Exit.USAGE
    assert text.endswith("no source was asked\n")


def test_a_broken_plug_in_is_a_finding_and_a_line(tmp_path: Path, plugins: Plugins) -> None:
    plugins.add("broken", "raise RuntimeError('no \x1b[2J luck')\n")
    path = campaign_file(
        tmp_path, '[sources.charts]\nprovider = "broken"\nany = 1\n[sources.capacity]\nprovider = "simulated"\n'
    )
    text, code = run(path)
    assert code is Exit.ACTION
    assert "P-01 A  A plug-in cannot be used" in text
    assert 'down   charts    broken     not as agreed: the plug-in "broken" of the package broken-package 1.0' in text
    assert "ok     capacity" in text
    assert "\x1b" not in text
