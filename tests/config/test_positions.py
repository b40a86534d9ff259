"""Every key that tomllib knows is found, and where it is said to stand."""

from __future__ import annotations

import json
import string
import tomllib
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evtui.config.keypath import Path, dotted
from evtui.config.positions import Places
from evtui.config.scanner import scan

_BARE = string.ascii_letters + string.digits + "_-"
_KEYS = st.one_of(
    st.text(_BARE, min_size=1, max_size=6),
    st.text(st.sampled_from("ab .#=[]{}\"\\'\n\t電é"), max_size=5),
)
_TEXTS = st.text(st.sampled_from("ab #=[]{}\"'\\\n\t,券"), max_size=12)
_SCALARS = st.one_of(
    _TEXTS,
    st.integers(-(10**6), 10**6),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.datetimes().map(lambda moment: moment.replace(microsecond=0)),
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=8,
)


def _key(name: str, draw: st.DrawFn) -> str:
    if name and all(letter in _BARE for letter in name) and draw(st.booleans()):
        return name
    if name and draw(st.booleans()) and not set(name) & set("'\n\t"):
        return f"'{name}'"
    return json.dumps(name, ensure_ascii=draw(st.booleans()))


def _text(text: str, draw: st.DrawFn) -> str:
    style = draw(st.integers(0, 3))
    if style == 1 and not set(text) & set("'\n"):
        return f"'{text}'"
    if style == 2 and "'" not in text:
        return f"'''\n{text}'''"
    if style == 3:
        return '"""\n' + text.replace("\\", "\\\\").replace('"', '\\"') + draw(st.sampled_from(["", '"', '""'])) + '"""'
    return json.dumps(text)


def _value(value: Any, draw: st.DrawFn) -> str:
    if isinstance(value, str):
        return _text(value, draw)
    if isinstance(value, list):
        gap = draw(st.sampled_from(["", " ", "\n  ", " # a ] comment\n"]))
        items = "".join(f"{gap}{_value(item, draw)}{gap}," for item in value)
        return f"[{items}{gap}]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(name, draw)} = {_value(item, draw)}" for name, item in value.items()) + " }"
    if isinstance(value, bool):
        return "true" if value else "false"
    if hasattr(value, "isoformat"):
        return str(value.isoformat(sep=draw(st.sampled_from(["T", " "]))))
    return repr(value)


def _table(table: dict[str, Any], header: tuple[str, ...], draw: st.DrawFn) -> list[str]:
    """Lines of a table: plain keys first, then dotted ones, then tables and lists of tables with headers."""
    lines, tables = [], []
    for name, value in table.items():
        spelled = _key(name, draw)
        style = draw(st.integers(0, 2))
        is_list_of_tables = isinstance(value, list) and value and all(isinstance(item, dict) for item in value)
        if isinstance(value, dict) and style == 1:
            tables += [f"[{'.'.join((*header, spelled))}]", *_table(value, (*header, spelled), draw)]
        elif is_list_of_tables and style == 1:
            for item in value:
                tables += [f"[[ {' . '.join((*header, spelled))} ]] # item", *_table(item, (*header, spelled), draw)]
        elif isinstance(value, dict) and value and style == 2:
            lines += [f"{spelled}.{_key(inner, draw)} = {_value(item, draw)}" for inner, item in value.items()]
        else:
            comment = draw(st.sampled_from(["", " # [no.table] = 1", "  "]))
            lines.append(f"{draw(st.sampled_from(['', '  ']))}{spelled} = {_value(value, draw)}{comment}")
    return [*lines, draw(st.sampled_from(["", "# [x]", "\t"])), *tables]


@st.composite
def documents(draw: st.DrawFn) -> str:
    """TOML in every style that tomllib takes."""
    return "\n".join(_table(draw(st.dictionaries(_KEYS, _VALUES, max_size=5)), (), draw))


def _paths(value: Any, path: Path = ()) -> list[Path]:
    found = [path] if path else []
    if isinstance(value, dict):
        for name, item in value.items():
            found += _paths(item, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += _paths(item, (*path, index))
    return found


@settings(max_examples=150, deadline=None)
@given(documents())
def test_finds_every_key_tomllib_finds_and_no_other(text: str) -> None:
    tree = tomllib.loads(text)
    assert set(scan(text).offsets) == set(_paths(tree))


@settings(max_examples=100, deadline=None)
@given(documents())
def test_a_key_stands_where_it_is_said_to_stand(text: str) -> None:
    lines = text.split("\n")
    places = Places("x", text)
    for path in scan(text).offsets:
        name = path[-1]
        found = places.of(path)
        assert found is not None
        rest = lines[found[0] - 1][found[1] - 1 :]
        if isinstance(name, str):
            quoted = tomllib.loads(f"{rest[: _end(rest)]} = 1")
            assert list(quoted) == [name]


def _end(rest: str) -> int:
    """Length of the key that `rest` begins with."""
    if rest[0] not in "\"'":
        return next((at for at, letter in enumerate(rest) if letter not in _BARE), len(rest))
    at = 1
    while rest[at] != rest[0]:
        at += 2 if rest[at] == "\\" and rest[0] == '"' else 1
    return at + 1


@settings(max_examples=200)
@example("1=[")
@example("a=[1,")
@given(st.text(st.sampled_from("ab=.[]{}\"',#\n\\ 1"), max_size=60))
def test_never_fails_on_what_is_not_toml(text: str) -> None:
    offsets = scan(text).offsets
    assert all(0 <= offset < len(text) for offset in offsets.values())


def test_lists_of_tables_tables_below_them_and_dotted_keys() -> None:
    text = '[[a]]\nb = 1\n[a.c]\nd.e = [1,\n  {f = 2}]\n[[a]]\n"b" = 2\n'
    places = Places("x", text)
    assert places.of(("a", 0, "b")) == (2, 1)
    assert places.of(("a", 0, "c", "d", "e", 1, "f")) == (5, 4)
    assert places.of(("a", 1)) == (6, 3)
    assert places.of(("a", 1, "b")) == (7, 1)


def test_a_key_that_is_not_there_has_the_place_of_its_table() -> None:
    places = Places("x", "[a]\nb = 1\n")
    assert places.of(("a", "missing")) == (1, 2)
    assert places.of(("missing",)) is None


@pytest.mark.parametrize("text", ['a = """x', "a = '''x", 'a = "x', "a = [1, 2", "a = {b = 1", "[a", "a ="])
def test_stops_at_what_never_ends(text: str) -> None:
    found = scan(text + "\nb = 1\n")
    assert ("b",) not in found.offsets
    assert found.statements[0] == 0


def test_paths_as_text() -> None:
    assert dotted(("products", 1, "price")) == "products[1].price"
    assert dotted(("a", "b c")) == 'a."b c"'
