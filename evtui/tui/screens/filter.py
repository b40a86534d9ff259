"""What the feed is narrowed to, typed while one sees what it leaves."""

from __future__ import annotations

from collections.abc import Callable

from evtui.store.search import parse
from evtui.tui.lines import Line
from evtui.tui.screens.prompt import Prompt


class FilterPrompt(Prompt[str]):
    """Ends with the filter, empty for none; None leaves the one before."""

    ASKS = "words, status:paid product:500 age>45 stage:task is:overdue qty>1 -word"

    def __init__(self, value: str, heard: Callable[[str], None]) -> None:
        super().__init__(value)
        self._tell = heard
        self._applied = value

    def heard(self, text: str) -> list[Line]:
        """Apply it, and say what in it is not finished or not known."""
        search = parse(text)
        if text != self._applied:
            self._applied = text
            self._tell(text)
        odd = (*search.hints, *(f"left out: {each}" for each in search.pending))
        hints = " · ".join(odd) or "Enter keeps the filter, Esc the one before; an empty one shows all"
        return [((f" {hints}", "warn" if odd else "dim"),)]

    def takes_nothing(self) -> bool:
        """An empty filter shows everything."""
        return True

    def take(self, text: str) -> None:
        """Keep it."""
        self.dismiss(text)
