"""Buckets that settled, on disk: a private file that goes with the process, and a few read back lately.

The file holds nothing that could not be asked for again, so nothing of it is synced.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Mapping
from io import RawIOBase
from struct import Struct
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, cast
from weakref import finalize

import msgspec

V = TypeVar("V")

CACHED_BUCKETS = 40
"""Buckets read back that stay in memory: two or three screens of history, in at most about three megabytes."""

BLOCK = 256
"""Bytes that room in the file is given out in: half of one is lost for each bucket of two kilobytes."""

_BLOCK_BITS = 20
"""Bits of a number that tell how many blocks lie there; the others tell where."""

_LENGTH = Struct("<I")


NEVER = float("-inf")
"""A time before all times."""


class Sums(msgspec.Struct, gc=False):
    """What a bucket holds in all, on disk and in memory. Times are seconds since the epoch.

    `oldest`, `newest` and `released` are bounds: no line lies outside them, though one that moved may leave them wide.
    """

    total: int = 0
    placed: int = 0
    """Lines that have a place in the feed."""
    odd: int = 0
    """Placed lines that should not be."""
    open: int = 0
    """Lines that wait for their delivery."""
    oldest: float = -NEVER
    newest: float = NEVER
    released: float = NEVER
    """The last time a line was given back."""


class ShelfError(Exception):
    """The file cannot be written or read; the message is the system's."""


class Blobs(Protocol):
    """Where bytes lie. Raises ShelfError."""

    def put(self, data: bytes) -> int:
        """Store `data`; the number gives it back."""
        ...

    def get(self, number: int) -> bytes:
        """What was stored under `number`."""
        ...

    def drop(self, number: int) -> None:
        """Forget what lies under `number`; its room is used again."""
        ...


class Scratch:
    """Bytes in a nameless file, made when something is first put there and gone with the process.

    What a write that fails leaves behind is a hole and nothing else, so what was put there before can still be read: a
    database without a name could not, once its cache is full of pages that it has no room for.
    """

    def __init__(self) -> None:
        self._file: RawIOBase | None = None
        self._blocks = 0
        self._free: dict[int, list[int]] = {}

    def put(self, data: bytes) -> int:
        """Store `data`; the number gives it back."""
        blocks = -(-(_LENGTH.size + len(data)) // BLOCK)
        free = self._free.get(blocks)
        first = free.pop() if free else self._blocks
        number = first << _BLOCK_BITS | blocks
        try:
            file = self._file or self._open()
            file.seek(first * BLOCK)
            written = file.write(_LENGTH.pack(len(data)) + data)
        except OSError as error:
            self._give_back(number)
            raise ShelfError(error.strerror or str(error)) from error
        if written != _LENGTH.size + len(data):
            self._give_back(number)
            raise ShelfError("no room left")
        self._blocks = max(self._blocks, first + blocks)
        return number

    def get(self, number: int) -> bytes:
        """What was stored under `number`."""
        if self._file is None:
            raise ShelfError("there is no file")
        try:
            self._file.seek((number >> _BLOCK_BITS) * BLOCK)
            found = self._file.read((number & (1 << _BLOCK_BITS) - 1) * BLOCK) or b""
        except OSError as error:
            raise ShelfError(error.strerror or str(error)) from error
        end = _LENGTH.size + (_LENGTH.unpack_from(found)[0] if len(found) >= _LENGTH.size else 0)
        if not _LENGTH.size <= end <= len(found):
            raise ShelfError("the file is cut short")
        return found[_LENGTH.size : end]

    def drop(self, number: int) -> None:
        """Forget what lies under `number`."""
        self._free.setdefault(number & (1 << _BLOCK_BITS) - 1, []).append(number >> _BLOCK_BITS)

    def _open(self) -> RawIOBase:
        from tempfile import TemporaryFile  # not needed to start

        file = self._file = cast(RawIOBase, TemporaryFile(buffering=0))  # noqa: SIM115 - it stays open with the process
        finalize(self, file.close)
        return file

    def _give_back(self, number: int) -> None:
        if number >> _BLOCK_BITS < self._blocks:
            self.drop(number)


class Coding(NamedTuple, Generic[V]):
    """How a bucket is written and read."""

    encode: Callable[[Mapping[str, V]], bytes]
    decode: Callable[[bytes], dict[str, V]]


class Shelf:
    """Hands out cold buckets and takes back the room of those that nobody holds any more."""

    def __init__(self, blobs: Blobs | None = None) -> None:
        self._blobs: Blobs = blobs or Scratch()
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
                self._blobs.drop(number)
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
