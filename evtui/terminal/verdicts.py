"""Everything known about a terminal, judged: what was found, from what, and what to do where something is wrong.

Pure. Where the environment and the terminal contradict each other, the terminal is believed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from evtui.terminal.abilities import Abilities, refusal
from evtui.terminal.probe import Answers
from evtui.terminal.tmux import Tmux, findings

LEAST = (80, 24)
"""Columns and rows from which on every part of the screen has its place."""

UNKNOWN = "unknown"
MEASURED = "measured on the terminal"


class Chosen(Struct, frozen=True):
    """What the user's own settings leave no question about."""

    ambiguous: int | None = None
    """Cells of a character of ambiguous width; None: as the terminal says."""
    theme: bool = False
    colours: bool = False


class Surroundings(Struct, frozen=True):
    """What could be found out."""

    environ: Mapping[str, str]
    size: tuple[int, int] | None
    """Columns and rows; None without a terminal."""
    able: Abilities
    answers: Answers
    not_asked: str
    """Why the terminal itself was not asked; empty where it was."""
    tmux: Tmux | None
    chosen: Chosen = Chosen()


class Verdict(Struct, frozen=True):
    """One thing about the terminal."""

    name: str
    found: str
    why: str
    """What it was concluded from."""
    fix: str = ""
    """One sentence on what to do; empty where nothing is."""
    must: bool = False
    """Whether something does not work as it is; else the fix is a hint."""


def verdicts(seen: Surroundings) -> tuple[Verdict, ...]:
    """One verdict an ability, in the order in which things are best put right."""
    return (
        _size(seen),
        _encoding(seen),
        _colours(seen),
        *_widths(seen),
        _background(seen),
        _name(seen),
        _frames(seen),
        *_multiplexer(seen),
    )


def encoding_ok(seen: Surroundings) -> bool:
    """Whether text beyond ASCII may be drawn at all."""
    told = seen.answers.utf8
    return seen.able.utf8 is not False if told is None else told


def _asked(seen: Surroundings, found: str | None, how: str = "the terminal says so") -> tuple[str, str]:
    """What the terminal said of itself, and that it did."""
    if seen.not_asked:
        return UNKNOWN, f"not asked: {seen.not_asked}"
    return (found, how) if found is not None else (UNKNOWN, "the terminal does not say")


def _size(seen: Surroundings) -> Verdict:
    if seen.size is None:
        return Verdict("size", UNKNOWN, "there is no terminal")
    columns, rows = seen.size
    found = f"{columns}x{rows}"
    if columns < LEAST[0] or rows < LEAST[1]:
        fix = f"make the window {LEAST[0]}x{LEAST[1]} or larger, or its letters smaller"
        return Verdict("size", found, "the system says so", fix, must=True)
    return Verdict("size", found, "the system says so")


def _encoding(seen: Surroundings) -> Verdict:
    said, told = seen.able.utf8, seen.answers.utf8
    reason = seen.able.utf8_from
    if told is False:
        hint = "in PuTTY: Window, Translation, Remote character set; " if _is_putty(seen) else ""
        fix = f"switch the terminal to UTF-8 ({hint}it draws one letter for every byte)"
        return Verdict("encoding", "not UTF-8", MEASURED, fix, True)
    if said is False:
        sentence = refusal(seen.able) or ""
        fix = sentence.rpartition("; ")[2] if told is None else f"start with {sentence.rpartition(' ')[2]}"
        return Verdict("encoding", "not UTF-8", reason, fix, True)
    if told:
        return Verdict("encoding", "UTF-8", f"{MEASURED}; {reason}")
    if said:
        return Verdict("encoding", "UTF-8", reason)
    return Verdict("encoding", UNKNOWN, reason, "say it with LANG, such as LANG=C.UTF-8; evtui sends UTF-8")


def _is_putty(seen: Surroundings) -> bool:
    return seen.environ.get("TERM", "").startswith("putty")


