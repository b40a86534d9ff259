"""Who imports what: one door to every SDK, and contracts that really break when they are broken."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest
from project import ROOT, imports, modules

DOORS = {
    "textual": "evtui.tui*",
    "rich": "evtui.tui*",
    "sqlalchemy": "evtui.providers.sql*",
    "psycopg": "evtui.providers.sql*",
    "pymysql": "evtui.providers.sql*",
    "pymssql": "evtui.providers.sql*",
    "boto3": "evtui.providers._aws",
    "botocore": "evtui.providers._aws",
    "httpx": "evtui.providers._http",
    "jmespath": "evtui.providers.mapping",
    "pyathena": "evtui.providers.athena",
    "platformdirs": "evtui.paths",
    "jinja2": "evtui.report.typeset",
    "click": "evtui.flags evtui.commands.*",
}
"""Package -> the modules that may import it."""

BREACHES = {
    "Imports point downwards only": ("domain/stock.py", "from evtui.store.store import Store"),
    "The toolkit stays in tui/": ("report/words.py", "import rich.text"),
    "SQLAlchemy stays in the sql provider": ("providers/registry.py", "import sqlalchemy"),
    "One module asks where folders are": ("config/load.py", "import platformdirs"),
    "One module sets templates": ("report/order_text.py", "import jinja2"),
    "The command line library stays at the door": ("store/store.py", "import click"),
    "One module speaks to AWS": ("providers/base.py", "import botocore"),
    "One module speaks HTTP": ("providers/base.py", "import httpx"),
    "One module maps JSON": ("providers/base.py", "import jmespath"),
    "SDKs without a provider yet are imported by nobody": ("providers/base.py", "import pyathena"),
    "The screen gets a session: it knows no source, no file format and no collector": (
        "tui/lines.py",
        "from evtui.providers.elmah import ElmahProvider",
    ),
    "The collector knows its sinks only": ("collector/schedule.py", "from evtui.store.state import LaunchState"),
}
"""One breach of every contract: the module that commits it and the line."""


@pytest.mark.parametrize("package", DOORS)
def test_every_sdk_has_one_door(package: str) -> None:
    users = [name for name, path in modules().items() if package in {each.split(".")[0] for each in imports(path)}]
    assert [name for name in users if not any(fnmatch(name, door) for door in DOORS[package].split())] == []


def test_every_package_that_is_imported_is_declared() -> None:
    known = {"evtui", "__future__", "msgspec", *DOORS, *sys.stdlib_module_names}
    for name, path in modules().items():
        assert {each.split(".")[0] for each in imports(path)} <= known, name


def test_there_is_a_breach_for_every_contract() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    assert {contract["name"] for contract in settings["contracts"]} == set(BREACHES)


def test_the_contracts_are_kept() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout


def test_every_contract_breaks_when_it_is_broken(tmp_path: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "evtui", tmp_path / "evtui", ignore=shutil.ignore_patterns("__pycache__"))
    for place, line in BREACHES.values():
        with open(tmp_path / "evtui" / place, "a", encoding="utf-8") as file:
            file.write(f"\n\ndef breach() -> None:\n    {line}\n")
    (tmp_path / "evtui" / "somewhere.py").write_text('"""Has no place."""\n', encoding="utf-8")
    done = lint(tmp_path)
    assert done.returncode == 1
    for name in BREACHES:
        assert f"{name} BROKEN" in done.stdout, done.stdout
    assert "- evtui.somewhere" in done.stdout


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """import-linter over the package in `folder`."""
    program = "import sys; from importlinter.cli import lint_imports_command as run; run(sys.argv[1:])"
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache", "--no-logo"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
