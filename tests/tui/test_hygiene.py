"""What the screen's code may not do, so that no text of a source can be read as markup or reach the terminal raw."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import evtui

PACKAGE = Path(evtui.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
SCREEN = sorted((PACKAGE / "tui").rglob("*.py"))

WIDGETS = {"Input"}
"""The toolkit's widgets that may be used; all others read strings as markup, or repaint more than what changed."""

TITLES = {"border_title", "border_subtitle", "sub_title", "tooltip"}
"""Attributes that read markup out of strings."""

MARKUP = {"from_markup", "from_ansi", "Static", "Label", "DataTable", "RichLog", "Log", "Markdown", "Text", "Content"}
"""What reads markup, or passes control characters on."""


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path)))


def imports(path: Path) -> Iterator[tuple[str, str]]:
    """(module, name) of every import, wherever it stands."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from ((node.module or "", alias.name) for alias in node.names)


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def test_there_is_something_to_look_at() -> None:
    assert len(SCREEN) > 20
    assert any(module.startswith("textual") for path in SCREEN for module, _ in imports(path))


def test_only_the_screen_knows_the_toolkit() -> None:
    for path in {*MODULES} - {*SCREEN}:
        assert not [module for module, _ in imports(path) if module.split(".")[0] in ("textual", "rich")], path


@pytest.mark.parametrize("path", SCREEN, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_string_is_read_as_markup(path: Path) -> None:
    for node in nodes(path):
        if isinstance(node, ast.Call) and called(node) == "notify":
            said = [keyword.value for keyword in node.keywords if keyword.arg == "markup"]
            assert said, "notify reads markup unless it is told not to"
            assert isinstance(said[0], ast.Constant)
            assert said[0].value is False
            assert not [keyword for keyword in node.keywords if keyword.arg == "title"]
        if isinstance(node, ast.Attribute | ast.Name):
            name = node.attr if isinstance(node, ast.Attribute) else node.id
            assert name not in MARKUP, f"{name} in line {node.lineno}"
            assert name not in TITLES or isinstance(node.ctx, ast.Load), f"{name} in line {node.lineno}"
        if isinstance(node, ast.keyword):
            assert node.arg != "markup" or getattr(node.value, "value", None) is False


@pytest.mark.parametrize("path", SCREEN, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_widgets_that_take_text_as_it_is(path: Path) -> None:
    names = {name for module, name in imports(path) if module.split(".")[:2] == ["textual", "widgets"]}
    assert names <= WIDGETS
    assert not {name for _, name in imports(path)} & MARKUP


def test_painters_know_no_toolkit() -> None:
    pure = [*(PACKAGE / "tui" / "paint").glob("*.py")]
    pure += [PACKAGE / "tui" / f"{name}.py" for name in ("layout", "lines", "format", "compose", "view")]
    for path in pure:
        assert not [module for module, _ in imports(path) if module.split(".")[0] in ("textual", "rich")], path
