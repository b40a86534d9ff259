"""What a program sent and when, and what that meant on the screen: played back afterwards, when it delays nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bench.minimal import least, picture
from bench.screen import Screen
from bench.styles import Style

BURST_S = 0.010
"""Output with a longer gap before it is another frame."""

_HELD = 2026
"""While this mode is on the terminal shows nothing new."""

_AT_REST = frozenset((7, 25))
"""Modes a terminal has on by itself: wrap, visible cursor."""


@dataclass(frozen=True)
class Box:
    """A part of the screen, in cells from 0."""

    y: int
    x: int
    height: int
    width: int


@dataclass(frozen=True)
class Recording:
    """Every read with its monotonic time, and when keys were sent."""

    size: tuple[int, int]
    """Columns and rows."""
    chunks: tuple[tuple[float, bytes], ...]
    keys: tuple[float, ...] = ()

    def sent(self, since: float, until: float) -> int:
        """Bytes sent between two moments."""
        return sum(len(data) for at, data in self.chunks if since <= at < until)


@dataclass(frozen=True)
class Frame:
    """Bytes that were sent, and that a simple encoder would have needed: never more, since programs may scroll."""

    at: float
    sent: int
    least: int


@dataclass(frozen=True)
class Answered:
    """Seconds from each key to the picture that shows it, None for a key without effect before the next one."""

    seconds: tuple[float | None, ...]
    unasked: int
    """Changes of the watched part that no key had asked for."""


def bursts(recording: Recording, since: float, until: float) -> list[tuple[float, bytes]]:
    """What was sent between two moments, cut where nothing came for a while; with the times the pieces end at."""
    pieces: list[tuple[float, bytes]] = []
    for at, data in recording.chunks:
        if since <= at < until:
            if pieces and at - pieces[-1][0] <= BURST_S:
                pieces[-1] = (at, pieces[-1][1] + data)
            else:
                pieces.append((at, data))
    return pieces


def frames(recording: Recording, since: float, until: float) -> list[Frame]:
    """The frames between two moments."""
    screen = Screen(*recording.size)
    for at, data in recording.chunks:
        if at < since:
            screen.feed(data)
    before, found = picture(screen), []
    for at, data in bursts(recording, since, until):
        screen.feed(data)
        after = picture(screen)
        found.append(Frame(at, len(data), min(least(before, after), len(data))))
        before = after
    return found


def answered(recording: Recording, box: Box) -> Answered:
    """How long each key took to change the styles in `box`. Text there may move by itself, a selection does not."""
    seconds: list[float | None] = []
    unasked, waiting, shown = 0, False, _styles(Screen(*recording.size), box)
    keys = iter(recording.keys)
    following = next(keys, None)
    asked = 0.0
    for at, now in _shown(recording, box):
        while following is not None and following <= at:
            if waiting:
                seconds.append(None)
            asked, waiting, following = following, True, next(keys, None)
        if now != shown:
            if waiting:
                seconds.append(at - asked)
            elif recording.keys and at > recording.keys[0]:
                unasked += 1
            waiting, shown = False, now
    lost = len(recording.keys) - len(seconds)
    return Answered((*seconds, *[None] * lost), unasked)


def modes_left(recording: Recording) -> tuple[str, ...]:
    """What a program changed and did not change back: modes by number, `-25` for one that was on, the keyboard's."""
    screen = Screen(*recording.size)
    for _, data in recording.chunks:
        screen.feed(data)
    left = [str(mode) for mode in sorted(screen.modes - _AT_REST)]
    left += [f"-{mode}" for mode in sorted(_AT_REST - screen.modes)]
    return (*left, *(["keyboard"] if screen.keyboard > 0 else []))


def _shown(recording: Recording, box: Box) -> Iterator[tuple[float, tuple[tuple[Style, ...], ...]]]:
    """The styles in a box whenever the terminal shows something new."""
    screen = Screen(*recording.size)
    for at, data in recording.chunks:
        screen.feed(data)
        if _HELD not in screen.modes:
            yield at, _styles(screen, box)


def _styles(screen: Screen, box: Box) -> tuple[tuple[Style, ...], ...]:
    lines = screen.cells[box.y : box.y + box.height]
    return tuple(tuple(style for _, style in line[box.x : box.x + box.width]) for line in lines)
