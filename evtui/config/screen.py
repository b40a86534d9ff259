"""The user's own screen settings: `screen.toml` in the configuration folder, or the file that $EVTUI_SCREEN names.

It belongs to whoever sits at the terminal, as the campaign file belongs to the launch. Everything in it has a default,
a file that is not there is all defaults, and the program never writes it. Which actions there are is not known here:
`[keys]` is checked for its form, and `ScreenFile.key_problem` gives whoever knows them a place to point at.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct, field

from evtui.config.notes import Notes, nearest, problem_at, quote, shown
from evtui.config.positions import Places
from evtui.config.syntax import EMPTY, read_document
from evtui.config.validate import check, convert
from evtui.errors import ConfigError, Problem, UsageError

FILE_NAME = "screen.toml"
"""What the file is called in the configuration folder."""

VARIABLE = "EVTUI_SCREEN"
"""Environment variable that names another file."""

KEY_WORDS = (
    *("enter", "esc", "tab", "space", "up", "down", "left", "right", "pageup", "pagedown", "home", "end"),
    *(f"f{number}" for number in range(1, 13)),
)
"""Keys that are called by a word; every other key is the character it types."""

_KEYS = "keys"

_NOWHERE = Places("", "")
"""Where the settings of no file stand."""

_EXPECTED = 'a character such as "x", or a word such as "enter", "esc", "pageup" or "f5"'


class ScreenSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How this user wants the screen; every default leaves the choice to what the terminal says of itself."""

    colours: Literal["auto", "truecolor", "256", "16", "none"] = "auto"
    """How many colours are sent."""
    theme: Literal["auto", "terminal", "dark", "light", "safe", "mono"] = "auto"
    """`terminal`: the terminal's own palette; `safe`: told apart by those who see few colours; `mono`: none."""
    graphs: Literal["auto", "braille", "block", "ascii"] = "auto"
    borders: Literal["auto", "unicode", "ascii"] = "auto"
    ambiguous_width: Literal["auto", 1, 2] = "auto"
    """Cells that characters such as `×` and `…` take; auto: the terminal is asked."""
    mouse: bool = True
    """False leaves the mouse to the terminal, for its own selection."""
    density: Literal["roomy", "compact"] = "roomy"
    time_zone: Literal["campaign", "utc", "local"] = "campaign"
    """Zone that times are shown in at start."""
    links: bool = True
    """Whether codes and addresses are sent as links that the terminal can open."""
    bell: bool = False
    """Whether the terminal's bell rings with a new problem."""
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Action -> its keys, as named in `KEY_WORDS` or one character each; none at all takes the action off the keys."""


class ScreenFile(Struct, frozen=True):
    """The settings and where they came from; `path` is None where there is no file."""

    path: Path | None = None
    settings: ScreenSettings = ScreenSettings()
    places: Places = _NOWHERE

    def key_problem(self, action: str, message: str, index: int | None = None) -> Problem:
        """A problem with an entry of `[keys]`, or with the key at `index` of its list, at its place in the file."""
        path = (_KEYS, action) if index is None else (_KEYS, action, index)
        return problem_at(self.places, path, message)


class LoadedScreen(Struct, frozen=True):
    """What `read_screen` found: a file, or its problems in the order of the file; `name` is how it is called."""

    name: str
    file: ScreenFile | None
    problems: tuple[Problem, ...] = ()


def find_screen(environ: Mapping[str, str], config_dir: Path) -> Path | None:
    """The user's file: $EVTUI_SCREEN, else `config_dir`/screen.toml, else None.

    Raises:
        UsageError: the file that the variable names does not exist.
    """
    named = environ.get(VARIABLE)
    path = Path(named) if named else config_dir / FILE_NAME
    try:
        if path.exists():
            return path
    except (OSError, ValueError):
        pass  # a name with NUL or longer than the system takes; a folder that may not be entered
    if named:
        raise UsageError(f"${VARIABLE}: there is no file {quote(named)}")
    return None


def read_screen(path: Path) -> LoadedScreen:
    """Read a settings file; every problem at once. Never raises for anything a file or a path can be."""
    document = read_document(path, "file of screen settings")
    name = document.places.file
    notes = Notes(document.places, document.lost)
    notes.insert(problem for problem in document.problems if problem.message != EMPTY)
    raw = dict(document.tree or {})
    keys = raw.pop(_KEYS, {})
    checked = check(raw, ScreenSettings, (), notes)
    checked[_KEYS] = _keys(keys, notes)
    settings = None if notes.problems else convert(checked, ScreenSettings, (), notes)
    file = None if settings is None else ScreenFile(path, settings, document.places)
    return LoadedScreen(name, file, notes.problems)


def load_screen(environ: Mapping[str, str], config_dir: Path) -> ScreenFile:
    """The user's settings, all defaults where there is no file.

    Raises:
        ConfigError: the file has problems; carries all of them.
        UsageError: the file that the variable names does not exist.
    """
    path = find_screen(environ, config_dir)
    if path is None:
        return ScreenFile()
    loaded = read_screen(path)
    if loaded.file is None:
        raise ConfigError(loaded.problems)
    return loaded.file


def _keys(table: object, notes: Notes) -> dict[str, tuple[str, ...]]:
    """The `[keys]` table with one key or a list of them to each action."""
    if not isinstance(table, dict):
        notes.add((_KEYS,), f"expected a table of actions and their keys, got {shown(table)}")
        return {}
    return {action: _keys_of(action, value, notes) for action, value in table.items()}


def _keys_of(action: str, value: Any, notes: Notes) -> tuple[str, ...]:
    if not isinstance(value, list):
        return (_key(value, (_KEYS, action), notes),)
    keys: list[str] = []
    for index, item in enumerate(value):
        key = _key(item, (_KEYS, action, index), notes)
        if key and key in keys:
            notes.add((_KEYS, action, index), f"the key {quote(key)} is there twice")
        keys.append(key)
    return tuple(keys)


def _key(value: object, path: tuple[str | int, ...], notes: Notes) -> str:
    """The key that `value` names; empty, and a problem, where it names none."""
    if not isinstance(value, str):
        notes.add(path, f"expected {_EXPECTED}, got {shown(value)}")
        return ""
    if value in KEY_WORDS or (len(value) == 1 and _is_plain(value)):
        return value
    notes.add(path, f"expected {_EXPECTED}, got {shown(value)}{_instead(value)}")
    return ""


def _is_plain(char: str) -> bool:
    """Whether a key types this character, as it stands: full-width letters count as their plain twins."""
    drawn = char.isprintable() and not char.isspace() and not unicodedata.category(char).startswith("M")
    return drawn and unicodedata.normalize("NFKC", char) == char


def _instead(value: str) -> str:
    """What was probably meant."""
    twin = unicodedata.normalize("NFKC", value)
    if value == " ":
        return '; write "space"'
    if len(twin) == 1 and twin != value and _is_plain(twin):
        return f'; write "{twin}"'
    if re.match(r"(?i)(ctrl|control|alt|meta|shift|cmd|super|option|c|m)[+-]\S|\^\S", value):
        return "; keys with Ctrl, Alt or Shift held are the terminal's own"
    guess = nearest(value, KEY_WORDS)
    return f'; did you mean "{guess}"?' if guess else ""
