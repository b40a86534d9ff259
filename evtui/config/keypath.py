"""The path of a key in a campaign file, and how it is written for a person."""

from __future__ import annotations

import string

Path = tuple[str | int, ...]
"""A key's way from the top: names of tables and keys, and indexes of lists, counted from 0."""

_BARE = frozenset(string.ascii_letters + string.digits + "_-")


def dotted(path: Path) -> str:
    """`path` as text: `products[1].price`; names that are no bare keys stand in quotes."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + (part if (part and not set(part) - _BARE) else f'"{part}"')
    return text
