"""The line mode in a process of its own, at a real pseudo-terminal and without one."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from program import EXAMPLE, Program

pytest_plugins = ("program_fixture",)

DEADLINE = 20.0
"""Seconds until words that never come fail the test."""

DEMO = ("demo", "--plain", "--at", "2024-01-25T10:30")


@pytest.fixture(autouse=True)
def interruptible() -> Iterator[None]:
    """A shell that starts the suite in the background has interrupts ignored, and children would inherit that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class AtTerminal:
    """The program at a pseudo-terminal of its own; every byte it writes is kept."""

    def __init__(self, evtui: Program, *args: str, **environ: str) -> None:
        self._fd, child = pty.openpty()
        self.written = b""
        names = evtui.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"} | environ
        self.process = subprocess.Popen(
            [sys.executable, "-m", "evtui", *args],
            stdin=child,
            stdout=child,
            stderr=child,
            cwd=evtui.folder,
            env={name: value for name, value in names.items() if value},
            start_new_session=True,
            preexec_fn=lambda: _own(child),
        )
        os.close(child)

    def __enter__(self) -> AtTerminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self._fd >= 0:
            os.close(self._fd)

    def types(self, text: str) -> None:
        os.write(self._fd, text.encode())

    def says(self, words: str) -> None:
        """Waits until it has."""
        end = time.monotonic() + DEADLINE
        while words.encode() not in self.written:
            assert time.monotonic() < end, (words, self.written)
            assert self._pump(0.05) or self.process.poll() is None, (words, self.written)

    def _pump(self, seconds: float) -> bool:
        if not select.select([self._fd], [], [], seconds)[0]:
            return False
        try:
            self.written += os.read(self._fd, 65_536)
        except OSError:  # nobody is left on the other side
            return False
        return True

    def hang_up(self) -> None:
        """Close the terminal, as a window that is closed does."""
        os.close(self._fd)
        self._fd = -1

    def ended(self) -> int:
        """The exit code; nothing it ever wrote was anything but lines of text."""
        code = self.process.wait(DEADLINE)
        while self._fd >= 0 and self._pump(0):
            pass
        assert b"\x1b" not in self.written
        assert all(char.isprintable() or char in "\r\n" for char in self.written.decode())
        return code


def _own(terminal: int) -> None:
    """Make the terminal the session's own, so that Ctrl+C typed at it becomes a signal."""
    import fcntl
    import termios

    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)


def test_a_session_at_a_terminal(evtui: Program) -> None:
    with AtTerminal(evtui, *DEMO) as terminal:
        terminal.says("All sources answer.")
        terminal.types("a\n")
        terminal.says("No alerts.\r\n")
        terminal.types("TG240125L00025\n")
        terminal.says("Step delivered: done")
        terminal.types("q\n")
        assert terminal.ended() == 0


@pytest.mark.parametrize(("typed", "code"), [("\x03", 130), ("\x04", 0)], ids=["ctrl-c", "ctrl-d"])
def test_keys_that_end_every_program(evtui: Program, typed: str, code: int) -> None:
    with AtTerminal(evtui, *DEMO) as terminal:
        terminal.says("All sources answer.")
        terminal.types(typed)
        assert terminal.ended() == code


@pytest.mark.parametrize("name", ["dumb", ""])
def test_a_terminal_that_can_only_print_gets_lines_by_itself(evtui: Program, name: str) -> None:
    with AtTerminal(evtui, TERM=name) as terminal:
        terminal.says("DEMO calm: a simulated launch.")
        terminal.says("All sources answer.")
        terminal.types("q\n")
        assert terminal.ended() == 0


def test_a_terminal_that_goes_away_ends_it(evtui: Program) -> None:
    with AtTerminal(evtui, *DEMO) as terminal:
        terminal.says("All sources answer.")
        terminal.hang_up()
        # whichever of the two is heard of first; shells call both 129
        assert terminal.ended() in (129, -signal.SIGHUP)


def test_without_a_terminal_it_goes_on_until_it_is_told_to_end(evtui: Program) -> None:
    with started(evtui, *DEMO, "--speed", "600", "--every", "1m") as program:
        assert program.stdin is not None
        assert program.stdout is not None
        program.stdin.write("a\n")
        program.stdin.close()
        lines = iter(program.stdout.readline, "")
        assert any(line == "No alerts.\n" for line in lines)
        # the end of what could be read is long past, and pulses still come
        assert sum("in 1 min, " in next(lines) for _ in range(3)) >= 1
        program.terminate()
        rest = [*lines]
        assert program.wait(DEADLINE) == 143
        assert all(line.endswith("\n") for line in rest)
        assert program.stderr is not None
        assert program.stderr.read() == ""


def test_a_reader_that_goes_away_ends_it_quietly(evtui: Program) -> None:
    with started(evtui, *DEMO, "--speed", "600", "--every", "1m") as program:
        assert program.stdout is not None
        assert program.stdout.readline().startswith("evtui in lines: ")
        program.stdout.close()
        assert program.wait(DEADLINE) == 0
        assert program.stderr is not None
        assert program.stderr.read() == ""


def test_a_real_campaign_file_is_told_of_too(evtui: Program) -> None:
    real = '[sources.errors]\nprovider = "elmah"\nfolder = "."'
    path: Path = evtui.write(EXAMPLE.replace('[sources.errors]\nprovider = "simulated"', real))
    with started(evtui, "--config", str(path), "--plain") as program:
        assert program.stdin is not None
        program.stdin.write("q\n")
        program.stdin.close()
        assert program.wait(DEADLINE) == 0
        assert program.stdout is not None
        said = program.stdout.read().splitlines()
    assert any(line.startswith("Note: stock, orders, ") for line in said)
    assert "Environment: PROD." in said


def test_how_often_it_speaks(evtui: Program) -> None:
    assert evtui("demo", "--plain", "--every", "x").refused().startswith('--every "x": expected a duration')
    assert evtui("demo", "--plain", "--every", "0s").refused() == (
        '--every "0s": expected a duration longer than nothing'
    )
    refused = "--every says how often the line mode speaks: it needs --plain"
    assert evtui("demo", "--every", "5m").refused() == refused
    assert evtui("--every", "5m").refused() == refused


def started(evtui: Program, *args: str) -> subprocess.Popen[str]:
    """The program without a terminal, its pipes open."""
    return subprocess.Popen(
        [sys.executable, "-m", "evtui", *args],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=evtui.folder,
        env=evtui.environ,
        encoding="utf-8",
    )


def test_lines_need_no_toolkit(evtui: Program) -> None:
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "evtui", *DEMO],
        input="q\n",
        capture_output=True,
        cwd=evtui.folder,
        env=evtui.environ,
        encoding="utf-8",
        check=True,
    )
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in ran.stderr.splitlines()}
    assert "evtui" in loaded
    assert loaded & {"textual", "rich", "sqlalchemy", "boto3", "httpx"} == set()
