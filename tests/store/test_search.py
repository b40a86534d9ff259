"""What is typed after the slash: read while it is being typed, and held against lines."""

from __future__ import annotations

import time
import unicodedata
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from store_makers import (
    CAMPAIGN,
    CANCELLED,
    CLOSE,
    CONFIRMED,
    DELIVERED,
    MIXED,
    OPEN,
    OTHER_PAGE,
    PAGE,
    PAID,
    REFUNDED,
    SECOND,
    TRANSFERRED,
    UNHEARD_OF,
    UNPAID,
    at,
    empty,
    line,
)

from evtui.domain.campaign import Product
from evtui.domain.chain import Step, StepSeen, StepState
from evtui.store.delivery import chain
from evtui.store.search import KINDS, LONGEST, Search, Term, matches, parse
from evtui.store.tracked import Tracked, observe, with_steps

NAME = "$1000電子購物禮券 (\uff04500X2張) 送$88電子購物禮券 ガラス Café"
SHOP = replace(
    CAMPAIGN,
    products=(
        Product(PAGE, NAME, "$1000 (500×2)+88", 1000.0, 3, OPEN, CLOSE, 100),
        Product(OTHER_PAGE, "$500電子購物禮券", "$500 (100×5)+38", 500.0, 6, OPEN, CLOSE, 50),
    ),
)
STATE = empty(SHOP)
NOW = at(120)


def tracked(words: tuple[str, ...] = PAID, *, made: float = 100.0, **changes: Any) -> Tracked:
    """Line 42, made so many minutes after opening, paid at once, told of ten seconds later."""
    moment = at(made)
    paid = None if words is UNPAID else moment
    return observe(line(42, words, created_at=moment, **{"paid_at": paid, **changes}), moment + 10 * SECOND)


def wanted(text: str, *, now: timedelta = timedelta(), words: tuple[str, ...] = PAID, **changes: Any) -> bool:
    return matches(parse(text), tracked(words, **changes), STATE, NOW + now)


def seen(step: Step, state: StepState) -> StepSeen:
    return StepSeen(step, state, at(101), "log")


class TestWords:
    """Plain words: all of them, anywhere in a line."""

    @pytest.mark.parametrize(
        "text",
        [
            "TS240125L000042",
            "tg240125l00021",
            "l00021",
            "ＴＳ２４０１２５Ｌ",
            "370490",
            "購物禮券",
            "500x2張",
            "$500X2張",
            "500×2",
            "(500",
            "cafe",
            "CAFÉ",
            "ｶﾞﾗｽ",
            "paid",
            "orderprocessing",
            "WaitingToTrans",
            "hide",
            "$1000 370490 paid",
            "購物禮券　ＰＡＩＤ",
            "",
            "   ",
        ],
    )
    def test_found(self, text: str) -> None:
        assert wanted(text)

    @pytest.mark.parametrize(
        "text", ["TS240125L000043", "370480", "禮卷", "delivered", "paid delivered", "$1000 -paid", "-禮券", "overdue"]
    )
    def test_not_found(self, text: str) -> None:
        assert not wanted(text)

    @pytest.mark.parametrize(
        ("words", "word"),
        [
            (UNPAID, "unpaid"),
            (TRANSFERRED, "transferred"),
            (CONFIRMED, "confirmed"),
            (DELIVERED, "delivered"),
            (CANCELLED, "cancelled"),
            (REFUNDED, "refunded"),
            (REFUNDED, "released"),
            (UNHEARD_OF, "fizzy"),
        ],
    )
    def test_our_words_for_states(self, words: tuple[str, ...], word: str) -> None:
        assert wanted(word, words=words)
        assert not wanted(f"-{word}", words=words)

    def test_words_that_look_ups_add(self) -> None:
        done = with_steps(tracked(TRANSFERRED), (seen(Step.TASK, StepState.DONE),))
        waits = with_steps(tracked(CONFIRMED), (seen(Step.VIP_MEMBER, StepState.WAITING),))
        assert matches(parse('"task done"'), done, STATE, NOW)
        assert matches(parse("status:awaits"), waits, STATE, NOW)
        assert not matches(parse("awaits"), done, STATE, NOW)

    def test_overdue_is_a_word_as_well(self) -> None:
        assert wanted("overdue", now=timedelta(hours=1))
        assert not wanted("overdue", now=timedelta(hours=1), words=DELIVERED)

    def test_quotes_keep_blanks(self) -> None:
        assert wanted('"張) 送"')
        assert wanted("“張)   送”")
        assert wanted("「張) 送」 paid")
        assert not wanted('"送 張)"')
        assert not wanted('-"張) 送"')

    def test_names_are_not_read_across(self) -> None:
        assert not wanted('"88 $1000"')

    def test_a_page_that_is_not_sold_here(self) -> None:
        assert wanted("999", page_id=99_912)
        assert wanted("product:999", page_id=99_912)
        assert not wanted("product:999", page_id=None)


