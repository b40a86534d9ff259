"""Every command in a process of its own: what only a real process shows."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from program import EXAMPLE, Program

pytest_plugins = ("program_fixture",)

COMMANDS = (
    ("--help",),
    ("--version",),
    ("demo",),
    ("report", "--demo"),
    ("order", "TG240125L00025", "--demo"),
    ("check", "--offline", "--demo"),
)


@pytest.fixture(autouse=True)
def interruptible() -> Iterator[None]:
    """A shell that starts the suite in the background has interrupts ignored, and children would inherit that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_data_goes_to_stdout_and_nothing_else_is_said(evtui: Program, command: tuple[str, ...]) -> None:
    ran = evtui.process(*command).sound()
    assert (ran.code, ran.err) == (0, "")
    assert ran.out
    assert list(evtui.folder.iterdir()) == []
    assert evtui.log() == ""


def test_a_process_and_a_call_print_the_same_bytes(evtui: Program) -> None:
    command = ("report", "--demo", "--style", "full", "--seed", "4")
    assert evtui.process(*command) == evtui(*command)


def test_a_reader_that_goes_away_is_no_event(evtui: Program) -> None:
    for command in COMMANDS:
        reading, writing = os.pipe()
        os.close(reading)
        ended = _into(evtui, writing, *command)
        os.close(writing)
        assert (ended.returncode, ended.stderr) == (0, b""), command


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("command", [("--help",), ("report", "--demo")], ids=" ".join)
def test_a_full_disk_behind_stdout_is_one_sentence(evtui: Program, command: tuple[str, ...]) -> None:
    with open("/dev/full", "wb") as full:
        ended = _into(evtui, full.fileno(), *command)
    assert (ended.returncode, ended.stderr) == (2, b"evtui: stdout takes no more: No space left on device\n")


@pytest.mark.parametrize("command", [("demo",), ("report", "--demo"), ("check", "--offline", "--demo")], ids=" ".join)
def test_a_closed_stdout_is_one_sentence(evtui: Program, command: tuple[str, ...]) -> None:
    line = f'"{sys.executable}" -m evtui {" ".join(command)} >&-'
    ended = subprocess.run(["sh", "-c", line], env=evtui.environ, cwd=evtui.folder, capture_output=True, check=False)
    assert (ended.returncode, ended.stderr) == (2, b"evtui: there is no stdout to print to\n")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "big5", "utf-8:strict"])
def test_no_encoding_of_a_terminal_ends_the_program(evtui: Program, encoding: str) -> None:
    for command in (("demo",), ("report", "--demo")):
        done = _into(evtui, subprocess.PIPE, *command, PYTHONIOENCODING=encoding)
        assert (done.returncode, done.stderr) == (0, b""), command
        assert done.stdout.endswith(b"\n")


def test_colour_wishes_of_the_environment_change_nothing(evtui: Program) -> None:
    plain = evtui.process("demo")
    assert evtui.process("demo", FORCE_COLOR="1", CLICOLOR_FORCE="1", TERM="xterm-256color", COLUMNS="40") == plain


def test_arguments_that_are_no_text_are_refused(evtui: Program) -> None:
    ended = subprocess.run(
        [sys.executable.encode(), b"-m", b"evtui", b"order", b"--demo", b"TG\xff\x1b[2J"],
        env=evtui.environ,
        capture_output=True,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stderr.startswith("evtui: 'TG<U+DCFF>␛[2J' is not an order code".encode())


def test_a_folder_that_is_gone_is_one_sentence(evtui: Program) -> None:
    gone = evtui.folder / "gone"
    gone.mkdir()
    line = f'rmdir "{gone}" && exec "{sys.executable}" -P -m evtui'
    ended = subprocess.run(["sh", "-c", line], env=evtui.environ, cwd=gone, capture_output=True, check=False)
    assert (ended.returncode, ended.stdout) == (2, b"")
    assert ended.stderr == b"evtui: the folder this was started in is gone; change to another one\n"


def test_an_interrupt_ends_at_once_whatever_hangs(evtui: Program) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(30)
        port = silent.getsockname()[1]
        hanging = f'provider = "sql"\nurl = "postgresql+psycopg://evtui@127.0.0.1:{port}/shop"'
        path = evtui.write(EXAMPLE.replace('[sources.stock]\nprovider = "simulated"', f"[sources.stock]\n{hanging}"))
        program = subprocess.Popen(
            [sys.executable, "-m", "evtui", "--config", str(path), "report"],
            env=evtui.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        with program, silent.accept()[0]:
            # it has connected, and waits for an answer that never comes
            program.send_signal(signal.SIGINT)
            out, err = program.communicate(timeout=3)
    assert program.returncode == 130
    assert out == b""
    assert err.strip() == b""


def _into(evtui: Program, stdout: int, *command: str, **environ: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "evtui", *command],
        cwd=evtui.folder,
        env=evtui.environ | environ,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        check=False,
    )
