"""Lists that are too long for one question or for one sentence: a launch may have a thousand sale pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

NAMED = 5
"""Pages that a remark names: whoever looks for the cause needs one, and the line has an end."""

FEW = 3
"""Machines, charts or groups that a remark names: several remarks share one line."""


def batches(items: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """`items` in their order, `size` at a time."""
    rest = iter(items)
    while batch := tuple(islice(rest, size)):
        yield batch


def few(names: Sequence[str]) -> str:
    """The first few of `names` in one line, and how many more there are."""
    more = len(names) - FEW
    return ", ".join(names[:FEW]) + (f" and {more:,} more" if more > 0 else "")


def some(remarks: Sequence[str], what: str) -> str:
    """The first few of `remarks` in one line, and how many more of `what` there are."""
    more = len(remarks) - NAMED
    return "; ".join(remarks[:NAMED]) + (f"; {more:,} more {what}" if more > 0 else "")
