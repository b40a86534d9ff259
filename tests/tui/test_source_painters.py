"""What the source pages draw: five states that never look alike, at any size, and every text from outside whole."""

from __future__ import annotations

from datetime import timedelta

import pytest
from desk_launch import MINUTE, NOW, QUIET, SECOND, box_lines, orders, plan, requests
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from evtui.domain.asking import Status
from evtui.domain.campaign import Budget
from evtui.domain.reading import Coverage, Failure, FailureKind, Lookup, OrderBatch, Reading, Topic, Value
from evtui.domain.trip import Exchange, Login, Spent, Trip
from evtui.report.sources import source_figures
from evtui.store.reduce import reduce
from evtui.store.state import LaunchState, SourceSpec, SourceState
from evtui.text import clean
from evtui.tui.lines import Line, plain, width
from evtui.tui.paint import source, sources
from evtui.tui.paint.sources import SIGNS, Sheet
from evtui.tui.paint.strip import strip
from evtui.tui.screens.text import source_lines
from evtui.tui.themes import NAMES
from evtui.tui.view import View, view

LONG = "連線逾時：資料庫沒有回應，請重新登入後再試一次。" * 8
LOGIN = Login(
    "profile prod-hk (sso)", NOW + timedelta(minutes=28, seconds=30), remedy="aws sso login --profile prod-hk"
)
SENT = Exchange(
    "GET https://h.example.com/stock?shop=28\nAuthorization: ***", '200 OK\n{\n  "left":   7\n}', NOW - 90 * SECOND
)


def told(
    topic: Topic,
    value: Value | Failure,
    state: LaunchState,
    at: int = 0,
    trip: Trip = Trip(0.04, MINUTE),
    **more: object,
) -> LaunchState:
    """`state` after one more reading, `at` minutes from now."""
    moment = NOW + at * MINUTE
    fact = None if isinstance(value, Failure) else moment
    return reduce(state, Reading("table", topic, moment, value, fact, trip=trip, **more))  # type: ignore[arg-type]


def every_state() -> LaunchState:
    """One source in each of the five states, and one that is not configured."""
    topics = (Topic.ORDERS, Topic.STOCK, Topic.CPU, Topic.TRAFFIC, Topic.ERRORS)
    state = LaunchState(plan(), {topic: SourceSpec(topic, "table", MINUTE) for topic in topics})
    state = told(Topic.ORDERS, orders(), state, coverage=Coverage(3, 4, "one page is left out"))
    state = told(Topic.STOCK, Failure(FailureKind.AUTH, LONG, LOGIN.remedy), state, trip=Trip(1.2, MINUTE, login=LOGIN))
    state = told(Topic.CPU, Failure(FailureKind.DOWN, "connection refused"), state)
    return told(Topic.TRAFFIC, requests(900.0), state, at=-5)


STATES = every_state()


def drawn(state: LaunchState = STATES, cells: int = 104, chosen: int = 0, sheet: Sheet | None = None) -> list[Line]:
    return sources.paint(view(state, NOW), sheet or Sheet(source_figures(state, (), NOW)), chosen, cells)[0]


def text(lines: list[Line]) -> str:
    return "\n".join(plain(line).rstrip() for line in lines)


def in_full(state: LaunchState, topic: Topic, cells: int = 104, statuses: tuple[Status, ...] = ()) -> str:
    figures = {each.topic: each for each in source_figures(state, statuses, NOW)}
    return text(source.paint(view(state, NOW), figures[topic], cells))


def rows(found: str) -> dict[str, str]:
    """The row of the table of each source."""
    words = {line.removeprefix(">").split()[0]: line for line in reversed(found.splitlines()) if line.strip()}
    return {topic: words[topic] for topic in ("orders", "stock", "cpu", "traffic", "errors")}


