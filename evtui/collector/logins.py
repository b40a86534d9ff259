"""Passing on that somebody logged in: sources share logins, and each would notice only half a minute later."""

from __future__ import annotations

from collections.abc import Callable

from evtui.domain.reading import Failure, FailureKind, Lookup, Reading, Topic


class Logins:
    """Hears every reading; as soon as one source is let in again, `wake` is called for every other that is not."""

    def __init__(self, wake: Callable[[Topic], None]) -> None:
        self._wake = wake
        self._shut_out: set[Topic | Lookup] = set()

    def hear(self, reading: Reading) -> None:
        """Note who is shut out; one that is down for another reason tells nothing of its login."""
        topic = reading.topic
        if isinstance(reading.value, Failure):
            if reading.value.kind is FailureKind.AUTH:
                self._shut_out.add(topic)
        elif topic in self._shut_out:
            self._shut_out.remove(topic)
            for other in tuple(self._shut_out):
                if isinstance(other, Topic):
                    self._wake(other)
