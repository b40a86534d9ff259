"""How long a provider's own code keeps everything else waiting, between two points at which it lets others go on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from functools import partial
from time import perf_counter
from typing import Any, Generic, TypeVar

T = TypeVar("T")

HELD_S = 1.0
"""Seconds from which a stretch is spoken of: the screen draws once a second, and somebody has pressed a key in vain."""


class Stretches(Generic[T]):
    """Calls `send`, awaits what it gives and measures it on its way. What it waits for is not counted, nor what others
    do meanwhile."""

    def __init__(self, send: Callable[[], Awaitable[T]]) -> None:
        self._send = send
        self.longest_s = 0.0
        """Seconds of wall time that the longest stretch took."""

    async def _whole(self) -> T:
        """One coroutine, whatever kind of awaitable there is."""
        return await self._send()

    def __await__(self) -> Generator[Any, Any, T]:
        whole = self._whole()
        go_on: Callable[[], Any] = partial(whole.send, None)
        while True:
            began = perf_counter()
            try:
                awaited = go_on()
            except StopIteration as end:
                result: T = end.value
                return result
            finally:
                self.longest_s = max(self.longest_s, perf_counter() - began)
            try:
                sent = yield awaited
            except BaseException as error:  # a cancellation among others: the coroutine's to deal with, not ours
                go_on = partial(whole.throw, error)
            else:
                go_on = partial(whole.send, sent)
