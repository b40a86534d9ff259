"""Figures and the table they are printed in."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.__main__ import MEASURES, main
from bench.course import Course
from bench.figures import percentile, ratio
from bench.measures.million import _sold
from bench.table import Row, as_json, markdown, plain, under


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0.5, 100))
def test_a_percentile_is_a_value_that_so_many_do_not_exceed(values: list[float], percent: float) -> None:
    found = percentile(values, percent)
    assert found in values
    assert sum(value <= found for value in values) >= percent / 100 * len(values) - 1e-9
    assert sum(value < found for value in values) < percent / 100 * len(values) + 1e-9


def test_known_percentiles() -> None:
    hundreds = [float(number) for number in range(300, 0, -1)]
    assert [percentile(hundreds, percent) for percent in (50, 99, 100)] == [150, 297, 300]
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)


def test_ratios_are_taken_pair_by_pair() -> None:
    found = ratio([2.0, 30.0, 6.0], [1.0, 10.0, 1.0])
    assert (found.middle, found.lowest, found.highest) == (3.0, 2.0, 6.0)
    assert str(found) == "3.00 × (2.00–6.00)"


def test_the_table_says_what_is_met() -> None:
    rows = [
        Row("start", "300 ms", "bare 250 ms", "1.20 ×", "1.25 ×", under(1.2, 1.25), {"ratio": 1.2}),
        Row("電子", "1", "htop not installed", "", "2", None),
        Row("keys", figure="40 ms", limit="30 ms", met=under(40, 30)),
    ]
    lines = plain(rows).splitlines()
    assert lines[1].endswith("met")
    assert lines[3].endswith("missed")
    assert lines[2] == "電子     1       htop not installed                   2"
    assert markdown(rows).splitlines()[2] == "| start | 300 ms | bare 250 ms | 1.20 × | 1.25 × | met |"
    told = json.loads(as_json(rows, [0.1]))
    assert told["rows"][0]["raw"] == {"ratio": 1.2}
    assert told["others"] == [0.1]


def test_a_noisy_machine_is_named() -> None:
    assert Course().weather() == ""
    assert "NOISY" not in Course(others=[0.01, 0.02, 0.19]).weather()
    assert "NOISY" in Course(others=[0.01, 0.02, 0.9]).weather()


def test_what_was_sold_is_read_off_the_screen() -> None:
    assert _sold("│total  0.0 % of sto… 86,339,410 1,031,070   0 --        ││") == 1_031_070
    assert _sold("│total  1.4 % of stock    16,268    231   1  0        ││") == 231
    assert _sold("nothing yet") == 0


def test_measures_can_be_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--only", "start,nothing"])
    assert f"no such measure: nothing; there are {', '.join(MEASURES)}" in capsys.readouterr().err
