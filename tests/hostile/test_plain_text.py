"""Hostile text through the line mode: it is read out, and nothing of it reaches a terminal as anything but text."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from corpus import FORBIDDEN, HOSTILE
from hostile_sources import NOW, TG, HostileProvider, session

from evtui.clock import ManualClock
from evtui.commands.plain import Conversation
from evtui.domain.reading import FailureKind


def printed(failing: FailureKind | None) -> list[str]:
    """Everything that is ever printed over a platform whose every text is hostile, and what is typed too."""
    texts = [text[:300] for text in HOSTILE]
    out: list[str] = []

    async def inside() -> None:
        clock = ManualClock(NOW)
        provider = HostileProvider(texts)
        async with session(provider, clock) as watched:
            talk = Conversation(watched, timedelta(minutes=1), out.append)
            talk.greet()
            talk.begin()
            for _ in range(2):
                await watched.refresh()
                talk.tick()
                clock.advance(timedelta(minutes=90))
                provider.failing = failing
            for typed in ("s", "a", "o", "e", "r", TG, *texts):
                if (rest := talk.hear(typed)) is not None:
                    await rest

    asyncio.run(inside())
    return out


@pytest.mark.parametrize("failing", [None, FailureKind.DOWN, FailureKind.AUTH])
def test_nothing_but_text_is_printed(failing: FailureKind | None) -> None:
    out = printed(failing)
    assert len(out) > 100
    for text in out:
        assert text.endswith("\n")
        assert not (FORBIDDEN - {"\n"}) & set(text)


def test_every_sentence_is_one_line() -> None:
    report = [text for text in printed(None) if text.count("\n") > 1]
    # the report is the only thing that is printed as it was typeset
    assert len(report) == 1
    assert "監控回報" in report[0]
