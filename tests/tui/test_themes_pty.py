"""Colours in a real pseudo-terminal: none at all where none are wanted, the terminal's own where it has few."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from program import environment
from pty_session import PtySession

APP = str(Path(__file__).with_name("cockpit_app.py"))

SGR = re.compile(r"\x1b\[([0-9;:]*)m")

Start = Callable[..., PtySession]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the demo of a launch with problems, with settings of the user's own."""
    opened: list[PtySession] = []

    def opens(settings: str = "", **env: str) -> PtySession:
        names = environment(tmp_path, env)
        names.pop("PYTHONPATH", None)
        names["EVTUI_SCREEN"] = str(tmp_path / "screen.toml")
        (tmp_path / "screen.toml").write_text(settings, encoding="utf-8")
        session = PtySession(
            [APP, "none", "demo", "--scenario", "stuck", "--at", "2024-01-25T11:31:14", "--speed", "0.01"],
            names,
            (120, 36),
        )
        opened.append(session)
        session.shows("1 Stock")
        session.until(lambda: 2004 in session.terminal.modes and 7 not in session.terminal.modes, "modes")
        session.shows("overdue")
        return session

    yield opens
    for session in opened:
        session.close()


def tour(session: PtySession) -> None:
    """Every kind of page, prompt and toast once."""
    for keys, shown in (
        ("j", "held"),
        ("y", "saved "),
        ("a", "seen by"),
        ("/", "Enter keeps the filter"),
        ("status:waiting", "/status:waiting"),
        ("\x15colour:x", "is no field"),
        ("\r", "no order matches"),
        ("\x1b", LEFT),
        ("g", "go to which order"),
        ("[/x]\r", "is not an order code"),
        ("\x1b", LEFT),
        ("m", "mark at"),
        ("said\r", LEFT),
        (":", "next-problem"),
        ("red", "paint the whole"),
        ("\x1b", LEFT),
        ("r", "Report ·"),
        ("y", "saved "),
        ("\x1b", LEFT),
        ("\r", "Order TG"),
        ("l", "Links of"),
        ("\x1b", "Order TG"),
        ("\x1b", LEFT),
        ("p", "PAUSED"),
        ("p", LEFT),
        ("4jz", "4 Errors"),
        ("\r", "application"),
    ):
        session.send(keys)
        session.until(partial(stands, session, shown), f"{shown!r}")


LEFT = ""
"""Nothing but the main screen, following the feed."""


def text(session: PtySession) -> str:
    return "\n".join(session.terminal.lines)


def stands(session: PtySession, words: str) -> bool:
    """Whether these words are on the screen; for `LEFT`, whether nothing stands over the main screen."""
    shown = text(session)
    return words in shown if words else "m mark" in shown.splitlines()[-1] and "follow" in shown and "Esc" not in shown


def colours(raw: str) -> set[str]:
    """Every colour that was ever asked for, in the words of the sequence."""
    found: set[str] = set()
    for sequence in SGR.findall(raw):
        codes = re.split("[;:]", sequence)
        for code in codes:
            number = int(code or 0)
            if 30 <= number <= 49 or 90 <= number <= 107:
                found.add(sequence)
    return found


def test_where_no_colour_is_wanted_none_is_ever_sent(start: Start) -> None:
    session = start(NO_COLOR="1")
    tour(session)
    session.send("q")
    assert session.ended() == 0
    assert colours(session.raw) == set()
    assert SGR.search(session.raw), "bold and reversed remain"


@pytest.mark.parametrize(("settings", "env"), [('colours = "none"\n', {}), ("", {"TERM": "vt100"})])
def test_nor_where_the_settings_or_the_terminal_know_none(start: Start, settings: str, env: dict[str, str]) -> None:
    session = start(settings, **env)
    session.send("jy")
    session.shows("saved ")
    session.send("q")
    assert session.ended() == 0
    assert colours(session.raw) == set()


def test_a_terminal_of_sixteen_colours_gets_no_others(start: Start) -> None:
    session = start('colours = "16"\n')
    tour(session)
    session.send("q")
    assert session.ended() == 0
    assert colours(session.raw)
    assert not [sequence for sequence in colours(session.raw) if re.search(r"\b[34]8\b", sequence)]
