"""The event loop's default executor: a bounded pool of daemonic threads that holds up nobody's exit.

The standard pool joins its threads when the loop closes and again when the interpreter ends, so one call into an SDK
that never returns keeps the program on the screen. This one lets such calls go.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

WORKERS = 16
"""Calls that may be under way at once: every source, a few look-ups and name resolution, with room for hung ones."""


class _Job:
    """One submitted call."""

    __slots__ = ("call", "future")

    def __init__(self, future: Future[Any], call: Callable[[], Any]) -> None:
        self.future = future
        self.call = call

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

    Threads are started when needed, at most `max_workers`, and stay. Calls that find no free thread wait in order.
    """

    def __init__(self, max_workers: int = WORKERS, thread_name_prefix: str = "evtui-io") -> None:
        super().__init__(max_workers, thread_name_prefix)
        self._limit = max_workers
        self._name = thread_name_prefix
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._gate = threading.Lock()
        self._started = 0
        self._free = 0
        """Idle threads less waiting calls; below zero, calls wait."""
        self._closed = False

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run `fn` in a thread of the pool.

        Raises:
            RuntimeError: the pool was shut down.
        """
        future: Future[T] = Future()
        with self._gate:
            if self._closed:
                raise RuntimeError("cannot schedule new futures after shutdown")
            self._jobs.put(_Job(future, lambda: fn(*args, **kwargs)))
            self._free -= 1
            if self._free < 0 and self._started < self._limit:
                self._start_thread()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls. Never waits, whatever `wait` says: a running call may hang for ever."""
        with self._gate:
            self._closed = True
            if cancel_futures:
                self._cancel_waiting()
            for _ in range(self._started):
                self._jobs.put(None)

    def _start_thread(self) -> None:
        self._started += 1
        self._free += 1
        threading.Thread(target=self._work, name=f"{self._name}-{self._started}", daemon=True).start()

    def _cancel_waiting(self) -> None:
        while True:
            try:
                job = self._jobs.get_nowait()
            except Empty:
                return
            if job is not None:
                self._free += 1
                job.future.cancel()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job.run()
            # let go of the result before sleeping on the queue: an idle thread must not keep a batch of rows alive
            del job
            with self._gate:
                self._free += 1
