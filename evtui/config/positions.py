"""Where each key and table of a TOML text stands, which tomllib does not tell."""

from __future__ import annotations

import re
from bisect import bisect_right

from evtui.config.keypath import Path


class Places:
    """Line and column of every key of one file; scanned when first asked, since a file without problems never is."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self._text = text
        self._offsets: dict[Path, int] | None = None
        self._lines: list[int] = []

    def of(self, path: Path) -> tuple[int, int] | None:
        """(line, column), both from 1, of the key at `path`; of the nearest table around it where it is not there."""
        if self._offsets is None:
            from evtui.config.scanner import scan  # its patterns cost a start nothing while a file is right

            self._offsets = scan(self._text).offsets
            self._lines = [0, *(match.end() for match in re.finditer("\n", self._text))]
        while path:
            offset = self._offsets.get(path)
            if offset is not None:
                line = bisect_right(self._lines, offset)
                return line, offset - self._lines[line - 1] + 1
            path = path[:-1]
        return None
