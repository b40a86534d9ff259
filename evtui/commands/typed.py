"""Lines that people type, or a pipe delivers, while the program goes on with something else."""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Callable

from msgspec import Struct

LONGEST = 1_000
"""Characters of one line, typed or printed: nobody types more, and nobody listens to it."""


class Typed(Struct, frozen=True):
    """Where typed lines come from. At a terminal their end means goodbye; a pipe's end does not."""

    fd: int
    encoding: str = "utf-8"
    terminal: bool = True


def standard_input() -> Typed | None:
    """What the program was given to read, or None where that is closed."""
    if sys.stdin is None:
        return None
    return Typed(sys.stdin.fileno(), sys.stdin.encoding, sys.stdin.isatty())


def read(typed: Typed, deliver: Callable[[str | None], None]) -> None:
    """Deliver lines as they come, then None; for a thread of its own.

    Reads past Python's own buffers: a thread that waits in those holds a lock which the interpreter needs to end.
    """
    decode = codecs.getincrementaldecoder(typed.encoding)(errors="replace").decode
    held = ""
    while True:
        try:
            data = os.read(typed.fd, 4096)
        except OSError:  # the terminal is gone
            data = b""
        *lines, held = (held + decode(data, not data)).split("\n")
        for line in lines:
            deliver(line[:LONGEST])
        held = held[:LONGEST]
        if not data:
            if held:
                deliver(held)
            deliver(None)
            return
