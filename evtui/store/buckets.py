"""A mapping from codes to what is known of them, that may be far larger than memory and is cheap to change.

Codes lie in buckets of neighbours. What was told of lately is in memory (`hot`); a bucket that settled lies on disk
(`cold`), and what is told of it afterwards lies over it again. Nothing here is changed once it was given out: `Changes`
makes the next mapping, and copies only what it touches.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from typing import Generic, TypeVar

from evtui.store.cold import Cold, Sums

V = TypeVar("V")


class Bucket(dict[str, V]):
    """The part of a bucket that is in memory. Equal to any mapping of the same contents."""

    __slots__ = ("sums",)

    def __init__(self, held: Mapping[str, V], sums: Sums) -> None:
        super().__init__(held)
        self.sums = sums


class Buckets(Generic[V]):
    """Code -> value, in memory or on disk; an empty value stands for nothing. Equal to another of the same contents.

    `digits` is how many characters of a code are left out to name its bucket.
    """

    __slots__ = ("_parts", "cold", "digits", "held", "hot", "kept", "kept_count")

    def __init__(
        self,
        digits: int,
        hot: Mapping[str, Bucket[V]] | None = None,
        cold: Mapping[str, Cold[V]] | None = None,
        kept: Mapping[str, Mapping[str, V]] | None = None,
    ) -> None:
        self.digits = digits
        self.hot: Mapping[str, Bucket[V]] = hot or {}
        """By name, the one touched last at the end."""
        self.cold: Mapping[str, Cold[V]] = cold or {}
        self.kept: Mapping[str, Mapping[str, V]] = kept or {}
        """Values of cold buckets that are soon asked for again, in memory too."""
        self.held = 0
        """Values in `hot`."""
        self.kept_count = 0
        self._parts: list[tuple[Sums, str]] | None = None

    def get(self, code: str) -> V | None:
        """The value of `code`, or None."""
        hot = self.hot.get(code[: -self.digits])
        found = None if hot is None else hot.get(code)
        if found is None and self.cold:
            found = self.beneath(code)
        return found or None

    def in_memory(self, code: str) -> V | None:
        """The value of `code` if it was told of lately; None says nothing about the disk."""
        hot = self.hot.get(code[: -self.digits])
        return None if hot is None else hot.get(code)

    def beneath(self, code: str) -> V | None:
        """What the disk holds of `code`: what is in memory comes before it."""
        key = code[: -self.digits]
        cold = self.cold.get(key)
        if cold is None:
            return None
        kept = self.kept.get(key)
        found = None if kept is None else kept.get(code)
        return cold.get(code) if found is None else found

    def bucket(self, key: str) -> Mapping[str, V]:
        """Everything of one bucket, empty values included; of a cold one what it held when it was last told of."""
        hot, cold = self.hot.get(key), self.cold.get(key)
        if hot is None or cold is None:
            return hot if hot is not None else cold.whole() if cold is not None else {}
        return {**cold.whole(), **self.kept.get(key, {}), **hot}

    def parts(self) -> Sequence[tuple[Sums, str]]:
        """The sums and the name of every bucket."""
        parts = self._parts
        if parts is None:
            hot = self.hot
            parts = [(bucket.sums, key) for key, bucket in hot.items()]
            parts += [(cold.sums, key) for key, cold in self.cold.items() if key not in hot]
            self._parts = parts
        return parts

    def keys(self) -> Iterable[str]:
        """The name of every bucket, in no order that means anything."""
        return {**self.cold, **self.hot}

    def values(self) -> Iterator[V]:
        """Every value that is not empty, in no order that means anything."""
        return (value for key in self.keys() for value in self.bucket(key).values() if value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Buckets):
            return NotImplemented
        if self is other:
            return True
        return all(self._is_like(other, key) for key in {*self.keys(), *other.keys()})

    __hash__ = None  # type: ignore[assignment]

    def _is_like(self, other: Buckets[V], key: str) -> bool:
        mine, others = self.bucket(key), other.bucket(key)
        return mine is others or _told(mine) == _told(others)

    def frozen(self, cold: Mapping[str, Cold[V]], kept: Mapping[str, Mapping[str, V]]) -> Buckets[V]:
        """The same contents, with the buckets of `cold` on disk and the values of `kept` in memory nevertheless."""
        hot = {key: bucket for key, bucket in self.hot.items() if key not in cold}
        stay = {key: values for key, values in self.kept.items() if key not in cold}
        stay.update((key, values) for key, values in kept.items() if values)
        new = Buckets(self.digits, hot, {**self.cold, **cold}, stay)
        new.held = self.held - sum(len(self.hot[key]) for key in cold)
        left = sum(len(self.kept[key]) for key in cold if key in self.kept)
        new.kept_count = self.kept_count - left + sum(map(len, kept.values()))
        return new


def _told(bucket: Mapping[str, V]) -> dict[str, V]:
    return {code: value for code, value in bucket.items() if value}


class Changes(Generic[V]):
    """Buckets being changed: each is copied when it is touched first."""

    def __init__(self, base: Buckets[V]) -> None:
        self.base = base
        self._cut = -base.digits
        self.fresh: dict[str, Bucket[V]] = {}

    def bucket(self, code: str) -> Bucket[V]:
        """The bucket of `code`, to be written to; it need not hold what lies on disk."""
        key = code[: self._cut]
        found = self.fresh.get(key)
        if found is None:
            hot = self.base.hot.get(key)
            if hot is not None:
                found = Bucket(hot, copy(hot.sums))
            else:
                cold = self.base.cold.get(key)
                found = Bucket[V]({}, copy(cold.sums) if cold is not None else Sums())
            self.fresh[key] = found
        return found

    def get(self, code: str) -> V | None:
        """The value of `code` as changed so far, or None."""
        found = self.bucket(code).get(code)
        return self.base.beneath(code) if found is None and self.base.cold else found

    def done(self) -> Buckets[V]:
        """The changed buckets."""
        base = self.base
        # a bucket that was touched and is empty still is one that nobody told of
        fresh = {key: bucket for key, bucket in self.fresh.items() if bucket}
        if not fresh:
            return base
        hot = dict(base.hot)
        held = base.held
        for key, bucket in fresh.items():
            before = hot.pop(key, None)
            held += len(bucket) - (len(before) if before is not None else 0)
        hot.update(fresh)
        new = Buckets(base.digits, hot, base.cold, base.kept)
        new.held, new.kept_count = held, base.kept_count
        return new
