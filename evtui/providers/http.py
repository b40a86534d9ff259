"""Any topic, and the status of one order, from any API that answers JSON over HTTP.

Asked with GET, or with POST where the question stands in a body; nothing is ever written. What the JSON means stands in
the table `map`. Each poll goes on from the newest row that was told, if the API is asked for `{since}`, and looks back
a little behind it: any line may come again, and nothing is counted twice.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from msgspec import Struct
from msgspec.structs import replace

from evtui.domain.reading import Answer, FailureKind, Lookup, OrderBatch, Topic
from evtui.providers import base
from evtui.providers._http import Http, Reply
from evtui.providers.base import Context, Question, SourceError
from evtui.providers.http_paging import Pager, Place
from evtui.providers.http_query import HttpSettings, check, fill, fill_json, fill_path, page_lists
from evtui.providers.mapping import JsonMap, Mapped
from evtui.providers.mapping_gather import Known
from evtui.providers.mapping_topics import FIELDS
from evtui.providers.mapping_values import BadRow
from evtui.providers.objections import Objections

READ_SECONDS = 2.0
"""Wall time after which a poll begins no further page: a long history is spread over several polls and shows as it
goes, instead of running into the collector's deadline each time anew."""

MOST_PAGES = 5_000
"""Pages of one round, over all polls: an API that has more has no end."""

MANY_ROWS = 300
"""Rows from which they are read in a thread: fewer hold the screen up for a few milliseconds."""

OVERLAP = timedelta(minutes=1)
"""How far back a poll looks behind the newest row: commits arrive out of order."""

MINUTES_OVERLAP = timedelta(minutes=10)
"""The same for figures by the minute, which are published late and corrected later."""

BY_MINUTE = frozenset({Topic.CPU, Topic.TRAFFIC, Topic.CHARTS})
GROWING = BY_MINUTE | {Topic.ORDERS, Topic.ERRORS}
"""Topics that can be told in parts; of the others, half an answer would pass for the whole."""


class Position(Struct, frozen=True):
    """The cursor. A round is all pages of one question, over as many polls as they take; a launch of many sale pages is
    asked about in several batches, one after the other."""

    known: Known = Known()
    batch: int = 0
    """Which batch of sale pages the next poll asks about first."""
    place: Place | None = None
    """Where to go on within it; None: at its beginning."""
    since: datetime | None = None
    """What the round asks for, while it goes on."""
    began: datetime | None = None
    """When the round began."""
    pages: int = 0
    """Pages that were read in it."""
    whole: bool = True
    """Whether every row of it could be read so far."""
    whole_at: datetime | None = None
    """When the last round began that was read to its end, every row of it."""

    @property
    def amid(self) -> bool:
        """Whether the next poll goes on with a round, and does not begin one."""
        return self.batch > 0 or self.place is not None


class Pages(Struct):
    """What one poll has read."""

    rows: list[Any]
    reply: Reply
    as_of: datetime | None
    """The moment the oldest batch tells of."""
    place: Place | None
    count: int
    batch: int = 0
    """Where to go on, with `place`; both are at their beginning where the round is over."""

    @property
    def over(self) -> bool:
        """Whether this was the end of a round."""
        return self.batch == 0 and self.place is None


