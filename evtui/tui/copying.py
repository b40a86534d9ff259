"""`y`: text kept as a file and sent on its way to the clipboard. The file is the product; nobody confirms the rest."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Any

from textual.app import App

from evtui.domain.campaign import Campaign
from evtui.errors import UsageError
from evtui.paths import data_dir
from evtui.text import clean
from evtui.tui.lines import Line


def path_for(campaign: Campaign, moment: datetime, what: str) -> Path:
    """Where a copy of `what` made at this moment is kept; the time in its name is the campaign's."""
    local = moment.astimezone(campaign.zone)
    return data_dir() / "copies" / f"{what}-{campaign.id}-{local:%Y%m%d-%H%M%S}.txt"


def copy(app: App[Any], text: str, path: Path) -> Line:
    """Keep `text` in `path` and send it; one line on what became of it."""
    # a start waits for neither: a key brings them
    from evtui.report.save import keep
    from evtui.terminal.clipboard import send

    def write(data: str) -> None:
        if (driver := app._driver) is not None:  # past the framework, which knows neither tmux nor screen
            driver.write(data)
            driver.flush()

    try:
        kept = keep(text, path)
    except UsageError as error:
        return ((f" not saved and not sent: {clean(str(error))}", "alert"),)
    return ((f" saved {clean(str(kept))} · {send(text, os.environ, write)}", "ok"),)
