"""Characters that some terminals draw in one cell and others in two, and the one setting that says which ours does.

Unicode calls their width ambiguous: `× Δ · – …`, box lines and blocks, Greek, Cyrillic, `★`. While they take two cells,

* the signs of our own screens have ASCII twins, which take one cell everywhere, whatever text they come from;
* any other such character counts two cells. The toolkit counts one, so on its way through it `prepared` sets a
  placeholder behind each, which `sent` takes away again.

Text is laid out with `cell_width`, `clip` and `fit` of this module, becomes a segment by `prepared`, and reaches the
terminal by `sent`, which drivers call.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from evtui import text as plain

PLACEHOLDER = "\ufdd0"
"""Stands for the right half of an ambiguous character; a noncharacter, which `evtui.text.clean` lets nobody send."""

_OURS = "\u200b"
"""In front of the left half, says that there was a right half, should they be cut apart. Takes no cell; `clean` stops
it too."""

_SIGNS = dict(zip("×Δ·–—…±•≈≤≥←→↑↓⇒●○▲▼◀▶", "xd.--~+*~<><>^v>*o^v<>", strict=True))
_BLOCKS = dict(zip("▁▂▃▄▅▆▇█▀▉▊▋▌▍▎▏▐▔▕░▒▓", '_.:-=+*#"##||||||"|.:#', strict=True))


def _line(char: str) -> str:
    """The twin of a box line."""
    name = unicodedata.name(char)
    if "DIAGONAL" in name:
        return "X" if "CROSS" in name else "/" if "UPPER RIGHT" in name else "\\"
    if "HORIZONTAL" in name and "VERTICAL" not in name:
        return "-"
    return "|" if "VERTICAL" in name and "HORIZONTAL" not in name and " AND " not in name else "+"


_LINES = {char: _line(char) for char in map(chr, range(0x2500, 0x2574))}
SIGNS = str.maketrans({**_SIGNS, **_LINES})
"""Signs and box lines in plain characters of one cell, for `str.translate`; graphs are a setting of their own."""

_TWINS = {**SIGNS, **str.maketrans(_BLOCKS)}
_PICTOGRAMS = range(0x1F100, 0x1F200)
_PRIVATE = "\U000f0000-\U000ffffd\U00100000-\U0010fffd"

_width = 1


def width() -> int:
    """How many cells the terminal gives an ambiguous character: 1 or 2."""
    return _width


def set_width(cells: int) -> None:
    """Say how many cells the terminal gives an ambiguous character. Everything must be laid out anew then.

    Raises:
        ValueError: neither 1 nor 2.
    """
    global _width
    if cells not in (1, 2):
        raise ValueError(f"an ambiguous character takes 1 or 2 cells, not {cells}")
    _width = cells


def doubled(char: str) -> bool:
    """Whether `char` takes two cells because the terminal doubles it."""
    return _width == 2 and bool(_doubled().match(char))


def cell_width(text: str) -> int:
    """How many cells `text` takes on this terminal."""
    cells = plain.cell_width(text)
    return cells if _width == 1 or text.isascii() else cells + len(_doubled().findall(text))


def clip(text: str, cells: int, mark: str = "…") -> str:
    """`text` in at most `cells` cells; what was cut is marked, and nothing that takes two cells is cut in half."""
    return plain.clip(text, cells, mark, cell_width)


def fit(text: str, cells: int, *, right: bool = False) -> str:
    """`text` in exactly `cells` cells, clipped or padded; `right` puts the padding in front."""
    return plain.fit(text, cells, right=right, measure=cell_width)


def prepared(text: str) -> str:
    """`text` as a segment for the toolkit must hold it, so that the toolkit counts as many cells as the terminal."""
    if _width == 1 or text.isascii():
        return text
    return _doubled().sub(rf"{_OURS}\g<0>{PLACEHOLDER}", text.translate(_TWINS))


def sent(data: str) -> str:
    """`data` from the toolkit as the terminal must get it.

    Half a character is a blank. An ambiguous character that was not prepared is text that the toolkit made, in which it
    counts one cell: its twin goes out instead, or `?`.
    """
    if _width == 2 and not data.isascii():
        return _troubled().sub(_mended, data)
    if PLACEHOLDER in data or _OURS in data:  # prepared while the other width was believed
        return data.replace(_OURS, "").replace(PLACEHOLDER, " ")
    return data


def _mended(match: re.Match[str]) -> str:
    return _mend(*match.groups(default=""))


@lru_cache(4096)
def _mend(ours: str, char: str, rest: str, half: str) -> str:
    """What goes out for a mark, a character and what follows it, or for half of one; any of them may be empty."""
    if not char:
        return " " if half else ""
    if rest == PLACEHOLDER:
        return char
    if ours:
        return " "
    from rich.cells import cell_len  # the toolkit's own count; a plain snapshot does without the toolkit

    cells = cell_len(char + rest)
    twin = char.translate(_TWINS)
    return twin.ljust(cells) if twin.isascii() else "?" * cells


@lru_cache(1)
def _doubled() -> re.Pattern[str]:
    """Matches one character that takes two cells instead of one."""
    return re.compile(f"[{_doubled_ranges()}]")


@lru_cache(1)
def _troubled() -> re.Pattern[str]:
    """Matches what cannot go out as it stands, and doubled characters that can."""
    chars = _doubled_ranges() + re.escape("".join(map(chr, _TWINS)))
    marks = _ranges(code for code in range(0x300, 0x10000) if unicodedata.category(chr(code)) in ("Mn", "Me"))
    # marks stand behind the half that goes with the toolkit's cut: half a character has none
    return re.compile(f"({_OURS}?)([{chars}])({PLACEHOLDER}|\ufe0f)?|({PLACEHOLDER})[{marks}]*|{_OURS}")


@lru_cache(1)
def _doubled_ranges() -> str:
    """What stands between the brackets of a pattern; found out once, when it is known to be needed: 15 ms."""
    codes = (code for code in (*range(0x80, 0x10000), *_PICTOGRAMS) if _is_doubled(chr(code)))
    return _ranges(codes) + _PRIVATE


def _is_doubled(char: str) -> bool:
    return unicodedata.east_asian_width(char) == "A" and ord(char) not in _TWINS and plain.cell_width(char) == 1


def _ranges(codes: Iterable[int]) -> str:
    """Rising code points as a pattern has them between brackets."""
    ranges: list[list[int]] = []
    for code in codes:
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)
