"""Asking for an order code or a time, with the reason at once when a code cannot exist."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from evtui.domain.codes import OrderCode, parse_code
from evtui.errors import CodeError
from evtui.tui.lines import Line, wrapped
from evtui.tui.screens.prompt import Prompt

_TIME = re.compile(r"(?:(?:(\d{4})-)?(\d{1,2})-(\d{1,2})[ T]+)?(\d{1,2}):(\d{2})(?::(\d{2}))?\Z")


class GoTo(Prompt[OrderCode | datetime]):
    """Ends with a code, with a moment, or with None."""

    ASKS = "TG or TS code, or a time"

    def __init__(self, now: datetime, zone: ZoneInfo) -> None:
        super().__init__()
        self._now = now
        self._zone = zone

    def heard(self, text: str) -> list[Line]:
        """Constant: a code is judged when it is complete."""
        return [((" go to which order? a code, or a time such as 11:55 or 01-25 11:55; Esc leaves", "dim"),)]

    def take(self, text: str) -> None:
        """A code that can exist, a time, or one sentence why not."""
        moment = moment_of(text, self._now, self._zone)
        if moment is not None:
            self.dismiss(moment)
            return
        try:
            code = parse_code(text)
        except CodeError as error:
            why = f"'{text.strip()}' is no time: expected one such as 11:55, 11:55:30 or 01-25 11:55"
            said: Line = ((f" {why if ':' in text else error}", "alert"),)
            self.explain(wrapped(said, self.app.size.width)[: self.ROWS])
            return
        self.dismiss(code)


def moment_of(text: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The moment a time of day means, aware: today's, or yesterday's where today's is still to come; None: no time."""
    match = _TIME.match(text.strip())
    if match is None:
        return None
    year, month, day, hour, minute, second = (None if part is None else int(part) for part in match.groups())
    local = now.astimezone(zone)
    try:
        moment = local.replace(
            year=year or local.year,
            month=month or local.month,
            day=day or local.day,
            hour=hour or 0,
            minute=minute or 0,
            second=second or 0,
            microsecond=0,
        )
    except ValueError:
        return None
    return moment - timedelta(days=1) if month is None and moment > local else moment
