from __future__ import annotations

import io
import json
import sys
from datetime import UTC, datetime

import pytest
from program import Program, Ran

from evtui.clock import ManualClock
from evtui.commands import doctor

pytest_plugins = ("program_fixture",)

OUTSIDE = {"TMUX": "", "STY": "", "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}


def ran(evtui: Program, *args: str, **environ: str) -> Ran:
    return evtui.process("doctor", *args, **(OUTSIDE | environ)).sound()


def test_without_a_terminal_it_tells_what_can_be_known(evtui: Program) -> None:
    done = ran(evtui)
    assert done.code == 0
    assert "not drawn: there is no terminal" in done.out
    assert done.out.count("not asked: there is no terminal") == 6
    assert "LC_ALL=C.UTF-8" in done.out
    assert done.err == ""


def test_an_encoding_that_is_wrong_is_known_without_a_terminal(evtui: Program) -> None:
    done = ran(evtui, LC_ALL="zh_TW.Big5")
    assert done.code == 1
    assert "LC_ALL=zh_TW.UTF-8" in done.out


def test_files_are_named(evtui: Program) -> None:
    path = evtui.write("", "evtui.toml")
    done = ran(evtui)
    assert str(path) in done.out
    assert str(evtui.home / "xdg_config_home" / "evtui" / "screen.toml") in done.out
    assert "evtui.log" in done.out
    assert not (evtui.home / "xdg_config_home").exists()
    settings = evtui.write("", "own.toml")
    facts = json.loads(ran(evtui, "--json", EVTUI_SCREEN=str(settings)).out)
    assert facts["files"]["campaign"] == str(path)
    assert (facts["files"]["screen_settings"], facts["files"]["screen_settings_exists"]) == (str(settings), True)


def test_a_campaign_file_that_is_not_there_is_to_be_put_right(evtui: Program) -> None:
    done = ran(evtui, EVTUI_CONFIG="nowhere.toml")
    assert done.code == 1
    assert "there is no file" in done.out


def test_screen_settings_that_cannot_be_used_are_told_with_their_place(evtui: Program) -> None:
    path = evtui.write("ambiguous_width = 3\n", "screen.toml")
    done = ran(evtui, EVTUI_SCREEN=str(path))
    assert done.code == 1
    assert f"{path}:1:" in done.out
    missing = ran(evtui, EVTUI_SCREEN="nowhere.toml")
    assert missing.code == 1
    assert "$EVTUI_SCREEN: there is no file" in missing.out


def test_the_json_says_why_for_whatever_is_unknown(evtui: Program) -> None:
    done = ran(evtui, "--json", "--copy")
    facts = json.loads(done.out)
    assert facts["version"] == 1
    assert facts["ok"] is True
    for table in (facts, facts["answers"]):
        for name, value in table.items():
            assert value is not None or name.endswith("_why") or table[f"{name}_why"], name
    assert facts["clipboard"]["went"] == "not sent: there is no terminal"


def test_each_text_for_the_clipboard_is_another(evtui: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout"):
        monkeypatch.setattr(sys, name, io.StringIO())
    texts = []
    for second in (1, 2):
        clock = ManualClock(datetime(2024, 1, 25, 10, 30, second, tzinfo=UTC))
        facts = json.loads(doctor.run(lambda: None, as_json=True, copy=True, clock=clock).text)
        texts.append(facts["clipboard"]["text"])
    assert "10:30:01" in texts[0]
    assert texts[0] != texts[1]
