"""The program in a home of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from program import Program


@pytest.fixture
def evtui(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Program:
    return Program(tmp_path, monkeypatch, capsys)
