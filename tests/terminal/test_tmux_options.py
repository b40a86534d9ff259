from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tmux_session import needs_tmux, tmux_session

from evtui.terminal.tmux import Option, Tmux, ask, findings, read
from evtui.text import clean, one_line

GOOD = Tmux(
    "3.4",
    "xterm-256color",
    ("256", "RGB", "clipboard", "title"),
    (Option("set-clipboard", "external"), Option("default-terminal", "tmux-256color"), Option("escape-time", "10")),
    "",
)


def with_option(name: str, value: str) -> Tmux:
    return replace(GOOD, options=(*(each for each in GOOD.options if each.name != name), Option(name, value)))


def lines(tmux: Tmux) -> list[str]:
    return [finding.line for finding in findings(tmux)]


def test_a_tmux_that_is_set_up_has_no_findings() -> None:
    assert findings(GOOD) == ()


@pytest.mark.parametrize(
    ("tmux", "line"),
    [
        (with_option("set-clipboard", "off"), "set -s set-clipboard external"),
        (with_option("escape-time", "500"), "set -s escape-time 10"),
        (with_option("default-terminal", "screen"), 'set -g default-terminal "tmux-256color"'),
        (replace(GOOD, features=("RGB",)), "set -as terminal-features ',xterm-256color:clipboard'"),
        (replace(GOOD, features=("clipboard",)), "set -as terminal-features ',xterm-256color:RGB'"),
    ],
)
def test_each_option_in_the_way_has_its_line(tmux: Tmux, line: str) -> None:
    assert lines(tmux) == [line]


def test_overrides_count_as_features() -> None:
    assert findings(replace(GOOD, features=(), lists="terminal-overrides[0] *:Ms=x:Tc\n")) == ()


def test_a_version_nobody_can_read_is_not_called_old() -> None:
    assert findings(replace(GOOD, version="master")) == ()


def test_an_old_tmux_is_told_to_be_newer() -> None:
    (finding,) = findings(replace(GOOD, version="3.1c", features=()))
    assert finding.must
    assert finding.line == ""
    assert "3.2" in finding.why


@given(st.text(), st.text())
def test_whatever_tmux_prints_is_read(facts: str, more: str) -> None:
    tmux = read(facts, more)
    for finding in findings(tmux):
        text = finding.what + finding.why + finding.line
        assert clean(text) == one_line(text)


@given(st.lists(st.text("abc019.-,:#|", max_size=10), min_size=10, max_size=10))
def test_facts_keep_their_places(values: list[str]) -> None:
    tmux = read("\x1f".join(values) + "\n", "")
    assert (tmux.version, tmux.terminal) == tuple(values[:2])
    assert len(tmux.options) == len([value for value in values[3:] if value])


def test_outside_of_tmux_nobody_is_asked(tmp_path: Path) -> None:
    assert ask({"PATH": str(tmp_path)}) is None
    assert ask({"PATH": str(tmp_path), "TMUX": "/nowhere,1,0"}) is None


@needs_tmux
def test_a_real_tmux_is_read_and_its_findings_mend_it(tmp_path: Path) -> None:
    with tmux_session("xterm-256color") as session:
        session.tmux("set-option", "-s", "escape-time", "500")
        session.tmux("set-option", "-s", "set-clipboard", "off")
        session.tmux("set-option", "-g", "default-terminal", "screen")
        session.tmux("set-option", "-g", "mouse", "on")
        tmux = ask(session.environ)
        assert tmux is not None
        version = subprocess.run(["tmux", "-V"], capture_output=True, text=True, check=True).stdout
        assert version.strip() == f"tmux {tmux.version}"
        assert tmux.terminal == "xterm-256color"
        assert "clipboard" in tmux.features
        assert (tmux.option("escape-time"), tmux.option("mouse")) == ("500", "on")
        found = findings(tmux)
        assert len([finding for finding in found if finding.must]) == 3
        conf = tmp_path / "tmux.conf"
        conf.write_text("".join(f"{finding.line}\n" for finding in found))
        session.tmux("source-file", str(conf))
        mended = ask(session.environ)
        assert mended is not None
        assert [finding for finding in findings(mended) if finding.must] == []


@needs_tmux
def test_a_terminal_tmux_does_not_know_a_clipboard_of() -> None:
    with tmux_session("vt220") as session:
        tmux = ask(session.environ)
        assert tmux is not None
        assert "set -as terminal-features ',vt220:clipboard'" in lines(tmux)
