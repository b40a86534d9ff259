"""A program in a pseudo-terminal that answers like a modern one: when it first shows a text, and what it sends."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Sequence
from dataclasses import dataclass

SETTLE_S = 0.06
"""Quiet after which a start counts as over."""

PATIENCE_S = 30.0
"""Longest wait for a program to show what it should."""

_ANSWERS = (
    (re.compile(rb"\x1b\[c"), b"\x1b[?62;22c"),
    (re.compile(rb"\x1b\[6n"), b"\x1b[1;1R"),
    (re.compile(rb"\x1b\[\?2026\$p"), b"\x1b[?2026;2$y"),
    (re.compile(rb"\x1b\[\?2048\$p"), b"\x1b[?2048;2$y"),
)
_SEQUENCES = re.compile(rb"\x1b\[[0-9;?<>=$]*[A-Za-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[=>()][0-9A-B]?")


@dataclass(frozen=True)
class Run:
    """Seconds from start until the screen stood still, bytes until then, bytes a second after it, seconds to quit."""

    settled_s: float
    start_bytes: int
    bytes_per_s: float
    cpu_share: float
    """Seconds of processor time in a second, after the start."""
    quit_s: float


def run(command: Sequence[str], until: str, watch_s: float, size: tuple[int, int] = (120, 36)) -> Run:
    """Start `command`, wait until its output holds `until` and is quiet, watch it for `watch_s`, press q.

    Raises:
        TimeoutError: it never showed the text, or did not quit.
    """
    parent, child = pty.openpty()
    fcntl.ioctl(parent, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}
    began = time.monotonic()
    process = subprocess.Popen(
        command, stdin=child, stdout=child, stderr=child, env=environment, start_new_session=True, close_fds=True
    )
    os.close(child)
    try:
        return _measure(parent, process, began, re.compile(until.encode()), watch_s)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(parent)


def _measure(
    terminal: int, process: subprocess.Popen[bytes], began: float, until: re.Pattern[bytes], watch_s: float
) -> Run:
    seen, last = b"", began
    while True:
        data = _read(terminal, SETTLE_S)
        if data:
            seen, last = seen + data, time.monotonic()
        elif until.search(_SEQUENCES.sub(b"", seen)):
            break
        if time.monotonic() - began > PATIENCE_S or process.poll() is not None:
            raise TimeoutError(f"{process.args!r} did not show {until.pattern!r}")
    start_bytes, settled = len(seen), last - began
    _drain(terminal, 1.5)  # what is made up for after the first frame is not the steady state
    cpu, since = _cpu(process.pid), time.monotonic()
    sent = _drain(terminal, watch_s)
    spent, passed = _cpu(process.pid) - cpu, time.monotonic() - since
    pressed = time.monotonic()
    os.write(terminal, b"q")
    while process.poll() is None:
        _drain(terminal, 0.005)
        if time.monotonic() - pressed > PATIENCE_S:
            raise TimeoutError(f"{process.args!r} did not quit")
    return Run(settled, start_bytes, sent / passed, spent / passed, time.monotonic() - pressed)


def _read(terminal: int, seconds: float) -> bytes:
    if not select.select([terminal], [], [], seconds)[0]:
        return b""
    try:
        data = os.read(terminal, 65_536)
    except OSError:
        return b""
    for question, answer in _ANSWERS:
        for _ in question.findall(data):
            os.write(terminal, answer)
    return data


def _drain(terminal: int, seconds: float) -> int:
    end, count = time.monotonic() + seconds, 0
    while (left := end - time.monotonic()) > 0:
        count += len(_read(terminal, left))
    return count


def _cpu(pid: int) -> float:
    with open(f"/proc/{pid}/stat", "rb") as file:
        fields = file.read().rpartition(b")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
