"""Real input: tables and a folder, written by what the providers' own tests write with."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from live_launch import Launch
from program import Program

_TESTS = Path(__file__).parents[1]
_spec = importlib.util.spec_from_file_location("sql_databases", _TESTS / "providers/sql/conftest.py")
assert _spec
assert _spec.loader
_databases = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_databases)
postgres = _databases.postgres


@pytest.fixture
def launch(evtui: Program) -> Iterator[Launch]:
    """A launch that opened forty minutes ago, its tables in SQLite."""
    made = Launch(f"sqlite:///{evtui.folder / 'shop.db'}", evtui.folder / "elmah")
    yield made
    made.shop.close()


@pytest.fixture
def postgres_launch(evtui: Program, postgres: SimpleNamespace) -> Iterator[Launch]:
    """The same launch with its tables in PostgreSQL."""
    made = Launch(postgres.url, evtui.folder / "elmah")
    yield made
    made.shop.close()
