"""Everything that is wrong with settings, each at its own key."""

from __future__ import annotations

import math

import pytest

from evtui.config.keypath import Path
from evtui.errors import UsageError
from evtui.providers.objections import Objections, SettingsError, addressed, limit_faults, sentences


@pytest.mark.parametrize(
    ("sentence", "path", "rest"),
    [
        ("url: it is wrong", ("url",), "it is wrong"),
        ("url is wrong", ("url",), "url is wrong"),
        ("series[1].stat: no", ("series", 1, "stat"), "no"),
        ("headers.X-Key: no", ("headers", "X-Key"), "no"),
        ("services: none", (), "services: none"),
        ("exactly one of url and series", (), "exactly one of url and series"),
        ("", (), ""),
    ],
)
def test_a_sentence_stands_at_the_key_it_begins_with(sentence: str, path: Path, rest: str) -> None:
    assert addressed(sentence, ("url", "series", "headers")) == (path, rest)


def test_all_that_is_said_is_carried_once() -> None:
    found = Objections()
    found.settle()
    with found:
        raise UsageError("a: 1")
    with found:
        raise SettingsError(("b: 2", "a: 1"))
    found.add("c: 3")
    with pytest.raises(SettingsError) as caught:
        found.settle()
    assert sentences(caught.value) == ("a: 1", "b: 2", "c: 3")
    assert sentences(UsageError("d")) == ("d",)


def test_a_fault_of_the_program_is_no_objection() -> None:
    with pytest.raises(ZeroDivisionError), Objections():
        _ = 1 / 0


def test_limits_of_a_chart() -> None:
    assert list(limit_faults(None, 5.0)) == list(limit_faults(1.0, 5.0)) == []
    assert list(limit_faults(5.0, 5.0)) == ["below: 5 has to be less than above, which is 5"]
    assert list(limit_faults(None, math.nan)) == ["above: nan is no limit; write a number or leave it out"]
