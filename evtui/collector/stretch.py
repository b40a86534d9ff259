"""How long a provider's own code keeps everything else waiting, between two points at which it lets others go on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Generator
from time import perf_counter
from typing import Any, Self, TypeVar

T = TypeVar("T")

HELD_S = 1.0
"""Seconds from which a stretch is spoken of: the screen draws once a second, and somebody has pressed a key in vain."""


class Stretches(Generator[Any, Any, T]):
    """Calls `send`, awaits what it gives and measures it on its way. What it waits for is not counted, nor what others
    do meanwhile."""

    def __init__(self, send: Callable[[], Awaitable[T]]) -> None:
        self._send = send
        self._whole: Coroutine[Any, Any, T]
        self.longest_s = 0.0
        """Seconds of wall time that the longest stretch took."""

    def __await__(self) -> Self:
        self._whole = self._one_coroutine()
        return self

    async def _one_coroutine(self) -> T:
        return await self._send()

    def send(self, value: Any) -> Any:
        """Go on with what was waited for."""
        return self._timed(self._whole.send, value)

    def throw(self, *error: Any) -> Any:
        """Go on with an error, a cancellation among others: the coroutine's to deal with."""
        return self._timed(self._whole.throw, *error)

    def _timed(self, go_on: Callable[..., Any], *given: Any) -> Any:
        began = perf_counter()
        try:
            return go_on(*given)
        finally:
            self.longest_s = max(self.longest_s, perf_counter() - began)