def test_the_five_states_differ_in_word_and_in_sign() -> None:
    found = rows(text(drawn()))
    states = dict(zip(found, ("ok", "auth", "down", "stale", "unknown"), strict=True))
    for topic, state in states.items():
        sign = SIGNS[SourceState(state)][0]
        assert f" {sign} {state} " in found[topic], topic
    assert len({sign for sign, _ in SIGNS.values()}) == len(SourceState) == len(SIGNS)
    assert {style for _, style in SIGNS.values()} <= NAMES


def test_what_is_wrong_stands_below_with_its_remedy_cut_to_the_row() -> None:
    lines = text(drawn()).splitlines()
    stock = next(index for index, each in enumerate(lines) if each.split()[:1] == ["stock"])
    assert lines[stock + 1].strip().startswith("連線逾時")
    assert lines[stock + 1].endswith("…")
    assert lines[stock + 2].strip() == LOGIN.remedy
    assert "connection refused" in "\n".join(lines)
    assert "3 of 4, one page is left out" in "\n".join(lines)
    assert "login profile prod-hk (sso), 28m left · stock · aws sso login" in "\n".join(lines)


@pytest.mark.parametrize("cells", [38, 78, 104])
def test_in_full_nothing_is_cut(cells: int) -> None:
    joined = "".join(in_full(STATES, Topic.STOCK, cells).replace("\n", " ").split())
    assert LONG in joined
    assert "".join(LOGIN.remedy.split()) in joined
    assert "! auth" in in_full(STATES, Topic.STOCK, cells)


@given(st.integers(0, 130), st.integers(0, 6), st.sampled_from([STATES, LaunchState(plan())]))
def test_every_width_is_kept_to(cells: int, chosen: int, state: LaunchState) -> None:
    lines, place = sources.paint(view(state, NOW), Sheet(source_figures(state, (), NOW), tuple(Lookup)), chosen, cells)
    assert 0 <= place.start < place.stop <= len(lines)
    if cells >= 38:
        assert all(width(line) <= cells for line in lines)
    for each in source_figures(state, (), NOW):
        assert cells < 38 or all(width(line) <= cells for line in source.paint(view(state, NOW), each, cells))


def test_what_has_no_room_in_a_column_is_told_by_its_name() -> None:
    state = told(Topic.ORDERS, orders(), STATES, trip=Trip(0.04, MINUTE, Spent(0.5)))
    wide, narrow = text(drawn(state)), text(drawn(state, 38))
    for head in ("provider", "took", "every", "today"):
        assert head in wide.splitlines()[0]
        assert head not in narrow.splitlines()[0]
        assert f"{head} " in narrow
    assert "table" in wide
    assert "table" in narrow


def test_the_chosen_one_is_marked_and_found_again() -> None:
    lines, place = sources.paint(view(STATES, NOW), Sheet(source_figures(STATES, (), NOW)), 1, 104)
    assert [style for line in lines for _, style in line].count("selected") == 1
    assert plain(lines[place.start]).startswith(">stock")
    assert "連線逾時" in text(lines[place.start : place.stop])


def test_each_fact_is_named_once() -> None:
    state = told(Topic.CPU, Failure(FailureKind.DATA, "no such field"), STATES, at=1)
    found = in_full(state, Topic.CPU)
    assert " failure   not as agreed, " in found
    assert " gaps      since 11:31" in found


def test_who_held_the_screen_up_is_named() -> None:
    state = told(Topic.ORDERS, orders(), STATES, at=1, trip=Trip(6.1, MINUTE, held_s=6.04))
    words = "its own code held the screen and every other source up for 6.0 s"
    assert text(drawn(state)).count(words) == 1
    assert f" held up   {words}" in in_full(state, Topic.ORDERS)
    assert words not in in_full(state, Topic.CPU)


def test_the_preflight_keeps_long_names_of_providers_from_what_follows() -> None:
    specs = {
        Topic.CPU: SourceSpec(Topic.CPU, "autoscaling", MINUTE),
        Topic.STOCK: SourceSpec(Topic.STOCK, "a-plug-in-of-a-very-long-name", MINUTE),
    }
    found = text(source_lines(view(LaunchState(plan(), specs), NOW)))
    assert "autoscaling              unknown" in found
    assert "a-plug-in-of-a-very-lon… unknown" in found


