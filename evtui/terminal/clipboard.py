"""Text on its way to the clipboard of the terminal a person sits at.

Nobody confirms that it arrives, so the words for it say where it was sent and never that it is there.
"""

from __future__ import annotations

import base64
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping

OSC52_LIMIT = 74_994
"""Bytes of text that fit the 100,000 characters most terminals take in one clipboard sequence."""

TMUX_LIMIT = 10_000_000
"""Bytes given to a tmux buffer: far more than any report, and no burden for a server others work in."""

SCREEN_PIECE = 256
"""Characters of a sequence in one piece: screen drops a string of more than 768, older ones of more than 512."""

TMUX_SECONDS = 2.0
"""How long tmux may take: it answers in milliseconds unless its server hangs, and then so does the terminal."""

_NONE = re.compile(r"^(?:|dumb|unknown|linux|vt\d+.*|cygwin)$")
"""Terminals that are known to have no clipboard; some of them would print the sequence."""

TOO_LONG = "not sent: too long for the terminal's clipboard"


def send(text: str, environ: Mapping[str, str], write: Callable[[str], None]) -> str:
    """Send `text` to the clipboard; `write` takes what goes to the terminal as it is.

    Returns:
        Words for which way it went, such as `sent to the terminal's clipboard`, or why it did not.
    """
    data = text.encode("utf-8", "replace")
    if environ.get("TMUX"):
        return _by_tmux(data, environ, write)
    term = environ.get("TERM", "")
    if _NONE.match(term):
        return f"not sent: a terminal of type {term or 'unknown'} has no clipboard"
    if len(data) > OSC52_LIMIT:
        return TOO_LONG
    if environ.get("STY"):
        write("".join(in_pieces(osc52(data))))
        return "sent through screen to the terminal's clipboard"
    return _at_the_other_end(term, data, write) or _bare(data, write)


def osc52(data: bytes) -> str:
    """The sequence that asks a terminal to put `data` on its clipboard."""
    return f"\x1b]52;c;{base64.b64encode(data).decode('ascii')}\x07"


def in_pieces(sequence: str) -> Iterator[str]:
    """`sequence` wrapped so that screen passes it to the terminal around it, in order and unchanged."""
    for start in range(0, len(sequence), SCREEN_PIECE):
        yield f"\x1bP{sequence[start : start + SCREEN_PIECE]}\x1b\\"


def _bare(data: bytes, write: Callable[[str], None]) -> str:
    write(osc52(data))
    return "sent to the terminal's clipboard"


def _at_the_other_end(term: str, data: bytes, write: Callable[[str], None]) -> str | None:
    """The terminal is a multiplexer that was not told of here, as at the other end of ssh; None: it is not."""
    if term.startswith("tmux"):
        write(osc52(data))
        return "sent to the tmux around this terminal, which passes it on where its set-clipboard is on"
    if term.startswith("screen"):
        # screen hears the wrapped one, a tmux that calls itself screen the bare one; each ignores the other's
        write(osc52(data) + "".join(in_pieces(osc52(data))))
        return "sent to the screen or tmux around this terminal; tmux passes it on where its set-clipboard is on"
    return None


def _by_tmux(data: bytes, environ: Mapping[str, str], write: Callable[[str], None]) -> str:
    if len(data) > TMUX_LIMIT:
        return "not sent: too long for a tmux buffer"
    if len(data) > OSC52_LIMIT:
        if _load(data, environ):
            return "sent to tmux's buffer (its prefix and ] paste it); too long for the terminal's clipboard"
        return TOO_LONG
    if _load(data, environ, "-w"):
        return "sent to tmux and through it to the terminal's clipboard"
    if _load(data, environ):
        return (
            "sent to tmux's buffer (its prefix and ] paste it); this tmux is too old to reach the terminal's clipboard"
        )
    write(osc52(data))
    return "tmux could not be asked; sent as to a terminal, which tmux takes where its set-clipboard is on"


def _load(data: bytes, environ: Mapping[str, str], *flags: str) -> bool:
    """Whether tmux took `data` into a buffer; with `-w` it sends it to its own terminal too."""
    try:
        done = subprocess.run(
            ["tmux", "load-buffer", *flags, "-"],
            input=data,
            env=dict(environ),
            timeout=TMUX_SECONDS,
            check=False,
            capture_output=True,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0
