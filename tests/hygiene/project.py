"""The project's own files, as the tests of its structure read them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
_LEFT_OUT = {".git", ".venv", ".venv-bench", "build", "dist", "__pycache__"}


@cache
def modules() -> dict[str, Path]:
    """Every module of the package by its name."""
    found = {}
    for path in sorted((ROOT / "evtui").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = path
    return found


@cache
def tree(path: Path) -> ast.Module:
    """A file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(path: Path) -> set[str]:
    """Every name a file imports, wherever in it: `a.b` and `a.b.c` for `from a.b import c`."""
    names: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def text_files() -> Iterator[tuple[str, str]]:
    """Path and text of every file that belongs to the project, this machine's leftovers left out."""
    for path in sorted(ROOT.rglob("*")):
        inside = path.relative_to(ROOT)
        parts = set(inside.parts)
        if not path.is_file() or parts & _LEFT_OUT or any(_is_leftover(part) for part in inside.parts):
            continue
        try:
            yield str(inside), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def _is_leftover(part: str) -> bool:
    return part.endswith((".egg-info", "_cache")) or part == ".hypothesis"
