"""Durations read and written."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.config.duration import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("30m", 30), ("1h", 60), ("1h30m", 90), ("90s", 1.5), ("24h", 1440), ("2d", 2880), (" 5m ", 5), ("0s", 0)],
)
def test_reads(text: str, minutes: float) -> None:
    assert parse_duration(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["", "30", "1.5h", "30m1h", "-5m", "5 minutes", "1h1h", "٣m", "9999d", "5M", "1h 30m"])
def test_refuses(text: str) -> None:
    with pytest.raises(ValueError, match="expected a duration"):
        parse_duration(text)


@given(st.integers(0, 3000 * 86_400))
def test_writes_what_it_reads(seconds: int) -> None:
    duration = timedelta(seconds=seconds)
    assert parse_duration(format_duration(duration)) == duration
