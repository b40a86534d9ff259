"""Anybody's JSON made into what the domain holds, by JMESPath expressions of the campaign file.

    rows = "data.items[]"                     where the rows are in the document
    fields = { ts_code = "code", ... }        for each row: field of the topic -> expression
    constants = { service = "SCMAPI" }        fields that are the same in every row
    words = { status_user = { PAID = "WaitingToShipping" } }     the platform's word for theirs

A row that cannot be read is left out and counted with its reason; where none can, there is no answer. What is not there
is unknown, never zero.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Self

import jmespath  # type: ignore[import-untyped]
import msgspec
from msgspec import Struct

from evtui.config.notes import nearest
from evtui.domain.campaign import MINUTE
from evtui.domain.reading import Coverage, FailureKind, Lookup, Topic, Value
from evtui.errors import UsageError
from evtui.providers.base import Context, SourceError
from evtui.providers.mapping_gather import Known, gather
from evtui.providers.mapping_topics import FIELDS, ONE_OF, Reader
from evtui.providers.mapping_values import BadRow, Times
from evtui.providers.objections import Objections
from evtui.redact import admit
from evtui.text import one_line

QUOTED = 160
"""Characters quoted of what an API says about its own failure."""

LONGEST = 2_000
"""Characters of an expression: a person writes tens, and the parser of a monstrous one takes its time."""


EXAMPLE = msgspec.Meta(
    description="a table: where the rows are, and what they hold",
    examples=[{"rows": "data", "fields": {"page_id": "id", "selling": "left"}}],
)
"""What a message offers to whoever has no table `map` yet."""


class MappingSettings(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The table `map` of a source that speaks JSON of its own making. Expressions are JMESPath."""

    fields: Annotated[dict[str, str], msgspec.Meta(examples=[{"page_id": "id", "selling": "left"}])]
    """Field of the topic -> expression, looked up in each row."""
    rows: str = "@"
    """Where the list of rows is; a single table counts as one row."""
    constants: dict[str, str | int | float] = msgspec.field(default_factory=dict)
    """Field -> value, for fields that are the same in every row."""
    words: dict[str, dict[str, str]] = msgspec.field(default_factory=dict)
    """Field -> word of the source -> word of the platform; other words stay as they are."""
    time_format: str = "iso"
    """`iso`, `epoch_s`, `epoch_ms`, or a format of strptime."""
    timezone: str = ""
    """Zone of times that name none; empty: the campaign's."""
    as_of: str = ""
    """Expression on the document: how new its facts are, where it says so."""
    ok: str = ""
    """Expression on the document that is true when the answer is one, such as ``code == `0` ``."""
    auth_when: str = ""
    """Expression on the document that is true when it asks for a login."""
    error: str = ""
    """Expression on the document for what it says about its own failure."""


class Mapped(Struct, frozen=True):
    """What rows came to: the fields of an answer, and what its cursor has to hold."""

    value: Value
    coverage: Coverage
    known: Known
    """To be handed back with the next rows; its `newest` is where to go on from."""
    whole: bool
    """Whether every row could be read."""

    def fact_time(self, taken_at: datetime, topic: Topic | Lookup) -> datetime | None:
        """The time of the newest fact of an answer asked for at `taken_at`.

        A list that was read whole is as new as the reading of it; figures by the minute are as new as the end of it.
        """
        if topic not in (Topic.CPU, Topic.TRAFFIC, Topic.CHARTS):
            return taken_at
        return None if self.known.newest is None else self.known.newest + MINUTE


