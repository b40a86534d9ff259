"""What holds for every pane: it fits its box whatever the facts are, and an unwell source shows."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from desk_launch import (
    CLOSES,
    MINUTE,
    NOW,
    OPENS,
    QUIET,
    SECOND,
    TRANSFERRED,
    WORDS,
    Said,
    believed,
    boxes,
    cpu,
    down,
    error,
    errors,
    line,
    orders,
    plan,
    requests,
    seen,
    shelves,
    text,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len

from evtui.domain.orders import OrderLine
from evtui.domain.reading import FailureKind, Topic
from evtui.tui.compose import draw, snapshot
from evtui.tui.desk import Desk
from evtui.tui.feed import Cursor
from evtui.tui.layout import PANES
from evtui.tui.lines import plain
from evtui.tui.look import Graphs, Look, Pane
from evtui.tui.themes import NAMES
from evtui.tui.view import view

OVERDUE = line(7, after=5 * MINUTE, words=TRANSFERRED, took=None)
"""Waiting since five past ten: 86 minutes."""


def order_lines() -> st.SearchStrategy[tuple[OrderLine, ...]]:
    seconds = st.integers(-3600, 2_000_000).map(lambda value: timedelta(seconds=value))
    one = st.builds(
        line,
        st.integers(1, 30),
        after=seconds,
        words=st.sampled_from(WORDS),
        took=st.none() | seconds,
        page_id=st.none() | st.integers(1, 6),
        quantity=st.sampled_from([1, 2, 99_999_999]),
        amount=st.none() | st.sampled_from([0.0, 500.0, 9e12]),
        shop_id=st.sampled_from([28, 28, 28, 41]),
    )
    return st.lists(one, max_size=25).map(tuple)


FACTS = st.fixed_dictionaries(
    {
        Topic.STOCK: st.none()
        | st.lists(st.sampled_from([0, -3, 1, 4500, 999_999_999, 2**31 - 1]), max_size=6).map(
            lambda left: shelves(*left)
        ),
        Topic.ORDERS: st.none() | order_lines().map(lambda lines: orders(*lines)),
        Topic.CPU: st.none()
        | st.lists(st.none() | st.floats(0, 100), max_size=5).map(lambda levels: cpu("服務Svc0", *levels)),
        Topic.TRAFFIC: st.none() | st.floats(0, 1e9).map(requests),
        Topic.ERRORS: st.none()
        | st.lists(st.sampled_from(["", "it broke", "錯誤" * 300, "a\nb\tc"]), max_size=12).map(
            lambda texts: errors(*(error(n, message, MINUTE * n) for n, message in enumerate(texts)))
        ),
    }
)
MOMENTS = st.sampled_from(
    [OPENS - timedelta(days=40), OPENS - SECOND, OPENS, OPENS + SECOND, NOW, CLOSES, CLOSES + timedelta(days=400)]
)


PANE_LOOKS = st.builds(Pane, st.sampled_from(["", "2", "gone"]), st.sampled_from(["", "left", "sell-out", "newest"]))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    FACTS,
    MOMENTS,
    st.tuples(st.integers(1, 240), st.integers(1, 70)),
    st.tuples(st.integers(1, 9), st.integers(0, 6)),
    st.builds(
        Desk,
        st.sampled_from(PANES),
        st.booleans(),
        st.sampled_from(
            [
                Cursor(),
                *(Cursor((at, ""), "TS240125L000001", row) for at, row in ((NOW.timestamp(), 0), (0.0, 3), (9e9, 99))),
            ]
        ),
        panes=st.fixed_dictionaries({"stock": PANE_LOOKS, "errors": PANE_LOOKS}),
    ),
    st.builds(Look, st.sampled_from(Graphs), st.booleans(), st.booleans()),
)
def test_any_fact_fits_any_box(
    said: Said, now: datetime, size: tuple[int, int], counts: tuple[int, int], desk: Desk, look: Look
) -> None:
    campaign = plan(*counts, stock=None if counts[1] == 3 else 4500)
    present = replace(seen(said, campaign, at=min(now, NOW), now=now), look=look)
    for name, box in boxes(present, *size, desk=desk).items():
        lines = draw(present, desk, name, box)
        assert len(lines) == box.height
        for drawn in lines:
            assert cell_len(plain(drawn)) == box.width
            assert "\n" not in plain(drawn)
            assert {style for _, style in drawn} <= NAMES
            assert not (look.ascii_borders and name in PANES and set(plain(drawn)) & set("╭╮╰╯─│┆·–…Δ×"))


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (50, 12), (30, 5), (1, 1)])
def test_the_plain_snapshot_is_made_of_the_same_boxes(size: tuple[int, int]) -> None:
    present = seen({**QUIET, Topic.ORDERS: orders(OVERDUE)})
    printed = snapshot(present, *size).splitlines()
    assert len(printed) <= size[1]
    assert all(cell_len(row) <= size[0] for row in printed)


TOPIC_OF = {"stock": Topic.STOCK, "orders": Topic.ORDERS, "cpu": Topic.CPU, "errors": Topic.ERRORS}
BUSY: Said = {
    Topic.STOCK: shelves(4400, 4500, 4500),
    Topic.ORDERS: orders(OVERDUE, line(8)),
    Topic.CPU: cpu("服務Svc0", 33.0),
    Topic.TRAFFIC: requests(777.0),
    Topic.ERRORS: errors(error(1, "it broke")),
}
LASTING = {"stock": "4,400", "orders": "TG240125L00008", "cpu": "33 %", "errors": "TimeoutException"}


@pytest.mark.parametrize("pane", PANES)
@pytest.mark.parametrize(
    ("kind", "word"), [(FailureKind.AUTH, "AUTH 40s"), (FailureKind.DOWN, "DOWN 40s"), (FailureKind.DATA, "DOWN 40s")]
)
def test_a_failing_source_dims_its_pane_and_keeps_its_values(pane: str, kind: FailureKind, word: str) -> None:
    later = NOW + 40 * SECOND
    state = believed({TOPIC_OF[pane]: down(kind=kind)}, before=believed(BUSY), at=later)
    present = view(state, later)
    drawn = draw(present, Desk(focus=""), pane, boxes(present)[pane])
    assert word in plain(drawn[0])
    assert LASTING[pane] in "".join(map(plain, drawn))
    for row in drawn[1:-1]:
        assert {style for run, style in row if run.strip(" │")} <= {"dim"}


@pytest.mark.parametrize("pane", PANES)
def test_a_late_source_is_stale_with_its_age(pane: str) -> None:
    present = seen(BUSY, now=NOW + 10 * MINUTE)
    drawn = draw(present, Desk(focus=""), pane, boxes(present)[pane])
    assert "STALE 10m00s" in plain(drawn[0])
    assert LASTING[pane] in "".join(map(plain, drawn))


@pytest.mark.parametrize("pane", PANES)
def test_the_states_of_a_source_never_look_alike(pane: str) -> None:
    topic = TOPIC_OF[pane]
    old = believed(BUSY)
    later = NOW + 10 * MINUTE
    others = {other: value for other, value in BUSY.items() if other is not topic}
    views = [
        view(believed(BUSY, before=old, at=later), later),
        view(believed(others, before=old, at=later), later),
        view(believed({**others, topic: down(kind=FailureKind.AUTH)}, before=old, at=later), later),
        view(believed({**others, topic: down()}, before=old, at=later), later),
        view(believed({**BUSY, topic: None}, at=later), later),
    ]
    borders = {text(present, pane).splitlines()[0] for present in views}
    assert len(borders) == 5
