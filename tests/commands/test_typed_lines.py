"""Typed lines from a pipe or a terminal, whatever pieces they arrive in."""

from __future__ import annotations

import os
import threading

from hypothesis import given
from hypothesis import strategies as st

from evtui.commands.typed import LONGEST, Typed, read, standard_input


def heard(*pieces: bytes, encoding: str = "utf-8") -> list[str | None]:
    """What is delivered when these bytes arrive one after the other, and then nothing more."""
    reading, writing = os.pipe()
    lines: list[str | None] = []
    thread = threading.Thread(target=read, args=(Typed(reading, encoding, False), lines.append))
    thread.start()
    for piece in pieces:
        os.write(writing, piece)
    os.close(writing)
    thread.join(10)
    os.close(reading)
    assert not thread.is_alive()
    return lines


@given(
    st.lists(st.text(st.characters(exclude_characters="\n", codec="utf-8"), max_size=9), max_size=9), st.integers(1, 9)
)
def test_lines_survive_being_cut_anywhere(lines: list[str], size: int) -> None:
    data = "".join(f"{line}\n" for line in lines).encode()
    assert heard(*(data[at : at + size] for at in range(0, len(data), size))) == [*lines, None]


def test_the_last_line_needs_no_end() -> None:
    assert heard(b"s\nTG2", b"40125L00025") == ["s", "TG240125L00025", None]


def test_bytes_that_are_no_text_are_a_line_too() -> None:
    assert heard(b"\xff\xfe\n") == ["��", None]
    assert heard("ｑ\n".encode("big5hkscs", "replace"), encoding="big5hkscs") == ["ｑ", None]


def test_a_line_without_end_is_cut() -> None:
    assert heard(b"x" * 3_000, b"\n") == ["x" * LONGEST, None]


def test_a_descriptor_that_is_gone_is_an_end() -> None:
    lines: list[str | None] = []
    reading, writing = os.pipe()
    os.close(reading)
    os.close(writing)
    read(Typed(reading), lines.append)
    assert lines == [None]


def test_a_closed_standard_input_is_nothing_to_read(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("sys.stdin", None)
    assert standard_input() is None
