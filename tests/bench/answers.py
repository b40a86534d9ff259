"""What a modern terminal answers when a program asks what it can do."""

from __future__ import annotations

import re
from collections.abc import Callable

_QUESTION = re.compile(
    rb"\x1b\[(?P<attributes>[>=]?)0?c"
    rb"|\x1b\[\?(?P<mode>\d+)\$p"
    rb"|\x1b\[\??(?P<report>[56])n"
    rb"|\x1b\[>(?P<version>0?)q"
    rb"|\x1b\[\?(?P<keyboard>)u"
    rb"|\x1b\](?P<colour>1[01]);\?(?:\x07|\x1b\\)"
    rb"|\x1b\[(?P<size>1[468])t"
    rb"|\x1b\[\?(?P<resizes>2048)h"
)
_KNOWN = frozenset(b"7 25 1000 1002 1003 1004 1006 1016 1049 2004 2026 2048".split())
"""Modes the terminal says it has: mouse, focus, paste, synchronized output and sizes in band among them."""

_LONGEST = 32
"""No question is longer, so no more than this is kept of one that was cut in two."""

_COLOURS = {b"10": "d0d0/d0d0/d0d0", b"11": "1010/1010/1414"}
"""Text and ground of a dark terminal."""

_CELL = (20, 10)
"""Height and width of a cell in pixels."""


class Answers:
    """Answers for a terminal of `columns` by `rows`.

    `cursor` tells line and column, from 0, as they are after so many bytes of the stream.
    """

    def __init__(self, columns: int, rows: int, cursor: Callable[[int], tuple[int, int]]) -> None:
        self._columns, self._rows = columns, rows
        self._cursor = cursor
        self._rest = b""
        self._passed = 0
        """Bytes of the stream before `_rest`."""

    def to(self, data: bytes) -> bytes:
        """What the terminal says to `data`, in the order it was asked."""
        data, answers, at = self._rest + data, b"", 0
        for match in _QUESTION.finditer(data):
            at = match.end()
            answers += self._answer(match, self._passed + at).encode()
        begun = data.rfind(b"\x1b", max(at, len(data) - _LONGEST))
        kept = len(data) if begun < 0 else begun
        self._passed += kept
        self._rest = data[kept:]
        return answers

    def _answer(self, match: re.Match[bytes], after: int) -> str:
        asked = match.groupdict()
        rows, columns = self._rows, self._columns
        height, width = _CELL
        if (kind := asked["attributes"]) is not None:
            return {b"": "\x1b[?62;22c", b">": "\x1b[>41;400;0c", b"=": "\x1bP!|00000000\x1b\\"}[kind]
        if (mode := asked["mode"]) is not None:
            return f"\x1b[?{mode.decode()};{2 if mode in _KNOWN else 0}$y"
        if (report := asked["report"]) is not None:
            y, x = self._cursor(after) if report == b"6" else (0, 0)
            return f"\x1b[{y + 1};{x + 1}R" if report == b"6" else "\x1b[0n"
        if (colour := asked["colour"]) is not None:
            return f"\x1b]{colour.decode()};rgb:{_COLOURS[colour]}\x1b\\"
        if (size := asked["size"]) is not None:
            sizes = {b"14": (4, rows * height, columns * width), b"16": (6, height, width), b"18": (8, rows, columns)}
            return "\x1b[{};{};{}t".format(*sizes[size])
        if asked["resizes"] is not None:
            return f"\x1b[48;{rows};{columns};{rows * height};{columns * width}t"
        return "\x1b[?0u" if asked["keyboard"] is not None else "\x1bP>|bench(1.0)\x1b\\"
