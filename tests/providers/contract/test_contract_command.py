"""A program of somebody's own keeps the contract."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from evtui.domain.reading import Topic
from evtui.providers.command import CommandProvider
from evtui.providers.testing import OPENS, ProviderContract


class TestCommand(ProviderContract):
    """A script that prints errors as JSON lines."""

    provider = CommandProvider
    topics = frozenset({Topic.ERRORS})
    lookups = frozenset()
    overlap = 2

    @pytest.fixture(autouse=True)
    def script(self, tmp_path: Path) -> None:
        self.path = tmp_path
        self.make_say("no")
        self.write("cat errors.jsonl")

    def write(self, line: str) -> None:
        script = self.path / "errors.sh"
        script.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
        script.chmod(0o755)

    def table(self) -> Mapping[str, object]:
        fields = {"error_id": "id", "type": "kind", "message": "text", "at": "time"}
        return {"command": ["./errors.sh", "{since}"], "map": {"fields": fields}}

    def folder(self) -> str:
        return str(self.path)

    def environ(self) -> Mapping[str, str]:
        return {"PATH": os.environ["PATH"]}

    def make_fail(self) -> None:
        self.write("printf '\\033[2Jno\\n' >&2; exit 7")

    def make_hang(self) -> None:
        self.write("exec sleep 60")

    def make_say(self, text: str) -> None:
        rows = [
            {"id": str(number), "kind": "System.Exception", "text": text, "time": at.isoformat()}
            for number, at in enumerate((OPENS, OPENS + timedelta(minutes=3)))
        ]
        lines = "".join(f"{json.dumps(row)}\n" for row in rows)
        (self.path / "errors.jsonl").write_text(lines, encoding="utf-8")