def test_the_pace_the_next_try_and_failures_in_a_row() -> None:
    statuses = (
        Status(Topic.CPU, MINUTE, NOW + 80 * SECOND, 7, left_alone=True),
        Status(Topic.ORDERS, 2 * MINUTE, NOW + 12 * SECOND, slowed=2.0),
    )
    found = rows(text(drawn(sheet=Sheet(source_figures(STATES, statuses, NOW)))))
    assert "left alone until 11:32:34" in found["cpu"]
    assert " 7 " in found["cpu"]
    assert "2m ×2.0 in 12s" in found["orders"]
    assert "7 failures in a row" in in_full(STATES, Topic.CPU, statuses=statuses)
    once = (Status(Topic.CPU, MINUTE, NOW + 80 * SECOND, 1),)
    assert "1 failure\n" in in_full(STATES, Topic.CPU, statuses=once)
    assert "slowed to keep the day's cost down" in in_full(STATES, Topic.ORDERS, statuses=statuses)


def test_a_gap_is_seen_in_signs_and_told_in_words() -> None:
    down = Failure(FailureKind.DOWN, "refused")
    state = LaunchState(plan(), {Topic.ORDERS: SourceSpec(Topic.ORDERS, "table", MINUTE)})
    for at, value in ((-6, orders()), (-5, down), (-4, down), (-3, orders()), (-2, orders()), (-1, down)):
        state = told(Topic.ORDERS, value, state, at)
    (figures,) = source_figures(state, (), NOW)
    runs = strip(NOW, figures, 10)
    assert plain(runs) == "   ·oo··✗ "
    assert len(runs) == 6
    assert "gap since 11:30 and 1 more" in text(drawn(state))
    assert " gaps      11:26–11:27, filled 11:28\n           since 11:30" in in_full(state, Topic.ORDERS)
    assert " 11:00 " in in_full(state, Topic.ORDERS)


def test_cost_stands_with_its_ceiling_and_warns_beyond_it() -> None:
    state = told(Topic.ORDERS, orders(), STATES, trip=Trip(0.04, MINUTE, Spent(0.5, 120, 31_000_000)))
    for ceiling, style in ((1000.0, ""), (0.1, "warn")):
        here = replace(state, campaign=replace(state.campaign, budget=Budget(ceiling)))
        (line,) = [line for line in drawn(here) if "cost today" in plain(line)]
        assert plain(line).startswith(" cost today US$0.5000 (120 metrics, 31 MB read), the whole day US$")
        assert f"US${ceiling:,.2f} at most" in plain(line) or "US$0.1000 at most" in plain(line)
        assert line[0][1] == style
    assert "cost" not in text(drawn())
    assert "US$0.5000 (120 metrics, 31 MB read) today" in in_full(state, Topic.ORDERS)


def test_look_ups_tell_what_came_of_the_last_one() -> None:
    answers = {
        Lookup.TASK_LOG: Reading("athena", Lookup.TASK_LOG, NOW, OrderBatch(()), trip=Trip(1.26)),
        Lookup.API_LOG: Reading("loki", Lookup.API_LOG, NOW, Failure(FailureKind.DOWN, LONG)),
    }
    sheet = Sheet((), (Lookup.API_LOG, Lookup.TASK_LOG, Lookup.VALIDITY), answers)
    found = text(drawn(sheet=sheet))
    assert "no sources" in found
    assert "✗ api_log   failed 11:31:14, took -- · 連線逾時" in found
    assert "✓ task_log  answered 11:31:14, took 1.3s" in found
    assert "· validity  not asked yet" in found


