"""What the next person is told: everything that is open, who saw it and when, and what is still to come."""

from __future__ import annotations

from datetime import timedelta

from launches import CAMPAIGN, CONFIRMED, DELIVERED, MINUTE, NOW, Launch, order

from evtui.alerts.notebook import Mark, Notebook, Seen
from evtui.alerts.rules import Severity, alerts
from evtui.domain.reading import Failure, FailureKind, OrderBatch, Topic
from evtui.report.hand_over import OVERDUE_LINES, hand_over
from evtui.store.state import LaunchState

LATER = NOW + timedelta(hours=3)
HEADINGS = (
    "Alerts",
    "Overdue",
    "Stock",
    "First order",
    "Sources that are not well",
    "Still to come",
    "Marks",
    "Owners",
)


def late_launch(count: int) -> LaunchState:
    lines = tuple(order(serial, serial * MINUTE / 10, CONFIRMED) for serial in range(1, count + 1))
    return Launch(orders=OrderBatch(lines), now=LATER).state()


def part(text: list[str], heading: str) -> list[str]:
    """The lines under a heading."""
    after = [*text[text.index(heading) + 1 :], ""]
    return [line.strip() for line in after[: after.index("")]]


def test_every_part_is_there_in_its_order_even_where_it_is_empty() -> None:
    for state in (Launch().state(), LaunchState(CAMPAIGN, {})):
        text = hand_over(state, Notebook(), NOW)
        assert text[0] == "Hand-over · HK 28 CUAPP · PROD · 2024-01-25 10:30:00 HKT"
        assert [line for line in text[1:] if line and not line.startswith(" ")] == list(HEADINGS)
        assert part(text, "Marks") == ["none"]


def test_overdue_orders_are_named_and_the_rest_counted() -> None:
    text = part(hand_over(late_launch(OVERDUE_LINES), Notebook(), LATER), "Overdue")
    assert len(text) == OVERDUE_LINES
    assert text[0].startswith("TG240125L00001 TS240125L000001 ")
    assert "User ConfirmedToShipping, SCM ConfirmedToShipping" in text[0]
    text = part(hand_over(late_launch(OVERDUE_LINES + 7), Notebook(), LATER), "Overdue")
    assert text[-1] == "and 7 more"
    assert len(text) == OVERDUE_LINES + 1


def test_who_saw_an_alert_and_when_is_told_and_what_got_worse_is_open_again() -> None:
    state = late_launch(3)
    alert = alerts(state, LATER)[0]
    assert alert.key == "overdue"
    told = part(hand_over(state, Notebook(), LATER), "Alerts")
    assert told[0] == f"{alert.text} · nobody has acknowledged it"
    seen = Seen("overdue", Severity.PROBLEM, 3, LATER - 5 * MINUTE, "wachdienst")
    told = part(hand_over(state, Notebook().with_seen(seen), LATER), "Alerts")
    assert told[-1] == f"{alert.text} · acknowledged by wachdienst at 01-25 13:25:00"
    snoozed = Seen("overdue", Severity.PROBLEM, 3, LATER, "wachdienst", LATER + 15 * MINUTE)
    told = part(hand_over(state, Notebook().with_seen(snoozed), LATER), "Alerts")
    assert told[-1] == f"{alert.text} · put off until 01-25 13:45:00 by wachdienst"
    fewer = Seen("overdue", Severity.PROBLEM, 2, LATER, "wachdienst")
    told = part(hand_over(state, Notebook().with_seen(fewer), LATER), "Alerts")
    assert told[0].endswith("nobody has acknowledged it")


def test_marks_sources_and_what_is_to_come() -> None:
    down = Failure(FailureKind.AUTH, "the token has expired", "run the login")
    state = Launch(stock=down).state()
    book = Notebook().with_mark(Mark(NOW - MINUTE, "push sent", "wachdienst"))
    text = hand_over(state, book, NOW)
    assert part(text, "Marks") == ["01-25 10:29:00 push sent (wachdienst)"]
    sources = part(text, "Sources that are not well")
    assert "stock auth: the token has expired · run the login" in sources
    assert part(text, "Still to come")[-1] == "02-09 23:59:00 the sale closes"
    assert not any("the sale opens" in line for line in text)
    assert part(hand_over(state, book, CAMPAIGN.closes + MINUTE), "Still to come") == ["none"]
    assert part(hand_over(state, book, CAMPAIGN.opens - MINUTE), "Still to come")[0] == "01-25 10:00:00 the sale opens"


def test_the_first_order_and_the_stock() -> None:
    text = hand_over(Launch(orders=OrderBatch((order(words=DELIVERED),))).state(), Notebook(), NOW)
    assert part(text, "First order") == ["TG240125L00042 · delivered in 6m09s"]
    stock = part(text, "Stock")
    assert len(stock) == len(CAMPAIGN.products)
    assert "4,499 left, 1 sold, 0 in flight" in " ".join(stock)
    unknown = hand_over(LaunchState(CAMPAIGN, {Topic.STOCK: Launch().state().specs[Topic.STOCK]}), Notebook(), NOW)
    assert "-- left" in " ".join(part(unknown, "Stock"))
