"""Names of loopback servers: `*.sources.test` is this machine, and any of them can be made to hang in the look-up."""

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest

SUFFIX = ".sources.test"
"""Ends the names that are looked up here; `test` is a top level that never exists."""


class Names:
    """Stands in front of the system's resolver for as long as a test lasts."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._real = socket.getaddrinfo
        self._hanging: dict[str, threading.Event] = {}
        self.asked = 0
        """Look-ups that were made to hang."""
        patch.setattr(socket, "getaddrinfo", self._look_up)

    def hang(self, host: str) -> None:
        """From now on nobody is told this name."""
        self._hanging[host] = threading.Event()

    def release(self, host: str) -> None:
        """Look-ups of this name end, and new ones do at once."""
        if event := self._hanging.pop(host, None):
            event.set()

    def _look_up(self, host: Any, *rest: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else str(host)
        if not name.endswith(SUFFIX):
            return self._real(host, *rest, **named)
        event = self._hanging.get(name)
        if event is not None:
            self.asked += 1
            event.wait()
        return self._real("127.0.0.1", *rest, **named)
