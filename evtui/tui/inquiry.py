"""What the screen asks its terminal once, and the answers picked out of what is typed.

The answers come between keys, in pieces, late or never; whenever they come, they must not be taken for keys. The place
asked for is on the second row: on the first, the answer would be a function key's. What every terminal answers is asked
last, so that with its answer the others have come or never will.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from evtui.terminal.probe import AMBIGUOUS, NARROW, Answers, parse

PATIENCE_S = 2.0
"""Seconds within which answers are waited for; later ones are heard all the same."""

HOLD_S = 0.5
"""Seconds that the beginning of an answer is held back while answers are waited for: slow lines cut anywhere."""

LATE_HOLD_S = 0.1
"""The same afterwards; as long as the toolkit itself waits for the rest of a sequence."""

MOST = 1000
"""Characters of answers kept: ten times what a terminal sends that was asked once."""

_WIDTH = f"\x1b[2;1H{NARROW}\x1b[6n\r{AMBIGUOUS}\x1b[6n\x1b[2K\x1b[H"
_BACKGROUND = "\x1b]11;?\x1b\\"
_LAST = "\x1b[c"

_ANSWER = re.compile(r"\x1b\[2;[0-9]{1,4}R|\x1b\]11;[^\x07\x1b]{0,99}(?:\x07|\x1b\\)|\x1b\[\?[0-9;]{0,99}c")
_BEGUN = re.compile(r"\x1b(?:\[(?:2(?:;[0-9]{0,4})?|\?[0-9;]{0,99})?|\](?:1(?:1(?:;[^\x07\x1b]{0,99}\x1b?)?)?)?)?\Z")


class Inquiry:
    """One question and what came of it. Pure but for the clock, which counts seconds."""

    def __init__(self, *, width: bool, background: bool, clock: Callable[[], float] = time.monotonic) -> None:
        asked = (_WIDTH if width else "") + (_BACKGROUND if background else "")
        self.question = asked + _LAST if asked else ""
        """What is to be sent; empty where nothing is asked."""
        self.begun = False
        """Whether it has been asked."""
        self._clock = clock
        self._until: float | None = None
        """While answers are waited for: until when."""
        self._answers = ""
        self._final = False
        self._held = ""
        self._held_since = 0.0

    @property
    def waiting(self) -> bool:
        """Whether answers are still to be expected."""
        return self._until is not None

    def begin(self) -> None:
        """The question is being sent."""
        self.begun = True
        self._until = self._clock() + PATIENCE_S

    def sift(self, text: str) -> str:
        """`text` from the terminal without the answers in it; what may be the beginning of one is held back."""
        text, self._held = self._held + text, ""
        if "\x1b" not in text:
            return text
        text = _ANSWER.sub(self._heard, text)
        begun = _BEGUN.search(text)
        # a lone Escape is a key first of all: the toolkit waits for what may follow it
        if begun and (self.waiting or len(begun.group()) > 2):
            self._held = begun.group()
            self._held_since = self._clock()
            return text[: begun.start()]
        return text

    def lapse(self) -> str:
        """What was held back for too long to be an answer; to be called again and again."""
        now = self._clock()
        if self._until is not None and now >= self._until:
            self._until = None
            self._final = True
        if not self._held or now - self._held_since < (HOLD_S if self.waiting else LATE_HOLD_S):
            return ""
        # no key begins like a colour
        released = "" if self._held.startswith("\x1b]11;") else self._held
        self._held = ""
        return released

    def news(self) -> Answers | None:
        """What the terminal said: once no more is expected, and again when more comes after all."""
        if self.waiting or not self._final:
            return None
        self._final = False
        return parse(self._answers)

    def _heard(self, match: re.Match[str]) -> str:
        self._answers = (self._answers + match.group())[-MOST:]
        if match.group().endswith("c"):
            self._until = None
        self._final = self._final or not self.waiting
        return ""
