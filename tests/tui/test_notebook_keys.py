"""Acknowledging, putting off and marking, by keys: who and when is told wherever the alert or the mark is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cockpit_pilot import LATE_MORNING, Driven, cockpit, step
from rich.cells import cell_len
from textual.events import Paste

from evtui.report.hand_over import hand_over
from evtui.tui.app import Cockpit
from evtui.tui.screens.desk import NAME_CELLS, DeskScreen
from evtui.tui.screens.mark import MarkPrompt

MINUTE = timedelta(minutes=1)
HOSTILE_NAMES = (
    "\x1b[31mroot\x1b[0m",
    "\x1b]52;c;eA==\x07",
    "[@click=app.quit]x[/]",
    "a\nb\rc\td",
    "\u202eeman",
    "\udc80\udcff",
    "x" * 5_000,
    "電" * 500,
    "  ",
    "{{ 7 * 7 }}",
    "\x9b2J",
)


@pytest.fixture(autouse=True)
def login(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is nobody's."""
    monkeypatch.setenv("LOGNAME", "wachdienst")


def quiet(driven: Driven) -> dict[str, str]:
    """Every box but the one whose source may still be answering."""
    return {name: text for name, text in driven.boxes().items() if name != "cpu"}


def alerts(driven: Driven) -> str:
    return driven.box("alert")


def told(driven: Driven) -> list[str]:
    """The hand-over of this moment."""
    return hand_over(driven.session.state, driven.session.notebook, driven.session.clock.now())


async def test_an_acknowledged_alert_steps_back_and_says_who_saw_it_when() -> None:
    async with cockpit("stuck") as driven:
        first, *rest = driven.app.view().alerts
        await driven.press("a")
        assert driven.app.view().alerts == (*rest, first)
        assert f"acknowledged by wachdienst at {LATE_MORNING:%m-%d %H:%M:%S}" in "\n".join(told(driven))
        assert "nobody has acknowledged it" in "\n".join(told(driven))
        while first.text[:20] not in alerts(driven):
            await driven.press("n")
        assert f"seen by wachdienst {LATE_MORNING:%H:%M}" in alerts(driven)
        await driven.press("h")
        assert "acknowledged by wachdienst" in driven.page
        await driven.press("escape")


async def test_a_again_takes_it_back() -> None:
    async with cockpit("stuck") as driven:
        before = driven.app.view().standing
        await driven.press("a")
        while not driven.app.view().standing[driven.desk._set.alert].seen:
            await driven.press("n")
        await driven.press("a")
        assert driven.app.view().standing == before
        assert driven.session.notebook.seen == {}


async def test_one_key_after_another_sees_them_all_and_none_is_lost() -> None:
    async with cockpit("stuck") as driven:
        count = len(driven.app.view().standing)
        await driven.press(*["a"] * count)
        assert all(each.seen for each in driven.app.view().standing)
        assert len(driven.app.view().standing) == count
        assert "seen by wachdienst" in alerts(driven)


async def test_what_gets_worse_stands_up_again() -> None:
    async with cockpit("stuck") as driven:
        first = driven.app.view().alerts[0]
        assert first.key == "overdue"
        await driven.press("a")
        assert driven.app.view().alerts[0].key != "overdue"
        for _ in range(60):
            step(driven, MINUTE)
            if len(driven.app.view().late) > first.count:
                break
        standing = driven.app.view().standing[0]
        assert (standing.alert.key, standing.seen) == ("overdue", None)


async def test_a_snooze_ends_by_the_clock() -> None:
    async with cockpit("oversold") as driven:
        first = driven.app.view().alerts[0]
        await driven.press("s")
        seen = driven.session.notebook.seen[first.key]
        assert seen.until == driven.session.clock.now() + 15 * MINUTE
        assert "put off until 01-25 11:46:14 by wachdienst" in "\n".join(told(driven))
        for minutes, covered in ((14, True), (1, False)):
            step(driven, minutes * MINUTE)
            await driven.session.refresh()
            driven.app.tick()
            found = next(each for each in driven.app.view().standing if each.alert.key == first.key)
            assert (found.seen is not None) == (covered and found.alert.count <= first.count)


async def test_where_there_is_no_alert_the_keys_do_nothing() -> None:
    async with cockpit("calm") as driven:
        before = quiet(driven)
        await driven.press("a", "s")
        assert quiet(driven) == before
        assert driven.session.notebook.seen == {}
        assert not {"ack", "snooze"} & set(driven.box("footer").split())


