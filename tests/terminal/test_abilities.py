from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.terminal.abilities import abilities, as_started, refusal

TRUE = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}


@pytest.mark.parametrize(
    ("environ", "colours", "said"),
    [
        (TRUE, "truecolor", "COLORTERM=truecolor"),
        ({"TERM": "xterm-256color", "COLORTERM": "24bit"}, "truecolor", "COLORTERM=24bit"),
        ({"TERM": "xterm-256color"}, "256", "TERM=xterm-256color"),
        ({"TERM": "xterm"}, "16", "TERM=xterm"),
        ({"TERM": "xterm-16color"}, "16", "TERM=xterm-16color"),
        ({"TERM": "xterm-mono"}, "none", "TERM=xterm-mono"),
        ({"TERM": "xterm-kitty"}, "truecolor", "TERM=xterm-kitty"),
        ({"TERM": "xterm-direct"}, "truecolor", "TERM=xterm-direct"),
        ({"TERM": "alacritty"}, "truecolor", "TERM=alacritty"),
        ({**TRUE, "TERM": "linux"}, "16", "TERM=linux"),
        ({**TRUE, "TERM": "vt100"}, "none", "TERM=vt100"),
        ({**TRUE, "TERM": "dumb"}, "none", "TERM=dumb"),
        ({"COLORTERM": "truecolor"}, "none", "TERM is not set"),
        ({**TRUE, "NO_COLOR": "1"}, "none", "NO_COLOR is set"),
        ({**TRUE, "NO_COLOR": ""}, "truecolor", "COLORTERM=truecolor"),
        ({"TERM": "tmux-256color", "TMUX": "/s,1,0"}, "256", "TERM=tmux-256color"),
        ({**TRUE, "TERM": "tmux-256color", "TMUX": "/s,1,0"}, "truecolor", "COLORTERM=truecolor"),
        ({"TERM": "screen", "TMUX": "/s,1,0"}, "16", "TERM=screen"),
        ({**TRUE, "TERM": "screen", "STY": "1.a"}, "16", "TERM=screen in screen"),
        ({**TRUE, "TERM": "screen.xterm-256color", "STY": "1.a"}, "256", "TERM=screen.xterm-256color in screen"),
        ({"TERM": "xterm-256color", "WT_SESSION": "x"}, "truecolor", "WT_SESSION: Windows Terminal"),
    ],
)
def test_colours(environ: dict[str, str], colours: str, said: str) -> None:
    able = abilities(environ, "utf-8")
    assert (able.colours, able.colours_from) == (colours, said)


@pytest.mark.parametrize(
    ("environ", "encoding", "utf8", "said"),
    [
        ({"LANG": "zh_TW.UTF-8"}, "utf-8", True, "LANG=zh_TW.UTF-8"),
        ({"LANG": "en_US.utf8"}, "utf-8", True, "LANG=en_US.utf8"),
        ({"LC_CTYPE": "UTF-8"}, "utf-8", True, "LC_CTYPE=UTF-8"),
        ({"LANG": "C.UTF-8"}, "utf-8", True, "LANG=C.UTF-8"),
        ({"LC_ALL": "zh_TW.Big5", "LANG": "zh_TW.UTF-8"}, "utf-8", False, "LC_ALL=zh_TW.Big5"),
        ({"LC_ALL": "", "LC_CTYPE": "zh_TW.UTF-8", "LANG": "zh_TW.Big5"}, "utf-8", True, "LC_CTYPE=zh_TW.UTF-8"),
        ({"LC_ALL": "en_US.ISO-8859-1"}, "utf-8", False, "LC_ALL=en_US.ISO-8859-1"),
        ({"LC_ALL": "C", "LANG": "zh_TW.Big5"}, "utf-8", None, "LC_ALL=C"),
        ({"LC_ALL": "POSIX"}, "utf-8", None, "LC_ALL=POSIX"),
        ({"LC_ALL": "C"}, "ANSI_X3.4-1968", False, "Python writes ascii"),
        ({}, "utf-8", None, "none of LC_ALL, LC_CTYPE and LANG is set"),
        ({}, "no such encoding", None, "none of LC_ALL, LC_CTYPE and LANG is set"),
        ({}, "big5", False, "Python writes big5"),
        ({"LANG": "de_DE@euro"}, "iso8859-15", False, "LANG=de_DE@euro means iso8859-15"),
        ({"LANG": "zh_TW"}, "big5", False, "LANG=zh_TW means big5"),
        ({"LANG": "zh_TW"}, "utf-8", None, "LANG=zh_TW names no encoding"),
        ({"LANG": "sr_RS.UTF-8@latin"}, "utf-8", True, "LANG=sr_RS.UTF-8@latin"),
    ],
)
def test_encoding_in_the_order_of_posix(environ: dict[str, str], encoding: str, utf8: bool | None, said: str) -> None:
    able = abilities(environ, encoding)
    assert (able.utf8, able.utf8_from) == (utf8, said)


