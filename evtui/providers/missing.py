"""What stands in for a plug-in that cannot be used: its source is named on the screen, and nothing else stops."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn, Self

from evtui.domain.reading import Answer, FailureKind, Lookup, Topic
from evtui.providers import base
from evtui.providers.base import Context, Provider, Question, SourceError

REMEDY = "put that package right, or switch the source off with enabled = false"
"""What a person can do about it."""


class UnjudgedSettings(base.Settings, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """Accepts any keys: what they should be is not known while the plug-in cannot be loaded."""


class MissingProvider:
    """Answers every question with the reason for which the real provider is not there; see `stand_in`."""

    Settings: ClassVar[type[base.Settings]] = UnjudgedSettings
    topics: ClassVar[frozenset[Topic]] = frozenset(Topic)
    lookups: ClassVar[frozenset[Lookup]] = frozenset(Lookup)
    why: ClassVar[str] = "it is not there"

    @classmethod
    def open(cls, settings: Any, context: Context) -> Self:
        """Always opens."""
        return cls()

    async def poll(self, topic: Topic, cursor: object) -> Answer:
        """Raises SourceError, always: DATA, since asking again brings nothing."""
        self._refuse()

    async def look_up(self, lookup: Lookup, question: Question) -> Answer:
        """Raises SourceError, always: DATA, since asking again brings nothing."""
        self._refuse()

    async def aclose(self) -> None:
        """Nothing is held open."""

    def _refuse(self) -> NoReturn:
        raise SourceError(FailureKind.DATA, self.why, REMEDY)


def stand_in(reason: str) -> type[Provider]:
    """A provider class that says `reason`, a clean sentence, whatever it is asked."""
    return type("MissingProvider", (MissingProvider,), {"why": reason})
