"""What the environment says about the terminal, and from which variable each conclusion comes.

Nothing is asked and nothing is sent. What only the terminal itself can tell is in `probe`.
"""

from __future__ import annotations

import codecs
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from msgspec import Struct

from evtui.text import clip, one_line

Colours = Literal["truecolor", "256", "16", "none"]
Multiplexer = Literal["none", "tmux", "screen"]

SHOWN_CELLS = 40
"""Room for the value of a variable in a sentence: these values are a word long, whatever else somebody put there."""

_TRUE = re.compile(r"-(?:direct2?|truecolor)$|^(?:xterm-)?(?:kitty|ghostty)$|^(?:alacritty|foot|wezterm|contour)\b")
"""Terminal types that mean millions of colours without another word."""
_MONOCHROME = re.compile(r"^(?:dumb|unknown|vt\d+.*|ansi-m|.*-mono?)$")
_SIXTEEN = re.compile(r"^(?:linux|ansi|cygwin|.*-(?:8|16|88)color)$")

_NO_LOCALE = ("", "C", "POSIX")
_COERCED = ("C.UTF-8", "C.utf8", "UTF-8")
"""What Python itself writes into LC_CTYPE when it finds no locale that works."""

_DARK = {"0", "1", "2", "3", "4", "5", "6", "8"}
_LIGHT = {"7", *(str(number) for number in range(9, 16))}


class Abilities(Struct, frozen=True):
    """Each ability, and in `<name>_from` a few words on what it was concluded from, such as `COLORTERM=truecolor`."""

    colours: Colours
    colours_from: str
    utf8: bool | None
    """None: nobody said; the terminal may well be UTF-8."""
    utf8_from: str
    multiplexer: Multiplexer
    """The one that takes what this process writes; with one inside the other, tmux, which passes it on."""
    multiplexer_from: str
    dark: bool | None
    """Whether the background is dark; None: nobody said."""
    dark_from: str


def abilities(environ: Mapping[str, str], encoding: str) -> Abilities:
    """What `environ` says; `encoding` is what Python chose for output, heard where a locale names none itself."""
    return Abilities(*_colours(environ), *_utf8(environ, encoding), *_multiplexer(environ), *_dark(environ))


def here(environ: Mapping[str, str] = os.environ) -> Abilities:
    """What the environment of this very process says."""
    # there may be no stdout, or one that is no file and has no encoding
    return abilities(as_started(environ), getattr(sys.stdout, "encoding", None) or "")


def as_started(environ: Mapping[str, str], proc: Path = Path("/proc/self/environ")) -> dict[str, str]:
    """`environ` without the LC_CTYPE that Python adds where no locale works: the user's LANG says more.

    Where the kernel does not tell what a process was started with, `environ` is believed.
    """
    given = dict(environ)
    if given.get("LC_CTYPE") in _COERCED and not given.get("LC_ALL"):
        try:
            started = proc.read_bytes().split(b"\0")
        except OSError:
            return given
        if started != [b""] and not any(each.startswith(b"LC_CTYPE=") for each in started):
            del given["LC_CTYPE"]
    return given


def refusal(able: Abilities) -> str | None:
    """One sentence on why names cannot be shown here and what to do, or None where they can, or nobody knows."""
    if able.utf8 is not False:
        return None
    return (
        f"this terminal is set to an encoding that is not UTF-8 ({able.utf8_from}), so names cannot be shown; "
        f"switch the terminal to UTF-8 and start with LC_ALL={_utf8_twin(able.utf8_from)}"
    )


def _utf8_twin(said: str) -> str:
    """The locale of the same language in UTF-8; C.UTF-8 where none was named."""
    match = re.fullmatch(r"(?:LC_ALL|LC_CTYPE|LANG)=([a-z]{2,3}_[A-Z]{2})\b.*", said)
    return f"{match[1]}.UTF-8" if match else "C.UTF-8"


def _shown(environ: Mapping[str, str], name: str) -> str:
    """`NAME=value`, harmless and short: the value may be anything."""
    value = "".join(char if char.isprintable() else "?" for char in one_line(environ[name]))
    return f"{name}={clip(value, SHOWN_CELLS)}"


def _colours(environ: Mapping[str, str]) -> tuple[Colours, str]:
    if environ.get("NO_COLOR"):
        return "none", "NO_COLOR is set"
    term = environ.get("TERM", "")
    if not term:
        return "none", "TERM is not set"
    said = _shown(environ, "TERM")
    if _MONOCHROME.match(term):
        return "none", said
    if _SIXTEEN.match(term):
        return "16", said
    if term.startswith("screen") and environ.get("STY") and not environ.get("TMUX"):
        # COLORTERM comes from the terminal around it; screen itself makes 256 of them at best
        return ("256" if "256color" in term else "16"), f"{said} in screen"
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return "truecolor", _shown(environ, "COLORTERM")
    if _TRUE.search(term):
        return "truecolor", said
    if environ.get("WT_SESSION"):
        return "truecolor", "WT_SESSION: Windows Terminal"
    if term.endswith("-256color"):
        return "256", said
    return "16", said


def _utf8(environ: Mapping[str, str], encoding: str) -> tuple[bool | None, str]:
    name = next((name for name in ("LC_ALL", "LC_CTYPE", "LANG") if environ.get(name)), None)
    locale = environ[name] if name else ""
    if name is None or locale in _NO_LOCALE:
        other = _other_encoding(encoding)
        if other:
            return False, f"Python writes {other}"
        return None, _shown(environ, name) if name else "none of LC_ALL, LC_CTYPE and LANG is set"
    said = _shown(environ, name)
    base = locale.partition("@")[0]
    codeset = base.partition(".")[2] if "." in base else (base if _plain(base) == "utf8" else "")
    if codeset:
        return _plain(codeset) == "utf8", said
    other = _other_encoding(encoding)
    if other:
        return False, f"{said} means {other}"
    return None, f"{said} names no encoding"


def _plain(codeset: str) -> str:
    return re.sub(r"[^a-z0-9]", "", codeset.lower())


def _other_encoding(encoding: str) -> str | None:
    """`encoding` where it is not UTF-8. Where nobody chose, Python writes UTF-8: ASCII is somebody's wish too."""
    try:
        name = codecs.lookup(encoding).name
    except (LookupError, ValueError):
        return None
    return None if name in ("utf-8", "utf-8-sig") else name


def _multiplexer(environ: Mapping[str, str]) -> tuple[Multiplexer, str]:
    # one inside the other leaves both variables set; tmux comes first, because it can be asked and passes text on
    if environ.get("TMUX"):
        return "tmux", "TMUX is set"
    if environ.get("STY"):
        return "screen", "STY is set"
    return "none", "neither TMUX nor STY is set"


def _dark(environ: Mapping[str, str]) -> tuple[bool | None, str]:
    value = environ.get("COLORFGBG")
    if not value:
        return None, "COLORFGBG is not set"
    back = value.rpartition(";")[2].strip()
    said = _shown(environ, "COLORFGBG")
    if back in _DARK:
        return True, said
    if back in _LIGHT:
        return False, said
    return None, f"{said} names no background"
