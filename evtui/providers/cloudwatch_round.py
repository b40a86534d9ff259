"""One poll of a set of series: what is missing of them is asked for, and what came moves each of them on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct

from evtui.domain.campaign import Campaign
from evtui.domain.reading import Answer, Coverage, FailureKind, Value
from evtui.providers._aws import Aws
from evtui.providers._batches import few
from evtui.providers.base import SourceError
from evtui.providers.cloudwatch_ask import Heard, Round
from evtui.providers.cloudwatch_spans import Progress, Span, advance, minute_of, moment_of, news
from evtui.redact import admit

REACH = 48 * 60
"""Minutes of the past that are asked for: yesterday at the same time, and what is kept of CPU."""

FORBIDDEN = "Forbidden"
"""The status of a series that this login may not see."""


class Asker(Struct, frozen=True):
    """What a topic of CloudWatch asks with; `price` is in US dollars a thousand metrics."""

    aws: Aws
    campaign: Campaign
    price: float


class Cursor(Struct, frozen=True):
    """How far every series has been told of."""

    series: Mapping[str, Progress] = {}
    newest: int | None = None
    """The newest minute had, of any."""


class Merged(Struct, frozen=True):
    """What a round brought."""

    series: Mapping[str, Progress]
    fresh: Mapping[str, Mapping[int, float]]
    """key -> minute -> value that was not told before."""


def wanted(campaign: Campaign, now: int, *, baseline: bool = False) -> tuple[Span, ...]:
    """Minutes to know up to `now`: the last two days of the history, and with `baseline` the time before opening."""
    start = minute_of(campaign.history_start(moment_of(now)))
    spans: tuple[Span, ...] = ((max(start, now - REACH), now),)
    opens = minute_of(campaign.opens)
    if baseline and opens < now - REACH:
        spans = ((start, opens), *spans)
    return spans


def begin(cursor: Cursor, keys: Sequence[str], step: int = 1) -> dict[str, Progress]:
    """Where each of `keys` stands; one never asked for begins with `step` minutes a sample."""
    return {key: cursor.series.get(key, Progress(step=step)) for key in keys}


def merge(series: Mapping[str, Progress], heard: Sequence[Heard], spans: Sequence[Span], now: int) -> Merged:
    """Series after the answers to what was asked of them."""
    moved = dict(series)
    fresh: dict[str, dict[int, float]] = {key: {} for key in series}
    for answer in heard:
        for key in answer.ask.keys:
            points = answer.points.get(key, {})
            fresh[key].update(news(moved[key], points))
            whole = None if key in answer.failed else (answer.ask.start, answer.ask.end)
            moved[key] = advance(moved[key], whole, points, spans, now)
    return Merged(moved, fresh)


def gone(cursor: Cursor, series: Mapping[str, Progress], spans: Sequence[Span], now: int) -> dict[str, Progress]:
    """Series that are not asked for any more, as long as some of their minutes count: they may come back."""
    left = {key: advance(each, None, {}, spans, now) for key, each in cursor.series.items() if key not in series}
    return {key: each for key, each in left.items() if each.done}


def newest_of(cursor: Cursor, fresh: Mapping[str, Mapping[int, float]]) -> int | None:
    """The newest minute had, after these."""
    had = [minute for points in fresh.values() for minute in points]
    return max([*had, *([] if cursor.newest is None else [cursor.newest])], default=None)


def refused(trip: Round, noun: str) -> list[str]:
    """What went wrong with some series, in words.

    Raises:
        SourceError: with all of them, and none of them told anything.
    """
    why = {key: reason for answer in trip.heard for key, reason in answer.failed.items()}
    asked = {key for answer in trip.heard for key in answer.ask.keys}
    counts = Counter(why.values())
    told = any(points for answer in trip.heard for points in answer.points.values())
    words = []
    for reason, count in counts.items():
        which = few([admit(key, 80) for key in sorted(why) if why[key] == reason])
        named = f" ({which})" if count < len(asked) else ""
        words.append(f"{count} of {len(asked)} {noun}{named}: {reason}, asked again")
    if asked and len(why) == len(asked) and not told:
        kind = FailureKind.AUTH if set(why.values()) == {FORBIDDEN} else FailureKind.DOWN
        remedy = (
            "allow cloudwatch:GetMetricData; `evtui check --iam` prints the policy" if kind is FailureKind.AUTH else ""
        )
        raise SourceError(
            kind,
            "CloudWatch told nothing: " + "; ".join([*words, *trip.notes]),
            remedy,
            spent=trip.spent,
            login=trip.login,
            exchange=trip.exchange,
        )
    return words


def failing(trip: Round) -> frozenset[str]:
    """Series of which `refused` tells."""
    return frozenset(key for answer in trip.heard for key in answer.failed)


def where(trip: Round) -> str:
    """The region that was asked, as the end of a remark; empty where nothing was."""
    return f" in {trip.region}" if trip.region else ""


def answer(value: Value, trip: Round, cursor: Cursor, coverage: Coverage) -> Answer:
    """What a poll returns; its newest fact is the end of the newest minute had."""
    fact_time = None if cursor.newest is None else moment_of(cursor.newest + 1)
    return Answer(value, fact_time, coverage, cursor, trip.spent, trip.login, trip.exchange)


def remarks(words: Sequence[str]) -> str:
    """Remarks in one line, each once."""
    return "; ".join(dict.fromkeys(words))