class TestFields:
    """Fields: what is named, and nothing else."""

    @pytest.mark.parametrize("text", ["status:waiting", "STATUS：ＷＡＩＴＩＮＧ", "status:paid", 'status:"orderproc"'])
    def test_status(self, text: str) -> None:
        assert wanted(text)

    @pytest.mark.parametrize("text", ["status:370490", "status:$1000", "product:paid", "product:TS24", "-status:paid"])
    def test_a_field_is_looked_for_in_its_place_only(self, text: str) -> None:
        assert not wanted(text)

    @pytest.mark.parametrize("text", ["product:禮券", "product:370490", "product:500×2", 'product:"張) 送"'])
    def test_product(self, text: str) -> None:
        assert wanted(text)

    @pytest.mark.parametrize(
        ("text", "holds"),
        [
            ("age>19", True),
            ("age>20", False),
            ("age>=20", True),
            ("age<=20", True),
            ("age<20", False),
            ("age<20.5", True),
            ("age>1199s", True),
            ("age>0.3h", True),
            ("age<1h", True),
            ("age>1d", False),
            ("age>10 age<30", True),
            ("-age>10", False),
        ],
    )
    def test_age_is_in_minutes_or_has_a_unit(self, text: str, holds: bool) -> None:
        assert wanted(text) is holds

    def test_the_age_of_what_is_delivered_is_how_long_that_took(self) -> None:
        assert wanted("age>5.9 age<6.1", words=DELIVERED, updated_at=at(106))
        assert wanted("age>5.9 age<6.1", now=timedelta(days=2), words=DELIVERED, updated_at=at(106))

    def test_what_is_released_has_no_age(self) -> None:
        assert not wanted("age>1", words=CANCELLED)
        assert not wanted("age<1", words=CANCELLED)

    @pytest.mark.parametrize(
        ("text", "holds"), [("qty>1", True), ("qty>3", False), ("qty:3", True), ("qty=3", True), ("qty<=2", False)]
    )
    def test_quantity(self, text: str, holds: bool) -> None:
        assert wanted(text, quantity=3) is holds

    def test_stage_is_the_newest_step_that_is_done(self) -> None:
        assert wanted("stage:paid")
        assert not wanted("stage:created")
        assert wanted("stage:created", words=UNPAID)
        assert wanted("stage:!created")
        assert wanted("stage:delivered", words=DELIVERED)
        done = with_steps(tracked(TRANSFERRED), (seen(Step.TASK, StepState.DONE), seen(Step.VALIDITY, StepState.DONE)))
        assert matches(parse("stage:task"), done, STATE, NOW)
        assert not matches(parse("stage:validity"), done, STATE, NOW)
        assert not matches(parse("stage:transferred"), done, STATE, NOW)
        assert not matches(parse("stage:!task"), done, STATE, NOW)
        assert matches(parse("-stage:!task"), done, STATE, NOW)

    @pytest.mark.parametrize("paid_at", [None, at(100)])
    @pytest.mark.parametrize("words", [UNPAID, PAID, TRANSFERRED, CONFIRMED, DELIVERED, CANCELLED, REFUNDED, MIXED])
    def test_stages_are_those_of_the_order_page(self, words: tuple[str, ...], paid_at: datetime | None) -> None:
        for _ in range(2):
            each = tracked(words, paid_at=paid_at)
            done = [step.step for step in chain(each) if step.state is StepState.DONE]
            assert [step for step in Step if matches(parse(f"stage:{step}"), each, STATE, NOW)] == done[-1:]

    @pytest.mark.parametrize(
        ("words", "kinds"),
        [
            (UNPAID, set()),
            (PAID, {"open"}),
            (MIXED, {"open"}),
            (DELIVERED, {"delivered"}),
            (CANCELLED, {"released"}),
            (REFUNDED, {"released"}),
        ],
    )
    def test_is(self, words: tuple[str, ...], kinds: set[str]) -> None:
        assert {kind for kind in KINDS if wanted(f"is:{kind}", words=words)} == kinds
        late = timedelta(hours=1)
        overdue = {"overdue"} if "open" in kinds else set()
        assert {kind for kind in KINDS if wanted(f"is:{kind}", words=words, now=late)} == kinds | overdue

    def test_odd(self) -> None:
        assert wanted("is:odd", shop_id=29)
        assert wanted("is:odd", made=-1.0)
        assert not wanted("is:odd")


