"""`evtui check --offline`: a campaign file's problems and findings, as text or JSON. Asks no source.

Problems make a file unusable; findings want a person's eye. Providers named in the file are loaded to judge their
settings, but never opened.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container
from pathlib import Path

from msgspec.structs import asdict

from evtui.commands.output import Output
from evtui.config.lint import Finding, file_findings
from evtui.config.load import read
from evtui.errors import Exit, Problem
from evtui.providers import registry
from evtui.providers.base import Provider
from evtui.session import check_providers

VERSION = 1
"""Version of the JSON."""

Load = Callable[[str], type[Provider]]


def run_offline(path: Path, *, as_json: bool, acknowledged: Container[str] = (), load: Load = registry.load) -> Output:
    """What is wrong with the file at `path` and what should be looked at.

    Exit USAGE with problems, ACTION with a finding of severity A whose id is not in `acknowledged`, else OK.
    """
    loaded = read(path)
    problems = loaded.problems
    findings: tuple[Finding, ...] = ()
    if loaded.file is not None:
        problems = tuple(check_providers(loaded.file, load)[2])
        findings = file_findings(loaded.file)
    if problems:
        code = Exit.USAGE
    elif any(finding.severity == "A" and finding.id not in acknowledged for finding in findings):
        code = Exit.ACTION
    else:
        code = Exit.OK
    name = loaded.places.file
    text = _json(name, problems, findings) if as_json else _text(name, problems, findings, acknowledged)
    return Output(text, (), code)


def _json(name: str, problems: tuple[Problem, ...], findings: tuple[Finding, ...]) -> str:
    answer = {
        "version": VERSION,
        "file": name,
        "problems": [asdict(problem) for problem in problems],
        "findings": [asdict(finding) for finding in findings],
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


def _tally(findings: tuple[Finding, ...]) -> str:
    if not findings:
        return "no findings"
    grades = [finding.severity for finding in findings]
    return f"{_count(len(findings), 'finding')} ({', '.join(f'{grades.count(grade)} {grade}' for grade in 'ABC')})"


def _count(count: int, noun: str) -> str:
    return f"{count or 'no'} {noun}{'' if count == 1 else 's'}"
