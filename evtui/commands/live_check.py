"""`evtui check`: the file judged, then every source asked one real read-only question, all side by side.

Exit, the first that fits:

    2  the file, the user's screen settings or a provider's settings have problems; sources without one are asked all
       the same
    1  somebody has to do something: a finding of severity A, a login that is missing, refused or ends within half an
       hour, an answer of the wrong shape, one that leaves something out or holds nothing (`part`), facts that are too
       old, clocks more than half a minute apart
    3  nothing of that, but a source could not be reached or gave no answer: it may come back by itself
    0  everything answered as agreed

A person comes before a retry: where one source needs a login and another is down, asking again later puts nothing
right, so that is 1. Look-ups are listed and not asked: they need an order, and some cost money.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from evtui.clock import Clock, ManualClock, SystemClock
from evtui.collector.collector import ONE_SHOT_DEADLINE_S
from evtui.commands.arguments import moment
from evtui.commands.check import count, facts, lint, text_of, to_json
from evtui.commands.ending import to_the_end
from evtui.commands.output import Output
from evtui.commands.probe import SKEW_LIMIT_S, Probe, probe
from evtui.commands.worlds import DEMO_AT
from evtui.config.load import SourceConfig, load
from evtui.config.screen import LoadedScreen
from evtui.domain.reading import Lookup, Topic
from evtui.errors import Exit
from evtui.providers._threads import DaemonExecutor
from evtui.providers.base import Provider
from evtui.report.words import age_text, seconds, word
from evtui.session import CLOSE_S, Demo, context_of
from evtui.sources import Opened
from evtui.store.state import SourceState
from evtui.text import cell_width, fit

STATE_CELLS = 7
"""Room for the state of a source and two blanks."""

PART = "part"
"""What stands for the state of a source that answers well and leaves something out."""

Tell = Callable[[str], None]


class World(Struct, frozen=True):
    """The time sources are asked at, and what is played where they are simulated."""

    clock: Clock
    demo: Demo | None = None


def today() -> World:
    """The real one."""
    return World(SystemClock())


def rehearsal(path: Path, scenario: str, seed: int, at: str) -> World:
    """The simulation of the file at `path`, standing still at `at`.

    Raises:
        UsageError: `at` is no time.
    """
    return World(ManualClock(moment(at, load(path).campaign.zone, DEMO_AT)), Demo(scenario, seed))


def run(
    path: Path,
    world: World,
    *,
    as_json: bool,
    tell: Tell,
    screen: LoadedScreen | None = None,
) -> Output:
    """The preflight of the file at `path`; see the module for its exit codes.

    `tell` gets the text as it comes, a source's lines when it has answered; the output holds the rest. As JSON all of
    it is in the output.
    """
    linted = lint(path, lambda file: context_of(file, world.clock, world.demo), screen=screen)
    say: Tell = (lambda text: None) if as_json else tell
    say(text_of(linted))
    opened = linted.opened or Opened({}, (), {})
    probes = to_the_end(_ask_all(opened, world.clock, say)) if opened.providers else ()
    code = _exit(linted.exit(), probes)
    lookups = [source for source, _ in opened.providers.values() if isinstance(source.topic, Lookup)]
    if as_json:
        answer = facts(linted) | {
            "sources": [_facts(each) for each in probes],
            "lookups": [{"name": source.topic.value, "provider": source.provider} for source in lookups],
        }
        return Output(to_json(answer), (), code)
    lines = [*_listed(lookups, _widths(opened)), _tally(probes)]
    return Output("".join(f"{line}\n" for line in lines), (), code)


def _exit(of_file: Exit, probes: Sequence[Probe]) -> Exit:
    if of_file is not Exit.OK:
        return of_file
    if any(each.wants_action for each in probes):
        return Exit.ACTION
    return Exit.UNREACHABLE if any(each.unreachable for each in probes) else Exit.OK


async def _ask_all(opened: Opened, clock: Clock, say: Tell) -> tuple[Probe, ...]:
    """Every source asked at once, in the order of the file; each is told of as it answers."""
    asyncio.get_running_loop().set_default_executor(DaemonExecutor())
    widths = _widths(opened)

    async def ask(source: SourceConfig, provider: Provider) -> Probe:
        found = await probe(source, provider, clock, ONE_SHOT_DEADLINE_S)
        say("".join(f"{line}\n" for line in _lines(found, widths)))
        return found

    say("\n")
    try:
        asked = (pair for pair in opened.providers.values() if isinstance(pair[0].topic, Topic))
        return tuple(await asyncio.gather(*(ask(*pair) for pair in asked)))
    finally:
        closing = (provider.aclose() for _, provider in opened.providers.values())
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await asyncio.gather(*closing, return_exceptions=True)


def _widths(opened: Opened) -> tuple[int, int]:
    """Cells of the widest topic and of the widest provider, and two blanks behind each."""
    sources = [source for source, _ in opened.providers.values()]
    topics = max((len(source.topic) for source in sources), default=0)
    return topics + 2, max((cell_width(word(source.provider)) for source in sources), default=0) + 2


def _lines(found: Probe, widths: tuple[int, int]) -> Iterator[str]:
    start = fit(_state(found), STATE_CELLS) + fit(found.topic, widths[0]) + fit(word(found.provider), widths[1])
    yield start + " · ".join(filter(None, (_stages(found), *_details(found))))
    for remedy in found.remedies:
        yield f"{' ' * STATE_CELLS}-> {word(remedy)}"


def _state(found: Probe) -> str:
    return PART if found.partial and found.state is SourceState.OK else found.state.value


def _stages(found: Probe) -> str:
    """How far the question came, and why no further."""
    why = word(found.why)
    if found.shape:
        told = ", ".join(filter(None, (word(found.told), why)))
        return f"reached · authorised · {told}" if told else "reached · authorised"
    reached = "reached · " if found.reached else ""
    if found.authorised is False:
        return f"{reached}not authorised: {why}"
    if found.shape is False:
        return f"{reached}authorised · not as agreed: {why}" if found.authorised else f"not as agreed: {why}"
    return f"{reached}no answer: {why}" if found.reached else f"not reached: {why}"


def _details(found: Probe) -> Iterator[str]:
    if found.shape:
        yield "no fact yet" if found.fact_age is None else f"newest fact {age_text(found.fact_age)} ago"
    if found.skew_s is not None:
        yield f"clock {found.skew_s:+.1f} s" + (f" (over {SKEW_LIMIT_S:.0f} s)" if found.skewed else "")
    if found.login is not None:
        if found.login_left is not None:
            over = found.login_left.total_seconds() <= 0
            yield "login is over" if over else f"login {age_text(found.login_left)} left"
        elif found.login.renews:
            yield "login renews itself"
    if found.usd:
        yield f"US${found.usd:.6f}"


def _listed(lookups: Sequence[SourceConfig], widths: tuple[int, int]) -> Iterator[str]:
    for source in lookups:
        start = fit("--", STATE_CELLS) + fit(source.topic, widths[0]) + fit(word(source.provider), widths[1])
        yield start + "a look-up: asked when an order is opened"


def _tally(probes: Sequence[Probe]) -> str:
    if not probes:
        return "no source was asked"
    states = [_state(found) for found in probes]
    each = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(sorted(states)))
    usd = sum(found.usd for found in probes)
    return f"{count(len(probes), 'source')} asked: {each}" + (f"; US${usd:.6f} spent" if usd else "")


def _facts(found: Probe) -> dict[str, object]:
    """What the JSON says of a source; what is unknown is null, and says why."""
    why = found.why or "nobody said"
    login = found.login and {
        "who": found.login.who,
        "expires": found.login.expires and found.login.expires.isoformat(),
        "renews": found.login.renews,
    }
    answer: dict[str, object] = {
        "name": found.topic.value,
        "provider": found.provider,
        "state": found.state.value,
        "reached": found.reached,
        "authorised": found.authorised,
        "shape": found.shape,
        "told": found.told or None,
        "partial": found.partial,
        "more": found.more,
        "fact_age_s": None if found.fact_age is None else seconds(found.fact_age),
        "skew_s": None if found.skew_s is None else round(found.skew_s, 3),
        "took_s": None if found.took_s is None else round(found.took_s, 3),
        "login": login,
        "usd": found.usd,
        "why": found.why,
        "remedy": "; ".join(found.remedies),
    }
    reasons = {
        "reached": why,
        "authorised": why,
        "shape": why,
        "told": why,
        "fact_age_s": "it holds no fact yet" if found.shape else why,
        "skew_s": "the source does not tell its time",
        "took_s": why,
        "login": "it needs none, or does not tell of it",
    }
    return answer | {f"{name}_why": reason for name, reason in reasons.items() if answer[name] is None}
