"""What there is to say of each source at one moment, and the words for it that screen and line mode share. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import starmap
from zoneinfo import ZoneInfo

from msgspec import Struct

from evtui.config.duration import format_duration
from evtui.domain.asking import Status
from evtui.domain.reading import Topic
from evtui.domain.trip import Login, Spent, Trip
from evtui.report.figures import at, known, short_number, span
from evtui.report.words import UNKNOWN, age_text, word
from evtui.store.reach import Gap, Mend, gaps
from evtui.store.series import moment_of
from evtui.store.spending import forecast, spent_today
from evtui.store.state import Health, LaunchState, SourceSeen, SourceSpec, healths

SAME_TIME_S = 2.0
"""Seconds two clocks may differ before it is said: servers tell their time in whole seconds."""


class SourceFigures(Struct, frozen=True):
    """One source that is configured, at one moment."""

    health: Health
    provider: str
    seen: SourceSeen
    status: Status | None
    """How it is being asked; None where that is not known: a recording, an earlier moment."""
    gaps: tuple[Gap, ...]
    """Gaps of the last hours, oldest first."""
    today: Spent
    """What it has cost since midnight in the campaign's zone, as far as this program knows."""
    whole_day: float
    """USD it will have cost when the day is over: as planned, or as lately where nobody knows what is planned."""

    @property
    def topic(self) -> Topic:
        """Which one."""
        return self.health.topic

    @property
    def trip(self) -> Trip:
        """How the newest question went."""
        return self.seen.trip[1] if self.seen.trip else Trip()


def source_figures(state: LaunchState, statuses: Iterable[Status], now: datetime) -> tuple[SourceFigures, ...]:
    """Every configured source, in the order of the campaign file."""
    told, found = {status.topic: status for status in statuses}, healths(state, now)

    def figures(topic: Topic, spec: SourceSpec) -> SourceFigures:
        status = told.get(topic)
        return SourceFigures(
            found[topic],
            spec.provider,
            state.sources.get(topic, SourceSeen()),
            status,
            gaps(state, topic, now),
            spent_today(state, topic, now),
            forecast(state, topic, now, status.ahead if status else None),
        )

    return tuple(starmap(figures, state.specs.items()))


def total(spent: Iterable[Spent]) -> Spent:
    """All of it together."""
    return sum(spent, Spent())


def pace_words(source: SourceFigures) -> str:
    """How often it is asked: `5s`, `1m`, and `×2` where a dear source is slowed."""
    every = source.status.every if source.status else source.trip.every
    if every is None:
        return UNKNOWN
    slowed = f" ×{source.status.slowed:.1f}" if source.status and source.status.slowed >= 1.05 else ""
    return format_duration(timedelta(seconds=max(round(every.total_seconds()), 1))) + slowed


def next_words(source: SourceFigures, now: datetime, zone: ZoneInfo) -> str:
    """When it is asked next: `in 12s`, `now`, `asking 3s`, `left alone until 10:31:20`."""
    status = source.status
    if status is None:
        return UNKNOWN
    if status.asking is not None:
        return f"asking {age_text(max(now - status.asking, timedelta()))}"
    if status.next_at is None:
        return UNKNOWN
    if status.next_at <= now:
        return "now"
    if status.left_alone:
        return f"left alone until {at(status.next_at, zone)}"
    return f"in {age_text(status.next_at - now)}"


def took_words(trip: Trip) -> str:
    """How long the newest question took: `0.04s`, `1.2s`, `31s`."""
    took = known(trip.took_s)
    if took is None:
        return UNKNOWN
    return f"{took:.2f}s" if took < 0.995 else f"{took:.1f}s" if took < 9.95 else f"{took:.0f}s"


def held_words(trip: Trip) -> str:
    """That a source is to blame for keys and other sources that came late."""
    return f"its own code held the screen and every other source up for {trip.held_s:.1f} s"


def failures_words(source: SourceFigures) -> str:
    """How many questions in a row failed; where only the state is known, whether the newest did."""
    if source.status is not None:
        return f"{source.status.failures:,}"
    return UNKNOWN


