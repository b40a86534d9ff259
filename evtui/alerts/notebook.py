"""What people add to a launch: marks in time, and alerts they have acknowledged or put off. Pure, like the rules.

No word here changes a fact: an acknowledged alert is still there, below the others, and stands up again when it gets
worse than what somebody had seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct, field
from msgspec.structs import replace

from evtui.alerts.rules import Alert, Severity


class Mark(Struct, frozen=True):
    """A moment somebody wanted to find again, with their own words; `by` is whoever sat at the terminal."""

    at: datetime
    text: str
    by: str


class Seen(Struct, frozen=True):
    """That somebody saw an alert as it was then. With `until` it was only put off to that moment."""

    key: str
    severity: Severity
    count: int
    at: datetime
    by: str
    until: datetime | None = None

    def covers(self, alert: Alert, now: datetime) -> bool:
        """Whether `alert` is still no worse than what was seen."""
        worse = alert.severity > self.severity or alert.count > self.count
        return alert.key == self.key and not worse and (self.until is None or now < self.until)


class Notebook(Struct, frozen=True):
    """Everything people added, in the order they did. `seen` is by alert key: the last word on it counts."""

    marks: tuple[Mark, ...] = ()
    seen: Mapping[str, Seen] = field(default_factory=dict)

    def with_mark(self, mark: Mark) -> Notebook:
        """With one mark more."""
        return replace(self, marks=(*self.marks, mark))

    def with_seen(self, seen: Seen) -> Notebook:
        """With an alert acknowledged or put off."""
        return replace(self, seen={**self.seen, seen.key: seen})

    def without_seen(self, key: str) -> Notebook:
        """With an acknowledgement taken back."""
        return replace(self, seen={held: seen for held, seen in self.seen.items() if held != key})


class Standing(Struct, frozen=True):
    """An alert, and who has seen it as bad as it is now; None: nobody."""

    alert: Alert
    seen: Seen | None = None


def standing(alerts: Sequence[Alert], notebook: Notebook, now: datetime) -> tuple[Standing, ...]:
    """The alerts with those that nobody has seen first, each part in the order it came."""
    found = [Standing(alert, _covering(notebook, alert, now)) for alert in alerts]
    return tuple(sorted(found, key=lambda each: each.seen is not None))


def _covering(notebook: Notebook, alert: Alert, now: datetime) -> Seen | None:
    seen = notebook.seen.get(alert.key)
    return seen if seen is not None and seen.covers(alert, now) else None
