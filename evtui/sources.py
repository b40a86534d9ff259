"""From the tables of a campaign file to providers: which class answers each table, judged and opened, not yet asked.

What the file gets wrong is a problem with its place. A plug-in that cannot be used is none: a stand-in takes its place,
which says so whenever it is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from evtui.config.load import (
    CampaignFile,
    SourceConfig,
    check_settings,
    settings_without_faults,
    source_problem,
    unknown_provider,
)
from evtui.config.notes import problem_at
from evtui.domain.reading import Lookup, Topic
from evtui.errors import Problem, UsageError
from evtui.providers import registry
from evtui.providers.base import Context, Provider
from evtui.providers.objections import SettingsError, addressed, sentences

Load = Callable[[str], type[Provider]]
"""Finds a provider class by its name, as `registry.load` does."""


class Faulty(Struct, frozen=True):
    """What is left of a table without its wrong keys, and which those are."""

    settings: Any
    wrong: frozenset[str]


class Judged(Struct, frozen=True):
    """What the tables of a file ask for. A table with a problem is missing from `classes` or has no settings."""

    classes: Mapping[str, type[Provider]]
    """By the name of the provider."""
    settings: Mapping[Topic | Lookup, Any]
    problems: tuple[Problem, ...]
    unusable: Mapping[str, str]
    """Name of each plug-in that cannot be loaded, and why."""
    faulty: Mapping[Topic | Lookup, Faulty]
    """Tables some of whose keys are wrong: what is left of them can still be judged."""


class Opened(Struct, frozen=True):
    """Sources that are ready to be asked, what keeps others from it, and plug-ins that failed, with the reason."""

    providers: Mapping[Topic | Lookup, tuple[SourceConfig, Provider]]
    problems: tuple[Problem, ...]
    unusable: Mapping[str, str]


def switched_on(file: CampaignFile) -> Iterator[SourceConfig]:
    """Every source and look-up of the file that is not switched off; of the others nothing is ever imported."""
    return (source for source in (*file.sources, *file.lookups) if source.enabled)


def judge_sources(file: CampaignFile, find: Load | None = None) -> Judged:
    """The provider classes of a file, the checked settings of each source, and every problem with them."""
    find = registry.load if find is None else find
    classes: dict[str, type[Provider]] = {}
    settings: dict[Topic | Lookup, Any] = {}
    problems: list[Problem] = []
    unusable: dict[str, str] = {}
    faulty: dict[Topic | Lookup, Faulty] = {}
    for source in switched_on(file):
        name = source.provider
        if not registry.offered(name):
            problems.append(unknown_provider(file, source, registry.names()))
            continue
        try:
            provider = classes.get(name) or find(name)
        except registry.Unusable as error:
            unusable[name] = str(error)
            provider = _stand_in(str(error))
        except UsageError as error:
            problems.append(source_problem(file, source, "provider", str(error)))
            continue
        classes[name] = provider
        given, found = check_settings(file, source, provider.Settings)
        found = (*_misplaced(file, source, provider), *found)
        settings[source.topic] = None if found else given
        if (rest := settings_without_faults(source, file, provider.Settings)) is not None and found:
            faulty[source.topic] = Faulty(rest, frozenset(_own_key(source, problem) for problem in found))
        problems += found
    problems.sort(key=lambda problem: (problem.line or 0, problem.column or 0))
    return Judged(classes, settings, tuple(problems), unusable, faulty)


def open_sources(file: CampaignFile, judged: Judged, context: Context) -> Opened:
    """Every source that is switched on and has no problem yet, ready to be asked. Nothing is asked.

    Of those that have one, what their provider says against the rest of their table is among the problems too.
    """
    providers: dict[Topic | Lookup, tuple[SourceConfig, Provider]] = {}
    problems: list[Problem] = []
    unusable = dict(judged.unusable)
    for source in switched_on(file):
        name, settings = source.provider, judged.settings.get(source.topic)
        if settings is None:
            if (faulty := judged.faulty.get(source.topic)) is not None:
                problems += _further(file, source, judged.classes[name], faulty, context)
            continue
        try:
            provider = _opened(name, judged.classes[name], settings, replace(context, topic=source.topic))
        except registry.Unusable as error:
            unusable[name] = str(error)
            provider = _stand_in(str(error)).open(settings, context)
        except UsageError as error:
            problems += _refused(file, source, settings, error)
            continue
        providers[source.topic] = (source, provider)
    return Opened(providers, tuple(problems), unusable)


def _own_key(source: SourceConfig, problem: Problem) -> str:
    """The key of its source's table that a problem is at or below."""
    return re.split(r"[.\[]", problem.key.removeprefix(f"{source.table}.{source.topic}."))[0]


def _further(
    file: CampaignFile, source: SourceConfig, provider: type[Provider], faulty: Faulty, context: Context
) -> list[Problem]:
    """What a provider says of the keys that could be read, but nothing that goes back to those that could not."""
    try:
        _opened(source.provider, provider, faulty.settings, replace(context, topic=source.topic, shared={}))
    except registry.Unusable:
        pass  # what a plug-in makes of settings that nobody wrote is not its fault
    except UsageError as error:
        said = [each for each in sentences(error) if faulty.wrong.isdisjoint(re.findall(r"\w+", each))]
        if said and "provider" not in faulty.wrong:
            return list(_refused(file, source, faulty.settings, SettingsError(tuple(said))))
    return []


def _refused(file: CampaignFile, source: SourceConfig, settings: Any, error: UsageError) -> Iterator[Problem]:
    """What a provider says against its settings, each at the key it is about."""
    for sentence in sentences(error):
        path, message = addressed(sentence, type(settings).__struct_fields__)
        yield problem_at(file.places, (source.table, source.topic.value, *(path or ("provider",))), message)


def _stand_in(why: str) -> type[Provider]:
    """What stands where a source was to stand that cannot be used."""
    from evtui.providers.missing import stand_in  # nearly every launch does without

    return stand_in(why)


def _opened(name: str, provider: type[Provider], settings: object, context: Context) -> Provider:
    def call() -> Provider:
        opened: object = provider.open(settings, context)
        if not isinstance(opened, provider):
            raise TypeError(f"open gave no {provider.__name__} but a {type(opened).__name__}")
        return opened

    return registry.guarded(name, "be opened", call)


def _misplaced(file: CampaignFile, source: SourceConfig, provider: type[Provider]) -> list[Problem]:
    """The problem of a provider that cannot tell what its table asks for."""
    offered = provider.topics if isinstance(source.topic, Topic) else provider.lookups
    if source.topic in offered:
        return []
    has = ", ".join(sorted(item.value for item in offered)) or f"none of the {source.table}"
    message = f'"{source.provider}" does not answer {source.topic}; it answers {has}'
    return [source_problem(file, source, "provider", message)]
