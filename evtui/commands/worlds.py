"""What a simulation plays where nobody says it, and what can be said."""

from __future__ import annotations

SCENARIOS = (
    "calm",
    "rush",
    "stuck",
    "confirmed",
    "mixed",
    "invalid",
    "vip",
    "saturated",
    "silent",
    "outage",
    "oversold",
)
"""Launches the simulation can play."""

BENCH = "load"
"""The scenario that is no launch: it is there to see what the program can bear, and `--rate` belongs to it alone."""

SCENARIO = "calm"
"""The day that nothing goes wrong."""

SEED = 1
"""Which of its worlds."""

DEMO_AT = "2024-01-25T10:30"
"""Where a demo starts: half an hour into the launch of the shipped campaign file."""

SPEED = 1.0
"""As fast as real time."""
