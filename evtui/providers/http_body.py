"""A body as it comes in, unpacked piece by piece and never beyond a limit."""

from __future__ import annotations

import zlib

PACKED = ("gzip", "x-gzip", "deflate")
"""Encodings that are unpacked; the only ones that are asked for."""


class Body:
    """Takes the pieces of one body; `over` once it is longer than `limit` bytes, unpacked."""

    def __init__(self, limit: int, encoding: str = "") -> None:
        self._limit = limit
        # 32 recognises gzip and zlib by their first bytes, so that a wrong header matters to nobody
        self._unpack = zlib.decompressobj(32 + zlib.MAX_WBITS) if encoding.strip().casefold() in PACKED else None
        self._held = bytearray()
        self._began = False

    @property
    def over(self) -> bool:
        """Whether more came than was wanted; what is beyond the limit is not kept."""
        return len(self._held) > self._limit

    def take(self, piece: bytes) -> None:
        """One piece off the wire.

        Raises:
            zlib.error: it is not packed the way the server said.
        """
        self._began = self._began or bool(piece)
        room = self._limit + 1 - len(self._held)
        if room > 0:
            self._held += piece[:room] if self._unpack is None else self._unpack.decompress(piece, room)

    @property
    def whole(self) -> bool:
        """Whether a packed body came to its own end; one that is not packed cannot tell."""
        return self._unpack is None or self._unpack.eof or not self._began

    def __len__(self) -> int:
        return min(len(self._held), self._limit)

    @property
    def content(self) -> bytes:
        """What came, cut at the limit."""
        return bytes(self._held[: self._limit])
