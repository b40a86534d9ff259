"""Reports kept as files: written whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import datetime
from itertools import count
from pathlib import Path
from secrets import token_hex

from evtui.domain.campaign import Campaign
from evtui.errors import UsageError
from evtui.paths import data_dir
from evtui.report.model import Format

_SUFFIX = {Format.TEXT: ".txt", Format.MARKDOWN: ".md", Format.JSON: ".json"}


def default_path(campaign: Campaign, now: datetime, fmt: Format = Format.TEXT) -> Path:
    """`report-<campaign>-day<n>-<yyyymmdd-HHMM>` in the user's data folder; local time, day 0 before the sale."""
    local = now.astimezone(campaign.zone)
    name = f"report-{campaign.id}-day{max(campaign.day(now), 0)}-{local:%Y%m%d-%H%M}{_SUFFIX[fmt]}"
    return data_dir() / "reports" / name


def save(text: str, path: Path) -> Path:
    """Write `text` to `path` in a folder that exists, replacing what is there in one step; returns the path.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(text.encode())  # a pipe or a device takes bytes but must not be replaced by a file
            return path
        _replace(text.encode(), path.resolve())
    except OSError as error:
        raise UsageError(f"it cannot be written to {path}: {error.strerror}") from error
    return path


def keep(text: str, path: Path) -> Path:
    """Write `text` beside what is already kept: `-2`, `-3`… where the name holds another report.

    Raises:
        UsageError: it cannot be written.
    """
    with suppress(OSError):  # what cannot be made is said when the file is written
        path.parent.mkdir(parents=True, exist_ok=True)
    for number in count(1):
        candidate = path if number == 1 else path.with_stem(f"{path.stem}-{number}")
        try:
            held = candidate.read_bytes()
        except FileNotFoundError:
            return save(text, candidate)
        except OSError as error:
            raise UsageError(f"it cannot be written to {candidate}: {error.strerror}") from error
        if held == text.encode():
            return candidate
    raise AssertionError("count() does not end")


def _replace(data: bytes, path: Path) -> None:
    draft = path.parent / f".evtui-{token_hex(6)}"
    try:
        # made with the mode any new file gets here, which a temporary file's would not be
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            draft.chmod(path.stat().st_mode & 0o777)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
