"""The cockpit: one app over one session. It draws on the clock, or at once when a human
acts, and asks no source itself.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from contextlib import suppress
from typing import Any, ClassVar

from msgspec.structs import replace
from textual.binding import Binding, BindingType
from textual.events import Event, Key
from textual.screen import Screen
from textual.widget import Widget

from evtui.alerts.rules import Severity
from evtui.config.screen import ScreenSettings
from evtui.domain.reading import Lookup, Reading, Topic
from evtui.errors import Exit
from evtui.paths import log_file
from evtui.session import Session
from evtui.tui import ambiguous, themes
from evtui.tui.driver import CellDriver
from evtui.tui.keymap import KeyMap, toolkit_key, toolkit_keymap
from evtui.tui.look import look_for
from evtui.tui.present import Present
from evtui.tui.screens.base import Page
from evtui.tui.screens.desk import DeskScreen
from evtui.tui.shell import Shell
from evtui.tui.terminal import Probe, TerminalDriver
from evtui.tui.view import Settings, View

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
    Page { align: center middle; background: transparent; overflow: hidden; }
    Prompt { align: left bottom; background: transparent; }
    Prompt Input { width: 100%; height: 1; border: none; padding: 0 1; }
    Prompt Lines { width: 100%; height: 1; }
    Toast { background: ansi_default; color: ansi_default; border-left: outer ansi_default; }
    .-small Toast { width: 100%; max-width: 100%; max-height: 2; margin: 0; padding: 0 1; }
    """
    TITLE = "evtui"
    BINDINGS: ClassVar[list[BindingType]] = [
        # what these keys do in every other program of a shell, wherever the focus is
        Binding("ctrl+c", "interrupt", show=False, priority=True),
        Binding("ctrl+z", "suspend_process", show=False, priority=True),
    ]

    def __init__(
        self,
        session: Session,
        driver: type[TerminalDriver] = CellDriver,
        keymap: KeyMap = KeyMap(),
        settings: Settings = Settings(),
        wanted: ScreenSettings = ScreenSettings(),
    ) -> None:
        super().__init__(driver_class=driver, ansi_color=True)
        self.session = session
        self.settings = settings
        self.keymap = keymap
        self.mouse = wanted.mouse
        self._wanted = wanted
        self.present = Present(session)
        self._rung: frozenset[str] = frozenset()
        """Problems that the bell has rung for."""
        self._trouble = ""
        """What the store has said last about its own troubles."""
        self.animation_level = "none"
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
        trouble = self.session.store.trouble
        if trouble != self._trouble and trouble:
            self.say(trouble)
        self._trouble = trouble
        self.draw()

    def on_probe(self, answer: Probe) -> None:
        """The terminal said how wide it draws, and on what ground: what was drawn in another belief is drawn anew."""
        # its own yellow and grey are made for a dark ground; whoever chose a theme is left with it
        if answer.background_dark is False and self._wanted.theme == "auto" and themes.chosen() == themes.USUAL:
            themes.choose("light")
            self.restyle()
        wide = answer.ambiguous == 2 and self._wanted.ambiguous_width == "auto"
        if wide and ambiguous.width() == 1:
            ambiguous.set_width(2)
            auto = look_for(self._wanted, 2)
            look = replace(self.settings.look, graphs=auto.graphs, ascii_borders=auto.ascii_borders)
            self.change(replace(self.settings, look=look))
            self.restyle()
            self.action_redraw()

    def _ring(self, present: View) -> None:
        """The bell, where it is wanted, for a problem that was not there before."""
        problems = frozenset(
            each.alert.key for each in present.standing if each.alert.severity is Severity.PROBLEM and not each.seen
        )
        if self._wanted.bell and problems - self._rung:
            self.bell()
        self._rung = problems

    def draw(self) -> None:
        """Draw every screen there is; rows that are the same are not sent."""
        present = self.view()
        self._ring(present)
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
        if event.is_printable or event.key in getattr(field, "takes", ()):
            field.post_message(Key(event.key, event.character))
        else:
            field.call_later(super().on_event, event)


def _collect_garbage_again() -> None:
    """The first frame is out: what was loaded for it stays for good, and need not be looked through again."""
    gc.freeze()
    gc.enable()
