"""The sentence about a source whose figures are not present truth."""

from __future__ import annotations

from datetime import timedelta

import pytest

from evtui.config.load import example_path, load
from evtui.domain.reading import Topic
from evtui.report.notes import unusable
from evtui.store.state import Health, LaunchState, SourceSpec, SourceState

STATE = LaunchState(
    load(example_path()).campaign, {Topic.CPU: SourceSpec(Topic.CPU, "cloudwatch", timedelta(minutes=1))}
)
AGO = timedelta(minutes=5)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (Health(Topic.CPU, SourceState.UNKNOWN, why="no answer yet"), "cpu (cloudwatch): no answer yet"),
        (Health(Topic.ERRORS, SourceState.UNKNOWN, why="no source"), "errors: no source"),
        (Health(Topic.CPU, SourceState.STALE, AGO), "cpu (cloudwatch) is stale: its newest fact is 5m00s old"),
        (Health(Topic.CPU, SourceState.STALE, None, AGO), "cpu (cloudwatch) is stale: its newest fact is 5m00s old"),
        (
            Health(Topic.CPU, SourceState.DOWN, None, AGO, "refused"),
            "cpu (cloudwatch) is down: refused (last answer 5m00s ago)",
        ),
        (
            Health(Topic.CPU, SourceState.AUTH, why="expired", remedy="log in"),
            "cpu (cloudwatch) refuses the login: expired (it never answered); to put it right: log in",
        ),
    ],
)
def test_every_state_has_its_sentence(source: Health, said: str) -> None:
    assert unusable(STATE, source) == said
