"""The layout at every size there is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from evtui.tui.layout import ERRORS, GRAPH_ROWS, PANES, WIDE, arrange, inner

SIZES = st.tuples(st.integers(1, 300), st.integers(1, 100))
COUNTS = st.tuples(st.integers(1, 40), st.integers(0, 40))


@given(SIZES, COUNTS, st.sampled_from(PANES), st.booleans())
def test_boxes_lie_inside_and_apart(size: tuple[int, int], count: tuple[int, int], focus: str, zoomed: bool) -> None:
    width, height = size
    boxes = arrange(width, height, *count, focus=focus, zoomed=zoomed).boxes
    taken: set[tuple[int, int]] = set()
    for box in boxes.values():
        assert box.width > 0
        assert box.height > 0
        assert 0 <= box.x <= box.x + box.width <= width
        assert 0 <= box.y <= box.y + box.height <= height
        cells = {(x, y) for x in range(box.x, box.x + box.width) for y in range(box.y, box.y + box.height)}
        assert not cells & taken
        taken |= cells
    if width >= 40 and height >= 10:
        assert len(taken) == width * height, "a cell belongs to nobody and would keep what stood there"


@given(st.tuples(st.integers(80, 300), st.integers(24, 100)), COUNTS, st.sampled_from(PANES))
def test_all_four_panes_where_there_is_room(size: tuple[int, int], count: tuple[int, int], focus: str) -> None:
    layout = arrange(*size, *count, focus=focus)
    assert set(PANES) <= set(layout.boxes)
    assert not layout.tabs
    assert all(layout.boxes[pane].height >= 3 and layout.boxes[pane].width >= 40 for pane in PANES)


@given(SIZES, COUNTS, st.sampled_from(PANES))
def test_the_focused_pane_where_there_is_not(size: tuple[int, int], count: tuple[int, int], focus: str) -> None:
    width, height = size
    layout = arrange(width, height, *count, focus=focus)
    panes = [pane for pane in PANES if pane in layout.boxes]
    if width < 40 or height < 10:
        assert list(layout.boxes) == ["alert"]
        assert layout.boxes["alert"].height == 1
    elif width < 80 or height < 24:
        assert panes == [focus]
        assert "tabs" in layout.boxes
        assert layout.boxes[focus].height >= 4


@given(st.tuples(st.integers(40, 300), st.integers(10, 100)), COUNTS, st.sampled_from(PANES))
def test_a_zoomed_pane_has_the_screen(size: tuple[int, int], count: tuple[int, int], focus: str) -> None:
    layout = arrange(*size, *count, focus=focus, zoomed=True)
    assert [pane for pane in PANES if pane in layout.boxes] == [focus]
    assert layout.boxes[focus].width == size[0]
    assert {"header", "first", "alert", "footer"} <= set(layout.boxes)


def test_two_columns_from_a_width_on() -> None:
    assert arrange(WIDE, 36, 3, 2).boxes["orders"].x > 0
    assert arrange(WIDE - 1, 36, 3, 2).boxes["orders"].x == 0


@given(SIZES, COUNTS, st.sampled_from(PANES), st.integers(0, 60))
def test_dense_panes_tile_the_same_screen(
    size: tuple[int, int], count: tuple[int, int], focus: str, machines: int
) -> None:
    width, height = size
    boxes = arrange(width, height, *count, focus=focus, machines=machines, compact=True).boxes
    cells = {
        (x, y)
        for box in boxes.values()
        for x in range(box.x, box.x + box.width)
        for y in range(box.y, box.y + box.height)
    }
    assert sum(box.width * box.height for box in boxes.values()) == len(cells)
    assert len(cells) == (width * height if width >= 40 and height >= 10 else width)
    if width >= 80 and height >= 24:
        assert all(boxes[pane].height >= 2 for pane in PANES)


def facts(width: int, height: int, *, compact: bool) -> int:
    boxes = arrange(width, height, 3, 2, machines=8, compact=compact).boxes
    return sum(inner(boxes[pane], compact=compact)[1] for pane in PANES)


def test_dense_panes_have_more_rows_of_facts() -> None:
    assert facts(80, 24, compact=True) >= facts(80, 24, compact=False) + 4
    assert facts(120, 36, compact=True) >= facts(120, 36, compact=False) + 4


def test_room_goes_to_those_who_can_use_it() -> None:
    boxes = arrange(200, 50, 3, 2, machines=8).boxes
    assert boxes["orders"].width <= 100
    assert boxes["cpu"].height >= arrange(200, 50, 3, 2).boxes["cpu"].height + 4
    assert boxes["errors"].height >= ERRORS
    wall = arrange(300, 100, 3, 2, machines=8).boxes
    assert wall["cpu"].height <= 2 + 3 * GRAPH_ROWS + 8 + 3
