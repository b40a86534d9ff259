"""The program in a real terminal, on real files and tables full of hostile text: the bytes that arrive are its own."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from corpus import ESCAPES, FORBIDDEN, HOSTILE, INVISIBLE, MARKUP
from real_sources import Platform
from terminal_model import Terminal

DEADLINE = 20.0
COLUMNS, ROWS = 160, 90


class Program:
    """`evtui --config FILE` in a pseudo-terminal, every byte of it kept."""

    def __init__(self, file: Path, home: Path) -> None:
        self.terminal = Terminal(COLUMNS, ROWS)
        self.bytes = b""
        self._fd, child = pty.openpty()
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        environment = {
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(home),
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "evtui", "--config", str(file)],
            stdin=child,
            stdout=child,
            stderr=child,
            env=environment,
            start_new_session=True,
        )
        os.close(child)
        self._decode = codecs.getincrementaldecoder("utf-8")().decode

    def pump(self, seconds: float = 0.05) -> bool:
        """Read what there is; answer what the program asks of its terminal."""
        if not select.select([self._fd], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self._fd, 65_536)
        except OSError:  # the other end was closed
            return False
        self.bytes += data
        self.terminal.feed(self._decode(data))
        if self.terminal.answers:
            self.send(self.terminal.answers)
            self.terminal.answers = ""
        return bool(data)

    def send(self, text: str) -> None:
        os.write(self._fd, text.encode())

    @property
    def screen(self) -> str:
        return "\n".join(self.terminal.lines)

    def shows(self, shown: str, gone: str) -> bool:
        return shown in self.screen and gone not in self.screen

    def until(self, condition: Callable[[], object], what: str) -> None:
        end = time.monotonic() + DEADLINE
        while not condition():
            assert time.monotonic() < end, f"{what} did not come:\n{self.screen}"
            self.pump()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._fd)


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    made = Platform(tmp_path)
    for number, raw in enumerate(HOSTILE):
        text = raw[:2_000].encode("utf-8", "replace").decode()
        made.error(number + 1, message=text, type=text[:200], application=text[:200], host=text[:200])
        made.order(number + 1, (text, text, text), minutes=3 + number / 10)
    made.order(999, ("WaitingToShipping",) * 3)
    return made


@pytest.fixture
def program(platform: Platform, tmp_path: Path) -> Iterator[Program]:
    home = tmp_path / "home"
    home.mkdir()
    started = Program(platform.file, home)
    yield started
    started.close()


def test_nothing_of_the_payload_arrives(program: Program) -> None:
    program.until(lambda: "TG240125L00999" in program.screen and "[IOException]" in program.screen, "the panes")
    for keys, shown, gone in (
        ("4z", "4 Errors", "2 Orders"),
        ("z2j", "held", "Report"),
        ("\x1b", "follow", "held"),
        ("gTG240125L00029\r", "Order TG240125L00029", "held"),
        ("\x1b", "follow", "Order TG"),
        ("r", "Report", "held"),
        ("s", "full", "strict ·"),
        ("\x1b", "follow", "Report"),
    ):
        program.send(keys)
        program.until(partial(program.shows, shown, gone), f"{shown!r} after {keys!r}")
    program.send("q")
    program.until(lambda: program.process.poll() is not None, "the end")
    while program.pump(0):
        pass
    assert program.process.returncode == 0
    written = program.bytes.decode()
    sent = (raw.encode("utf-8", "replace").decode() for raw in (*ESCAPES, *INVISIBLE))
    for text in sent:
        assert not FORBIDDEN & set(text) or text not in written
    assert not {char for char in FORBIDDEN if ord(char) > 0x7F} & set(written)
    assert not re.search(r"\x1b\](?:0|2|8|52);[^\x07\x1b]*(?:owned|cm0|eA==|evil)", written)
    assert "\x1bP+q" not in written
    assert "owned" not in program.terminal.title
    assert not program.terminal.unknown
    assert not any("link" in dict(look) for row in program.terminal.cells for _, look in row)
    assert written.count("\x1b[2J") <= 2, "only the program clears the screen"
    assert any(raw in written for raw in MARKUP)