async def test_the_past_cannot_be_acknowledged() -> None:
    async with cockpit("stuck") as driven:
        await driven.press("p", "a", "s")
        assert driven.session.notebook.seen == {}
        assert "this is not the present" in driven.screen


@pytest.mark.parametrize("name", HOSTILE_NAMES)
async def test_a_hostile_login_name_is_only_text(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", name)
    async with cockpit("stuck", size=(160, 30)) as driven:
        await driven.press("a", "m")
        await driven.terminal("sale began")
        await driven.press("enter")
        assert driven.session.notebook.marks
        for by in (driven.session.notebook.marks[0].by, *(s.by for s in driven.session.notebook.seen.values())):
            assert by == " ".join(by.split())
            assert by.isprintable()
            assert 0 < cell_len(by) <= NAME_CELLS
        for _ in range(9):
            await driven.press("n")
            assert not {"\x1b", "\x9b", "\u202e", "\x07"} & set(driven.screen)
        await driven.press("h", "pagedown", "pagedown")
        assert not {"\x1b", "\x9b", "\u202e", "\x07"} & set(driven.screen)
        assert all(line.isprintable() for line in told(driven))
        assert driven.app.is_running


# --- marks ------------------------------------------------------------------------------------------------------------


async def mark(driven: Driven, text: str) -> None:
    await driven.press("m")
    await driven.until(lambda: isinstance(driven.app.screen, MarkPrompt), "the prompt")
    if text:
        await driven.terminal(text)
    await driven.press("enter")
    assert isinstance(driven.app.screen, DeskScreen)


async def test_a_mark_stands_under_the_graph_and_in_the_hand_over() -> None:
    async with cockpit(size=(160, 50)) as driven:
        await driven.press("3", "z")
        assert "開賣" not in driven.box("cpu")
        await mark(driven, "電商 開賣 push sent")
        assert driven.session.notebook.marks[0].at == LATE_MORNING
        assert "電商 開賣 push sent (wachdienst)" in "\n".join(told(driven))
        step(driven, 20 * MINUTE)
        assert "┆電商 開賣" in driven.box("cpu")
        await driven.press("h", "pagedown", "pagedown")
        assert "01-25 11:31:14 電商 開賣 push sent (wachdienst)" in driven.page


async def test_the_mark_is_of_the_moment_the_key_was_pressed() -> None:
    async with cockpit() as driven:
        await driven.press("m")
        assert "mark at 11:31:14" in driven.screen
        step(driven, 5 * MINUTE)
        await driven.terminal("thought about it")
        await driven.press("enter")
        assert driven.session.notebook.marks[0].at == LATE_MORNING


async def test_no_words_are_no_mark_and_escape_neither() -> None:
    async with cockpit() as driven:
        await mark(driven, "")
        await mark(driven, "   ")
        await driven.press("m")
        await driven.terminal("never mind")
        await driven.press("escape")
        assert driven.session.notebook.marks == ()


HOSTILE_TYPED = (
    "\x1b[2J",
    "[@click=app.quit]x[/]",
    "\u202eright",
    "{{ 7 * 7 }}",
    "a\nb",
    "\udc80",
    "z" * 3_000,
    "\x9b2J",
)


@pytest.mark.parametrize("text", HOSTILE_TYPED)
async def test_whatever_is_pasted_into_a_mark_is_only_text(text: str) -> None:
    async with cockpit(size=(160, 50)) as driven:
        await driven.press("3", "z", "m")
        driven.app.post_message(Paste(text))
        await driven.settle()
        await driven.press("enter")
        (held,) = driven.session.notebook.marks
        assert held.text.isprintable()
        assert len(held.text) <= 200
        step(driven, 20 * MINUTE)
        assert not {"\x1b", "\x9b", "\u202e"} & set(driven.screen)
        await driven.press("h", "pagedown", "pagedown")
        assert held.text[:60] in driven.page
        assert isinstance(driven.app, Cockpit)
        assert driven.app.is_running


async def test_many_marks_at_once_leave_the_pane_as_it_is() -> None:
    async with cockpit(size=(120, 36)) as driven:
        for number in range(12):
            await mark(driven, f"mark {number}")
        assert len(driven.session.notebook.marks) == 12
        rows = driven.box("cpu").splitlines()
        assert all(cell_len(row) == driven.placed()["cpu"].width for row in rows)
