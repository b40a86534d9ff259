from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from outer_terminal import OuterTerminal
from tmux_session import needs_tmux, tmux_session

from evtui.terminal.clipboard import OSC52_LIMIT, SCREEN_PIECE, TMUX_LIMIT, in_pieces, osc52, send

TEXT = "第1天 目前銷售情況\n$1000電子購物禮券 ($500X2張) 送$88電子購物禮券: 12 套\n"
PLAIN = {"TERM": "xterm-256color"}

needs_screen = pytest.mark.skipif(shutil.which("screen") is None, reason="GNU screen is not installed")


def decoded(sequence: str) -> str:
    match = re.fullmatch(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", sequence)
    assert match, sequence
    return base64.b64decode(match[1]).decode()


def test_a_terminal_of_its_own_gets_one_sequence() -> None:
    written: list[str] = []
    assert send(TEXT, PLAIN, written.append) == "sent to the terminal's clipboard"
    assert [decoded(each) for each in written] == [TEXT]


@given(st.text())
def test_the_pieces_for_screen_make_up_the_sequence(text: str) -> None:
    sequence = osc52(text.encode("utf-8", "replace"))
    pieces = list(in_pieces(sequence))
    assert all(piece.startswith("\x1bP") and piece.endswith("\x1b\\") for piece in pieces)
    assert all(len(piece) <= SCREEN_PIECE + 4 for piece in pieces)
    assert "".join(piece[2:-2] for piece in pieces) == sequence


@pytest.mark.parametrize("environ", [PLAIN, {**PLAIN, "STY": "1.x"}, {"TERM": "tmux-256color"}, {"TERM": "screen"}])
def test_what_is_too_long_is_not_sent_and_not_called_sent(environ: dict[str, str]) -> None:
    written: list[str] = []
    assert send("x" * (OSC52_LIMIT + 1), environ, written.append) == "not sent: too long for the terminal's clipboard"
    assert written == []
    assert send("x" * OSC52_LIMIT, environ, written.append).startswith("sent ")
    assert len(osc52(b"x" * OSC52_LIMIT)) <= 100_008


@pytest.mark.parametrize("term", ["linux", "dumb", "vt100", ""])
def test_terminals_without_a_clipboard_are_spared(term: str) -> None:
    written: list[str] = []
    words = send(TEXT, {"TERM": term}, written.append)
    assert words.startswith("not sent: ")
    assert written == []


def test_a_tmux_at_the_other_end_of_ssh_is_named() -> None:
    written: list[str] = []
    words = send(TEXT, {"TERM": "tmux-256color"}, written.append)
    assert "set-clipboard" in words
    assert [decoded(each) for each in written] == [TEXT]


def test_what_calls_itself_screen_gets_both_forms() -> None:
    written: list[str] = []
    words = send(TEXT, {"TERM": "screen-256color"}, written.append)
    assert "screen or tmux" in words
    bare = osc52(TEXT.encode())
    assert "".join(written) == bare + "".join(in_pieces(bare))


@given(st.dictionaries(st.sampled_from(["TERM", "STY"]), st.text(max_size=20)), st.text(max_size=50))
def test_the_words_never_promise_that_it_arrived(environ: dict[str, str], text: str) -> None:
    words = send(text, environ, lambda data: None)
    assert words.startswith(("sent ", "not sent: "))
    assert "copied" not in words


def tmux_of(folder: Path, script: str) -> dict[str, str]:
    """An environment whose tmux is `script`."""
    path = folder / "tmux"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return {"TMUX": "/nowhere,1,0", "TERM": "tmux-256color", "PATH": f"{folder}:{os.environ['PATH']}"}


def test_a_tmux_that_cannot_be_asked_leaves_the_sequence(tmp_path: Path) -> None:
    written: list[str] = []
    words = send(TEXT, tmux_of(tmp_path, "exit 1"), written.append)
    assert words.startswith("tmux could not be asked; sent ")
    assert [decoded(each) for each in written] == [TEXT]


def test_without_the_program_too(tmp_path: Path) -> None:
    written: list[str] = []
    send(TEXT, {"TMUX": "/nowhere,1,0", "TERM": "tmux-256color", "PATH": str(tmp_path)}, written.append)
    assert [decoded(each) for each in written] == [TEXT]


@needs_tmux
def test_in_a_tmux_with_default_options_it_is_in_the_buffer_and_goes_out() -> None:
    written: list[str] = []
    with tmux_session() as session:
        assert session.tmux("show-options", "-sv", "set-clipboard").strip() == "external"
        words = send(TEXT, session.environ, written.append)
        assert words == "sent to tmux and through it to the terminal's clipboard"
        assert session.buffer() == TEXT
        session.outer.until(session.outer.clipboard, "the clipboard sequence")
        assert session.outer.clipboard() == [TEXT]
    assert written == []


@needs_tmux
def test_a_terminal_that_tmux_does_not_believe_in_gets_nothing() -> None:
    with tmux_session("vt220") as session:
        send(TEXT, session.environ, lambda data: None)
        assert session.buffer() == TEXT
        session.tmux("rename-window", "MARKER")
        session.outer.until(lambda: b"MARKER" in session.outer.received, "what comes later")
        assert session.outer.clipboard() == []


@needs_tmux
def test_an_older_tmux_keeps_it_and_it_is_said(tmp_path: Path) -> None:
    script = f'[ "$2" = -w ] && {{ echo "usage: load-buffer" >&2; exit 1; }}\nexec {shutil.which("tmux")} "$@"'
    with tmux_session() as session:
        environ = dict(session.environ) | {"PATH": tmux_of(tmp_path, script)["PATH"]}
        words = send(TEXT, environ, lambda data: None)
        assert words.startswith("sent to tmux's buffer")
        assert "too old" in words
        assert session.buffer() == TEXT


@needs_tmux
def test_what_is_too_long_for_terminals_stays_in_tmux() -> None:
    long = "x" * (OSC52_LIMIT + 1)
    with tmux_session() as session:
        words = send(long, session.environ, lambda data: None)
        assert words.startswith("sent to tmux's buffer")
        assert "too long for the terminal's clipboard" in words
        assert session.buffer() == long
        assert send("x" * (TMUX_LIMIT + 1), session.environ, lambda data: None).startswith("not sent: ")


@needs_tmux
@pytest.mark.parametrize(("clipboard", "arrives"), [("on", True), ("external", False)])
def test_a_tmux_in_a_tmux_depends_on_the_outer_one(clipboard: str, arrives: bool) -> None:
    with tmux_session() as outer:
        outer.tmux("set-option", "-s", "set-clipboard", clipboard)
        with tmux_session(inside=outer) as inner:
            inner.tmux("set-option", "-as", "terminal-features", ",tmux*:clipboard")
            inner.tmux("detach-client", "-E", f"TMUX= TMUX_TMPDIR={inner.environ['TMUX_TMPDIR']} exec tmux attach")
            inner.outer.until(lambda: "clipboard" in inner.tmux("display", "-p", "#{client_termfeatures}"), "it again")
            send(TEXT, inner.environ, lambda data: None)
            assert inner.buffer() == TEXT
            inner.tmux("rename-window", "MARKER")
            inner.outer.until(lambda: b"MARKER" in inner.outer.received, "what comes later")
            assert inner.outer.clipboard() == ([TEXT] if arrives else [])


@needs_screen
def test_screen_passes_the_pieces_to_the_terminal_around_it() -> None:
    long = TEXT * 100
    program = f"import os, sys; from evtui.terminal.clipboard import send; send({TEXT!r} * 100, os.environ, w)"
    program = f"w = __import__('sys').stdout.write; {program}; sys.stdout.flush(); input()"
    with tempfile.TemporaryDirectory(prefix="evtui-screen-") as folder:
        os.chmod(folder, 0o700)
        environ = {name: value for name, value in os.environ.items() if name not in ("TMUX", "STY")}
        environ |= {"SCREENDIR": folder, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        environ |= {"PYTHONPATH": os.pathsep.join(sys.path), "HOME": folder}
        outer = OuterTerminal(["screen", "-S", "one", "-c", "/dev/null", sys.executable, "-c", program], environ)
        try:
            outer.until(outer.clipboard, "the clipboard sequence")
            assert outer.clipboard() == [long]
        finally:
            subprocess.run(["screen", "-S", "one", "-X", "quit"], env=environ, check=False, capture_output=True)
            outer.close()
