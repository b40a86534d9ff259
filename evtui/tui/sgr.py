"""Text styles as terminals set them: reading their sequences, and the shortest way from one style to another.

A style is a canonical string of parameters: attributes in rising order, then the foreground, then the background, such
as `1;38;2;255;0;0`. The empty string is the default style. A hyperlink is part of the style: it follows behind a bar,
as `1|id=5;https://…`. Two styles look the same exactly when the strings are equal.
"""

from __future__ import annotations

import re
from functools import lru_cache
from zlib import crc32

KNOWN_STYLES = 4096
"""Answers kept by each function here: a theme has some hundreds of styles, and an answer costs about 200 bytes."""

_STYLE = re.compile(r"\x1b\[([0-9;]*)m")
_COLOUR = re.compile(r";(?:[34]8;(?:5;\d+|2;\d+;\d+;\d+)|(?:3|4|9|10)[0-79](?=;|$))")
_PARAMETERS = re.compile(r"[0-9;]*")
_ATTRIBUTES = frozenset((1, 2, 3, 4, 5, 6, 7, 8, 9, 21, 51, 52, 53))
_OFF = {22: {1, 2}, 23: {3}, 24: {4, 21}, 25: {5, 6}, 27: {7}, 28: {8}, 29: {9}, 54: {51, 52}, 55: {53}}
_OFF_EVERYWHERE = {1: 22, 2: 22, 3: 23, 4: 24, 7: 27, 9: 29}
"""Attributes every terminal can switch off one by one; the others are left by a full reset only."""

LONGEST_LINK = 2000
"""Characters of an address; terminals leave longer ones out."""

UNLINK = "\x1b]8;;\x1b\\"
"""Ends a hyperlink."""

_LINK = re.compile(r"\x1b\]8;[^;\x07\x1b]*;([^\x07\x1b]*)(?:\x1b\\|\x07)")
_ADDRESS = re.compile(rf"[!-~]{{1,{LONGEST_LINK}}}")

_Style = tuple[frozenset[int], str, str]
"""Attributes, foreground and background parameters; a default colour is empty."""


@lru_cache(KNOWN_STYLES)
def apply(style: str, parameters: str) -> str | None:
    """The style after `CSI parameters m` was sent in `style`; None if a parameter is not understood."""
    if not _PARAMETERS.fullmatch(parameters):
        return None
    worn, bar, link = style.partition("|")
    attributes, fore, back = _read(worn)
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
    return _written((attributes, fore, back)) + bar + link


def colourless(data: str) -> str:
    """`data` with its styles in no colour but the terminal's own; attributes stay."""
    return _STYLE.sub(_without_colour, data)


@lru_cache(KNOWN_STYLES)
def _plain(parameters: str) -> str | None:
    """`parameters` without colours; None if nothing is left of them."""
    if not parameters:
        return ""
    kept = _COLOUR.sub("", f";{parameters}").strip(";")
    return kept or None


def _without_colour(match: re.Match[str]) -> str:
    plain = _plain(match[1])
    return "" if plain is None else f"\x1b[{plain}m"


def unlinked(style: str) -> str:
    """`style` without its hyperlink."""
    return style.partition("|")[0]


def link_of(style: str) -> str:
    """What `apply` does not touch: the hyperlink of `style` with its bar, or nothing."""
    return style[style.index("|") :] if "|" in style else ""


def relinked(data: str) -> str:
    """`data` with each hyperlink in the one form that `linked` takes apart.

    The toolkit gives every run of every frame an identity of its own, by which the same link never looks the same.
    Here the address makes it. What is no address that terminals take is no link.
    """
    return _LINK.sub(_canonical, data) if "\x1b]8;" in data else data


def linked(data: str) -> list[str] | None:
    """`data` at its links: text, link (empty where one ends), text, link, …, text; None if it is not understood."""
    pieces = _LINK.split(data)
    return None if any("\x1b]" in text for text in pieces[::2]) else pieces


def with_link(style: str, address: str) -> str:
    """`style` with a hyperlink to `address`; without any if that is empty."""
    worn = unlinked(style)
    return f"{worn}|{_opening(address)}" if address else worn


def _canonical(match: re.Match[str]) -> str:
    address = match[1]
    return f"\x1b]8;{_opening(address)}\x1b\\" if _ADDRESS.fullmatch(address) else UNLINK


@lru_cache(KNOWN_STYLES)
def _opening(address: str) -> str:
    return f"id={crc32(address.encode()):x};{address}"


@lru_cache(KNOWN_STYLES)
def change(before: str | None, after: str) -> str:
    """The shortest sequence that leads from style `before` to `after`; empty if they are equal.

    None: any style without a hyperlink, which one is not known.
    """
    if before == after:
        return ""
    had, _, left = (before or "").partition("|")
    worn, _, link = after.partition("|")
    step = _step(None if before is None else had, worn)
    if link == left:
        return step
    return f"{step}\x1b]8;{link}\x1b\\" if link else step + UNLINK


def _step(before: str | None, after: str) -> str:
    """The shortest sequence between two styles without a hyperlink."""
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
