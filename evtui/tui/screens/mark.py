"""A few words for a mark."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from evtui.text import clean, one_line
from evtui.tui.lines import Line
from evtui.tui.screens.prompt import Prompt


class MarkPrompt(Prompt[str]):
    """Ends with the words, or with None."""

    ASKS = "what happened"

    def __init__(self, at: datetime, zone: ZoneInfo) -> None:
        super().__init__()
        self._at = at.astimezone(zone)

    def heard(self, text: str) -> list[Line]:
        """The moment the mark will stand at: that of the key."""
        return [((f" mark at {self._at:%H:%M:%S %Z}; Enter sets it, Esc leaves", "dim"),)]

    def take(self, text: str) -> None:
        """Any words will do."""
        self.dismiss(one_line(clean(text)))
