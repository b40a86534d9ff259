"""What holds for every answer and every refusal of a provider, as assertions. For the contract suite."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable
from datetime import datetime, timedelta
from time import monotonic

from evtui.domain.reading import Answer, FailureKind, Lookup, Topic
from evtui.providers._facts import VALUE_OF, leaves, news
from evtui.providers.base import Provider, SourceError
from evtui.text import DETAIL_LIMIT, clean

SECRET = "hunter2hunter2"
"""A password that no text may hold."""

MARK = "heard"
"""In front of every hostile text: where it does not come out again, the source was not made to say it."""

HOSTILE = (
    "\x1b[2J\x1b]0;owned\x07",
    "\x1b]52;c;cm0gLXJmIC8=\x07",
    "\x9b2J\x85\x00\x08\x7f",
    "user\u202etxt.exe\u2066\u200b\u2028\ufeff",
    "[@click=app.quit]x[/] [/x] [link=http://x",
    "line one\r\nline two\rline three",
    f"password={SECRET}",
    f"https://reader:{SECRET}@host.example/",
    "x" * 200_000,
)
"""What remote text may hold: control sequences, invisible signs, markup, secrets, too much of everything."""

WHY_LIMIT = 500
"""Characters of a reason: it stands on one line of a pane."""


def judge_answer(topic: Topic | Lookup, answer: object) -> None:
    """It is an answer to `topic`, in aware UTC times, finite numbers, whole minutes and clean words."""
    assert isinstance(answer, Answer), f"{topic}: {type(answer).__name__} is no Answer"
    wanted = VALUE_OF[topic]
    assert isinstance(answer.value, wanted), f"{topic}: {type(answer.value).__name__} is no {wanted.__name__}"
    texts = []
    for leaf in leaves(answer):
        if isinstance(leaf, datetime):
            assert leaf.tzinfo is not None, f"{topic}: {leaf} has no zone"
            assert leaf.utcoffset() == timedelta(), f"{topic}: {leaf} is not in UTC"
        elif isinstance(leaf, float):
            assert math.isfinite(leaf), f"{topic}: {leaf}"
        elif isinstance(leaf, str):
            texts.append(leaf)
    judge_texts(texts)
    seen, expected = answer.coverage.seen, answer.coverage.expected
    assert seen is None or expected is None or 0 <= seen <= expected, answer.coverage
    assert min(answer.spent.usd, answer.spent.metrics, answer.spent.scanned) >= 0, answer.spent
    for fact in news(answer.value):
        minute = getattr(fact, "minute", None)
        assert minute is None or (minute.second, minute.microsecond) == (0, 0), f"{topic}: {minute} is no whole minute"


def judge_texts(texts: Iterable[str]) -> None:
    """They are clean, of bounded length, and hold no secret."""
    for text in texts:
        assert len(text) <= 2 * DETAIL_LIMIT, f"{text[:40]!r}… has {len(text)} characters"
        assert clean(text, len(text) + 1) == text, f"{text[:200]!r} is not clean"
        assert SECRET not in text, f"{text[:200]!r} tells a secret"


def judge_refusal(error: SourceError) -> None:
    """It says of what kind it is and why, on one clean line, and nothing of the program's innards."""
    assert isinstance(error.kind, FailureKind)
    assert error.why, "it does not say why"
    for words in (error.why, error.remedy):
        assert "\n" not in words, words
        assert len(words) <= WHY_LIMIT, words
        assert not any(sign in words for sign in ("Traceback", " object at 0x", "Error(")), words
    judge_texts(words_of(error))


def words_of(error: SourceError) -> list[str]:
    """Every text of a refusal."""
    exchange = error.exchange
    return [error.why, error.remedy, *((exchange.asked, exchange.got) if exchange is not None else ())]


def judge_threads(before: set[threading.Thread], seconds: float) -> None:
    """Every thread that was not there `before` ends within `seconds`."""
    until = monotonic() + seconds
    left = set(threading.enumerate()) - before
    for thread in left:
        thread.join(max(until - monotonic(), 0.001))
    still = [thread.name for thread in left if thread.is_alive()]
    assert still == [], f"threads are left: {still}"


async def refusal(provider: Provider, topic: Topic) -> SourceError:
    """How it refuses to be polled."""
    try:
        answer = await provider.poll(topic, None)
    except SourceError as error:
        return error
    raise AssertionError(f"{topic}: a source that fails answered {answer.value}")


async def texts_of(provider: Provider, topic: Topic) -> list[str]:
    """Every text that comes of a poll, whether it is answered or refused."""
    try:
        answer = await provider.poll(topic, None)
    except SourceError as error:
        return words_of(error)
    return [leaf for leaf in leaves(answer) if isinstance(leaf, str)]
