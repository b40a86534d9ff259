"""Text styles as terminals set them: reading their sequences, and the shortest way from one style to another.

A style is a canonical string of parameters: attributes in rising order, then the foreground, then the background, such
as `1;38;2;255;0;0`. The empty string is the default style. Two styles look the same exactly when the strings are equal.
"""

from __future__ import annotations

import re
from functools import lru_cache

KNOWN_STYLES = 4096
"""Answers kept by each function here: a theme has some hundreds of styles, and an answer costs about 200 bytes."""

_PARAMETERS = re.compile(r"[0-9;]*")
_ATTRIBUTES = frozenset((1, 2, 3, 4, 5, 6, 7, 8, 9, 21, 51, 52, 53))
_OFF = {22: {1, 2}, 23: {3}, 24: {4, 21}, 25: {5, 6}, 27: {7}, 28: {8}, 29: {9}, 54: {51, 52}, 55: {53}}
_OFF_EVERYWHERE = {1: 22, 2: 22, 3: 23, 4: 24, 7: 27, 9: 29}
"""Attributes every terminal can switch off one by one; the others are left by a full reset only."""

_Style = tuple[frozenset[int], str, str]
"""Attributes, foreground and background parameters; a default colour is empty."""


@lru_cache(KNOWN_STYLES)
def apply(style: str, parameters: str) -> str | None:
    """The style after `CSI parameters m` was sent in `style`; None if a parameter is not understood."""
    if not _PARAMETERS.fullmatch(parameters):
        return None
    attributes, fore, back = _read(style)
    codes = [int(code or 0) for code in parameters.split(";")]
    at = 0
    while at < len(codes):
        code = codes[at]
        at += 1
        if code == 0:
            attributes, fore, back = frozenset(), "", ""
        elif code in _ATTRIBUTES:
            attributes |= {code}
        elif code in _OFF:
            attributes -= _OFF[code]
        elif 30 <= code <= 37 or 90 <= code <= 97:
            fore = str(code)
        elif 40 <= code <= 47 or 100 <= code <= 107:
            back = str(code)
        elif code == 39:
            fore = ""
        elif code == 49:
            back = ""
        elif code in (38, 48):
            count = {5: 2, 2: 4}.get(codes[at] if at < len(codes) else 0, 0)
            if not count or at + count > len(codes):
                return None
            colour = ";".join(map(str, codes[at - 1 : at + count]))
            at += count
            fore, back = (colour, back) if code == 38 else (fore, colour)
        else:
            return None
    return _written((attributes, fore, back))


@lru_cache(KNOWN_STYLES)
def change(before: str | None, after: str) -> str:
    """The shortest sequence that leads from style `before` (None: not known) to `after`; empty if they are equal."""
    if before == after:
        return ""
    full = f"\x1b[0;{after}m" if after else "\x1b[m"
    if before is None:
        return full
    had, had_fore, had_back = _read(before)
    attributes, fore, back = _read(after)
    gone = had - attributes
    if not gone <= _OFF_EVERYWHERE.keys():
        return full
    codes = [str(code) for code in sorted({_OFF_EVERYWHERE[one] for one in gone})]
    kept = had - {1, 2} if gone & {1, 2} else had
    codes += [str(code) for code in sorted(attributes - kept)]
    if fore != had_fore:
        codes.append(fore or "39")
    if back != had_back:
        codes.append(back or "49")
    step = f"\x1b[{';'.join(codes)}m"
    return min(full, step, key=len)


def _read(style: str) -> _Style:
    """A canonical string taken apart."""
    codes = style.split(";") if style else []
    attributes = set()
    while codes and int(codes[0]) in _ATTRIBUTES:
        attributes.add(int(codes.pop(0)))
    colours = ["", ""]
    while codes:
        length = {"38": 0, "48": 0}.get(codes[0], 1) or {"5": 3, "2": 5}[codes[1]]
        ground = 0 if codes[0][0] in "39" else 1
        colours[ground] = ";".join(codes[:length])
        del codes[:length]
    return frozenset(attributes), colours[0], colours[1]


def _written(style: _Style) -> str:
    """The canonical string of a style taken apart."""
    attributes, fore, back = style
    return ";".join([*(str(code) for code in sorted(attributes)), *filter(None, (fore, back))])
