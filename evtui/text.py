"""Text from outside made harmless, and text measured in terminal cells.

`clean` is the fence: providers pass every remote string through it once (by way of `redact.admit`), so that no escape
sequence, direction override or invisible character can reach a terminal, a file or the clipboard. Everything that is
laid out on a screen or in a table is measured with `cell_width`, never with `len`: names here mix Latin and Chinese.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache

NAME_LIMIT = 1_000
"""Characters kept of a name or a message: more than any screen shows, less than a flood."""

DETAIL_LIMIT = 64 * 1024
"""Characters kept of an ELMAH detail: the longest real stack traces are about 5 KB."""

MARKS = 4
"""Combining marks kept on one character: no script needs more, and a thousand would paint over the lines around it."""

_INVISIBLE = (
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ufdd0-\ufdef\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
"""A pattern that takes a start long to build, and is built for the first text that may need it."""

_FILLERS = frozenset("\u115f\u1160\u3164\uffa0")
"""What of it Python calls printable: letters of Korean that nobody sees."""

_VARIATION = re.compile("[\ufe00-\ufe0f]")
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
    text = raw
    if not raw.isprintable() or not _FILLERS.isdisjoint(raw):
        text = re.sub(_INVISIBLE, _name, raw.replace("\r\n", "\n"))
    if not text.isascii():
        text = _capped(_VARIATION.sub("", text))
    return f"{text}…(+{over})" if over > 0 else text


def _capped(text: str) -> str:
    """`text` with at most `MARKS` zero-width signs on one character; the rest is told as `…(+n marks)`."""
    marks = zero_width(text)
    if not marks:
        return text
    out: list[str] = []
    run = 0
    for char in text:
        if char in marks:
            run += 1
            if run > MARKS:
                continue
        else:
            if run > MARKS:
                out.append(_left_out(run - MARKS))
            run = 0
        out.append(char)
    if run > MARKS:
        out.append(_left_out(run - MARKS))
    return "".join(out)


def _left_out(marks: int) -> str:
    return f"…(+{marks} mark{'s' if marks > 1 else ''})"


def zero_width(text: str) -> set[str]:
    """The characters of `text` that take no cell of their own: combining marks and formatting signs."""
    return {char for char in set(text) if char > "~" and not _char_width(char)}


def one_line(text: str) -> str:
    """`text` on one line: runs of white space become one space."""
    return " ".join(text.split())


_WIDE_SYMBOLS = (
    *("\u2630\u2637", "\u268a\u268f", "\u4dc0\u4dff", "\U0001d300\U0001d356", "\U0001d360\U0001d376"),
    *("\U0001f6d8\U0001f6d8", "\U0001f6dc\U0001f6dc", "\U0001fa75\U0001fa77", "\U0001fa87\U0001fa8a"),
    *("\U0001fa8e\U0001fa8f", "\U0001faad\U0001faaf", "\U0001fabb\U0001fabf", "\U0001fac6\U0001fac6"),
    *("\U0001fac8\U0001fac8", "\U0001facd\U0001facf", "\U0001fada\U0001fadc", "\U0001fadf\U0001fadf"),
    *("\U0001fae8\U0001faea", "\U0001faef\U0001faef", "\U0001faf7\U0001faf8", "\U00020000\U0002fffd"),
    "\U00030000\U0003fffd",
)
"""Hexagrams, counting rods, late emoji and rare Chinese: two cells since Unicode 15 to 17; Python 3.11 knows 14.

First and last of each range. These are no patterns: a start would wait for them to be built, and a character is looked
up once.
"""
_JOINING = ("\u1160\u11ff", "\ud7b0\ud7ff", "\U0001f3fb\U0001f3ff")
"""Letters of a Korean syllable behind its first, and skin tones: drawn into the cell in front of them."""
_VISIBLE_FORMAT = "\xad\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
"""Formatting signs that are drawn all the same."""


@lru_cache(maxsize=4096)
def _char_width(char: str) -> int:
    if _in_ranges(char, _WIDE_SYMBOLS):
        return 2
    category = unicodedata.category(char)
    if _in_ranges(char, _JOINING) or (category in ("Mn", "Me", "Mc", "Cf", "Cc") and char not in _VISIBLE_FORMAT):
        return 0
    # what Python's tables do not know yet it calls full-width, terminals do not
    return 2 if category != "Cn" and unicodedata.east_asian_width(char) in ("W", "F") else 1


def _in_ranges(char: str, ranges: tuple[str, ...]) -> bool:
    return any(ends[0] <= char <= ends[1] for ends in ranges)


def cell_width(text: str) -> int:
    """How many terminal cells `text` takes; characters of ambiguous width count as one."""
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(map(_char_width, text))


def clip(text: str, width: int, ellipsis: str = "…", measure: Callable[[str], int] = cell_width) -> str:
    """`text` in at most `width` cells as `measure` counts them; what was cut is marked, and no wide character is cut in
    half."""
    if measure(text) <= width:
        return text
    room = width - measure(ellipsis)
    if room < 0:
        return ""
    used = 0
    for index, char in enumerate(text):
        used += measure(char)
        if used > room:
            return text[:index] + ellipsis
    return text


def fit(text: str, width: int, *, right: bool = False, measure: Callable[[str], int] = cell_width) -> str:
    """`text` in exactly `width` cells, clipped or padded; `right` puts the padding in front."""
    text = clip(text, width, measure=measure)
    padding = " " * (width - measure(text))
    return padding + text if right else text + padding


def fold(text: str) -> str:
    """`text` for comparison: width-folded, lower case, without white space."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


LISTED = 8
"""Words of a list that are told one by one: of a thousand, nobody reads the ninth."""


def listed(words: Iterable[str]) -> str:
    """`words` in one line; of many, the first ones and how many more there are."""
    every = list(words)
    more = len(every) - LISTED
    return ", ".join(every) if more <= 0 else f"{', '.join(every[:LISTED])} and {more:,} more"