def test_the_last_exchange_is_shown_line_by_line_with_the_servers_clock() -> None:
    state = told(Topic.ERRORS, Failure(FailureKind.DATA, "no"), STATES, 0, Trip(0.2, MINUTE, exchange=SENT))
    found = in_full(state, Topic.ERRORS)
    assert "last exchange 11:31:14 · took 0.20s · its clock 11:29:44, ours is 1m30s ahead" in found
    assert (
        ' > GET https://h.example.com/stock?shop=28\n > Authorization: ***\n < 200 OK\n < {\n <   "left":   7\n < }'
        in found
    )
    silent = replace(SENT, got="", server_at=None)
    found = in_full(told(Topic.ERRORS, orders(), STATES, 0, Trip(0.2, exchange=silent)), Topic.ERRORS)
    assert "nothing came back" in found
    assert "its clock" not in found
    assert "does not show what it sends" in in_full(STATES, Topic.ORDERS)


def test_a_failure_that_is_over_is_told_as_such() -> None:
    state = told(Topic.CPU, orders(), STATES, 1)
    assert "down, 01-25 11:31:14, answered since" in in_full(state, Topic.CPU)
    assert "answered since" not in in_full(STATES, Topic.CPU)


@given(st.text(max_size=200), st.integers(38, 104))
def test_any_text_from_outside_is_drawn_literally(raw: str, cells: int) -> None:
    said = clean(raw)
    had = Trip(0.1, MINUTE, login=Login(said, NOW, remedy=said), exchange=Exchange(said, said, NOW))
    state = told(Topic.STOCK, Failure(FailureKind.DOWN, said, said), STATES, 0, had)
    state = told(Topic.ORDERS, orders(), state, 1, had, coverage=Coverage(note=said))
    shown = view(state, NOW)
    for each in source_figures(state, (), NOW):
        lines = source.paint(shown, each, cells)
        assert all(width(line) <= cells and "\n" not in plain(line) for line in lines)
        assert {style for line in lines for _, style in line} <= NAMES
    lines = drawn(state, cells)
    assert all(width(line) <= cells for line in lines)
    assert {style for line in lines for _, style in line} <= NAMES


# --- the header -----------------------------------------------------------------------------------------------------


def lights(login: Login, size: int = 160, *topics: Topic) -> str:
    """The header where these sources are asked with this login."""
    state = LaunchState(plan(), {topic: SourceSpec(topic, "table", MINUTE) for topic in QUIET})
    for topic, value in QUIET.items():
        assert value is not None
        state = told(topic, value, state, trip=Trip(0.1, MINUTE, login=login if topic in topics else None))
    return header(view(state, NOW), size)


def header(shown: View, size: int) -> str:
    return plain(box_lines(shown, "header", size, 36)[0])


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(minutes=31), None),
        (timedelta(minutes=30), "cpu login 30m left"),
        (timedelta(seconds=59), "cpu login <1m left"),
        (timedelta(), "cpu login over"),
        (-timedelta(hours=1), "cpu login over"),
    ],
)
@pytest.mark.parametrize("size", [120, 160])
def test_the_header_tells_of_a_login_that_ends(left: timedelta, words: str | None, size: int) -> None:
    found = lights(Login("somebody", NOW + left), size, Topic.CPU, Topic.TRAFFIC)
    assert ("login" in found) == (words is not None)
    assert found.count("login") <= 1, "one login of several sources is told once"
    assert words is None or words in found


def test_a_login_that_renews_itself_needs_nobody() -> None:
    assert "login" not in lights(Login("role", NOW, renews=True), 160, Topic.CPU)
    assert "login" not in lights(Login("environment"), 160, Topic.CPU)


def test_a_source_that_refuses_its_login_says_that_alone() -> None:
    gone = Login("somebody", NOW)
    state = LaunchState(plan(), {topic: SourceSpec(topic, "table", MINUTE) for topic in QUIET})
    for topic in QUIET:
        state = told(topic, Failure(FailureKind.AUTH, "expired"), state, trip=Trip(0.1, MINUTE, login=gone))
    found = header(view(state, NOW), 200)
    assert found.count("AUTH") == len(QUIET)
    assert "login" not in found
