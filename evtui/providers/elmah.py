"""Errors from a folder of ELMAH XML files (`XmlFileErrorLog`), as an IIS machine or a share holds it.

A poll lists the folder and opens only files it has not dealt with: newest first, so that the screen is of use at once,
and a bounded number of them, the rest in the polls that follow. Names carry their UTC time, so what is older than the
horizon is never opened. Nothing is ever written, locked or moved.
"""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, date, datetime, time, tzinfo
from typing import Annotated, ClassVar, Self
from zoneinfo import ZoneInfo

from msgspec import Meta

from evtui.config.zones import zone_of
from evtui.domain.reading import Answer, ErrorBatch, FailureKind, Lookup, Topic
from evtui.errors import UsageError
from evtui.providers import base
from evtui.providers.elmah_folder import FolderCursor, Look, Scope, look_at
from evtui.providers.objections import Objections
from evtui.redact import admit

EVERYTHING = "all"
"""The word for `since` that reads the whole folder."""


class ElmahSettings(base.Settings, frozen=True, kw_only=True):
    """`[sources.errors]` with `provider = "elmah"`."""

    folder: Annotated[str, Meta(examples=["/mnt/elmah"])]
    """Folder of the files; a relative path starts at the campaign file."""
    since: str | None = None
    """How far back to read: a date or a time (ISO 8601, the campaign's zone where it has no offset), or `all`.
    Left out: the baseline before opening."""
    application: str | None = None
    """Only errors of this application, exactly as ELMAH writes it; left out: of all."""
    time_zone: str | None = None
    """Zone of times without an offset, which only very old ELMAH wrote; left out: the campaign's."""


class ElmahProvider:
    """Polls `errors` from a folder of ELMAH XML files."""

    Settings: ClassVar[type[base.Settings]] = ElmahSettings
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.ERRORS})
    lookups: ClassVar[frozenset[Lookup]] = frozenset()

    def __init__(
        self, folder: str, since: datetime | str | None, application: str | None, zone: tzinfo, context: base.Context
    ) -> None:
        self._folder = folder
        self._since = since
        self._application = application
        self._zone = zone
        self._context = context

    @classmethod
    def open(cls, settings: ElmahSettings, context: base.Context) -> Self:
        """A provider for the folder the settings name; the folder itself is not looked at yet.

        Raises:
            SettingsError: `folder` is empty, `since` is no time, or `time_zone` is no zone.
        """
        found = Objections()
        if not settings.folder.strip() or "\0" in settings.folder:
            found.add(f"folder: {admit(settings.folder, 60)!r} is no path; write the folder of the ELMAH XML files")
        folder = os.path.join(context.folder, os.path.expanduser(settings.folder))
        with found:
            zone = context.campaign.zone if settings.time_zone is None else _zone(settings.time_zone)
        with found:
            since = None if settings.since is None else _since(settings.since, context.campaign.zone)
        found.settle()
        application = None if settings.application is None else admit(settings.application)
        return cls(folder, since, application, zone, context)

    async def poll(self, topic: Topic, cursor: object) -> Answer:
        """Errors of files not dealt with before, newest first; `fact_time` is the time of the poll.

        The listing itself is the newest fact: a folder without a new file says that there was no new error until now,
        which is what one wants to know of a quiet log. Coverage counts files inside the horizon: `seen` are those whose
        error is known, `expected` all that should hold one, and the remark says why the others are missing.

        Raises:
            SourceError: DOWN for a folder that is missing or does not answer, DATA for a path that is no folder, AUTH
                for a folder that may not be listed or none of whose files may be opened.
        """
        if topic is not Topic.ERRORS:
            raise base.SourceError(FailureKind.DATA, f"an ELMAH folder tells of errors, not of {topic}")
        now = self._context.clock.now()
        before = cursor if isinstance(cursor, FolderCursor) else FolderCursor()
        scope = Scope(self._horizon(now), self._application, self._zone)
        look = await asyncio.to_thread(self._look, before, scope, now)
        return Answer(ErrorBatch(look.entries), now, look.coverage, look.cursor)

    async def look_up(self, lookup: Lookup, question: base.Question) -> Answer:
        """Never answers: ELMAH knows no orders.

        Raises:
            SourceError: always, DATA.
        """
        raise base.SourceError(FailureKind.DATA, f"an ELMAH folder answers no {lookup} look-up")

    async def aclose(self) -> None:
        """Nothing to let go of: files are closed as soon as they are read."""

    def _horizon(self, now: datetime) -> datetime | None:
        if self._since is None:
            return self._context.campaign.history_start(now)
        return self._since if isinstance(self._since, datetime) else None

    def _look(self, cursor: FolderCursor, scope: Scope, now: datetime) -> Look:
        shown = admit(self._folder, 200)
        try:
            look = look_at(self._folder, cursor, scope, now)
        except FileNotFoundError:
            raise base.SourceError(
                FailureKind.DOWN, f"there is no folder {shown}", "mount it, or put sources.errors.folder right"
            ) from None
        except NotADirectoryError:
            raise base.SourceError(
                FailureKind.DATA,
                f"{shown} is not a folder",
                "put sources.errors.folder right",
            ) from None
        except PermissionError:
            raise base.SourceError(
                FailureKind.AUTH, f"folder {shown} may not be listed", f"give this account read access to {shown}"
            ) from None
        except OSError as error:
            why = admit(error.strerror or type(error).__name__, 200)
            raise base.SourceError(FailureKind.DOWN, f"folder {shown} cannot be listed: {why}") from None
        if look.barred:
            raise base.SourceError(
                FailureKind.AUTH,
                f"none of the {len(look.cursor.waiting):,} files in {shown} may be opened",
                f"give this account read access to the files in {shown}",
            )
        return look


def _zone(name: str) -> ZoneInfo:
    try:
        return zone_of(name)
    except UsageError as error:
        raise UsageError(f"time_zone: {error}") from None


def _since(text: str, zone: tzinfo) -> datetime | str:
    if text == EVERYTHING:
        return EVERYTHING
    try:
        at = datetime.combine(date.fromisoformat(text), time()) if len(text) <= 10 else datetime.fromisoformat(text)
        return (at if at.tzinfo is not None else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(
            f"since: {admit(text, 60)!r} is not a time; write one such as 2024-01-24, "
            f'2024-01-24T10:00 or "{EVERYTHING}"'
        ) from None
