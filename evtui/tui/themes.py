"""The only place where style names become colours.

The terminal's own sixteen colours: they follow the user's palette, light or dark, and cost the fewest bytes.
Every state also has a word or a sign, so nothing is lost without them.
"""

from __future__ import annotations

from rich.style import Style

STYLES: dict[str, Style] = {
    "": Style(),
    "dim": Style(color="bright_black"),
    "head": Style(bold=True),
    "title": Style(bold=True),
    "key": Style(bold=True, color="cyan"),
    "env": Style(bold=True, color="red"),
    "demo": Style(bold=True, reverse=True),
    "ok": Style(color="green"),
    "warn": Style(color="yellow"),
    "alert": Style(bold=True, color="red"),
    "graph": Style(color="blue"),
    "frame": Style(color="bright_black"),
    "focus": Style(color="cyan"),
    "selected": Style(reverse=True),
    "input": Style(underline=True),
}
"""Style by name, as painters use them; an unknown name is a fault of the program and raises KeyError."""
