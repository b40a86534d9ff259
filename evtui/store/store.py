"""The holder of the present state: one writer, any number of readers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec.structs import replace

from evtui.domain.campaign import Campaign
from evtui.domain.reading import Lookup, OrderBatch, Reading
from evtui.store.freeze import Freezer
from evtui.store.reduce import reduce
from evtui.store.state import LaunchState, SourceSpec


class Store:
    """Applies readings one after another. Lives on the event loop; never called from another thread."""

    def __init__(self, campaign: Campaign, specs: Iterable[SourceSpec] = (), freezer: Freezer | None = None) -> None:
        self._state = LaunchState(campaign, {spec.topic: spec for spec in specs})
        self._freezer = freezer or Freezer()
        self._listeners: list[Callable[[Reading], None]] = []
        self._asked: dict[Lookup, Reading] = {}

    @property
    def state(self) -> LaunchState:
        """What is believed now; frozen, so it may be kept and compared."""
        return self._state

    @property
    def trouble(self) -> str:
        """One sentence on what keeps settled orders from going to disk or from being read back; empty: nothing."""
        return self._freezer.trouble

    @property
    def asked(self) -> Mapping[Lookup, Reading]:
        """The newest answer or failure of each look-up that was sent, whichever order it was about."""
        return self._asked

    def apply(self, reading: Reading) -> None:
        """Merge a reading and tell the listeners; a sink of the collector."""
        state = reduce(self._state, reading)
        told = len(reading.value.lines) if isinstance(reading.value, OrderBatch) else 0
        orders = self._freezer.freeze(state.orders, told)
        self._state = state if orders is state.orders else replace(state, orders=orders)
        if isinstance(reading.topic, Lookup):
            self._asked[reading.topic] = reading
        for listener in self._listeners:
            listener(reading)

    def listen(self, listener: Callable[[Reading], None]) -> None:
        """Call `listener` after every reading."""
        self._listeners.append(listener)
