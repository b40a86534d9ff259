"""Packages that offer providers, laid out as an installer leaves them, in a folder of the test's own."""

from __future__ import annotations

import sys
from pathlib import Path

GOOD = """
from evtui.domain.reading import Answer, Chart, ChartPoints
from evtui.domain.reading import Lookup, Topic
from evtui.providers.base import Settings


class DepthSettings(Settings, frozen=True, kw_only=True):
    depth: int = 0


class Provider:
    Settings = DepthSettings
    topics = frozenset({Topic.CHARTS})
    lookups = frozenset()

    @classmethod
    def open(cls, settings, context):
        return cls()

    async def poll(self, topic, cursor):
        return Answer(ChartPoints((), (Chart("depth"),)))

    async def look_up(self, lookup, question):
        raise NotImplementedError

    async def aclose(self):
        return
"""
"""A module with a provider that works."""


class Plugins:
    """What is installed there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.modules: list[str] = []

    def add(self, name: str, code: str = GOOD, *, package: str = "", attribute: str = "Provider") -> None:
        """A package of version 1.0 with one module, whose `attribute` it offers as the provider `name`."""
        package = package or f"{name}-package"
        module = f"plugged_{package.replace('-', '_')}_{name}"
        (self.folder / f"{module}.py").write_text(code, encoding="utf-8")
        info = self.folder / f"{package.replace('-', '_')}-1.0.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n", encoding="utf-8")
        points = info / "entry_points.txt"
        known = points.read_text(encoding="utf-8") if points.exists() else "[evtui.providers]\n"
        points.write_text(f"{known}{name} = {module}:{attribute}\n", encoding="utf-8")
        self.modules.append(module)

    def imported(self) -> list[str]:
        """Modules of these packages that were loaded."""
        return [name for name in self.modules if name in sys.modules]
