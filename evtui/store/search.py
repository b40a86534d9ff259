"""What an engineer types to find lines in the feed, read and held against one line after another.

    tg240125l00042          words: each must be in a code, the product, the page id, a status or the state
    "500×2" -cancelled      quotes keep blanks together, a minus leaves lines out
    status:waiting          one of the platform's statuses, or our word for the state
    product:500             label, name or page id
    age>45  age<90s         minutes, or with a unit; released lines have no age
    qty>1                   sets
    stage:task              the newest step that is done; stage:!task for any other
    is:overdue              or open, delivered, released, odd

Pure. What is not finished yet is left out and named in `pending`, so that typing never shows an error, nor nothing at
all. Letters are compared without regard to case, width or accents.
"""

from __future__ import annotations

import operator
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache

from msgspec import Struct

from evtui.domain.chain import Step, StepState
from evtui.domain.orders import OrderState
from evtui.store.delivery import age, chain
from evtui.store.orders import oddity
from evtui.store.state import LaunchState
from evtui.store.tracked import Tracked

LONGEST = 500
"""Characters of a search that are read: more than anybody types, and a pasted page costs no time."""

FIELDS = "status: product: stage: is: age> qty>"
"""The fields there are, as a hint names them."""

KINDS = ("overdue", "open", "delivered", "released", "odd")
"""What `is:` can ask for."""


class Term(Struct, frozen=True):
    """One condition. `text` is folded; `number` is in seconds or sets; an `excluded` one must not hold."""

    field: str
    text: str = ""
    compare: str = ""
    number: float = 0.0
    excluded: bool = False


class Search(Struct, frozen=True):
    """Conditions that all have to hold; without any, every line is wanted."""

    terms: tuple[Term, ...] = ()
    pending: tuple[str, ...] = ()
    """What was left out because it is not finished, and what is missing: `age> …: minutes are missing`."""
    hints: tuple[str, ...] = ()
    """What was taken for a plain word although it looks like a field."""

    @property
    def empty(self) -> bool:
        """Whether it wants every line."""
        return not self.terms


class _Unfinished(Exception):
    """What is missing of a term, in words."""


def parse(text: str) -> Search:
    """Read what was typed; never raises."""
    terms: list[Term] = []
    pending: list[str] = []
    hints: list[str] = []
    for match in _TOKEN.finditer(_folded(text[:LONGEST].translate(_QUOTES))):
        field, compare, excluded = match["field"] or "", match["compare"] or "", bool(match["minus"])
        value = " ".join((match["quoted"] if match["plain"] is None else match["plain"]).split())
        try:
            if match["plain"] is None and not match["end"]:
                raise _Unfinished("the closing quote is missing")
            if field and (field not in _FIELDS or compare not in _FIELDS[field]):
                hints.append(f"{field}{compare} is no field and taken as a word; fields are {FIELDS}")
                field, value = "", f"{field}{compare}{value}"
            terms.append(_term(field, compare, value, excluded))
        except _Unfinished as missing:
            pending.append(f"{match[0].rstrip()} …: {missing}")
    return Search(tuple(terms), tuple(dict.fromkeys(pending)), tuple(dict.fromkeys(hints)))


def matches(search: Search, tracked: Tracked, state: LaunchState, now: datetime) -> bool:
    """Whether a line is wanted: every condition holds, and none of those left out."""
    for term in search.terms:  # noqa: SIM110 - asked of a million lines: a generator costs as much as the rest
        if _HOLDS[term.field](term, tracked, state, now) is term.excluded:
            return False
    return True


_TOKEN = re.compile(
    r'(?=\S)(?P<minus>-?)(?:(?P<field>[a-z_]+)(?P<compare>[<>]=?|[:=]))?(?:"(?P<quoted>[^"]*)(?P<end>"?)|(?P<plain>\S*))'
)
_QUOTES = {ord(quote): '"' for quote in "“”„「」『』"}
"""Quotes as input methods write them."""

