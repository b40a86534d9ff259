"""The event loop's default executor: a bounded pool of daemonic threads that holds up nobody's exit.

The standard pool joins its threads when the loop closes and again when the interpreter ends, so one call into an SDK
that never returns keeps the program on the screen. This one lets such calls go, and serves whoever a human is waiting
for first.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import ContextVar
from heapq import heappop, heappush
from itertools import count
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

WORKERS = 16
"""Calls that may be under way at once: every source, a few look-ups and name resolution."""

KEPT_FREE = 4
"""Threads that routine calls leave to urgent ones: a look-up of every kind starts at once, however busy sources are."""

HUNG_S = 30.0
"""Seconds after which a call counts as hung and another thread may take its place: longer than any deadline."""

MOST = 48
"""Threads in all: the sixteen, and 32 that hang: the two that each source and look-up allows itself, and a few
in name resolution."""

URGENT: ContextVar[bool] = ContextVar("URGENT", default=False)
"""Whether a human is waiting for what is done in this context; `asyncio.to_thread` submits in its caller's."""


class _Job:
    """One submitted call; sorts urgent before routine, then as submitted."""

    __slots__ = ("began", "call", "future", "number", "urgent")

    def __init__(self, future: Future[Any], call: Callable[[], Any], number: int, urgent: bool) -> None:
        self.future = future
        self.call = call
        self.number = number
        self.urgent = urgent
        self.began = 0.0

    def __lt__(self, other: _Job) -> bool:
        return (not self.urgent, self.number) < (not other.urgent, other.number)

    def run(self) -> None:
        if not self.future.set_running_or_notify_cancel():
            return
        try:
            result = self.call()
        except BaseException as error:  # as the standard pool does: whoever asked gets it, whatever it is
            self.future.set_exception(error)
        else:
            self.future.set_result(result)


class DaemonExecutor(ThreadPoolExecutor):
    """A pool for `loop.set_default_executor()`, which accepts nothing but a `ThreadPoolExecutor`.

    Threads are started when needed: `max_workers`, and one for every call that hangs, up to `most`. Calls that find no
    free thread wait: urgent ones first, else in order. A quarter of the threads, at most `KEPT_FREE`, take urgent calls
    only.
    """

    def __init__(
        self,
        max_workers: int = WORKERS,
        thread_name_prefix: str = "evtui-io",
        most: int = MOST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(max_workers, thread_name_prefix)
        self._usual = max_workers
        self._most = max(most, max_workers)
        self._kept_free = min(KEPT_FREE, max_workers // 4)
        self._name = thread_name_prefix
        self._seconds = clock
        self._gate = threading.Condition()
        self._numbers = count()
        self._waiting: list[_Job] = []
        """A heap."""
        self._running: set[_Job] = set()
        self._threads_now = 0
        self._names = count(1)
        self._closed = False

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run `fn` in a thread of the pool, before routine calls where `URGENT` is set.

        Raises:
            RuntimeError: the pool was shut down.
        """
        future: Future[T] = Future()
        job = _Job(future, lambda: fn(*args, **kwargs), next(self._numbers), URGENT.get())
        with self._gate:
            if self._closed:
                raise RuntimeError("cannot schedule new futures after shutdown")
            heappush(self._waiting, job)
            self._staff()
            self._gate.notify()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls. Never waits, whatever `wait` says: a running call may hang for ever."""
        with self._gate:
            self._closed = True
            cancelled = self._waiting if cancel_futures else []
            self._waiting = [] if cancel_futures else self._waiting
            self._gate.notify_all()
        for job in cancelled:
            job.future.cancel()

    def _allowed(self) -> int:
        """How many threads there may be now."""
        late = self._seconds() - HUNG_S
        return min(self._usual + sum(job.began < late for job in self._running), self._most)

    def _may_run(self, job: _Job) -> bool:
        routine = sum(not other.urgent for other in self._running)
        return job.urgent or routine < self._allowed() - self._kept_free

    def _staff(self) -> None:
        """Start the threads that the waiting calls need."""
        idle = self._threads_now - len(self._running)
        while idle < len(self._waiting) and self._threads_now < self._allowed() and self._may_run(self._waiting[0]):
            idle += 1
            self._threads_now += 1
            name = f"{self._name}-{next(self._names)}"
            threading.Thread(target=self._work, name=name, daemon=True).start()

    def _work(self) -> None:
        while (job := self._next()) is not None:
            job.run()
            with self._gate:
                self._running.discard(job)
            # let go of the result before sleeping on the queue: an idle thread must not keep a batch of rows alive
            del job

    def _next(self) -> _Job | None:
        """The call that is due, as soon as there is one; None: this thread is not needed any more."""
        with self._gate:
            while True:
                if self._waiting and self._may_run(self._waiting[0]):
                    job = heappop(self._waiting)
                    job.began = self._seconds()
                    self._running.add(job)
                    if self._waiting:
                        self._gate.notify()
                    return job
                if self._threads_now > self._allowed() or (self._closed and not self._waiting):
                    self._threads_now -= 1
                    self._gate.notify_all()
                    return None
                self._gate.wait()
