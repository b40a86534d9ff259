"""One look at a folder of ELMAH files: which to open, in what order, and what became of each.

Everything a later look needs is in the `FolderCursor` it returns, so a look that comes too late and is dropped loses
nothing. A file is opened once. The exception is one that could not be read: most often ELMAH has not finished writing
it. That one waits, and is opened again when it changed, and once more when `PATIENCE` is over without a change; then it
is given up, and what its root tag says is told if that much is there. A file given up is tried again if it changes.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from time import monotonic
from types import MappingProxyType

from msgspec import Struct, field

from evtui.domain.faults import ErrorEntry
from evtui.domain.reading import Coverage
from evtui.providers.elmah_xml import (
    Flaw,
    Origin,
    UnreadableError,
    believable,
    name_stamp,
    read_error,
    stamp_of,
)
from evtui.redact import admit

LARGEST = 5_000_000
"""Bytes of a file that is still read: a hundred times the largest real one, and no poll is held up by a stray dump."""

PATIENCE = timedelta(seconds=60)
"""How long an unreadable file may stand unchanged before it is given up; ELMAH's own write takes milliseconds."""

NAMED = 3
"""Files named in a remark; the rest are a number."""


class Fate(StrEnum):
    """What became of a file that needs no further look."""

    TOLD = "told"
    MENDED = "with illegal characters"
    CUT_SHORT = "cut short"
    FOREIGN = "not ELMAH"
    DOCTYPE = "refused for a document type"
    TOO_DEEP = "nested too deep"
    TOO_LARGE = "over 5 MB"


READ = (Fate.TOLD, Fate.MENDED, Fate.CUT_SHORT)
"""Fates of files whose error is known."""

_FINAL = {Flaw.FOREIGN: Fate.FOREIGN, Flaw.DOCTYPE: Fate.DOCTYPE, Flaw.TOO_DEEP: Fate.TOO_DEEP}


class Limits(Struct, frozen=True):
    """How much one look may do; the rest is read in the looks that follow, and each opens at least one file."""

    files: int = 20_000
    """Files opened: bounds the batch, and takes in a whole launch day at once, so that a single report is complete."""
    seconds: float = 4.0
    """Wall time spent on opening, within the deadline of a five-second cadence: a slow share gives its newest errors
    now, and not all of them after a minute."""


class Waiting(Struct, frozen=True):
    """A file that could not be read: what it looked like then (size, mtime, ctime) and since when it looks so."""

    mark: tuple[int, int, int]
    since: datetime
    barred: bool
    """It could not even be opened."""
    given_up: bool = False


class FolderCursor(Struct, frozen=True):
    """Where the last look ended; never changed, always replaced."""

    done: Mapping[str, Fate] = field(default_factory=lambda: MappingProxyType({}))
    waiting: Mapping[str, Waiting] = field(default_factory=lambda: MappingProxyType({}))


class Scope(Struct, frozen=True):
    """What is asked of the folder: errors from `horizon` on (None: all), of one application (None: of any)."""

    horizon: datetime | None
    application: str | None
    zone: tzinfo


DEFAULT_LIMITS = Limits()


class Look(Struct, frozen=True):
    """What one look at the folder gave. `barred`: there are files, and none may be opened."""

    entries: tuple[ErrorEntry, ...]
    coverage: Coverage
    cursor: FolderCursor
    barred: bool


def look_at(folder: str, cursor: FolderCursor, scope: Scope, now: datetime, limits: Limits = DEFAULT_LIMITS) -> Look:
    """List `folder` and read what is new in it.

    Raises:
        OSError: the folder itself cannot be listed.
    """
    return _Round(folder, cursor, scope, now).run(limits)


