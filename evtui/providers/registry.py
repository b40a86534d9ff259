"""Which providers there are. Listing names imports nothing; loading one imports that one only."""

from __future__ import annotations

from importlib import import_module

from evtui.errors import UsageError
from evtui.providers.base import Provider

BUILT_IN = {
    "simulated": "evtui.providers.simulated.provider:SimulatedProvider",
    "elmah": "evtui.providers.elmah:ElmahProvider",
    "sql": "evtui.providers.sql:SqlProvider",
}

ENTRY_POINTS = "evtui.providers"
"""Entry-point group under which other packages add providers."""


def names() -> tuple[str, ...]:
    """Every provider a campaign file may name, built-in ones first."""
    return (*BUILT_IN, *sorted(_others().keys() - BUILT_IN.keys()))


def offered(name: str) -> bool:
    """Whether there is a provider of this name; other packages are only looked at when it is not a built-in one."""
    return name in BUILT_IN or name in _others()


def _others() -> dict[str, str]:
    from importlib.metadata import entry_points  # 15 ms that a start on built-in providers does not need

    return {point.name: point.value for point in entry_points(group=ENTRY_POINTS)}


def load(name: str) -> type[Provider]:
    """The provider class of this name.

    Raises:
        UsageError: nobody offers it, or what it needs is not installed.
    """
    target = BUILT_IN.get(name) or _others().get(name)
    if target is None:
        raise UsageError(f"no provider is called {name!r}; there are {', '.join(names())}")
    module, _, attribute = target.partition(":")
    try:
        provider: type[Provider] = getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise UsageError(f"provider {name!r} cannot be loaded: {error}") from error
    return provider
