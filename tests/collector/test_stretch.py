"""Whose code it was that kept everything else waiting."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

import pytest
from provider_makers import NOTHING, Readings, poller

from evtui.collector.stretch import Stretches
from evtui.domain.reading import Answer, Failure, FailureKind
from evtui.providers.base import SourceError

BLOCKED_S, WAITED_S = 0.05, 0.3


async def patient() -> int:
    """Waits longer than it works."""
    await asyncio.sleep(WAITED_S)
    return 7


async def test_what_is_waited_for_is_not_counted_but_work_is() -> None:
    waiting = Stretches(patient)
    assert await waiting == 7
    assert 0 < waiting.longest_s < WAITED_S

    async def working() -> None:
        await asyncio.sleep(0)
        time.sleep(BLOCKED_S)
        await asyncio.sleep(0)

    blocking = Stretches(working)
    await blocking
    assert blocking.longest_s >= BLOCKED_S


async def test_any_awaitable_will_do() -> None:
    future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(future.set_result, 3)
    assert await Stretches(lambda: future) == 3


async def test_errors_and_cancellation_pass_through_and_may_be_dealt_with() -> None:
    async def failing() -> None:
        await asyncio.sleep(0)
        raise KeyError("x")

    with pytest.raises(KeyError):
        await Stretches(failing)
    seen: list[str] = []

    async def stubborn() -> str:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            seen.append("cancelled")
            await asyncio.sleep(0)
        return "tidied up"

    async def whole() -> str:
        said: str = await Stretches(stubborn)
        return said

    task = asyncio.create_task(whole())
    await asyncio.sleep(0)
    task.cancel()
    assert await task == "tidied up"
    assert seen == ["cancelled"]


async def test_one_that_is_cancelled_before_it_began_leaves_nothing_behind() -> None:
    async def whole() -> int:
        said: int = await Stretches(patient)
        return said

    task = asyncio.create_task(whole())
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def quiet(*_: object) -> Answer:
    return NOTHING


def blocked(*_: object) -> Answer:
    time.sleep(BLOCKED_S)
    return NOTHING


def blocked_and_refused(*_: object) -> Answer:
    time.sleep(BLOCKED_S)
    raise SourceError(FailureKind.DOWN, "gone")


@pytest.mark.parametrize(("deed", "held"), [(quiet, False), (blocked, True), (blocked_and_refused, True)])
async def test_whoever_holds_everything_up_is_named(
    deed: Callable[..., Any], held: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("evtui.collector.question.HELD_S", BLOCKED_S)
    polled, _ = poller(deed, Readings())
    with caplog.at_level(logging.WARNING):
        reading = await polled.poll_once()
    assert isinstance(reading.value, Failure) is (deed is blocked_and_refused)
    assert (reading.trip.held_s >= BLOCKED_S) is held
    assert ("held everything up for" in caplog.text) is held
