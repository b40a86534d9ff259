"""Marks, and alerts that people have acknowledged or put off: they step back, never away, and stand up again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from evtui.alerts.notebook import Mark, Notebook, Seen, standing
from evtui.alerts.rules import Alert, Severity

NOW = datetime(2024, 1, 25, 4, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LATE = Alert("overdue", Severity.PROBLEM, "3 overdue", 3)
ERRORS = Alert("errors", Severity.WARNING, "2 special kinds of errors", 40)
SOLD_OUT = Alert("sold out 7", Severity.NOTICE, "sold out: $500")


def seen(alert: Alert, until: datetime | None = None, by: str = "somebody") -> Seen:
    return Seen(alert.key, alert.severity, alert.count, NOW, by, until)


def keys(alerts: tuple[Alert, ...], book: Notebook, now: datetime = NOW) -> list[tuple[str, bool]]:
    return [(each.alert.key, each.seen is not None) for each in standing(alerts, book, now)]


def test_an_acknowledged_alert_is_below_the_others_and_still_there() -> None:
    book = Notebook().with_seen(seen(LATE))
    found = standing((LATE, ERRORS, SOLD_OUT), book, NOW)
    assert [each.alert for each in found] == [ERRORS, SOLD_OUT, LATE]
    assert found[-1].seen == seen(LATE)


def test_it_stands_up_again_when_it_gets_worse_and_steps_back_when_it_is_better_again() -> None:
    book = Notebook().with_seen(seen(LATE))
    assert not standing((replace(LATE, count=4),), book, NOW)[0].seen
    assert not standing((replace(LATE, severity=Severity.PROBLEM, count=99),), book, NOW)[0].seen
    assert standing((replace(LATE, count=2),), book, NOW)[0].seen
    quiet = Notebook().with_seen(seen(ERRORS))
    assert not standing((replace(ERRORS, severity=Severity.PROBLEM),), quiet, NOW)[0].seen
    assert standing((replace(ERRORS, severity=Severity.NOTICE),), quiet, NOW)[0].seen


def test_what_was_put_off_comes_back_by_the_clock() -> None:
    until = NOW + 15 * MINUTE
    book = Notebook().with_seen(seen(LATE, until))
    assert keys((LATE,), book, until - timedelta(microseconds=1)) == [("overdue", True)]
    assert keys((LATE,), book, until) == [("overdue", False)]
    assert keys((replace(LATE, count=4),), book, NOW) == [("overdue", False)]


def test_the_last_word_counts_and_can_be_taken_back() -> None:
    book = Notebook().with_seen(seen(LATE, NOW + MINUTE)).with_seen(seen(LATE, by="another"))
    found = standing((LATE,), book, NOW + 2 * MINUTE)[0].seen
    assert found is not None
    assert (found.by, found.until) == ("another", None)
    assert keys((LATE,), book.without_seen("overdue")) == [("overdue", False)]
    assert book.without_seen("no such alert") == book


def test_marks_stay_in_the_order_they_were_set() -> None:
    marks = [Mark(NOW + back * MINUTE, f"mark {back}", "somebody") for back in (5, 1, 3)]
    book = Notebook()
    for mark in marks:
        book = book.with_mark(mark)
    assert list(book.marks) == marks
    assert book.with_seen(seen(LATE)).marks == tuple(marks)
    assert Notebook().marks == ()


alerts = st.lists(
    st.builds(
        Alert, st.sampled_from(["overdue", "errors", "silence", "source cpu"]), st.sampled_from(Severity), st.just("x"),
        st.integers(0, 9),
    ),
    max_size=6,
    unique_by=lambda alert: alert.key,
).map(tuple)  # fmt: skip
minutes = st.integers(-30, 30).map(lambda minute: NOW + minute * MINUTE)
words = st.builds(
    Seen,
    st.sampled_from(["overdue", "errors", "silence", "source cpu", "gone"]),
    st.sampled_from(Severity),
    st.integers(0, 9),
    minutes,
    st.just("somebody"),
    st.none() | minutes,
)


@given(alerts, st.lists(words, max_size=6), minutes)
def test_no_alert_is_ever_lost_or_doubled(alerts: tuple[Alert, ...], words: list[Seen], now: datetime) -> None:
    book = Notebook()
    for word in words:
        book = book.with_seen(word)
    found = standing(alerts, book, now)
    assert sorted(each.alert.key for each in found) == sorted(alert.key for alert in alerts)
    open_ = [each.alert for each in found if each.seen is None]
    assert [each.alert for each in found][: len(open_)] == open_
    for part in (open_, [each.alert for each in found][len(open_) :]):
        assert part == [alert for alert in alerts if alert in part]
    for each in found:
        if each.seen is not None:
            assert each.seen.key == each.alert.key
            assert each.alert.count <= each.seen.count
            assert each.alert.severity <= each.seen.severity
            assert each.seen.until is None or now < each.seen.until
