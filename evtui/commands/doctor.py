"""`evtui doctor`: a test card to be judged by eye, then what was found out about the terminal and what to put right.

Asks the terminal and tmux, no source; writes nothing but to the terminal.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from msgspec import Struct
from msgspec.structs import asdict

from evtui import paths
from evtui.clock import Clock, SystemClock
from evtui.commands.output import Output
from evtui.config.screen import FILE_NAME, VARIABLE, ScreenSettings, find_screen, read_screen
from evtui.errors import EvtuiError, Exit
from evtui.terminal import tmux
from evtui.terminal.abilities import here
from evtui.terminal.ask import ask
from evtui.terminal.card import NAMES, Paint, card
from evtui.terminal.clipboard import send
from evtui.terminal.probe import Answers, askable
from evtui.terminal.verdicts import UNKNOWN, Chosen, Surroundings, Verdict, encoding_ok, verdicts
from evtui.text import cell_width, clean, fit

VERSION = 1
"""Version of the JSON."""

PATIENCE = 1.0
"""Seconds a terminal has to answer: somebody who asks what is wrong can wait longer than a screen that starts."""

MARK_CELLS = 6
"""Room for `ok`, `FIX` or `hint`."""

NAME_CELLS = 14
"""Room for what a line is about."""

FOUND_CELLS = 26
"""Room for what was found, before what it was found from."""


_CLOCK = SystemClock()


class Files(Struct, frozen=True):
    """Where this program reads and writes."""

    campaign: str | None
    campaign_why: str | None
    """Why there is no campaign file."""
    screen_settings: str
    screen_settings_exists: bool
    log: str


def run(find: Callable[[], Path | None], *, as_json: bool, copy: bool, clock: Clock = _CLOCK) -> Output:
    """All of it; exit ACTION where something has to be put right. `find` looks for the campaign file."""
    chosen, files, wrong = _files(find, os.environ)
    seen = look(os.environ, chosen, as_json=as_json)
    judged = (*verdicts(seen), *wrong)
    sent = _send(seen, clock) if copy else ()
    text = _json(seen, judged, files, sent) if as_json else _text(seen, judged, files, sent)
    return Output(text, (), Exit.ACTION if any(each.must for each in judged) else Exit.OK)


def look(environ: Mapping[str, str], chosen: Chosen, *, as_json: bool) -> Surroundings:
    """Ask whoever can be asked. For JSON the terminal is asked even where stdout leads elsewhere: nothing is drawn."""
    fd = _terminal(as_json)
    size = None
    if fd is not None:
        with suppress(OSError):
            columns, rows = os.get_terminal_size(fd)
            size = (columns, rows)
    answers = Answers()
    if fd is None or not _is_terminal(sys.stdin):
        not_asked = "there is no terminal"
    elif not askable(environ):
        not_asked = f"a terminal of type {clean(environ.get('TERM', ''), 40) or 'unknown'} might print the question"
    else:
        answers, not_asked = ask(sys.stdin.fileno(), PATIENCE), ""
    return Surroundings(environ, size, here(environ), answers, not_asked, tmux.ask(environ), chosen)


def _terminal(as_json: bool) -> int | None:
    """The descriptor of the terminal, or None where there is none."""
    streams = (sys.stdout, sys.stdin) if as_json else (sys.stdout,)
    return next((stream.fileno() for stream in streams if _is_terminal(stream)), None)


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()


def _files(find: Callable[[], Path | None], environ: Mapping[str, str]) -> tuple[Chosen, Files, tuple[Verdict, ...]]:
    """What the screen settings leave no question about, which files are in use, and what is wrong with them."""
    wrong: list[Verdict] = []
    campaign, why = None, None
    try:
        campaign = find()
    except EvtuiError as error:
        why = str(error)
        wrong.append(Verdict("campaign file", "missing", why, "name a file that exists, or none", must=True))
    if campaign is None and why is None:
        why = f"none named, none here, none in {paths.config_dir()}; `evtui` alone opens the demo"
    settings, own = None, ScreenSettings()
    try:
        settings = find_screen(environ, paths.config_dir())
    except EvtuiError as error:
        wrong.append(Verdict("screen file", "missing", str(error), "name a file that exists, or none", must=True))
    if settings is not None:
        loaded = read_screen(settings)
        own = loaded.file.settings if loaded.file else own
        wrong += [
            Verdict(
                "screen file", "not usable", str(problem), "correct that line; without the file all are defaults", True
            )
            for problem in loaded.problems
        ]
    usual = environ.get(VARIABLE) or str(paths.config_dir() / FILE_NAME)
    named = str(campaign) if campaign else None
    width = own.ambiguous_width if own.ambiguous_width != "auto" else None
    chosen = Chosen(width, theme=own.theme != "auto", colours=own.colours != "auto")
    return chosen, Files(named, why, str(settings or usual), settings is not None, str(paths.log_file())), tuple(wrong)


def _send(seen: Surroundings, clock: Clock) -> tuple[str, str]:
    """The text sent to the clipboard, and the words for which way it went."""
    text = f"evtui doctor {clock.now():%H:%M:%S}Z {NAMES[-1]}"
    fd = _terminal(as_json=True)
    if seen.size is None or fd is None:
        return text, "not sent: there is no terminal"
    return text, send(text, seen.environ, lambda data: _write(fd, data))


def _write(fd: int, data: str) -> None:
    left = data.encode()
    while left:
        left = left[os.write(fd, left) :]


def _text(seen: Surroundings, judged: Sequence[Verdict], files: Files, sent: tuple[str, ...]) -> str:
    lines = [*_card(seen), ""]
    for verdict in judged:
        lines += _told(verdict)
    lines += ["", *_listed(files)]
    if sent:
        text, words = sent
        lines += ["", f"clipboard     {words}"]
        if not words.startswith("not sent"):
            lines.append(f"              paste somewhere; it should read: {text}")
    must = sum(each.must for each in judged)
    lines += ["", f"{must} thing{'' if must == 1 else 's'} to fix" if must else "nothing to fix"]
    return "".join(f"{line}\n" for line in lines)


def _card(seen: Surroundings) -> Sequence[str]:
    if seen.size is None:
        return ("test card     not drawn: there is no terminal to judge it on",)
    plain = here({name: value for name, value in seen.environ.items() if name != "NO_COLOR"})
    return card(
        Paint(
            columns=seen.size[0],
            styled=plain.colours != "none",
            coloured=seen.able.colours != "none",
            linked=askable(seen.environ),
            utf8=encoding_ok(seen),
        )
    )


def _told(verdict: Verdict) -> Iterator[str]:
    """A verdict on a line, or on two where much was found, and its fix on another."""
    mark = "FIX" if verdict.must else "hint" if verdict.fix else "--" if verdict.found == UNKNOWN else "ok"
    start = fit(mark, MARK_CELLS) + fit(verdict.name, NAME_CELLS)
    if cell_width(verdict.found) < FOUND_CELLS:
        yield start + fit(verdict.found, FOUND_CELLS) + verdict.why
    else:
        yield start + verdict.found
        yield " " * cell_width(start) + verdict.why
    if verdict.fix:
        yield f"{' ' * MARK_CELLS}-> {verdict.fix}"


def _listed(files: Files) -> Iterator[str]:
    yield fit("campaign", NAME_CELLS) + (files.campaign or files.campaign_why or "")
    there = "" if files.screen_settings_exists else " (not there: defaults)"
    yield f"{fit('screen', NAME_CELLS)}{files.screen_settings}{there}"
    yield fit("log", NAME_CELLS) + files.log


def _json(seen: Surroundings, judged: Sequence[Verdict], files: Files, sent: tuple[str, ...]) -> str:
    facts: dict[str, object] = {"version": VERSION, "ok": not any(each.must for each in judged)}
    facts["size"] = dict(zip(("columns", "rows"), seen.size, strict=True)) if seen.size else None
    facts["size_why"] = None if seen.size else "there is no terminal"
    for name, value in asdict(seen.able).items():
        facts[name.replace("_from", "_why")] = value
    silent = f"not asked: {seen.not_asked}" if seen.not_asked else "the terminal does not say"
    told = asdict(seen.answers)
    told["background"] = f"#{bytes(seen.answers.background).hex()}" if seen.answers.background else None
    answers: dict[str, object] = {}
    for name, value in told.items():
        answers |= {name: value} | ({f"{name}_why": silent} if value is None else {})
    facts["answers"] = answers
    facts["tmux"] = _tmux(seen.tmux) if seen.tmux else None
    if seen.tmux is None:
        facts["tmux_why"] = "tmux did not answer" if seen.able.multiplexer == "tmux" else "not inside of tmux"
    facts["files"] = asdict(files)
    if sent:
        facts["clipboard"] = dict(zip(("text", "went"), sent, strict=True))
    facts["findings"] = [asdict(each) for each in judged if each.fix]
    return json.dumps(facts, ensure_ascii=False, indent=2) + "\n"


def _tmux(told: tmux.Tmux) -> dict[str, object]:
    options = {option.name: option.value for option in told.options}
    return {"version": told.version, "terminal": told.terminal, "features": told.features, "options": options}
