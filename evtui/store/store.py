"""The holder of the present state: one writer, any number of readers."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from evtui.domain.campaign import Campaign
from evtui.domain.reading import Reading
from evtui.store.reduce import reduce
from evtui.store.state import LaunchState, SourceSpec


class Store:
    """Applies readings one after another. Lives on the event loop; never called from another thread."""

    def __init__(self, campaign: Campaign, specs: Iterable[SourceSpec] = ()) -> None:
        self._state = LaunchState(campaign, {spec.topic: spec for spec in specs})
        self._listeners: list[Callable[[Reading], None]] = []

    @property
    def state(self) -> LaunchState:
        """What is believed now; frozen, so it may be kept and compared."""
        return self._state

    def apply(self, reading: Reading) -> None:
        """Merge a reading and tell the listeners; a sink of the collector."""
        self._state = reduce(self._state, reading)
        for listener in self._listeners:
            listener(reading)

    def listen(self, listener: Callable[[Reading], None]) -> None:
        """Call `listener` after every reading."""
        self._listeners.append(listener)
