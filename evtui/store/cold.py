"""Buckets that settled, on disk: a private file that goes with the process, and a few read back lately.

The file is a nameless SQLite database. It holds nothing that could not be asked for again, so nothing of it is synced.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeVar, cast

from msgspec import Struct

if TYPE_CHECKING:
    import sqlite3


V = TypeVar("V")

CACHED_BUCKETS = 40
"""Buckets read back that stay in memory: two or three screens of history, in at most about three megabytes."""

PAGE_CACHE_KIB = 512
"""Memory the file may take before it is a file at all."""


NEVER = float("-inf")
"""A time before all times."""


class Sums(Struct, gc=False):
    """What a bucket holds in all, on disk and in memory. Times are seconds since the epoch.

    `oldest`, `newest` and `released` are bounds: no line lies outside them, though one that moved may leave them wide.
    """

    total: int = 0
    placed: int = 0
    """Lines that have a place in the feed."""
    odd: int = 0
    """Placed lines that should not be."""
    oldest: float = -NEVER
    newest: float = NEVER
    released: float = NEVER
    """The last time a line was given back."""


class ShelfError(Exception):
    """The file cannot be written or read; the message is SQLite's."""


class Blobs(Protocol):
    """Where bytes lie. All three raise ShelfError."""

    def put(self, data: bytes) -> int:
        """Store `data`; the number gives it back."""
        ...

    def get(self, number: int) -> bytes:
        """What was stored under `number`."""
        ...

    def drop(self, numbers: Iterable[int]) -> None:
        """Forget what lies under these numbers; their room is used again."""
        ...


class TemporaryFile:
    """Bytes in a nameless database, made when something is first put there and gone with the process."""

    def __init__(self) -> None:
        self._open: sqlite3.Connection | None = None

    def put(self, data: bytes) -> int:
        """Store `data`; the number gives it back."""
        return int(self._run("INSERT INTO blob (data) VALUES (?)", (data,)).lastrowid or 0)

    def get(self, number: int) -> bytes:
        """What was stored under `number`."""
        row = self._run("SELECT data FROM blob WHERE number = ?", (number,)).fetchone()
        if row is None:
            raise ShelfError(f"nothing lies under {number}")
        return cast(bytes, row[0])

    def drop(self, numbers: Iterable[int]) -> None:
        """Forget what lies under these numbers."""
        for number in numbers:
            self._run("DELETE FROM blob WHERE number = ?", (number,))

    def _run(self, statement: str, values: tuple[Any, ...]) -> sqlite3.Cursor:
        import sqlite3  # not needed to start

        try:
            if self._open is None:
                self._open = sqlite3.connect("", isolation_level=None, check_same_thread=False)
                self._open.execute(f"PRAGMA cache_size = -{PAGE_CACHE_KIB}")
                # a statement that fails must leave what lies there as it is, but a crash need not
                self._open.execute("PRAGMA journal_mode = MEMORY")
                self._open.execute("PRAGMA synchronous = OFF")
                self._open.execute("CREATE TABLE blob (number INTEGER PRIMARY KEY, data BLOB NOT NULL)")
            return self._open.execute(statement, values)
        except sqlite3.Error as error:
            raise ShelfError(str(error)) from error


class Coding(NamedTuple, Generic[V]):
    """How a bucket is written and read."""

    encode: Callable[[Mapping[str, V]], bytes]
    decode: Callable[[bytes], dict[str, V]]


class Shelf:
    """Hands out cold buckets and takes back the room of those that nobody holds any more."""

    def __init__(self, blobs: Blobs | None = None) -> None:
        self._blobs: Blobs = blobs or TemporaryFile()
        self._read: OrderedDict[int, Mapping[str, Any]] = OrderedDict()
        self._gone: deque[int] = deque()
        self.lost = ""
        """Why something that lies here could not be read; empty while everything could."""

    def put(self, bucket: Mapping[str, V], sums: Sums, coding: Coding[V]) -> Cold[V]:
        """Write a bucket.

        Raises:
            ShelfError: there is no room, or no file.
            ValueError, OverflowError: a value that the coding has no bytes for.
        """
        return Cold(self, self._blobs.put(coding.encode(bucket)), sums, coding)

    def read(self, number: int, coding: Coding[V]) -> Mapping[str, V]:
        """The bucket under `number`; empty, and `lost` says why, if it cannot be read."""
        found = self._read.get(number)
        if found is not None:
            self._read.move_to_end(number)
            return found
        try:
            found = coding.decode(self._blobs.get(number))
        except ShelfError as error:
            self.lost = str(error)
            return {}
        self._read[number] = found
        if len(self._read) > CACHED_BUCKETS:
            self._read.popitem(last=False)
        return found

    def forget(self, number: int) -> None:
        """Note that nobody holds the bucket any more: called by whatever thread the garbage is collected in."""
        self._gone.append(number)

    def tidy(self) -> None:
        """Give back the room of forgotten buckets."""
        while self._gone:
            number = self._gone.popleft()
            self._read.pop(number, None)
            try:
                self._blobs.drop((number,))
            except ShelfError:
                return  # the room is lost, nothing else


class Cold(Mapping[str, V]):
    """One bucket on disk: equal to the mapping it was made of, and read when it is asked for something."""

    __slots__ = ("_coding", "_number", "_shelf", "sums")

    def __init__(self, shelf: Shelf, number: int, sums: Sums, coding: Coding[V]) -> None:
        self._shelf, self._number, self._coding = shelf, number, coding
        self.sums = sums

    def __getitem__(self, code: str) -> V:
        return self._shelf.read(self._number, self._coding)[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._shelf.read(self._number, self._coding))

    def __len__(self) -> int:
        return len(self._shelf.read(self._number, self._coding))

    def whole(self) -> Mapping[str, V]:
        """Everything in it, read once."""
        return self._shelf.read(self._number, self._coding)

    def __del__(self) -> None:
        self._shelf.forget(self._number)
