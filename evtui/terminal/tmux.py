"""The tmux around us: its options that matter here, and the line for ~/.tmux.conf where one is in the way.

`ask` runs tmux; `findings` judges, and is pure.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping

from msgspec import Struct

from evtui.text import clean, one_line

SECONDS = 2.0
"""How long tmux may take to answer: milliseconds, unless its server hangs."""

SLOW_ESCAPE_MS = 50
"""Above this a press of Esc is felt to hang."""

WITH_CLIPBOARD = (3, 2)
"""The first version whose `load-buffer` can reach the clipboard of tmux's own terminal."""

OPTIONS = (
    "set-clipboard",
    "allow-passthrough",
    "default-terminal",
    "escape-time",
    "mouse",
    "focus-events",
    "extended-keys",
)
"""Options that change what works inside tmux; all of them have one value."""

_FACTS = ("version", "client_termname", "client_termfeatures", *OPTIONS)
_SEPARATOR = "\x1f"
_LISTS = ("terminal-features", "terminal-overrides")


class Option(Struct, frozen=True):
    """An option and its value, flags as `on` and `off`."""

    name: str
    value: str


class Tmux(Struct, frozen=True):
    """A running tmux; empty where it did not say."""

    version: str
    terminal: str
    """The type of the terminal it is attached to, by TERM there."""
    features: tuple[str, ...]
    """What it believes that terminal can do."""
    options: tuple[Option, ...]
    lists: str
    """`terminal-features` and `terminal-overrides` as they are set, one entry a line."""

    def option(self, name: str) -> str:
        """The value of an option; empty where this tmux does not know it."""
        return next((option.value for option in self.options if option.name == name), "")


class Finding(Struct, frozen=True):
    """Something about tmux to be changed."""

    what: str
    why: str
    line: str
    """For ~/.tmux.conf; empty where no line helps."""
    must: bool = True
    """Whether something does not work as it is; else it could merely be better."""


def ask(environ: Mapping[str, str]) -> Tmux | None:
    """The tmux that this process runs in; None outside of one, or where it does not answer."""
    if not environ.get("TMUX"):
        return None
    pane = environ.get("TMUX_PANE")
    where = ["-t", pane] if pane else []
    facts = _run(environ, "display-message", "-p", *where, _SEPARATOR.join(f"#{{{name}}}" for name in _FACTS))
    if facts is None:
        return None
    lists = (_run(environ, "show-options", "-s", name) or "" for name in _LISTS)
    return read(facts, "".join(lists))


def read(facts: str, lists: str) -> Tmux:
    """What tmux printed for the question about `_FACTS`, and its two lists."""
    values = [one_line(clean(value)) for value in facts.rstrip("\n").split(_SEPARATOR)]
    values += [""] * (len(_FACTS) - len(values))
    version, terminal, features, *rest = values
    options = tuple(Option(name, _word(name, value)) for name, value in zip(OPTIONS, rest, strict=False) if value)
    return Tmux(version, terminal, tuple(each for each in features.split(",") if each), options, clean(lists, 10_000))


def findings(tmux: Tmux) -> tuple[Finding, ...]:
    """What is in the way, most important first."""
    return (*_clipboard(tmux), *_keys(tmux), *_colours(tmux))


def _clipboard(tmux: Tmux) -> Iterator[Finding]:
    if _number(tmux.version) < WITH_CLIPBOARD:
        yield Finding(
            f"tmux {tmux.version} is older than 3.2", "it keeps what is copied to itself; use tmux 3.2 or newer", ""
        )
    elif tmux.terminal and "clipboard" not in tmux.features and "Ms=" not in tmux.lists:
        yield Finding(
            f"tmux does not know that its terminal ({tmux.terminal}) has a clipboard",
            "what is copied stays in tmux's buffer",
            f"set -as terminal-features ',{tmux.terminal}:clipboard'",
        )
    if tmux.option("set-clipboard") == "off":
        yield Finding(
            "set-clipboard is off",
            "tmux is told to leave the terminal's clipboard alone; what is copied may stay in its buffer",
            "set -s set-clipboard external",
        )


def _keys(tmux: Tmux) -> Iterator[Finding]:
    wait = tmux.option("escape-time")
    if wait.isdecimal() and int(wait) > SLOW_ESCAPE_MS:
        yield Finding(f"escape-time is {wait} ms", "Esc goes back only after that long", "set -s escape-time 10")


def _colours(tmux: Tmux) -> Iterator[Finding]:
    inside = tmux.option("default-terminal")
    if inside and not re.match(r"(?:tmux|screen).*(?:256color|direct)", inside):
        yield Finding(
            f"default-terminal is {inside}",
            "programs inside tmux believe that they have fewer colours, or keys that tmux does not send",
            'set -g default-terminal "tmux-256color"',
        )
    if tmux.terminal and _number(tmux.version) >= WITH_CLIPBOARD and not _true_colour(tmux):
        yield Finding(
            "tmux shows 256 colours of its terminal",
            "enough for every screen here; if the ramp above is smooth outside of tmux, this makes it so inside",
            f"set -as terminal-features ',{tmux.terminal}:RGB'",
            must=False,
        )


def _true_colour(tmux: Tmux) -> bool:
    return "RGB" in tmux.features or bool(re.search(r"[:,](?:Tc|RGB)\b", tmux.lists))


def _number(version: str) -> tuple[int, int]:
    """`3.3a` and `next-3.5` as numbers; where there is none, as in a build from a branch, the newest of all."""
    match = re.search(r"(\d{1,4})\.(\d{1,4})", version)
    return (int(match[1]), int(match[2])) if match else (9999, 0)


def _word(name: str, value: str) -> str:
    """A flag as `on` or `off`; some versions print numbers."""
    return {"0": "off", "1": "on"}.get(value, value) if name != "escape-time" else value


def _run(environ: Mapping[str, str], *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["tmux", *arguments], env=dict(environ), timeout=SECONDS, check=False, capture_output=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
