"""Hostile text on everything that keys open: it is only text there, in what is kept on disk, and in what is sent."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from cockpit_pilot import Driven, Watched
from corpus import ESCAPES, FORBIDDEN, HOSTILE, INVISIBLE, MARKUP
from hostile_sources import NOW, HostileProvider, session
from test_screen_text import believed
from textual.events import Paste

from evtui.alerts.notebook import Mark, Notebook, Seen
from evtui.alerts.rules import alerts
from evtui.domain.reading import FailureKind
from evtui.redact import admit
from evtui.report.hand_over import hand_over
from evtui.tui.screens.desk import DeskScreen
from evtui.tui.themes import choose

UNSEEN = FORBIDDEN | {"\n", "\t"}
HARMFUL = tuple(text for text in ESCAPES if "\x1b" in text or "\x9b" in text)
TEXTS = tuple(text[:300] for text in HOSTILE)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of one's own, and whoever sits there has a hostile name."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("LOGNAME", "\x1b]52;c;eA==\x07[@click=app.quit]x[/]\u202e")
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("TMUX", "STY"):
        monkeypatch.delenv(name, raising=False)
    choose("terminal")
    yield tmp_path
    choose("terminal")


def harmless(driven: Driven) -> None:
    """Nothing on the screen is anything but text, and no action hides in it."""
    for strip in driven.app.screen._compositor.render_strips():
        for segment in strip:
            if not segment.control:
                assert not UNSEEN & set(segment.text), segment
                assert segment.style is None or not [name for name in segment.style.meta if name.startswith("@")], (
                    segment
                )
    frame = driven.app.screen._compositor.render_full_update().render_segments(driven.app.console)
    assert not [raw for raw in HARMFUL if raw in frame]
    assert driven.app.is_running


TOUR = (
    ("n", "n", "N", "a", "s", "n"),
    ("d", "t", "T", "p", "p", "b", "L"),
    ("1", "j", "S", "y", "enter", "escape"),
    ("4", "j", "S", "y", "enter", "y", "escape", "escape"),
    ("4", "z", "j", "pagedown", "y", "z", "escape"),
    ("3", "z", "y", "z"),
    ("2", "j", "y", "G", "y", "home", "escape"),
    ("o", "j", "y", "o", "escape"),
    ("h", "pagedown", "y", "escape"),
    ("c", "pagedown", "y", "escape"),
    ("r", "y", "s", "y", "escape"),
    ("5", "j", "y", "enter", "pagedown", "y", "x", "escape", "K", "escape"),
    ("question_mark", "pagedown", "y", "escape"),
)


@pytest.mark.parametrize("failing", [None, FailureKind.DOWN])
async def test_a_tour_of_everything(failing: FailureKind | None, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = HostileProvider(TEXTS)
    app = Watched(session(provider))
    async with app.run_test(size=(150, 44), notifications=True) as pilot:
        driven = Driven(app, pilot)
        written: list[str] = []
        monkeypatch.setattr(app._driver, "write", written.append)
        await driven.until(driven.heard_all, "every source")
        provider.failing = failing
        await app.session.refresh()
        app.tick()
        await driven.settle()
        for keys in TOUR:
            for key in keys:
                await driven.press(key)
                harmless(driven)
            while len(app.screen_stack) > 1:
                await driven.press("escape")
        assert isinstance(app.screen, DeskScreen)
    files = list(home.rglob("*.txt"))
    assert len(files) > 8
    for path in files:
        assert not (FORBIDDEN - {"\n"}) & set(path.read_text(encoding="utf-8")), path
        assert not FORBIDDEN & set(path.name)
    for text in written:
        if text.startswith("\x1b]52;c;"):
            sent = base64.b64decode(text.removeprefix("\x1b]52;c;").removesuffix("\x07")).decode()
            assert not (FORBIDDEN - {"\n"}) & set(sent)
        else:
            assert not [raw for raw in HARMFUL if raw in text]


async def test_every_prompt_takes_all_of_it_as_text() -> None:
    app = Watched(session(HostileProvider(("x",))))
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        driven = Driven(app, pilot)
        await driven.until(driven.heard_all, "every source")
        for raw in (*ESCAPES[::3], *INVISIBLE[::3], *MARKUP[::3]):
            for key in ("slash", "m", "colon", "g"):
                await driven.press(key)
                app.post_message(Paste(raw))
                await driven.settle()
                harmless(driven)
                await driven.press("enter")
                harmless(driven)
                while len(app.screen_stack) > 1:
                    await driven.press("escape")
        for mark in app.session.notebook.marks:
            assert not UNSEEN & set(mark.text + mark.by)
        assert app.session.notebook.marks
        await driven.press("3", "z")
        harmless(driven)


@pytest.mark.parametrize("raw", TEXTS, ids=range(len(TEXTS)))
def test_the_hand_over_is_lines_of_text(raw: str) -> None:
    state = believed((raw,))
    text = admit(raw)
    book = Notebook().with_mark(Mark(NOW, text, text))
    for alert in alerts(state, NOW):
        book = book.with_seen(Seen(alert.key, alert.severity, alert.count, NOW, text))
    for notebook in (Notebook(), book):
        for line in hand_over(state, notebook, NOW):
            assert not (FORBIDDEN - {"\n"}) & set(line)
