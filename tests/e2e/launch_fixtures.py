"""Real input: tables and a folder, written by what the providers' own tests write with."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from live_launch import Launch
from program import Program


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
