"""A TOML tree held against a msgspec struct, with every problem reported and not the first only.

msgspec stops at the first fault and knows no lines; so the tree is walked here, field by field, and msgspec judges each
leaf. Used for the campaign file and for providers' settings alike, hence no knowledge of either.
"""

from __future__ import annotations

import math
import re
import types
import typing
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

import msgspec
from msgspec.structs import FieldInfo

from evtui.config.duration import EXAMPLES, parse_duration
from evtui.config.keypath import Path, dotted
from evtui.config.notes import Notes, is_secret_name, missing, nearest, shown
from evtui.config.positions import Places
from evtui.text import clean, clip, one_line

S = TypeVar("S", bound=msgspec.Struct)

BAD: Any = object()
"""Stands for a value that had a problem; never part of a checked tree."""

_NATIVE = (datetime, date, time, timedelta)
"""Types taken as they are: TOML has its own times, so text is never read as one."""

_WORDS = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "text in quotes",
    datetime: "a time such as 2024-01-25T10:00:00, without quotes",
    date: "a date such as 2024-01-25, without quotes",
    time: "a time of day such as 10:00:00, without quotes",
    timedelta: f"a duration such as {EXAMPLES}",
}


def read(value: object, model: type[S], path: Path, notes: Notes) -> S | None:
    """`value` as `model`, or None with what is wrong in `notes`."""
    checked = check(value, model, path, notes)
    return None if notes.any_under(path) else convert(checked, model, path, notes)


def without_faults(value: object, model: type[S], places: Places) -> S | None:
    """What is left of `value` without the parts that have problems, or None where that is no `model`.

    A key that has to be there and is not stands as its example: good for judging the others, never for use.
    """
    unheard = Notes(places)
    checked = check(value, model, (), unheard)
    if checked is BAD:
        return None
    for name, field in _fields(model).items():
        if field.required and name not in checked:
            examples = [meta.examples[0] for meta in _bare(field.type)[1] if meta.examples]
            checked |= {name: examples[0]} if examples else {}
    return convert(checked, model, (), unheard)


def convert(checked: object, model: type[S], path: Path, notes: Notes) -> S | None:
    """The struct of a checked tree; what only the struct itself can judge becomes a problem too."""
    try:
        return msgspec.convert(checked, model, builtin_types=_NATIVE)
    except msgspec.ValidationError as error:
        notes.add(path, _words_of(error))
        return None


def check(value: object, wanted: Any, path: Path, notes: Notes) -> Any:
    """`value` without the parts that have problems (reported), durations read; BAD where nothing is left of it."""
    base, metas = _bare(wanted)
    base = _arm(value, base)
    origin = get_origin(base) or base
    if isinstance(base, type) and issubclass(base, msgspec.Struct):
        return _table(value, base, metas, path, notes)
    if origin in (list, tuple, set, frozenset):
        return _list(value, base, metas, path, notes)
    if origin in (dict, Mapping):
        return _map(value, base, path, notes)
    return _leaf(value, wanted, base, metas, path, notes)


def _bare(wanted: Any) -> tuple[Any, list[msgspec.Meta]]:
    """A type without its annotations and without `None`, which TOML does not have."""
    metas: list[msgspec.Meta] = []
    while True:
        if get_origin(wanted) is Annotated:
            metas += [meta for meta in wanted.__metadata__ if isinstance(meta, msgspec.Meta)]
            wanted = wanted.__origin__
        elif get_origin(wanted) in (types.UnionType, typing.Union):
            arms = [arm for arm in get_args(wanted) if arm is not type(None)]
            if len(arms) != 1:
                return wanted, metas
            wanted = arms[0]
        else:
            return wanted, metas


def _arm(value: object, base: Any) -> Any:
    """Of two ways to write a value the one that was meant, for messages about it: a table has keys, a duration none."""
    for arm in get_args(base) if get_origin(base) in (types.UnionType, typing.Union) else ():
        table = isinstance(arm, type) and issubclass(arm, msgspec.Struct)
        if arm is timedelta if not isinstance(value, dict) else table:
            return arm
    return base


def _table(value: object, model: type[msgspec.Struct], metas: list[msgspec.Meta], path: Path, notes: Notes) -> Any:
    if not isinstance(value, dict):
        notes.add(path, f"expected {_described(metas) or 'a table'}, got {_quoted(value, path)}")
        return BAD
    fields = _fields(model)
    meant: set[str] = set()
    if model.__struct_config__.forbid_unknown_fields:
        meant = _unknown(value, fields, path, notes)
    checked = {}
    for name, field in fields.items():
        if name in value:
            part = check(value[name], field.type, (*path, name), notes)
            if part is not BAD:
                checked[name] = part
        elif field.required and name not in meant and name not in notes.lost:
            notes.add((*path, name), _missing(field))
    return checked


@cache
def _fields(model: type[msgspec.Struct]) -> dict[str, FieldInfo]:
    return {field.encode_name: field for field in msgspec.structs.fields(model)}


def _missing(field: FieldInfo) -> str:
    _, metas = _bare(field.type)
    for meta in metas:
        if meta.examples:
            return missing(field.encode_name, meta.examples)
    described = _described(metas)
    return f"is missing; the file needs {described}" if described else "is missing"