class HttpProvider:
    """Whatever the settings map, from an API of somebody's own making."""

    Settings: ClassVar[type[base.Settings]] = HttpSettings
    topics: ClassVar[frozenset[Topic]] = frozenset(topic for topic in FIELDS if isinstance(topic, Topic))
    lookups: ClassVar[frozenset[Lookup]] = frozenset({Lookup.ORDER_STATUS})

    def __init__(self, settings: HttpSettings, context: Context, http: Http, mapping: JsonMap, pager: Pager) -> None:
        self._settings = settings
        self._context = context
        self._http = http
        self._map = mapping
        self._pager = pager
        self._batches = page_lists(settings, context.campaign)

    @classmethod
    def open(cls, settings: HttpSettings, context: Context) -> Self:
        """A provider for the API the settings describe; nothing is asked yet.

        Raises:
            SettingsError: an address, an expression, a field or a word in braces that cannot be meant.
        """
        found = Objections()
        with found:
            http = Http.open(settings, context, kind="the API", remedy="see to url and path")
        with found:
            check(settings, context.topic)
        with found:
            mapping = JsonMap.open(settings.map, context)
        with found:
            pager = Pager.open(settings.paging)
        found.settle()
        return cls(settings, context, http, mapping, pager)

    async def poll(self, topic: Topic, cursor: object) -> Answer:
        """What the API tells of `topic` since `cursor`, as many pages of it as may be asked for at once.

        Raises:
            SourceError: not reachable, refused, or not what was agreed; pages without end.
        """
        now = self._context.clock.now()
        before = cursor if isinstance(cursor, Position) else Position()
        if not before.amid:
            before = replace(before, since=self._since(topic, before.known, now), began=now, pages=0, whole=True)
        values = self._values(before.since or now, before.began or now)
        read = await self._read(values, before, parts=topic in GROWING)
        mapped = await self._mapped(topic, read, now, before.known)
        after = self._position(before, read, mapped)
        value = mapped.value
        if isinstance(value, OrderBatch):
            value = OrderBatch(value.lines, before.whole_at)
        fact_time = read.as_of or mapped.fact_time(now, topic)
        coverage = replace(mapped.coverage, more=not read.over)
        reply = read.reply
        return Answer(value, fact_time, coverage, after, login=reply.login, exchange=reply.exchange)

    async def look_up(self, lookup: Lookup, question: Question) -> Answer:
        """All lines of one group; an empty batch where the API knows none.

        Raises:
            SourceError: as for `poll`.
        """
        if lookup not in self.lookups:
            raise SourceError(FailureKind.DATA, f"an API is not asked for {lookup}")
        now = self._context.clock.now()
        code = question.tg_code or str(question.code)
        values = {**self._values(question.created_at or self._context.campaign.history_start(now), now), "code": code}
        read = await self._read(values, Position(), parts=False)
        mapped = await self._mapped(lookup, read, now, Known())
        assert isinstance(mapped.value, OrderBatch), "what order_status is mapped to"
        # a search that finds more than it was asked for tells of other people's orders
        lines = tuple(line for line in mapped.value.lines if code in (line.tg_code, line.ts_code))
        reply, fact_time = read.reply, read.as_of or now
        return Answer(OrderBatch(lines), fact_time, mapped.coverage, login=reply.login, exchange=reply.exchange)

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._http.aclose()

    def _since(self, topic: Topic, known: Known, now: datetime) -> datetime:
        start = self._context.campaign.history_start(now)
        if known.newest is None:
            return start
        given = self._settings.overlap
        usual = MINUTES_OVERLAP if topic in BY_MINUTE else OVERLAP
        return max(start, known.newest - (usual if given is None else timedelta(seconds=given)))

    def _values(self, since: datetime, until: datetime) -> dict[str, str]:
        """What stands in the place of the words in braces, but for the sale pages."""
        times, shop = self._map.times, self._context.campaign.shop
        return {"since": times.write(since), "until": times.write(until), "shop": str(shop.id)}

    async def _read(self, values: Mapping[str, str], before: Position, *, parts: bool) -> Pages:
        """Batch after batch, until the last one, or as far as one poll goes where an answer can be told in parts."""
        until = time.monotonic() + READ_SECONDS if parts else math.inf
        last, place = len(self._batches) - 1, before.place
        read = None
        for batch in range(min(before.batch, last), last + 1):
            asked = {**values, "pages": self._batches[batch]}
            count = before.pages + (read.count if read else 0)
            more = await self._read_batch(asked, place, count, until, parts=parts)
            read = _joined(read, more)
            read.batch, place = batch, None
            if read.place is not None:
                return read
            if batch < last and time.monotonic() >= until:
                read.batch = batch + 1
                return read
        assert read is not None, "a launch has sale pages"
        read.batch = 0
        return read

    async def _read_batch(
        self, values: Mapping[str, str], place: Place | None, before: int, until: float, *, parts: bool
    ) -> Pages:
        """Page after page, until the last one, or until time is up where an answer can be told in parts."""
        read: Pages | None = None
        seen: set[Place | None] = set()
        while True:
            seen.add(place)
            document, reply = await self._page(values, place)
            same = read is not None and reply.body == read.reply.body
            try:
                rows = self._map.rows(document)
                place = self._pager.after(place, len(rows), document, reply.headers, reply.url)
            except (SourceError, BadRow) as error:
                kind = error.kind if isinstance(error, SourceError) else FailureKind.DATA
                raise self._http.failure(kind, f"was not understood: {error}", reply) from None
            if rows and (same or (place is not None and place in seen)):
                raise self._http.failure(
                    FailureKind.DATA,
                    "sends the same page again and again: paging has to fit what it understands",
                    reply,
                )
            read = Pages([], reply, self._map.as_of(document), place, 0) if read is None else read
            read.rows += rows
            read.reply, read.place, read.count = reply, place, read.count + 1
            if place is None:
                return read
            if before + read.count >= MOST_PAGES:
                raise self._http.failure(FailureKind.DATA, f"does not end: {MOST_PAGES:,} pages and more follow", reply)
            if read.count >= self._pager.most or time.monotonic() >= until:
                if parts:
                    return read
                why = f"has more than {read.count} pages, and half an answer is none: raise paging.max_pages"
                raise self._http.failure(FailureKind.DATA, why, reply)

    async def _page(self, values: Mapping[str, str], place: Place | None) -> tuple[object, Reply]:
        settings = self._settings
        paged, address = self._pager.question(place)
        body = fill_json(settings.body, values).encode() if settings.body else None
        if address:
            return await self._http.json(settings.method, address, body=body)
        params = {name: fill(text, values) for name, text in settings.query.items()} | paged
        return await self._http.json(settings.method, fill_path(settings.path, values), params=params, body=body)

    async def _mapped(self, topic: Topic | Lookup, read: Pages, now: datetime, known: Known) -> Mapped:
        try:
            if len(read.rows) < MANY_ROWS:
                return self._map.read(topic, read.rows, now, known)
            return await asyncio.to_thread(self._map.read, topic, read.rows, now, known)
        except SourceError as error:
            raise self._http.failure(error.kind, f"was not understood: {error.why}", read.reply) from None

    @staticmethod
    def _position(before: Position, read: Pages, mapped: Mapped) -> Position:
        whole = before.whole and mapped.whole
        if not read.over:
            pages = before.pages + read.count
            return replace(before, known=mapped.known, batch=read.batch, place=read.place, pages=pages, whole=whole)
        # a round with rows that nobody could read says nothing of what they held
        return Position(mapped.known, whole_at=before.began if whole else None)


def _joined(first: Pages | None, then: Pages) -> Pages:
    """What two batches told, as one answer that is as old as the older of them."""
    if first is None:
        return then
    moments = [moment for moment in (first.as_of, then.as_of) if moment is not None]
    then.rows = first.rows + then.rows
    then.as_of, then.count = min(moments, default=None), first.count + then.count
    return then
