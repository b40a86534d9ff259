"""Runs one of the modules in `bench.inside` with the program's interpreter, and reads what it prints."""

from __future__ import annotations

import json
import os
import subprocess

from bench.peers import PYTHON, ROOT
from bench.terminal import BenchError

PATIENCE_S = 300.0
"""Longest wait for a module to print its figures."""


def inside(module: str, *arguments: int) -> dict[str, float]:
    """The figures it prints.

    Raises:
        BenchError: it failed or took too long.
    """
    words = [PYTHON, "-m", f"bench.inside.{module}", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests")}
    try:
        done = subprocess.run(words, capture_output=True, text=True, env=environment, timeout=PATIENCE_S, check=False)
    except subprocess.TimeoutExpired:
        raise BenchError(f"{module} took more than {PATIENCE_S:.0f} s") from None
    if done.returncode:
        raise BenchError(f"{module} failed: {done.stderr.strip().splitlines()[-1:]}")
    figures: dict[str, float] = json.loads(done.stdout)
    return figures
