"""The cockpit: one app over one session. It draws on the clock, or at once when a human
acts, and asks no source itself.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from contextlib import suppress
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.events import Event, Key
from textual.screen import Screen
from textual.widget import Widget

from evtui.domain.reading import Lookup, Reading, Topic
from evtui.errors import Exit
from evtui.paths import log_file
from evtui.session import Session
from evtui.tui.driver import CellDriver
from evtui.tui.keymap import KeyMap, toolkit_key, toolkit_keymap
from evtui.tui.look import Look
from evtui.tui.present import Present
from evtui.tui.screens.base import Page
from evtui.tui.screens.desk import DeskScreen
from evtui.tui.shell import Shell
from evtui.tui.terminal import TerminalDriver
from evtui.tui.view import Settings

log = logging.getLogger(__name__)

TICK_S = 1.0
"""Seconds between two drawings: whatever the data does, the screen changes once a second."""

SOON_S = 0.25
"""Shortest time between drawings that a human's wish or the first answers bring about: four a second."""

FIRST_S = 0.06
"""Longest wait of the first frame for the first answers: drawing once with them is quicker than drawing twice."""


class Cockpit(Shell):
    """The whole program on a terminal."""

    ENABLE_COMMAND_PALETTE = False
    CSS = """
    Screen { background: ansi_default; color: ansi_default; }
    DeskScreen { overflow: hidden; }
    Lines { width: 100%; height: 100%; }
    Page { align: center middle; background: transparent; }
    Prompt { align: left bottom; background: transparent; }
    Prompt Input { width: 100%; height: 1; border: none; padding: 0 1; }
    Prompt Lines { width: 100%; height: 1; }
    """
    TITLE = "evtui"
    BINDINGS: ClassVar[list[BindingType]] = [
        # what these keys do in every other program of a shell, wherever the focus is
        Binding("ctrl+c", "interrupt", show=False, priority=True),
        Binding("ctrl+z", "suspend_process", show=False, priority=True),
    ]

    def __init__(self, session: Session, *, whole_frames: bool = False, keymap: KeyMap = KeyMap()) -> None:
        super().__init__(driver_class=TerminalDriver if whole_frames else CellDriver, ansi_color=True)
        self.session = session
        self.animation_level = "none"
        self.settings = Settings(Look(), None)
        self.keymap = keymap
        self.present = Present(session)
        self._soon = False
        self._started = False
        self._awaited: set[Topic | Lookup] = set(session.state.specs)
        self._told = asyncio.Event()
        """Every source has answered once, well or badly."""

    def get_default_screen(self) -> Screen[Any]:
        """The desk."""
        return DeskScreen()

    async def on_mount(self) -> None:
        """Start asking. What answers at once is in the first frame; what does not is drawn when it comes."""
        await self.session.__aenter__()
        self.set_keymap(toolkit_keymap(self.keymap))
        self.session.store.listen(self._heard)
        self.session.collector.start()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._told.wait(), FIRST_S)
        self._started = True
        self.set_interval(TICK_S, self.tick)
        self.call_after_refresh(_collect_garbage_again)

    async def on_unmount(self) -> None:
        """Stop asking; what hangs is left behind."""
        await self.session.__aexit__()

    def tick(self) -> None:
        """Draw the present on whatever is on top, and on the desk below it."""
        self._soon = False
        self.present.forget()
        self.present.remember()
        self.draw()

    def draw(self) -> None:
        """Draw every screen there is; rows that are the same are not sent."""
        present = self.view()
        for screen in self.screen_stack:
            if isinstance(screen, DeskScreen | Page):
                screen.show(present)

    def soon(self) -> None:
        """Draw within a quarter of a second: a human is waiting for it."""
        if not self._soon:
            self._soon = True
            self.set_timer(SOON_S, self.tick)

    def _heard(self, reading: Reading) -> None:
        """Draw first answers as they come; once every source has spoken the clock does it alone."""
        if self._told.is_set():
            return
        self._awaited.discard(reading.topic)
        if not self._awaited:
            self._told.set()
        if self._started:
            self.soon()

    def action_interrupt(self) -> None:
        """End as an interrupted program does."""
        self.exit(return_code=Exit.INTERRUPTED)

    def _fatal_error(self) -> None:
        """A fault of the program: leave with one sentence. The toolkit's own way prints every local variable."""
        error = self._exception
        log.error("the screen failed", exc_info=error)
        name = type(error).__name__ if error else "unknown"
        self._exit_renderables.append(f"evtui: the screen failed ({name}); {log_file()} knows more")
        self._close_messages_no_wait()

    async def on_event(self, event: Event) -> None:
        """Full-width letters and digits of an input method count as their plain twins."""
        if isinstance(event, Key) and event.character and 0xFF01 <= ord(event.character[0]) <= 0xFF5E:
            twin = chr(ord(event.character[0]) - 0xFEE0)
            event = Key(toolkit_key(twin), twin)
        if isinstance(event, Key) and event.is_forwarded and self.focused is not None:
            self._typed_ahead(event, self.focused)
            return
        await super().on_event(event)

    def _typed_ahead(self, event: Key, field: Widget) -> None:
        """A key that the input field did not take: it was typed before the field stood there, or means something else.

        A slow line delivers `g`, a code and Enter in one piece. In the field's own queue none overtakes another.
        """
        if event.is_printable:
            field.post_message(Key(event.key, event.character))
        else:
            field.call_later(super().on_event, event)


def _collect_garbage_again() -> None:
    """The first frame is out: what was loaded for it stays for good, and need not be looked through again."""
    gc.freeze()
    gc.enable()
