"""Sizes, docstrings and words: what keeps the house readable."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from project import modules, tree

MODULE_LINES = 320
FUNCTION_LINES = 45

LONGER: dict[str, str] = {}
"""Modules and functions that are longer than that, each with its reason."""

CATCHES_ALL = {
    "evtui.cli": "the last resort: a fault of ours ends in one sentence and a log entry",
    "evtui.collector.question": "a provider or a sink that fails must not take the others with it",
    "evtui.providers.registry": "code of other packages is loaded here: a broken plug-in stops nothing else",
    "evtui.providers._threads": "as the standard pool does: whoever asked gets the exception",
    "evtui.tui.terminal": "the input thread's last resort: it ends the program with one sentence",
    "evtui.report.save": "removes the half-written draft and raises again",
}
"""Modules that catch everything somewhere, each with its reason."""

Function = ast.FunctionDef | ast.AsyncFunctionDef

every_module = pytest.mark.parametrize("name", modules())


@every_module
def test_modules_and_functions_are_short(name: str) -> None:
    path = modules()[name]
    lengths = {name: len(path.read_text(encoding="utf-8").splitlines())}
    assert lengths[name] <= MODULE_LINES or name in LONGER
    for node in ast.walk(tree(path)):
        if isinstance(node, Function) and f"{name}:{node.name}" not in LONGER:
            assert (node.end_lineno or 0) - node.lineno < FUNCTION_LINES, node.name


@every_module
def test_modules_say_what_they_own(name: str) -> None:
    module = tree(modules()[name])
    assert ast.get_docstring(module) or not module.body


@every_module
def test_what_is_public_says_what_it_is(name: str) -> None:
    module = tree(modules()[name])
    documented = {node.name for node in ast.walk(module) if isinstance(node, Function) and ast.get_docstring(node)}
    silent = [
        node.name
        for node, inherits in _public(module)
        # a method may be described where it is promised: in a protocol beside it, or in a base class
        if not ast.get_docstring(node) and not inherits and node.name not in documented
    ]
    assert silent == []


@every_module
def test_nothing_is_caught_by_accident(name: str) -> None:
    caught = [
        "everything" if node.type is None else ast.unparse(node.type)
        for node in ast.walk(tree(modules()[name]))
        if isinstance(node, ast.ExceptHandler)
    ]
    assert "everything" not in caught
    assert ({"Exception", "BaseException"} & set(caught) != set()) == (name in CATCHES_ALL)


@every_module
def test_nothing_is_left_for_later(name: str) -> None:
    source = modules()[name].read_text(encoding="utf-8")
    assert not re.search(r"\b(TODO|FIXME|XXX|HACK)\b", source)
    assert not re.search(r"^\s*(print|breakpoint)\(", source, re.MULTILINE)


def test_exceptions_are_still_needed() -> None:
    assert set(CATCHES_ALL) <= set(modules())
    assert {entry.partition(":")[0] for entry in LONGER} <= set(modules())


def test_names_say_what_things_are() -> None:
    for name, path in modules().items():
        assert re.fullmatch(r"[a-z_.]+", name)
        classes = [node.name for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef)]
        assert not [each for each in classes if re.search(r"Manager|Helper|Utils?$|^Base|^Evtui(?!Error)", each)]
    assert not [name for name in modules() if re.search(r"utils?|helpers?|common|misc", name)]


def _public(module: ast.Module) -> Iterator[tuple[Function | ast.ClassDef, bool]]:
    """Public functions, classes and their methods; with each, whether its class inherits from another."""
    for node in module.body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            yield node, False
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            for method in node.body:
                if isinstance(method, Function) and not method.name.startswith("_"):
                    yield method, bool(node.bases)


def test_the_rules_see_what_they_are_for(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text("class Thing:\n    def open(self): ...\n\ndef run(): ...\n\ndef _own(): ...\n", encoding="utf-8")
    assert [node.name for node, _ in _public(tree(path))] == ["Thing", "open", "run"]
