"""The campaign file: where it is looked for, and everything in it or everything wrong with it.

`read` never raises for what a file holds: it returns the file or its problems, all of them. `load` raises instead.
Providers are not known here; whoever opens one passes its settings struct to `check_settings`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from evtui.config.build import build_campaign, cadence
from evtui.config.model import SOURCE_KEYS, FileTable, SourceTable
from evtui.config.notes import Notes, nearest, problem_at, quote
from evtui.config.positions import Places
from evtui.config.rules import judge, judge_sources
from evtui.config.syntax import read_document
from evtui.config.validate import check, convert, without_faults
from evtui.config.validate import read as read_struct
from evtui.domain.campaign import Campaign
from evtui.domain.phases import Cadence
from evtui.domain.reading import Lookup, Topic
from evtui.errors import ConfigError, Problem, UsageError
from evtui.text import clean, one_line

S = TypeVar("S", bound=msgspec.Struct)

FILE_NAME = "evtui.toml"
"""What a campaign file is called where none is named."""

VARIABLE = "EVTUI_CONFIG"
"""Environment variable that names the campaign file."""


class SourceConfig(Struct, frozen=True):
    """One `[sources.<topic>]` or `[lookups.<name>]` table."""

    topic: Topic | Lookup
    provider: str
    every: Cadence
    """Time between two polls by phase; what it leaves open is the topic's own."""
    delay: timedelta | None
    """How late the source usually is; None: the provider's own."""
    settings: Mapping[str, object]
    """Everything else in the table, raw: the provider's own keys."""
    enabled: bool = True

    @property
    def table(self) -> str:
        """First part of the table's name: `sources` or `lookups`."""
        return "sources" if isinstance(self.topic, Topic) else "lookups"


class CampaignFile(Struct, frozen=True):
    """A campaign file without problems. Settings of providers are not judged yet."""

    path: Path
    campaign: Campaign
    sources: tuple[SourceConfig, ...]
    lookups: tuple[SourceConfig, ...]
    places: Places
    stated: frozenset[str] = frozenset()
    """Keys the file itself gives, as `table.key`: tells a default from a decision."""


class Loaded(Struct, frozen=True):
    """What `read` found: a file, or its problems in the order of the file."""

    path: Path
    file: CampaignFile | None
    problems: tuple[Problem, ...]
    places: Places
    rest: CampaignFile | None = None
    """The file without what is wrong with its sources, where nothing else is: good for judging what is left of it."""


def example_path() -> Path:
    """The documented example that ships with the program, and the demo's own campaign file."""
    return Path(__file__).with_name("examples") / "cuapp-cny-2024.toml"


def find_file(explicit: str | None, environ: Mapping[str, str], cwd: Path, config_dir: Path) -> Path | None:
    """The campaign file: `explicit` (--config), $EVTUI_CONFIG, `cwd`/evtui.toml, `config_dir`/evtui.toml, or None.

    Raises:
        UsageError: a file that was named, by flag or variable, does not exist.
    """
    for named, origin in ((explicit, "--config"), (environ.get(VARIABLE) or None, f"${VARIABLE}")):
        if named is None:
            continue
        path = cwd / Path(named)
        if not named or not _exists(path):
            raise UsageError(f"{origin}: there is no file {quote(named)}")
        return path
    return next((path for path in (cwd / FILE_NAME, config_dir / FILE_NAME) if _exists(path)), None)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        # a name with NUL or longer than the system takes; a folder that may not be entered
        return False


def read(path: Path) -> Loaded:
    """Read a campaign file; every problem at once. Never raises for anything a file or a path can be."""
    document = read_document(path)
    if document.tree is None:
        return Loaded(path, None, tuple(document.problems), document.places)
    raw = document.tree
    notes = Notes(document.places, document.lost)
    notes.insert(document.problems)
    if not raw:
        # nothing was read: that everything is missing says nothing more
        if not document.problems:
            notes.add((), "the file holds no keys; an example ships with the program")
        return Loaded(path, None, notes.problems, document.places)
    checked = check(raw, FileTable, (), notes)
    judge(checked, notes)
    judge_sources(raw, notes)
    table = None if notes.problems else convert(checked, FileTable, (), notes)
    file = None if table is None else _file(path, table, raw, document.places)
    rest = file
    if notes.problems and not document.problems and all(_in_a_source(key) for key in notes.paths):
        checked |= {kind: _whole(checked.get(kind, {}), kind) for kind in _KINDS}
        table = convert(checked, FileTable, (), Notes(document.places))
        rest = None if table is None else _file(path, table, raw, document.places)
    return Loaded(path, file, notes.problems, document.places, rest)


_KINDS: Mapping[str, type[Topic] | type[Lookup]] = {"sources": Topic, "lookups": Lookup}


def _in_a_source(path: Sequence[str | int]) -> bool:
    return len(path) > 1 and path[0] in _KINDS


def _whole(tables: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """The tables that say what they are about and who answers."""
    return {name: table for name, table in tables.items() if name in list(_KINDS[kind]) and "provider" in table}


def load(path: Path) -> CampaignFile:
    """The campaign file at `path`.

    Raises:
        ConfigError: it has problems; carries all of them.
    """
    loaded = read(path)
    if loaded.file is None:
        raise ConfigError(loaded.problems)
    return loaded.file


def _file(path: Path, table: FileTable, raw: Mapping[str, Any], places: Places) -> CampaignFile:
    stated = {f"{name}.{key}" for name, part in raw.items() if isinstance(part, dict) for key in part}
    return CampaignFile(
        path=path,
        campaign=build_campaign(table),
        sources=tuple(_source(Topic(name), part, raw["sources"][name]) for name, part in table.sources.items()),
        lookups=tuple(_source(Lookup(name), part, raw["lookups"][name]) for name, part in table.lookups.items()),
        places=places,
        stated=frozenset(stated),
    )


def _source(topic: Topic | Lookup, table: SourceTable, raw: Mapping[str, Any]) -> SourceConfig:
    settings = {key: value for key, value in raw.items() if key not in SOURCE_KEYS}
    provider, every = one_line(clean(table.provider)), cadence(table.every)
    return SourceConfig(topic, provider, every, table.delay, settings, table.enabled)


def check_settings(
    at: Loaded | CampaignFile, source: SourceConfig, model: type[S]
) -> tuple[S | None, tuple[Problem, ...]]:
    """A source's raw settings as its provider's struct, or None and every problem with its place in the file."""
    notes = Notes(at.places)
    settings = read_struct(dict(source.settings), model, (source.table, source.topic.value), notes)
    return settings, notes.problems


def settings_without_faults(source: SourceConfig, at: Loaded | CampaignFile, model: type[S]) -> S | None:
    """What is left of a source's settings without their problems; for judging the others, never for use."""
    return without_faults(dict(source.settings), model, at.places)


def unknown_provider(at: Loaded | CampaignFile, source: SourceConfig, names: Iterable[str]) -> Problem:
    """The problem of a source whose provider nobody offers; `names` are those there are."""
    names = tuple(names)
    guess = nearest(source.provider, names)
    hint = f'did you mean "{guess}"?' if guess else f"there are {', '.join(names)}"
    return source_problem(at, source, "provider", f"there is no provider {quote(source.provider)}; {hint}")


def source_problem(at: Loaded | CampaignFile, source: SourceConfig, key: str, message: str) -> Problem:
    """A problem with one key of a source's table, for whoever opens the provider."""
    return problem_at(at.places, (source.table, source.topic.value, key), message)
