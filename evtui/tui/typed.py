"""What comes from the terminal, read without faith: bytes that are no text, numbers that are no character, no size."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from textual._xterm_parser import XTermParser
from textual.events import Key, MouseEvent, Paste, Resize
from textual.geometry import Size
from textual.keys import Keys
from textual.message import Message

from evtui.text import DETAIL_LIMIT, clean

LARGEST = Size(1000, 500)
"""No screen is larger than this; what claims to be would have the program paint cells for minutes."""


class TolerantParser(XTermParser):
    """The framework's reading of the keyboard and the mouse; what it cannot read is nothing typed."""

    def parse_mouse_code(self, code: str) -> Message | None:
        """The mouse event; in cells where the terminal has not said how large its cells are."""
        # a size without an area is false
        if not self.terminal_size or not self.terminal_pixel_size:
            self.terminal_pixel_size = None
        return cast(MouseEvent | None, super().parse_mouse_code(code))

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[Key]:
        try:
            keys = list(super()._sequence_to_key_events(sequence, alt))
            for key in keys:
                (key.character or "").encode()
        except (ValueError, OverflowError):  # a number that is no character, half a character
            return [Key(Keys.Ignore, None)]
        return keys


def sound(message: Message) -> Message | None:
    """The message as far as it is believed: pasted text comes from outside, a size nobody has is none or `LARGEST`."""
    if isinstance(message, Paste):
        return Paste(clean(message.text.replace("\r\n", "\n").replace("\r", "\n"), DETAIL_LIMIT))
    if not isinstance(message, Resize):
        return message
    if not all(message.size):
        return None
    size = Size(min(message.size.width, LARGEST.width), min(message.size.height, LARGEST.height))
    return message if size == message.size else Resize.from_dimensions(size, message.pixel_size)
