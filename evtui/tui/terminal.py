"""The framework's terminal driver, made to outlive what terminals really do.

It owns what the framework takes lightly: bytes that are no text or no sense are put up with, every end from outside (a
signal, a terminal that is gone) is an end of the program's own with a code of its own, whichever modes were switched on
are switched off again, the mouse comes and goes at run time, and the terminal is asked what it is like.
"""

from __future__ import annotations

import logging
import os
import re
import select
import signal
import sys
import termios
import time
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from io import TextIOWrapper
from types import FrameType
from typing import Any, ClassVar, TextIO, cast

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from evtui.errors import Exit
from evtui.terminal.probe import Answers, askable
from evtui.tui import ambiguous, sgr
from evtui.tui.inquiry import Inquiry
from evtui.tui.typed import LARGEST, TolerantParser, sound

log = logging.getLogger(__name__)

END_S = 1.5
"""Seconds an end from outside may take before the program leaves without its goodbyes: a terminal that no longer
takes what is written to it holds up everything."""

FAREWELL_S = 0.8
"""Seconds an end waits for answers that are still on their way: the shell would take them for typed."""

_LISTEN_S = 0.1
"""Longest wait for input before looking whether the program ends; the framework's own."""

_MOUSE = ("1000", "1002", "1003", "1006", "1015", "1016")
"""Every mode in which a terminal reports the mouse."""

_ENDS = {signal.SIGINT: Exit.INTERRUPTED, signal.SIGTERM: Exit.TERMINATED, signal.SIGHUP: Exit.HUNG_UP}
_MODE = re.compile(r"\x1b\[\?([0-9;]+)([hl])")
_ON_BY_DEFAULT = frozenset(("7", "25"))
"""Modes a terminal has on before any program runs: line wrap, visible cursor."""


class Probe(Message):
    """To the app (`on_probe`): what the terminal said of itself. Comes at most a few times, or never."""

    def __init__(self, answers: Answers) -> None:
        super().__init__()
        self.ambiguous = answers.ambiguous
        """Cells that a character of ambiguous width takes: 1, 2, or None if the terminal did not say."""
        self.background_dark = answers.dark
        """Whether it writes on a dark ground; None if it did not say."""


