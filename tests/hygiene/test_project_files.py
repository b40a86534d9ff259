"""The project's files: tests where one looks for them, versions that are pinned, nothing of anybody's machine."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from project import ROOT, imports, modules, text_files

SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

PASSED_THROUGH = {
    "evtui.__main__": "tests/cli runs it as a process",
    "evtui.commands.arguments": "tests/cli: every form of --at and --window",
    "evtui.config.notes": "tests/config: every message is made of it",
    "evtui.report.words": "tests/report: every line is made of it",
    "evtui.tui.paint.cpu": "tests/tui draws every pane",
    "evtui.tui.paint.errors": "tests/tui draws every pane",
    "evtui.tui.paint.frame": "tests/tui draws every pane",
    "evtui.tui.paint.stock": "tests/tui draws every pane",
    "evtui.tui.screens.base": "tests/tui opens every page",
    "evtui.tui.host": "tests/tui runs the desk",
}
"""Modules that others use and no test imports by name, with where they are tested."""

# written so that this file does not hold what it looks for
_HOSTS = ("pypi" + r"\.org", "python" + "hosted", "index" + "-url", "artifact" + "ory", "npm" + "js")
REGISTRIES = re.compile("|".join(_HOSTS))
MACHINE_PATHS = re.compile(r"(?<![\w.~$-])/(?:" + "|".join(("work", "root", "home", "Users")) + r")/[\w.]")


def test_every_package_has_its_tests_where_one_looks_for_them() -> None:
    packages = {path.parent.relative_to(ROOT / "evtui") for path in modules().values()} - {ROOT / "evtui"}
    with_code = {folder for folder in packages if any(_code_of(folder))}
    tested = {path.parent.relative_to(ROOT / "tests") for path in (ROOT / "tests").rglob("test_*.py")}
    roofs = {folder for folder in with_code if folder.parts and not {folder, *folder.parents} & tested}
    assert roofs == set()


def test_every_module_is_known_to_a_test() -> None:
    """By name, or as an inner room: a module that only its own folder uses is tested through that folder's doors."""
    used = {name: imports(path) for name, path in modules().items()}
    tests = [imports(path) for path in (ROOT / "tests").rglob("*.py")]
    unknown = set()
    for name, path in modules().items():
        folder = name.rpartition(".")[0]
        outside = [user for user, names in used.items() if name in names and user.rpartition(".")[0] != folder]
        inner = folder != "evtui" and not outside
        if path.name != "__init__.py" and not inner and not any(name in names for names in tests):
            unknown.add(name)
    assert unknown <= set(PASSED_THROUGH), unknown - set(PASSED_THROUGH)
    assert set(PASSED_THROUGH) <= set(modules())


def test_test_files_have_names_of_their_own() -> None:
    names = [path.name for path in (ROOT / "tests").rglob("*.py") if path.name not in ("conftest.py", "__init__.py")]
    assert len(names) == len(set(names))


def test_no_file_names_a_registry_or_somebody_s_machine() -> None:
    found = [
        (path, match[0])
        for path, text in text_files()
        for pattern in (REGISTRIES, MACHINE_PATHS)
        for match in pattern.finditer(text)
    ]
    assert found == []


@pytest.mark.parametrize("path", ["/wo" + "rk/x", "in /ho" + "me/somebody", '"/ro' + 'ot/.config"'])
def test_machine_paths_are_seen(path: str) -> None:
    assert MACHINE_PATHS.search(path)


def test_constraints_pin_versions_and_nothing_else() -> None:
    assert _pins()
    for line in _pins():
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+]+", line), line
    names = [canonicalize_name(line.partition("==")[0]) for line in _pins()]
    assert len(names) == len(set(names))


def test_everything_that_is_installed_for_the_project_is_pinned() -> None:
    pinned = {canonicalize_name(line.partition("==")[0]) for line in _pins()}
    project = SETTINGS["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["sql"], *SETTINGS["dependency-groups"]["dev"]]
    needed = _closure([Requirement(each) for each in [*wanted, *SETTINGS["build-system"]["requires"]]])
    assert {"textual", "click", "sqlalchemy", "pytest", "rich"} <= needed
    assert needed - pinned == set()


def test_the_pinned_versions_are_allowed() -> None:
    pins = dict(line.split("==") for line in _pins())
    versions = {canonicalize_name(name): version for name, version in pins.items()}
    for text in SETTINGS["project"]["dependencies"]:
        requirement = Requirement(text)
        assert versions[canonicalize_name(requirement.name)] in requirement.specifier, text


def _code_of(folder: object) -> list[str]:
    return [
        str(path)
        for path in modules().values()
        if path.parent.relative_to(ROOT / "evtui") == folder and path.name != "__init__.py"
    ]


def _pins() -> list[str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _closure(wanted: list[Requirement]) -> set[str]:
    """Names of the distributions that are installed for these requirements, theirs included."""
    found: set[str] = set()
    seen: set[tuple[str, frozenset[str]]] = set()
    while wanted:
        requirement = wanted.pop()
        extras = frozenset(requirement.extras)
        name = canonicalize_name(requirement.name)
        if (name, extras) in seen or not _applies(requirement, frozenset()):
            continue
        seen.add((name, extras))
        try:
            theirs = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
        found.add(name)
        for each in map(Requirement, theirs):
            if _applies(each, extras):
                each.marker = None
                wanted.append(each)
    return found


def _applies(requirement: Requirement, extras: frozenset[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in (*extras, ""))
