"""Ends nobody wanted: wrong words, interrupts, faults of the program; and the log that knows more."""

from __future__ import annotations

import asyncio
import logging
import warnings
from pathlib import Path
from typing import Any

import pytest
from program import EXAMPLE, Program

from evtui import __version__, logfile, paths
from evtui.commands import report as report_command
from evtui.commands.ending import finish
from evtui.commands.output import Output
from evtui.errors import Exit

pytest_plugins = ("program_fixture",)

SECRET = "hunter2andmore"


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("bogus", "no such command 'bogus' (see evtui --help)"),
        ("--bogus", "no such option '--bogus' (see evtui --help)"),
        ("--whole-frame", "no such option '--whole-frame'; did you mean '--whole-frames'? (see evtui --help)"),
        ("report --style", "option '--style' requires an argument"),
        ("order", "missing argument 'CODE' (see evtui order --help)"),
        ("report extra", "got unexpected extra argument (extra) (see evtui report --help)"),
    ],
)
def test_wrong_words_get_one_sentence(evtui: Program, command: str, sentence: str) -> None:
    assert evtui(*command.split()).refused() == sentence


@pytest.mark.parametrize(
    "word", ["\x1b]0;owned\x07", "--\x1b[2J", "x" * 10_000, "--" + "x" * 9_999, "\udcff", "a\nb", ""]
)
def test_hostile_words_get_one_clean_sentence(evtui: Program, word: str) -> None:
    assert evtui(word).refused()
    assert evtui("report", word).refused()


@pytest.mark.parametrize("level", ["", "x", "critical", "WARNING "])
def test_levels_that_are_none_are_refused(evtui: Program, level: str) -> None:
    assert "'debug', 'info', 'warning', 'error'" in evtui("--log-level", level, "demo").refused()


@pytest.mark.parametrize("command", ["", "demo", "report", "order", "check"])
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_is_data(evtui: Program, command: str, flag: str) -> None:
    ran = evtui(*command.split(), flag).sound()
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"Usage: evtui {command}".rstrip())


def test_the_version_is_data(evtui: Program) -> None:
    assert evtui("--version") == (0, f"evtui, version {__version__}\n", "")


def test_a_fault_of_the_program_is_one_sentence_and_a_log_entry(
    evtui: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        held = f"a local {SECRET}"
        raise RuntimeError(f"password={SECRET} \x1b[2J" + held[:0])

    monkeypatch.setattr(report_command, "build", fails)
    ran = evtui("report", "--demo").sound()
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == f"evtui: a fault of the program ended it (RuntimeError); {paths.log_file()} knows more\n"
    log = evtui.log()
    assert "RuntimeError: password=***" in log
    assert "in fails" in log
    assert SECRET not in log
    assert "\x1b" not in log
    assert paths.log_file().stat().st_mode & 0o777 == 0o600


def test_a_log_that_cannot_be_written_fails_nothing(evtui: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    Path(evtui.environ["XDG_STATE_HOME"]).write_text("a file where a folder should be", encoding="utf-8")
    assert evtui("--log-level", "debug", "report", "--demo").sound().code == 0
    monkeypatch.setattr(report_command, "build", None)
    ran = evtui("report", "--demo").sound()
    assert ran.code == 1
    assert ran.err == "evtui: a fault of the program ended it (TypeError); and the log could not be written\n"


def test_an_interrupt_ends_with_130(evtui: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(report_command, "build", interrupted)
    ran = evtui("report", "--demo")
    assert (ran.code, ran.out, ran.err.strip()) == (130, "", "")


def test_the_level_decides_what_the_log_holds(evtui: Program) -> None:
    path = str(evtui.write(EXAMPLE[: EXAMPLE.index("[sources.stock]")]))
    evtui("--log-level", "error", "--config", path, "report").sound()
    assert evtui.log() == ""
    evtui("--config", path, "report").sound()
    quiet = evtui.log()
    assert "WARNING" in quiet
    assert "INFO" not in quiet
    evtui("--log-level", "info", "--config", path, "report").sound()
    assert f"INFO evtui.front evtui {__version__} watches cuapp-cny-2024" in evtui.log()[len(quiet) :]
    evtui("--log-level", "error", "--config", path, "report").sound()
    assert evtui.log().count("WARNING") == 2 * quiet.count("WARNING")


def test_a_quiet_run_makes_no_log(evtui: Program) -> None:
    evtui("report", "--demo").sound()
    assert not paths.log_file().exists()


def test_other_libraries_speak_to_the_log_and_not_to_the_screen(
    evtui: Program, capsys: pytest.CaptureFixture[str]
) -> None:
    with logfile.logging_to_file() as file, warnings.catch_warnings():
        warnings.simplefilter("always")
        logfile.tell(file, "debug")
        logging.getLogger("botocore.auth").warning("signed with secret=%s", SECRET)
        logging.getLogger("asyncio").error("Task exception was never retrieved")
        logging.getLogger("httpx").debug("GET https://user:%s@example.org", SECRET)
        logging.getLogger("evtui.x").debug("%d of them", 3)
        warnings.warn("going away", DeprecationWarning, stacklevel=1)
    log = evtui.log()
    assert "secret=***" in log
    assert "never retrieved" in log
    assert "DEBUG evtui.x 3 of them" in log
    assert "going away" in log
    assert "GET https" not in log
    assert SECRET not in log
    out, err = capsys.readouterr()
    assert (out, err) == ("", "")


def test_the_log_stays_bounded(evtui: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logfile, "LIMIT", 2_000)
    with logfile.logging_to_file():
        for number in range(200):
            logging.getLogger("evtui.x").warning("line %d", number)
    path = paths.log_file()
    assert "line 199\n" in path.read_text(encoding="utf-8")
    sizes = {each.name: each.stat().st_size for each in path.parent.iterdir()}
    assert set(sizes) == {"evtui.log", "evtui.log.1"}
    assert max(sizes.values()) < 2_200


def test_warnings_of_several_lines_are_said_on_one(evtui: Program, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        finish(Output("data\n", ("first\nsecond",), Exit.UNREACHABLE))
    assert end.value.code == 3
    assert tuple(capsys.readouterr()) == ("data\n", "warning: first second\n")


def test_nothing_is_left_behind_in_this_process(evtui: Program) -> None:
    root, own = logging.getLogger(), logging.getLogger("evtui")
    before: tuple[Any, ...] = (list(root.handlers), own.level, warnings.showwarning)
    evtui("--log-level", "debug", "report", "--demo").sound()
    assert (list(root.handlers), own.level, warnings.showwarning) == before
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()


def test_a_line_that_cannot_be_put_together_is_dropped(evtui: Program) -> None:
    file = logfile.LogFile()
    file.emit(logging.LogRecord("evtui.x", logging.ERROR, __file__, 1, "%d of them", ("none",), None))
    assert (file.written, evtui.log()) == (None, "")
