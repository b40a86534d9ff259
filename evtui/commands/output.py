"""What a command has to say: data for stdout, sentences for stderr, and an exit code."""

from __future__ import annotations

from msgspec import Struct

from evtui.errors import Exit


class Output(Struct, frozen=True):
    """`text` ends in one newline or is empty; each warning is one sentence without one."""

    text: str
    warnings: tuple[str, ...] = ()
    exit: Exit = Exit.OK
