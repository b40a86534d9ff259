"""Text from outside made harmless, and text measured in terminal cells.

`clean` is the fence: providers pass every remote string through it once (by way of `redact.admit`), so that no escape
sequence, direction override or invisible character can reach a terminal, a file or the clipboard. Everything that is
laid out on a screen or in a table is measured with `cell_width`, never with `len`: names here mix Latin and Chinese.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

NAME_LIMIT = 1_000
"""Characters kept of a name or a message: more than any screen shows, less than a flood."""

DETAIL_LIMIT = 64 * 1024
"""Characters kept of an ELMAH detail: the longest real stack traces are about 5 KB."""

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


_VARIATION = dict.fromkeys(range(0xFE00, 0xFE10))
"""Variation selectors are dropped: they change how wide a sign is drawn, and each terminal does it its own way."""


def _name(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return f"<U+{code:04X}>"


def clean(raw: str, limit: int = NAME_LIMIT) -> str:
    """`raw` cut to `limit` characters and with every unprintable character made visible.

    The cut comes first, so that a megabyte costs no more than the limit, and is shown as `…(+n)`.
    """
    over = len(raw) - limit
    if over > 0:
        raw = raw[:limit]
    text = _INVISIBLE.sub(_name, raw.replace("\r\n", "\n"))
    if not text.isascii():
        text = text.translate(_VARIATION)
    return f"{text}…(+{over})" if over > 0 else text


def one_line(text: str) -> str:
    """`text` on one line: runs of white space become one space."""
    return " ".join(text.split())


@lru_cache(maxsize=4096)
def _char_width(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf", "Cc"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def cell_width(text: str) -> int:
    """How many terminal cells `text` takes; characters of ambiguous width count as one."""
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(map(_char_width, text))


def clip(text: str, width: int, ellipsis: str = "…") -> str:
    """`text` in at most `width` cells; what was cut is marked, and no wide character is cut in half."""
    if cell_width(text) <= width:
        return text
    room = width - cell_width(ellipsis)
    if room < 0:
        return ""
    used = 0
    for index, char in enumerate(text):
        used += _char_width(char)
        if used > room:
            return text[:index] + ellipsis
    return text


def fit(text: str, width: int, *, right: bool = False) -> str:
    """`text` in exactly `width` cells, clipped or padded; `right` puts the padding in front."""
    text = clip(text, width)
    padding = " " * (width - cell_width(text))
    return padding + text if right else text + padding


def fold(text: str) -> str:
    """`text` for comparison: width-folded, lower case, without white space."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
