"""From the tables of a file to providers: what can be opened is, and the rest is told with its place."""

from __future__ import annotations

from pathlib import Path

from evtui.clock import ManualClock
from evtui.config.load import CampaignFile, example_path, load
from evtui.domain.reading import Lookup, Topic
from evtui.session import context_of
from evtui.sources import judge_sources, open_sources, switched_on

HEAD = example_path().read_text(encoding="utf-8").partition("# --- Sources: what is polled")[0]


def file_with(folder: Path, sources: str) -> CampaignFile:
    path = folder / "launch.toml"
    path.write_text(HEAD + sources, encoding="utf-8")
    return load(path)


def test_one_wrong_table_keeps_no_other_from_being_opened(tmp_path: Path) -> None:
    file = file_with(
        tmp_path,
        '[sources.stock]\nprovider = "simulated"\nsead = 1\n'
        '[sources.cpu]\nprovider = "elmah"\nfolder = "x"\n'
        '[sources.errors]\nprovider = "elmah"\nfolder = " "\n'
        '[sources.capacity]\nprovider = "simulated"\n'
        '[sources.traffic]\nprovider = "simulated"\nenabled = false\n'
        '[lookups.validity]\nprovider = "simulated"\n',
    )
    assert Topic.TRAFFIC not in [source.topic for source in switched_on(file)]
    judged = judge_sources(file)
    assert [problem.key for problem in judged.problems] == ["sources.stock.sead", "sources.cpu.provider"]
    opened = open_sources(file, judged, context_of(file, ManualClock(file.campaign.opens), environ={}))
    assert set(opened.providers) == {Topic.CAPACITY, Lookup.VALIDITY}
    assert [problem.key for problem in opened.problems] == ["sources.errors.folder"]
    assert opened.unusable == {}


def test_every_wrong_setting_is_named_at_its_own_line(tmp_path: Path) -> None:
    file = file_with(
        tmp_path,
        '[sources.errors]\nprovider = "elmah"\nsince = "yesterday"\nfolder = " "\ntime_zone = "Asia/Hong Kong"\n'
        '[sources.charts]\nprovider = "cloudwatch"\nregion = "Hong Kong"\nread_timeout = -1\n'
        '[[sources.charts.series]]\nname = "a"\nnamespace = "A"\nmetric = "b"\n'
        '[[sources.charts.series]]\nname = "b"\nnamespace = "A"\nstat = "avg"\nmetric = "b"\n',
    )
    context = context_of(file, ManualClock(file.campaign.opens), environ={})
    problems = open_sources(file, judge_sources(file), context).problems
    top = HEAD.count("\n")
    assert sorted((problem.line or 0, problem.key) for problem in problems) == [
        (top + 3, "sources.errors.since"),
        (top + 4, "sources.errors.folder"),
        (top + 5, "sources.errors.time_zone"),
        (top + 8, "sources.charts.region"),
        (top + 9, "sources.charts.read_timeout"),
        (top + 17, "sources.charts.series[1].stat"),
    ]
    assert [problem.message for problem in problems if problem.key == "sources.errors.time_zone"] == [
        'there is no time zone "Asia/Hong Kong"; did you mean "Asia/Hong_Kong"?'
    ]


def test_sources_of_one_file_share_what_is_costly_and_know_their_table(tmp_path: Path) -> None:
    file = file_with(tmp_path, '[sources.stock]\nprovider = "simulated"\n[sources.capacity]\nprovider = "simulated"\n')
    context = context_of(file, ManualClock(file.campaign.opens), environ={})
    open_sources(file, judge_sources(file), context)
    assert len(context.shared) == 1
