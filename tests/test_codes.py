"""Order codes: what can exist comes back as it was written, and what cannot is refused with the reason."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evtui.domain.codes import HOUR_LETTERS, OrderCode, make_code, parse_code
from evtui.errors import CodeError

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
MOMENTS = st.integers(0, 99 * 365 * 86_400).map(lambda s: datetime(2000, 1, 2, tzinfo=UTC) + timedelta(seconds=s))
SUFFIXES = st.sampled_from(["", "C", "C-160027", "-7", "A-1"])


@given(st.sampled_from(["TG", "TM", "TS", "MS", "MG"]), MOMENTS, st.integers(0, 99_999), SUFFIXES)
def test_codes_come_back_as_written(prefix: str, at: datetime, serial: int, suffix: str) -> None:
    code = make_code(prefix, at, serial, HONG_KONG)
    text = f"{code}{suffix}"
    read = parse_code(text)
    assert str(read) == text
    assert (read.prefix, read.day, read.hour, int(read.serial)) == (prefix, code.day, code.hour, serial)
    assert parse_code(str(read)) == read
    start, end = read.window(HONG_KONG)
    assert start <= at < end
    assert read.is_slave is (prefix in ("TS", "MS"))


@given(MOMENTS, st.integers(0, 99_999))
def test_typing_is_forgiven(at: datetime, serial: int) -> None:
    text = str(make_code("TG", at, serial, HONG_KONG))
    wide = "".join(chr(ord(char) + 0xFEE0) for char in text)
    assert parse_code(f"  {text.lower()}\n") == parse_code(wide) == parse_code(wide.lower()) == parse_code(text)


@pytest.mark.parametrize(("hour", "letter"), list(enumerate(HOUR_LETTERS)))
def test_every_hour_has_its_letter(hour: int, letter: str) -> None:
    assert parse_code(f"TG240125{letter}00001").hour == hour
    at = datetime(2024, 1, 25, hour, 59, 59, tzinfo=HONG_KONG)
    assert str(make_code("TS", at, 7, HONG_KONG)) == f"TS240125{letter}000007"


def test_the_letters_are_the_alphabet_without_i_and_o() -> None:
    assert len(set(HOUR_LETTERS)) == 24
    assert not {"I", "O"} & set(HOUR_LETTERS)
    assert "".join(sorted(HOUR_LETTERS)) == HOUR_LETTERS


@pytest.mark.parametrize("letter", ["I", "O", "i", "o", "\uff29", "\uff4f"])
def test_there_is_no_hour_i_or_o(letter: str) -> None:
    with pytest.raises(CodeError, match=r"cannot exist: there is no hour [IO]"):
        parse_code(f"TG240125{letter}00001")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("TG240230R00028", "2024-02-30 is not a date"),
        ("TG241301R00028", "2024-13-01 is not a date"),
        ("TG240125R000281", "5 digits"),
        ("TS240125R00028", "6 digits"),
        ("TG240125R0028", "is not an order code"),
        ("TG240125100028", "is not an order code"),
        ("TG 240125R00028", "is not an order code"),
        ("", "is not an order code"),
        ("x' OR 1=1", "is not an order code"),
        ("TG240125R00028' OR '1'='1", "is not an order code"),
        ("TG240125R00028; DROP TABLE x", "is not an order code"),
        ("TG240125R00028\x00", "is not an order code"),
        ("TG\u0662\u0664\u0660\u0661\u0662\u0665R00028", "is not an order code"),
        ("\u0422G240125R00028", "is not an order code"),  # a Cyrillic letter
        ("TG240125R00028C-" + "1" * 13, "is not an order code"),
        ("T" * 1_000_000, "is not an order code"),
    ],
)
def test_what_cannot_be_a_code(text: str, why: str) -> None:
    with pytest.raises(CodeError) as caught:
        parse_code(text)
    assert why in str(caught.value)
    assert len(str(caught.value)) < 400


@given(st.text(st.characters(exclude_categories=()), max_size=30) | st.from_regex(r"[A-Za-z]{2}\d{6}[A-Za-z]\d{5,6}"))
@example("TG240125I00001")
@example("\x1b[2J")
@example("\ud800")
@example("ßG240125R00028")
def test_any_text_is_a_code_or_refused_in_clean_words(text: str) -> None:
    try:
        code = parse_code(text)
    except CodeError as refusal:
        words = str(refusal)
    else:
        assert parse_code(str(code)) == code
        words = str(code)
    assert words.isprintable()


def test_codes_sort_by_prefix_then_time() -> None:
    early = OrderCode("TG", date(2024, 1, 25), 2, "00009")
    assert sorted([OrderCode("TG", date(2024, 1, 25), 10, "00001"), early])[0] is early
