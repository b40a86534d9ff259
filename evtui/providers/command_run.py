"""One run of a program: started without a shell, read within limits, and ended with everything it started.

The program gets a process group of its own, so that its children end with it; what moves into a session of its own has
left on purpose and is out of reach. Reading happens in the caller's thread; `stop` may come from any other.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import threading
from collections.abc import Mapping
from contextlib import suppress
from enum import StrEnum
from time import monotonic
from typing import IO

from msgspec import Struct

TICK_S = 0.05
"""How often a program that is silent is looked at: its end is noticed although a child of it keeps the pipe open."""

LINGER_S = 0.2
"""How long what is left in the pipes is read after the end, where somebody keeps writing into them."""

TERM_S = 0.5
"""Time to tidy up between being told to end and being killed."""

KILL_S = 1.0
"""How long a killed program is waited for: one stuck in a dead network share ends when the share comes back."""

CHUNK = 1 << 16
"""Bytes read at once: what a pipe holds."""

SAID_BYTES = 16 * 1024
"""How much of stderr is kept: its first lines are quoted, and a flood of it costs nothing."""


class End(StrEnum):
    """How a run ended."""

    EXITED = "exited"
    TIME = "time"
    """It was ended because its time was over."""
    SIZE = "size"
    """It was ended because it wrote too much."""
    STOPPED = "stopped"
    """Nobody wanted its answer any more."""


class Limits(Struct, frozen=True):
    """What a run may take: wall time in seconds, and bytes of stdout."""

    seconds: float
    out_bytes: int


class Outcome(Struct, frozen=True):
    """What came of a run. `code`: exit code, negative for the signal that ended it, None where it does not end."""

    end: End
    code: int | None
    out: bytes = b""
    said: bytes = b""
    """The beginning of stderr."""
    left_behind: bool = False
    """Whether children kept its pipes open after its end."""


class Run:
    """A program to be run once: `work` in a thread, `stop` from anywhere."""

    def __init__(self, argv: tuple[str, ...], environ: Mapping[str, str], folder: str, limits: Limits) -> None:
        self._argv = argv
        self._environ = environ
        self._folder = folder
        self._limits = limits
        self._stop = threading.Event()
        self._done = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._out = bytearray()
        self._said = bytearray()

    @property
    def over(self) -> bool:
        """Whether nothing of it is left; a program that could not be ended stays until it does."""
        return self._done.is_set() and (self._process is None or self._process.poll() is not None)

    def work(self) -> Outcome:
        """Run the program to its end, or to a limit.

        Raises:
            OSError: it cannot be started.
        """
        try:
            return self._work()
        finally:
            self._out.clear()  # whoever still counts this run does not keep what it wrote
            self._done.set()

    def _work(self) -> Outcome:
        if self._stop.is_set():
            return Outcome(End.STOPPED, None)
        process = self._process = subprocess.Popen(
            self._argv,
            bufsize=0,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self._folder,
            env=dict(self._environ),
            start_new_session=True,
        )
        assert process.stdout is not None
        assert process.stderr is not None
        with process.stdout, process.stderr:
            if self._stop.is_set():  # between the first look and the start
                _signal(process, signal.SIGKILL)
            end, left_behind = self._follow(process, process.stdout, process.stderr)
            code = self._ended(process, end)
        end = End.STOPPED if self._stop.is_set() else end
        return Outcome(end, code, bytes(self._out), bytes(self._said), left_behind)

    def stop(self) -> None:
        """End the program and its children at once; it gets no time to tidy up."""
        self._stop.set()
        if self._process is not None and self._process.returncode is None:
            _signal(self._process, signal.SIGKILL)

    def _follow(self, process: subprocess.Popen[bytes], out: IO[bytes], said: IO[bytes]) -> tuple[End, bool]:
        """Read until the program is over or may go on no longer, and whether children keep its pipes."""
        until = monotonic() + self._limits.seconds
        over_at: float | None = None
        with selectors.DefaultSelector() as selector:
            for stream in (out, said):
                os.set_blocking(stream.fileno(), False)
                selector.register(stream, selectors.EVENT_READ)
            while selector.get_map():
                now = monotonic()
                if now >= until:
                    return (End.TIME, False) if over_at is None else (End.EXITED, True)
                ready = selector.select(min(TICK_S, until - now))
                for key, _ in ready:
                    chunk = os.read(key.fd, CHUNK)
                    if not chunk:
                        selector.unregister(key.fileobj)
                    elif not self._keep(chunk, key.fileobj is out):
                        return End.SIZE, False
                if over_at is None and process.poll() is not None:
                    over_at = now
                elif over_at is not None and selector.get_map() and (not ready or now > over_at + LINGER_S):
                    return End.EXITED, True
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(until - monotonic(), 0))
            return End.EXITED, False
        return End.TIME, False

    def _keep(self, chunk: bytes, is_out: bool) -> bool:
        """Keep what was read; False once it is more than may be."""
        if not is_out:
            self._said += chunk[: SAID_BYTES - len(self._said)]
            return True
        self._out += chunk
        return len(self._out) <= self._limits.out_bytes

    def _ended(self, process: subprocess.Popen[bytes], end: End) -> int | None:
        """See to it that nothing of the program is left; its exit code."""
        if end is not End.EXITED and not self._stop.is_set():
            _signal(process, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(TERM_S)
        # also after its own end, for the children: a number is given out again only after all others have been
        _signal(process, signal.SIGKILL)
        with suppress(subprocess.TimeoutExpired):
            return process.wait(KILL_S)
        return None


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """To the whole group. It may be gone, or belong to somebody else by now, as under sudo."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