def _unknown(value: dict[str, Any], fields: Mapping[str, object], path: Path, notes: Notes) -> set[str]:
    """Report keys nobody knows; returns the fields they were probably meant to be."""
    meant = set()
    for name in value.keys() - fields.keys():
        guess = nearest(name, fields.keys() - value.keys()) or nearest(name, fields)
        if guess is None:
            known = ", ".join(fields)
            notes.add((*path, name), f"unknown key; known here: {known or 'none'}")
        else:
            meant.add(guess)
            notes.add((*path, name), f'unknown key; did you mean "{guess}"?')
    return meant


def _list(value: object, base: Any, metas: list[msgspec.Meta], path: Path, notes: Notes) -> Any:
    if not isinstance(value, list | tuple):
        notes.add(path, f"expected {_described(metas) or _list_of(value, base, path)}, got {_quoted(value, path)}")
        return BAD
    arms = get_args(base)
    fixed = get_origin(base) is tuple and Ellipsis not in arms and arms != ()
    if fixed and len(arms) != len(value):
        notes.add(path, f"expected a list of {len(arms)}, got one of {len(value)}")
        return BAD
    least = max((meta.min_length or 0 for meta in metas), default=0)
    if len(value) < least:
        notes.add(path, f"must not be empty: expected {_described(metas) or f'at least {least}'}")
        return BAD
    parts = [
        check(item, arms[index if fixed else 0] if arms else Any, (*path, index), notes)
        for index, item in enumerate(value)
    ]
    return [part for part in parts if part is not BAD]


def _list_of(value: object, base: Any, path: Path) -> str:
    """A list of tables has a way of its own to be written."""
    arms = get_args(base)
    if isinstance(value, dict) and arms and isinstance(arms[0], type) and issubclass(arms[0], msgspec.Struct):
        return f"a list of tables: write [[{dotted(path)}]] with two brackets"
    return "a list in [ ]"


def _map(value: object, base: Any, path: Path, notes: Notes) -> Any:
    if not isinstance(value, dict):
        notes.add(path, f"expected a table, got {_quoted(value, path)}")
        return BAD
    arms = get_args(base)
    parts = {name: check(item, arms[1] if arms else Any, (*path, name), notes) for name, item in value.items()}
    return {name: part for name, part in parts.items() if part is not BAD}


def _leaf(value: object, wanted: Any, base: Any, metas: list[msgspec.Meta], path: Path, notes: Notes) -> Any:
    if base is timedelta:
        return _duration(value, path, notes)
    if isinstance(value, float) and not math.isfinite(value):
        notes.add(path, f"expected a number, got {value}")
        return BAD
    try:
        msgspec.convert(value, wanted, builtin_types=_NATIVE)
    except msgspec.ValidationError as error:
        notes.add(
            path, f"expected {_expected(base, metas, value, error)}, got {_quoted(value, path)}{_hint(value, base)}"
        )
        return BAD
    return value


def _duration(value: object, path: Path, notes: Notes) -> Any:
    if isinstance(value, str):
        try:
            return parse_duration(value)
        except ValueError as error:
            hint = f'; for {value} seconds write "{value}s"' if re.fullmatch(r"[0-9]{1,6}", value) else ""
            notes.add(path, f"{error}, got {_quoted(value, path)}{hint}")
            return BAD
    plain = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**6
    hint = f'; for {value} seconds write "{value}s"' if plain else ""
    notes.add(path, f"expected {_WORDS[timedelta]}, got {_quoted(value, path)}{hint}")
    return BAD


def _described(metas: list[msgspec.Meta]) -> str:
    return next((meta.description for meta in metas if meta.description), "")


def _expected(base: Any, metas: list[msgspec.Meta], value: object, error: msgspec.ValidationError) -> str:
    kinds = (int, float) if base is float else base
    right_type = isinstance(base, type) and isinstance(value, kinds) and not isinstance(value, bool)
    if (right_type or base not in (int, float, bool)) and _described(metas):
        return _described(metas)
    if get_origin(base) is Literal:
        return _one_of([str(choice) if isinstance(choice, int) else f'"{choice}"' for choice in get_args(base)])
    if isinstance(base, type) and hasattr(base, "__members__"):
        return _one_of([f'"{member.value}"' for member in base])  # type: ignore[attr-defined]
    if not right_type and base in _WORDS:
        return _WORDS[base]
    match = re.match(r"Expected (.*?)(?:, got .*)?$", _words_of(error))
    return match.group(1).replace("`", "") if match else "something else"


def _one_of(choices: list[str]) -> str:
    return choices[0] if len(choices) == 1 else f"{', '.join(choices[:-1])} or {choices[-1]}"


def _quoted(value: object, path: Path) -> str:
    if any(isinstance(part, str) and is_secret_name(part) for part in path):
        return "a value that is not shown"
    return shown(value)


def _hint(value: object, base: Any) -> str:
    """What to write instead, where a value only has quotes or separators too many."""
    if not isinstance(value, str) or len(value) > 20:
        return ""
    plain = re.sub(r"[,_\s]|(?<=\d)$", "", value)
    if (base is int and re.fullmatch(r"\d+", plain)) or (base is float and re.fullmatch(r"\d+(\.\d+)?", plain)):
        return f"; write {plain}"
    if base is bool and value.casefold() in ("true", "false"):
        return f"; write {value.casefold()} without quotes"
    if base is datetime and re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?", value):
        return f"; write {value.replace(' ', 'T')}{':00' if len(value) == 16 else ''}"
    return ""


def _words_of(error: msgspec.ValidationError) -> str:
    """msgspec's own sentence without its path; it may quote the file."""
    return clip(one_line(clean(re.sub(r" - at `\$[^`]*`$", "", str(error)))), 120)