class _Round:
    """The state of one look: what the cursor said, and what is found on top of it."""

    def __init__(self, folder: str, cursor: FolderCursor, scope: Scope, now: datetime) -> None:
        self._folder = folder
        self._before = cursor
        self._scope = scope
        self._now = now
        self._done: dict[str, Fate] = {}
        self._waiting: dict[str, Waiting] = {}
        self._entries: list[ErrorEntry] = []
        self._to_come = 0

    def run(self, limits: Limits) -> Look:
        known, fresh = self._listing()
        waiting = self._before.waiting
        queue = [name for _, name in sorted(fresh, reverse=True)]
        queue += [name for name in sorted(waiting.keys() & known, reverse=True) if self._is_due(name)]
        ends = monotonic() + limits.seconds
        for index, name in enumerate(queue):
            if index >= limits.files or (index and monotonic() >= ends):
                left = queue[index:]
                self._to_come = sum(name not in waiting for name in left)
                self._waiting.update((name, waiting[name]) for name in left if name in waiting)
                break
            self._open(name)
        return self._result(known)

    def _listing(self) -> tuple[set[str], list[tuple[str, str]]]:
        """Names dealt with before that are still there, and new ones with the stamp they are sorted by."""
        horizon = self._scope.horizon
        floor = "" if horizon is None else stamp_of(horizon)
        done, waiting = self._before.done, self._before.waiting
        known: set[str] = set()
        fresh: list[tuple[str, str]] = []
        with os.scandir(self._folder) as entries:
            for entry in entries:
                name = entry.name
                if name in done or name in waiting:
                    known.add(name)
                elif name[-4:].lower() == ".xml":
                    stamp = name_stamp(name) or _written(entry)
                    if stamp is not None and stamp >= floor and _is_file(entry):
                        fresh.append((stamp, name))
        return known, fresh

    def _is_due(self, name: str) -> bool:
        """Whether a waiting file is to be opened again; one that is not keeps waiting as it was."""
        before = self._before.waiting[name]
        # A clock that was set back must not make a file wait for hours: any time outside the minute is over.
        patient = before.given_up or timedelta(0) <= self._now - before.since < PATIENCE
        if patient and self._mark(name) == before.mark:
            self._waiting[name] = before
            return False
        return True

    def _open(self, name: str) -> None:
        try:
            data, status = _read(self._path(name))
        except FileNotFoundError:
            return
        except OSError:
            self._wait(name, None, None)
            return
        if data is None:
            self._done[name] = Fate.TOO_LARGE
            return
        try:
            found = read_error(data, Origin(name, _modified(status, self._now), self._scope.zone))
        except UnreadableError as error:
            if error.flaw in _FINAL:
                self._done[name] = _FINAL[error.flaw]
            else:
                self._wait(name, _mark(status), error.entry)
            return
        self._done[name] = Fate.MENDED if found.mended else Fate.TOLD
        self._tell(found.entry)

    def _wait(self, name: str, mark: tuple[int, int, int] | None, entry: ErrorEntry | None) -> None:
        """A file that cannot be read now: let it wait, or give it up if it stood as it is for long enough."""
        barred = mark is None
        mark = mark or self._mark(name)
        before = self._before.waiting.get(name)
        # a file whose own time is past has been as it is for that long already: nobody is writing it
        stood = not barred and self._now.timestamp() - mark[1] / 1e9 >= PATIENCE.total_seconds()
        if (before is None or before.mark != mark) and not stood:
            self._waiting[name] = Waiting(mark, self._now, barred)
        elif entry is not None:
            self._done[name] = Fate.CUT_SHORT
            self._tell(entry)
        else:
            since = before.since if before else self._now
            self._waiting[name] = Waiting(mark, since, barred, given_up=True)

    def _tell(self, entry: ErrorEntry) -> None:
        horizon, application = self._scope.horizon, self._scope.application
        if (horizon is None or entry.at >= horizon) and application in (None, entry.application):
            self._entries.append(entry)

    def _result(self, known: set[str]) -> Look:
        before = self._before
        done = before.done
        if self._done or len(known) != len(done) + len(before.waiting):
            done = MappingProxyType({name: fate for name, fate in done.items() if name in known} | self._done)
        cursor = FolderCursor(done, MappingProxyType(self._waiting))
        counts = Counter(done.values())
        everything = len(done) - counts[Fate.FOREIGN] + len(self._waiting) + self._to_come
        seen = sum(counts[fate] for fate in READ)
        coverage = Coverage(seen, everything, _remark(cursor, counts, self._to_come), more=self._to_come > 0)
        waits = self._waiting.values()
        barred = not done and bool(waits) and all(wait.barred and wait.given_up for wait in waits)
        return Look(tuple(self._entries), coverage, cursor, barred)

    def _path(self, name: str) -> str:
        return os.path.join(self._folder, name)

    def _mark(self, name: str) -> tuple[int, int, int]:
        """What a file looks like from outside; what may not even be looked at always looks the same."""
        try:
            return _mark(os.stat(self._path(name)))
        except OSError:
            return (-1, -1, -1)


def _remark(cursor: FolderCursor, counts: Counter[Fate], to_come: int) -> str:
    waits = cursor.waiting.items()
    barred = [name for name, wait in waits if wait.barred]
    unreadable = [name for name, wait in waits if wait.given_up and not wait.barred]
    unfinished = len(waits) - len(barred) - len(unreadable)
    parts = [f"{to_come:,} older files to come"] if to_come else []
    if unfinished:
        parts.append(f"{unfinished:,} still being written")
    if barred:
        parts.append(_counted(barred, "may not be opened"))
    if unreadable:
        parts.append(_counted(unreadable, "unreadable"))
    refused = (fate for fate in (Fate.TOO_LARGE, Fate.DOCTYPE, Fate.TOO_DEEP, Fate.FOREIGN) if counts[fate])
    parts += [_counted([name for name, found in cursor.done.items() if found is fate], fate) for fate in refused]
    parts += [f"{counts[fate]:,} {fate}" for fate in (Fate.CUT_SHORT, Fate.MENDED) if counts[fate]]
    return "; ".join(parts)


def _counted(names: list[str], what: str) -> str:
    shown = ", ".join(admit(name, 80) for name in sorted(names)[:NAMED])
    return f"{len(names):,} {what} ({shown}{', …' if len(names) > NAMED else ''})"


def _mark(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _written(entry: os.DirEntry[str]) -> str | None:
    """The stamp of a file whose name has none, from its time of modification; None for one that has gone."""
    try:
        return stamp_of(datetime.fromtimestamp(entry.stat().st_mtime, UTC))
    except (OSError, OverflowError, ValueError):
        return None


def _modified(status: os.stat_result, now: datetime) -> datetime:
    try:
        at = datetime.fromtimestamp(status.st_mtime, UTC)
    except (OSError, OverflowError, ValueError):
        return now
    return at if believable(at) else now


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False


def _read(path: str) -> tuple[bytes | None, os.stat_result]:
    """The bytes of a regular file, None for one that is too large; never waits, whatever the path has turned into."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    descriptor = os.open(path, flags)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError("no longer a regular file")
        if status.st_size > LARGEST:
            return None, status
        data = bytearray()
        while len(data) <= LARGEST and (part := os.read(descriptor, status.st_size + 1)):
            data += part
        return (bytes(data) if len(data) <= LARGEST else None), status
    finally:
        os.close(descriptor)