def failing_words(status: Status) -> str:
    """`1 failure`, `7 failures in a row`."""
    return f"{status.failures:,} failures in a row" if status.failures > 1 else "1 failure"


def covered_words(health: Health) -> str:
    """`4/4`, or unknown; the note stands elsewhere."""
    coverage = health.coverage
    if coverage.seen is None:
        return UNKNOWN
    return f"{coverage.seen:,}/{coverage.expected:,}" if coverage.expected is not None else f"{coverage.seen:,}"


def left_of(login: Login, now: datetime) -> str:
    """`7h12m left`, `over`, `renews itself`; empty where nobody knows an end."""
    if login.expires is None:
        return ""
    left = login.expires - now
    if left <= timedelta():
        return "renews itself" if login.renews else "over"
    minutes = timedelta(minutes=1)
    written = f"{age_text(left - left % minutes).removesuffix('00s')} left" if left >= minutes else "<1m left"
    return f"{written}, renews itself" if login.renews else written


def logins(sources: Iterable[SourceFigures]) -> Mapping[Login, tuple[str, ...]]:
    """The logins in use, each with its sources; of one that was told of several times, as it was told last."""
    newest: dict[str, tuple[datetime, Login]] = {}
    used: dict[str, list[str]] = {}
    for source in sources:
        login = source.trip.login
        if login is None or source.seen.trip is None:
            continue
        used.setdefault(login.who, []).append(str(source.topic))
        told = (source.seen.trip[0], login)
        if login.who not in newest or newest[login.who][0] < told[0]:
            newest[login.who] = told
    return {login: tuple(used[who]) for who, (_, login) in newest.items()}


def login_words(login: Login, now: datetime) -> str:
    """In whose name, and for how long."""
    return ", ".join(filter(None, (word(login.who), left_of(login, now))))


def gap_words(gap: Gap, zone: ZoneInfo) -> str:
    """`gap 10:31–10:42, filled 10:43`; of a single minute `gap 10:31, filled 10:32`."""
    what = "gap" if gap.asked else "not asked"
    start = at(moment_of(gap.start), zone, "%H:%M")
    if gap.until is None:
        return f"{what} since {start}"
    until = at(moment_of(gap.until), zone, "%H:%M")
    last = at(gap.last, zone, "%H:%M")
    stretch = f"{what} {start}" if last == start else f"{what} {start}–{last}"
    match gap.mend:
        case Mend.FILLED:
            return f"{stretch}, filled {until}"
        case Mend.FILLING:
            return f"{stretch}, being filled since {until}"
        case Mend.PART:
            return f"{stretch}, filled {until} but for {gap.missing} of {gap.until - gap.start} minutes"
        case _:
            return f"{stretch}, answers since {until}"


def usd(amount: float) -> str:
    """A price: `US$1.23`, `US$0.0042`, `US$0`."""
    if not amount:
        return "US$0"
    value = known(amount)
    if value is None:
        return UNKNOWN
    return f"US${value:,.2f}" if value >= 0.995 else f"US${value:.4f}" if value >= 0.00005 else "<US$0.0001"


def spent_words(spent: Spent) -> str:
    """A price and what it was paid for: `US$0.12 (1,200 metrics, 3.1 MB read)`."""
    parts = [f"{short_number(spent.metrics)} metrics"] if spent.metrics else []
    parts += [f"{size(spent.scanned)} read"] if spent.scanned else []
    return usd(spent.usd) + (f" ({', '.join(parts)})" if parts else "")


def size(count: int) -> str:
    """Bytes in a unit that leaves at most four digits."""
    amount = float(count)
    for unit in ("bytes", "KB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "bytes" or amount >= 10 else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:,.0f} TB" if amount >= 10 else f"{amount:.1f} TB"


def clock_words(sent_at: datetime, trip: Trip) -> str:
    """How far our clock is off the server's, as far as one answer can tell; empty where it told no time."""
    skew = trip.skew_s(sent_at)
    if skew is None:
        return ""
    if abs(skew) <= SAME_TIME_S + (known(trip.took_s) or 0.0) / 2:
        return "ours agrees"
    return f"ours is {span(timedelta(seconds=abs(skew)))} {'ahead' if skew < 0 else 'behind'}"
