"""Any topic from the output of a program: fixed arguments, no shell, and limits on all it may take.

Whoever can change the campaign file chooses the program; nothing that comes from a source does. It runs with this
account's rights, reads nothing from the terminal, and is ended with everything it started.
"""

from __future__ import annotations

import asyncio
import os
from datetime import datetime, timedelta
from typing import ClassVar, Self

from msgspec import Struct
from msgspec.structs import replace

from evtui.domain.reading import Answer, FailureKind, Lookup, OrderBatch, Topic
from evtui.providers import base
from evtui.providers.base import Context, Question, SourceError
from evtui.providers.command_output import read_document, read_lines
from evtui.providers.command_run import Limits, Outcome, Run
from evtui.providers.command_settings import CommandSettings, check
from evtui.providers.command_words import Teller
from evtui.providers.mapping import JsonMap, Mapped
from evtui.providers.mapping_gather import Known
from evtui.providers.objections import Objections
from evtui.providers.secret import Secret

ALWAYS_PASSED = ("PATH", "HOME", "LANG")
"""Variables every program gets: without them the simplest script does not find its tools or its settings."""

AT_ONCE = 2
"""Runs that may be under way at once: each holds a thread, and a program that hangs must not take the others'."""


class Cursor(Struct, frozen=True):
    """What was told so far, and when the last answer was asked for that could be read whole."""

    known: Known = Known()
    whole_at: datetime | None = None


class _Wish(Struct, frozen=True):
    """What a run is for."""

    topic: Topic | Lookup
    at: datetime
    known: Known
    argv: tuple[str, ...]


