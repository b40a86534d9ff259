"""Mouse and redraw by key, in a real pseudo-terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from program import environment
from pty_session import PtySession

APP = str(Path(__file__).with_name("cockpit_app.py"))
MOUSE = {1000, 1003, 1015, 1006}

Start = Callable[..., PtySession]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the demo with settings of the user's own."""
    opened: list[PtySession] = []

    def opens(settings: str = "") -> PtySession:
        names = environment(tmp_path, {"EVTUI_SCREEN": str(tmp_path / "screen.toml")})
        names.pop("PYTHONPATH", None)
        (tmp_path / "screen.toml").write_text(settings, encoding="utf-8")
        session = PtySession([APP, "none", "demo", "--speed", "0.01"], names, (120, 36))
        opened.append(session)
        session.shows("1 Stock")
        session.until(lambda: 2004 in session.terminal.modes and 7 not in session.terminal.modes, "modes")
        return session

    yield opens
    for session in opened:
        session.close()


def test_the_mouse_is_let_go_of_and_taken_again(start: Start) -> None:
    session = start()
    session.until(lambda: MOUSE & session.terminal.modes, "the mouse")
    session.send("M")
    session.until(lambda: not MOUSE & session.terminal.modes, "no mouse")
    session.shows("the terminal's own")
    session.send("M")
    session.until(lambda: MOUSE & session.terminal.modes, "the mouse again")
    session.send("Mq")
    assert session.ended() == 0
    assert session.left_as_found()


def test_who_wants_no_mouse_never_gets_it(start: Start) -> None:
    session = start("mouse = false\n")
    session.send("M")
    session.until(lambda: MOUSE & session.terminal.modes, "the mouse")
    session.send("q")
    assert session.ended() == 0
    before = session.raw[: session.raw.index("1 Stock")]
    assert "\x1b[?1003h" not in before
    assert session.left_as_found()


def test_redraw_repairs_what_something_else_wrote(start: Start) -> None:
    session = start()
    session.shows("% (4/4)")
    session.send("p")
    session.shows("PAUSED")
    sound = [line[:20] for line in session.terminal.lines[1:30]]
    session.terminal.feed("\x1b[5;1HWRITTEN BY SOMETHING ELSE\x1b[12;1H\x1b[J")
    assert [line[:20] for line in session.terminal.lines[1:30]] != sound
    session.send("R")
    session.until(lambda: [line[:20] for line in session.terminal.lines[1:30]] == sound, "the whole screen")
    session.send("q")
    assert session.ended() == 0
