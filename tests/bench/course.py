"""One course through the measures: how many pairs, how long the windows, and how busy the rest of the machine was."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median

from bench.recording import Recording
from bench.terminal import Command, Window, run

WARM_S = 2.5
"""From a complete screen to the window: what is made up for after the first frame is not the steady state."""

BUSY = 0.2
"""Share of a core burnt by others from which figures of time are not to be trusted."""


@dataclass
class Course:
    """Pairs to run, seconds to watch each, and what others burnt so far."""

    pairs: int = 5
    window_s: float = 10.0
    others: list[float] = field(default_factory=list)

    def watched(self, command: Command) -> tuple[Recording, Window]:
        """One run of a program with its window."""
        recording, window = run(command, WARM_S, self.window_s)
        self.others.append(window.others)
        return recording, window

    def weather(self) -> str:
        """How quiet the machine was."""
        if not self.others:
            return ""
        middle, most = median(self.others), max(self.others)
        words = f"Others burnt {100 * middle:.0f} % of a core during the windows (most: {100 * most:.0f} %)."
        return words if most < BUSY else f"{words} NOISY: figures of time are not to be trusted."
