"""Writes ELMAH error files by ELMAH's own rules: what `XmlFileErrorLog` leaves in a folder, byte for byte in kind.

UTF-8 with a byte order mark and no declaration, indented by two, CRLF where the machine is Windows; an attribute that
is empty is left out, statusCode 0 too; times in UTC with seven digits; character checks are off, so control characters
and half surrogate pairs become references that XML does not allow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

BOM = b"\xef\xbb\xbf"
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
_ESCAPED = re.compile('[&<>"\x00-\x1f\ud800-\udfff\ufffe\uffff]')


@dataclass(frozen=True, slots=True)
class Written:
    """An `Elmah.Error` as a test wants it; a collection's item may have several values, or none."""

    at: datetime | None = datetime(2024, 1, 25, 2, 3, 4, 987654, UTC)
    error_id: str = "11111111-2222-4333-8444-555555555555"
    application: str = "/LM/W3SVC/2/ROOT"
    host: str = "WEB-01"
    type: str = "System.InvalidOperationException"
    message: str = "Nullable object must have a value."
    source: str = "Shop.Web"
    detail: str = "System.InvalidOperationException: Nullable object must have a value.\r\n   at Shop.Web.Cart.Pay()"
    user: str = ""
    status_code: int = 500
    server_variables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    query_string: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    form: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cookies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def elmah_bytes(error: Written, *, crlf: bool = True, bom: bool = True) -> bytes:
    """The file of one error."""
    attributes = {
        "errorId": error.error_id,
        "application": error.application,
        "host": error.host,
        "type": error.type,
        "message": error.message,
        "source": error.source,
        "detail": error.detail,
        "user": error.user,
        "time": "" if error.at is None else elmah_time(error.at),
        "statusCode": str(error.status_code or ""),
    }
    tag = "<error" + "".join(f' {name}="{_escape(value)}"' for name, value in attributes.items() if value)
    collections = {
        "serverVariables": error.server_variables,
        "queryString": error.query_string,
        "form": error.form,
        "cookies": error.cookies,
    }
    lines = [line for name, items in collections.items() if items for line in _collection(name, items)]
    lines = [tag + ">", *lines, "</error>"] if lines else [tag + " />"]
    return (BOM if bom else b"") + ("\r\n" if crlf else "\n").join(lines).encode()


def elmah_time(at: datetime) -> str:
    """`2024-01-25T02:03:04.9876540Z`."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}0Z"


def elmah_name(at: datetime, guid: str | None) -> str:
    """`error-2024-01-25020304Z-<guid>.xml`; very old ELMAH wrote no GUID."""
    return f"error-{at.astimezone(UTC):%Y-%m-%d%H%M%S}Z{'' if guid is None else '-' + guid}.xml"


def numbered(number: int, at: datetime) -> Written:
    """An error with a GUID of its own."""
    return Written(at=at, error_id=str(UUID(int=number)), message=f"fault {number}")


def put(folder: Path, error: Written, *, crlf: bool = True) -> Path:
    """Write `error` under the name ELMAH would give it."""
    assert error.at is not None
    path = folder / elmah_name(error.at, error.error_id)
    path.write_bytes(elmah_bytes(error, crlf=crlf))
    return path


def _collection(name: str, items: Mapping[str, tuple[str, ...]]) -> list[str]:
    lines = [f"  <{name}>"]
    for key, values in items.items():
        if not values:
            lines.append(f'    <item name="{_escape(key)}" />')
            continue
        lines.append(f'    <item name="{_escape(key)}">')
        lines += [f'      <value string="{_escape(value)}" />' for value in values]
        lines.append("    </item>")
    return [*lines, f"  </{name}>"]


def _escape(value: str) -> str:
    return _ESCAPED.sub(lambda match: _ESCAPES.get(match[0]) or f"&#x{ord(match[0]):X};", value)
