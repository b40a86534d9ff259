"""The program in a pseudo-terminal for tests, with a fault built in if one is asked for.

python cockpit_app.py none|key|input|hang [arguments of evtui]
"""

from __future__ import annotations

import fcntl
import signal
import sys
import termios

from textual.events import Key
from textual.message import Message

from evtui.__main__ import main
from evtui.tui.shell import Shell
from evtui.tui.terminal import TerminalDriver


def _break(*given: object) -> None:
    raise RuntimeError("a fault in a key handler")


def _hang(*given: object) -> None:
    while True:
        signal.pause()


_process = TerminalDriver.process_message


def _break_input(driver: TerminalDriver, message: Message) -> None:
    if isinstance(message, Key) and message.key == "question_mark":
        raise RuntimeError("a fault in the input thread")
    _process(driver, message)


if __name__ == "__main__":
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    fault = sys.argv.pop(1)
    if fault in ("key", "hang"):
        Shell.action_help = _break if fault == "key" else _hang  # type: ignore[method-assign,assignment]
    elif fault == "input":
        TerminalDriver.process_message = _break_input  # type: ignore[method-assign,assignment]
    main()
