"""The last minutes of a source in signs: answered, failed, failed and made good since, not asked."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby

from evtui.report.sources import SourceFigures
from evtui.store.reach import Mend
from evtui.store.series import minute_of
from evtui.tui.lines import Line, Run

NAME = 9
"""Cells of a source's name in front of its strip."""

_ANSWERED: Run = ("·", "ok")
_FAILED: Run = ("✗", "alert")
_FILLED: Run = ("o", "warn")
_NOBODY: Run = (" ", "")

LEGEND: tuple[Line, ...] = tuple(
    (sign, (f" {words}  ", "dim"))
    for sign, words in ((_ANSWERED, "answered"), (_FAILED, "failed"), (_FILLED, "failed, filled since"))
)
"""What the signs mean; a minute in which nobody asked is blank."""


def strip(until: datetime, source: SourceFigures, cells: int) -> Line:
    """The `cells` minutes up to and with that of `until`, one a cell, in few runs."""
    end = minute_of(until) + 1
    answered = dict(source.seen.reach.between(end - cells, end))
    mended = [gap for gap in source.gaps if gap.mend in (Mend.FILLED, Mend.OVER)]

    def sign(minute: int) -> Run:
        value = answered.get(minute)
        if value is None:
            return _NOBODY
        if value:
            return _ANSWERED
        return _FILLED if any(gap.until and gap.start <= minute < gap.until for gap in mended) else _FAILED

    signs = [sign(minute) for minute in range(end - cells, end)]
    return tuple(("".join(text for text, _ in run), style) for style, run in groupby(signs, key=lambda each: each[1]))
