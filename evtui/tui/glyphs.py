"""Raw text with styles, as a frame holds it, read into cells.

Terminals agree about the width of most characters, not of all. Text with a character they may disagree about (emoji,
combining marks, right-to-left letters) is marked: it must not be taken apart.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import lru_cache

from rich.cells import get_character_cell_size

from evtui.text import cell_width
from evtui.tui import ambiguous, sgr

KNOWN_CHARACTERS = 8192
"""Characters whose kind is remembered: more than a screen of Chinese, less than a megabyte."""

KNOWN_PALETTES, KNOWN_CELLS = 64, 512
"""Styles, and characters of each, whose cells are kept: at the very worst 4 MB, in a pane of figures a few KB."""

_NARROW, _WIDE, _UNSURE, _CONTROL, _JOINING = 1, 2, 3, 4, 5
_SURE = frozenset((_NARROW, _WIDE))
_RIGHT_TO_LEFT = ("R", "AL", "AN")
_FIRST_PICTOGRAM = 0x1F000
"""From here on: emoji, flags, skin tones (terminals differ), and Chinese too rare to be worth telling apart."""
_SKIN_TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"

Cell = tuple[str, str]
"""A character and its style; the right half of a wide character is the empty string in the same style."""


class Unclear(Exception):
    """A frame that does something the model cannot follow."""


class _Palette(dict[str, Cell]):
    """The cells of one style by character: made once, so that a frame does not leave thousands to be collected."""

    def __init__(self, style: str) -> None:
        super().__init__()
        self._style = style

    def __missing__(self, char: str) -> Cell:
        if len(self) >= KNOWN_CELLS:
            self.clear()
        cell = self[char] = (char, self._style)
        return cell


@lru_cache(KNOWN_PALETTES)
def _cells_in(style: str) -> Callable[[str], Cell]:
    """Makes the cell of a character in `style`."""
    return _Palette(style).__getitem__


class _Kinds(dict[str, int]):
    """The kind of each character, found when first asked for."""

    width = 1
    """What was the width of ambiguous characters then."""

    def __missing__(self, char: str) -> int:
        if len(self) >= KNOWN_CHARACTERS:
            self.clear()
        kind = self[char] = _kind(char)
        return kind


def _kind(char: str) -> int:
    category = unicodedata.category(char)
    if category == "Cc":
        return _CONTROL
    if category[0] in "CM" or char in _SKIN_TONES:
        return _JOINING
    if category in ("Zl", "Zp") or ord(char) >= _FIRST_PICTOGRAM:
        return _UNSURE
    width = get_character_cell_size(char)
    if width not in (_NARROW, _WIDE) or width != cell_width(char):
        return _UNSURE
    if unicodedata.bidirectional(char) in _RIGHT_TO_LEFT or (width == _WIDE and category == "So"):
        return _UNSURE
    return _WIDE if ambiguous.doubled(char) else width


_KINDS = _Kinds()


def settle() -> int:
    """The width of ambiguous characters that `read` goes by from now on: what the setting says now."""
    width = ambiguous.width()
    if width != _KINDS.width:
        _KINDS.clear()
        _KINDS.width = width
    return width


def read(text: str, style: str) -> tuple[list[Cell], str, bool]:
    """Cells of a run that starts in `style`, the style after it, and whether it may be taken apart at all.

    Raises:
        Unclear: a sequence that no frame holds, or a hyperlink without an end.
    """
    cells: list[Cell] = []
    if "\x1b]" not in text:
        style, apart = _add(cells, text, style)
        return cells, style, apart
    pieces = sgr.linked(text)
    if pieces is None:
        raise Unclear
    apart = True
    for at, piece in enumerate(pieces):
        if at % 2:
            style = sgr.with_link(style, piece)
        elif piece:
            style, whole = _add(cells, piece, style)
            apart = apart and whole
    if sgr.link_of(style):
        raise Unclear
    return cells, style, apart


def _add(cells: list[Cell], text: str, style: str) -> tuple[str, bool]:
    """Adds the cells of text without a hyperlink's ends; returns the style after it and whether it may be cut."""
    apart = True
    bare = sgr.link_of(style)
    first, *parts = text.split("\x1b[")
    if first:
        apart = _append(cells, first, style)
    for part in parts:
        if part == "0m":  # every styled run ends so
            style = bare
            continue
        parameters, mark, plain = part.partition("m")
        worn = sgr.apply(style, parameters) if mark else None
        if worn is None:
            raise Unclear
        style = worn
        if not plain:
            continue
        if plain.isascii() and plain.isprintable():
            cells += map(_cells_in(style), plain)  # most of all text, so without a call
        else:
            apart = _append(cells, plain, style) and apart
    return style, apart


def _append(cells: list[Cell], text: str, style: str) -> bool:
    """Adds the cells of `text`; False if it holds a character whose width is not sure."""
    kinds = {_KINDS[text]} if len(text) == 1 else set(map(_KINDS.__getitem__, text))
    if _CONTROL in kinds or (_JOINING in kinds and not cells and _KINDS[text[0]] == _JOINING):
        raise Unclear  # a mark without a letter would be added, at every frame, to what happens to stand there
    cell = _cells_in(style)
    if _WIDE not in kinds:
        cells += map(cell, text)
    else:
        for char in text:
            cells.append(cell(char))
            if _KINDS[char] == _WIDE:
                cells.append(cell(""))
    return kinds <= _SURE
