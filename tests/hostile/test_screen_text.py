"""Hostile text on the screen: it is shown as text, whole, harmless, wherever a source can put it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from cockpit_pilot import Driven, Watched
from corpus import CODE, ESCAPES, FORBIDDEN, HOSTILE, INVISIBLE, MARKUP
from hostile_sources import NOW, TG, HostileProvider, campaign, order_lines, session, steps, values
from rich.cells import cell_len
from textual.events import Paste

from evtui.alerts.rules import alerts
from evtui.domain.reading import ChainFacts, Failure, FailureKind, Lookup, Reading, Topic
from evtui.redact import admit
from evtui.report.build import build
from evtui.report.model import Format, Style
from evtui.report.render import render
from evtui.store.reduce import reduce
from evtui.store.state import LaunchState, SourceSpec
from evtui.text import one_line
from evtui.tui.compose import draw, layout, snapshot
from evtui.tui.desk import Desk
from evtui.tui.layout import PANES
from evtui.tui.lines import plain, text_of
from evtui.tui.paint import order
from evtui.tui.screens.go_to import GoTo
from evtui.tui.screens.order import OrderPage
from evtui.tui.screens.report import ReportPage
from evtui.tui.view import view

UNSEEN = FORBIDDEN | {"\n", "\t"}
"""What no cell may hold."""

SMALL = (43, 11)
SHAPES = (("stock", (120, 36)), ("stock", (80, 24)), *((pane, SMALL) for pane in PANES))
"""Focus and size, so that every pane is seen in every shape."""

SHORT = tuple(text for text in (*MARKUP, *CODE) if "\n" not in text and len(text) < 60)
"""Texts that fit a row; each has to be readable in full."""


def believed(texts: tuple[str, ...], *failures: Topic) -> LaunchState:
    """The state after every source spoke in these words, and some then failed in them."""
    specs = {topic: SourceSpec(topic, "hostile", timedelta(minutes=1)) for topic in Topic}
    state = LaunchState(campaign(), specs)
    for topic, value in values(texts).items():
        state = reduce(state, Reading("hostile", topic, NOW, value, NOW))
    facts = ChainFacts(tg_code=TG, steps=steps(texts))
    state = reduce(state, Reading("hostile", Lookup.API_LOG, NOW, facts, NOW))
    words = admit(" ".join(texts))
    for topic in failures:
        failure = Failure(FailureKind.AUTH, words, words)
        state = reduce(state, Reading("hostile", topic, NOW + timedelta(seconds=1), failure))
    return state


@pytest.mark.parametrize("raw", HOSTILE, ids=range(len(HOSTILE)))
def test_each_text_in_every_field_on_every_pane(raw: str) -> None:
    for state in (believed((raw,)), believed((raw,), *Topic)):
        present = view(state, NOW)
        for focus, size in SHAPES:
            desk = Desk(focus)
            for name, box in layout(present, desk, *size).boxes.items():
                for line in draw(present, desk, name, box):
                    assert not UNSEEN & set(plain(line))
                    assert "\ufe0f" in plain(line) or cell_len(plain(line)) == box.width
        assert not FORBIDDEN & set(snapshot(present))
        for alert in alerts(state, NOW):
            assert not FORBIDDEN & set(alert.text)


@pytest.mark.parametrize("raw", HOSTILE, ids=range(len(HOSTILE)))
def test_each_text_on_the_order_page_and_in_the_report(raw: str) -> None:
    state = believed((raw,))
    present = view(state, NOW)
    failed = Reading("hostile", Lookup.TASK_LOG, NOW, Failure(FailureKind.DOWN, admit(raw), admit(raw)))
    for tg_code in (TG, admit(raw)):
        drawn = text_of(order.paint(present, tg_code, tg_code, order.Asked((), (failed,)), 104))
        assert not FORBIDDEN & set(drawn)
    report = build(state, NOW)
    for style in (Style.STRICT, Style.FULL):
        for form in Format:
            assert not FORBIDDEN & set(render(report, style, form))


@pytest.mark.parametrize("raw", SHORT)
def test_nothing_disappears(raw: str) -> None:
    shown = one_line(admit(raw))
    present = view(believed((raw,)), NOW)
    desk = Desk()
    boxes = layout(present, desk, 300, 100).boxes
    errors = "\n".join(map(plain, draw(present, desk, "errors", boxes["errors"])))
    assert shown in errors
    orders = "\n".join(map(plain, draw(present, desk, "orders", boxes["orders"])))
    assert shown[:10] in orders
    page = text_of(order.paint(present, TG, TG, order.Asked(), 300))
    assert f"User {shown}" in " ".join(page.split())


# --- on the real app --------------------------------------------------------------------------------------------------


HARMFUL = tuple(raw for raw in HOSTILE if FORBIDDEN & set(raw))


def harmless(driven: Driven) -> str:
    """The whole screen as text, once every segment of it was looked at."""
    text = []
    for strip in driven.app.screen._compositor.render_strips():
        for segment in strip:
            if segment.control:
                continue
            assert not UNSEEN & set(segment.text), segment
            if segment.style is not None:
                assert segment.style.link is None
                assert not [name for name in segment.style.meta if name.startswith("@")], segment
        text.append(strip.text)
    frame = driven.app.screen._compositor.render_full_update().render_segments(driven.app.console)
    for raw in HARMFUL:
        assert raw not in frame
    return "\n".join(text)


def shows(driven: Driven, text: str) -> bool:
    return text in " ".join(driven.screen.split())


TALL = (200, 1400)
"""So tall that a page of one line for every text fits, and one look sees all."""


async def test_all_of_it_at_once_on_every_page_of_the_app() -> None:
    app = Watched(session(HostileProvider(HOSTILE)))
    async with app.run_test(size=(160, 50), notifications=True) as pilot:
        driven = Driven(app, pilot)
        await driven.until(driven.heard_all, "every source")
        app.tick()
        await driven.settle()
        harmless(driven)
        for key in ("1", "z", "2", "3", "4", "z", "j", "pagedown"):
            await driven.press(key)
            harmless(driven)
        await driven.press("escape", "r")
        assert isinstance(app.screen, ReportPage)
        harmless(driven)
        await driven.press("s")
        harmless(driven)
        await driven.press("escape", "g")
        await driven.terminal(TG)
        await driven.press("enter")
        await driven.until(lambda: isinstance(app.screen, OrderPage), "the page")
        await driven.until(lambda: TG in app.session.state.orders.facts, "the answers")
        driven.resize(*TALL)
        await driven.until(lambda: app.screen.query_one("#page").size.height > TALL[1] // 2, "the whole page")
        app.tick()
        await driven.settle()
        page = harmless(driven)
        for raw in MARKUP:
            assert one_line(admit(raw)) in " ".join(page.split())
        assert app.is_running
        assert app.return_code in (None, 0)


async def test_a_hostile_code_is_refused_in_a_toast_that_is_only_text() -> None:
    texts = tuple(text for text in HOSTILE if text.strip())
    app = Watched(session(HostileProvider(texts)))
    async with app.run_test(size=(120, 50), notifications=True) as pilot:
        driven = Driven(app, pilot)
        await driven.until(driven.heard_all, "every source")
        app.tick()
        await driven.settle()
        hostile = sorted({line.tg_code for line in order_lines(texts)} - {TG})
        for _ in range(2 * len(hostile)):
            await driven.press("j")
            chosen = driven.desk.selected_line()
            selected = chosen.line.tg_code if chosen else None
            if selected != TG:
                break
        await driven.press("enter")
        await driven.until(lambda: "is not an order code" in driven.screen, "the toast")
        harmless(driven)


async def test_everything_the_app_says_is_only_text() -> None:
    app = Watched(session(HostileProvider(("x",))))
    async with app.run_test(size=(120, 200), notifications=True) as pilot:
        driven = Driven(app, pilot)
        await driven.until(driven.heard_all, "every source")
        for start in range(0, len(SHORT), 20):
            for raw in SHORT[start : start + 20]:
                app.say(admit(raw))
            last = admit(SHORT[min(start + 20, len(SHORT)) - 1])
            await driven.until(partial(shows, driven, last), "the toasts")
            shown = " ".join(harmless(driven).split())
            for raw in SHORT[start : start + 20]:
                if len(raw) < 30:
                    assert one_line(admit(raw)) in shown
            app.clear_notifications()
            await driven.settle()


@pytest.mark.parametrize("kind", [FailureKind.AUTH, FailureKind.DATA])
async def test_sources_that_fail_in_hostile_words(kind: FailureKind) -> None:
    app = Watched(session(HostileProvider(HOSTILE, kind)))
    async with app.run_test(size=(160, 50), notifications=True) as pilot:
        driven = Driven(app, pilot)
        await driven.until(driven.heard_all, "every source")
        app.tick()
        await driven.settle()
        harmless(driven)
        await driven.press("g")
        await driven.terminal(TG)
        await driven.press("enter")
        await driven.until(lambda: isinstance(app.screen, OrderPage) and "not every source" in driven.page, "the end")
        harmless(driven)


async def test_what_a_person_pastes_is_only_text() -> None:
    app = Watched(session(HostileProvider(("x",))))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        driven = Driven(app, pilot)
        await driven.press("g")
        for raw in (*ESCAPES, *INVISIBLE, MARKUP[0], "\n", "TG240125L00001\r\nmore"):
            app.post_message(Paste(raw))
            await driven.settle()
            harmless(driven)
            await driven.press("enter", "ctrl+u")
            harmless(driven)
            if not isinstance(app.screen, GoTo):
                await driven.press("escape", "g")
