"""The program's own log: one file in the user's log folder, made at the first line, masked, bounded.

Nothing that goes wrong with the log goes wrong with the program: a line that cannot be written is dropped.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evtui.text import DETAIL_LIMIT, clean

LEVELS = ("debug", "info", "warning", "error")
"""What may be asked for; the first tells most."""

USUAL = "warning"
"""What is told where nobody asks."""

LIMIT = 1_000_000
"""Bytes after which the file makes room for a new one; the one before it is kept as `evtui.log.1`."""

_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


class LogFile(logging.Handler):
    """Appends each line with an open and a close of its own: lines are rare, and nothing is left to be closed."""

    def __init__(self) -> None:
        super().__init__()
        self.written: Path | None = None
        """The file, once the last line has arrived in it."""
        self.setFormatter(logging.Formatter(_FORMAT))

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record, its traceback included; secrets masked, control characters made visible."""
        # help and a quiet run should not wait for what only a line in the log needs
        from evtui.paths import log_file
        from evtui.redact import mask

        self.written = None
        try:
            path = log_file()
            text = mask(clean(self.format(record), DETAIL_LIMIT))
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.exists() and path.stat().st_size > LIMIT:
                path.replace(path.with_name(path.name + ".1"))
            with open(path, "a", encoding="utf-8", errors="backslashreplace", opener=_private) as file:
                file.write(text + "\n")
            self.written = path
        except (OSError, ValueError, TypeError):
            return  # no room, no right, or a message that does not fit its arguments


@contextmanager
def logging_to_file() -> Iterator[LogFile]:
    """Send warnings of everybody to the log while inside, so that none is printed over the screen."""
    root, own = logging.getLogger(), logging.getLogger("evtui")
    handler = LogFile()
    level = own.level
    root.addHandler(handler)
    logging.captureWarnings(True)
    try:
        yield handler
    finally:
        logging.captureWarnings(False)
        root.removeHandler(handler)
        own.setLevel(level)


def tell(handler: LogFile, level: str) -> None:
    """Let the program's own lines in from `level` on; other libraries' from a warning on: below it, requests."""
    number = logging.getLevelNamesMapping()[level.upper()]
    logging.getLogger("evtui").setLevel(number)
    handler.setLevel(number)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
