"""The keys of a source with `provider = "command"`, and what can be said against them."""

from __future__ import annotations

import math
import re
from typing import Annotated, Literal

from msgspec import Meta

from evtui.config.notes import nearest
from evtui.domain.reading import Lookup, Topic
from evtui.errors import UsageError
from evtui.providers.base import Settings
from evtui.providers.mapping import EXAMPLE, MappingSettings
from evtui.providers.objections import Objections
from evtui.redact import admit

PLACEHOLDERS = ("{since}", "{until}", "{shop}", "{pages}", "{code}")
"""Arguments that are filled in; each stands for one whole argument, so nothing in it can become another option."""

_PLACEHOLDER = re.compile(r"\{[a-z_]+\}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

LONGEST_S = 600.0
"""Longest time a program may be given: whoever looks at the screen wants to know before."""


class CommandSettings(Settings, frozen=True, kw_only=True):
    """`[sources.<topic>]` and `[lookups.order_status]` with `provider = "command"`. Times in seconds."""

    command: Annotated[tuple[str, ...], Meta(examples=[["./stock.sh", "{since}"]])]
    """The program and its arguments, run without a shell in the campaign file's folder. A program with a slash in it
    starts there, one without is looked for on PATH."""
    map: Annotated[MappingSettings, EXAMPLE]
    """What its output means."""
    output: Literal["lines", "document"] = "lines"
    """One JSON value a line, or one JSON document."""
    pass_env: tuple[str, ...] = ()
    """Variables it gets beside PATH, HOME and LANG; their values are masked in all that is shown."""
    timeout: float = 10.0
    """After that it is ended with all it started."""
    max_bytes: int = 5_000_000
    max_lines: int = 50_000
    overlap: float = 120.0
    """How far before the newest that was told `{since}` is, for what comes late."""
    ok_codes: tuple[int, ...] = (0,)
    """Exit codes that mean an answer."""
    auth_codes: tuple[int, ...] = ()
    """Exit codes that mean that somebody has to log in."""
    remedy: str = ""
    """What a person does then, such as `kinit`."""


def check(settings: CommandSettings, topic: Topic | Lookup | None) -> None:
    """Look whether these settings can work for `topic`; None: for any.

    Raises:
        SettingsError: everything that cannot, with what would be right.
    """
    found = Objections()
    if not settings.command or not settings.command[0].strip():
        found.add('command: the first word has to be a program, such as command = ["./stock.sh", "{since}"]')
    for index, argument in enumerate(settings.command):
        with found:
            _check_argument(f"command[{index}]", argument, first=not index)
    asks_code = "{code}" in settings.command
    if asks_code and isinstance(topic, Topic):
        found.add(f"command: {topic} is about no single order, so there is no {{code}}; it belongs to look-ups")
    if isinstance(topic, Lookup) and not asks_code:
        found.add("command: a look-up has to be told which order; add the argument {code}")
    for name in settings.pass_env:
        if not _VARIABLE.fullmatch(name):
            found.add(f"pass_env: {admit(name, 60)!r} cannot be the name of a variable")
    if not 0 < settings.timeout <= LONGEST_S:
        found.add(f"timeout: {settings.timeout:g} has to be more than 0 and at most {LONGEST_S:g} seconds")
    if not (settings.overlap >= 0 and math.isfinite(settings.overlap)):
        found.add(f"overlap: {settings.overlap:g} has to be 0 or more seconds")
    for key in ("max_bytes", "max_lines"):
        if not getattr(settings, key) > 0:
            found.add(f"{key}: {getattr(settings, key)} has to be greater than 0")
    _check_codes(settings, found)
    found.settle()


def _check_argument(key: str, argument: str, *, first: bool) -> None:
    if "\0" in argument:
        raise UsageError(f"{key}: no argument can hold a NUL character")
    if argument in PLACEHOLDERS and not first:
        return
    if _PLACEHOLDER.fullmatch(argument):
        if first:
            raise UsageError(f"{key}: the program itself cannot be a placeholder")
        guess = nearest(argument, PLACEHOLDERS)
        hint = f"did you mean {guess}?" if guess else f"there are {', '.join(PLACEHOLDERS)}"
        raise UsageError(f"{key}: there is no {admit(argument, 60)}; {hint}")
    for placeholder in PLACEHOLDERS:
        if placeholder in argument:
            raise UsageError(f"{key}: {placeholder} has to be an argument of its own, not a part of one")


def _check_codes(settings: CommandSettings, found: Objections) -> None:
    for key in ("ok_codes", "auth_codes"):
        for code in getattr(settings, key):
            if not 0 <= code <= 255:
                found.add(f"{key}: {code} is no exit code; they are 0 to 255")
    if not settings.ok_codes:
        found.add("ok_codes: it is empty, so no end of the program would be an answer")
    both = sorted(set(settings.ok_codes) & set(settings.auth_codes))
    if both:
        found.add(f"auth_codes: ok_codes holds {both[0]} too; it can mean one thing only")
