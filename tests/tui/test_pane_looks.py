"""What panes are made of: borders of lines or of plain characters, frames or titles only, graphs of three kinds."""

from __future__ import annotations

from typing import Any

import pytest
from desk_launch import MINUTE, NOW, QUIET, Said, cpu, error, errors, seen, shelves, text
from msgspec.structs import replace
from rich.cells import cell_len

from evtui.alerts.notebook import Mark, Notebook
from evtui.domain.reading import Topic
from evtui.tui.desk import Desk
from evtui.tui.graphs import per_cell
from evtui.tui.layout import PANES
from evtui.tui.lines import plain
from evtui.tui.look import Graphs, Look
from evtui.tui.paint.frame import frame
from evtui.tui.paint.timeline import beside, labels, timeline
from evtui.tui.view import View

FACTS: Said = {
    **QUIET,
    Topic.STOCK: shelves(4490, 4500, 4500),
    Topic.CPU: cpu("服務Svc0", 50.0, 70.0),
    Topic.ERRORS: errors(*(error(n, "it broke × 3", n * MINUTE) for n in range(5))),
}


def looked_at(look: Look, **changes: Any) -> View:
    return replace(seen(FACTS), look=look, **changes)


@pytest.mark.parametrize("zoomed", [False, True])
@pytest.mark.parametrize("pane", PANES)
def test_plain_borders_leave_no_sign_that_a_font_may_lack(pane: str, zoomed: bool) -> None:
    marks = Notebook((Mark(NOW - 9 * MINUTE, "seen", "me"),))
    look = Look(graphs=Graphs.ASCII, ascii_borders=True)
    drawn = text(looked_at(look, notebook=marks), pane, 200, 50, Desk(focus=pane, zoomed=zoomed))
    foreign = {char for char in drawn if not char.isascii() and cell_len(char) == 1}
    assert foreign == set()
    assert drawn.startswith(f"+ {PANES.index(pane) + 1} ")
    assert set(drawn.splitlines()[-1]) == {"+", "-"}


@pytest.mark.parametrize("pane", PANES)
@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
def test_dense_panes_have_a_title_and_no_frame(pane: str, size: tuple[int, int]) -> None:
    dense = text(looked_at(Look(compact=True)), pane, *size).splitlines()
    framed = text(looked_at(Look()), pane, *size).splitlines()
    assert f" {PANES.index(pane) + 1} " in dense[0]
    assert dense[0].startswith("─")
    assert not {"│", "╭", "╰"} & set("".join(dense))
    assert {"│", "╭", "╰"} <= set("".join(framed))
    assert all(row.endswith(" ") for row in dense[1:]), "neighbours would touch"


def test_dense_panes_show_more() -> None:
    def rows(look: Look) -> int:
        shown = looked_at(look)
        return sum(len(text(shown, pane, 80, 24).splitlines()) - (1 if look.compact else 2) for pane in PANES)

    assert rows(Look(compact=True)) >= rows(Look()) + 4


@pytest.mark.parametrize("kind", list(Graphs))
def test_graphs_are_of_the_kind_that_is_set(kind: Graphs) -> None:
    drawn = text(looked_at(Look(graphs=kind)), "cpu", 120, 36)
    blocks, dots = {"▁", "▅", "█"} & set(drawn), {char for char in drawn if "\u2800" <= char <= "\u28ff"}
    assert bool(blocks) is (kind is Graphs.BLOCK)
    assert bool(dots) is (kind is Graphs.BRAILLE)
    assert f"{per_cell(kind)} min/cell" in drawn


@pytest.mark.parametrize("kind", list(Graphs))
def test_marks_stand_under_their_minute_in_every_kind(kind: Graphs) -> None:
    shown = looked_at(Look(graphs=kind), notebook=Notebook((Mark(NOW - 30 * MINUTE, "here", "me"),)))
    line = timeline(shown, 60)
    [row] = [row for row in labels(shown, line, 3) if "┆here" in row]
    column = cell_len(row[: row.index("┆here")])
    assert column == line.column(NOW - 30 * MINUTE)
    assert line.end * 60 > NOW.timestamp() >= (line.end - line.minutes) * 60
    assert line.column(NOW) == 59
    assert line.column(NOW + 5 * MINUTE) is None


def test_a_cell_of_two_minutes_stays_where_it_is_until_both_are_over() -> None:
    shown = looked_at(Look(graphs=Graphs.BRAILLE))
    starts = [timeline(replace(shown, now=NOW + n * MINUTE), 10).start for n in range(4)]
    assert starts in ([starts[0]] * 2 + [starts[0] + 2] * 2, [starts[0], *[starts[0] + 2] * 2, starts[0] + 4])


def test_long_words_cover_the_oldest_minutes_only() -> None:
    assert plain(beside("abc", "", 5, "12345")) == "abc  12345"
    assert plain(beside("abcdefg", "", 5, "12345")) == "abcdefg 45"
    assert plain(beside("abcdefghijkl", "", 5, "12345")) == "abcdefghi…"


@pytest.mark.parametrize(
    "look", [Look(), Look(compact=True), Look(ascii_borders=True), Look(compact=True, ascii_borders=True)]
)
@pytest.mark.parametrize("cells", [1, 3, 4, 9, 30])
@pytest.mark.parametrize("rows", [1, 2, 5])
def test_a_frame_is_as_large_as_it_is_told(look: Look, cells: int, rows: int) -> None:
    drawn = frame(
        "1 券", ("note", "dim"), [(("body 券券券券券券券券券券券券券券券券", ""),)] * 9, cells, rows, look=look
    )
    assert [cell_len(plain(each)) for each in drawn] == [cells] * rows
