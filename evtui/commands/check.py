"""`evtui check --offline`: a campaign file's problems and findings, as text or JSON. Asks no source.

The user's own screen settings are read beside it, and their problems told too.

Problems make a file unusable; findings want a person's eye. Providers named in the file are loaded to judge their
settings, but never opened.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Container
from pathlib import Path

from msgspec.structs import asdict

from evtui.clock import ManualClock
from evtui.commands.output import Output
from evtui.config.lint import Finding, file_findings
from evtui.config.load import CampaignFile, read
from evtui.config.screen import LoadedScreen, find_screen, read_screen
from evtui.errors import Exit, Problem
from evtui.paths import config_dir
from evtui.providers import registry
from evtui.providers.base import Provider
from evtui.session import context_of
from evtui.sources import judge_sources, open_sources

VERSION = 1
"""Version of the JSON."""

Load = Callable[[str], type[Provider]]


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
    loaded = read(path)
    problems = loaded.problems
    findings: tuple[Finding, ...] = ()
    if loaded.file is not None:
        problems = _provider_problems(loaded.file, load)
        findings = file_findings(loaded.file)
    if problems or (screen and screen.problems):
        code = Exit.USAGE
    elif any(finding.severity == "A" and finding.id not in acknowledged for finding in findings):
        code = Exit.ACTION
    else:
        code = Exit.OK
    name = loaded.places.file
    if as_json:
        text = _json(name, problems, findings, screen)
    else:
        text = _text(name, problems, findings, acknowledged) + _screen_text(screen)
    return Output(text, (), code)


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


def _provider_problems(file: CampaignFile, load: Load) -> tuple[Problem, ...]:
    judged = judge_sources(file, load)
    if judged.problems:
        return judged.problems
    return open_sources(
        file, judged, context_of(file, ManualClock(file.campaign.opens), environ=_AnyVariable())
    ).problems


def _json(name: str, problems: tuple[Problem, ...], findings: tuple[Finding, ...], screen: LoadedScreen | None) -> str:
    answer = {
        "version": VERSION,
        "file": name,
        "problems": [asdict(problem) for problem in problems],
        "findings": [asdict(finding) for finding in findings],
        "screen": screen and {"file": screen.name, "problems": [asdict(problem) for problem in screen.problems]},
    }
    return json.dumps(answer, ensure_ascii=False, indent=2) + "\n"


def _text(name: str, problems: tuple[Problem, ...], findings: tuple[Finding, ...], acknowledged: Container[str]) -> str:
    lines = [str(problem) for problem in problems]
    if problems and findings:
        lines.append("")
    for finding in findings:
        seen = " (acknowledged)" if finding.id in acknowledged else ""
        lines.append(f"{finding.id} {finding.severity}  {finding.title}{seen}")
        lines.append(f"        {finding.detail}")
        lines.append(f"        {finding.key}")
    if lines:
        lines.append("")
    lines.append(f"{name}: {_count(len(problems), 'problem')}, {_tally(findings)}")
    return "\n".join(lines) + "\n"


def _screen_text(screen: LoadedScreen | None) -> str:
    if screen is None:
        return ""
    lines = [*map(str, screen.problems), ""] if screen.problems else []
    return "\n".join([*lines, f"{screen.name}: {_count(len(screen.problems), 'problem')}"]) + "\n"


def _tally(findings: tuple[Finding, ...]) -> str:
    if not findings:
        return "no findings"
    grades = [finding.severity for finding in findings]
    return f"{_count(len(findings), 'finding')} ({', '.join(f'{grades.count(grade)} {grade}' for grade in 'ABC')})"


def _count(count: int, noun: str) -> str:
    return f"{count or 'no'} {noun}{'' if count == 1 else 's'}"
