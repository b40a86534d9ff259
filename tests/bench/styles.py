"""How cells are drawn, as the terminal's own codes tell it, and what it costs to change from one style to another."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple


class Style(NamedTuple):
    """Colours as the parameters that set them (`31`, `38;2;1;2;3`; empty: the terminal's own), and attributes."""

    fore: str = ""
    back: str = ""
    attributes: int = 0
    """One bit for each number of 1 to 9 that is on."""


PLAIN = Style()
"""What a reset leaves."""

_BITS = {number: 1 << (number - 1) for number in range(1, 10)}
"""Attributes by the number that switches them on."""

_OFF = {22: _BITS[1] | _BITS[2], 23: _BITS[3], 24: _BITS[4], 25: _BITS[5] | _BITS[6]}
_OFF |= {27: _BITS[7], 28: _BITS[8], 29: _BITS[9]}
"""Attributes by the number that switches them off."""

_ON_BLANKS = _BITS[4] | _BITS[7] | _BITS[9]
"""Attributes that show where there is no character: underline, reverse, strike."""


@lru_cache(maxsize=65_536)
def worn(style: Style, parameters: str) -> Style:
    """The style after a sequence with these parameters."""
    left = parameters.split(";") if parameters else ["0"]
    while left:
        code = left.pop(0)
        number = int(code.partition(":")[0] or 0)
        if number == 0:
            style = PLAIN
        elif number in (38, 48, 58):
            style = _coloured(style, number, code, left)
        elif number in _BITS:
            bit = _BITS[number]
            on = not (number == 4 and code == "4:0")
            style = style._replace(attributes=style.attributes | bit if on else style.attributes & ~bit)
        elif number in _OFF:
            style = style._replace(attributes=style.attributes & ~_OFF[number])
        elif number == 21:
            style = style._replace(attributes=style.attributes | _BITS[4])
        elif number == 39 or 30 <= number <= 37 or 90 <= number <= 97:
            style = style._replace(fore="" if number == 39 else code)
        elif number == 49 or 40 <= number <= 47 or 100 <= number <= 107:
            style = style._replace(back="" if number == 49 else code)
    return style


def _coloured(style: Style, number: int, code: str, left: list[str]) -> Style:
    """Palette and true colours, in either of their two spellings; what belongs to them is taken from `left`."""
    if ":" in code:
        parts = [part for part in code.split(":")[1:] if part]
        if parts[:1] == ["2"]:
            parts = ["2", *parts[-3:]]
    else:
        count = {"5": 2, "2": 4}.get(left[0] if left else "", 0)
        parts = left[:count]
        del left[:count]
    colour = ";".join((str(number), *parts))
    if number == 58:
        return style
    return style._replace(fore=colour) if number == 38 else style._replace(back=colour)


@lru_cache(maxsize=65_536)
def seen(cell: tuple[str, Style]) -> tuple[str, Style]:
    """The cell as an eye sees it: a blank has no ink, so its ink has no colour."""
    char, style = cell
    if char != " " or style.attributes & _ON_BLANKS:
        return cell
    return " ", PLAIN._replace(back=style.back)


@lru_cache(maxsize=65_536)
def changed(style: Style, cell: tuple[str, Style]) -> tuple[int, Style]:
    """Bytes of the shortest sequence after which `cell` can be written, and the style then worn."""
    char, wanted = cell
    if char == " " and not wanted.attributes & _ON_BLANKS:
        kept = style._replace(back=wanted.back, attributes=style.attributes & ~_ON_BLANKS)
        ways = [kept, PLAIN._replace(back=wanted.back)]
    else:
        ways = [wanted]
    return min(((_codes(style, way), way) for way in ways), key=lambda option: option[0])


def _codes(style: Style, wanted: Style) -> int:
    """Length of the shorter of two sequences: the differences, or a reset and everything."""
    if style == wanted:
        return 0
    everything = [each for each in (wanted.fore, wanted.back) if each] + _numbers(wanted.attributes)
    differences = []
    if style.fore != wanted.fore:
        differences.append(wanted.fore or "39")
    if style.back != wanted.back:
        differences.append(wanted.back or "49")
    gone, new = style.attributes & ~wanted.attributes, wanted.attributes & ~style.attributes
    for code, bits in _OFF.items():
        if gone & bits:
            differences.append(str(code))
            new |= wanted.attributes & bits
    differences += _numbers(new)
    anew = len(";".join(("0", *everything))) if everything else 0
    return 3 + min(anew, len(";".join(differences)))


def _numbers(attributes: int) -> list[str]:
    return [str(number) for number, bit in _BITS.items() if attributes & bit]
