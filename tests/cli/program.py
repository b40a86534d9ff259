"""Runs the program as a user would, without a terminal: in a process of its own, or in this one for speed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from evtui.cli import main
from evtui.config.load import example_path

EXAMPLE = example_path().read_text(encoding="utf-8")
"""The campaign file that ships."""


class Ran(NamedTuple):
    """What a run left behind."""

    code: int
    out: str
    err: str

    def sound(self) -> Ran:
        """This run, after checking what holds for every run whatever was asked."""
        assert self.code in (0, 1, 2, 3, 130), self
        for text in (self.out, self.err):
            assert "Traceback" not in text, text
            assert "\x1b" not in text
            assert not text or (text.endswith("\n") and not text.endswith("\n\n")), text
        for line in self.err.splitlines():
            assert line.startswith(("evtui: ", "warning: ")), line
        return self

    def refused(self) -> str:
        """The one sentence with which the program refuses, without its prefix."""
        self.sound()
        assert (self.code, self.out) == (2, ""), self
        lines = self.err.splitlines()
        assert len(lines) == 1, lines
        sentence = lines[0].removeprefix("evtui: ")
        assert ". " not in sentence, sentence
        assert len(sentence) < 600
        return sentence


def environment(home: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """A user of their own: nothing of the machine's user shows through."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "EVTUI_", "COLUMNS"))}
    folders = {name: str(home / name.lower()) for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")}
    return {**kept, "HOME": str(home), **folders, **(extra or {})}


class Program:
    """The program, as one user in one folder has it."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.home = home
        self.folder = home / "work"
        self.folder.mkdir()
        self._capsys = capsys
        self.environ = environment(home)
        for name in list(os.environ):
            if name.startswith(("XDG_", "EVTUI_")):
                monkeypatch.delenv(name)
        for name, value in self.environ.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(self.folder)

    def __call__(self, *args: str) -> Ran:
        """In this process."""
        self._capsys.readouterr()
        code: int | str | None = 0
        try:
            main(args)
        except SystemExit as end:
            code = end.code
        out, err = self._capsys.readouterr()
        assert isinstance(code, int), code
        return Ran(int(code), out, err)

    def process(self, *args: str, **environ: str) -> Ran:
        """In one of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "evtui", *args],
            cwd=self.folder,
            env=self.environ | environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    def log(self) -> str:
        """What the log holds; empty where there is none."""
        files = list(self.home.rglob("evtui.log"))
        return files[0].read_text(encoding="utf-8") if files else ""

    def write(self, text: str, name: str = "launch.toml") -> Path:
        """A file in the folder the program runs in."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path
