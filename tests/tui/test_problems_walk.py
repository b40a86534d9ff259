"""`n` and `N`: every problem there is, one after another, whatever pane and row it is in."""

from __future__ import annotations

import pytest
from cockpit_pilot import Driven, cockpit, step
from desk_launch import (
    CANCELLED,
    DELIVERED,
    FAILED,
    MINUTE,
    OPENS,
    QUIET,
    SECOND,
    TRANSFERRED,
    cpu,
    down,
    error,
    errors,
    line,
    orders,
    seen,
    shelves,
)
from msgspec.structs import replace

from evtui.alerts.notebook import Notebook, Seen
from evtui.domain.reading import Reading, Topic
from evtui.tui.layout import PANES
from evtui.tui.problems import problems
from evtui.tui.screens.desk import DeskScreen
from evtui.tui.screens.feed import FeedScreen
from evtui.tui.view import view

BAD = {
    **QUIET,
    Topic.STOCK: shelves(4500, 0, 9),
    Topic.ORDERS: orders(
        *(line(n, n * MINUTE, TRANSFERRED, None) for n in (1, 2, 3)),
        line(9, 30 * MINUTE, FAILED),
        line(8, -5 * MINUTE, DELIVERED),
        line(7, 40 * MINUTE, CANCELLED),
    ),
    Topic.CPU: cpu("服務Svc0", 99.0, 12.0, None),
    Topic.TRAFFIC: down(),
    Topic.ERRORS: errors(error(1, "one"), error(2, "two", type="X")),
}


def test_each_late_order_and_each_special_error_is_a_place_of_its_own() -> None:
    found = problems(seen(BAD))
    orders_ = [each for each in found if each.pane == "orders"]
    assert [each.row for each in orders_ if each.key == "overdue"] == [line(n).ts_code for n in (1, 2, 3, 9)]
    assert len([each for each in found if each.key == "errors" and "\0" in each.row]) == 2
    assert {each.pane for each in found} == set(PANES)
    assert len({(each.key, each.row) for each in found}) == len(found)
    by_key = {each.key: each for each in found}
    assert by_key["sold out 2"].row == "2"
    assert by_key["odd orders"].row == line(8).ts_code
    assert by_key["source traffic"].pane == "cpu"
    assert by_key["hot 服務Svc0"].row == ""


def test_those_that_somebody_has_seen_come_last() -> None:
    shown = seen(BAD)
    late = next(each.alert for each in shown.standing if each.alert.key == "overdue")
    book = Notebook().with_seen(Seen(late.key, late.severity, late.count, shown.now, "somebody"))
    again = problems(view(shown.state, shown.now, notebook=book))
    assert sorted((each.key, each.row) for each in again) == sorted((each.key, each.row) for each in problems(shown))
    assert [each.key for each in again[-4:]] == ["overdue"] * 4


def test_nothing_wrong_is_no_place_to_go() -> None:
    assert problems(seen(QUIET, at=OPENS + SECOND)) == ()


# --- the keys ---------------------------------------------------------------------------------------------------------


def quiet(driven: Driven) -> dict[str, str]:
    """Every box but the one whose source may still be answering."""
    return {name: text for name, text in driven.boxes().items() if name != "cpu"}


def at(driven: Driven) -> tuple[str, str]:
    """Pane and row that one stands at."""
    desk = driven.desk._set
    row = desk.pane(desk.focus).selected
    if desk.focus == "orders" and not desk.cursor.following:
        row = desk.cursor.code
    return desk.focus, row


@pytest.mark.parametrize("scenario", ["stuck", "oversold", "saturated", "outage", "mixed", "silent"])
async def test_n_goes_round_and_shows_each(scenario: str) -> None:
    async with cockpit(scenario) as driven:
        places = problems(driven.app.view())
        assert places
        for place in (*places, places[0]):
            await driven.press("n")
            assert driven.focused == [place.pane]
            assert not place.row or at(driven) == (place.pane, place.row)
            text = driven.app.view().standing[place.alert].alert.text
            assert text[:40] in driven.box("alert")
        for place in (*reversed(places[1:]), places[0]):
            await driven.press("N")
            assert driven.focused == [place.pane]
            assert not place.row or at(driven) == (place.pane, place.row)


async def test_several_alerts_of_one_pane_are_all_come_to() -> None:
    async with cockpit("outage") as driven:
        keys = [each.key for each in problems(driven.app.view())]
        shown: list[str] = []
        for _ in keys:
            await driven.press("n")
            shown.append(driven.app.view().standing[driven.desk._set.alert].alert.key)
        assert shown == keys


async def test_capital_n_first_goes_to_the_last() -> None:
    async with cockpit("stuck") as driven:
        places = problems(driven.app.view())
        await driven.press("N")
        assert driven.focused == [places[-1].pane]
        assert driven.app.view().standing[driven.desk._set.alert].alert.key == places[-1].key


async def test_nothing_happens_where_nothing_is_wrong() -> None:
    async with cockpit("calm") as driven:
        before = quiet(driven)
        assert not problems(driven.app.view())
        assert "problem" not in driven.box("footer")
        await driven.press("n", "N")
        assert quiet(driven) == before


async def test_after_an_acknowledgement_the_next_is_the_first_that_nobody_has_seen() -> None:
    async with cockpit("stuck") as driven:
        places = problems(driven.app.view())
        assert len({each.key for each in places}) > 1
        await driven.press("n", "a", "n")
        view_ = driven.app.view()
        assert view_.standing[driven.desk._set.alert].alert.key != places[0].key
        assert view_.standing[driven.desk._set.alert].seen is None


async def test_a_problem_that_a_filter_hides_is_shown_all_the_same() -> None:
    async with cockpit("stuck") as driven:
        await driven.press("slash")
        await driven.terminal("status:nothing-has-this")
        await driven.press("enter", "n")
        assert driven.selected() == driven.app.view().late[0].tracked.line.tg_code
        assert isinstance(driven.app.screen, FeedScreen)


async def test_it_works_on_a_zoomed_pane_and_on_the_smallest_screens() -> None:
    async with cockpit("stuck") as driven:
        await driven.press("1", "z", "n")
        assert [pane for pane in PANES if pane in driven.boxes()] == ["orders"]
        for size in ((60, 12), (30, 5), (1, 1)):
            driven.resize(*size)
            await driven.settle()
            await driven.press("n", "N", "n", "enter", "escape")
            assert isinstance(driven.app.screen, DeskScreen)


async def test_from_one_that_is_solved_one_goes_on_with_the_first() -> None:
    async with cockpit("stuck") as driven:
        before = problems(driven.app.view())
        await driven.press("n", "n")
        assert at(driven) == ("orders", before[1].row)
        solved = driven.app.view().late[1].tracked.line
        words = dict(zip(("status", "status_user", "status_scm"), DELIVERED, strict=True))
        now = driven.session.clock.now() + SECOND
        step(driven, 2 * SECOND)
        driven.session.store.apply(Reading("table", Topic.ORDERS, now, orders(replace(solved, **words)), now))
        driven.app.tick()
        after = problems(driven.app.view())
        assert [each.row for each in after if each.key == "overdue"] == [
            each.row for each in before if each.key == "overdue" and each.row != solved.ts_code
        ]
        await driven.press("n")
        assert at(driven) == ("orders", after[0].row)
