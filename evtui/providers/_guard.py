"""Notices what code touches outside of memory: files, folders, sockets, processes. For the contract suite."""

from __future__ import annotations

import os
import sys
import sysconfig
import threading
import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

_PATHS = frozenset(("open", "os.listdir", "os.scandir", "sqlite3.connect", "os.mkdir", "os.rename", "os.remove"))
"""Audit events whose first argument is a path."""

_NEVER = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.spawn", "urllib.")
"""Beginnings of events that reach beyond this process whatever their arguments are."""

_HARMLESS = frozenset(("socket.__new__", "socket.gethostname"))
"""What begins like that and asks nobody."""

_CODE = (".py", ".pyc", ".so", ".pyd")
"""Endings of files that an import reads."""

_watch = threading.local()


@contextmanager
def touches() -> Iterator[list[str]]:
    """What this thread touches while inside, as a list that fills: `open /etc/hosts`, `socket.connect`.

    Code being imported does not count, nor does what comes with Python, with installed packages and with the time zone
    database: a provider may load what it needs when it is opened.
    """
    _install()
    seen: list[str] = []
    _watch.seen = seen
    try:
        yield seen
    finally:
        _watch.seen = None


@cache
def _install() -> None:
    # audit hooks cannot be taken out again: this one is put in once, and looks away unless it is wanted
    sys.addaudithook(_heed)


def _heed(event: str, args: tuple[object, ...]) -> None:
    seen: list[str] | None = getattr(_watch, "seen", None)
    if seen is None:
        return
    if event in _PATHS:
        _watch.seen = None  # what is asked about the path below must not be heard itself
        try:
            if not _allowed(event, args[0] if args else None):
                seen.append(f"{event} {args[0]!r}")
        finally:
            _watch.seen = seen
    elif event.startswith(_NEVER) and event not in _HARMLESS:
        seen.append(event)


def _allowed(event: str, path: object) -> bool:
    if not isinstance(path, str | bytes | os.PathLike):
        return isinstance(path, int)  # a descriptor that was opened before
    name = os.path.abspath(os.fsdecode(path))
    if event == "open" and name.endswith(_CODE):
        return True
    if event in ("os.listdir", "os.scandir") and name in sys.path:
        return True  # an import looks for its module there
    return name == os.devnull or any(Path(name).is_relative_to(folder) for folder in _installed())


@cache
def _installed() -> frozenset[str]:
    paths = sysconfig.get_paths()
    return frozenset((*(paths[key] for key in ("stdlib", "platstdlib", "purelib", "platlib")), *zoneinfo.TZPATH))
