"""A terminal driver that sends only the cells that changed.

`App(driver_class=CellDriver)` puts a `CellScreen` between the framework and the terminal. This module owns when that
model must be distrusted: resize, suspension, a wish of the user.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, cast

from textual.app import App
from textual.events import Resize
from textual.message import Message

from evtui.tui.cells import CellScreen
from evtui.tui.terminal import TerminalDriver


def driver_class(
    *, whole_frames: bool = False, ask_width: bool = True, ask_background: bool = True, colours: bool = True
) -> type[TerminalDriver]:
    """The driver for `App(driver_class=...)`: what it sends, and what it asks the terminal at start.

    Without `colours` none is sent, whoever wants them: the toolkit has some of its own, in toasts for one.

    The answers come as `Probe` to the app's `on_probe`. Do not ask for a width that the user has set.
    """
    base = TerminalDriver if whole_frames else CellDriver
    wishes = {"ask_width": ask_width, "ask_background": ask_background, "colours": colours}
    return cast(type[TerminalDriver], type(base.__name__, (base,), wishes))


class CellDriver(TerminalDriver):
    """The driver that sends fewer bytes."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        self._shown = CellScreen()
        self._stale = False
        self._lock = threading.RLock()
        """The input thread writes too: modes that the terminal says it has."""
        self._greeted = False
        """Whether the terminal has reported its size once."""
        self._busy = False
        """Whether the main thread is writing, so that a signal must wait: it would write into the middle."""
        self._signals: list[Callable[[], None]] = []
        super().__init__(app, debug=debug, mouse=mouse, size=size)

    def invalidate(self) -> None:
        """Forgets what the terminal shows, so that everything painted from now on is sent.

        Call it together with `App.refresh()`, or call `repaint`. Safe from threads and signal handlers.
        """
        self._stale = True

    def repaint(self) -> None:
        """Paints the whole screen anew, for a terminal that lost it. Safe from threads and signal handlers."""
        self.invalidate()
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._app.call_later, self._app.refresh)

    def write(self, data: str) -> None:
        """Sends what of `data` the terminal does not show yet."""
        with self._undisturbed():
            # Asked each time: a resize reaches the app by several ways, and a frame drawn before it may still come.
            self._shown.resize(*self._app.size)
            if self._stale:
                self._stale = False
                self._shown.invalidate()
            if out := self._shown.feed(self.made_fit(data)):
                self.send(out)

    def flush(self) -> None:
        """Sends what waits for the end of a synchronized update."""
        with self._undisturbed():
            if out := self._shown.flush():
                self.send(out)
        super().flush()

    def start_application_mode(self) -> None:
        """Takes the terminal over, and listens for its resizes before the framework does."""
        super().start_application_mode()
        resize = signal.getsignal(signal.SIGWINCH)

        def resized(number: int, frame: FrameType | None) -> None:
            # Narrower and back again leaves the size as it was, but not the cells.
            self.repaint()
            if callable(resize):
                resize(number, frame)

        signal.signal(signal.SIGWINCH, resized)

    def resume_application_mode(self) -> None:
        """Takes the terminal over again; whoever had it meanwhile has drawn over the screen."""
        super().resume_application_mode()
        self.repaint()

    def process_message(self, message: Message) -> None:
        """Passes on what came from the terminal; a resize may come this way too."""
        if isinstance(message, Resize):
            greeting, self._greeted = not self._greeted, True
            if greeting and message.size == self._app.size:
                # a terminal that reports its size in band begins by doing so: nothing was resized, nothing is lost
                return
            self.invalidate()
        super().process_message(message)

    def _sigtstp_application(self, *args: object) -> None:
        if self._busy:
            self._signals.append(self._sigtstp_application)
        else:
            super()._sigtstp_application(*args)

    def _sigcont_application(self, *args: object) -> None:
        if self._busy:
            self._signals.append(self._sigcont_application)
        else:
            super()._sigcont_application(*args)

    @contextmanager
    def _undisturbed(self) -> Iterator[None]:
        """Keeps other threads out, and puts off signals that would write or stop the process in the middle."""
        outermost = not self._busy and threading.current_thread() is threading.main_thread()
        if outermost:
            self._busy = True
        try:
            with self._lock:
                yield
        finally:
            if outermost:
                self._busy = False
                while self._signals:
                    self._signals.pop(0)()
