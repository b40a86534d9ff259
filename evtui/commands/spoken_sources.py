"""The sources in sentences, one fact a line: how each is, how it is asked, its gaps, its login, what the day costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from evtui.commands.spoken import Moment
from evtui.domain.asking import Status
from evtui.report.notes import left_out, unusable
from evtui.report.sources import (
    SourceFigures,
    failing_words,
    gap_words,
    login_words,
    logins,
    next_words,
    pace_words,
    source_figures,
    spent_words,
    took_words,
    total,
    usd,
)
from evtui.report.words import UNKNOWN, age_text, word


def every_source(here: Moment, statuses: Iterable[Status]) -> Iterator[str]:
    """Each source on a line of its own, gaps and logins behind it; then what the day costs, where it does."""
    found = source_figures(here.state, statuses, here.now)
    if not found:
        yield "No source is configured."
    for source in found:
        yield f"{_asked_how(here, source)}."
        yield from (f"Source {source.topic}: {gap_words(gap, here.zone)}." for gap in source.gaps)
    for login, used in logins(found).items():
        remedy = f"; to renew it: {word(login.remedy)}" if login.is_ending(here.now) and login.remedy else ""
        yield f"Login {login_words(login, here.now)}, for {', '.join(used)}{remedy}."
    today, day = total(each.today for each in found), sum(each.whole_day for each in found)
    if today.usd:
        rest = f"the whole day {usd(day)}, {usd(here.campaign.budget.usd_per_day)} at most"
        yield f"Cost today {spent_words(today)}, {rest}."


def _asked_how(here: Moment, source: SourceFigures) -> str:
    """How a source is and how it is being asked; what nobody knows is left out."""
    health = source.health
    said = left_out(health)
    pace, took, after = pace_words(source), took_words(source.trip), next_words(source, here.now, here.zone)
    alone = source.status is not None and source.status.left_alone
    parts = [
        f"Source {source.topic} is ok" if health.usable else f"Source {unusable(here.state, health)}",
        f"newest fact {age_text(health.fact_age)} old" if health.fact_age is not None else "",
        f"partial: {said}" if said and health.usable else "",
        f"asked every {pace}" if pace != UNKNOWN else "",
        f"took {took}" if took != UNKNOWN else "",
        failing_words(source.status) if source.status and source.status.failures else "",
        "" if after == UNKNOWN else after if alone else f"next {after}",
    ]
    return ", ".join(filter(None, parts))
