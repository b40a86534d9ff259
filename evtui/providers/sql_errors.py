"""What a database driver complained about, as one of the three kinds of failure and a sentence without secrets.

Drivers agree on nothing: the SQLSTATE or number is asked first, then the first line of the text. Text of a driver gets
into a message only with every secret of the URL taken out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from evtui.domain.reading import FailureKind
from evtui.providers.base import SourceError
from evtui.providers.sql_tables import Layout
from evtui.redact import MASK, admit
from evtui.text import one_line

QUOTED = 200
"""Characters of a driver's text that a pane can show."""

# SQLSTATE classes and codes of PostgreSQL and ODBC, numbers of SQL Server and MySQL
_AUTH_CODES = frozenset({"28000", "28P01", "18456", "18452", "4060", "916", "1044", "1045", "1698"})
_DENIED_CODES = frozenset({"42501", "229", "230", "1142", "1143"})
_LOCKED_CODES = frozenset({"55P03", "1222", "1205"})
_TIMEOUT_CODES = frozenset({"57014", "3024", "20003"})
_COLUMN_CODES = frozenset({"42703", "42S22", "207", "1054"})
_TABLE_CODES = frozenset({"42P01", "3F000", "42S02", "208", "1146"})
_DOWN_CODES = frozenset({"2002", "2003", "2006", "2013", "1040", "20002", "20009", "20047", "20006"})
_DOWN_CLASSES = ("08", "53", "57", "HYT")

_AUTH_TEXT = re.compile(
    r"authentication failed|no password supplied|login failed|access denied for user|pg_hba\.conf"
    r"|role .* does not exist|permission denied for database",
    re.IGNORECASE,
)
_DENIED_TEXT = re.compile(r"permission (?:was )?denied|command denied", re.IGNORECASE)
_LOCKED_TEXT = re.compile(r"(?:database|table).* is locked|lock request time ?out", re.IGNORECASE)
_TIMEOUT_TEXT = re.compile(r"time[d]? ?out|timeout", re.IGNORECASE)
_COLUMN_TEXT = re.compile(r"no such column|column .* does not exist|invalid column name|unknown column", re.IGNORECASE)
_TABLE_TEXT = re.compile(
    r"no such table|relation .* does not exist|invalid object name|table .* doesn't exist", re.IGNORECASE
)
_NO_DATABASE_TEXT = re.compile(r"database \S+ does not exist|unknown database", re.IGNORECASE)
_DOWN_TEXT = re.compile(
    r"refused|could not connect|connection failed|unable to connect|no such file|unreachable|server closed"
    r"|lost connection|connection (?:was |is )?(?:reset|closed|lost)|broken pipe|starting up|shutting down"
    r"|unable to open database|disk i/o error|could not translate|name or service not known"
    r"|too many connections|terminat",
    re.IGNORECASE,
)


_DB_LIB = re.compile(r"^(?:\d+ )?DB-Lib error message \d+, severity \d+: *")


def failure(error: BaseException, layout: Layout, url: URL | None, *, before: bool) -> SourceError:
    """The SourceError for what a driver raised; `before`: whether these tables have answered before."""
    origin = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    codes, text = _codes(origin), _complaint(origin)
    if isinstance(origin, PermissionError):
        return _refused(layout, text)
    if isinstance(origin, FileNotFoundError):
        where = "" if origin.filename is None else f": no {admit(origin.filename, QUOTED)}"
        return SourceError(FailureKind.DOWN, f"the database file is not there{where}")
    if _NO_DATABASE_TEXT.search(text):
        return SourceError(FailureKind.DATA, f"no such database: {_quote(text, url)}")
    for matches, explain in (
        (_matches(codes, text, _DENIED_CODES, _DENIED_TEXT), _denied),
        (_matches(codes, text, _AUTH_CODES, _AUTH_TEXT), _refused),
        (_matches(codes, text, _COLUMN_CODES, _COLUMN_TEXT), None),
        (_matches(codes, text, _TABLE_CODES, _TABLE_TEXT), None),
        (_matches(codes, text, _LOCKED_CODES, _LOCKED_TEXT), _locked),
        (_matches(codes, text, _TIMEOUT_CODES, _TIMEOUT_TEXT), _timed_out),
    ):
        if matches:
            return explain(layout, text) if explain is not None else _not_found(layout, text, before=before)
    down = any(code in _DOWN_CODES or code.startswith(_DOWN_CLASSES) for code in codes)
    if down or _DOWN_TEXT.search(text) or isinstance(origin, OSError):
        return SourceError(FailureKind.DOWN, f"database not reachable: {_quote(text, url)}")
    return SourceError(FailureKind.DATA, f"the database refused the question: {_quote(text, url)}")