class TestTyping:
    """What is not finished yet does no harm and is named."""

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("age>", "age> …: minutes are missing"),
            ("age>x", "age>x …: expected minutes, or such as 90s or 1h"),
            ("status:", "status: …: the status is missing"),
            ("product:", "product: …: the product is missing"),
            ('"half', '"half …: the closing quote is missing'),
            ('status:"wait ing', 'status:"wait ing …: the closing quote is missing'),
            ("-", "- …: the word is missing"),
            ('""', '"" …: the word is missing'),
            ("-status:", "-status: …: the status is missing"),
            ("stage:ta", "stage:ta …: task"),
            ("is:o", "is:o …: overdue, open, odd"),
            ("is:!", "is:! …: overdue, open, delivered, released, odd"),
            ("is:rubbish", "is:rubbish …: overdue, open, delivered, released, odd"),
            ("qty>", "qty> …: the number of sets is missing"),
            ("qty>1.5", "qty>1.5 …: expected a number of sets"),
        ],
    )
    def test_it_is_left_out_and_named(self, text: str, said: str) -> None:
        found = parse(text)
        assert (found.terms, found.pending, found.hints) == ((), (said,), ())
        assert found.empty
        rest = parse(f"paid {text}")
        assert (rest.terms, rest.pending) == (parse("paid").terms, (said,))

    @pytest.mark.parametrize("text", ["foo:bar", "foo>1", "age:45", "status>x", "http://a/b"])
    def test_a_field_nobody_knows_is_a_word_and_a_hint(self, text: str) -> None:
        found = parse(text)
        assert found.terms == (Term("", text),)
        (hint,) = found.hints
        assert "status: product: stage: is: age> qty>" in hint
        assert found.pending == ()

    def test_nothing_typed_wants_everything(self) -> None:
        assert parse("  \u3000 ") == Search()
        assert parse("").empty
        assert not parse("a").empty

    def test_a_pasted_page_is_cut(self) -> None:
        assert parse("x" * 10_000).terms == (Term("", "x" * LONGEST),)
        assert len(parse("x " * 10_000).terms) == LONGEST // 2


TYPED = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(list('-"": <>=!　＞：＂“「age status product is qty stage:task odd 4590smhdé禮券ｶﾞ')),
    ),
    max_size=60,
)
LINES = [
    tracked(PAID),
    tracked(UNPAID, page_id=OTHER_PAGE),
    tracked(DELIVERED, quantity=2),
    tracked(CANCELLED, page_id=None),
    tracked(UNHEARD_OF, page_id=1, shop_id=3),
    tracked(MIXED, made=-5.0, paid_at=None),
    with_steps(tracked(TRANSFERRED), (seen(Step.TASK, StepState.DONE),)),
]


def found_by(search: Search) -> set[int]:
    return {number for number, each in enumerate(LINES) if matches(search, each, STATE, NOW)}


@given(TYPED)
def test_nothing_typed_ever_raises(text: str) -> None:
    search = parse(text)
    found = found_by(search)
    assert all((*search.pending, *search.hints))
    if search.empty:
        assert len(found) == len(LINES)


PLAIN = st.text(
    st.characters(exclude_characters='-"“”„「」『』:=<>', exclude_categories=("Z", "C")), min_size=1, max_size=8
)
FRAGMENTS = st.sampled_from(["TS240125L", "禮券", "paid", "WaitingTo", "37049", "Café", "ガラス", "overdu", "task"])


def plain(text: str) -> bool:
    """Whether nothing in it means more than itself once it is folded."""
    return not set('-":=<> ') & set(unicodedata.normalize("NFKD", text))


@given(st.one_of(PLAIN, FRAGMENTS).filter(plain), PLAIN.filter(plain))
def test_a_longer_word_finds_no_more(word: str, more: str) -> None:
    for cut in range(1, len(more) + 1):
        assert found_by(parse(word + more[:cut])) <= found_by(parse(word + more[: cut - 1]))


@given(st.one_of(st.text("abcdelnoprtuy0123456789$()+SLT", min_size=1, max_size=6), FRAGMENTS))
def test_full_width_letters_are_their_twins(word: str) -> None:
    wide = "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in word)
    assert parse(wide) == parse(word)
    assert parse(word.upper()) == parse(word.lower()) == parse(word)


@given(PLAIN.filter(plain))
def test_a_word_is_either_found_or_left_out(word: str) -> None:
    search = parse(word)
    if not search.empty:
        assert found_by(parse(f"-{word}")) == set(range(len(LINES))) - found_by(search)


def test_a_word_is_cheap_to_hold_against_a_line() -> None:
    search, held, count = parse("TS240125L999999"), tracked(DELIVERED), 5_000
    began = time.process_time()
    for _ in range(count):
        assert not matches(search, held, STATE, NOW)
    assert (time.process_time() - began) / count < 30e-6  # 2 µs where nothing else runs