class Expression:
    """One compiled expression; `key` is what the settings call it."""

    def __init__(self, key: str, text: str) -> None:
        self._key = key
        try:
            if len(text) > LONGEST:
                raise UsageError(f"{key}: an expression of {len(text):,} characters is not read; {LONGEST:,} are")
            self._parsed = jmespath.compile(text)
        except jmespath.exceptions.JMESPathError as error:
            raise UsageError(f"{key}: {admit(text, QUOTED)!r} is not JMESPath: {_where(error, text)}") from None
        except RecursionError:
            raise UsageError(f"{key}: the expression is nested too deeply") from None
        tree = self._parsed.parsed
        # most fields are a plain name, which needs no interpreter: a third of the time of a long list
        self._plain = tree["value"] if tree["type"] == "field" else None
        for name in _functions(tree):
            known = jmespath.functions.Functions.FUNCTION_TABLE
            if name not in known:
                guess = nearest(name, known)
                hint = f'; did you mean "{guess}"?' if guess else ""
                raise UsageError(f"{key}: JMESPath has no function {admit(name, 60)!r}{hint}")

    def find(self, document: object) -> Any:
        """What the expression finds; None where nothing is.

        Raises:
            BadRow: it cannot be applied, such as `length()` to a number.
        """
        if self._plain is not None:
            return document.get(self._plain) if isinstance(document, dict) else None
        try:
            return self._parsed.search(document)
        except (jmespath.exceptions.JMESPathError, RecursionError, TypeError, ValueError, ArithmeticError):
            # its own words would quote the value
            raise BadRow(f"{self._key} cannot be applied to what is there") from None


class JsonMap:
    """Reads documents of one source. Holds no position: `known` goes through the cursor."""

    def __init__(self, settings: MappingSettings, context: Context, times: Times) -> None:
        self._campaign = context.campaign
        self._settings = settings
        self.times = times
        self._reader = Reader(context.campaign, times, settings.fields)
        self._rows = Expression("map.rows", settings.rows)
        self._fields = {name: Expression(f"map.fields.{name}", text) for name, text in settings.fields.items()}
        self._ok, self._auth, self._error, self._as_of = (
            Expression(f"map.{key}", text) if text else None
            for key, text in (
                ("ok", settings.ok),
                ("auth_when", settings.auth_when),
                ("error", settings.error),
                ("as_of", settings.as_of),
            )
        )

    @classmethod
    def open(cls, settings: MappingSettings, context: Context) -> Self:
        """A mapping to `context.topic`; without one, whatever it is asked for is judged then.

        Raises:
            UsageError: an expression that is none, a field that the topic does not have, one that it has to have and
                that is not mapped, a time format or zone that does not exist.
        """
        found = Objections()
        with found:
            times = Times.open(settings.time_format, settings.timezone, context.campaign.zone)
        for key in ("rows", "ok", "auth_when", "error", "as_of"):
            with found:
                if getattr(settings, key) or key == "rows":
                    Expression(f"map.{key}", getattr(settings, key))
        for name, text in settings.fields.items():
            with found:
                Expression(f"map.fields.{name}", text)
        with found:
            if context.topic is not None:
                _suits(context.topic, settings)
        found.settle()
        return cls(settings, context, times)

    def rows(self, document: object) -> list[Any]:
        """The raw rows of one document whose envelope says that it is an answer.

        Raises:
            SourceError: DATA where it says that it is none, or where no list is; AUTH where it asks for a login.
        """
        if self._auth is not None and self._true(self._auth, document):
            raise SourceError(FailureKind.AUTH, f"the answer asks for a login{self._said(document)}")
        if self._ok is not None and not self._true(self._ok, document):
            raise SourceError(FailureKind.DATA, f"the answer says that it is none{self._said(document)}")
        try:
            found = self._rows.find(document)
        except BadRow as bad:
            raise SourceError(FailureKind.DATA, f"the answer has another form than agreed: {bad}") from None
        if isinstance(found, Mapping):
            return [found]
        if not isinstance(found, list):
            what = "nothing" if found is None else "no list"
            where = admit(self._settings.rows, QUOTED)
            raise SourceError(FailureKind.DATA, f"the answer has another form than agreed: {what} at {where}")
        return found

    def as_of(self, document: object) -> datetime | None:
        """How new the document says its facts are, aware UTC; None where it does not, or not in readable words."""
        if self._as_of is None:
            return None
        try:
            return self.times.read("as_of", self._as_of.find(document))
        except BadRow:
            return None

    def read(
        self,
        topic: Topic | Lookup,
        rows: Sequence[Any],
        now: datetime,
        known: Known | None = None,
        complaints: Iterable[str] = (),
    ) -> Mapped:
        """The rows as the value of a topic. `complaints` are about rows that were lost before they came here.

        Takes about 12 µs a row: a caller on the event loop does this in a thread where rows may be many.

        Raises:
            SourceError: DATA, there are rows and not one can be read, or the fields are not those of the topic.
        """
        try:
            _suits(topic, self._settings)
        except UsageError as error:
            raise SourceError(FailureKind.DATA, str(error)) from None
        raw: list[dict[str, Any] | BadRow] = [*map(BadRow, complaints), *map(self._row, rows)]
        gathered = gather(topic, raw, self._reader, self._campaign, now, known or Known())
        return Mapped(gathered.value, gathered.coverage, gathered.known, gathered.whole)

    def _row(self, row: object) -> dict[str, Any] | BadRow:
        """What the expressions find in one row."""
        found: dict[str, Any] = dict(self._settings.constants)
        try:
            for name, expression in self._fields.items():
                found[name] = expression.find(row)
        except BadRow as bad:
            return bad
        for name, words in self._settings.words.items():
            value = found.get(name)
            if isinstance(value, str | int):
                found[name] = words.get(str(value), value)
        return found

    def _true(self, expression: Expression, document: object) -> bool:
        try:
            return bool(expression.find(document))
        except BadRow:
            return False

    def _said(self, document: object) -> str:
        try:
            found = self._error.find(document) if self._error is not None else None
        except BadRow:
            found = None
        if not isinstance(found, str | int | float) or isinstance(found, bool):
            return ""
        return f": {admit(one_line(str(found)), QUOTED)}"


