"""Which encodings the cockpit opens in, in a real pseudo-terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from outer_terminal import OuterTerminal


@contextmanager
def started(home: Path, **locale: str) -> Iterator[OuterTerminal]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "XDG_", "EVTUI_"))}
    environ = kept | {"HOME": str(home), "TERM": "xterm-256color", "PYTHONPATH": os.pathsep.join(sys.path)} | locale
    outer = OuterTerminal([sys.executable, "-m", "evtui", "demo"], environ)
    try:
        yield outer
    finally:
        outer.close()


@pytest.mark.parametrize(
    ("locale", "fix"),
    [
        ({"LC_ALL": "en_US.ISO-8859-1"}, "LC_ALL=en_US.UTF-8"),
        ({"LC_ALL": "zh_TW.Big5"}, "LC_ALL=zh_TW.UTF-8"),
        ({"LANG": "zh_TW.Big5"}, "LC_ALL=zh_TW.UTF-8"),
        ({"LC_ALL": "C", "PYTHONUTF8": "0"}, "LC_ALL=C.UTF-8"),
    ],
)
def test_an_encoding_that_cannot_show_names_is_refused_in_one_sentence(
    tmp_path: Path, locale: dict[str, str], fix: str
) -> None:
    with started(tmp_path, **locale) as outer:
        assert outer.ended() == 2
        shown = outer.received.decode("ascii")
        assert shown.startswith("evtui: ")
        assert shown.endswith(f"{fix}\r\n")
        assert shown.count("\n") == 1
        assert "\x1b" not in shown


@pytest.mark.parametrize("locale", [{}, {"LC_ALL": "C"}, {"LANG": "POSIX"}, {"LANG": "C.UTF-8"}])
def test_where_nobody_chose_an_encoding_the_cockpit_opens(tmp_path: Path, locale: dict[str, str]) -> None:
    with started(tmp_path, **locale) as outer:
        outer.until(lambda: "(100×5)".encode() in outer.received, "a product")
