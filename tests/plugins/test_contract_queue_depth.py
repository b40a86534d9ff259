"""The example plug-in keeps the contract, by the suite that any package can use."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from evtui_queue_depth import QueueDepthProvider

from evtui.providers.testing import ProviderContract


class TestQueueDepth(ProviderContract):
    """A file with three minutes."""

    provider = QueueDepthProvider

    @pytest.fixture(autouse=True)
    def depths(self, tmp_path: Path) -> Iterator[None]:
        self.path = tmp_path / "depth.json"
        self.make_say("issue-vouchers")
        yield
        if self.path.is_fifo():
            # whoever still waits for somebody to write is let go
            with self.path.open("r+b", buffering=0):
                pass

    def table(self) -> Mapping[str, object]:
        return {"file": str(self.path), "above": 500.0}

    def make_fail(self) -> None:
        self.path.write_text("<html>\x1b[2J</html>", encoding="utf-8")

    def make_hang(self) -> None:
        self.path.unlink()
        os.mkfifo(self.path)

    def make_say(self, text: str) -> None:
        depth = [[f"2024-01-25T10:0{minute}:30+08:00", 17 * minute] for minute in (2, 0, 1)]
        self.path.write_text(json.dumps({"queue": text, "depth": depth}), encoding="utf-8")
