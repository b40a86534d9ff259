"""Whatever a terminal sends, reading it raises nothing, and what comes out can be written back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from textual.events import Key, Paste

from evtui.tui.typed import TolerantParser, sound

NUMBER = st.sampled_from(["0", "1", "2", "3", "36", "48", "97", "120", "2026", "2048", "55296", "1114112", "9" * 20])
PIECE = st.one_of(
    st.sampled_from(
        ["\x1b", "\x1b[", "\x1b[<", "\x1b[?", "\x1b[M", "\x1b[48;", ";", ":", "-", "M", "m", "t", "u", "R"]
    ),
    st.sampled_from(["$y", "~", "\x1b[200~", "\x1b[201~", "q", "茉", "\ufffd", "\x00", "\x1b[48;36;120;0;0t"]),
    NUMBER,
    st.builds("\x1b[48;{};{};{};{}t".format, NUMBER, NUMBER, NUMBER, NUMBER),
    st.builds("\x1b[<{};{};{}M".format, NUMBER, NUMBER, NUMBER),
    st.builds("\x1b[{};{}:{};{}u".format, NUMBER, NUMBER, NUMBER, NUMBER),
)


@given(st.lists(PIECE, max_size=40))
def test_nothing_a_terminal_sends_cannot_be_read(pieces: list[str]) -> None:
    parser = TolerantParser()
    read = [message for piece in pieces for message in parser.feed(piece)]
    assert all(message.character is None or message.character.encode() for message in read if isinstance(message, Key))
    # the way out of any rest: what was begun ends, and a key after it is a key
    assert [message.key for message in parser.feed("\x1b[201~" + "x" * 40 + "y") if isinstance(message, Key)][-1] == "y"


def test_what_is_pasted_is_text_from_outside() -> None:
    read = list(TolerantParser().feed("\x1b[200~TG240125L00001\r\x9b31mx\u202ey\ufdd0\u200b\x1b[201~"))
    pasted = sound(read[0])
    assert isinstance(pasted, Paste)
    assert pasted.text == "TG240125L00001\n<U+009B>31mx<U+202E>y<U+FDD0><U+200B>"
