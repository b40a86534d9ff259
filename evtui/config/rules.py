"""What no single key can tell: windows, duplicates, unknown zones and topics, secrets that do not belong in a file.

Works on a checked tree (see `validate.check`), in which every value that is there has the right type, so that these
problems are found together with all others and not one round later.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from evtui.config.duration import format_duration
from evtui.config.keypath import Path
from evtui.config.model import SOURCE_KEYS
from evtui.config.notes import Notes, holds_credentials, is_secret_name, is_secret_word, nearest, quote
from evtui.config.secrets import instead, what_it_holds
from evtui.config.zones import zone_of
from evtui.domain.chain import Step
from evtui.domain.links import OF_ERROR, OF_ORDER, PAGE, PLACEHOLDERS, placeholders, without_placeholders
from evtui.domain.reading import Lookup, Topic
from evtui.errors import UsageError
from evtui.text import clean, one_line

VERSION = 1
"""Layout of the file this program reads."""

YEARS = range(2000, 2100)
"""Years a launch can lie in: order codes have two digits for them."""

SLOWEST = timedelta(days=1)
"""Slowest pace of a source: one that is asked more rarely looks as if it were broken."""

_BALANCER = re.compile(
    r"(?:arn:[\w-]+:elasticloadbalancing:[\w-]*:\d*:loadbalancer/)?(?:app|net)/[A-Za-z0-9-]+/[A-Za-z0-9]+"
)

Tree = Mapping[str, Any]


def judge(tree: Tree, notes: Notes) -> None:
    """Every rule on a checked tree."""
    if tree.get("version", VERSION) != VERSION:
        notes.add(("version",), f"this program reads version {VERSION} of the file, not {tree['version']}")
    zone = find_zone(tree.get("campaign", {}).get("timezone"), notes)
    for path, moment in _times(tree):
        _judge_time(moment, zone, path, notes)
    _judge_products(tree.get("products", ()), zone, notes)
    _no_twins(tree.get("services", ()), "name", ("services",), notes)
    _judge_sla(tree.get("sla", {}), notes)
    for index, rule in enumerate(tree.get("errors", {}).get("ignore", ())):
        if rule.get("type", "*") == rule.get("message", "*") == "*" and not notes.any_under(
            ("errors", "ignore", index)
        ):
            notes.add(("errors", "ignore", index), "would ignore every error; give a type or a message")
    _judge_links(tree.get("links", {}), notes)
    if tree.get("campaign", {}).get("url") and PAGE in tree.get("links", {}):
        notes.add(("links", PAGE), "campaign.url is the link of that name; give this one another")
    for path, duration in _positive(tree):
        if duration <= timedelta(0):
            notes.add(path, f'must be longer than nothing, got "{format_duration(duration)}"')
    _judge_paces(tree, notes)
    _judge_balancers(tree.get("services", ()), notes)


def find_zone(name: str | None, notes: Notes) -> ZoneInfo | None:
    """The zone called `name`, or None; an unknown one is noted with the nearest name there is."""
    if name is None:
        return None
    try:
        return zone_of(name)
    except UsageError as error:
        notes.add(("campaign", "timezone"), str(error))
        return None


def _times(tree: Tree) -> Iterable[tuple[Path, datetime]]:
    for table, keys in (("products", ("on_sale", "off_sale")), ("promotions", ("at",))):
        for index, item in enumerate(tree.get(table, ())):
            for key in keys:
                if key in item:
                    yield (table, index, key), item[key]


def _judge_time(moment: datetime, zone: ZoneInfo | None, path: Path, notes: Notes) -> None:
    if moment.year not in YEARS:
        notes.add(path, f"year {moment.year} is not between {YEARS.start} and {YEARS.stop - 1}")
    elif zone is not None and moment.tzinfo is None:
        there = moment.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None)
        if there != moment.replace(fold=0) and there.replace(fold=0) != moment:
            notes.add(path, f"{moment.isoformat()} does not exist in {zone.key}: clocks go forward over it")


def to_utc(moment: datetime, zone: ZoneInfo) -> datetime:
    """A time of the file as UTC: its own offset counts, else `zone`; of an hour that comes twice, the first."""
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=zone, fold=0)).astimezone(UTC)


def _judge_products(products: Iterable[Tree], zone: ZoneInfo | None, notes: Notes) -> None:
    products = tuple(products)
    _no_twins(products, "page_id", ("products",), notes)
    owners: dict[int, int] = {}
    for index, product in enumerate(products):
        begins, ends = product.get("on_sale"), product.get("off_sale")
        if begins is not None and ends is not None:
            _judge_window(begins, ends, zone, ("products", index, "off_sale"), notes)
        for place, sku in enumerate(product.get("skus", ())):
            if sku in owners:
                notes.add(("products", index, "skus", place), f"SKU {sku} is already given to products[{owners[sku]}]")
            owners.setdefault(sku, index)


def _judge_window(begins: datetime, ends: datetime, zone: ZoneInfo | None, path: Path, notes: Notes) -> None:
    mixed = (begins.tzinfo is None) != (ends.tzinfo is None)
    if begins.year not in YEARS or ends.year not in YEARS or (mixed and zone is None):
        return
    too_early = to_utc(ends, zone) <= to_utc(begins, zone) if zone is not None else ends <= begins
    if too_early:
        notes.add(path, f"the sale ends ({ends.isoformat()}) before it starts ({begins.isoformat()})")


def _no_twins(items: Iterable[Tree], key: str, path: Path, notes: Notes) -> None:
    first: dict[object, int] = {}
    for index, item in enumerate(items):
        value = item.get(key)
        if value is None:
            continue
        if value in first:
            shown = quote(value) if isinstance(value, str) else str(value)
            notes.add((*path, index, key), f"{shown} is already used by {path[0]}[{first[value]}]")
        first.setdefault(value, index)


def _judge_sla(sla: Tree, notes: Notes) -> None:
    limit = sla.get("deliver_within", timedelta(hours=1))
    for index, age in enumerate(sla.get("warn_at", ())):
        if age >= limit:
            message = f"must be shorter than deliver_within ({format_duration(limit)}), got {format_duration(age)}"
            notes.add(("sla", "warn_at", index), message)
    for step in sla.get("stages", {}):
        if step not in list(Step):
            notes.add(("sla", "stages", step), _no_such("step of the chain", step, list(Step)))


def _judge_links(links: Tree, notes: Notes) -> None:
    for name, template in links.items():
        path = ("links", name)
        words = placeholders(template)
        for word in words:
            if word not in PLACEHOLDERS:
                notes.add(path, _no_such("placeholder", word, PLACEHOLDERS))
        of_order, of_error = ([word for word in words if word in known] for known in (OF_ORDER, OF_ERROR))
        if of_order and of_error:
            notes.add(path, f"nothing has both: {{{of_order[0]}}} is an order's, {{{of_error[0]}}} an error's")
        if not {"{", "}"}.isdisjoint(without_placeholders(template)):
            notes.add(path, "a brace without its twin; one that belongs to the address is written %7B or %7D")
        if "{" in re.split(r"[/?#]", template, maxsplit=3)[2]:
            notes.add(path, "the host is written out: whoever fills in a placeholder must not choose it")
        if name != one_line(clean(name)) or not name:
            notes.add(path, "the name is one line of plain text, not empty")


def _positive(tree: Tree) -> Iterable[tuple[Path, timedelta]]:
    for table, key in (("sla", "deliver_within"), ("report", "every"), ("errors", "baseline")):
        if key in tree.get(table, {}):
            yield (table, key), tree[table][key]
    for step, limit in tree.get("sla", {}).get("stages", {}).items():
        yield ("sla", "stages", step), limit
    for table in ("sources", "lookups"):
        for name, source in tree.get(table, {}).items():
            every = source.get("every")
            if isinstance(every, timedelta):
                yield (table, name, "every"), every
            for phase, duration in every.items() if isinstance(every, dict) else ():
                yield (table, name, "every", phase), duration


def _judge_paces(tree: Tree, notes: Notes) -> None:
    for table in ("sources", "lookups"):
        for name, source in tree.get(table, {}).items():
            every, path = source.get("every"), (table, name, "every")
            if every == {} and not notes.any_under(path):
                notes.add(path, 'names no phase; write every = "60s" or every = { opening = "5s", selling = "10s" }')
            for key, duration in every.items() if isinstance(every, dict) else (("", every),):
                if isinstance(duration, timedelta) and duration > SLOWEST:
                    at = (*path, key) if key else path
                    limit = format_duration(SLOWEST)
                    notes.add(at, f'must be at most "{limit}", got "{format_duration(duration)}"')


def _judge_balancers(services: Iterable[Tree], notes: Notes) -> None:
    for index, service in enumerate(services):
        name = service.get("load_balancer", "")
        if name and not _BALANCER.fullmatch(name):
            what = "the end of its ARN, such as app/NAME/0123456789abcdef, or the whole ARN"
            notes.add(("services", index, "load_balancer"), f"{quote(name)} is no load balancer; write {what}")


def _no_such(what: str, word: str, words: Iterable[str]) -> str:
    words = tuple(words)
    guess = nearest(word, words)
    hint = f'did you mean "{guess}"?' if guess else f"there are {', '.join(words)}"
    return f"there is no {what} {quote(word)}; {hint}"


def judge_sources(raw: Tree, notes: Notes) -> None:
    """Names and secrets of the raw `sources` and `lookups` tables."""
    for table, kind, names, others in (
        ("sources", "topic", list(Topic), list(Lookup)),
        ("lookups", "look-up", list(Lookup), list(Topic)),
    ):
        tables = raw.get(table)
        for name, settings in tables.items() if isinstance(tables, dict) else ():
            path = (table, name)
            if name in others:
                other = "lookups" if table == "sources" else "sources"
                notes.add(path, f"belongs in [{other}.{name}]")
            elif name not in names:
                notes.add(path, _no_such(kind, name, names))
            _no_secrets(settings, path, _provider(settings), notes)
    _walk_texts(raw, (), lambda path, text: _no_credentials(path, text, raw, notes))


def _provider(settings: object) -> str:
    named = settings.get("provider") if isinstance(settings, dict) else None
    return named if isinstance(named, str) else ""


def _no_secrets(value: object, path: Path, provider: str, notes: Notes) -> None:
    """No key that sounds like a secret, however deep; its value is never quoted."""
    if isinstance(value, dict):
        # names of headers and parameters are not ours: no ending of theirs says where something is
        is_secret = is_secret_word if path[2:] in (("headers",), ("query",)) else is_secret_name
        for name, item in value.items():
            if is_secret(name) and name not in SOURCE_KEYS:
                notes.add((*path, name), instead(provider, (*path, name)[2:]))
            else:
                _no_secrets(item, (*path, name), provider, notes)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _no_secrets(item, (*path, index), provider, notes)


def _walk_texts(value: object, path: Path, visit: Callable[[Path, str], None]) -> None:
    if isinstance(value, str):
        visit(path, value)
    elif isinstance(value, dict):
        for name, item in value.items():
            _walk_texts(item, (*path, name), visit)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _walk_texts(item, (*path, index), visit)


def _no_credentials(path: Path, text: str, raw: Tree, notes: Notes) -> None:
    if not holds_credentials(text):
        return
    holds, todo = what_it_holds(text), "secrets do not belong in this file"
    if path[0] in ("sources", "lookups") and len(path) > 2:
        todo = instead(_provider(raw[path[0]][path[1]]), path[2:])
    notes.add(path, f"holds {holds}; {todo}")
