"""Everything that speaks against a source's settings, said at once and not the first only.

A sentence that begins with a setting's name, such as `timeout: 0 has to be more than 0` or `series[1].query: it is
empty`, is shown at the line of that setting. Plug-ins may use this or raise `UsageError` with one such sentence.
"""

from __future__ import annotations

import math
import re
from collections.abc import Container, Iterator
from types import TracebackType
from typing import Self

from evtui.config.keypath import Path
from evtui.errors import UsageError

_BEGINNING = re.compile(r"([A-Za-z_]\w*)((?:\.[A-Za-z0-9_-]+|\[\d+\])*)(: | )")
_STEP = re.compile(r"\.([A-Za-z0-9_-]+)|\[(\d+)\]")


class SettingsError(UsageError):
    """Settings that cannot work, in one sentence for each thing that is wrong with them."""

    def __init__(self, sentences: tuple[str, ...]) -> None:
        self.sentences = sentences
        super().__init__("; ".join(sentences))


class Objections:
    """Collects what is wrong. Inside `with`, a step that refuses is heard and the next one still gets its turn."""

    def __init__(self) -> None:
        self._sentences: list[str] = []

    def add(self, sentence: str) -> None:
        """One thing that is wrong; the same sentence twice counts once."""
        if sentence not in self._sentences:
            self._sentences.append(sentence)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> bool:
        if not isinstance(error, UsageError):
            return False
        for sentence in sentences(error):
            self.add(sentence)
        return True

    def settle(self) -> None:
        """Go on where nothing is wrong.

        Raises:
            SettingsError: something is; carries all of it.
        """
        if self._sentences:
            raise SettingsError(tuple(self._sentences))


def sentences(error: UsageError) -> tuple[str, ...]:
    """What a refusal says, one sentence for each thing that is wrong."""
    return error.sentences if isinstance(error, SettingsError) else (str(error),)


def addressed(sentence: str, settings: Container[str]) -> tuple[Path, str]:
    """The path of the setting a sentence begins with, below the source's table, and what is said of it.

    Empty where it begins with none of `settings`; the name stays in the sentence unless a colon sets it apart.
    """
    match = _BEGINNING.match(sentence)
    if match is None or match[1] not in settings:
        return (), sentence
    steps = [int(step[2]) if step[2] else step[1] for step in _STEP.finditer(match[2])]
    return (match[1], *steps), sentence[match.end() :] if match[3] == ": " else sentence


def limit_faults(below: float | None, above: float | None) -> Iterator[str]:
    """What is wrong with the two limits of a chart: below one it is a problem, above the other too."""
    for key, limit in (("below", below), ("above", above)):
        if limit is not None and not math.isfinite(limit):
            yield f"{key}: {limit} is no limit; write a number or leave it out"
    if below is not None and above is not None and below >= above:
        yield f"below: {below:g} has to be less than above, which is {above:g}"
