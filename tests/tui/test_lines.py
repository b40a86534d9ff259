"""Lines and the numbers in them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from evtui.text import cell_width, clean
from evtui.tui.format import at, change, clock_span, hour_or_day, number, percent, short_number, span
from evtui.tui.graphs import spark
from evtui.tui.lines import Line, block, exactly, folded, plain, restyle, spread, width, wrapped
from evtui.tui.themes import NAMES

CHARACTERS = st.sampled_from("a 字券é▁\t\n") | st.characters(codec="utf-8")
TEXT = st.lists(CHARACTERS, max_size=20).map("".join).map(clean)
LINES = st.lists(st.tuples(TEXT, st.sampled_from(["", "dim", "alert"])), max_size=6).map(tuple)


@given(LINES, st.integers(0, 60))
def test_exactly_is_exact_and_prints_on_one_line(line: Line, cells: int) -> None:
    cut = exactly(line, cells)
    assert width(cut) == cells
    assert "\n" not in plain(cut)
    assert "\t" not in plain(cut)


@given(LINES, LINES, st.integers(0, 60))
def test_the_right_side_stays(left: Line, right: Line, cells: int) -> None:
    line = spread(left, right, cells)
    assert width(line) == cells
    shown = plain(exactly(right, width(right)))
    if width(exactly(right, 10_000)) and len(shown) == len(plain(right)) and width(right) <= cells:
        assert plain(line).endswith(shown)


@given(st.lists(LINES, max_size=5), st.integers(0, 30), st.integers(0, 8))
def test_a_block_fills_its_box(lines: list[Line], cells: int, rows: int) -> None:
    filled = block(lines, cells, rows)
    assert len(filled) == rows
    assert all(width(line) == cells for line in filled)


@given(LINES)
def test_restyled_text_is_the_same_text(line: Line) -> None:
    assert plain(restyle(line, "dim")) == plain(line)


@given(LINES, st.integers(2, 30))
def test_folded_loses_nothing(line: Line, cells: int) -> None:
    lines = folded(line, cells)
    assert "".join(map(plain, lines)) == re.sub(r"[\n\t]", " ", plain(line))
    assert all(width(each) <= cells for each in lines)
    assert lines


def test_neighbours_of_one_style_are_one_run() -> None:
    assert exactly((("a", "dim"), ("b", "dim"), ("c", "")), 5) == (("ab", "dim"), ("c  ", ""))


def test_a_tab_or_a_line_break_takes_one_cell() -> None:
    assert plain(exactly((("字\n字\t!", ""),), 10)) == "字 字 !   "


@pytest.mark.parametrize("writer", [number, percent, short_number, span])
def test_unknown_is_neither_zero_nor_blank(writer: object) -> None:
    assert callable(writer)
    assert writer(None) == "--"


def test_unknown_times_and_changes() -> None:
    hong_kong = ZoneInfo("Asia/Hong_Kong")
    now = datetime(2024, 1, 25, 2, tzinfo=UTC)
    assert at(None, hong_kong) == hour_or_day(None, hong_kong, now) == "--"
    assert change(None) == ""


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (999, "999"),
        (999.4, "999"),
        (999.6, "1.0k"),
        (24_700, "24.7k"),
        (99_949, "99.9k"),
        (99_960, "100k"),
        (999_499, "999k"),
        (999_500, "1.0M"),
        (12_345_678, "12.3M"),
        (-24_700, "-24.7k"),
    ],
)
def test_short_numbers(value: float, shown: str) -> None:
    assert short_number(value) == shown


@given(st.floats(0, 9_999_000_000, allow_nan=False))
def test_short_numbers_stay_short(value: float) -> None:
    assert len(short_number(value)) <= 7
    assert value >= 9.99e7 or len(short_number(value)) <= 5


@given(st.integers(0, 99 * 86_400))
def test_lengths_of_time_take_six_cells(seconds: int) -> None:
    assert cell_width(span(timedelta(seconds=seconds))) <= 6


@given(st.integers(-40 * 86_400, 40 * 86_400))
def test_countdowns_read_back(seconds: int) -> None:
    shown = clock_span(timedelta(seconds=seconds))
    assert shown.startswith("T-" if seconds < 0 else "+")
    days, _, clock = shown.lstrip("T+-").rpartition("d ")
    hours, minutes, rest = map(int, clock.split(":"))
    assert int(days or 0) * 86_400 + hours * 3600 + minutes * 60 + rest == abs(seconds)


@given(st.datetimes(timezones=st.just(UTC)))
def test_no_time_a_table_can_hold_stops_the_screen(moment: datetime) -> None:
    for zone in (ZoneInfo("Asia/Hong_Kong"), ZoneInfo("America/Los_Angeles")):
        assert at(moment, zone)
        assert cell_width(hour_or_day(moment, zone, datetime(2024, 1, 25, tzinfo=UTC))) <= 5


@pytest.mark.parametrize("moment", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
@pytest.mark.parametrize("zone", ["Asia/Hong_Kong", "America/Los_Angeles"])
def test_the_ends_of_the_calendar(moment: datetime, zone: str) -> None:
    assert at(moment, ZoneInfo(zone))
    assert hour_or_day(moment, ZoneInfo(zone), datetime(2024, 1, 25, tzinfo=UTC))


@given(st.lists(st.none() | st.floats(0, 1e12), max_size=60), st.floats(0, 1e9))
def test_a_gap_is_a_blank_and_a_zero_is_not(values: list[float | None], top: float) -> None:
    drawn = spark(values, top)
    assert cell_len(drawn) == len(values)
    if top > 0:
        assert [mark == " " for mark in drawn] == [value is None for value in values]


def test_the_scale_is_fixed() -> None:
    assert spark([80, 81, 82], 100) == "▆▆▇"
    assert spark([0, 50, 100, 140], 100) == "▁▄██"


def test_styles_are_known_by_name() -> None:
    assert {"", "dim", "warn", "alert", "ok", "focus", "selected"} <= NAMES


WORDS = st.lists(st.text("ab券×", min_size=1, max_size=12), min_size=1, max_size=12)


@given(WORDS, st.integers(8, 40), st.integers(0, 2))
def test_wrapping_loses_no_word_and_fits(words: list[str], cells: int, indent: int) -> None:
    text = " " * indent + " ".join(words)
    rows = wrapped(((text, "dim"),), cells)
    assert all(width(row) <= cells for row in rows)
    assert "".join(plain(row) for row in rows).replace(" ", "") == text.replace(" ", "")
    assert all({style for _, style in row} == {"dim"} for row in rows)
    if len(rows) > 1 and all(cell_width(word) + indent + 2 <= cells for word in words):
        assert [word for row in rows for word in plain(row).split()] == words
        assert all(plain(row).startswith(" " * (indent + 2)) for row in rows[1:])


@given(st.text(" a", max_size=60), st.integers(2, 40))
def test_wrapping_blanks_fits_too(text: str, cells: int) -> None:
    rows = wrapped(((text, ""),), cells)
    assert all(width(row) <= cells for row in rows)
    assert "".join(plain(row) for row in rows).replace(" ", "") == text.replace(" ", "")
