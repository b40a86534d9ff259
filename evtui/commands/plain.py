"""`--plain`: the launch in lines, for screen readers and terminals that can do nothing but print.

Says a line when something happens, answers lines that are typed, and never goes back over what it has printed.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from evtui.commands import order as order_command
from evtui.commands.arguments import length
from evtui.commands.ending import print_data
from evtui.commands.news import news
from evtui.commands.output import Output
from evtui.commands.spoken import (
    Moment,
    alert_sentences,
    error_sentences,
    moment,
    overdue_sentences,
    pulse,
    summary,
)
from evtui.commands.spoken_sources import every_source
from evtui.commands.typed import LONGEST, Typed, read, standard_input
from evtui.config.duration import format_duration
from evtui.config.notes import quote
from evtui.domain.codes import OrderCode, parse_code
from evtui.domain.reading import Reading
from evtui.errors import CodeError, Exit, UsageError
from evtui.report.build import build
from evtui.report.model import Format, Style
from evtui.report.order_text import order_sentences
from evtui.report.render import render, templates_of
from evtui.report.words import word
from evtui.session import Session
from evtui.text import fold

EVERY = timedelta(minutes=5)
"""Launch time between two pulses: often enough to hear that all is well, and no chatter."""

TICK_S = 1.0
"""Seconds between two looks at what happened, as often as the screen is drawn."""

FIRST_ANSWERS_S = 5.0
"""Longest wait for the first answers before the summary is told without those still missing."""

AHEAD = 16
"""Typed lines taken before they are answered: a pipe that never ends must not fill the memory."""

_HELP = (
    "Type one of these and Enter:",
    "?: this help.",
    "s: the summary; an empty line does the same.",
    "a: alerts.",
    "o: overdue orders.",
    "e: errors.",
    "r: the report.",
    "sources: every source, how it is asked, its gaps, logins and cost.",
    "A TG or TS code: the order, step by step.",
    "q: quit.",
)


class Conversation:
    """One session in lines. `printed` gets text that ends in a newline; the session's clock says what time it is."""

    def __init__(self, session: Session, every: timedelta, printed: Callable[[str], None]) -> None:
        self._session = session
        self._every = every
        self._printed = printed
        self._told: Moment | None = None
        self._beat = self._beat_at(session.clock.now())
        self.over = False
        """Whether somebody asked to quit."""

    def greet(self) -> None:
        """Say what this is before the first source has answered."""
        self._say(f"evtui in lines: one for what happens, and one every {format_duration(self._every)}.")
        self._say("Type ? and Enter for help, q and Enter to quit. The sources are being asked.")
        for remark in self._session.remarks:
            self._say(f"Note: {remark}.")

    def begin(self) -> None:
        """The first summary; from here on only changes are told."""
        self._told = self._moment()
        self._summary()

    def tick(self) -> None:
        """Say what happened since the last look, and the pulse when it is due."""
        before, now = self._told, self._moment()
        self._told = now
        for sentence in news(before, now) if before else ():
            self._say(sentence)
        beat = self._beat_at(now.now)
        if beat != self._beat:
            self._beat = beat
            self._say(pulse(now, self._every))

    def hear(self, typed: str) -> Coroutine[Any, Any, None] | None:
        """Answer a typed line; an answer that has to be asked for is returned, still to be awaited."""
        command = fold(typed)
        answers = {
            "": self._summary,
            "s": self._summary,
            "a": lambda: self._say_all(alert_sentences(self._moment())),
            "o": lambda: self._say_all(overdue_sentences(self._moment())),
            "e": lambda: self._say_all(error_sentences(self._moment())),
            "r": self._report,
            "sources": lambda: self._say_all(every_source(self._moment(), self._session.statuses())),
            "?": lambda: self._say_all(_HELP),
            "q": self._quit,
        }
        if command in answers:
            answers[command]()
            return None
        try:
            code = parse_code(typed)
        except CodeError as error:
            looks_like_one = any(char.isdecimal() for char in command) and len(command) > 5
            unknown = f"{quote(typed)} means nothing here; type ? and Enter to hear what does."
            self._say(f"{error}." if looks_like_one else unknown)
            return None
        self._say(f"Asking about {code}.")
        return self._order(code)

    async def _order(self, code: OrderCode) -> None:
        found = await order_command.run(self._session, code, written=lambda view: "\n".join(order_sentences(view)))
        for sentence in (*(f"{warning}." for warning in found.warnings), *found.text.splitlines()):
            self._say(sentence)

    def _report(self) -> None:
        """The same bytes as `evtui report` prints, behind what has to be known of its figures."""
        session = self._session
        style = Style(session.campaign.report.style)
        report = build(session.state, session.clock.now())
        try:
            text = render(report, style, Format.TEXT, templates_of(session.campaign, session.path))
        except UsageError as error:
            self._say(f"No report: {error}.")
            return
        for warning in (*session.remarks, *report.warnings_for(style)):
            self._say(f"Note: {warning}.")
        self._printed(text)

    def _quit(self) -> None:
        self.over = True

    def _summary(self) -> None:
        self._say_all(summary(self._moment()))

    def _moment(self) -> Moment:
        return moment(self._session.state, self._session.clock.now(), self._session.scenario)

    def _beat_at(self, now: datetime) -> int:
        """The number of the pulse's stretch of local time, so that pulses come on the full five minutes."""
        offset = now.astimezone(self._session.campaign.zone).utcoffset() or timedelta()
        return (timedelta(seconds=now.timestamp()) + offset) // self._every

    def _say_all(self, sentences: Iterable[str]) -> None:
        for sentence in sentences:
            self._say(sentence)

    def _say(self, sentence: str) -> None:
        self._printed(f"{word(sentence, LONGEST)}\n")