def _where(error: ValueError, text: str) -> str:
    """Where an expression breaks, in one line."""
    position = getattr(error, "lex_position", getattr(error, "lexer_position", None))
    if not isinstance(position, int) or position >= len(text):
        return "it ends too early"
    rest = text[position : position + 12]
    number = re.match(r"-?\d+(?:\.\d+)?", text[position:])
    hint = f"; numbers stand in backticks: `{number[0]}`" if number else ""
    return f"it breaks at character {position + 1}, {admit(rest)!r}{hint}"


def _functions(tree: Any) -> list[str]:
    """Names of the functions that a parsed expression calls."""
    found, waiting = [], [tree]
    while waiting:
        node = waiting.pop()
        if node.get("type") == "function_expression":
            found.append(node["value"])
        waiting += [child for child in node.get("children", ()) if isinstance(child, dict)]
    return found


def _suits(topic: Topic | Lookup, settings: MappingSettings) -> None:
    """Look whether the fields are those of a topic.

    Raises:
        SettingsError: they are not, or something has to be mapped that is not.
    """
    if topic not in FIELDS:
        raise UsageError(f"map: nothing can be mapped to {topic}; it can to {', '.join(FIELDS)}")
    fields, found = FIELDS[topic], Objections()
    for key, names in (("fields", settings.fields), ("constants", settings.constants), ("words", settings.words)):
        for name in names:
            if name not in fields.all:
                guess = nearest(name, fields.all)
                hint = f'did you mean "{guess}"?' if guess else f"it has {', '.join(fields.all)}"
                found.add(f"map.{key}.{admit(name, 60)}: {topic} has no such field; {hint}")
    mapped = {*settings.fields, *settings.constants}
    missing = [name for name in fields.needed if name not in mapped]
    if missing:
        found.add(
            f"map.fields: {topic} needs {', '.join(missing)} too; write for example "
            f'`{missing[0]} = "..."`, or give the value itself under map.constants'
        )
    choice = ONE_OF.get(topic, ())
    if choice and mapped.isdisjoint(choice):
        found.add(f"map.fields: {topic} needs one of {', '.join(choice)} as well")
    found.settle()