_ORDER = (">", ">=", "<", "<=")
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "status": (":",),
    "product": (":",),
    "stage": (":",),
    "is": (":",),
    "age": _ORDER,
    "qty": (*_ORDER, ":", "="),
}
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    ":": operator.eq,
    "=": operator.eq,
}
_LENGTH = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)([smhd]?)", re.ASCII)
_SECONDS = {"": 60.0, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
_COUNT = re.compile(r"\d{1,9}", re.ASCII)


def _term(field: str, compare: str, value: str, excluded: bool) -> Term:
    """A condition of a known field, or a word where there is none."""
    match field:
        case "age":
            found = _LENGTH.fullmatch(value)
            if found is None:
                raise _Unfinished("expected minutes, or such as 90s or 1h" if value else "minutes are missing")
            return Term(field, compare=compare, number=float(found[1]) * _SECONDS[found[2]], excluded=excluded)
        case "qty":
            if _COUNT.fullmatch(value) is None:
                raise _Unfinished("expected a number of sets" if value else "the number of sets is missing")
            return Term(field, compare=compare, number=float(value), excluded=excluded)
        case "stage" | "is":
            known = [str(step) for step in Step] if field == "stage" else [*KINDS]
            name = value.removeprefix("!")
            if name not in known:
                offered = [each for each in known if each.startswith(name)] or known
                raise _Unfinished(", ".join(offered))
            return Term(field, name, excluded=excluded != value.startswith("!"))
    if not value:
        raise _Unfinished(f"the {field or 'word'} is missing")
    return Term(field, value, excluded=excluded)


def _folded(text: str) -> str:
    """`text` as it is compared: full-width forms are plain ones, capitals small, accents gone.

    Letter by letter, so that a longer word is never found where its beginning is not.
    """
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join([char for char in plain if not unicodedata.combining(char)])


def _word(term: Term, tracked: Tracked, state: LaunchState, now: datetime) -> bool:
    line, word = tracked.line, term.text
    if word in _folded(line.ts_code) or word in _folded(line.tg_code):
        return True
    if _product(term, tracked, state, now) or _status(term, tracked, state, now):
        return True
    return word in "overdue" and _late(tracked, state, now)


def _product(term: Term, tracked: Tracked, state: LaunchState, now: datetime) -> bool:
    page_id = tracked.line.page_id
    product = state.campaign.product(page_id)
    if product is None:
        return page_id is not None and term.text in str(page_id)
    return term.text in _goods(product.label, product.name, product.page_id)


@lru_cache(maxsize=256)
def _goods(*names: object) -> str:
    """Everything a product is called, folded; a line break keeps its names apart, and no word holds one."""
    return "\n".join(" ".join(_folded(str(name)).split()) for name in names)


_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
"""Between the words of a status such as `WaitingToShipping`."""


def _status(term: Term, tracked: Tracked, state: LaunchState, now: datetime) -> bool:
    line = tracked.line
    said = _statuses(line.status, line.status_user, line.status_scm, line.status_slave, tracked.state)
    wanted = f"\n{term.text}"  # from the beginning of a word: `paid` is not in `unpaid`
    if wanted in said:
        return True
    return bool(tracked.steps) and wanted in _goods("", *_underway(tracked))


@lru_cache(maxsize=1024)
def _statuses(status: str, user: str, scm: str, slave: str, state: OrderState) -> str:
    """The platform's words and ours, folded; a few dozen combinations stand on a million lines."""
    ours = [str(state)]
    if state is OrderState.RELEASED:
        ours.append("refunded" if status == "RefundFinish" else "cancelled")
    words = (_CAMEL.split(each) for each in (status, user, scm, slave, *ours))
    return _goods("", *("".join(parts[start:]) for parts in words for start in range(len(parts))))


def _underway(tracked: Tracked) -> list[str]:
    """The words the feed has for lines of which a look-up told more than their statuses do."""
    steps = {seen.step: seen.state for seen in tracked.steps}
    words: list[str] = []
    if tracked.state is OrderState.TRANSFERRED and steps.get(Step.TASK) is StepState.DONE:
        words.append("task done")
    if tracked.state is OrderState.CONFIRMED and steps.get(Step.VIP_MEMBER) is StepState.WAITING:
        words.append("awaits vip")
    return words


def _age(term: Term, tracked: Tracked, state: LaunchState, now: datetime) -> bool:
    if tracked.state is OrderState.RELEASED:
        return False
    return _COMPARE[term.compare](age(tracked, state, now).total_seconds(), term.number)


def _quantity(term: Term, tracked: Tracked, state: LaunchState, now: datetime) -> bool:
    return _COMPARE[term.compare](tracked.line.quantity, term.number)


def _stage(term: Term, tracked: Tracked, state: LaunchState, now: datetime) -> bool:
    return _newest_done(tracked) == term.text


_TOLD: dict[tuple[OrderState, bool], str] = {}
"""The newest step that statuses alone tell of, by what they say: a chain costs ten times as much."""


def _newest_done(tracked: Tracked) -> str:
    """Id of the last step of the chain that is done; empty where none is."""
    said = (tracked.state, tracked.is_paid or tracked.paid_at is not None)
    if not tracked.steps and (known := _TOLD.get(said)) is not None:
        return known
    newest = next((str(step.step) for step in reversed(chain(tracked)) if step.state is StepState.DONE), "")
    if not tracked.steps:
        _TOLD[said] = newest
    return newest


def _is(term: Term, tracked: Tracked, state: LaunchState, now: datetime) -> bool:
    match term.text:
        case "overdue":
            return _late(tracked, state, now)
        case "open":
            return tracked.is_open
        case "delivered":
            return tracked.state is OrderState.DELIVERED
        case "released":
            return tracked.state is OrderState.RELEASED
        case _:
            return bool(oddity(tracked, state.campaign))


def _late(tracked: Tracked, state: LaunchState, now: datetime) -> bool:
    return tracked.is_open and age(tracked, state, now) > state.campaign.sla.deliver_within


_HOLDS: Mapping[str, Callable[[Term, Tracked, LaunchState, datetime], bool]] = {
    "": _word,
    "status": _status,
    "product": _product,
    "age": _age,
    "qty": _quantity,
    "stage": _stage,
    "is": _is,
}
