"""Settings that cannot work are refused at `open`, in one sentence that shows no secret."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sql_shop import OPENS, Shopfront, Watch, campaign

from evtui.clock import ManualClock
from evtui.domain.reading import FailureKind, Topic
from evtui.errors import UsageError
from evtui.providers import registry
from evtui.providers.base import Context, SourceError
from evtui.providers.sql import SqlProvider
from evtui.providers.sql_settings import SqlSettings

SECRET = "pl4ntedpass"


def _open(environ: dict[str, str] | None = None, folder: str = ".", **settings: Any) -> SqlProvider:
    context = Context(campaign(), ManualClock(OPENS), environ or {}, folder)
    return SqlProvider.open(SqlSettings(**settings), context)


def _refusal(environ: dict[str, str] | None = None, **settings: Any) -> str:
    with pytest.raises(UsageError) as caught:
        _open(environ, **settings)
    assert SECRET not in f"{caught.value} {caught.value.__cause__}"
    assert caught.value.__suppress_context__ or SECRET not in str(caught.value.__context__)
    return str(caught.value)


def test_the_registry_finds_it() -> None:
    assert registry.load("sql") is SqlProvider


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({}, "exactly one of url_env, url_file and url has to be given, not none"),
        ({"url_env": "A", "url_file": "b"}, "not url_env and url_file"),
        ({"url_env": "EVTUI_DB"}, "the environment variable EVTUI_DB is not set"),
        ({"url": f"postgresql://me:{SECRET}@db/shop"}, "a password has no place in a campaign file"),
        ({"url": f"postgresql://db/shop?password={SECRET}"}, "a password has no place in a campaign file"),
        ({"url": f"mssql+pyodbc:///?odbc_connect=PWD%3D{SECRET}"}, "a password has no place in a campaign file"),
        ({"url": f"not a url {SECRET}"}, "url does not hold a SQLAlchemy URL"),
        ({"url": f"postgresql://me@db:{SECRET}/shop"}, "url does not hold a SQLAlchemy URL"),
        ({"url": "sqlite://"}, "SQLite needs the path of a file"),
        ({"url": "sqlite:///:memory:"}, "SQLite needs the path of a file"),
        ({"url": "dbase://host/x"}, "'dbase' is not supported; use sqlite, postgresql, mysql or mssql"),
        ({"url": "oracle://host/x"}, "'oracle' is not supported; use sqlite, postgresql, mysql or mssql"),
        ({"url": "postgresql+nobody://host/x"}, "no driver is called 'postgresql+nobody'"),
        ({"url": "postgresql+psycopg2://host/x"}, "pip install 'evtui[sql]'"),
        (
            {"url": "sqlite:///a.db", "source_timezone": "Asia/Nowhere"},
            'source_timezone: there is no time zone "Asia/Nowhere"',
        ),
        ({"url": "sqlite:///a.db", "source_timezone": "../../etc/passwd"}, "there is no time zone"),
        ({"url": "sqlite:///a.db", "batch_rows": 0}, "batch_rows: 0 is too little; it has to be greater than 0"),
        ({"url": "sqlite:///a.db", "query_timeout": float("nan")}, "query_timeout: nan is too little"),
        ({"url": "sqlite:///a.db", "overlap": -1}, "overlap: -1 cannot be"),
        ({"url": "sqlite:///a.db", "orders_table": 'x" UNION SELECT 1 --'}, "cannot be a table or column name"),
        ({"url": "sqlite:///a.db", "orders_table": ""}, "cannot be a table or column name"),
        ({"url": "sqlite:///a.db", "schema": "a.b.c"}, "too many dots"),
        ({"url": "sqlite:///a.db", "columns": {"OrderSlaveFlow_Qty": "a b"}}, "columns.OrderSlaveFlow_Qty"),
        ({"url": "sqlite:///a.db", "columns": {"OrderSlaveFlow_Quty": "q"}}, "did you mean 'OrderSlaveFlow_Qty'?"),
    ],
)
def test_settings_that_cannot_work(settings: dict[str, Any], says: str) -> None:
    assert says in _refusal(**settings)


def test_everything_wrong_is_said_at_once() -> None:
    said = _refusal(url="dbase", connect_timeout=0, source_timezone="Asia/Hong Kong", schema="a.b.c")
    for words in (
        "connect_timeout: 0 is too little",
        'source_timezone: there is no time zone "Asia/Hong Kong"; did you mean "Asia/Hong_Kong"?',
        "url does not hold a SQLAlchemy URL",
        "has too many dots",
    ):
        assert words in said


def test_a_broken_url_in_the_environment_is_not_quoted() -> None:
    for url in (f"me:{SECRET}@host", f"postgresql://me:{SECRET}@host:port/x", "   "):
        assert "EVTUI_DB" in _refusal({"EVTUI_DB": url}, url_env="EVTUI_DB")


def test_settings_come_from_a_file_with_unknown_keys_refused() -> None:
    settings = msgspec.convert({"url_env": "X", "columns": {"OrderSlaveFlow_Qty": "Qty"}, "overlap": 3}, SqlSettings)
    assert settings.overlap == 3
    with pytest.raises(msgspec.ValidationError, match="tabel"):
        msgspec.convert({"url_env": "X", "tabel": "y"}, SqlSettings)


def test_opening_touches_no_disk(tmp_path: Path) -> None:
    _open(folder=str(tmp_path), url="sqlite:///not-there.db")
    _open(folder=str(tmp_path), url_file="not-there.txt")
    assert list(tmp_path.iterdir()) == []


def test_drivers_that_come_along_are_the_default() -> None:
    for dialect, driver in (
        ("postgresql", "psycopg"),
        ("postgres", "psycopg"),
        ("mysql", "pymysql"),
        ("mssql", "pymssql"),
    ):
        provider = _open({"DB": f"{dialect}://me:{SECRET}@host/x"}, url_env="DB")
        assert provider._engine().driver == driver
        assert SECRET not in repr(provider._engine())


async def test_a_url_file_is_read_each_time(tmp_path: Path) -> None:
    provider = _open(folder=str(tmp_path), url_file="db.url")
    with pytest.raises(SourceError, match=rf"url_file: db\.url is not there: no {tmp_path}/db\.url") as caught:
        await provider.poll(Topic.STOCK, None)
    assert caught.value.kind is FailureKind.AUTH
    assert "SQLAlchemy URL" in caught.value.remedy
    (tmp_path / "db.url").mkdir()
    with pytest.raises(SourceError, match=r"url_file: db\.url cannot be read: Is a directory"):
        await provider.poll(Topic.STOCK, None)
    (tmp_path / "db.url").rmdir()
    (tmp_path / "db.url").write_bytes(b"\xff")
    with pytest.raises(SourceError, match=r"url_file: db\.url holds something that is not text"):
        await provider.poll(Topic.STOCK, None)
    (tmp_path / "db.url").write_text(f"nonsense {SECRET}")
    with pytest.raises(SourceError, match="url_file does not hold a SQLAlchemy URL"):
        await provider.poll(Topic.STOCK, None)
    Shopfront(f"sqlite:///{tmp_path / 'shop.db'}").close()
    (tmp_path / "db.url").write_text("sqlite:///shop.db\n")
    answer = await provider.poll(Topic.STOCK, None)
    assert answer.coverage.seen == 0


async def test_other_names_for_tables_and_columns(sqlite_shopfront: Shopfront) -> None:
    sqlite_shopfront.order(1)
    sqlite_shopfront.write("ALTER TABLE OrderSlaveFlow RENAME COLUMN OrderSlaveFlow_Qty TO qty")
    sqlite_shopfront.write("ALTER TABLE OrderSlaveFlow RENAME TO orders$2024")
    columns = {"OrderSlaveFlow_Qty": "qty"}
    watch = Watch(sqlite_shopfront, orders_table="main.orders$2024", columns=columns, schema="main")
    assert await watch.codes() == ["1"]


def test_the_settings_can_be_checked_without_sqlalchemy() -> None:
    program = (
        "import sys\n"
        "class Missing:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'sqlalchemy': raise ModuleNotFoundError('No module named sqlalchemy', name=name)\n"
        "sys.meta_path.insert(0, Missing())\n"
        "from evtui.providers.sql_settings import SqlSettings\n"
        "from evtui.providers import registry\n"
        "try: registry.load('sql')\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert shown.startswith("UsageError")
    assert "pip install 'evtui[sql]'" in shown
