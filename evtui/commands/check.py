"""`evtui check --offline`: a campaign file's problems and findings, as text or JSON. Asks no source.

The user's own screen settings are read beside it, and their problems told too.

Problems make a file unusable; findings want a person's eye, plug-ins that cannot be used among them. Providers named in
the file are loaded and opened to judge their settings, which asks nobody anything.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Container, Iterator, Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict

from evtui.clock import ManualClock
from evtui.commands.output import Output
from evtui.config.lint import Finding, file_findings
from evtui.config.load import CampaignFile, read
from evtui.config.screen import LoadedScreen, find_screen, read_screen
from evtui.errors import Exit, Problem
from evtui.paths import config_dir
from evtui.providers import registry
from evtui.providers.base import Context
from evtui.session import context_of
from evtui.sources import Load, Opened, judge_sources, open_sources, switched_on
from evtui.text import listed

VERSION = 1
"""Version of the JSON."""


class Linted(Struct, frozen=True):
    """What is known of a campaign file without asking a source; `file` and `opened` are None for an unusable one."""

    name: str
    problems: tuple[Problem, ...]
    findings: tuple[Finding, ...] = ()
    file: CampaignFile | None = None
    opened: Opened | None = None
    """The sources without a problem, ready to be asked."""
    screen: LoadedScreen | None = None
    """The user's own screen settings; None where there are none."""
    looked: bool = False
    """Whether findings were looked for: a file that cannot be read holds none yet."""

    def exit(self, acknowledged: Container[str] = ()) -> Exit:
        """USAGE with problems, ACTION with a finding of severity A whose id is not in `acknowledged`, else OK."""
        if self.problems or (self.screen and self.screen.problems):
            return Exit.USAGE
        grave = any(finding.severity == "A" and finding.id not in acknowledged for finding in self.findings)
        return Exit.ACTION if grave else Exit.OK


def lint(
    path: Path,
    context: Callable[[CampaignFile], Context],
    load: Load = registry.load,
    screen: LoadedScreen | None = None,
) -> Linted:
    """The file at `path`, judged, and its sources opened with what `context` gives them."""
    loaded = read(path)
    name = loaded.places.file
    if (file := loaded.file or loaded.rest) is None:
        return Linted(name, loaded.problems, screen=screen)
    judged = judge_sources(file, load)
    opened = open_sources(file, judged, context(file))
    known = {problem.key for problem in loaded.problems}
    new = (problem for problem in (*judged.problems, *opened.problems) if problem.key not in known)
    problems = sorted((*loaded.problems, *new), key=lambda each: (each.line or 0, each.column or 0))
    findings = (*file_findings(file), *plugin_findings(file, opened.unusable))
    if loaded.file is None:
        return Linted(name, tuple(problems), findings, screen=screen, looked=True)
    return Linted(name, tuple(problems), findings, file, opened, screen, looked=True)


def run_offline(
    path: Path,
    *,
    as_json: bool,
    acknowledged: Container[str] = (),
    load: Load = registry.load,
    screen: LoadedScreen | None = None,
) -> Output:
    """What is wrong with the file at `path` and with the screen settings, and what should be looked at.

    Exit USAGE with problems, ACTION with a finding of severity A whose id is not in `acknowledged`, else OK.
    """
    linted = lint(path, _anywhere, load, screen)
    text = to_json(facts(linted)) if as_json else text_of(linted, acknowledged)
    return Output(text, (), linted.exit(acknowledged))


def _anywhere(file: CampaignFile) -> Context:
    return context_of(file, ManualClock(file.campaign.opens), environ=_AnyVariable())


def plugin_findings(file: CampaignFile, unusable: Mapping[str, str]) -> Iterator[Finding]:
    """Plug-ins the file asks for that are there and cannot be used, and names that more than one package offers."""
    keys: dict[str, list[str]] = {}
    for source in switched_on(file):
        keys.setdefault(source.provider, []).append(f"{source.table}.{source.topic}.provider")
    for name, why in unusable.items():
        detail = f"{why}. Its sources stay empty until that is put right."
        yield Finding("P-01", "A", "A plug-in cannot be used", detail, ", ".join(keys[name]))
    for offer in registry.passed_over(keys):
        taken = "the built-in provider" if offer.name in registry.BUILT_IN else "another package"
        detail = f"{offer} is not used: {taken} of that name goes first."
        yield Finding("P-02", "B", "Two providers have one name", detail, ", ".join(keys[offer.name]))


def own_screen() -> LoadedScreen | None:
    """The screen settings of whoever runs the program, or None where they have none.

    Raises:
        UsageError: $EVTUI_SCREEN names a file that does not exist.
    """
    path = find_screen(os.environ, config_dir())
    return None if path is None else read_screen(path)


class _AnyVariable(dict[str, str]):
    """An environment where every variable holds an address: which are set here says nothing about the file."""

    def __missing__(self, name: str) -> str:
        return "sqlite:///any.db"

    def get(self, name: str, default: object = None) -> str:
        return self[name]

    def __contains__(self, name: object) -> bool:
        return True


def facts(linted: Linted) -> dict[str, object]:
    """What the JSON says of a file."""
    screen = linted.screen
    return {
        "version": VERSION,
        "file": linted.name,
        "problems": [asdict(problem) for problem in linted.problems],
        "findings": [asdict(finding) for finding in linted.findings],
        "screen": screen and {"file": screen.name, "problems": [asdict(problem) for problem in screen.problems]},
    }


def to_json(answer: Mapping[str, object]) -> str:
    """`answer` as a program reads it and a person can."""
    return json.dumps(answer, ensure_ascii=False, indent=2) + "\n"


def text_of(linted: Linted, acknowledged: Container[str] = ()) -> str:
    """What a person reads of a file and of the screen settings."""
    return _text(linted, acknowledged) + _screen_text(linted.screen)


def _text(linted: Linted, acknowledged: Container[str]) -> str:
    problems, findings = linted.problems, linted.findings
    lines = [str(problem) for problem in problems]
    if problems and findings:
        lines.append("")
    for finding in findings:
        seen = " (acknowledged)" if finding.id in acknowledged else ""
        lines.append(f"{finding.id} {finding.severity}  {finding.title}{seen}")
        lines.append(f"        {finding.detail}")
        lines.append(f"        {listed(finding.key.split(', '))}")
    if lines:
        lines.append("")
    tally = _tally(findings) if linted.looked else "findings are looked for once the file can be read"
    lines.append(f"{linted.name}: {count(len(problems), 'problem')}, {tally}")
    return "\n".join(lines) + "\n"


def _screen_text(screen: LoadedScreen | None) -> str:
    if screen is None:
        return ""
    lines = [*map(str, screen.problems), ""] if screen.problems else []
    return "\n".join([*lines, f"{screen.name}: {count(len(screen.problems), 'problem')}"]) + "\n"


def _tally(findings: tuple[Finding, ...]) -> str:
    if not findings:
        return "no findings"
    grades = [finding.severity for finding in findings]
    return f"{count(len(findings), 'finding')} ({', '.join(f'{grades.count(grade)} {grade}' for grade in 'ABC')})"


def count(number: int, noun: str) -> str:
    """`no problems`, `1 problem`, `2 problems`."""
    return f"{f'{number:,}' if number else 'no'} {noun}{'' if number == 1 else 's'}"