class CommandProvider:
    """Runs a program for every question, and reads what it prints."""

    Settings: ClassVar[type[base.Settings]] = CommandSettings
    topics: ClassVar[frozenset[Topic]] = frozenset(Topic)
    lookups: ClassVar[frozenset[Lookup]] = frozenset({Lookup.ORDER_STATUS})

    def __init__(self, settings: CommandSettings, context: Context, mapping: JsonMap) -> None:
        self._settings = settings
        self._context = context
        self._map = mapping
        self._folder = os.path.abspath(context.folder)
        self._teller = Teller(settings, self._folder)
        self._runs: set[Run] = set()

    @classmethod
    def open(cls, settings: CommandSettings, context: Context) -> Self:
        """A provider that will run the program; whether it is there is seen then.

        Raises:
            UsageError: settings that cannot work.
        """
        found = Objections()
        with found:
            check(settings, context.topic)
        with found:
            mapping = JsonMap.open(settings.map, context)
        found.settle()
        return cls(settings, context, mapping)

    async def poll(self, topic: Topic, cursor: object) -> Answer:
        """What the program tells of `topic` now.

        Raises:
            SourceError: it cannot be run, it failed, it passed a limit, or it printed something else than agreed.
        """
        before = cursor if isinstance(cursor, Cursor) else Cursor()
        now = self._context.clock.now()
        answer, mapped = await self._ask(_Wish(topic, now, before.known, self._argv(now, before.known)))
        value = answer.value
        if isinstance(value, OrderBatch) and "{since}" in self._settings.command:
            value = OrderBatch(value.lines, before.whole_at)
        after = Cursor(mapped.known, now if mapped.whole else None)
        return replace(answer, value=value, cursor=after)

    async def look_up(self, lookup: Lookup, question: Question) -> Answer:
        """The lines of the group that a TG or TS code belongs to; an empty batch where the program knows none.

        Raises:
            SourceError: as for `poll`.
        """
        if lookup not in self.lookups:
            raise SourceError(FailureKind.DATA, f"the command provider answers no {lookup} look-up")
        now, code = self._context.clock.now(), str(question.code)
        argv = self._argv(now, Known(), question.tg_code or code)
        answer, _ = await self._ask(_Wish(lookup, now, Known(), argv))
        assert isinstance(answer.value, OrderBatch)
        lines = answer.value.lines
        groups = {line.tg_code for line in lines if code in (line.ts_code, line.tg_code)} | {question.tg_code}
        return replace(answer, value=OrderBatch(tuple(line for line in lines if line.tg_code in groups)))

    async def aclose(self) -> None:
        """End every program that still runs."""
        for run in self._runs:
            run.stop()

    def _argv(self, now: datetime, known: Known, code: str = "") -> tuple[str, ...]:
        """The program and its arguments, filled in."""
        campaign = self._context.campaign
        since = campaign.history_start(now)
        if known.newest is not None:
            since = max(since, known.newest - timedelta(seconds=self._settings.overlap))
        times = self._map.times
        filled = {
            "{since}": times.write(since),
            "{until}": times.write(now),
            "{shop}": str(campaign.shop.id),
            "{pages}": ",".join(str(product.page_id) for product in campaign.products),
            "{code}": code,
        }
        program = os.path.expanduser(self._settings.command[0])
        if os.sep in program:
            program = os.path.normpath(os.path.join(self._folder, program))
        return (program, *(filled.get(argument, argument) for argument in self._settings.command[1:]))

    async def _ask(self, wish: _Wish) -> tuple[Answer, Mapped]:
        """One run, and what its output means."""
        environ, secrets = self._environment()
        teller = replace(self._teller, secrets=secrets)
        run = self._admit(Run(wish.argv, environ, self._folder, self._limits))
        try:
            return await asyncio.to_thread(self._work, run, wish, teller)
        except asyncio.CancelledError:
            run.stop()
            raise

    @property
    def _limits(self) -> Limits:
        return Limits(self._settings.timeout, self._settings.max_bytes)

    def _admit(self, run: Run) -> Run:
        """Count a run among those under way.

        Raises:
            SourceError: DOWN, there are enough.
        """
        self._runs = {each for each in self._runs if not each.over}
        if len(self._runs) >= AT_ONCE:
            why = f"{len(self._runs)} runs of {self._teller.name} are still under way: no further one is started"
            raise SourceError(FailureKind.DOWN, why)
        self._runs.add(run)
        return run

    def _environment(self) -> tuple[dict[str, str], tuple[Secret, ...]]:
        """The program's variables, and those values that must not be shown.

        Raises:
            SourceError: AUTH, a variable it should get is not set.
        """
        environ = self._context.environ
        passed = {name: environ.get(name) for name in self._settings.pass_env}
        missing = [name for name, value in passed.items() if value is None]
        if missing:
            why = f"{self._teller.name} was not run: the variable {missing[0]} of pass_env is not set"
            raise SourceError(FailureKind.AUTH, why, f"start evtui again with {missing[0]} set")
        given = {name: value for name, value in passed.items() if value is not None}
        always = {name: environ[name] for name in ALWAYS_PASSED if name in environ}
        return always | given, tuple(Secret(value) for value in given.values())

    def _work(self, run: Run, wish: _Wish, teller: Teller) -> tuple[Answer, Mapped]:
        """Runs in a thread: the program, and reading what it printed, which may be long."""
        try:
            outcome = run.work()
        except OSError as error:
            raise teller.not_started(wish.argv, error) from None
        failure = teller.failure(wish.argv, outcome)
        if failure is not None:
            raise failure
        exchange = teller.exchange(wish.argv, outcome)
        try:
            answer, mapped = self._read(outcome, wish, teller.secrets)
        except SourceError as error:
            raise teller.told(error, exchange) from None
        return replace(answer, exchange=exchange), mapped

    def _read(self, outcome: Outcome, wish: _Wish, secrets: tuple[Secret, ...]) -> tuple[Answer, Mapped]:
        raw = outcome.out
        for secret in secrets:
            raw = secret.scrub_bytes(raw)
        lines = self._settings.output == "lines"
        printed = read_lines(raw, self._settings.max_lines) if lines else read_document(raw)
        rows = self._map.rows(printed.document)
        mapped = self._map.read(wish.topic, rows, wish.at, wish.known, printed.complaints)
        as_of = self._map.as_of(printed.document)
        fact_time = mapped.fact_time(wish.at, wish.topic) if as_of is None else min(as_of, wish.at)
        return Answer(mapped.value, fact_time, mapped.coverage), mapped
