"""The program, where every name that ends in `.hangs.test` is looked up for ever.

python hanging_app.py FILE [arguments of evtui]; a line is written to FILE for each such look-up.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import sys
import termios
import threading
from typing import Any

from evtui.__main__ import main

_look_up = socket.getaddrinfo


def _hang(host: Any, *rest: Any, **named: Any) -> Any:
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name.endswith(".hangs.test"):
        with open(_told, "a", encoding="utf-8") as told:
            told.write(f"{name}\n")
        threading.Event().wait()
    return _look_up(host, *rest, **named)


if __name__ == "__main__":
    if os.isatty(0):
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    # a suite in the background has interrupts ignored, and children inherit that
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _told = sys.argv.pop(1)
    socket.getaddrinfo = _hang
    main()
