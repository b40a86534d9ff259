"""Graphs in every set of characters: a gap, a zero and the top are three things, and every row has its length."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from evtui.tui.graphs import graph, per_cell, spark
from evtui.tui.look import Graphs

SETS = pytest.mark.parametrize("kind", list(Graphs))
VALUES = st.lists(st.none() | st.floats(0, 100), max_size=40)


@SETS
def test_a_gap_a_zero_and_the_top_differ(kind: Graphs) -> None:
    each = [spark([value, value], 100.0, kind) for value in (None, 0.0, 100.0)]
    assert len(set(each)) == 3
    assert each[0].isspace()
    assert not each[1].isspace()


@given(VALUES, st.sampled_from(Graphs), st.integers(1, 6))
def test_every_row_has_its_length(values: list[float | None], kind: Graphs, rows: int) -> None:
    drawn = graph(values, 100.0, kind, rows)
    assert len(drawn) == rows
    cells = -(-len(values) // per_cell(kind))
    assert {cell_len(row) for row in drawn} == {cells}


@given(VALUES, st.sampled_from(Graphs), st.integers(1, 6))
def test_gaps_are_blank_to_the_top_and_figures_stand_on_the_ground(
    values: list[float | None], kind: Graphs, rows: int
) -> None:
    doubled = [value for value in values for _ in range(per_cell(kind))]
    drawn = graph(doubled, 100.0, kind, rows)
    for column, value in enumerate(values):
        marks = [row[column] != " " for row in drawn]
        assert any(marks) is (value is not None)
        assert marks == sorted(marks), "there is a hole under a mark"


@given(st.floats(0, 100), st.floats(0, 100), st.sampled_from(Graphs), st.integers(1, 6))
def test_the_higher_value_is_never_drawn_lower(low: float, high: float, kind: Graphs, rows: int) -> None:
    low, high = sorted((low, high))

    def ink(value: float) -> int:
        scale = " _.:-=+*#" if kind is Graphs.ASCII else " ▁▂▃▄▅▆▇█"
        drawn = "".join(graph([value, value], 100.0, kind, rows))
        return sum((ord(char) - 0x2800).bit_count() if char > "⟿" else scale.index(char) for char in drawn)

    assert ink(low) <= ink(high)


@given(VALUES)
def test_ascii_is_ascii(values: list[float | None]) -> None:
    assert all(row.isascii() for row in graph(values, 100.0, Graphs.ASCII, 3))


@SETS
def test_two_values_share_a_cell_of_dots_and_keep_their_gaps(kind: Graphs) -> None:
    assert per_cell(kind) == (2 if kind is Graphs.BRAILLE else 1)
    assert spark([100.0, None, None, 0.0], 100.0, Graphs.BRAILLE) == "⡇⢀"
    assert spark([100.0], 100.0, Graphs.BRAILLE) == "⡇"


@SETS
@pytest.mark.parametrize("top", [0.0, -1.0, float("nan"), float("inf")])
def test_without_a_top_nothing_is_drawn(kind: Graphs, top: float) -> None:
    assert spark([1.0, 2.0], top, kind).isspace()
