"""The commented tables of the example campaign file work when they are put in place of the simulated ones."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evtui.clock import SystemClock
from evtui.config.load import example_path
from evtui.domain.metrics import FleetSize
from evtui.domain.reading import Topic
from evtui.session import open_session

EXAMPLE = example_path().read_text(encoding="utf-8")

PRINTS = """#!/bin/sh
echo '{"name": "SCMAPI", "wanted": '$1', "running": 4}'
"""


def replaced(topic: str, provider: str) -> str:
    """The example with its commented table of this provider in place of the simulated one."""
    tables = re.findall(rf"^# \[sources\.{topic}\]\n(?:# .+\n)+", EXAMPLE, flags=re.M)
    (table,) = (table for table in tables if f'# provider = "{provider}"' in table)
    text, gone = re.subn(rf'^\[sources\.{topic}\]\nprovider = "simulated"\n(every = .*\n)?', "", EXAMPLE, flags=re.M)
    assert gone == 1
    return text + "\n" + re.sub("^# ", "", table, flags=re.M)


async def test_a_program(tmp_path: Path) -> None:
    (tmp_path / "evtui.toml").write_text(replaced("capacity", "command"), encoding="utf-8")
    (tmp_path / "capacity.sh").write_text(PRINTS, encoding="utf-8")
    (tmp_path / "capacity.sh").chmod(0o755)
    session = open_session(tmp_path / "evtui.toml", SystemClock(), environ={"PATH": "/bin:/usr/bin", "SHOP_TOKEN": "x"})
    async with session:
        await session.refresh()
    told_of = {service: size for service, (_, size) in session.state.fleet.items()}
    # the shop's number is what the script was called with
    assert told_of == {"SCMAPI": FleetSize("SCMAPI", None, 28, 4)}


@pytest.mark.parametrize("topic", ["traffic", "charts"])
async def test_a_grafana(topic: str, tmp_path: Path) -> None:
    (tmp_path / "evtui.toml").write_text(replaced(topic, "grafana"), encoding="utf-8")
    async with open_session(tmp_path / "evtui.toml", SystemClock(), environ={}) as session:
        assert session.state.specs[Topic(topic)].provider == "grafana"