class TerminalDriver(LinuxDriver):
    """The framework's driver for Linux and macOS; sends what the framework draws as it is."""

    ask_width: ClassVar[bool] = True
    """Whether to ask the terminal how wide it draws characters of ambiguous width."""

    ask_background: ClassVar[bool] = True
    """Whether to ask the terminal for the colour it writes on."""

    colours: ClassVar[bool] = True
    """Whether colours are sent; without them, attributes still are."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        self._modes: set[str] = set()
        """Private modes now on."""
        self._ending = False
        self._on = False
        """Whether the terminal is ours now."""
        asks = askable(os.environ)
        self._inquiry = Inquiry(width=self.ask_width and asks, background=self.ask_background and asks)
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        # stdout where stderr leads elsewhere: a log of complaints is no place for a screen
        shown = sys.__stderr__ if sys.__stderr__ and sys.__stderr__.isatty() else sys.__stdout__
        self._outlet = _Outlet(cast(TextIO, shown), self._lost)
        self._file = cast(TextIOWrapper, self._outlet)
        # told at once: the framework's console would believe $COLUMNS before it asks the terminal
        self._size = self._size or self._get_terminal_size()

    def write(self, data: str) -> None:
        """Sends what the framework wrote."""
        self.send(sgr.relinked(self.made_fit(data)))

    def made_fit(self, data: str) -> str:
        """What the framework wrote, as this terminal may get it."""
        data = ambiguous.sent(data)
        return data if self.colours else sgr.colourless(data)

    def send(self, data: str) -> None:
        """Sends `data` as it is, and keeps in mind which modes are on then."""
        if "\x1b[?" in data:
            for modes, switch in _MODE.findall(data):
                change = self._modes.update if switch == "h" else self._modes.difference_update
                change(modes.split(";"))
        super().write(data)

    def set_mouse(self, on: bool) -> None:
        """Has the terminal report the mouse, or not: then its own selection works. Holds through a suspension."""
        if self._on and self._mouse and not on:
            self.send("".join(f"\x1b[?{mode}l" for mode in _MOUSE))
        self._mouse = on
        if self._on and on:
            self._enable_mouse_support()
            if self._in_band_window_resize:
                self._enable_mouse_pixels()
        self.flush()

    def start_application_mode(self) -> None:
        """Takes the terminal over, ready to hand it back from the first byte on."""
        for number in _ENDS:
            # what whoever started the program wants ignored, as `nohup` does, stays ignored
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._signalled)
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._on = self._writer_thread is not None
        if self._on and self.input_tty and self._inquiry.question and not self._inquiry.begun:
            self._inquiry.begin()
            self.send(self._inquiry.question)

    def stop_application_mode(self) -> None:
        """Hands the terminal back with every mode off that was switched on, pixel mouse among them."""
        self._on = False
        super().stop_application_mode()
        if undo := self._undo():
            self.write(undo)
        self.flush()

    def run_input_thread(self) -> None:
        """Passes on what comes from the terminal until the program ends or the terminal does."""
        parser = TolerantParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        while not self.exit_event.is_set():
            if self._waits():
                try:
                    data = os.read(self.fileno, 4096)
                except BlockingIOError:
                    continue
                except OSError:
                    data = b""
                if not data:
                    self._lost()
                    return
                # no text yet, when a character came in halves: the parser would take that for the end
                if text := self._inquiry.sift(decode(data)):
                    self._deliver(parser.feed(text))
            if text := self._inquiry.lapse():
                self._deliver(parser.feed(text))
            self._deliver(parser.tick())
            self._tell()
        self._drain()

    def _drain(self) -> None:
        """Takes in answers that are still on their way; they would be typed into the shell."""
        end = time.monotonic() + FAREWELL_S
        while time.monotonic() < end:
            if not self._waits():
                if not self._inquiry.waiting:
                    return
                continue
            try:
                data = os.read(self.fileno, 4096)
            except OSError:
                return
            if not data:
                return
            self._inquiry.sift(data.decode("utf-8", "replace"))

    def _tell(self) -> None:
        if answers := self._inquiry.news():
            self._app.post_message(Probe(answers))

    def _waits(self) -> bool:
        return bool(select.select((self.fileno,), (), (), _LISTEN_S)[0])

    def _deliver(self, messages: Iterable[Message]) -> None:
        for message in messages:
            if (sensible := sound(message)) is not None:
                self.process_message(sensible)

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except Exception as error:  # the last resort of this thread: nobody could type `q` any more
            self._app.call_later(self._app._handle_exception, error)

    def _get_terminal_size(self) -> tuple[int, int]:
        """Columns and rows as the terminal says; as the environment says where it says nothing."""
        try:
            columns, rows = os.get_terminal_size(self.fileno)
        except OSError:
            columns = rows = 0
        if not columns or not rows:
            columns, rows = super()._get_terminal_size()
        return min(columns, LARGEST.width), min(rows, LARGEST.height)

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        self._end(_ENDS[signal.Signals(number)])

    def _lost(self) -> None:
        """The terminal is gone. From any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end, Exit.HUNG_UP)

    def _end(self, code: Exit) -> None:
        """Ends the program with `code`, if need be without its consent. In the main thread only."""
        if self._ending:
            return
        self._ending = True
        signal.signal(signal.SIGALRM, lambda number, frame: self._leave(code))
        signal.setitimer(signal.ITIMER_REAL, END_S)
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(partial(self._app.exit, return_code=code))

    def _undo(self) -> str:
        return "".join(f"\x1b[?{mode}l" for mode in sorted(self._modes - _ON_BY_DEFAULT))

    def _leave(self, code: Exit) -> None:
        """Leaves at once, after handing the terminal back as far as it lets itself be written to without waiting."""
        log.warning("the screen did not end within %s s and was left", END_S)
        if self.attrs_before is not None:
            with suppress(termios.error):
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
            with suppress(termios.error):
                termios.tcflush(self.fileno, termios.TCIFLUSH)
        with suppress(OSError, ValueError):
            out = self._outlet.fileno()
            if select.select((), (out,), (), 0)[1]:
                os.write(out, f"\x1b[<u{self._undo()}\x1b[?7h\x1b[?25h".encode())
        os._exit(code)


class _Outlet:
    """Where the screen is written to. After the terminal has gone, that is nowhere: no error helps anybody then."""

    def __init__(self, file: TextIO, lost: Callable[[], None]) -> None:
        self._file = file
        self._lost = lost

    def write(self, text: str) -> None:
        try:
            self._file.write(text)
        except OSError:
            self._turn_away()

    def flush(self) -> None:
        try:
            self._file.flush()
        except OSError:
            self._turn_away()

    def fileno(self) -> int:
        return self._file.fileno()

    def _turn_away(self) -> None:
        # what is still held would be tried again at the very end, and turn the exit code into another
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._file.fileno())
        os.close(nowhere)
        self._lost()
