"""Which providers there are: built-in ones, and those that other packages offer under an entry-point group.

Listing names imports nothing; loading one imports that one only. Code of other packages is held at arm's length here:
whatever it throws while it is loaded or opened becomes an `Unusable` that names the plug-in and its package.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from msgspec import Struct

from evtui.domain.reading import Lookup, Topic
from evtui.errors import UsageError
from evtui.providers.base import Provider, Settings
from evtui.text import one_line

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

log = logging.getLogger(__name__)

BUILT_IN = {
    "simulated": "evtui.providers.simulated.provider:SimulatedProvider",
    "elmah": "evtui.providers.elmah:ElmahProvider",
    "sql": "evtui.providers.sql:SqlProvider",
    "command": "evtui.providers.command:CommandProvider",
    "prometheus": "evtui.providers.prometheus:PrometheusProvider",
    "grafana": "evtui.providers.prometheus:GrafanaProvider",
    "autoscaling": "evtui.providers.autoscaling:AutoScalingProvider",
    "elb": "evtui.providers.elb:ElbProvider",
    "cloudwatch": "evtui.providers.cloudwatch:CloudWatchProvider",
    "http": "evtui.providers.http:HttpProvider",
}

ENTRY_POINTS = "evtui.providers"
"""Entry-point group under which other packages add providers."""

WORDS = 200
"""Characters of an error of somebody else's code that a sentence quotes."""

T = TypeVar("T")


class Offer(Struct, frozen=True):
    """A provider of another package: its name, what is loaded (`module:class`), and the package with its version."""

    name: str
    target: str
    package: str

    def __str__(self) -> str:
        return f'the plug-in "{_words(self.name)}" of the package {_words(self.package)}'


class Unusable(UsageError):
    """A plug-in that is there and cannot be used: no fault of the campaign file's, and no reason to stop."""


def _words(said: object) -> str:
    from evtui.redact import admit  # its patterns take milliseconds to build, and a good start quotes nothing

    return one_line(admit(said, WORDS))


def names() -> tuple[str, ...]:
    """Every provider a campaign file may name, built-in ones first."""
    return (*BUILT_IN, *sorted({offer.name for offer in _others()} - BUILT_IN.keys()))


def offered(name: str) -> bool:
    """Whether there is a provider of this name; other packages are only looked at when it is not a built-in one."""
    return name in BUILT_IN or _offer(name) is not None


def passed_over(wanted: Iterable[str]) -> tuple[Offer, ...]:
    """Offers under the names in `wanted` that are not taken: a built-in provider goes first, then the first package by
    its name."""
    wanted = set(wanted)
    taken = {name: _offer(name) for name in wanted - BUILT_IN.keys()}
    return tuple(offer for offer in _others() if offer.name in wanted and offer != taken.get(offer.name))


def _others() -> tuple[Offer, ...]:
    from importlib.metadata import entry_points  # 15 ms that a start on built-in providers does not need

    offers = {Offer(point.name, point.value, _package(point)) for point in entry_points(group=ENTRY_POINTS)}
    return tuple(sorted(offers, key=lambda offer: (offer.name, offer.package, offer.target)))


def _package(point: EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist is not None else "of no name"


def _offer(name: str) -> Offer | None:
    return next((offer for offer in _others() if offer.name == name), None)


def load(name: str) -> type[Provider]:
    """The provider class of this name.

    Raises:
        Unusable: another package offers it, and it cannot be used.
        UsageError: nobody offers it, or what a built-in one needs is not installed.
    """
    if name not in BUILT_IN:
        if (offer := _offer(name)) is None:
            raise UsageError(f"no provider is called {name!r}; there are {', '.join(names())}")
        return _held(offer, "be loaded", lambda: _loaded(offer))
    try:
        provider: type[Provider] = _named(BUILT_IN[name])
    except (ImportError, AttributeError) as error:
        raise UsageError(f"provider {name!r} cannot be loaded: {error}") from error
    return provider


def guarded(name: str, what: str, call: Callable[[], T]) -> T:
    """The result of `call`, which runs code of the provider that was loaded as `name`; `what` as in `cannot be opened`.

    Raises:
        Unusable: it comes from another package, and fails in a way that no setting explains.
        UsageError: settings that cannot work.
    """
    offer = None if name in BUILT_IN else _offer(name)
    return call() if offer is None else _held(offer, what, call)


def _held(offer: Offer, what: str, call: Callable[[], T]) -> T:
    """The result of `call`, which runs code of another package."""
    try:
        return call()
    except UsageError:
        raise
    except SystemExit:
        said = "it ends the program"
    except Exception as error:  # code of others may throw anything, and must not take the program with it
        log.error("%s cannot %s", offer, what, exc_info=error)
        said = ": ".join(filter(None, (type(error).__name__, _words(error))))
    raise Unusable(f"{offer} cannot {what}: {said}")


def _named(target: str) -> Any:
    module, _, attribute = target.partition(":")
    return getattr(import_module(module), attribute)


def _loaded(offer: Offer) -> type[Provider]:
    provider: type[Provider] = _named(offer.target)
    if faults := shape_faults(provider):
        raise Unusable(f"{offer} is no provider: {'; '.join(faults)}")
    return provider


def shape_faults(provider: object) -> tuple[str, ...]:
    """What `provider` lacks of `base.Provider`, in words; nothing of it is called."""
    if not isinstance(provider, type):
        return ("it is not a class",)
    faults = [*_settings_faults(getattr(provider, "Settings", None))]
    for attribute, kind in (("topics", Topic), ("lookups", Lookup)):
        held = getattr(provider, attribute, None)
        if not isinstance(held, frozenset) or not all(isinstance(item, kind) for item in held):
            faults.append(f"{attribute} is no frozenset of {kind.__name__}")
    if not faults and not getattr(provider, "topics", ()) and not getattr(provider, "lookups", ()):
        faults.append("it has neither topics nor lookups")
    if not inspect.ismethod(getattr(provider, "open", None)):
        faults.append("open is no class method")
    faults += [
        f"{method} is no coroutine function"
        for method in ("poll", "look_up", "aclose")
        if not inspect.iscoroutinefunction(getattr(provider, method, None))
    ]
    return tuple(faults)


def _settings_faults(settings: object) -> Iterable[str]:
    if not (isinstance(settings, type) and issubclass(settings, Settings)):
        yield "Settings is no subclass of evtui.providers.base.Settings"
        return
    try:
        msgspec.structs.fields(settings)
    except (NameError, TypeError) as error:
        yield f"a type in its Settings is not understood ({_words(error)})"
