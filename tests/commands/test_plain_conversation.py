"""The line mode as a conversation: what it says by itself, and what it answers, at a clock that only tests move."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from evtui.clock import ManualClock
from evtui.commands import report as report_command
from evtui.commands.news import AT_ONCE, news
from evtui.commands.plain import Conversation
from evtui.commands.spoken import LISTED, Moment, moment, overdue_sentences, summary
from evtui.config.load import example_path
from evtui.domain.orders import OrderState
from evtui.domain.reading import Topic
from evtui.session import Demo, Session, open_session
from evtui.store.state import topics
from evtui.text import cell_width

OPENS = datetime.fromisoformat("2024-01-25T10:00:00+08:00")


def at(minutes: float) -> datetime:
    return OPENS + timedelta(minutes=minutes)


class Listener:
    """A session with a conversation over it, and everything it said since it was last asked."""

    def __init__(self, session: Session, clock: ManualClock, every: timedelta) -> None:
        self.session = session
        self._clock = clock
        self._heard: list[str] = []
        self.talk = Conversation(session, every, self._heard.append)

    async def at(self, minutes: float) -> list[str]:
        """What is said at this minute after opening."""
        self._clock.set(at(minutes))
        await self.session.refresh()
        self.talk.tick()
        return self.said()

    async def answer(self, typed: str) -> list[str]:
        """What is said to a typed line."""
        if (rest := self.talk.hear(typed)) is not None:
            await rest
        return self.said()

    def said(self) -> list[str]:
        """Lines without their ends."""
        text = "".join(self._heard)
        self._heard.clear()
        assert not text or text.endswith("\n")
        assert not [char for char in text if unicodedata.category(char) == "Cc" and char != "\n"]
        return text.splitlines()


def listen(
    wanted: Callable[[Listener], Awaitable[None]], minutes: float, scenario: str = "calm", every: str = "1d"
) -> None:
    """Run `wanted` on a demo that has told its summary at `minutes` after opening."""
    length = {"1d": timedelta(days=1), "5m": timedelta(minutes=5), "10s": timedelta(seconds=10)}[every]

    async def inside() -> None:
        clock = ManualClock(at(minutes))
        async with open_session(example_path(), clock, Demo(scenario)) as session:
            listener = Listener(session, clock, length)
            await session.refresh()
            listener.talk.begin()
            await wanted(listener)

    asyncio.run(inside())


def seen(minutes: float, scenario: str) -> Moment:
    """A moment of a demo."""

    async def inside() -> Moment:
        async with open_session(example_path(), ManualClock(at(minutes)), Demo(scenario)) as session:
            await session.refresh()
            return moment(session.state, session.clock.now(), scenario)

    return asyncio.run(inside())


def test_the_summary_is_one_fact_a_line() -> None:
    async def wanted(listener: Listener) -> None:
        said = listener.said()
        assert said[:7] == [
            "HK, shop 28 CUAPP, CUAPP電子票券.",
            "DEMO calm: a simulated launch.",
            "It is 2024-01-25 10:30:00 HKT (Asia/Hong_Kong), day 1 of 16, 30m00s after opening.",
            "$1000 (500×2)+88: 4,800 of 4,800 sets left, 0 sold, 0 in flight, sell-out: not at this rate.",
            "$1000 (100×10)+88: 7,200 of 7,200 sets left, 0 sold, 0 in flight, sell-out: not at this rate.",
            "$500 (100×5)+38: 4,499 of 4,500 sets left, 1 sold, 0 in flight, sell-out: too few sales.",
            (
                "First order: TG240125L00025, $500 (100×5)+38, made at 10:02:26, 2m26s after opening,"
                " delivered at 10:08:35 in 5m53s."
            ),
        ]
        assert said[-2:] == ["No alerts.", "All sources answer."]
        assert await listener.answer("") == await listener.answer(" S ") == said

    listen(wanted, 30)


@pytest.mark.parametrize(
    ("scenario", "minutes"),
    [("outage", 0), ("outage", 22), ("silent", -30), ("stuck", 70), ("saturated", 22), ("calm", 60 * 24 * 20)],
)
def test_every_line_is_a_short_whole_sentence(scenario: str, minutes: float) -> None:
    for line in summary(seen(minutes, scenario)):
        assert line.endswith((".", ":"))
        assert cell_width(line) <= 150, line


def test_what_a_dead_source_last_told_is_said_to_be_old() -> None:
    async def wanted(listener: Listener) -> None:
        assert any(
            line.endswith(
                "Source stock (simulated) is down: the stock database did not answer within 5 s"
                " (last answer 2m00s ago)."
            )
            for line in await listener.at(13)
        )
        said = await listener.answer("s")
        assert said[3].endswith("left, -- sold, -- in flight, sell-out: -- (stock down) (orders down).")
        assert said[-1].startswith("Source orders (simulated) is down: ")

    listen(wanted, 11, "outage")


def test_sources_that_fail_and_recover_are_told_once() -> None:
    async def wanted(listener: Listener) -> None:
        listener.said()
        assert [line for line in await listener.at(10.5) if "orders" in line] == [
            (
                "10:10:30 HKT: Source orders (simulated) is down: connection to the order database refused"
                " (last answer 1m30s ago)."
            )
        ]
        assert not [line for line in await listener.at(10.6) if "orders" in line]
        assert "10:15:30 HKT: Source orders answers again." in await listener.at(15.5)
        (refused,) = [line for line in await listener.at(21) if "Source errors" in line]
        assert "refuses the login: " in refused
        assert "to put it right: log in again: aws sso login --profile demo" in refused

    listen(wanted, 9, "outage")


def test_alerts_are_told_when_they_come_and_when_they_go() -> None:
    async def wanted(listener: Listener) -> None:
        listener.said()
        raised = [line for line in await listener.at(22) if "machines report" in line]
        assert raised == [
            "10:22:00 HKT: Warning: MWeb: 2 of 4 machines report CPU.",
            "10:22:00 HKT: Warning: SCMAPI: 2 of 4 machines report CPU.",
        ]
        said = await listener.answer("a")
        assert said[:2] == [
            "6 alerts:",
            "Problem: errors: login needed: the log-in has expired; log in again: aws sso login --profile demo.",
        ]
        assert {line.removeprefix("10:22:00 HKT: ") for line in raised} < {*said[2:]}
        gone = [line for line in await listener.at(50) if "No longer" in line and "machines" in line]
        assert gone == [line.replace("10:22", "10:50").replace("Warning", "No longer") for line in raised]

    listen(wanted, 15.5, "outage")


def test_the_first_order_and_its_delivery_are_told() -> None:
    async def wanted(listener: Listener) -> None:
        assert "First order: none yet." in listener.said()
        made = "TG240125L00025, $500 (100×5)+38, made at 10:02:26, 2m26s after opening"
        assert await listener.at(2.5) == [
            "10:02:30 HKT: No longer: no order for 2 min since opening; the feed itself is alive.",
            f"10:02:30 HKT: The first order: {made}, not delivered yet after 4s.",
        ]
        assert await listener.at(3) == []
        assert await listener.at(9) == [f"10:09:00 HKT: The first order: {made}, delivered at 10:08:35 in 5m53s."]

    listen(wanted, 2)


def test_orders_that_become_overdue_are_told_one_by_one() -> None:
    async def wanted(listener: Listener) -> None:
        listener.said()
        assert await listener.answer("o") == ["No order is overdue."]
        told = [line for line in await listener.at(65) if "Overdue" in line]
        assert [line.split(", ")[0] for line in told] == ["11:05:00 HKT: Overdue: TG240125L00078"]
        assert told[0].endswith(" since paid, user WaitingToShipping, SCM WaitingToShipping.")
        later = [line for line in await listener.at(80) if "Overdue" in line]
        codes = [line.split(", ")[1] for line in (*told, *later)]
        assert len(set(codes)) == len(codes) > len(told)
        listed = await listener.answer("o")
        assert listed[0] == f"{len(told) + len(later)} orders overdue, the oldest first:"
        assert len(listed) == 1 + len(told) + len(later)

    listen(wanted, 60, "stuck")


def test_orders_grow_overdue_while_nobody_answers() -> None:
    before = seen(60, "stuck")
    after = moment(before.state, before.now + timedelta(minutes=5))
    told = [line for line in news(before, after) if "verdue" in line]
    codes = [each.tracked.line.ts_code for each in after.figures.late]
    assert before.figures.late[:] == ()
    assert [line.split(", line ")[1].split(", ")[0] for line in told[:AT_ONCE]] == codes[:AT_ONCE]
    assert [line for line in news(after, before) if "Overdue" in line] == []


def test_many_at_once_are_one_event() -> None:
    before, after = seen(60, "stuck"), seen(100, "stuck")
    told = [line for line in news(before, after) if "verdue" in line]
    assert len(after.figures.late) > AT_ONCE
    assert told[AT_ONCE:] == [
        f"11:40:00 HKT: and {len(after.figures.late) - AT_ONCE} more of this kind, type o for all overdue orders."
    ]


def test_a_list_without_end_is_cut_and_counted() -> None:
    here = seen(100, "stuck")
    crowd = replace(here, figures=replace(here.figures, late=(here.figures.late[0],) * (LISTED + 20)))
    said = list(overdue_sentences(crowd))
    assert (len(said), said[-1]) == (LISTED + 2, "And 20 more lines.")


def test_an_order_that_was_late_is_told_when_it_is_settled() -> None:
    def hasty(minutes: float) -> Moment:
        here = seen(minutes, "vip")
        campaign = here.campaign
        strict = replace(campaign, sla=replace(campaign.sla, deliver_within=timedelta(seconds=30)))
        return moment(replace(here.state, campaign=strict), here.now, here.scenario)

    before, after = hasty(5), hasty(8)
    said = [line for line in news(before, after) if "No longer overdue" in line]
    assert said
    for line in said:
        code = line.split("overdue: ")[1].split(", ")[0]
        assert any(f", {tracked.state} after " in line for tracked in after.state.orders.group(code))
    assert any(f", {OrderState.DELIVERED} after " in line for line in said)


def test_selling_out_and_coming_back_are_told() -> None:
    stocked = seen(30, "stuck")
    first, *others = stocked.figures.products
    empty = replace(stocked, figures=replace(stocked.figures, products=(replace(first, remaining_reported=0), *others)))
    (out,), (back,) = news(stocked, empty), news(empty, stocked)
    assert out.startswith(f"10:30:00 HKT: Sold out: {first.product and first.product.label}, {first.sold} sold and ")
    assert back.startswith("10:30:00 HKT: On sale again: ")


def test_a_new_kind_of_error_is_told_and_can_be_asked_for() -> None:
    async def wanted(listener: Listener) -> None:
        assert (await listener.answer("e"))[-1].startswith("Errors: nothing special, ")
        told = [line for line in await listener.at(30) if "New: " in line]
        assert told
        assert [line.removeprefix("10:30:00 HKT: ") for line in told] == (await listener.answer("e"))[1:]

    listen(wanted, 3, "stuck")


@pytest.mark.parametrize("scenario", ["outage", "stuck", "oversold"])
def test_where_nothing_happened_nothing_is_said(scenario: str) -> None:
    here = seen(25, scenario)
    assert list(news(here, here)) == []


def test_the_pulse_comes_on_the_full_minutes() -> None:
    async def wanted(listener: Listener) -> None:
        assert listener.said()
        assert [line for line in await listener.at(34.9) if "overdue" in line] == []
        (pulse,) = await listener.at(35)
        assert pulse.startswith("10:35 HKT: ")
        assert " orders in 5 min, " in pulse
        assert pulse.endswith(" of 16,500 sets left, 0 overdue, 1 alert.")
        lines = listener.session.state.orders.recent
        since = sum(made > at(30).timestamp() for made, _ in lines)
        assert pulse.split()[2] == str(since) != "0"
        assert await listener.at(35.1) == []

    listen(wanted, 33, "vip", every="5m")


def test_the_pulse_knows_no_orders_while_their_source_is_down() -> None:
    async def wanted(listener: Listener) -> None:
        listener.said()
        pulse = (await listener.at(13))[-1]
        assert pulse.startswith("10:13 HKT: -- orders in 10s (orders down), ")

    listen(wanted, 9, "outage", every="10s")


def test_the_report_is_the_reports_own_bytes() -> None:
    async def wanted(listener: Listener) -> None:
        listener.said()
        printed = await report_command.run(listener.session)
        said = await listener.answer("r")
        notes = [f"Note: {warning}." for warning in printed.warnings]
        assert notes
        assert said == [*notes, *printed.text.splitlines()]

    listen(wanted, 22, "outage")


def test_an_order_is_told_step_by_step() -> None:
    async def wanted(listener: Listener) -> None:
        listener.said()
        said = await listener.answer("ｔｇ240125l00025")
        assert said[:4] == [
            "Asking about TG240125L00025.",
            "TG240125L00025 has 1 line, shop 28 CUAPP, as of 2024-01-25 10:30:00 Asia/Hong_Kong.",
            "Line TS240125L000080: $500 (100×5)+38 (370478), 1 set.",
            "State: delivered in 5m53s.",
        ]
        steps = [line for line in said if line.startswith("Step ")]
        assert steps[0] == "Step created: done, at 2024-01-25 10:02:26, told by order status."
        assert len(steps) == 9
        assert said[4:] == [
            "Its clock runs from paid, 2024-01-25 10:02:42; the limit is 1h.",
            "Statuses: user ShippingFinish, SCM Finish, table ShippingFinish.",
            *steps,
        ]

    listen(wanted, 30)


def test_a_code_that_nobody_knows_or_that_cannot_be() -> None:
    async def wanted(listener: Listener) -> None:
        listener.said()
        assert "not known to any source" in (await listener.answer("TG240125L99999"))[-1]
        assert "cannot exist" in (await listener.answer("TG241325L00025"))[0]
        assert (await listener.answer("xyz")) == ['"xyz" means nothing here; type ? and Enter to hear what does.']

    listen(wanted, 30)


def test_help_tells_every_command_and_q_quits() -> None:
    async def wanted(listener: Listener) -> None:
        listener.said()
        said = await listener.answer("？")
        assert [line[0] for line in said] == ["T", "?", "s", "a", "o", "e", "r", "s", "A", "q"]
        assert not listener.talk.over
        assert await listener.answer("ｑ") == []
        assert listener.talk.over

    listen(wanted, 30)


def test_the_greeting_says_what_is_simulated_only_where_it_was_not_asked_for() -> None:
    async def wanted(listener: Listener) -> None:
        listener.said()
        listener.talk.greet()
        assert listener.said()[0] == "evtui in lines: one for what happens, and one every 5m."

    listen(wanted, 30, every="5m")

    async def unasked() -> list[str]:
        clock = ManualClock(at(30))
        async with open_session(example_path(), clock) as session:
            listener = Listener(session, clock, timedelta(minutes=5))
            listener.talk.greet()
            return listener.said()

    assert asyncio.run(unasked())[-1].startswith("Note: stock, orders, ")


@given(st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_anything_typed_is_answered_in_printable_lines(typed: str) -> None:
    answers = _answers()
    rest = answers.talk.hear(typed)
    if rest is not None:
        rest.close()
    assert answers.said() or answers.talk.over


_KEPT: list[Listener] = []


def _answers() -> Listener:
    """One conversation over sources that were never asked, for as many lines as are tried."""
    if not _KEPT:
        clock = ManualClock(at(30))
        _KEPT.append(Listener(open_session(example_path(), clock, Demo("outage")), clock, timedelta(minutes=5)))
    return _KEPT[0]


def test_topics_without_a_source_are_no_news() -> None:
    here = seen(30, "calm")
    assert tuple(here.sources) == topics(here.state)
    specs = {topic: spec for topic, spec in here.state.specs.items() if topic is not Topic.CPU}
    lacking = moment(replace(here.state, specs=specs), here.now)
    assert any("Environment: " in line for line in summary(lacking))
    assert list(summary(lacking))[-1] == "All sources answer."
