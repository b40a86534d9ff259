"""`evtui report`: every source asked once, then the report."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from evtui.commands.output import Output
from evtui.domain.reading import Topic
from evtui.errors import Exit
from evtui.report.build import build
from evtui.report.model import Format, Report, Style
from evtui.report.render import render, templates_of
from evtui.report.save import save
from evtui.session import Session
from evtui.store.state import SourceState


async def run(
    session: Session,
    style: Style | None = None,
    fmt: Format = Format.TEXT,
    window: timedelta | None = None,
    out: Path | None = None,
    require_fresh: bool = False,
) -> Output:
    """The report at the session's present moment; `style` defaults to the campaign's.

    With `out` the text goes to that file and stdout stays empty. A figure printed as `--` is a warning, and with
    `require_fresh` the exit code of an answer that could not be had.

    Raises:
        UsageError: a broken template, a missing folder of templates, a file that cannot be written.
    """
    templates = templates_of(session.campaign, session.path)
    await session.refresh()
    report = build(session.state, session.clock.now(), window)
    style = style or Style(session.campaign.report.style)
    text = render(report, style, fmt, templates)
    if fmt is Format.JSON:
        warnings, missing = report.warnings, _missing_in_json(report)
    else:
        warnings, missing = report.warnings_for(style), bool(report.unknown(style))
    warnings = (*session.remarks, *warnings)
    if out is not None:
        save(text, out)
        text = ""
    return Output(text, warnings, Exit.UNREACHABLE if require_fresh and missing else Exit.OK)


def _missing_in_json(report: Report) -> bool:
    """JSON holds the figures of every style: whatever a source was set up for counts, beside the agreed lines."""
    failing = (source for source in report.sources if source.provider and source.state is not SourceState.OK)
    return bool(report.unknown(Style.STRICT)) or any(source.name is not Topic.CAPACITY for source in failing)
