"""A server that takes every connection and never says a word."""

from __future__ import annotations

import socket
import threading
from typing import Self


class Hanging:
    """Listens on a loopback port until the end of the block; what was connected stays so until then."""

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._wires: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for wire in self._wires:
            wire.close()

    @property
    def reached(self) -> bool:
        """Whether anybody has connected."""
        return bool(self._wires)

    def _accept(self) -> None:
        while True:
            try:
                self._wires.append(self._listener.accept()[0])
            except OSError:
                return
