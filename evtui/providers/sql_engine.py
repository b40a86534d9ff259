"""From a database URL to a read-only SQLAlchemy engine with time limits.

Read-only by construction: SQLite files are opened with `mode=ro`, PostgreSQL and MySQL sessions are told so, and
nothing but SELECT is built (`sql_tables`). SQL Server has no such session: there the login's rights are the second
lock.
Not tested against a live SQL Server or MySQL.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import event
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from evtui.errors import UsageError

DRIVERS = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql", "mssql": "mssql+pymssql"}
"""What a URL without a driver means: the drivers that `evtui[sql]` brings."""

KNOWN = ("sqlite", "postgresql", "mysql", "mariadb", "mssql")
"""Databases that are asked read-only and within limits; SQLAlchemy knows more, and of those nothing is promised."""

EXAMPLE = "postgresql://reader@host/database"
RECYCLE = 600
"""Seconds a connection is kept: shorter than what firewalls forget idle connections after."""


class Limits(Struct, frozen=True):
    """Seconds until a connection attempt and a statement are given up; `zone` is the session's time zone."""

    connect: float
    query: float
    zone: str


def read_url(text: str, where: str, folder: str) -> URL:
    """The URL in `text`; `where` names the place it was found in, and is all that a message may say of it.

    Raises:
        UsageError: not a URL, or one that cannot be meant.
    """
    if text.partition("://")[2].partition("?")[0].count("@") > 1:
        # split at the wrong one, part of the password would be taken for the host and named in every error
        raise UsageError(f"{where}: the password holds @ or another sign that must be written as %40 (percent-encoded)")
    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError):
        raise UsageError(f"{where} does not hold a SQLAlchemy URL, such as {EXAMPLE}") from None
    name = "postgresql" if url.drivername == "postgres" else url.drivername
    url = url.set(drivername=DRIVERS.get(name, name))
    if url.get_backend_name() != "sqlite":
        return url
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise UsageError(f"{where}: SQLite needs the path of a file, such as sqlite:///stock.db")
    return url.set(database=str(Path(folder, url.database)))


def holds_password(url: URL) -> bool:
    """Whether a URL carries a secret, in its usual place or among its options."""
    return url.password is not None or any(
        word in f"{key}={value}".lower()
        for key, value in url.query.items()
        for word in ("pass", "pwd", "secret", "token")
    )


def make_engine(url: URL, limits: Limits) -> Engine:
    """An engine over `url`; nothing is connected yet.

    Raises:
        UsageError: the driver is not installed, or nobody knows this kind of database.
    """
    backend = url.get_backend_name()
    if backend not in KNOWN:
        raise UsageError(f"{backend!r} is not supported; use sqlite, postgresql, mysql or mssql")
    try:
        if backend == "sqlite":
            return _sqlite(str(url.database), limits)
        engine = sa.create_engine(
            url,
            connect_args=_connect_args(url, limits),
            pool_size=2,
            max_overflow=2,
            pool_timeout=limits.connect,
            pool_pre_ping=True,
            pool_recycle=RECYCLE,
            hide_parameters=True,
            execution_options={"postgresql_readonly": True} if backend == "postgresql" else {},
        )
    except NoSuchModuleError:
        raise UsageError(f"no driver is called {url.drivername!r}; leave out what is behind {backend}") from None
    except ImportError as error:
        raise UsageError(
            f"the driver of {url.drivername} is missing ({error.name}): pip install 'evtui[sql]'"
        ) from None
    _on_connect(engine, _session(backend, limits))
    return engine


def _sqlite(path: str, limits: Limits) -> Engine:
    def connect() -> sqlite3.Connection:
        # SQLite says the same of a missing and of a forbidden file; opening it first tells them apart
        with open(path, "rb"):
            pass
        connection = sqlite3.connect(
            f"file:{quote(path)}?mode=ro", uri=True, timeout=limits.query, check_same_thread=False
        )
        # one badly encoded value must not hide the whole table
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        return connection

    # no pool: opening costs nothing, and a file that was replaced is seen at the next question
    engine = sa.create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)
    _on_connect(engine, ("PRAGMA query_only = ON",))
    return engine


def _connect_args(url: URL, limits: Limits) -> dict[str, Any]:
    connect, query = max(1, round(limits.connect)), max(1, round(limits.query))
    match url.drivername:
        case "postgresql+psycopg":
            # tcp_user_timeout notices a server that vanished without a word
            return {"connect_timeout": connect, "tcp_user_timeout": query * 1000, "application_name": "evtui"}
        case "mysql+pymysql":
            return {"connect_timeout": connect, "read_timeout": query, "write_timeout": query}
        case "mssql+pymssql":
            return {"login_timeout": connect, "timeout": query, "appname": "evtui"}
        case "mssql+pyodbc":
            return {"timeout": connect}
        case _:
            return {}


def _session(backend: str, limits: Limits) -> tuple[str, ...]:
    milliseconds = max(1, round(limits.query * 1000))
    match backend:
        case "postgresql":
            # the zone makes naive bounds right for `timestamptz` columns too
            return (
                "SET default_transaction_read_only = on",
                f"SET statement_timeout = {milliseconds}",
                f"SET TimeZone = '{limits.zone}'",
            )
        case "mysql" | "mariadb":
            return ("SET SESSION TRANSACTION READ ONLY",)
        case "mssql":
            return (f"SET LOCK_TIMEOUT {milliseconds}",)
        case _:
            return ()


def _on_connect(engine: Engine, statements: tuple[str, ...]) -> None:
    def prepare(connection: Any, record: object) -> None:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        cursor.close()
        connection.commit()  # or PostgreSQL forgets them with the first rollback

    event.listen(engine, "connect", prepare)
