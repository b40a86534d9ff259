"""`evtui` and `evtui demo` without a flag take a way of their own: it must lead where the parser leads."""

from __future__ import annotations

import inspect
from typing import NoReturn

import pytest
from program import EXAMPLE, Program, Ran

from evtui import flags, front, session
from evtui.commands.options import WORLD
from evtui.commands.program import SENTENCE_CELLS
from evtui.commands.worlds import DEMO_AT, SCENARIO, SEED, SPEED

pytest_plugins = ("program_fixture",)

BROKEN = EXAMPLE.replace("page_id", "page")

WAYS = [
    ((), ("--log-level", "warning")),
    (("demo",), ("demo", "--scenario", SCENARIO, "--seed", str(SEED), "--at", DEMO_AT, "--speed", str(SPEED))),
]
"""The straight way and the way through the parser."""

both_ways = pytest.mark.parametrize(("straight", "parsed"), WAYS)


@both_ways
@pytest.mark.parametrize("file", ["", BROKEN, "\0"])
def test_both_ways_print_the_same(
    evtui: Program, straight: tuple[str, ...], parsed: tuple[str, ...], file: str
) -> None:
    if file:
        evtui.write(file, "evtui.toml")
    ran = evtui(*straight).sound()
    assert ran == evtui(*parsed)
    assert ran.code == (2 if file and not straight else 0)


@both_ways
def test_both_ways_find_the_file(evtui: Program, straight: tuple[str, ...], parsed: tuple[str, ...]) -> None:
    evtui.write(EXAMPLE.replace('name = "CUAPP"', 'name = "CORNER"'), "evtui.toml")
    for words in (straight, parsed):
        assert ("CORNER" in evtui(*words).sound().out) is (not straight)


@both_ways
def test_a_named_file_that_is_not_there_is_the_same_mistake(
    evtui: Program, straight: tuple[str, ...], parsed: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVTUI_CONFIG", "nowhere.toml")
    ran = evtui(*straight).sound()
    assert ran == evtui(*parsed)
    assert ran.code == (0 if straight else 2)


@both_ways
@pytest.mark.parametrize(
    ("end", "code"),
    [(KeyboardInterrupt(), 130), (RuntimeError(), 1), (BrokenPipeError(), 0), (OSError(28, "full"), 2)],
)
def test_both_ways_come_to_the_same_end(
    evtui: Program,
    straight: tuple[str, ...],
    parsed: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    end: BaseException,
    code: int,
) -> None:
    def ends(*_: object) -> None:
        raise end

    monkeypatch.setattr(session, "open_session", ends)
    # what was printed before stays; what has come to an end has no stdout any more
    monkeypatch.setattr("evtui.cli.discard", lambda: None)
    ran = evtui(*straight)
    assert ran == evtui(*parsed)
    assert ran.code == code


def test_a_flag_takes_the_way_through_the_parser(evtui: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[tuple[str, ...]] = []
    way = front.straight

    def seen(words: tuple[str, ...]) -> NoReturn:
        taken.append(words)
        way(words)

    monkeypatch.setattr(front, "straight", seen)
    for words in ((), ("demo",), ("demo", "--seed", "1"), ("--plain",), ("demo", "demo"), ("", "demo")):
        evtui(*words)
    assert taken == [(), ("demo",)]


def test_a_shell_that_asks_for_completions_gets_them(evtui: Program) -> None:
    ran: Ran = evtui.process(_EVTUI_COMPLETE="bash_source")
    assert ran.code == 0
    assert "complete" in ran.out
    assert "DEMO" not in ran.out


def test_a_long_word_is_not_quoted_in_full(evtui: Program) -> None:
    assert len(evtui("x" * 10_000).refused()) < SENTENCE_CELLS + 50


def test_the_parser_and_the_straight_way_play_the_same_world() -> None:
    asked = {option.name: option.default for option in flags.demo.params}
    played = inspect.signature(front.demonstration).parameters
    assert {name: asked[name] for name in WORLD} == {name: played[name].default for name in WORLD}


def test_the_parser_knows_no_other_meaning_of_the_words_that_go_straight() -> None:
    assert "demo" in flags.cli.commands
    assert flags.cli.invoke_without_command
