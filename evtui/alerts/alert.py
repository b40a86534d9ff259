"""What an alert is: one condition in words, and how much it matters."""

from __future__ import annotations

from enum import IntEnum

from msgspec import Struct


class Severity(IntEnum):
    """How much it matters; the higher comes first."""

    NOTICE = 1
    WARNING = 2
    PROBLEM = 3


class Alert(Struct, frozen=True):
    """One condition, in words that hold its count. `key` names it for good; `code` is an order to look at, if any."""

    key: str
    severity: Severity
    text: str
    count: int = 1
    code: str = ""


def counted(count: int, noun: str) -> str:
    """`1 machine`, `2 machines`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
