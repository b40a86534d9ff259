"""Text on its way to the clipboard of the terminal the engineer sits at. Nobody confirms that it
arrives, so nothing here says so.
"""

from __future__ import annotations

import os
import subprocess
from typing import Any

from textual.app import App

OSC52_LIMIT = 74_994
"""Bytes of text that fit the 100,000 characters most terminals take in one clipboard sequence."""

_TMUX_SECONDS = 2.0


def send(app: App[Any], text: str) -> str:
    """Send `text`, and say in words which way it went."""
    if os.environ.get("TMUX"):
        try:
            subprocess.run(
                ["tmux", "load-buffer", "-w", "-"],
                input=text.encode(),
                timeout=_TMUX_SECONDS,
                check=True,
                capture_output=True,
            )
        except (OSError, subprocess.SubprocessError):
            return "tmux did not take it for the clipboard"
        return "sent to tmux and the terminal's clipboard"
    if len(text.encode()) > OSC52_LIMIT:
        return "too long for the terminal's clipboard"
    app.copy_to_clipboard(text)
    return "sent to the terminal's clipboard"
