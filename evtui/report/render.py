"""`render(report, …) -> str`: the one way from a report to its bytes, for the command line and the screen alike."""

from __future__ import annotations

import os
from pathlib import Path

from evtui.domain.campaign import Campaign
from evtui.errors import UsageError
from evtui.paths import config_dir
from evtui.report.as_json import report_json
from evtui.report.model import Format, Report, Style


def render(report: Report, style: Style, fmt: Format, templates: Path | None = None) -> str:
    """The report as text that ends in one newline; `templates` is a folder whose files replace the shipped ones.

    JSON holds everything and is the same for every style.

    Raises:
        UsageError: a template of the user's is broken; names the file and the line.
    """
    if fmt is Format.JSON:
        return report_json(report)
    from evtui.report.typeset import fill  # jinja2 costs more than a JSON report altogether

    return fill(report, style, fmt, templates)


def templates_of(campaign: Campaign, file: Path) -> Path | None:
    """The folder with the user's templates: `[report] templates` beside the campaign file, else the user's own.

    Raises:
        UsageError: the campaign file names a folder that is not there.
    """
    if campaign.report.templates:
        folder = Path(file.parent, os.path.expanduser(campaign.report.templates)).resolve()
        if not folder.is_dir():
            raise UsageError(f"[report] templates: {folder} is not a folder")
        return folder
    folder = config_dir() / "templates"
    return folder if folder.is_dir() else None