@pytest.mark.parametrize(
    ("environ", "multiplexer"),
    [
        ({}, "none"),
        ({"TMUX": ""}, "none"),
        ({"TMUX": "/s,1,0"}, "tmux"),
        ({"STY": "1.a"}, "screen"),
        ({"STY": "1.a", "TMUX": "/s,1,0"}, "tmux"),
    ],
)
def test_multiplexers(environ: dict[str, str], multiplexer: str) -> None:
    assert abilities(environ, "utf-8").multiplexer == multiplexer


@pytest.mark.parametrize(
    ("value", "dark"),
    [("15;0", True), ("0;15", False), ("0;default;7", False), ("7;8", True), ("15;default", None), ("", None)],
)
def test_background(value: str, dark: bool | None) -> None:
    assert abilities({"COLORFGBG": value}, "utf-8").dark is dark


@given(
    st.dictionaries(
        st.sampled_from(
            ["TERM", "COLORTERM", "NO_COLOR", "LC_ALL", "LC_CTYPE", "LANG", "TMUX", "STY", "COLORFGBG", "WT_SESSION"]
        ),
        st.text(),
    ),
    st.text(),
)
def test_any_environment_is_understood_and_reasons_are_fit_for_a_terminal(
    environ: dict[str, str], encoding: str
) -> None:
    able = abilities(environ, encoding)
    for said in (able.colours_from, able.utf8_from, able.multiplexer_from, able.dark_from):
        assert said.isprintable()
        assert len(said) < 80
    assert (refusal(able) is None) == (able.utf8 is not False)


@pytest.mark.parametrize(
    ("environ", "fix"),
    [
        ({"LC_ALL": "zh_TW.Big5"}, "LC_ALL=zh_TW.UTF-8"),
        ({"LANG": "de_DE.ISO-8859-15@euro"}, "LC_ALL=de_DE.UTF-8"),
        ({"LANG": "weird.KOI8"}, "LC_ALL=C.UTF-8"),
    ],
)
def test_the_refusal_is_one_sentence_with_the_fix(environ: dict[str, str], fix: str) -> None:
    sentence = refusal(abilities(environ, "utf-8"))
    assert sentence is not None
    assert sentence.endswith(fix)
    assert ". " not in sentence


def test_what_python_adds_is_told_from_what_the_user_set(tmp_path: Path) -> None:
    started = tmp_path / "environ"
    added = {"LC_CTYPE": "C.UTF-8", "LANG": "zh_TW.Big5"}
    started.write_bytes(b"LANG=zh_TW.Big5\0TERM=xterm\0")
    assert as_started(added, started) == {"LANG": "zh_TW.Big5"}
    started.write_bytes(b"LC_CTYPE=C.UTF-8\0LANG=zh_TW.Big5\0")
    assert as_started(added, started) == added
    assert as_started(added, tmp_path / "missing") == added
    started.write_bytes(b"")
    assert as_started(added, started) == added


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="this system does not tell what a process got")
def test_a_language_whose_locale_is_missing_is_still_heard() -> None:
    program = (
        "import os; from evtui.terminal.abilities import *; print(abilities(as_started(os.environ), 'utf-8').utf8_from)"
    )
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path), "LANG": "xx_XX.Big5"}
    done = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True)
    assert done.stdout == "LANG=xx_XX.Big5\n"