def _colours(seen: Surroundings) -> Verdict:
    colours, reason = seen.able.colours, seen.able.colours_from
    found = {"16": "16 colours", "256": "256 colours"}.get(colours, colours)
    term = seen.environ.get("TERM", "")
    if seen.size is not None and not term:
        return Verdict("colours", found, reason, "set TERM to what this terminal is, such as TERM=xterm-256color", True)
    meant = seen.chosen.colours or bool(seen.environ.get("NO_COLOR")) or term == "linux"
    if seen.size is None or meant or seen.able.multiplexer != "none":
        return Verdict("colours", found, reason)
    if colours in ("none", "16"):
        return Verdict(
            "colours", found, reason, "if it is a newer terminal than that, set TERM=xterm-256color before starting"
        )
    if colours == "256":
        return Verdict("colours", found, reason, "if the true colour ramp above is smooth, set COLORTERM=truecolor")
    return Verdict("colours", found, reason)


def _widths(seen: Surroundings) -> Iterator[Verdict]:
    told = seen.answers
    found, why = _asked(seen, _cells(told.ambiguous), MEASURED)
    chosen = seen.chosen.ambiguous
    wrong = None not in (chosen, told.ambiguous) and chosen != told.ambiguous
    fix = ""
    if wrong:
        fix = f"screen.toml says ambiguous_width = {chosen}: take the line out, or make it {told.ambiguous}"
    elif told.ambiguous == 2:
        fix = "evtui then draws its own signs in ASCII; for box lines set the terminal's ambiguous width to narrow"
    elif told.ambiguous is None and chosen is None and seen.size is not None:
        fix = "if the last bar above stands to the right of the others, set ambiguous_width = 2 in screen.toml"
    yield Verdict("ambiguous", found, why, fix, wrong)
    found, why = _asked(seen, _cells(told.wide), MEASURED)
    wrong = told.wide not in (None, 2)
    fix = "Chinese must take two cells: start tmux with -u, screen with -U, or use another terminal" if wrong else ""
    yield Verdict("Chinese", found, why, fix, wrong)
    found, why = _asked(seen, _cells(told.emoji), MEASURED)
    fix = "emoji in names push what follows out of place; a newer terminal draws two cells" if told.emoji == 1 else ""
    yield Verdict("emoji", found, why, fix)


def _cells(width: int | None) -> str | None:
    return None if width is None else f"{width} cell{'' if width == 1 else 's'}"


def _background(seen: Surroundings) -> Verdict:
    told = seen.answers
    if told.background is not None:
        found = f"{'dark' if told.dark else 'light'} #{bytes(told.background).hex()}"
        return Verdict("background", found, "the terminal says so")
    if seen.able.dark is not None:
        return Verdict("background", "dark" if seen.able.dark else "light", seen.able.dark_from)
    found, why = _asked(seen, None)
    fix = 'if the screen is hard to read, choose theme = "dark" or "light" in screen.toml'
    if seen.size is None or seen.chosen.theme:
        fix = ""
    return Verdict("background", found, f"{why}; {seen.able.dark_from}", fix)


def _name(seen: Surroundings) -> Verdict:
    found, why = _asked(seen, seen.answers.version)
    return Verdict("terminal", found, why)


def _frames(seen: Surroundings) -> Verdict:
    can = seen.answers.synchronized
    found, why = _asked(seen, None if can is None else "yes" if can else "no")
    return Verdict("whole frames", found, why)


def _multiplexer(seen: Surroundings) -> Iterator[Verdict]:
    kind, why = seen.able.multiplexer, seen.able.multiplexer_from
    name = (seen.answers.version or "").lower()
    if kind == "none" and name.startswith("tmux"):
        fix = "to copy through it, it needs: set -s set-clipboard on"
        yield Verdict("inside of", "tmux at the other end", "the terminal says so", fix)
        return
    if kind != "tmux":
        yield Verdict("inside of", "nothing" if kind == "none" else kind, why)
        return
    if seen.tmux is None:
        yield Verdict("inside of", "tmux", why, "tmux did not answer; see that `tmux` is on the PATH here", True)
        return
    around = seen.tmux.terminal or "no terminal attached"
    yield Verdict("inside of", f"tmux {seen.tmux.version}", f"{why}; around it {around}")
    for finding in findings(seen.tmux):
        fix = f"in ~/.tmux.conf: {finding.line}" if finding.line else ""
        yield Verdict("tmux", finding.what, finding.why, fix or finding.why, finding.must)