def started(session: Session, every: str | None) -> Coroutine[Any, Any, Output]:
    """The line mode as the command line starts it; `every` is what --every says.

    Raises:
        UsageError: that is no duration.
    """
    return run(session, EVERY if every is None else length(every, "--every"), standard_input())


async def run(session: Session, every: timedelta, typed: Typed | None) -> Output:
    """Talk until somebody quits or the program is told to end; everything is printed by then.

    `every` is the launch time between two pulses.
    """
    task = asyncio.current_task()
    assert task is not None
    told: Exit | None = None
    talking = True

    def end(code: Exit) -> None:
        nonlocal told
        told = code
        if talking:  # else it is ending already, and nothing is left to be cut short
            task.cancel()

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, end, Exit.TERMINATED)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup starts programs
        loop.add_signal_handler(signal.SIGHUP, end, Exit.HUNG_UP)
    code = Exit.OK
    try:
        code = await _talk(session, Conversation(session, every, print_data), typed)
    except asyncio.CancelledError:
        if told is None:
            raise
        task.uncancel()
    finally:
        talking = False
    return Output("", (), told or code)


async def _talk(session: Session, talk: Conversation, typed: Typed | None) -> Exit:
    """The conversation from greeting to goodbye, and the exit code of how it ended."""
    loop = asyncio.get_running_loop()
    inbox: asyncio.Queue[str | None] = asyncio.Queue()
    room = threading.Semaphore(AHEAD)

    def deliver(line: str | None) -> None:
        room.acquire()
        with suppress(RuntimeError):  # the loop is closed: nobody listens any more
            loop.call_soon_threadsafe(inbox.put_nowait, line)

    talk.greet()
    if typed is not None:
        threading.Thread(target=read, args=(typed, deliver), name="typed lines", daemon=True).start()
    await _first_answers(session)
    talk.begin()
    due = loop.time() + TICK_S
    asked: set[asyncio.Task[None]] = set()
    while not talk.over:
        if loop.time() >= due:
            talk.tick()
            due = loop.time() + TICK_S
        for task in [task for task in asked if task.done()]:
            asked.remove(task)
            task.result()  # a fault of ours must not end in silence
        try:
            async with asyncio.timeout_at(due):
                line = await inbox.get()
        except TimeoutError:
            continue
        room.release()
        if line is not None:
            if answer := talk.hear(line):
                asked.add(asyncio.create_task(answer))
        elif typed is not None and typed.terminal:
            # the end of what is typed at a terminal is a goodbye, unless the terminal itself is gone
            return Exit.OK if os.isatty(typed.fd) else Exit.HUNG_UP
    return Exit.OK


async def _first_answers(session: Session) -> None:
    """Start asking, and wait for every source to answer once, well or badly, with all of its past."""
    waiting = set(session.state.specs)
    told = asyncio.Event()

    def heard(reading: Reading) -> None:
        if not reading.coverage.more:
            waiting.discard(reading.topic)
        if not waiting:
            told.set()

    session.store.listen(heard)
    session.collector.start()
    with suppress(TimeoutError):
        async with asyncio.timeout(FIRST_ANSWERS_S if waiting else 0):
            await told.wait()
