"""What a command loads: nobody waits for a toolkit or an SDK that the answer does not need."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from program import environment
from pty_session import PtySession

from evtui.config.load import example_path
from evtui.tui.start import FRAMES

HEAVY = frozenset(
    (
        "textual",
        "rich",
        "boto3",
        "botocore",
        "pyathena",
        "httpx",
        "jmespath",
        "sqlalchemy",
        "psycopg",
        "pymysql",
        "pymssql",
        "pandas",
    )
)
"""Top-level packages that cost tens of milliseconds or more."""

_RUN = """
import json, sys
from evtui.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    if end.code not in (0, 3, None):
        raise
finally:
    print(json.dumps(sorted({name.partition(".")[0] for name in list(sys.modules)})), file=sys.stderr)
"""


def loaded(folder: Path, *command: str) -> set[str]:
    """Top-level modules in memory at the end of a command."""
    home = str(folder / "home")
    environ = os.environ | {"HOME": home, "XDG_CONFIG_HOME": home, "XDG_STATE_HOME": home}
    environ.pop("EVTUI_CONFIG", None)
    done = subprocess.run(
        [sys.executable, "-c", _RUN, *command],
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stdout
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize(
    "command",
    [
        "--help",
        "report --help",
        "--version",
        "report --demo",
        "report --demo --style full",
        "report --demo --format json",
        "order TG240125L00025 --demo",
        "check --offline --demo",
        "check --demo",
        "demo",
    ],
)
def test_the_demo_loads_nothing_heavy(tmp_path: Path, command: str) -> None:
    assert loaded(tmp_path, *command.split()) & HEAVY == set()


def test_help_loads_no_part_of_the_program_that_does_the_work(tmp_path: Path) -> None:
    assert loaded(tmp_path, "--help") & {"jinja2", "sqlite3", "xml"} == set()


def test_a_live_report_loads_the_sdks_of_its_own_sources_only(tmp_path: Path) -> None:
    example = example_path().read_text(encoding="utf-8")
    bare = example[: example.index("[sources.stock]")]
    errors = '[sources.errors]\nprovider = "elmah"\nfolder = "."\n'
    stock = '[sources.stock]\nprovider = "sql"\nurl = "sqlite:///shop.db"\n'
    path = tmp_path / "launch.toml"
    path.write_text(bare + errors, encoding="utf-8")
    assert loaded(tmp_path, "--config", str(path), "report") & HEAVY == set()
    path.write_text(bare + errors + stock, encoding="utf-8")
    assert loaded(tmp_path, "--config", str(path), "report") & HEAVY == {"sqlalchemy"}
    path.write_text(bare + errors + stock + "enabled = false\n", encoding="utf-8")
    assert loaded(tmp_path, "--config", str(path), "report") & HEAVY == set()


NOT_FOR_A_FRAME = frozenset(
    (
        *("click", "evtui.flags", "evtui.commands.options"),
        *("evtui.config.lint", "evtui.config.recover", "evtui.config.scanner"),
        *("evtui.providers.simulated.evidence", "evtui.providers.simulated.load"),
        *("evtui.report.build", "evtui.report.model", "evtui.report.save", "secrets"),
        *("evtui.store.coding", "evtui.store.search", "evtui.terminal.clipboard", "getpass", "jinja2", "sqlite3"),
        *(
            "evtui.tui.screens.help",
            "evtui.tui.screens.order",
            "evtui.tui.screens.palette",
            "evtui.tui.screens.sources",
        ),
    )
)
"""What a cockpit at rest has never needed: a key, a flag or a fault brings it."""

_AT_REST = """
import signal, sys
from pathlib import Path
from evtui.__main__ import main

def tell(*_):
    pace = sys.modules["textual.constants"].MAX_FPS
    Path(NAMES).write_text(f"{pace} {' '.join(sys.modules)}")

signal.signal(signal.SIGUSR1, tell)
main()
"""


def test_a_cockpit_at_rest_has_loaded_nothing_it_did_not_need_and_draws_at_its_own_pace(tmp_path: Path) -> None:
    names = tmp_path / "names"
    code = f"NAMES = {str(names)!r}{_AT_REST}"
    session = PtySession(["-c", code, "demo"], environment(tmp_path), (120, 36))
    try:
        session.shows("1 Stock")
        session.process.send_signal(signal.SIGUSR1)
        session.until(lambda: names.exists() and names.stat().st_size > 0, "names")
        pace, *modules = names.read_text(encoding="utf-8").split()
        assert set(modules) & NOT_FOR_A_FRAME == set()
        # set before the toolkit was loaded, which looks once
        assert pace == str(FRAMES)
    finally:
        session.close()
