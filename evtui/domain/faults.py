"""An ELMAH error, and what makes two errors the same fault."""

from __future__ import annotations

import re
from datetime import datetime

from msgspec import Struct

from evtui.text import one_line


class ErrorEntry(Struct, frozen=True):
    """One error of the log. `error_id` is unique within its source; text is cleaned and masked."""

    error_id: str
    application: str
    host: str
    type: str
    """.NET type name, or whatever the application wrote there."""
    message: str
    at: datetime
    status_code: int | None = None
    source: str = ""


class FaultKey(Struct, frozen=True, order=True):
    """What errors are grouped by: application, type and the shape of the message."""

    application: str
    type: str
    shape: str


_VARIABLE = re.compile(
    r"(?:[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})"  # GUIDs
    r"|\b0x[0-9a-fA-F]+\b"
    r"|\b[A-Z]{2}\d{6}[A-Z]\d{5,6}\b"  # order codes
    r"|\d+(?:[.,:/-]\d+)*"
)
_SHAPE_LENGTH = 120
"""Characters of a message that tell one fault from another; what follows is mostly data."""


def message_shape(message: str) -> str:
    """A message without what varies from one occurrence to the next: ids, codes and numbers become `#`."""
    return one_line(_VARIABLE.sub("#", message))[:_SHAPE_LENGTH]


def fault_key(entry: ErrorEntry) -> FaultKey:
    """The group an error belongs to."""
    return FaultKey(entry.application, entry.type, message_shape(entry.message))


def short_type(name: str) -> str:
    """A .NET type without its namespaces: `System.Data.SqlClient.SqlException` is `SqlException`."""
    return name.rsplit(".", 1)[-1] if re.fullmatch(r"[\w.+`]+", name) else name
