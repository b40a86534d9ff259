"""Providers of other packages: found by name, loaded when wanted, and held at arm's length when they are broken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from plugin_folder import GOOD, Plugins

from evtui.clock import ManualClock
from evtui.config.load import example_path, load
from evtui.domain.reading import FailureKind, Lookup, Topic
from evtui.errors import ConfigError, UsageError
from evtui.providers import registry
from evtui.providers.base import Context, Question, SourceError
from evtui.providers.missing import REMEDY, stand_in
from evtui.session import Demo, open_session

pytest_plugins = ("plugin_fixture",)

HEAD = example_path().read_text(encoding="utf-8").partition("# --- Sources: what is polled")[0]
CAMPAIGN = load(example_path()).campaign


def test_names_are_listed_and_nothing_is_imported(plugins: Plugins) -> None:
    plugins.add("depth")
    plugins.add("alpha")
    assert registry.names() == (*registry.BUILT_IN, "alpha", "depth")
    assert registry.offered("depth")
    assert not registry.offered("dpeth")
    assert plugins.imported() == []
    provider = registry.load("depth")
    assert provider.topics == {Topic.CHARTS}
    assert len(plugins.imported()) == 1


@pytest.mark.parametrize("name", registry.BUILT_IN)
def test_built_in_providers_have_the_shape_they_ask_of_others(name: str) -> None:
    assert registry.shape_faults(registry.load(name)) == ()


def test_of_two_packages_the_built_in_one_goes_first_and_then_the_first_name(plugins: Plugins) -> None:
    plugins.add("sql", package="zz-sql")
    plugins.add("depth", package="bb")
    plugins.add("depth", package="aa")
    assert registry.names().count("sql") == registry.names().count("depth") == 1
    assert "SqlProvider" in registry.load("sql").__name__
    assert registry.load("depth").__module__ == "plugged_aa_depth"
    left = registry.passed_over(["sql", "depth", "simulated"])
    assert sorted(map(str, left)) == [
        'the plug-in "depth" of the package bb 1.0',
        'the plug-in "sql" of the package zz-sql 1.0',
    ]
    assert registry.passed_over(["simulated"]) == ()


BROKEN = {
    "raise ImportError('no such thing')": "cannot be loaded: ImportError: no such thing",
    "import nothing_of_the_kind": "cannot be loaded: ModuleNotFoundError: No module named 'nothing_of_the_kind'",
    "1 / 0": "cannot be loaded: ZeroDivisionError: division by zero",
    "import sys; sys.exit(0)": "cannot be loaded: it ends the program",
    "raise ValueError('token=abcdefgh12345678\\x1b[2J\\n')": "cannot be loaded: ValueError: token=***",
    "raise ValueError": "cannot be loaded: ValueError",
    "def (": "cannot be loaded: SyntaxError: ",
    "": "cannot be loaded: AttributeError: module 'plugged_broken_package_broken' has no attribute 'Provider'",
    "Provider = 5": "is no provider: it is not a class",
    "class Provider: ...": "is no provider: Settings is no subclass of evtui.providers.base.Settings; "
    "topics is no frozenset of Topic; lookups is no frozenset of Lookup; open is no class method; "
    "poll is no coroutine function; look_up is no coroutine function; aclose is no coroutine function",
    GOOD.replace("Topic.CHARTS", "'charts'"): "is no provider: topics is no frozenset of Topic",
    GOOD.replace("{Topic.CHARTS}", ""): "is no provider: it has neither topics nor lookups",
    GOOD.replace("depth: int", "depth: 'Nobody'"): "a type in its Settings is not understood",
    GOOD.replace("    @classmethod\n", ""): "is no provider: open is no class method",
    GOOD.replace("async def poll", "def poll"): "is no provider: poll is no coroutine function",
}


@pytest.mark.parametrize("code", BROKEN)
def test_a_broken_plug_in_says_what_is_wrong_with_it(plugins: Plugins, code: str) -> None:
    plugins.add("broken", code)
    with pytest.raises(registry.Unusable) as caught:
        registry.load("broken")
    said = str(caught.value)
    assert said.startswith('the plug-in "broken" of the package broken-package 1.0 ')
    assert BROKEN[code] in said
    assert "\n" not in said
    assert "\x1b" not in said


def test_what_nobody_offers_is_a_fault_of_whoever_asks(plugins: Plugins) -> None:
    with pytest.raises(UsageError, match="no provider is called 'none'") as caught:
        registry.load("none")
    assert not isinstance(caught.value, registry.Unusable)


def session_of(folder: Path, sources: str) -> Any:
    path = folder / "launch.toml"
    path.write_text(HEAD + sources, encoding="utf-8")
    return open_session(path, ManualClock(CAMPAIGN.opens), Demo())


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("1 / 0", "cannot be loaded: ZeroDivisionError"),
        (GOOD.replace("return cls()", "return cls.nothing"), "cannot be opened: AttributeError"),
        (GOOD.replace("return cls()", "raise SystemExit"), "cannot be opened: it ends the program"),
        (GOOD.replace("return cls()", "return"), "cannot be opened: TypeError: open gave no Provider but a NoneType"),
    ],
)
async def test_a_launch_goes_on_without_a_broken_plug_in(tmp_path: Path, plugins: Plugins, code: str, why: str) -> None:
    plugins.add("broken", code)
    sources = '[sources.charts]\nprovider = "broken"\n[sources.stock]\nprovider = "simulated"\n'
    async with session_of(tmp_path, sources) as session:
        await session.refresh()
        assert session.state.stock
        failure = session.state.sources[Topic.CHARTS].failure
        assert failure.kind is FailureKind.DATA
        assert why in failure.why
        assert failure.remedy == REMEDY


async def test_a_plug_in_cannot_end_the_program_while_it_is_polled(tmp_path: Path, plugins: Plugins) -> None:
    plugins.add("ending", GOOD.replace("return Answer", "raise SystemExit(4); return Answer"))
    async with session_of(tmp_path, '[sources.charts]\nprovider = "ending"\n') as session:
        await session.refresh()
        assert "the ending provider tried to end the program" in session.state.sources[Topic.CHARTS].failure.why


def test_settings_a_plug_in_refuses_are_a_problem_of_the_file(tmp_path: Path, plugins: Plugins) -> None:
    refusing = GOOD.replace("return cls()", "from evtui.errors import UsageError; raise UsageError('depth is too low')")
    plugins.add("depth", refusing)
    with pytest.raises(ConfigError, match=r"sources\.charts\.depth: depth is too low"):
        session_of(tmp_path, '[sources.charts]\nprovider = "depth"\n')
    with pytest.raises(ConfigError, match=r"sources\.charts\.dept: unknown key; did you mean \"depth\""):
        session_of(tmp_path, '[sources.charts]\nprovider = "depth"\ndept = 1\n')
    with pytest.raises(ConfigError, match=r'"depth" does not answer cpu; it answers charts'):
        session_of(tmp_path, '[sources.cpu]\nprovider = "depth"\n')


def test_a_plug_in_that_is_switched_off_is_never_imported(tmp_path: Path, plugins: Plugins) -> None:
    plugins.add("depth")
    session_of(tmp_path, '[sources.charts]\nenabled = false\nprovider = "depth"\n')
    assert plugins.imported() == []


async def test_a_stand_in_refuses_everything_and_says_why() -> None:
    provider = stand_in("it is broken").open(None, Context(CAMPAIGN, ManualClock(CAMPAIGN.opens), {}))
    asked = [provider.poll(Topic.CPU, None), provider.look_up(Lookup.TASK_LOG, Question(None))]  # type: ignore[arg-type]
    for question in asked:
        with pytest.raises(SourceError) as caught:
            await question
        assert (caught.value.kind, caught.value.why) == (FailureKind.DATA, "it is broken")
    await provider.aclose()
