"""Hyperlinks in a real pseudo-terminal: they arrive with their address, and end where their text ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from program import environment
from pty_session import PtySession

APP = str(Path(__file__).with_name("cockpit_app.py"))
CODE = "TG240125L00025"


@pytest.fixture(params=[(), ("--whole-frames",)], ids=["cells", "whole"])
def session(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PtySession]:
    names = environment(tmp_path)
    names.pop("PYTHONPATH", None)
    opened = PtySession([APP, "none", *request.param, "demo"], names, (80, 24))
    try:
        opened.shows("1 Stock")
        opened.until(lambda: 7 not in opened.terminal.modes and 2004 in opened.terminal.modes, "the modes")
        yield opened
    finally:
        opened.close()


def linked(session: PtySession) -> dict[str, str]:
    """Text by the address it links to, its folded pieces joined."""
    found: dict[str, str] = {}
    for line in session.terminal.cells:
        for char, look in line:
            if uri := dict(look).get("link"):
                found[uri] = found.get(uri, "") + char
    return found


def test_links_reach_the_terminal_whole_and_end(session: PtySession) -> None:
    session.send("g")
    session.shows("TG or TS")
    session.send(f"{CODE}\r")
    session.shows(f"Order {CODE}")
    assert linked(session) == {}
    session.send("l")
    # a link is there when its text is its address: no other cell of the screen is part of it
    session.until(lambda: [uri == text for uri, text in linked(session).items()] == [True] * 4, "four whole links")
    found = linked(session)
    assert f"https://osm.example.com/orders/{CODE}" in found
    (grafana,) = [uri for uri in found if "grafana" in uri]
    assert re.fullmatch(rf"https://grafana\.example\.com/explore\?orgId=2&q={CODE}&from=\d{{13}}&to=\d{{13}}", grafana)
    assert "link" not in session.terminal.look
    session.send("\x1b[27u\x1b[27u")
    session.until(lambda: CODE not in "\n".join(session.terminal.lines) or not linked(session), "the desk")
    assert linked(session) == {}
    assert not session.terminal.unknown