def _quote(text: str, url: URL | None) -> str:
    # pymssql says everything twice, each time with what library said it
    said = _DB_LIB.sub("", text).split(" DB-Lib error message")[0].replace(" Net-Lib error during ", ": ")
    return one_line(admit(_without_secrets(said, url), QUOTED))


def _matches(codes: frozenset[str], text: str, known: frozenset[str], pattern: re.Pattern[str]) -> bool:
    return bool(codes & known) or pattern.search(text) is not None


def _codes(origin: BaseException) -> frozenset[str]:
    """SQLSTATE and number of a driver's exception: psycopg has `sqlstate`, the others put a number in front."""
    found = {str(getattr(origin, "sqlstate", None) or "")}
    first = origin.args[0] if origin.args else None
    if isinstance(first, tuple) and first:
        first = first[0]
    if isinstance(first, int) or (isinstance(first, str) and len(first) == 5):
        found.add(str(first))
    return frozenset(found - {""})


def _flatten(part: object) -> Iterable[str]:
    if isinstance(part, bytes):
        yield part.decode("utf-8", "replace")
    elif isinstance(part, tuple):
        for inner in part:
            yield from _flatten(inner)
    else:
        yield str(part)


def _complaint(origin: BaseException) -> str:
    """What the driver said. Behind the first line of a server's answer PostgreSQL quotes the statement, and with it
    every column there is; a failed connection, which has no SQLSTATE, lists one attempt a line."""
    text = " ".join(_flatten(origin.args)).strip() or type(origin).__name__
    return text.splitlines()[0] if getattr(origin, "sqlstate", None) else one_line(text)


def _without_secrets(text: str, url: URL | None) -> str:
    if url is None:
        return text
    secrets = {url.render_as_string(hide_password=False), str(url.password or "")}
    for value in url.query.values():
        secrets.update((value,) if isinstance(value, str) else value)
    for secret in sorted(
        (form for raw in secrets for form in (raw, quote(raw), quote_plus(raw))), key=len, reverse=True
    ):
        if secret:
            text = text.replace(secret, MASK)
    return text


def _denied(layout: Layout, text: str) -> SourceError:
    names = ", ".join(table.name for table in layout.tables() if _mentions(text, table.name)) or "the tables"
    return SourceError(
        FailureKind.AUTH, f"permission denied on {names}", f"ask for the right to SELECT from {names} for this login"
    )


def _refused(layout: Layout, text: str) -> SourceError:
    return SourceError(
        FailureKind.AUTH, "the database refused the login", "check user and password in the URL the campaign file names"
    )


def _locked(layout: Layout, text: str) -> SourceError:
    return SourceError(FailureKind.DOWN, "the table is locked by another session")


def _timed_out(layout: Layout, text: str) -> SourceError:
    return SourceError(FailureKind.DOWN, "the database did not answer in time")


def _not_found(layout: Layout, text: str, *, before: bool) -> SourceError:
    """A table or column that is not there: gone, or never called like that in this database."""
    for table in layout.tables():
        for column in sorted(table.c, key=lambda column: -len(column.name)):
            if _mentions(text, column.name):
                if before:
                    return _changed(f"column {column.name} not found in {table.name}")
                why = f"{table.name} has no column {column.name}"
                return SourceError(FailureKind.DATA, why, f"name the one it has: columns.{column.name}")
    for key, table in zip(("orders_table", "stock_table", "sku_table"), layout.tables(), strict=True):
        if _mentions(text, table.name):
            if before:
                return _changed(f"table {table.name} not found")
            remedy = f"put {key}, schema or the database in the URL right"
            return SourceError(FailureKind.DATA, f"the database has no table {table.name}", remedy)
    return _changed("a table or column was not found")


def _changed(what: str) -> SourceError:
    return SourceError(FailureKind.DATA, f"schema changed: {what}")


def _mentions(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w$#]){re.escape(name)}(?![\w$#])", text) is not None
