"""A small app for the driver tests, run in a pseudo-terminal: each ctrl+n is one more step of a fixed script.

    python driver_app.py cell|whole|stock [no-mouse] [unasked] [probe]

After a step the title of the terminal is set to its number, so that the test knows without waiting for a time; with
`probe` it is set to what the terminal said of itself, which the app then goes by.
"""

from __future__ import annotations

import fcntl
import random
import sys
import termios
from collections.abc import Collection
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid
from textual.geometry import Region
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, Static

from evtui.tui import ambiguous
from evtui.tui.ambiguous import fit, prepared
from evtui.tui.driver import CellDriver, driver_class
from evtui.tui.terminal import Probe, TerminalDriver

TICKS = 20
"""Steps that change figures only, as a second of a launch does."""

NAMES = (
    "茉莉奶绿 大杯",
    "Latte",
    "Café crème",
    "芝芝莓莓🍓",
    "cafe\u0301",
    "全家桶（二人）",
    "plain row",
    "订单处理中…",
)


class Lines(Widget):
    """Lines of text that repaint only where a line changed."""

    def __init__(self, name: str) -> None:
        super().__init__(id=name)
        self._lines = [""] * 60

    def show(self, y: int, text: str) -> None:
        if self._lines[y] != text:
            self._lines[y] = text
            self.refresh(Region(0, y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        text = fit(self._lines[y], width)
        bold = self.rich_style + Style(bold=True)
        return Strip([Segment(prepared(text[:8]), bold), Segment(prepared(text[8:]), self.rich_style)], width)


class Question(ModalScreen[None]):
    """Covers wide characters at odd columns."""

    DEFAULT_CSS = "Question { align: center middle; } Question Static { width: 21; height: 5; border: round red; }"

    def compose(self) -> ComposeResult:
        yield Static("确定吗: really [b]sure[/b]\n是 / no")


class DriverApp(App[None]):
    """Two panes of lines, a stock widget and an input."""

    CSS = """
    Grid { grid-size: 2 2; }
    Lines, #stock { border: round $primary; height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "next", priority=True),
        Binding("ctrl+r", "redraw", priority=True),
        Binding("ctrl+o", "mouse", priority=True),
        Binding("ctrl+z", "suspend_process", priority=True),
        Binding("ctrl+q", "quit", priority=True),
    ]
    animation_level = "none"

    def __init__(self, driver: str, flags: Collection[str] = ()) -> None:
        asked = "unasked" not in flags
        chosen = driver_class(whole_frames=driver == "whole", ask_width=asked, ask_background=asked)
        super().__init__(driver_class=None if driver == "stock" else chosen)
        self._step = 0
        self._tells = "probe" in flags
        self._mouse = "no-mouse" not in flags
        self._random = random.Random(7)

    def compose(self) -> ComposeResult:
        with Grid():
            yield Lines("left")
            yield Lines("right")
            yield Static("", id="stock")
            yield Input("typed 文字", select_on_focus=False)

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False
        self.call_after_refresh(self._settle, 3)

    def _settle(self, rounds: int) -> None:
        if rounds:
            self.call_after_refresh(self._settle, rounds - 1)
        elif self._driver is not None:
            self._driver.write(f"\x1b]2;step {self._step}\x07")

    async def action_next(self) -> None:
        self._step += 1
        if self._step == TICKS + 1:
            await self.push_screen(Question())
        elif self._step == TICKS + 3:
            self.pop_screen()
        elif self._step == TICKS + 4:
            self.bell()
            self.query_one(Input).value = "别的 text"
        else:
            self._tick()
        self.call_after_refresh(self._settle, 3)

    def _tick(self) -> None:
        chance = self._random
        left, right = (self.screen_stack[0].query_one(name, Lines) for name in ("#left", "#right"))
        left.show(0, f"step {self._step}")
        for y in range(1, 9):
            left.show(y, f"{fit(NAMES[y - 1], 16)} {chance.randrange(1000):5} {chance.randrange(-9, 9):4}")
        for y in range(3):
            right.show(y, "".join(chance.choice("▁▂▃▄▅▆▇█") for _ in range(30)))
        right.show(4, chance.choice(NAMES) + chance.choice(NAMES))
        self.screen_stack[0].query_one("#stock", Static).update(f"sold {chance.randrange(99)} 份")

    def on_probe(self, message: Probe) -> None:
        ambiguous.set_width(message.ambiguous or 1)
        if self._tells and self._driver is not None:
            self.refresh(layout=True)
            self._driver.write(f"\x1b]2;probe {message.ambiguous} {message.background_dark}\x07")

    def action_mouse(self) -> None:
        self._mouse = not self._mouse
        if isinstance(self._driver, TerminalDriver):
            self._driver.set_mouse(self._mouse)
            self._driver.write(f"\x1b]2;mouse {self._mouse}\x07")

    def action_redraw(self) -> None:
        if isinstance(self._driver, CellDriver):
            self._driver.repaint()
        self.call_after_refresh(self._settle, 3)


if __name__ == "__main__":
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    app = DriverApp(sys.argv[1], sys.argv[2:])
    app.run(mouse="no-mouse" not in sys.argv)
    sys.exit(app.return_code or 0)
