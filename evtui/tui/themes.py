"""The only place where style names become colours.

`terminal` uses the terminal's own sixteen colours: they follow the user's palette, light or dark, and cost the fewest
bytes. The others bring their own. None paints a background: that stays the terminal's. Every state also has a word or
a sign, so nothing is lost where there is no colour at all.
"""

from __future__ import annotations

from collections.abc import Mapping

from rich.style import Style

THEMES = {
    "terminal": "the terminal's own sixteen",
    "dark": "for a dark background",
    "light": "for a light background",
    "safe": "blue and orange, for eyes that do not tell red from green, on any background",
    "mono": "none: bold, underlined and reversed only",
}
"""Every theme with what it is for; the first is the usual one."""

_SHAPES = {
    "": Style(),
    "head": Style(bold=True),
    "title": Style(bold=True),
    "demo": Style(bold=True, reverse=True),
    "selected": Style(reverse=True),
    "input": Style(underline=True),
}
"""Styles that are the same everywhere: they have no colour."""


def _palette(
    dim: str, ok: str, warn: str, alert: str, graph: str, key: str, frame: str, focus: str
) -> Mapping[str, Style]:
    return {
        **_SHAPES,
        "dim": Style(color=dim),
        "key": Style(bold=True, color=key),
        "env": Style(bold=True, color=alert),
        "ok": Style(color=ok),
        "warn": Style(color=warn),
        "alert": Style(bold=True, color=alert),
        "graph": Style(color=graph),
        "frame": Style(color=frame),
        "focus": Style(color=focus),
        "link": Style(underline=True, color=key),
    }


_STYLES: Mapping[str, Mapping[str, Style]] = {
    "terminal": _palette("bright_black", "green", "yellow", "red", "blue", "cyan", "bright_black", "cyan"),
    "dark": _palette("#8a94a3", "#7fc77f", "#e3b341", "#ff6b61", "#6aa5e8", "#5fc4d0", "#5b6572", "#5fc4d0"),
    "light": _palette("#5c6670", "#1a6b2b", "#8a5a00", "#b3151a", "#1d55a5", "#00626e", "#8b949e", "#00626e"),
    # two hues that every common kind of colour blindness tells apart, at a lightness that reads on black and on white
    "safe": _palette("#7d8590", "#3d85c6", "#c47f00", "#d05a00", "#3d85c6", "#3d85c6", "#7d8590", "#3d85c6"),
    "mono": {
        **_SHAPES,
        "dim": Style(),
        "key": Style(bold=True),
        "env": Style(bold=True, reverse=True),
        "ok": Style(),
        "warn": Style(underline=True),
        "alert": Style(bold=True, underline=True),
        "graph": Style(),
        "frame": Style(),
        "focus": Style(bold=True),
        "link": Style(underline=True),
    },
}

NAMES = frozenset(_STYLES["terminal"])
"""Every style name painters may use."""

USUAL = "terminal"
"""The theme where nothing speaks for another."""

_chosen = USUAL


def choose(theme: str) -> None:
    """Draw in this theme from now on. One for the process, as it has one terminal; KeyError for an unknown name."""
    global _chosen
    _STYLES[theme]
    _chosen = theme


def chosen() -> str:
    """Name of the theme that is drawn in."""
    return _chosen


def style(name: str) -> Style:
    """The style painters call `name`; an unknown one is a fault of the program and raises KeyError.

    `@` and an address is a hyperlink to it.
    """
    styles = _STYLES[_chosen]
    return styles["link"] + Style(link=name[1:]) if name.startswith("@") else styles[name]
