"""The loop's executor: does its work, and keeps neither `asyncio.run` nor the interpreter from ending."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from contextvars import copy_context

import pytest

from evtui.providers._threads import HUNG_S, KEPT_FREE, MOST, URGENT, WORKERS, DaemonExecutor

HUNG_CALL = """
import asyncio, socket, sys, time
from evtui.providers._threads import DaemonExecutor

async def main():
    asyncio.get_running_loop().set_default_executor(DaemonExecutor())
    server = socket.create_server(("127.0.0.1", 0))
    hung = asyncio.ensure_future(asyncio.to_thread(server.accept))
    done = await asyncio.to_thread(lambda: 42)
    if sys.argv[1] == "timed out":
        try:
            await asyncio.wait_for(hung, 0.05)
        except asyncio.TimeoutError:
            pass
    print(done, flush=True)

asyncio.run(main())
print(time.monotonic(), flush=True)
"""


@pytest.mark.parametrize("how", ["left running", "timed out"])
def test_a_hung_call_holds_up_neither_the_loop_nor_the_interpreter(how: str) -> None:
    with subprocess.Popen([sys.executable, "-c", HUNG_CALL, how], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "42\n"
        answered = time.monotonic()
        left_loop = float(process.stdout.readline())
        assert process.wait(timeout=10) == 0
        ended = time.monotonic()
    assert left_loop - answered < 1.0
    assert ended - answered < 1.0


async def test_results_and_errors_reach_whoever_asked() -> None:
    asyncio.get_running_loop().set_default_executor(DaemonExecutor(2))
    assert await asyncio.to_thread(pow, 2, 10) == 1024
    with pytest.raises(ZeroDivisionError):
        await asyncio.to_thread(divmod, 1, 0)


def test_calls_beyond_the_limit_wait_and_then_run_in_order() -> None:
    pool = DaemonExecutor(2)
    release = threading.Event()
    ran: list[int] = []
    blockers = [pool.submit(release.wait, 10) for _ in range(2)]
    waiting = [pool.submit(ran.append, number) for number in range(50)]
    assert not any(future.done() for future in waiting)
    release.set()
    assert all(future.result(timeout=10) for future in blockers)
    for future in waiting:
        future.result(timeout=10)
    assert sorted(ran) == list(range(50))
    pool.shutdown()


def test_threads_are_daemonic_bounded_and_reused() -> None:
    pool = DaemonExecutor(3, thread_name_prefix="bounded")
    release = threading.Event()
    futures = [pool.submit(release.wait, 10) for _ in range(10)]
    mine = [thread for thread in threading.enumerate() if thread.name.startswith("bounded")]
    assert len(mine) == 3
    assert all(thread.daemon for thread in mine)
    release.set()
    for future in futures:
        future.result(timeout=10)
    seen = {pool.submit(threading.get_ident).result(timeout=10) for _ in range(20)}
    assert seen <= {thread.ident for thread in mine}
    pool.shutdown()
    for thread in mine:
        thread.join(timeout=10)
        assert not thread.is_alive()


def test_one_call_after_another_needs_one_thread() -> None:
    pool = DaemonExecutor(8, thread_name_prefix="single")
    for _ in range(20):
        assert pool.submit(int, "7").result(timeout=10) == 7
        _wait_until(lambda: not pool._running)
    assert len([thread for thread in threading.enumerate() if thread.name.startswith("single")]) == 1
    pool.shutdown()


def _wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.0005)


def test_a_cancelled_call_does_not_run_and_harms_nothing() -> None:
    pool = DaemonExecutor(1)
    release = threading.Event()
    ran: list[str] = []
    blocker = pool.submit(release.wait, 10)
    cancelled = pool.submit(ran.append, "cancelled")
    kept = pool.submit(ran.append, "kept")
    assert cancelled.cancel()
    release.set()
    kept.result(timeout=10)
    assert blocker.result(timeout=10)
    assert ran == ["kept"]
    pool.shutdown()


def test_shutdown_refuses_new_calls_and_runs_or_cancels_the_waiting_ones() -> None:
    for cancel in (False, True):
        pool = DaemonExecutor(1)
        release = threading.Event()
        blocker = pool.submit(release.wait, 10)
        _wait_until(blocker.running)
        waiting = pool.submit(int, "5")
        pool.shutdown(wait=True, cancel_futures=cancel)
        with pytest.raises(RuntimeError, match="after shutdown"):
            pool.submit(int, "1")
        release.set()
        assert blocker.result(timeout=10)
        if cancel:
            with pytest.raises(CancelledError):
                waiting.result(timeout=10)
        else:
            assert waiting.result(timeout=10) == 5


class Hanging:
    """Calls that do not end until they are let go, in a pool whose time the test keeps."""

    def __init__(self, *, max_workers: int = WORKERS, most: int = MOST) -> None:
        self.seconds = 0.0
        self.release = threading.Event()
        self.pool = DaemonExecutor(max_workers, most=most, clock=lambda: self.seconds)

    def submit(self, count: int, *, urgent: bool = False) -> list[Future[bool]]:
        token = URGENT.set(urgent)
        try:
            return [self.pool.submit(self.release.wait, 10) for _ in range(count)]
        finally:
            URGENT.reset(token)

    def running(self) -> int:
        return len(self.pool._running)


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    made = Hanging()
    yield made
    made.release.set()
    made.pool.shutdown()


class TestUrgency:
    """Whoever a human is waiting for goes first, and always finds a thread."""

    def test_routine_calls_leave_threads_to_urgent_ones(self, hanging: Hanging) -> None:
        routine = hanging.submit(WORKERS + 5)
        _wait_until(lambda: hanging.running() == WORKERS - KEPT_FREE)
        urgent = hanging.submit(KEPT_FREE, urgent=True)
        _wait_until(lambda: all(future.running() for future in urgent))
        assert sum(future.running() for future in routine) == WORKERS - KEPT_FREE

    def test_of_those_that_wait_urgent_ones_run_first(self) -> None:
        pool = DaemonExecutor(1)
        release, ran = threading.Event(), list[str]()
        blocker = pool.submit(release.wait, 10)
        _wait_until(blocker.running)
        waiting = [pool.submit(ran.append, "routine")]
        token = URGENT.set(True)
        waiting += [pool.submit(ran.append, "urgent"), pool.submit(ran.append, "urgent too")]
        URGENT.reset(token)
        release.set()
        for future in waiting:
            future.result(timeout=10)
        assert ran == ["urgent", "urgent too", "routine"]
        pool.shutdown()

    async def test_a_call_in_a_thread_is_as_urgent_as_the_task_that_asks_for_it(self) -> None:
        pool = DaemonExecutor(1)
        asyncio.get_running_loop().set_default_executor(pool)
        release, ran = threading.Event(), list[str]()
        blocker = pool.submit(release.wait, 10)
        _wait_until(blocker.running)
        routine = asyncio.create_task(asyncio.to_thread(ran.append, "routine"))
        context = copy_context()
        context.run(URGENT.set, True)
        urgent = asyncio.create_task(asyncio.to_thread(ran.append, "urgent"), context=context)
        await asyncio.sleep(0)
        release.set()
        await asyncio.gather(routine, urgent)
        assert ran == ["urgent", "routine"]


class TestHung:
    """Calls that never come back make room for others, up to a bound."""

    def test_a_hung_call_is_replaced_by_a_thread(self, hanging: Hanging) -> None:
        hung = hanging.submit(WORKERS - KEPT_FREE)
        _wait_until(lambda: all(future.running() for future in hung))
        (late,) = hanging.submit(1)
        hanging.seconds = HUNG_S + 1
        assert not late.running()
        assert hanging.pool.submit(int, "7").result(timeout=10) == 7
        _wait_until(late.running)

    def test_there_is_an_end_to_it(self) -> None:
        hanging = Hanging(max_workers=2, most=5)
        for _ in range(8):
            hanging.submit(2)
            hanging.seconds += HUNG_S + 1
        _wait_until(lambda: hanging.running() == 5)
        assert hanging.pool._threads_now == 5
        hanging.release.set()
        hanging.pool.shutdown()

    def test_threads_that_are_not_needed_any_more_end(self, hanging: Hanging) -> None:
        for _ in range(4):
            hanging.submit(WORKERS - KEPT_FREE)
            hanging.seconds += HUNG_S + 1
        _wait_until(lambda: hanging.running() > WORKERS)
        hanging.release.set()
        _wait_until(lambda: hanging.running() == 0 and hanging.pool._threads_now <= WORKERS)
        assert hanging.pool.submit(int, "7").result(timeout=10) == 7
