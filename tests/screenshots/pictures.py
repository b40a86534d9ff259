"""The pictures in `screenshots/`: the cockpit on the seeded demo at a fixed time, drawn by the toolkit itself.

`python tests/screenshots/pictures.py` writes them; the test draws them again and compares.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from evtui.clock import ManualClock
from evtui.config.load import example_path, load
from evtui.session import Demo, open_session
from evtui.tui import themes
from evtui.tui.app import Cockpit

FOLDER = Path(__file__).parents[2] / "screenshots"

FONTS = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, 'Noto Sans Mono CJK TC', monospace"
"""What a picture is drawn with: the text is stretched to its cells, so any of them does."""

PATIENCE_S = 20.0
"""Longest wait for a screen to hold what the picture is about."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What to play, which keys to press, and the text that shows that the screen is ready."""

    name: str
    scenario: str
    at: str
    size: tuple[int, int]
    keys: tuple[str, ...] = ()
    ready: str = "delivered"
    theme: str = "terminal"
    evened: bool = False
    """Whether times of this machine are shown, which differ from run to run and are made even."""


PICTURES = (
    Picture("calm-120x36", "calm", "2024-01-25T10:30", (120, 36)),
    Picture("stuck-120x36", "stuck", "2024-01-25T11:31", (120, 36), ready="OVERDUE"),
    Picture("stuck-80x24", "stuck", "2024-01-25T11:31", (80, 24), ready="OVERDUE"),
    Picture("order-120x36", "stuck", "2024-01-25T11:31", (120, 36), ("enter",), ready="answered"),
    Picture("report-120x36", "calm", "2024-01-25T10:30", (120, 36), ("r", "s"), ready="第一筆交易"),
    Picture("outage-120x36", "outage", "2024-01-25T10:23", (120, 36), ready="AUTH"),
    Picture("rush-zoom-120x36", "rush", "2024-01-25T10:41", (120, 36), ("1", "z"), ready="sold out"),
    Picture("stuck-200x50", "stuck", "2024-01-25T11:31", (200, 50), ready="OVERDUE", theme="dark"),
    Picture("compact-80x24", "stuck", "2024-01-25T11:31", (80, 24), ("d", "n", "n"), ready="OVERDUE", theme="safe"),
    Picture("sources-120x36", "outage", "2024-01-25T10:23", (120, 36), ("5",), ready="look-ups", evened=True),
    Picture("palette-120x36", "stuck", "2024-01-25T11:31", (120, 36), ("colon", "g", "r", "a"), ready="graphs"),
)


async def draw(picture: Picture) -> str:
    """The picture as SVG; the same bytes every time."""
    path = example_path()
    start = datetime.fromisoformat(picture.at).replace(tzinfo=load(path).campaign.zone)
    before = themes.chosen()
    themes.choose(picture.theme)
    try:
        return await _drawn(picture, path, start)
    finally:
        themes.choose(before)


async def _drawn(picture: Picture, path: Path, start: datetime) -> str:
    app = Cockpit(open_session(path, ManualClock(start), Demo(picture.scenario, 1)))
    async with app.run_test(size=picture.size) as pilot:
        await _until(lambda: _all_told(app))
        if picture.evened:
            _even(app)
        for key in picture.keys:
            await pilot.press(key)
        app.tick()
        await _until(lambda: picture.ready in _text(app))
        await pilot.pause()
        svg = app.export_screenshot(title=f"evtui demo --scenario {picture.scenario} --at {picture.at}")
    # the picture must look the same everywhere and fetch nothing: fonts of the viewer's own, wide characters among them
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = svg.replace("font-family: Fira Code, monospace;", f"font-family: {FONTS};")
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.01)


def _all_told(app: Cockpit) -> bool:
    state = app.session.state
    told = state.specs.keys() <= state.sources.keys()
    return told and not any(seen.coverage.more for seen in state.sources.values())


def _even(app: Cockpit) -> None:
    """Let every question have taken as long, and every next one come after the same share of its pace."""
    store, now, statuses = app.session.store, app.session.clock.now(), app.session.statuses
    sources = {}
    for topic, seen in store.state.sources.items():
        assert seen.trip is not None
        sources[topic] = replace(seen, trip=(seen.trip[0], replace(seen.trip[1], took_s=0.02)))
    store._state = replace(store.state, sources=sources)
    app.session.statuses = lambda: tuple(  # type: ignore[method-assign]
        replace(each, next_at=now + 0.8 * each.every, asking=None) for each in statuses()
    )


def _text(app: Cockpit) -> str:
    """All text now on the screen."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


def main() -> None:
    """Write every picture."""
    FOLDER.mkdir(exist_ok=True)
    for picture in PICTURES:
        (FOLDER / f"{picture.name}.svg").write_text(asyncio.run(draw(picture)))


if __name__ == "__main__":
    main()
