"""How often sources are asked and what that may cost, as the campaign file says it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from campaign_text import GOOD
from msgspec import Struct

from evtui.config.load import load, read
from evtui.config.notes import Notes
from evtui.config.positions import Places
from evtui.config.validate import read as read_struct
from evtui.domain.campaign import Budget
from evtui.domain.phases import Cadence, steady

SECOND = timedelta(seconds=1)
STOCK = '\n[sources.stock]\nprovider = "sql"\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "evtui.toml"


def cadence(file: Path, every: str) -> Cadence:
    """What is made of one `every` line."""
    file.write_text(GOOD + STOCK + every + "\n")
    return load(file).sources[1].every


def problems(file: Path, text: str) -> list[str]:
    file.write_text(text)
    return [str(problem) for problem in read(file).problems]


def test_a_source_is_asked_at_one_pace_or_at_one_for_each_phase(file: Path) -> None:
    assert cadence(file, 'every = "90s"') == steady(90 * SECOND)
    told = cadence(file, 'every = { before = "60s", opening = "5s", selling = "10s", closed = "5m" }')
    assert told == Cadence(60 * SECOND, 5 * SECOND, 10 * SECOND, 300 * SECOND)


def test_what_the_file_leaves_out_is_the_topics_own(file: Path) -> None:
    assert cadence(file, "") == Cadence()
    assert cadence(file, 'every = { opening = "5s" }') == Cadence(opening=5 * SECOND)
    assert cadence(file, '[sources.stock.every]\nopening = "5s"') == Cadence(opening=5 * SECOND)


@pytest.mark.parametrize(
    ("every", "says"),
    [
        (
            "every = 5",
            'sources.stock.every: expected a duration such as "90s", "30m", "1h30m" or "2d", got the number 5',
        ),
        ('every = "soon"', "sources.stock.every: expected a duration such as"),
        ('every = "0s"', "sources.stock.every: must be longer than nothing"),
        ('every = ["5s"]', "sources.stock.every: expected a duration such as"),
        ('every = { opening = "0s" }', "sources.stock.every.opening: must be longer than nothing"),
        ("every = { opening = 5 }", "sources.stock.every.opening: expected a duration such as"),
        ('every = { openning = "5s" }', 'sources.stock.every.openning: unknown key; did you mean "opening"?'),
        ('every = { later = "5s" }', "unknown key; known here: before, opening, selling, closed"),
    ],
)
def test_a_mistake_in_a_pace_is_named_at_its_place(file: Path, every: str, says: str) -> None:
    text = GOOD + STOCK + every + "\n"
    (found,) = problems(file, text)
    assert says in found
    assert f"evtui.toml:{text.splitlines().index(every) + 1}:" in found


def test_several_mistakes_are_told_at_once(file: Path) -> None:
    text = GOOD + STOCK + 'every = { before = "x", closed = 3 }\n[budget]\nusd_per_day = "5"\n'
    assert len(problems(file, text)) == 3


def test_a_day_may_cost_five_dollars_unless_the_file_says_otherwise(file: Path) -> None:
    file.write_text(GOOD)
    assert load(file).campaign.budget == Budget(5.0)
    file.write_text(GOOD + "\n[budget]\nusd_per_day = 0\n")
    assert load(file).campaign.budget == Budget(0.0)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("usd_per_day = -1", "budget.usd_per_day: expected a number, 0 or more, got"),
        ("usd_per_day = inf", "budget.usd_per_day: expected a number, got inf"),
        ('usd_per_day = "5"', "budget.usd_per_day: expected a number, got the string"),
        ("usd_a_day = 5", 'budget.usd_a_day: unknown key; did you mean "usd_per_day"?'),
    ],
)
def test_a_ceiling_is_a_number_of_dollars(file: Path, line: str, says: str) -> None:
    (found,) = problems(file, f"{GOOD}\n[budget]\n{line}\n")
    assert says in found


class Corner(Struct, forbid_unknown_fields=True, frozen=True):
    left: timedelta | None = None


class Ways(Struct, frozen=True):
    """Keys that may be written in more than one way."""

    pause: timedelta | Corner | None = None
    word: str | Corner = ""
    number: int | str = 0


@pytest.mark.parametrize(
    ("value", "right"),
    [
        ({"pause": "5s"}, Ways(pause=5 * SECOND)),
        ({"pause": {"left": "5s"}}, Ways(pause=Corner(5 * SECOND))),
        ({"pause": {}}, Ways(pause=Corner())),
        ({"word": "x", "number": "7"}, Ways(word="x", number="7")),
        ({"word": {"left": "1m"}, "number": 7}, Ways(word=Corner(60 * SECOND), number=7)),
    ],
)
def test_a_value_that_can_be_written_in_two_ways_is_taken_as_it_was_meant(value: object, right: Ways) -> None:
    notes = Notes(Places("x", ""))
    assert read_struct(value, Ways, (), notes) == right
    assert not notes.problems


@pytest.mark.parametrize("value", [{"pause": {"lefft": "5s"}}, {"pause": 5}, {"word": 5}, {"number": {}}])
def test_and_what_is_neither_is_a_problem(value: object) -> None:
    notes = Notes(Places("x", ""))
    assert read_struct(value, Ways, (), notes) is None
    assert len(notes.problems) == 1
