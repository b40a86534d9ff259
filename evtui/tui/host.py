"""What a screen may ask of the app it stands in, so that screens need not know the app."""

from __future__ import annotations

from typing import Protocol, cast

from textual.screen import Screen

from evtui.alerts.notebook import Notebook
from evtui.session import Session
from evtui.tui.keymap import KeyMap
from evtui.tui.view import Settings, View

SAID_S = 5.0
"""Seconds a sentence stays on the screen: long enough to read where a file was saved."""


class Host(Protocol):
    """The app, as far as screens use it."""

    session: Session
    keymap: KeyMap
    settings: Settings

    def view(self) -> View:
        """The present view."""

    def soon(self) -> None:
        """Draw within a quarter of a second."""

    def say(self, text: str) -> None:
        """One sentence for the engineer."""

    def note(self, notebook: Notebook) -> None:
        """Keep what somebody added, and draw it."""


def host(screen: Screen[None]) -> Host:
    """The app `screen` stands in."""
    return cast(Host, screen.app)
