"""The program itself in a pseudo-terminal: after many differences, painting everything anew changes nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from program import environment
from pty_session import PtySession
from terminal_model import cjk_width, usual_width

PROGRAM = ("-m", "evtui")
ATTEMPTS = 5
ESCAPE = "\x1b[27u"
KEYS = (*"jjk2zjz?j", ESCAPE, *"rj", ESCAPE, *"oodnN1zTzt")
"""Panes, zoom, pages, the feed, density, themes: whatever changes the screen at once."""

Start = Callable[..., PtySession]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    opened: list[PtySession] = []

    def opens(*flags: str, doubles: bool = False, **env: str) -> PtySession:
        names = environment(tmp_path, env)
        names.pop("PYTHONPATH", None)
        width = cjk_width if doubles else usual_width
        session = PtySession([*PROGRAM, *flags], names, (120, 36), width=width)
        opened.append(session)
        session.shows("1 Stock")
        session.until(lambda: {1049, 2004} <= session.terminal.modes and 7 not in session.terminal.modes, "modes")
        return session

    yield opens
    for session in opened:
        session.close()


def settled(session: PtySession) -> None:
    """Nothing has come for a while: what the last key changed is on the screen."""
    while session.pump(0.1):
        pass


def repainted(session: PtySession) -> None:
    """Sends `R` and waits until every line has come anew."""
    begun = len(session.raw)
    session.send("R")
    rows = session.terminal.rows
    session.until(lambda: len(set(re.findall(r"\x1b\[(\d*)(?:;\d+)?H", session.raw[begun:]))) >= rows, "a repaint")
    settled(session)


@pytest.mark.parametrize("doubles", [False, True], ids=["one", "two"])
def test_a_day_at_the_keys(start: Start, doubles: bool) -> None:
    """With a clock that stands nearly still, so that nothing changes but by keys."""
    session = start("demo", "--speed", "0.01", "--scenario", "rush", doubles=doubles)
    for at, key in enumerate(KEYS):
        session.send(key)
        settled(session)
        if at % 6 == 5:
            session.resize(*((100, 30), (80, 24), (120, 36))[at // 6 % 3])
            settled(session)
    seen = session.terminal.picture
    assert any("".join(char for char, _ in line).strip() for line in seen)
    repainted(session)
    assert session.terminal.lines == ["".join(char for char, _ in line) for line in seen]
    assert session.terminal.cells == seen
    assert not session.terminal.unknown


def test_a_rush_of_orders(start: Start) -> None:
    session = start("demo", "--scenario", "rush", "--at", "2024-01-25T10:05")
    for _ in range(ATTEMPTS):
        ticks = 0
        while ticks < 3:
            ticks += session.pump(2.0)
            settled(session)
        before, seen = session.terminal.lines, session.terminal.picture
        repainted(session)
        if session.terminal.lines[0] == before[0]:  # the clock has not moved on meanwhile
            assert session.terminal.cells == seen
            return
    pytest.fail("the clock moved on whenever the screen was painted")


def depths(raw: str) -> set[str]:
    """How many colours the styles in `raw` are made for."""
    found = set()
    for parameters in re.findall(r"\x1b\[([0-9;]*)m", raw):
        for kind in re.findall(r"(?:^|;)[34]8;([25]);", parameters):
            found.add({"2": "truecolor", "5": "256"}[kind])
        rest = re.sub(r"(?:^|;)[34]8;(?:5;\d+|2;\d+;\d+;\d+)", "", parameters).split(";")
        if any(re.fullmatch("[34][0-7]|9[0-7]|10[0-7]", code) for code in rest):
            found.add("16")
    return found


@pytest.mark.parametrize(
    ("flags", "env", "allowed"),
    [
        ((), {"NO_COLOR": "1"}, set()),
        (("--whole-frames",), {"NO_COLOR": "1"}, set()),
        ((), {"TERM": "xterm-16color", "COLORTERM": ""}, {"16"}),
        (("--whole-frames",), {"TERM": "linux", "COLORTERM": ""}, {"16"}),
        ((), {"TERM": "xterm-256color", "COLORTERM": ""}, {"16", "256"}),
    ],
)
def test_no_more_colours_than_the_terminal_has(
    start: Start, flags: tuple[str, ...], env: dict[str, str], allowed: set[str]
) -> None:
    session = start(*flags, "demo", "--speed", "0.01", **env)
    for key in ("?", ESCAPE, *"TTTT", "r", ESCAPE, "M"):
        session.send(key)
        settled(session)
    assert depths(session.raw) <= allowed
