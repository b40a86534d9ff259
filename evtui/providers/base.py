"""What a source must be able to do: poll a topic, answer a look-up, close.

A provider declares its settings as a msgspec struct, the topics it can poll and the look-ups it can answer. It keeps no
position: whatever it needs to go on from is in the cursor it returned last. Blocking work goes through
`asyncio.to_thread`; the loop's default executor is ours and daemonic, so no hung call can hold up quitting. What does
not go through it, such as `time.sleep` in `poll`, stops the screen and every other source for as long as it takes:
nobody can prevent that, but whoever does it is named in the log and on its source's page.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Protocol, Self, runtime_checkable

import msgspec
from msgspec import Struct, field

from evtui.clock import Clock
from evtui.domain.campaign import Campaign
from evtui.domain.codes import OrderCode
from evtui.domain.reading import Answer, FailureKind, Lookup, Topic
from evtui.domain.trip import Exchange, Login, Spent


class SourceError(Exception):
    """A source that could not answer; the text is one clean sentence for the pane, without secrets.

    `retry_after` are seconds that the source itself asked to be left alone; `spent`, `login` and `exchange` as in an
    answer: a question that failed was sent too.
    """

    def __init__(
        self,
        kind: FailureKind,
        why: str,
        remedy: str = "",
        *,
        retry_after: float | None = None,
        spent: Spent = Spent(),
        login: Login | None = None,
        exchange: Exchange | None = None,
    ) -> None:
        super().__init__(why)
        self.kind = kind
        self.why = why
        self.remedy = remedy
        self.retry_after = retry_after
        self.spent = spent
        self.login = login
        self.exchange = exchange


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Base of every provider's settings; the keys every source has (`provider`, `every`, `delay`) are not in it."""


class Context(Struct, frozen=True):
    """What a provider is given to live with."""

    campaign: Campaign
    clock: Clock
    environ: Mapping[str, str]
    """Where secrets come from; never the campaign file."""
    folder: str = "."
    """Folder of the campaign file: relative paths in settings start there."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """What the command line asks of a simulation: `scenario` and `seed`."""
    shared: dict[Any, Any] = field(default_factory=dict)
    """One per session: where several sources of one provider share what is costly, such as a world or an engine."""
    topic: Topic | Lookup | None = None
    """What the settings stand for; None where nobody said. A provider that can be mapped to anything needs it."""


class Question(Struct, frozen=True):
    """What a look-up is about: an order code, and what is already known of its group."""

    code: OrderCode
    tg_code: str | None = None
    ts_codes: tuple[str, ...] = ()
    created_at: datetime | None = None


class Provider(Protocol):
    """A source. `open` reads settings and must not touch the network or the disk; `poll` and `look_up` may."""

    Settings: ClassVar[type[Settings]]
    topics: ClassVar[frozenset[Topic]]
    lookups: ClassVar[frozenset[Lookup]]

    @classmethod
    def open(cls, settings: Any, context: Context) -> Self:
        """A provider ready to be asked.

        Raises:
            UsageError: settings that cannot work, in one sentence naming key, value and what would be right.
        """

    async def poll(self, topic: Topic, cursor: object) -> Answer:
        """What is new since `cursor` (None: everything from `campaign.history_start`).

        Raises:
            SourceError: the source gave no usable answer.
        """

    async def look_up(self, lookup: Lookup, question: Question) -> Answer:
        """The answer to one question about one order: an `OrderBatch` for `order_status`, `ChainFacts` for the others.

        Raises:
            SourceError: the source gave no usable answer.
        """

    async def aclose(self) -> None:
        """Let go of connections; safe to call twice."""


class Permission(Struct, frozen=True):
    """One statement of the least policy an account needs: AWS actions on resources, and what for."""

    actions: tuple[str, ...]
    why: str
    resources: tuple[str, ...] = ("*",)


@runtime_checkable
class NeedsPermissions(Protocol):
    """A provider class whose account has to be allowed things; `evtui check --iam` puts them into a policy."""

    @classmethod
    def permissions(cls, settings: Any, campaign: Campaign) -> tuple[Permission, ...]:
        """What a source with these settings asks for, no more."""
