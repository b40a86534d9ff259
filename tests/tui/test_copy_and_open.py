"""`y` on everything, and Enter on everything: a file that holds what was seen, and the page of what was selected."""

from __future__ import annotations

import base64
from functools import partial
from pathlib import Path

import pytest
from cockpit_pilot import LATE_MORNING, Driven, cockpit
from desk_launch import plan
from rich.cells import cell_len

from evtui.tui.copying import path_for
from evtui.tui.layout import PANES
from evtui.tui.screens.order import OrderPage
from evtui.tui.screens.text import TextPage, error_page


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of one's own, so that nothing is written into the real one."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for name in ("TMUX", "STY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    return tmp_path


def copies(home: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(home.rglob("*.txt"))}


def sent_to(driven: Driven, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is written to the terminal from now on."""
    written: list[str] = []
    monkeypatch.setattr(driven.app._driver, "write", written.append)
    return written


def clipboard(written: list[str]) -> str:
    """What the terminal was last asked to put on its clipboard."""
    (sequence,) = [text for text in written if text.startswith("\x1b]52;c;")][-1:]
    return base64.b64decode(sequence.removeprefix("\x1b]52;c;").removesuffix("\x07")).decode()


@pytest.mark.parametrize("pane", PANES)
async def test_a_pane_is_kept_as_it_is_seen_and_sent(pane: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with cockpit("stuck") as driven:
        written = sent_to(driven, monkeypatch)
        await driven.press(str(PANES.index(pane) + 1), "y")
        ((name, text),) = copies(home).items()
        assert name.startswith(f"{pane}-cuapp-cny-2024-20240125-113114")
        assert clipboard(written) == text
        rows = [" ".join(row.strip("│").split()) for row in driven.box(pane).splitlines()[1:4]]
        assert any(row in " ".join(text.split()) for row in rows if row)
        assert text.endswith("\n")
        assert all(line == line.rstrip() for line in text.splitlines())
        said = " ".join(driven.screen.split())
        assert "saved" in said
        assert "copied" not in said
        assert "sent to the" in said


@pytest.mark.parametrize("keys", [("1", "j"), ("2", "j"), ("4", "j")])
async def test_a_selected_row_is_kept_alone(keys: tuple[str, ...], home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with cockpit("stuck") as driven:
        written = sent_to(driven, monkeypatch)
        await driven.press(*keys, "y")
        ((_, text),) = copies(home).items()
        assert 1 <= len(text.splitlines()) <= 3
        assert clipboard(written) == text
        if keys[0] == "2":
            assert str(driven.selected()) in text
        assert "│" not in text


@pytest.mark.parametrize(
    ("keys", "name", "words"),
    [
        (("h",), "hand-over", "Hand-over"),
        (("c",), "preflight", "Preflight"),
        (("question_mark",), "keys", "On the panes"),
        (("r",), "report", "監控回報"),
        (("2", "j", "enter"), "", "Order TG"),
        (("2", "j", "enter", "l"), "link", "http"),
        (("4", "j", "enter"), "error", "application"),
    ],
)
async def test_every_page_is_kept_whole(
    keys: tuple[str, ...], name: str, words: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with cockpit("stuck", size=(120, 20)) as driven:
        written = sent_to(driven, monkeypatch)
        await driven.press(*keys, "y")
        await driven.until(lambda: copies(home), "the file")
        ((file, text),) = copies(home).items()
        assert file.startswith(name)
        assert words in text
        assert clipboard(written) == text
        assert "saved " in driven.page
        assert "copied" not in driven.page
        assert not {"\x1b", "\x07", "\x9b"} & set(text)


async def test_what_cannot_be_written_is_said_and_nothing_is_sent(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "data").write_text("a file where a folder should be", encoding="utf-8")
    async with cockpit("stuck") as driven:
        written = sent_to(driven, monkeypatch)
        for keys in (("1", "y"), ("h", "y", "escape"), ("4", "j", "enter", "y", "escape")):
            await driven.press(*keys[: keys.index("y") + 1])
            assert "not saved" in driven.screen, keys
            await driven.press(*keys[keys.index("y") + 1 :])
        assert not any("\x1b]52" in text for text in written)


async def test_a_folder_with_a_hostile_name_is_only_text(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = home / "\x1b[31mred[@click=app.quit]x"
    folder.mkdir()
    monkeypatch.setenv("XDG_DATA_HOME", str(folder))
    async with cockpit("stuck", size=(200, 40)) as driven:
        await driven.press("1", "y")
        assert copies(home)
        assert "\x1b" not in driven.screen
        assert "[@click=app.quit]x" in "".join(driven.screen.split()).replace("▌", "")


async def test_the_same_again_is_one_file_and_another_another(home: Path) -> None:
    async with cockpit("stuck") as driven:
        await driven.press("1", "y", "y", "y")
        assert len(copies(home)) == 1
        await driven.press("j", "y")
        assert len(copies(home)) == 2


def test_the_name_tells_what_of_which_launch_and_when() -> None:
    path = path_for(plan(), LATE_MORNING, "orders")
    assert path.name == "orders-plan-20240125-113114.txt"
    assert path.parent.name == "copies"


# --- Enter ------------------------------------------------------------------------------------------------------------


async def test_enter_on_a_product_shows_its_orders_and_nothing_else() -> None:
    async with cockpit("stuck") as driven:
        await driven.press("1", "j", "j", "enter")
        assert driven.focused == ["orders"]
        assert driven.desk._set.filter.startswith("product:")
        shown = driven.desk._page().lines
        assert shown
        assert len({each.line.page_id for each in shown}) == 1
        assert driven.desk._set.filter == f"product:{shown[0].line.page_id}"
        await driven.press("escape")
        assert driven.desk._set.filter == ""


async def test_enter_on_an_error_shows_its_newest_message_whole() -> None:
    async with cockpit("stuck", size=(140, 40)) as driven:
        for row in range(4):
            await driven.press("4", *["k"] * 9, *["j"] * row, "enter")
            assert isinstance(driven.app.screen, TextPage)
            assert "application" in driven.page
            assert "since open" in driven.page
            await driven.press("escape")


async def test_an_error_that_is_no_longer_in_the_log_says_so() -> None:
    async with cockpit("stuck") as driven:
        driven.app.push_screen(error_page("gone\0gone\0gone"))
        await driven.settle()
        assert "no longer in the log" in driven.page


async def test_enter_in_the_cpu_pane_opens_what_is_most_urgent() -> None:
    async with cockpit("stuck") as driven:
        await driven.press("3", "enter")
        assert isinstance(driven.app.screen, OrderPage)
    async with cockpit("calm") as driven:
        await driven.press("3", "enter")
        assert not isinstance(driven.app.screen, OrderPage)
        assert driven.selected()


# --- sizes ------------------------------------------------------------------------------------------------------------

SIZES = ((1, 1), (2, 40), (39, 9), (40, 10), (79, 23), (80, 24), (300, 100))
PLACES: dict[str, tuple[str, ...]] = {
    "filter": ("slash",),
    "mark": ("m",),
    "palette": ("colon",),
    "hand-over": ("h",),
    "preflight": ("c",),
    "links": ("2", "j", "enter", "l"),
    "error": ("4", "j", "enter"),
    "report": ("r",),
    "toast": ("1", "y"),
    "paused": ("p",),
    "compact": ("d", "4", "z"),
}


def sized(driven: Driven, width: int, height: int) -> bool:
    """Whether the whole screen is drawn at this size."""
    rows = driven.screen.split("\n")
    return tuple(driven.app.size) == (width, height) and len(rows) == height and cell_len(rows[0]) == width


@pytest.mark.parametrize("keys", PLACES.values(), ids=PLACES)
async def test_every_page_and_prompt_survives_every_size(keys: tuple[str, ...], home: Path) -> None:
    async with cockpit("stuck") as driven:
        await driven.press(*keys)
        for width, height in (*SIZES, *reversed(SIZES)):
            driven.resize(width, height)
        for width, height in SIZES:
            driven.resize(width, height)
            await driven.until(partial(sized, driven, width, height), "the size")
            await driven.settle()
            assert driven.app.is_running
            await driven.press("down", "up")
        driven.resize(120, 36)
        await driven.settle()
        assert driven.app.is_running
        await driven.press("escape", "escape", "escape", "q")
        await driven.until(lambda: not driven.app.is_running, "the end")
