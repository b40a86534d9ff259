"""What a screen may ask of the app it stands in, so that screens need not know the app."""

from __future__ import annotations

from typing import Protocol, cast

from textual.screen import Screen

from evtui.session import Session
from evtui.tui.view import View


class Host(Protocol):
    """The app, as far as screens use it."""

    session: Session

    def view(self) -> View:
        """The present view."""

    def soon(self) -> None:
        """Draw within a quarter of a second."""

    def say(self, text: str) -> None:
        """One sentence for the engineer."""

    def repaint(self) -> None:
        """Send every cell again."""


def host(screen: Screen[None]) -> Host:
    """The app `screen` stands in."""
    return cast(Host, screen.app)
