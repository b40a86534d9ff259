"""Runs of real programs: what they say arrives, limits hold, and nothing of them is left."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from evtui.providers.command_run import SAID_BYTES, End, Limits, Outcome, Run

ENVIRON = {"PATH": os.environ["PATH"]}
LIMITS = Limits(seconds=10.0, out_bytes=100_000)


def run(script: str, folder: Path, limits: Limits = LIMITS, **environ: str) -> Outcome:
    return Run(("/bin/sh", "-c", script), ENVIRON | environ, str(folder), limits).work()


def group_is_gone(number: int) -> bool:
    """Whether no process of this group runs any more; one that only waits to be cleared away does not."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        listed = subprocess.run(["ps", "-A", "-o", "pgid=,stat="], capture_output=True, text=True, check=True).stdout
        rows = (line.split() for line in listed.splitlines())
        if not any(row[0] == str(number) and not row[1].startswith("Z") for row in rows):
            return True
        time.sleep(0.01)
    return False


def test_what_a_program_writes_and_its_exit_code_arrive(tmp_path: Path) -> None:
    outcome = run("echo data; echo words >&2; exit 3", tmp_path)
    assert outcome == Outcome(End.EXITED, 3, b"data\n", b"words\n")


def test_it_runs_in_its_folder_with_its_variables_only_and_reads_nothing(tmp_path: Path) -> None:
    outcome = run('cat; pwd; echo "$GIVEN"; env | cut -d= -f1 | sort | tr "\\n" " "', tmp_path, GIVEN="word")
    folder, given, names = outcome.out.decode().splitlines()
    assert (folder, given) == (str(tmp_path.resolve()), "word")
    assert set(names.split()) - {"PWD", "OLDPWD", "SHLVL", "_"} == {"GIVEN", "PATH"}


def test_a_program_that_is_not_there_or_may_not_be_run_raises_what_the_system_says(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("text")
    with pytest.raises(FileNotFoundError):
        Run(("./missing",), ENVIRON, str(tmp_path), LIMITS).work()
    with pytest.raises(PermissionError):
        Run(("./plain",), ENVIRON, str(tmp_path), LIMITS).work()


def test_time_ends_the_program_and_its_children(tmp_path: Path) -> None:
    began = time.monotonic()
    outcome = run("echo $$; sleep 60 & sleep 60", tmp_path, Limits(0.3, 1_000))
    assert (outcome.end, outcome.code) == (End.TIME, -signal.SIGTERM)
    assert time.monotonic() - began < 2
    assert group_is_gone(int(outcome.out))


def test_who_does_not_listen_is_killed(tmp_path: Path) -> None:
    outcome = run("trap '' TERM; echo $$; while :; do sleep 1; done", tmp_path, Limits(0.2, 1_000))
    assert (outcome.end, outcome.code) == (End.TIME, -signal.SIGKILL)
    assert group_is_gone(int(outcome.out))


def test_who_tidies_up_when_told_to_end_has_the_time(tmp_path: Path) -> None:
    outcome = run("trap 'echo tidied > done; exit 9' TERM; while :; do sleep 0.02; done", tmp_path, Limits(0.2, 1_000))
    assert (outcome.end, outcome.code) == (End.TIME, 9)
    assert (tmp_path / "done").read_text() == "tidied\n"


def test_a_silent_program_that_closed_its_pipes_is_still_timed(tmp_path: Path) -> None:
    outcome = run("exec >&- 2>&-; sleep 60", tmp_path, Limits(0.2, 1_000))
    assert outcome.end is End.TIME


def test_what_writes_too_much_is_ended_at_the_limit(tmp_path: Path) -> None:
    outcome = run("yes", tmp_path, Limits(10, 50_000))
    assert outcome.end is End.SIZE
    assert len(outcome.out) <= 50_000 + (1 << 16)


def test_a_flood_on_stderr_costs_its_beginning_only(tmp_path: Path) -> None:
    outcome = run("yes complaint | head -c 3000000 >&2; echo data", tmp_path)
    assert (outcome.end, outcome.code, outcome.out) == (End.EXITED, 0, b"data\n")
    assert len(outcome.said) == SAID_BYTES


@pytest.mark.parametrize("child", ["sleep 60", "yes >&2", "trap '' TERM HUP; while :; do echo more; sleep 0.01; done"])
def test_a_child_that_keeps_the_pipe_open_does_not_hold_the_answer_up(child: str, tmp_path: Path) -> None:
    began = time.monotonic()
    outcome = run(f"echo $$; ({child}) & exit 0", tmp_path)
    assert (outcome.end, outcome.code, outcome.left_behind) == (End.EXITED, 0, True)
    assert time.monotonic() - began < 3
    assert group_is_gone(int(outcome.out.splitlines()[0]))


def test_a_child_without_the_pipes_ends_with_the_program(tmp_path: Path) -> None:
    outcome = run("echo $$; sleep 60 >/dev/null 2>&1 & exit 0", tmp_path)
    assert (outcome.end, outcome.left_behind) == (End.EXITED, False)
    assert group_is_gone(int(outcome.out))


def test_stopping_ends_everything_at_once(tmp_path: Path) -> None:
    program = Run(("/bin/sh", "-c", "trap '' TERM; echo $$ > begun; sleep 60"), ENVIRON, str(tmp_path), LIMITS)
    found: list[Outcome] = []
    thread = threading.Thread(target=lambda: found.append(program.work()))
    thread.start()
    until = time.monotonic() + 5
    while not ((tmp_path / "begun").exists() and (tmp_path / "begun").read_text()) and time.monotonic() < until:
        time.sleep(0.005)
    assert found == []
    began = time.monotonic()
    program.stop()
    thread.join(5)
    assert time.monotonic() - began < 1
    assert found[0].end is End.STOPPED
    assert program.over
    assert group_is_gone(int((tmp_path / "begun").read_text()))


def test_what_was_stopped_before_it_began_is_never_started(tmp_path: Path) -> None:
    program = Run(("/bin/sh", "-c", "echo > started"), ENVIRON, str(tmp_path), LIMITS)
    program.stop()
    assert program.work() == Outcome(End.STOPPED, None)
    assert not (tmp_path / "started").exists()
