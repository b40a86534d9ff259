"""The question that only the terminal itself can answer, and what its answer means.

Pure: `QUESTION` is one string to be written, `parse` reads whatever came back. Who writes and who waits is not decided
here: `ask` does it for commands, a screen's driver for itself.

The question draws at the left end of the cursor's line, measures how far the cursor went, erases the line and puts the
cursor back. It belongs on an empty line. It must not be sent to a terminal that `askable` refuses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

from evtui.text import clean, clip, one_line

NARROW = "â"
"""One cell in every terminal that reads UTF-8, two or more in those that take its bytes for two characters."""
AMBIGUOUS = "×"
"""A sign of ambiguous width, as in `500×2`: one cell, or two where the terminal is set up for old Chinese text."""
WIDE = "券"
"""Two cells wherever Chinese is drawn right."""
EMOJI = "🧧"
"""The red envelope: two cells where the terminal's tables are younger than 2018."""

_MEASURED = (NARROW, AMBIGUOUS, WIDE, EMOJI)
_WHERE = "\x1b[6n"

QUESTION = (
    "\x1b7\x1b[8m"
    + "".join(f"\r{sign}{_WHERE}" for sign in _MEASURED)
    + "\x1b]11;?\x1b\\\x1b[>0q\x1b[?2026$p"
    # terminals that do not know a question may print the end of it: erased with the rest
    + "\r\x1b[0m\x1b[K\x1b8"
    + "\x1b[c"
)
"""Four widths, background colour, name, synchronized output; and last what every terminal answers."""

VERSION_CELLS = 60
"""Room for the name a terminal gives itself: real ones take 25."""

# Patterns are built when an answer comes: whoever asks at the start of a screen does not wait for one.
_CURSOR = r"\x1b\[(\d{1,4});(\d{1,4})R"
_HEX = "([0-9a-fA-F]{1,4})"
_BACKGROUND = rf"\x1b\]11;rgba?:{_HEX}/{_HEX}/{_HEX}(?:/{_HEX})?(?:\x07|\x1b\\)"
_NAME = r"\x1bP>\|([^\x1b\x07]{1,400})(?:\x1b\\|\x07)"
_MODE = r"\x1b\[\?2026;([0-4])\$y"
_ATTRIBUTES = r"\x1b\[\?([0-9]{1,4}(?:;[0-9]{1,4}){0,30})c"


class Answers(Struct, frozen=True):
    """What a terminal said of itself; None wherever it said nothing that makes sense."""

    utf8: bool | None = None
    """Whether it reads UTF-8."""
    ambiguous: int | None = None
    """Cells of a character of ambiguous width: 1 or 2."""
    wide: int | None = None
    """Cells of a Chinese character; 2 is right."""
    emoji: int | None = None
    """Cells of an emoji; 2 is right."""
    background: tuple[int, int, int] | None = None
    """Red, green and blue, 0 to 255 each."""
    version: str | None = None
    """The name it gives itself, with its version; cleaned."""
    synchronized: bool | None = None
    """Whether it can hold a frame back until it is whole (mode 2026)."""
    attributes: tuple[int, ...] | None = None
    """Its device attributes. They answer the last part of the question: with them, everything has been answered."""

    @property
    def dark(self) -> bool | None:
        """Whether the background is dark, by how bright it looks."""
        if self.background is None:
            return None
        red, green, blue = self.background
        return 0.299 * red + 0.587 * green + 0.114 * blue < 128


def askable(environ: Mapping[str, str]) -> bool:
    """Whether the question may be sent: some terminals print what they do not know, and these answer nothing."""
    term = environ.get("TERM", "")
    return bool(term) and not re.match(r"(?:dumb|unknown|linux|cygwin|vt\d+|ansi|sun)(?:-.*)?$", term)


def parse(answer: bytes | str) -> Answers:
    """Read what came back; typed keys and noise among it are passed over."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    narrow, ambiguous, wide, emoji = _widths(text)
    back = re.search(_BACKGROUND, text)
    name = re.search(_NAME, text)
    mode = re.search(_MODE, text)
    attributes = re.search(_ATTRIBUTES, text)
    utf8 = None if narrow is None else narrow == 1
    return Answers(
        utf8=utf8,
        # a terminal that takes bytes for characters measures bytes
        ambiguous=ambiguous if utf8 and ambiguous in (1, 2) else None,
        wide=wide if utf8 else None,
        emoji=emoji if utf8 else None,
        background=(_byte(back[1]), _byte(back[2]), _byte(back[3])) if back else None,
        version=clip(one_line(clean(name[1])), VERSION_CELLS) if name else None,
        synchronized=mode[1] in "123" if mode else None,
        attributes=tuple(map(int, attributes[1].split(";"))) if attributes else None,
    )


def _widths(text: str) -> list[int | None]:
    """Cells of each measured sign, in order.

    Answers come in the order of the questions and on one line; reports of different lines, or too many of them, are
    mixed with a key that looks like one, and then none is believed.
    """
    found = re.findall(_CURSOR, text)
    if len(found) > len(_MEASURED) or len({row for row, _ in found}) > 1:
        found = []
    # more than four cells for one sign is no width; nor is none
    widths = [column - 1 if 2 <= column <= 5 else None for column in (int(column) for _, column in found)]
    return widths + [None] * (len(_MEASURED) - len(widths))


def _byte(digits: str) -> int:
    """A colour of one to four hexadecimal digits, 0 to 255."""
    return round(int(digits, 16) * 255 / int("f" * len(digits), 16))
